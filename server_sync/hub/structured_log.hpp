// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub's log: one JSON object a line. Purpose: what happened, when, to which device or event; never a name, a phone
// number, a token or the body of a request. Ownership: stateless but for its sink. Threads: any; a line is written whole.
// Failure: a line that can't be written is lost, the hub goes on.
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace kiosk::sync::hub {

enum class LogLevel : std::uint8_t { Debug = 1, Info, Warning, Error };

class StructuredLog {
public:
    using Value = std::variant<std::string, std::int64_t, double, bool>;
    using Fields = std::initializer_list<std::pair<std::string_view, Value>>;
    using Sink = std::function<void(std::string_view line)>;

    // Without a sink: standard error. `now_ms`: the wall clock.
    explicit StructuredLog(std::function<std::int64_t()> now_ms, LogLevel least = LogLevel::Info, Sink sink = {});

    void write(LogLevel level, std::string_view what, Fields fields = {});
    // A line that is a JSON object already (of the Api): as it is.
    void raw(std::string_view line);

private:
    std::function<std::int64_t()> m_now_ms;
    LogLevel m_least;
    Sink m_sink;
    std::mutex m_mutex;
};

// "2026-11-29T08:00:00.123Z"
std::string utc_text(std::int64_t ms);

} // namespace kiosk::sync::hub
