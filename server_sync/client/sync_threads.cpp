// SPDX-License-Identifier: Apache-2.0
#include "client/sync_threads.hpp"

#include <algorithm>
#include <chrono>

namespace kiosk::sync::client {
namespace {

// However often something is written, a hub that just failed is not asked more often than that.
constexpr std::chrono::milliseconds shortest_pause(200);

bool differs(const SyncStatus& a, const SyncStatus& b) {
    return a.enrolled != b.enrolled || a.reachable != b.reachable || a.trouble != b.trouble || a.detail != b.detail ||
           (a.pending == 0) != (b.pending == 0) || (a.feed_behind == 0) != (b.feed_behind == 0);
}

bool counts_differ(const SyncStatus& a, const SyncStatus& b) {
    return a.pending != b.pending || a.feed_behind != b.feed_behind || a.pushed != b.pushed || a.pulled != b.pulled ||
           a.clock_offset_ms != b.clock_offset_ms || a.last_exchange != b.last_exchange;
}

} // namespace

SyncThreads::SyncThreads(SyncClient& client, Wire& push_wire, Wire& feed_wire, Options options)
    : m_client(client), m_push_wire(push_wire), m_feed_wire(feed_wire), m_options(std::move(options)),
      m_told_hub(client.hub()) {
    m_running = 2;
    m_push_thread = std::thread([this] { run(true); });
    m_feed_thread = std::thread([this] { run(false); });
}

SyncThreads::~SyncThreads() {
    stop();
}

void SyncThreads::changed() {
    m_client.changed();
    const std::lock_guard lock(m_mutex);
    ++m_changes;
    m_wake.notify_all();
}

void SyncThreads::stop() {
    const std::lock_guard joining(m_joining);
    {
        std::unique_lock lock(m_mutex);
        m_stopping = true;
        m_wake.notify_all();
        // A thread may be on its way into an exchange when it is interrupted, so once is not enough.
        while (m_running > 0) {
            m_push_wire.interrupt();
            m_feed_wire.interrupt();
            m_wake.wait_for(lock, std::chrono::milliseconds(20), [this] { return m_running == 0; });
        }
    }
    if (m_push_thread.joinable())
        m_push_thread.join();
    if (m_feed_thread.joinable())
        m_feed_thread.join();
}

void SyncThreads::run(bool pushing) {
    for (;;) {
        {
            const std::lock_guard lock(m_mutex);
            if (m_stopping)
                break;
        }
        const auto step = pushing ? m_client.push() : m_client.pull();
        if (!pushing && m_client.push_wanted()) {
            const std::lock_guard lock(m_mutex);
            m_wake.notify_all();
        }
        tell(!step.progress);
        if (!step.progress)
            wait(pushing, step);
    }
    const std::lock_guard lock(m_mutex);
    --m_running;
    m_wake.notify_all();
}

void SyncThreads::wait(bool pushing, const StepResult& step) {
    using std::chrono::steady_clock;
    std::unique_lock lock(m_mutex);
    const auto started = steady_clock::now();
    const auto until = started + std::chrono::milliseconds(std::clamp<std::int64_t>(step.wait_ms, 0, 10 * 60'000));
    const bool failing = m_client.status().trouble != Trouble::None;
    if (failing)
        m_wake.wait_until(lock, std::min(until, started + shortest_pause), [this] { return m_stopping; });
    const auto changes = m_changes;
    m_wake.wait_until(lock, until, [&] {
        return m_stopping || (pushing ? m_client.push_wanted() : m_changes != changes);
    });
}

void SyncThreads::tell(bool at_rest) {
    const std::lock_guard lock(m_telling);
    const auto status = m_client.status();
    const auto now = std::chrono::steady_clock::now();
    const bool due = now - m_told_at >= std::chrono::milliseconds(m_options.status_every_ms);
    if (m_options.on_status &&
        (!m_told_once || differs(status, m_told) || (counts_differ(status, m_told) && (due || at_rest)))) {
        m_told = status;
        m_told_at = now;
        m_told_once = true;
        m_options.on_status(status);
    }
    if (auto hub = m_client.hub(); m_options.on_hub && (hub.pins != m_told_hub.pins || hub.hub != m_told_hub.hub)) {
        m_told_hub = std::move(hub);
        m_options.on_hub(m_told_hub);
    }
}

} // namespace kiosk::sync::client
