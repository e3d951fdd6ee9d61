// SPDX-License-Identifier: Apache-2.0
#include "app/agenda.hpp"
#include "app/event_settings.hpp"
#include "support/catch.hpp"

using namespace kiosk;
using namespace kiosk::app;

namespace {

core::Instant at(const std::string& time) { return *core::parse_rfc3339("2026-11-20T" + time + ":00+08:00"); }

core::Event event() {
    core::Event event;
    event.timezone = *core::TimeZone::create("Asia/Shanghai");
    event.starts = at("13:00");
    event.title = {"沙龙", "Salon"};
    event.agenda = {
        {"opening", {"开场", "Opening"}, {"主会场", "Main hall"}, at("13:30"), at("13:40")},
        {"checkin", {"签到", "Check-in"}, {"前厅", "Foyer"}, at("13:00"), at("17:00")},
        {"closed_door", {"某企业闭门", "Secret"}, {}, at("13:50"), at("15:00")},
        {"case", {"案例甲", "Case A"}, {}, at("15:30"), at("15:30")}, // no end: until the next one
        {"case", {"案例乙", "Case B"}, {}, at("15:30"), at("16:00")},
        {"draw", {"抽奖", "Draw"}, {}, at("17:10"), at("17:10")},
        {"later", {"明天", "Tomorrow"}, {}, at("13:00") + core::day_ms, at("14:00") + core::day_ms},
    };
    return event;
}

} // namespace

TEST_CASE("agenda: now is what began last, next is later today", "[app][agenda]") {
    const auto salon = event();
    auto both = now_and_next(salon, at("12:00"));
    CHECK_FALSE(both.now);
    CHECK(both.next->title.zh == "签到");
    both = now_and_next(salon, at("13:35"));
    CHECK(both.now->title.zh == "开场"); // check-in is open all afternoon
    CHECK(both.next->title.zh == "案例甲"); // the closed door is nobody's business
    both = now_and_next(salon, at("13:55"));
    CHECK(both.now->title.zh == "签到");
    both = now_and_next(salon, at("15:45"));
    CHECK(both.now->title.zh == "案例甲");
    CHECK(both.next->time == "17:10");
    both = now_and_next(salon, at("17:30"));
    CHECK(both.now->title.zh == "抽奖");
    CHECK_FALSE(both.next); // tomorrow's time would be read as today's
    both = now_and_next(salon, at("20:00"));
    CHECK_FALSE(both.now);
}

TEST_CASE("agenda: moments in the event's zone, dates as each language writes them", "[app][agenda]") {
    const auto zone = *core::TimeZone::create("Asia/Shanghai");
    CHECK(clock_text(zone, *core::parse_rfc3339("2026-11-19T16:05:59Z")) == "00:05");
    const auto date = date_text(zone, *core::parse_rfc3339("2026-11-19T16:05:59Z"));
    CHECK(date.zh == "11月20日");
    CHECK(date.en == "20 Nov");
}

TEST_CASE("agenda: an event's settings are read without trust", "[app][agenda]") {
    auto salon = event();
    salon.settings = "not json";
    CHECK(read_event_settings(salon).accent.empty());
    salon.settings = R"({"accent": "red", "slides": {"lines": 3}})";
    CHECK(read_event_settings(salon).accent.empty());
    salon.settings = R"({"accent": "#abcdef", "slides": [7, {}, {"lines": [{"zh": "甲"}, {"zh": 5}, []]}]})";
    const auto settings = read_event_settings(salon);
    CHECK(settings.accent == "#abcdef");
    REQUIRE(settings.slides.size() == 1);
    CHECK(settings.slides[0].size() == 1);
}
