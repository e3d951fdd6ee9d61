// SPDX-License-Identifier: Apache-2.0
#pragma once
// The small parts of sync_client.cpp that stand alone. Purpose: what an answer means before its content is looked at,
// how long to wait after a failure, and what the hub's clock says. Ownership: values. Threads: each is used under its
// owner's lock. Failure: none; every answer and every error is one of the outcomes.
#include "client/sync_client.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace kiosk::sync::client {

struct Outcome {
    bool answered = false;  // status 200: look at the content
    bool too_much = false;  // 400, 413, 422: perhaps half of it would be taken
    bool interrupted = false; // by ourselves: no failure
    Trouble trouble = Trouble::None;
    std::string detail;
    std::int64_t retry_after_ms = 0;
};
Outcome judge(const kiosk::core::Result<WireAnswer>& answer);
// A word of the other end for a log line: short and printable.
std::string printable(std::string_view text);

// Exponential with full jitter: after the nth failure anything up to first × 2^(n−1), at most `longest`.
class Backoff {
public:
    Backoff(std::int64_t first_ms, std::int64_t longest_ms) : m_first_ms(first_ms), m_longest_ms(longest_ms) {}
    std::int64_t failed(kiosk::core::Random& random, std::int64_t at_least_ms);
    void succeeded() { m_failures = 0; }
    unsigned failures() const { return m_failures; }

private:
    std::int64_t m_first_ms, m_longest_ms;
    unsigned m_failures = 0;
};

// Hub time minus device time, of the exchange with the shortest round trip among the last few. Kept against the boot
// clock, so that somebody who sets the device's clock changes the result at once.
class ClockEstimate {
public:
    void sample(std::int64_t hub_ms, std::int64_t sent_boot_ms, std::int64_t received_boot_ms);
    std::optional<std::int64_t> offset_ms(const kiosk::core::Clock& clock) const;
    std::optional<std::int64_t> hub_minus_boot_ms() const;

private:
    struct Sample {
        std::int64_t round_trip_ms = 0;
        std::int64_t hub_minus_boot_ms = 0;
    };
    std::array<Sample, 8> m_samples{};
    std::size_t m_count = 0;
};

} // namespace kiosk::sync::client
