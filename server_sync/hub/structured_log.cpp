// SPDX-License-Identifier: Apache-2.0
#include "hub/structured_log.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <ctime>
#include <unistd.h>

namespace kiosk::sync::hub {

std::string utc_text(std::int64_t ms) {
    const auto seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                       parts.tm_hour, parts.tm_min, parts.tm_sec, ms % 1000);
}

StructuredLog::StructuredLog(std::function<std::int64_t()> now_ms, LogLevel least, Sink sink)
    : m_now_ms(std::move(now_ms)), m_least(least), m_sink(std::move(sink)) {}

void StructuredLog::write(LogLevel level, std::string_view what, Fields fields) {
    if (level < m_least)
        return;
    constexpr std::string_view names[] = {"", "debug", "info", "warning", "error"};
    nlohmann::ordered_json line{
        {"at", utc_text(m_now_ms())}, {"level", names[static_cast<std::size_t>(level)]}, {"what", what}};
    for (const auto& [name, value] : fields)
        std::visit([&](const auto& plain) { line[std::string(name)] = plain; }, value);
    // Bytes that are no UTF-8 (a garbled header, say) must not cost the line.
    raw(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

void StructuredLog::raw(std::string_view line) {
    const std::lock_guard lock(m_mutex);
    if (m_sink)
        return m_sink(line);
    std::string text(line);
    text += '\n';
    // One call, so that lines of several processes into one journal stay whole.
    for (std::size_t done = 0; done < text.size();) {
        const auto written = ::write(STDERR_FILENO, text.data() + done, text.size() - done);
        if (written <= 0)
            return;
        done += static_cast<std::size_t>(written);
    }
}

} // namespace kiosk::sync::hub
