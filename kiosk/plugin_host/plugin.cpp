// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/plugin.hpp"

#include "plugin_host/helper_transport.hpp"
#include "plugin_host/in_process.hpp"
#include "plugin_host/library.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace kiosk::plugin_host {

using core::ErrorCode;
using core::fail;

namespace {

constexpr std::size_t max_library_bytes = 64u << 20;
constexpr std::size_t max_locale_bytes = 1u << 20;

core::Result<core::Catalogue> load_texts(const Manifest& manifest) {
    constexpr std::array<std::pair<core::Language, std::string_view>, 2> files{
        {{core::Language::Chinese, "locale/zh.json"}, {core::Language::English, "locale/en.json"}}};
    std::vector<core::Catalogue::Source> sources;
    for (const auto& [language, file] : files) {
        if (!manifest.hashes.contains(file)) // a plugin may have no texts; one language alone the catalogue refuses
            continue;
        KIOSK_TRY(auto json, read_verified(manifest, file, max_locale_bytes));
        sources.push_back({language, manifest.id + "/" + std::string(file), std::move(json)});
    }
    return core::Catalogue::create(sources);
}

core::Instant machine_time() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::milliseconds>(now).count()};
}

core::Digest library_hash(const Manifest& manifest) {
    const auto found = manifest.hashes.find(manifest.library);
    return found == manifest.hashes.end() ? core::Digest{} : found->second;
}

// For a plugin in this process that is in quarantine: not even loaded before it is released.
class DeferredTransport final : public Transport {
  public:
    using Open = std::function<core::Result<std::unique_ptr<Transport>>()>;
    explicit DeferredTransport(Open open) : m_open(std::move(open)) {}
    core::Result<std::string> call(std::string_view method, std::string_view request) override {
        if (!m_transport) {
            KIOSK_TRY(m_transport, m_open());
        }
        return m_transport->call(method, request);
    }

  private:
    Open m_open;
    std::unique_ptr<Transport> m_transport;
};

core::Result<std::unique_ptr<Transport>> open_in_process(const Manifest& manifest, const std::string& bytes,
                                                         const LogSink& log) {
    KIOSK_TRY(const auto* table, load_library(manifest, bytes));
    return InProcessTransport::open(manifest, *table, log);
}

core::Result<std::unique_ptr<Transport>> open_transport(const Manifest& manifest, std::string bytes,
                                                        const Options& options, bool off) {
    if (options.transport == TransportKind::InProcess) {
        if (!off)
            return open_in_process(manifest, bytes, options.log);
        return std::make_unique<DeferredTransport>([manifest, bytes = std::move(bytes), log = options.log] {
            return open_in_process(manifest, bytes, log);
        });
    }
    HelperOptions helper;
    helper.program = options.helper;
    helper.hard_us = options.budget.hard_us;
    helper.start_us = options.budget.start_us;
    helper.log = options.log;
    KIOSK_TRY(auto transport, HelperTransport::create(manifest, bytes, std::move(helper)));
    if (!off)
        KIOSK_CHECK(transport->start());
    return transport;
}

} // namespace

core::Result<std::unique_ptr<Plugin>> Plugin::load(Manifest manifest, const Options& options) {
    KIOSK_CHECK(check_signature(manifest, options.trust));
    KIOSK_TRY(auto texts, load_texts(manifest));
    KIOSK_TRY(auto bytes, read_verified(manifest, manifest.library, max_library_bytes));
    // One that is switched off is there, with its name and its texts, but none of its code runs.
    const bool off = options.quarantine && options.quarantine->find(manifest.id, library_hash(manifest)) != nullptr;
    KIOSK_TRY(auto transport, open_transport(manifest, std::move(bytes), options, off));
    return std::make_unique<Plugin>(std::move(manifest), std::move(texts), std::move(transport), options);
}

Plugin::Plugin(Manifest manifest, core::Catalogue texts, std::unique_ptr<Transport> transport, const Options& options)
    : m_manifest(std::move(manifest)), m_texts(std::move(texts)), m_transport(std::move(transport)),
      m_monotonic_us(options.monotonic_us), m_log(options.log), m_budget(options.budget), m_on_call(options.on_call),
      m_quarantine(options.quarantine ? options.quarantine : std::make_shared<QuarantineList>()),
      m_now(options.now ? options.now : &machine_time), m_library(library_hash(m_manifest)) {
    KIOSK_ASSERT(m_transport != nullptr);
    KIOSK_ASSERT(m_monotonic_us != nullptr);
}

const QuarantineEntry* Plugin::switched_off() const {
    m_quarantine->refresh(m_monotonic_us()); // it may have been changed with kioskctl
    return m_quarantine->find(m_manifest.id, m_library);
}

