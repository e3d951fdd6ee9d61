// SPDX-License-Identifier: Apache-2.0
// The salon as its guests meet it: through the broker, from the built plugin folder.
#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"

#include <algorithm>

using namespace kiosk;
using core::Outcome;
using core::Reason;

namespace {

struct Salon {
    test::Bench bench;
    std::unique_ptr<plugin_host::Broker> broker = bench.broker("salon", test::salon_folders());
    test::Door door;
    core::PluginVerdict decide() { return broker->decide(door.query()); }
    std::vector<core::LocalText> welcome() {
        return broker->welcome(door.config, door.in_roster ? &door.guest : nullptr, door.request.at);
    }
};

core::AgendaItem item(const char* kind, const char* zh, const char* starts, const char* ends, const char* room = "") {
    return {kind, {zh, zh}, {room, room}, test::at(starts), test::at(ends)};
}

bool says(const std::vector<core::LocalText>& lines, std::string_view zh) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return line.zh.find(zh) != std::string::npos; });
}

} // namespace

TEST_CASE("salon: without settings everybody may come", "[salon]") {
    Salon salon;
    CHECK(salon.decide().outcome == Outcome::Admitted);
    salon.door.in_roster = false;
    CHECK(salon.decide().outcome == Outcome::Admitted);
    salon.door.request.at = test::at("2026-11-20T06:00:00+08:00");
    CHECK(salon.decide().outcome == Outcome::Admitted);
}

TEST_CASE("salon: where the roster is required a ticket without an entry goes to staff", "[salon]") {
    Salon salon;
    salon.door.config.event.settings = R"({"require_roster":true})";
    CHECK(salon.decide().outcome == Outcome::Admitted);
    salon.door.in_roster = false;
    const auto verdict = salon.decide();
    CHECK(verdict.outcome == Outcome::StaffCheck);
    CHECK(verdict.reason == Reason::Rules);
    CHECK_FALSE(verdict.explanation.zh.empty());
    CHECK_FALSE(verdict.explanation.en.empty());
}

TEST_CASE("salon: doors open when the organizer says, and earlier for those who prepare", "[salon]") {
    Salon salon;
    salon.door.config.event.settings = R"({"doors":{"opens_min":30}})";
    salon.door.request.at = test::at("2026-11-20T12:29:59+08:00");
    const auto verdict = salon.decide();
    CHECK(verdict.outcome == Outcome::Refused);
    CHECK(verdict.reason == Reason::Closed);
    CHECK(verdict.explanation.en == "Doors open at 12:30");
    salon.door.guest.event_role = "speaker";
    CHECK(salon.decide().outcome == Outcome::Admitted);
    salon.door.guest.event_role = "attendee";
    salon.door.request.at = test::at("2026-11-20T12:30:00+08:00");
    CHECK(salon.decide().outcome == Outcome::Admitted);

    SECTION("without minutes the admission time holds") {
        salon.door.config.event.settings = R"({"doors":{"early_roles":[]}})";
        salon.door.config.event.admission = test::at("2026-11-20T12:45:00+08:00");
        salon.door.guest.event_role = "speaker";
        CHECK(salon.decide().explanation.en == "Doors open at 12:45");
    }
    SECTION("across midnight the clock stays a clock") {
        salon.door.config.event.starts = test::at("2026-11-20T00:10:00+08:00");
        salon.door.request.at = test::at("2026-11-19T23:00:00+08:00");
        CHECK(salon.decide().explanation.en == "Doors open at 23:40");
    }
}

TEST_CASE("salon: a door for some roles keeps the others out", "[salon]") {
    Salon salon;
    salon.door.config.event.settings = R"({"role_checkpoints":{"backstage":["staff","speaker"]}})";
    CHECK(salon.decide().outcome == Outcome::Admitted); // the main door
    salon.door.request.checkpoint = "backstage";
    CHECK(salon.decide().reason == Reason::NotInvited);
    salon.door.guest.event_role = "speaker";
    CHECK(salon.decide().outcome == Outcome::Admitted);
}

TEST_CASE("salon: what is to be asked at the door is asked once", "[salon]") {
    Salon salon;
    salon.door.config.event.settings = R"({"ask_at_door":["pg_status","tracks"]})";
    auto verdict = salon.decide();
    CHECK(verdict.outcome == Outcome::Incomplete);
    CHECK(verdict.questions == std::vector<std::string>{"pg_status", "tracks"});

    salon.door.guest.answers = {{"pg_status", std::string("trial")}};
    CHECK(salon.decide().questions == std::vector<std::string>{"tracks"});
    salon.door.request.answers = {{"tracks", std::vector<std::string>{"no such option"}}};
    CHECK(salon.decide().questions == std::vector<std::string>{"tracks"}); // does not fit: asked again
    salon.door.request.answers = {{"tracks", std::vector<std::string>{"mysql"}}};
    CHECK(salon.decide().outcome == Outcome::Admitted);

    for (const auto& question : core::own_questions(salon.broker->registration_form(salon.door.config))) {
        const bool at_door = question.id == "pg_status" || question.id == "tracks";
        CHECK((question.ask_at == core::AskAt::CheckIn) == at_door);
        CHECK(question.required == at_door);
    }
}

TEST_CASE("salon: settings that nobody can read go to staff and don't switch the plugin off", "[salon]") {
    const auto settings =
        GENERATE(R"({"require_roster":"yes"})", R"({"doors":{"opens_min":"soon"}})",
                 R"({"doors":{"opens_min":100000}})", R"({"ask_at_door":["shoe_size"]})", R"({"role_checkpoints":[]})");
    Salon salon;
    salon.door.config.event.settings = settings;
    for (int i = 0; i < 4; ++i)
        CHECK(salon.decide().reason == Reason::PluginUnavailable);
    CHECK(salon.bench.log.holds("request: event.settings"));
    salon.door.config.event.settings = "";
    CHECK(salon.decide().outcome == Outcome::Admitted);
}

