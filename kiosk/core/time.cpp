// SPDX-License-Identifier: Apache-2.0
#include "core/time.hpp"

#include <fmt/format.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include <chrono>
#include <optional>

namespace kiosk::core {

namespace {

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - static_cast<std::int64_t>(a % b != 0 && (a % b < 0) != (b < 0));
}

std::int64_t days_from_civil(int year, int month, int day) {
    using namespace std::chrono;
    return sys_days{std::chrono::year{year} / month / day}.time_since_epoch().count();
}

CivilTime civil_from_local_ms(std::int64_t local_ms) {
    using namespace std::chrono;
    const auto days_since_epoch = floor_div(local_ms, day_ms);
    const auto in_day_s = static_cast<int>((local_ms - days_since_epoch * day_ms) / 1000);
    const year_month_day date{sys_days{days{days_since_epoch}}};
    CivilTime civil;
    civil.year = static_cast<int>(date.year());
    civil.month = static_cast<int>(static_cast<unsigned>(date.month()));
    civil.day = static_cast<int>(static_cast<unsigned>(date.day()));
    civil.hour = in_day_s / 3600;
    civil.minute = in_day_s / 60 % 60;
    civil.second = in_day_s % 60;
    // 1970-01-01 was a Thursday (4).
    civil.isoweekday = static_cast<int>(floor_div(days_since_epoch + 3, 1) % 7);
    if (civil.isoweekday < 0)
        civil.isoweekday += 7;
    civil.isoweekday += 1;
    return civil;
}

std::string format_local(std::int64_t local_ms, const std::string& offset) {
    const auto civil = civil_from_local_ms(local_ms);
    const auto ms = local_ms - floor_div(local_ms, 1000) * 1000;
    auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", civil.year, civil.month, civil.day, civil.hour,
                            civil.minute, civil.second);
    if (ms != 0)
        text += fmt::format(".{:03}", ms);
    return text + offset;
}

// Reads exactly `count` digits at `at`; moves on.
std::optional<int> digits(std::string_view text, std::size_t& at, int count) {
    int value = 0;
    for (int i = 0; i < count; ++i, ++at) {
        if (at >= text.size() || text[at] < '0' || text[at] > '9')
            return std::nullopt;
        value = value * 10 + (text[at] - '0');
    }
    return value;
}

bool literal(std::string_view text, std::size_t& at, char wanted) {
    if (at >= text.size() || text[at] != wanted)
        return false;
    ++at;
    return true;
}

std::optional<Instant> try_parse(std::string_view text) {
    std::size_t at = 0;
    const auto year = digits(text, at, 4);
    if (!year || !literal(text, at, '-'))
        return std::nullopt;
    const auto month = digits(text, at, 2);
    if (!month || !literal(text, at, '-'))
        return std::nullopt;
    const auto day = digits(text, at, 2);
    if (!day || at >= text.size() || (text[at] != 'T' && text[at] != 't' && text[at] != ' '))
        return std::nullopt;
    ++at;
    const auto hour = digits(text, at, 2);
    if (!hour || !literal(text, at, ':'))
        return std::nullopt;
    const auto minute = digits(text, at, 2);
    if (!minute || !literal(text, at, ':'))
        return std::nullopt;
    const auto second = digits(text, at, 2);
    if (!second)
        return std::nullopt;
    std::int64_t ms = 0;
    if (at < text.size() && text[at] == '.') {
        ++at;
        std::int64_t scale = 100;
        std::size_t count = 0;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
            ms += (text[at] - '0') * scale;
            scale /= 10;
        }
        if (count == 0 || count > 9)
            return std::nullopt;
    }
    std::int64_t offset_s = 0;
    if (at < text.size() && (text[at] == 'Z' || text[at] == 'z')) {
        ++at;
    } else if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
        const bool west = text[at] == '-';
        ++at;
        const auto offset_hour = digits(text, at, 2);
        if (!offset_hour || !literal(text, at, ':'))
            return std::nullopt;
        const auto offset_minute = digits(text, at, 2);
        if (!offset_minute || *offset_hour > 23 || *offset_minute > 59)
            return std::nullopt;
        offset_s = *offset_hour * 3600 + *offset_minute * 60;
        if (west)
            offset_s = -offset_s;
    } else {
        return std::nullopt;
    }
    if (at != text.size())
        return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    // A leap second (":60") is taken as the last moment before it: SQLite and ICU know none.
    if (!date.ok() || *year < 1970 || *hour > 23 || *minute > 59 || *second > 60)
        return std::nullopt;
    const auto seconds = days_from_civil(*year, *month, *day) * 86'400 + *hour * 3600 + *minute * 60 +
                         std::min(*second, 59) - offset_s;
    return Instant{seconds * 1000 + ms};
}

} // namespace

