// SPDX-License-Identifier: Apache-2.0
#include "hub/writer.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

namespace {
// One transaction must not keep those who come next waiting for long, nor may the queue hold memory without bound: each
// push is at most one body.
constexpr std::size_t max_pushes_of_a_commit = 64;
constexpr std::size_t max_queue = 4096;
} // namespace

Writer::Writer(Service& service, std::function<void()> after_commit)
    : m_service(service), m_after_commit(std::move(after_commit)), m_thread([this] { loop(); }) {}

Writer::~Writer() { stop(); }

bool Writer::submit(Service::Push push, Done done) {
    const std::lock_guard lock(m_mutex);
    if (m_stopping || m_queue.size() >= max_queue)
        return false;
    m_queue.push_back({std::move(push), std::move(done)});
    m_wake.notify_one();
    return true;
}

void Writer::run(std::function<void()> task) {
    const std::lock_guard lock(m_mutex);
    if (m_stopping)
        return;
    m_tasks.push_back(std::move(task));
    m_wake.notify_one();
}

void Writer::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        m_wake.notify_one();
    }
    if (m_thread.joinable())
        m_thread.join();
}

bool Writer::busy() const {
    const std::lock_guard lock(m_mutex);
    return m_writing || !m_queue.empty();
}

std::uint64_t Writer::commits() const {
    const std::lock_guard lock(m_mutex);
    return m_commits;
}

std::uint64_t Writer::pushes() const {
    const std::lock_guard lock(m_mutex);
    return m_pushes;
}

void Writer::loop() {
    std::vector<Service::Push> batch;
    std::vector<Done> done;
    std::deque<std::function<void()>> tasks;
    std::unique_lock lock(m_mutex);
    while (true) {
        m_wake.wait(lock, [this] { return m_stopping || !m_queue.empty() || !m_tasks.empty(); });
        if (m_queue.empty() && m_tasks.empty())
            return; // stopping, and nothing is left
        tasks.swap(m_tasks);
        for (auto count = std::min(m_queue.size(), max_pushes_of_a_commit); count > 0; --count) {
            batch.push_back(std::move(m_queue.front().push));
            done.push_back(std::move(m_queue.front().done));
            m_queue.pop_front();
        }
        m_writing = true;
        lock.unlock();

        for (const auto& task : tasks)
            task();
        tasks.clear();
        if (!batch.empty()) {
            // What went wrong is in the pushes: each is told so by finish().
            (void)m_service.commit(batch);
            m_after_commit();
            for (const auto& callback : done)
                callback();
        }
        const auto count = batch.size();
        batch.clear();
        done.clear();

        lock.lock();
        m_writing = false;
        m_pushes += count;
        m_commits += count > 0 ? 1 : 0;
    }
}

Folder::Folder(Service& service, const Writer& writer, Pace pace)
    : m_service(service), m_writer(writer), m_pace(pace), m_thread([this] { loop(); }) {}

Folder::~Folder() { stop(); }

void Folder::committed() {
    const std::lock_guard lock(m_mutex);
    m_last_commit = std::chrono::steady_clock::now();
    if (m_due)
        return; // it knows already, and looks at the clock by itself
    m_due = true;
    m_wake.notify_one();
}

void Folder::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        m_wake.notify_one();
    }
    if (m_thread.joinable())
        m_thread.join();
}

void Folder::loop() {
    std::unique_lock lock(m_mutex);
    auto last_fold = std::chrono::steady_clock::now();
    while (!m_stopping) {
        if (!m_due) {
            // After a while it is due without news: some of its work comes by time.
            if (m_wake.wait_for(lock, m_pace.idle, [this] { return m_stopping || m_due; }))
                continue;
            m_due = true;
        }
        const auto now = std::chrono::steady_clock::now();
        const auto quiet_at = m_last_commit + m_pace.quiet;
        const bool quiet = now >= quiet_at && !m_writer.busy();
        if (!quiet && now < last_fold + m_pace.longest) {
            const auto until = std::min(std::max(quiet_at, now + m_pace.quiet / 4), last_fold + m_pace.longest);
            m_wake.wait_until(lock, until, [this] { return m_stopping; });
            continue;
        }
        m_due = false; // a commit from now on makes it due again
        lock.unlock();
        const bool more = m_service.fold(m_pace.budget_ms);
        lock.lock();
        last_fold = std::chrono::steady_clock::now();
        m_due = m_due || more;
    }
}

} // namespace kiosk::sync::hub