TEST_CASE("salon: its form asks for little and binds what the host knows", "[salon]") {
    Salon salon;
    std::vector<std::string> required, own;
    for (const auto& step : salon.broker->registration_form(salon.door.config))
        for (const auto& field : step.fields) {
            if (field.question.required)
                required.push_back(field.question.id);
            CHECK_FALSE(field.question.text.zh.empty());
            CHECK_FALSE(field.question.text.en.empty());
        }
    for (const auto& question : core::own_questions(salon.broker->registration_form(salon.door.config)))
        own.push_back(question.id);
    CHECK(required == std::vector<std::string>{"name", "phone", "privacy"});
    CHECK(own == std::vector<std::string>{"job_kind", "pg_status", "tracks", "offers", "needs"});
}

TEST_CASE("salon: answers that contradict each other are pointed out", "[salon]") {
    Salon salon;
    CHECK(salon.broker
              ->validate(salon.door.config, nullptr,
                         {{"tracks", std::vector<std::string>{"mysql", "oracle", "cloud"}},
                          {"offers", std::vector<std::string>{"content"}},
                          {"needs", std::vector<std::string>{"channel"}}})
              .problems.empty());
    const auto problems =
        salon.broker
            ->validate(salon.door.config, nullptr,
                       {{"tracks", std::vector<std::string>{"mysql", "oracle", "cloud", "other"}},
                        {"offers", std::vector<std::string>{"content", "talent"}},
                        {"needs", std::vector<std::string>{"talent"}}})
            .problems;
    REQUIRE(problems.size() == 2);
    CHECK(problems[0].field == "tracks");
    CHECK(problems[1].field == "needs");
    CHECK_FALSE(problems[1].text.zh.empty());
}

TEST_CASE("salon: the welcome follows role, place, time and wishes", "[salon]") {
    Salon salon;
    CHECK(salon.welcome().size() == 1);
    CHECK(says(salon.welcome(), "祝您今天有收获"));

    salon.door.guest.event_role = "speaker";
    salon.door.config.event.settings = R"({"zones":{"speaker":{"zh":"讲师休息室","en":"Speakers' room"}}})";
    salon.door.config.event.addons = {"matchmaking"};
    salon.door.guest.answers = {{"needs", std::vector<std::string>{"channel"}}};
    salon.door.config.event.agenda = {
        item("talk", "架构", "2026-11-20T14:00:00+08:00", "2026-11-20T14:30:00+08:00"),
        item("opening", "开场", "2026-11-20T13:10:00+08:00", "2026-11-20T13:20:00+08:00", "主会场"),
        item("checkin", "签到", "2026-11-20T13:00:00+08:00", "2026-11-20T13:10:00+08:00")};
    const auto lines = salon.welcome();
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].en == "Thank you for speaking today");
    CHECK(lines[1].en == "Your place: Speakers' room");
    CHECK(lines[2].zh == "「开场」13:10 在主会场开始\uff0c请入座");
    CHECK(lines[3].en == "Looking for customers and channels? Book a table in the business area");
    CHECK(lines[3].zh.find("客户与渠道") != std::string::npos);
}

TEST_CASE("salon: somebody who comes into a talk is asked to be quiet, but not at its end", "[salon]") {
    Salon salon;
    salon.door.config.event.agenda = {item("talk", "架构", "2026-11-20T14:00:00+08:00", "2026-11-20T14:30:00+08:00"),
                                      item("break", "茶歇", "2026-11-20T14:30:00+08:00", "2026-11-20T14:50:00+08:00")};
    const auto at = [&](const char* time) {
        salon.door.request.at = test::at(time);
        return salon.welcome();
    };
    CHECK(says(at("2026-11-20T14:10:00+08:00"), "请轻声入场"));
    CHECK_FALSE(says(at("2026-11-20T14:29:00+08:00"), "请轻声入场"));
    CHECK(at("2026-11-20T14:35:00+08:00").size() == 1); // nobody needs to be hushed in a break
    CHECK(at("2026-11-20T13:40:00+08:00").size() == 1); // too early to say
    CHECK(says(at("2026-11-20T13:55:00+08:00"), "14:00 开始"));
}

TEST_CASE("salon: the agenda templates follow on without gaps", "[salon]") {
    Salon salon;
    const bool full_day = GENERATE(false, true);
    const auto items = salon.broker->agenda_template(salon.door.config, full_day);
    REQUIRE(items.size() >= 10);
    CHECK(items.front().kind == "checkin");
    CHECK(items.front().starts == salon.door.config.event.starts);
    for (std::size_t i = 1; i < items.size(); ++i)
        CHECK(items[i].starts == items[i - 1].ends);
    CHECK(items.back().ends - items.front().starts == (full_day ? 525 : 255) * core::minute_ms);
    const auto talks = std::count_if(items.begin(), items.end(), [](const core::AgendaItem& talk) {
        return talk.kind != "checkin" && talk.kind != "opening" && talk.kind != "break" && talk.kind != "qa" &&
               talk.kind != "draw";
    });
    CHECK(talks == (full_day ? 9 : 5));
}

TEST_CASE("salon: leads stay out of general exports", "[salon]") {
    Salon salon;
    const auto sections = salon.broker->report_sections(salon.door.config);
    REQUIRE(sections.size() == 12);
    for (const auto& section : sections) {
        CHECK_FALSE(section.figures.empty());
        CHECK(section.confidential == (section.id == "leads"));
    }
}
