// SPDX-License-Identifier: Apache-2.0
// Visits to towns and universities, closed doors and the business area as guests and staff meet them: through the broker,
// from the built plugin folders.
#include "unit/plugin_host/visit.hpp"

using namespace kiosk;
using namespace kiosk::test;
using core::Outcome;
using core::QuestionType;
using core::Reason;

TEST_CASE("visit_town: open, unless residents only are wanted", "[visit_town]") {
    Visit visit("visit_town");
    visit.walks_in();
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.settings(R"({"residents_only":true})");
    CHECK(visit.decide().questions == Ids{"resident_company"});
    visit.door.request.answers = {{"resident_company", std::string("resident")}};
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.door.request.answers = {{"resident_company", std::string("other")}};
    CHECK(visit.decide().reason == Reason::Unapproved);
    visit.door.guest.source = core::RegistrationSource::Import; // the list is the town's own
    CHECK(visit.decide().outcome == Outcome::Admitted);
}

TEST_CASE("visit_town: goals are asked of those who run the town", "[visit_town]") {
    Visit visit("visit_town");
    const auto form = visit.registration();
    CHECK(asked(form, "goals", {{"resident_company", std::string("operator")}}));
    CHECK_FALSE(asked(form, "goals", {{"resident_company", std::string("resident")}}));
    CHECK(leads_from(form, {{"resident_company", std::string("moving_in")}, {"membership", std::string("yes")}}) ==
          std::set<std::string>{"town", "membership"});
    CHECK(leads_from(form, {{"resident_company", std::string("resident")}, {"membership", std::string("later")}})
              .empty());
}

TEST_CASE("visit_campus: students and teachers are asked what fits them, nobody for a date of birth",
          "[visit_campus]") {
    Visit visit("visit_campus");
    visit.walks_in();
    CHECK(visit.decide().outcome == Outcome::Admitted);
    const auto form = visit.registration();
    const core::Answers student{{"campus_role", std::string("student")}},
        teacher{{"campus_role", std::string("teacher")}};
    for (const char* id : {"major", "degree", "graduation_year", "intention"}) {
        CHECK(asked(form, id, student));
        CHECK_FALSE(asked(form, id, teacher));
    }
    for (const char* id : {"textbook", "course"}) {
        CHECK(asked(form, id, teacher));
        CHECK_FALSE(asked(form, id, student));
    }
    for (const auto& step : form)
        for (const auto& field : step.fields)
            CHECK(field.question.type != QuestionType::Date);

    auto answers = student;
    answers["intention"] = Ids{"job"};
    CHECK(leads_from(form, answers) == std::set<std::string>{"recruit"});
    answers["intention"] = Ids{"course", "exam"};
    CHECK(leads_from(form, answers) == std::set<std::string>{"training"});
    answers["intention"] = Ids{"none"};
    CHECK(leads_from(form, answers).empty());
}

TEST_CASE("visit_campus: a year of graduation that can't be is pointed out", "[visit_campus]") {
    Visit visit("visit_campus");
    const auto check = [&](const char* year) {
        return complains_at(
            visit.broker->validate(visit.door.config, nullptr, {{"graduation_year", std::string(year)}}),
            "graduation_year");
    };
    CHECK_FALSE(check("2027"));
    CHECK_FALSE(check("2034"));
    CHECK_FALSE(check("1996"));
    CHECK(check("2035"));
    CHECK(check("1995"));
    CHECK_FALSE(check("soon")); // not a number: the type of the field says so
}

TEST_CASE("visit_campus: recruiters' desks open when recruiting begins", "[visit_campus]") {
    Visit visit("visit_campus");
    const auto items = visit.broker->agenda_template(visit.door.config, false);
    const auto recruiting =
        std::find_if(items.begin(), items.end(), [](const auto& item) { return item.kind == "recruit"; });
    REQUIRE(recruiting != items.end());
    CHECK((recruiting->starts - visit.door.config.event.starts) / core::minute_ms == 145);
    visit.door.guest.answers = {{"intention", Ids{"job"}}};
    CHECK(visit.welcome().size() == 2);
    visit.door.guest.answers = {{"intention", Ids{"none"}}};
    CHECK(visit.welcome().size() == 1);
}

TEST_CASE("closed_door: an event of its own is for the invited", "[closed_door]") {
    Visit visit("closed_door");
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.walks_in();
    CHECK(visit.decide().outcome == Outcome::Refused);
    CHECK(visit.decide().reason == Reason::NotInvited);
    visit.settings(R"({"contact":{"zh":"王女士","en":"Ms Wang"}})");
    const auto verdict = visit.decide();
    CHECK(verdict.reason == Reason::NotInvited);
    CHECK(verdict.explanation.en.find("Ms Wang") != std::string::npos);
    visit.door.in_roster = false; // a ticket that the organizer signed, on a kiosk without the roster
    CHECK(visit.decide().outcome == Outcome::Admitted);
}

TEST_CASE("closed_door: as an add-on it minds the doors of closed sessions only", "[closed_door]") {
    Visit visit("salon", {"closed_door"});
    visit.settings(R"({"closed_door":{"nda":true}})");
    visit.walks_in();
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.comes_to("t1", "track");
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.comes_to("cd1", "closed_door");
    CHECK(visit.decide().reason == Reason::NotInvited);
    visit.door.guest.source = core::RegistrationSource::Invite;
    CHECK(visit.decide().outcome == Outcome::Incomplete);
    visit.settings("{}");
    CHECK(visit.decide().outcome == Outcome::Admitted);
}

