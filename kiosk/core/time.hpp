// SPDX-License-Identifier: Apache-2.0
#pragma once
// Moments and calendar days. Purpose: one type for a moment (milliseconds, UTC), RFC 3339 in and out, and what a
// moment is in an event's time zone. Ownership: values. Threads: any. Failure: parsing returns Result.
#include "core/result.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace kiosk::core {

struct Instant {
    std::int64_t unix_ms = 0;
    friend auto operator<=>(const Instant&, const Instant&) = default;
};

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 3'600'000;
constexpr std::int64_t day_ms = 86'400'000;

constexpr Instant operator+(Instant at, std::int64_t ms) { return {at.unix_ms + ms}; }
constexpr Instant operator-(Instant at, std::int64_t ms) { return {at.unix_ms - ms}; }
constexpr std::int64_t operator-(Instant a, Instant b) { return a.unix_ms - b.unix_ms; }

// "2026-11-20T13:05:00+08:00", "…Z", with or without fractions of a second. No other forms. Years 1970 to 9999.
Result<Instant> parse_rfc3339(std::string_view text);

// A civil date and time of day in some zone; weekday is ISO (Monday is 1).
struct CivilTime {
    int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, isoweekday = 4;
};

// An IANA time zone ("Asia/Shanghai"). Immutable and cheap to copy; safe to share between threads.
class TimeZone {
public:
    static Result<TimeZone> create(std::string_view iana_name);
    static TimeZone utc();

    const std::string& name() const { return m_name; }
    int offset_s(Instant at) const;
    CivilTime civil(Instant at) const;
    Instant from_civil(const CivilTime& time) const; // the earlier one where a time occurs twice
    // Days since 1970-01-01 in this zone: two moments are on the same day if their numbers are equal.
    std::int32_t day_number(Instant at) const;
    Instant start_of_day(std::int32_t day_number) const;
    std::string rfc3339(Instant at) const; // with this zone's offset, seconds precision (milliseconds if not 0)

private:
    struct Impl;
    TimeZone(std::string name, std::shared_ptr<const Impl> impl);
    std::string m_name;
    std::shared_ptr<const Impl> m_impl;
};

std::string to_rfc3339_utc(Instant at);

} // namespace kiosk::core