bool Plugin::in_quarantine(std::string_view method) const {
    const auto found = m_health.find(method);
    return switched_off() != nullptr ||
           (found != m_health.end() && found->second.failures_in_a_row >= m_budget.failures);
}

bool Plugin::in_quarantine() const {
    return switched_off() != nullptr ||
           std::any_of(m_health.begin(), m_health.end(), [&](const auto& entry) { return in_quarantine(entry.first); });
}

void Plugin::release() {
    if (auto released = m_quarantine->release(m_manifest.id); !released)
        log(LogLevel::Error, "released, but not for good: " + released.error().context);
    m_health.clear();
    m_forgiven = m_transport->crashes();
    m_was_off = false;
}

core::Result<std::string> Plugin::call(std::string_view method, const std::string& request) {
    if (!m_manifest.has_method(method))
        return fail(ErrorCode::NotFound, "error.plugin_method", m_manifest.id + " " + std::string(method));
    if (const auto* entry = switched_off()) {
        if (!m_was_off) // by somebody else
            m_transport->stop();
        m_was_off = true;
        return fail(ErrorCode::Unavailable, "error.plugin_quarantine", m_manifest.id + ": " + entry->reason);
    }
    if (std::exchange(m_was_off, false)) { // released by somebody else
        m_health.clear();
        m_forgiven = m_transport->crashes();
    }
    if (in_quarantine(method))
        return fail(ErrorCode::Unavailable, "error.plugin_quarantine", m_manifest.id + " " + std::string(method));

    auto reply = timed_call(method, request);
    if (reply)
        return reply;
    // The first two say that the request is at fault (the event's settings, the revision), the last that this machine
    // can't start a process: not the plugin's doing.
    const core::Error& error = reply.error();
    if (error.code == ErrorCode::Invalid || error.code == ErrorCode::NotFound ||
        error.message_key == "error.plugin_helper")
        log(LogLevel::Error, error.context);
    else
        note_failure(method, error);
    return reply;
}

core::Result<std::string> Plugin::timed_call(std::string_view method, const std::string& request) {
    const std::uint64_t crashes = m_transport->crashes();
    const std::int64_t began_us = m_monotonic_us();
    auto reply = m_transport->call(method, request);
    const std::int64_t took_us = m_monotonic_us() - began_us;

    ++m_statistics.calls;
    m_statistics.worst_us = std::max(m_statistics.worst_us, took_us);
    m_health.try_emplace(std::string(method)).first->second.late = took_us > m_budget.hard_us;
    if (took_us > m_budget.soft_us) {
        ++m_statistics.slow;
        log(LogLevel::Warning, std::string(method) + " took " + std::to_string(took_us / 1000) + " ms");
    }
    if (m_transport->crashes() != crashes)
        note_crash();
    if (m_on_call)
        m_on_call({m_manifest.id, m_manifest.version, m_library, method, request,
                   reply ? std::string_view(*reply) : std::string_view(), reply ? nullptr : &reply.error(), took_us});
    return reply;
}

// Counted over all methods and never forgotten but by a release: a process that dies now and then costs the queue a
// moment each time, and nobody knows what it does next.
void Plugin::note_crash() {
    ++m_statistics.crashes;
    const std::string reason = m_transport->last_crash();
    log(LogLevel::Error, "crashed: " + reason);
    if (m_transport->crashes() - m_forgiven < static_cast<std::uint64_t>(m_budget.crashes))
        return;
    m_transport->stop();
    m_was_off = true;
    if (auto added = m_quarantine->add(m_manifest.id, {m_library, reason, m_now(), "kiosk"}); !added)
        log(LogLevel::Error, "in quarantine, but a restart will forget it: " + added.error().context);
    log(LogLevel::Error, "is in quarantine");
}

// A late answer is still an answer and is used: throwing it away would send a guest to the desk for nothing. But it
// counts, so that a plugin that keeps the queue waiting is soon no longer asked.
void Plugin::note_success(std::string_view method) {
    Health& health = m_health.try_emplace(std::string(method)).first->second;
    if (!health.late) {
        health.failures_in_a_row = 0;
        return;
    }
    note_failure(method, core::Error{ErrorCode::Unavailable, "error.plugin_slow", m_manifest.id, {}});
}

void Plugin::note_failure(std::string_view method, const core::Error& error) {
    ++m_statistics.failures;
    log(LogLevel::Error, error.context);
    Health& health = m_health.try_emplace(std::string(method)).first->second;
    ++health.failures_in_a_row;
    if (health.failures_in_a_row == m_budget.failures)
        log(LogLevel::Error, std::string(method) + " is in quarantine");
}

void Plugin::log(LogLevel level, const std::string& text) const {
    if (m_log)
        m_log(level, m_manifest.id, text);
}

} // namespace kiosk::plugin_host
