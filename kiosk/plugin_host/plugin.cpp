// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/plugin.hpp"

#include "plugin_host/in_process.hpp"
#include "plugin_host/library.hpp"

#include <algorithm>
#include <array>

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

} // namespace

core::Result<std::unique_ptr<Plugin>> Plugin::load(Manifest manifest, const Options& options) {
    KIOSK_CHECK(check_signature(manifest, options.trust));
    KIOSK_TRY(auto texts, load_texts(manifest));
    KIOSK_TRY(const auto bytes, read_verified(manifest, manifest.library, max_library_bytes));
    KIOSK_TRY(const auto* table, load_library(manifest, bytes));
    KIOSK_TRY(auto transport, InProcessTransport::open(manifest, *table, options.log));
    return std::make_unique<Plugin>(std::move(manifest), std::move(texts), std::move(transport), options);
}

Plugin::Plugin(Manifest manifest, core::Catalogue texts, std::unique_ptr<Transport> transport, const Options& options)
    : m_manifest(std::move(manifest)), m_texts(std::move(texts)), m_transport(std::move(transport)),
      m_monotonic_us(options.monotonic_us), m_log(options.log), m_budget(options.budget) {
    KIOSK_ASSERT(m_transport != nullptr);
    KIOSK_ASSERT(m_monotonic_us != nullptr);
}

bool Plugin::in_quarantine(std::string_view method) const {
    const auto found = m_health.find(method);
    return found != m_health.end() && found->second.failures_in_a_row >= m_budget.failures;
}

bool Plugin::in_quarantine() const {
    return std::any_of(m_health.begin(), m_health.end(), [&](const auto& entry) { return in_quarantine(entry.first); });
}

void Plugin::release() {
    m_health.clear();
}

core::Result<std::string> Plugin::call(std::string_view method, const std::string& request) {
    if (!m_manifest.has_method(method))
        return fail(ErrorCode::NotFound, "error.plugin_method", m_manifest.id + " " + std::string(method));
    if (in_quarantine(method))
        return fail(ErrorCode::Unavailable, "error.plugin_quarantine", m_manifest.id + " " + std::string(method));

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
    if (reply)
        return reply;
    // These two say that the request is at fault (the event's settings, the revision), not the plugin.
    if (reply.error().code == ErrorCode::Invalid || reply.error().code == ErrorCode::NotFound)
        log(LogLevel::Error, reply.error().context);
    else
        note_failure(method, reply.error());
    return reply;
}

// A late answer is still an answer and is used: throwing it away would send a guest to the desk for nothing. But it
// counts, so that a plugin that keeps the queue waiting is soon no longer asked.
void Plugin::note_success(std::string_view method) {
    Health& health = m_health.find(method)->second;
    if (!health.late) {
        health.failures_in_a_row = 0;
        return;
    }
    note_failure(method, core::Error{ErrorCode::Unavailable, "error.plugin_slow", m_manifest.id, {}});
}

void Plugin::note_failure(std::string_view method, const core::Error& error) {
    ++m_statistics.failures;
    log(LogLevel::Error, error.context);
    Health& health = m_health.find(method)->second;
    ++health.failures_in_a_row;
    if (health.failures_in_a_row == m_budget.failures)
        log(LogLevel::Error, std::string(method) + " is in quarantine");
}

void Plugin::log(LogLevel level, const std::string& text) const {
    if (m_log)
        m_log(level, m_manifest.id, text);
}

} // namespace kiosk::plugin_host