Result<Instant> parse_rfc3339(std::string_view text) {
    if (const auto at = try_parse(text))
        return *at;
    return fail(ErrorCode::Invalid, "error.time_format", std::string(text.substr(0, 64)));
}

struct TimeZone::Impl {
    std::unique_ptr<icu::TimeZone> zone;
};

TimeZone::TimeZone(std::string name, std::shared_ptr<const Impl> impl)
    : m_name(std::move(name)), m_impl(std::move(impl)) {}

Result<TimeZone> TimeZone::create(std::string_view iana_name) {
    const auto id = icu::UnicodeString::fromUTF8(
        icu::StringPiece(iana_name.data(), static_cast<std::int32_t>(std::min<std::size_t>(iana_name.size(), 128))));
    auto impl = std::make_shared<Impl>();
    impl->zone.reset(icu::TimeZone::createTimeZone(id));
    if (!impl->zone || *impl->zone == icu::TimeZone::getUnknown())
        return fail(ErrorCode::Invalid, "error.time_zone", std::string(iana_name.substr(0, 128)));
    return TimeZone(std::string(iana_name), std::move(impl));
}

TimeZone TimeZone::utc() {
    static const std::shared_ptr<const Impl> impl = [] {
        auto made = std::make_shared<Impl>();
        made->zone.reset(icu::TimeZone::getGMT()->clone());
        return made;
    }();
    return {"UTC", impl};
}

int TimeZone::offset_s(Instant at) const {
    std::int32_t raw_ms = 0, dst_ms = 0;
    UErrorCode error = U_ZERO_ERROR;
    m_impl->zone->getOffset(static_cast<UDate>(at.unix_ms), false, raw_ms, dst_ms, error);
    return U_FAILURE(error) ? 0 : (raw_ms + dst_ms) / 1000;
}

CivilTime TimeZone::civil(Instant at) const { return civil_from_local_ms(at.unix_ms + offset_s(at) * 1000LL); }

Instant TimeZone::from_civil(const CivilTime& time) const {
    const auto local_ms = (days_from_civil(time.year, time.month, time.day) * 86'400 + time.hour * 3600LL +
                           time.minute * 60LL + time.second) *
                          1000;
    std::int32_t raw_ms = 0, dst_ms = 0;
    UErrorCode error = U_ZERO_ERROR;
    m_impl->zone->getOffset(static_cast<UDate>(local_ms), true, raw_ms, dst_ms, error);
    return {local_ms - (U_FAILURE(error) ? 0 : raw_ms + dst_ms)};
}

std::int32_t TimeZone::day_number(Instant at) const {
    return static_cast<std::int32_t>(floor_div(at.unix_ms + offset_s(at) * 1000LL, day_ms));
}

Instant TimeZone::start_of_day(std::int32_t day_number) const {
    const auto civil = civil_from_local_ms(day_number * day_ms);
    return from_civil(civil);
}

std::string TimeZone::rfc3339(Instant at) const {
    const int offset = offset_s(at);
    if (offset == 0)
        return format_local(at.unix_ms, "+00:00");
    const int magnitude = offset < 0 ? -offset : offset;
    return format_local(at.unix_ms + offset * 1000LL, fmt::format("{}{:02}:{:02}", offset < 0 ? '-' : '+',
                                                                  magnitude / 3600, magnitude / 60 % 60));
}

std::string to_rfc3339_utc(Instant at) { return format_local(at.unix_ms, "Z"); }

} // namespace kiosk::core