TEST_CASE("closed_door: where an NDA is wanted it is accepted, signed, and phones stay outside", "[closed_door]") {
    const bool whole_event = GENERATE(true, false);
    Visit visit(whole_event ? "closed_door" : "salon", whole_event ? Ids{} : Ids{"closed_door"});
    visit.settings(whole_event ? R"({"nda":true})" : R"({"closed_door":{"nda":true}})");
    if (!whole_event)
        visit.comes_to("cd1", "closed_door");
    CHECK(visit.decide().questions == Ids{"nda", "device_ban", "nda_signature"});
    const core::Answer name = std::string("100,200 300,100 500,300 700,100 900,300");
    visit.door.request.answers = {{"nda", true}, {"nda_signature", name}};
    CHECK(visit.decide().questions == Ids{"device_ban"});
    visit.door.request.answers["nda_signature"] = std::string("5,5");
    CHECK(visit.decide().questions == Ids{"device_ban", "nda_signature"}); // a touch is no signature
    visit.door.request.answers = {{"nda", true}, {"nda_signature", name}, {"device_ban", true}};
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.door.request.answers["nda"] = false;
    const auto declined = visit.decide();
    CHECK(declined.outcome != Outcome::Admitted);
    if (!whole_event)
        CHECK(declined.reason == Reason::NdaRequired);
}

TEST_CASE("closed_door: outside it says nothing but welcome", "[closed_door]") {
    Visit visit("closed_door");
    visit.door.config.event.agenda = {{"talk",
                                       {"并购", "Merger"},
                                       {"东厅", "East"},
                                       visit.door.request.at,
                                       visit.door.request.at + 60 * core::minute_ms}};
    const auto lines = visit.welcome();
    REQUIRE(lines.size() == 1);
    for (const char* secret : {"并购", "天天象上", "王谷雨", "东厅"})
        CHECK(lines[0].zh.find(secret) == std::string::npos);
    int open = 0;
    for (const auto& section : visit.broker->report_sections(visit.door.config)) {
        if (section.confidential)
            continue;
        ++open;
        CHECK(section.figures == Ids{"present"});
    }
    CHECK(open == 1);
    Visit salon("salon", {"closed_door"});
    CHECK(salon.welcome().size() == Visit("salon").welcome().size());
}

TEST_CASE("matchmaking: together with the salon nothing is asked or said twice", "[matchmaking]") {
    Visit salon("salon", {"matchmaking"});
    std::multiset<std::string> ids;
    for (const auto& question : core::own_questions(salon.registration()))
        ids.insert(question.id);
    CHECK(ids.count("needs") == 1);
    CHECK(ids.count("offers") == 1);
    CHECK(ids.count("looking_for") == 1);
    CHECK(ids.count("match.needs") == 0);
    salon.door.guest.answers = {{"needs", Ids{"channel"}}};
    CHECK(salon.welcome().size() == 2);
    const auto problems =
        salon.broker->validate(salon.door.config, nullptr, {{"offers", Ids{"talent"}}, {"needs", Ids{"talent"}}})
            .problems;
    CHECK(problems.size() == 1);

    Visit town("visit_town", {"matchmaking"});
    town.door.guest.answers = {{"needs", Ids{"channel"}}};
    const auto lines = town.welcome();
    CHECK(std::any_of(lines.begin(), lines.end(), [](const auto& line) {
        return line.en == "Looking for customers and channels? Book a table in the business area";
    }));
}

TEST_CASE("matchmaking: it holds nobody up, and a topic is short", "[matchmaking]") {
    Visit visit("visit_campus", {"matchmaking"});
    CHECK(visit.decide().outcome == Outcome::Admitted);
    visit.walks_in();
    CHECK(visit.decide().outcome == Outcome::Admitted);
    const auto form = visit.registration();
    std::string topic;
    for (int i = 0; i < 60; ++i)
        topic += "谈";
    const core::Answer fits = topic, long_one = topic + "谈";
    CHECK(core::check_answer(question_of(form, "topic"), &fits) == core::AnswerProblem::None);
    CHECK(core::check_answer(question_of(form, "topic"), &long_one) != core::AnswerProblem::None);
}

TEST_CASE("matchmaking: tables and desks are as the organizer says", "[matchmaking]") {
    Visit visit("salon", {"matchmaking"});
    const auto group = [&](const char* id) {
        const auto all = visit.broker->booking_resources(visit.door.config);
        CHECK(all.rules.needs_check_in);
        CHECK(all.rules.most_per_person == 4);
        CHECK(all.rules.grace_min == 7);
        for (const auto& one : all.groups)
            if (one.id == id)
                return one.count;
        return std::int64_t{0};
    };
    CHECK(group("T") == 8);
    CHECK(group("E") == 2);
    CHECK(group("table") == 0); // the salon leaves tables to the area
    visit.settings(R"({"matchmaking":{"tables":3,"desks":0}})");
    CHECK(group("T") == 3);
    CHECK(group("E") == 0);
}
