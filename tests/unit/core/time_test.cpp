// SPDX-License-Identifier: Apache-2.0
#include "core/time.hpp"

#include "support/catch.hpp"

using namespace kiosk::core;

namespace {

std::int64_t ms(std::string_view text) { return parse_rfc3339(text).value().unix_ms; }

} // namespace

TEST_CASE("time: RFC 3339 in its forms", "[core][time]") {
    CHECK(ms("1970-01-01T00:00:00Z") == 0);
    CHECK(ms("2026-11-20T13:05:00+08:00") == ms("2026-11-20T05:05:00Z"));
    CHECK(ms("2026-11-20T13:05:00.25+08:00") - ms("2026-11-20T13:05:00+08:00") == 250);
    CHECK(ms("2024-02-29T00:00:00-05:30") == ms("2024-02-29T05:30:00Z"));
    for (const auto* wrong : {"", "2026-11-20", "2026-11-20T13:05:00", "2026-13-20T13:05:00Z", "2026-02-30T13:05:00Z",
                              "2026-11-20T24:00:00Z", "2026-11-20T13:60:00Z", "2026-11-20T13:05:00+8:00",
                              "2026-11-20T13:05:00Zx", "2026-11-20T13:05:00.Z", "1969-12-31T23:59:59Z", "今天"}) {
        INFO(wrong);
        CHECK_FALSE(parse_rfc3339(wrong));
    }
}

TEST_CASE("time: days and weekdays are those of the event's zone", "[core][time]") {
    const auto shanghai = TimeZone::create("Asia/Shanghai").value();
    const Instant before{ms("2026-11-20T23:59:59+08:00")}, after{ms("2026-11-21T00:00:00+08:00")};
    CHECK(shanghai.day_number(after) == shanghai.day_number(before) + 1);
    CHECK(shanghai.start_of_day(shanghai.day_number(after)) == after);
    CHECK(shanghai.civil(before).isoweekday == 5); // a Friday
    CHECK(shanghai.civil(after).isoweekday == 6);
    CHECK(shanghai.civil({ms("2026-11-23T00:30:00+08:00")}).isoweekday == 1);
    CHECK(shanghai.rfc3339(before) == "2026-11-20T23:59:59+08:00");
    CHECK_FALSE(TimeZone::create("Asia/Nowhere"));
}

TEST_CASE("time: summer time does not move a day", "[core][time]") {
    const auto berlin = TimeZone::create("Europe/Berlin").value();
    const auto first = berlin.day_number({ms("2026-03-29T00:30:00+01:00")});
    CHECK(berlin.day_number({ms("2026-03-29T23:30:00+02:00")}) == first); // a day of 23 hours
    CHECK(berlin.rfc3339(berlin.start_of_day(first + 1)) == "2026-03-30T00:00:00+02:00");
    CivilTime noon = berlin.civil({ms("2026-07-01T12:00:00+02:00")});
    CHECK(berlin.from_civil(noon) == Instant{ms("2026-07-01T12:00:00+02:00")});
}
