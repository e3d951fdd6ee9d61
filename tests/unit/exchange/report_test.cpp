// SPDX-License-Identifier: Apache-2.0
// Reports: every figure from rows, nothing made up, nothing told that is confidential.
#include "exchange_fixture.hpp"

#include "exchange/report.hpp"

#include <nlohmann/json.hpp>

using namespace kiosk;
using exchange::ReportFigure;

namespace {

struct Event {
    test::FakeStore store;
    core::EventConfig config = test::salon();
    core::Catalogue texts = test::exchange_texts();
    int number = 0;

    void add(const core::OperationDraft& draft) { REQUIRE(store.add(draft).has_value()); }
    core::Registration guest(const std::string& name, const std::string& organisation, core::Answers answers = {}) {
        core::Registration made;
        made.uid = made.ticket = "u" + std::to_string(++number);
        made.ticket_type = number % 2 ? "std" : "vip";
        made.person = {name, "", "", organisation, "架构师"};
        made.answers = std::move(answers);
        return made;
    }
    void enter(const core::Registration& who, const char* at, const std::string& door = "main", core::Answers answers = {}) {
        core::ScanRecord scan;
        scan.registration = who.uid;
        scan.ticket = who.ticket;
        scan.checkpoint = door;
        scan.outcome = core::Outcome::Admitted;
        scan.at = *core::parse_rfc3339(at);
        scan.answers = std::move(answers);
        add(core::make_scan(scan));
    }
    exchange::ReportRequest request(std::vector<std::string> figures, bool section_is_confidential = false) {
        exchange::ReportRequest made;
        made.store = &store;
        made.config = &config;
        made.texts = &texts;
        made.sections = {{"s", {"章节", "Section"}, std::move(figures), section_is_confidential}};
        made.now = *core::parse_rfc3339("2026-11-20T18:30:00+08:00");
        return made;
    }
    ReportFigure figure(const std::string& id, bool confidential = false) {
        auto asked = request({id}, confidential);
        asked.confidential = confidential;
        const auto report = exchange::make_report(asked);
        REQUIRE(report.has_value());
        REQUIRE(report->parts.size() == 1);
        REQUIRE(report->parts.front().figures.size() == 1);
        return report->parts.front().figures.front();
    }
    std::vector<std::vector<std::string>> rows(const std::string& id, bool confidential = false) {
        const auto made = figure(id, confidential);
        REQUIRE(made.table.has_value());
        std::vector<std::vector<std::string>> texts_of_rows;
        for (const auto& row : made.table->rows) {
            auto& line = texts_of_rows.emplace_back();
            for (const auto& cell : row)
                line.push_back(cell.text);
        }
        return texts_of_rows;
    }
};

using Rows = std::vector<std::vector<std::string>>;

} // namespace

TEST_CASE("report: people, tickets and answers come from rows", "[exchange][report]") {
    Event event;
    const auto one = event.guest("王谷雨", "松果示例软件", {{"pg_status", std::string("production")}});
    const auto two = event.guest("李白露", "松果 示例软件", {{"tracks", std::vector<std::string>{"mysql", "oracle"}}});
    const auto three = event.guest("单芒种", "个人", {{"pg_status", std::string("none")}});
    auto gone = event.guest("解惊蛰", "青屿示例银行", {{"pg_status", std::string("none")}});
    gone.status = core::RegistrationStatus::Cancelled;
    for (const auto& guest : {one, two, three, gone})
        event.add(core::make_registration(guest));
    event.enter(one, "2026-11-20T13:05:00+08:00");
    event.enter(two, "2026-11-20T13:20:00+08:00", "main", {{"pg_status", std::string("production")}});
    CHECK(event.figure("registered").count == 3);
    CHECK(event.figure("present").count == 2);
    CHECK(event.figure("absent").count == 1);
    CHECK(event.figure("walk_in").count == 0);
    CHECK(event.figure("attendance_rate").text == "66.7%");
    CHECK(event.figure("organisations").count == 1); // one name however it is spaced
    CHECK(event.rows("arrival_curve") == Rows{{"13:00", "1"}, {"13:15", "1"}});
    CHECK(event.rows("tickets_by_type") == Rows{{"标准票", "2", "1"}, {"贵宾票", "1", "1"}});
    // What was answered at the door counts as what was answered before.
    CHECK(event.rows("answers_pg_status") == Rows{{"已在生产使用", "2", "2"}, {"暂时没有用", "1", "0"}});
    CHECK(event.rows("answers_tracks") == Rows{{"MySQL 迁移", "1", "1"}, {"Oracle 迁移", "1", "1"}});
    CHECK(event.figure("answers_pg_status").label == "PostgreSQL 用到哪一步了");
}

TEST_CASE("report: numbers are counted, added and averaged; words are counted alone", "[exchange][report]") {
    Event event;
    core::Question years;
    years.id = "years";
    years.type = core::QuestionType::Number;
    years.text = {"用了几年", "Years of use"};
    core::Question words = years;
    words.id = "wish";
    words.type = core::QuestionType::Text;
    event.config.questions = {years, words};
    for (const auto* value : {"3", "4.5", "很多"})
        event.add(core::make_registration(event.guest("王谷雨", "", {{"years", std::string(value)}, {"wish", std::string("SECRET")}})));
    CHECK(event.rows("answers_years") == Rows{{"已回答", "3", "0"}, {"合计", "7.5", ""}, {"平均", "3.8", ""}});
    CHECK(event.rows("answers_wish") == Rows{{"已回答", "3", "0"}});
    CHECK(event.rows("answers_wish", true) == Rows{{"已回答", "3", "0"}});
}

TEST_CASE("report: what is not recorded is said to be so, and what nobody knows is named", "[exchange][report]") {
    Event event;
    auto request = event.request({"registered", "feedback_mean", "bookings_by_slot", "answers_never_asked", "regisered"});
    const auto report = exchange::make_report(request);
    REQUIRE(report.has_value());
    CHECK(report->unknown == std::vector<std::string>{"regisered"});
    const auto text = exchange::report_markdown(request, *report);
    CHECK(text.find("没有记录：满意度、各时段洽谈、answers\\_never\\_asked。") != std::string::npos);
    CHECK(text.find("无法识别的统计项：regisered。") != std::string::npos);
    const auto json = nlohmann::json::parse(exchange::report_json(request, *report));
    CHECK(json["unknown"] == nlohmann::json::array({"regisered"}));
    CHECK(json["sections"][0]["figures"][0]["count"] == 0);
    CHECK(json["sections"][0]["figures"][1]["state"] == "not_recorded");
    CHECK_FALSE(json["sections"][0]["figures"][1].contains("count"));
    CHECK(json["sections"][0]["figures"][4]["state"] == "unknown");
}

TEST_CASE("report: confidential sections are left out, counted, and marked where they are asked for", "[exchange][report]") {
    Event event;
    auto request = event.request({"leads_by_type"}, true);
    auto report = exchange::make_report(request);
    REQUIRE(report.has_value());
    CHECK(report->parts.empty());
    CHECK(report->withheld == 1);
    CHECK(exchange::report_markdown(request, *report).find("另有 1 个保密章节") != std::string::npos);
    request.confidential = true;
    report = exchange::make_report(request);
    REQUIRE(report.has_value());
    const auto text = exchange::report_markdown(request, *report);
    CHECK(text.find("## 章节（保密）") != std::string::npos);
    CHECK(text.find("请勿转发") != std::string::npos);
}

TEST_CASE("report: a closed door shows its public name and a number; its guests stay inside", "[exchange][report]") {
    Event event;
    event.config.sessions.front().title = {"SECRET-TITLE", "SECRET-TITLE"};
    const auto guest = event.guest("王谷雨", "松果示例软件");
    event.add(core::make_registration(guest));
    event.enter(guest, "2026-11-20T16:00:00+08:00", "cd");
    CHECK(event.rows("admitted_by_session") == Rows{{"闭门场次", "1"}});
    event.config.sessions.front().public_title = {"内部会议", "Internal"};
    CHECK(event.rows("admitted_by_session") == Rows{{"内部会议", "1"}});
    CHECK(event.rows("admitted_by_session", true) == Rows{{"SECRET-TITLE", "1"}});
    CHECK(event.figure("closed_door_roster").count == 1);
    CHECK_FALSE(event.figure("closed_door_roster").table.has_value());
    CHECK(event.rows("closed_door_roster", true) == Rows{{"王谷雨", "松果示例软件", "架构师", "✓"}});
}

TEST_CASE("report: only who agreed to be named is named; the others are a number", "[exchange][report]") {
    Event event;
    core::Question role;
    role.id = "role_wanted";
    role.type = core::QuestionType::Single;
    role.text = {"想担任", "Role"};
    role.options = {{"member", {"成员", "Member"}}, {"organizer", {"组织者", "Organizer"}}};
    event.config.questions = {role};
    auto named = event.guest("王谷雨", "松果示例软件", {{"role_wanted", std::string("organizer")}});
    named.consents["media"] = true;
    const auto unnamed = event.guest("李白露", "青屿示例银行", {{"role_wanted", std::string("member")}});
    const auto absent = event.guest("单芒种", "海棠示例航运", {{"role_wanted", std::string("member")}});
    for (const auto& guest : {named, unnamed, absent})
        event.add(core::make_registration(guest));
    event.enter(named, "2026-11-20T13:05:00+08:00");
    event.enter(unnamed, "2026-11-20T13:06:00+08:00");
    CHECK(event.figure("founding_roster").count == 2);
    CHECK(event.rows("founding_roster") ==
          Rows{{"组织者", "王谷雨", "松果示例软件", "架构师"}, {"另有 1 位未同意公开姓名", "", "", ""}});
    CHECK(event.rows("founding_roster", true).size() == 2);
    CHECK(event.figure("founding_organisations").count == 2);
    CHECK(event.figure("founding_organizers").count == 1);
}

TEST_CASE("report: attendance by lesson, and who attended four fifths", "[exchange][report]") {
    Event event;
    event.config.sessions.clear();
    event.config.checkpoints.clear();
    for (int i = 1; i <= 5; ++i) {
        core::Session lesson;
        lesson.id = "c" + std::to_string(i);
        lesson.kind = "class";
        lesson.title = {"第" + std::to_string(i) + "课", "Lesson"};
        event.config.sessions.push_back(lesson);
        core::Checkpoint door;
        door.id = "d" + std::to_string(i);
        door.session = lesson.id;
        event.config.checkpoints.push_back(door);
    }
    const auto four = event.guest("王谷雨", ""), three = event.guest("李白露", "");
    event.add(core::make_registration(four));
    event.add(core::make_registration(three));
    for (const auto* door : {"d1", "d2", "d3", "d5"})
        event.enter(four, "2026-11-20T13:05:00+08:00", door);
    for (const auto* door : {"d1", "d1", "d2", "d3"})
        event.enter(three, "2026-11-20T13:05:00+08:00", door);
    CHECK(event.figure("eligibility").count == 1);
    CHECK(event.rows("attendance_matrix", true) ==
          Rows{{"李白露", "✓", "✓", "✓", "–", "–"}, {"王谷雨", "✓", "✓", "✓", "–", "✓"}});
    CHECK(event.rows("attendance_matrix").front().front() == "李*露");
}

TEST_CASE("report: days without lessons are the days of the event", "[exchange][report]") {
    Event event;
    event.config.sessions.clear();
    event.config.event.ends = *core::parse_rfc3339("2026-11-21T18:00:00+08:00");
    const auto guest = event.guest("王谷雨", "");
    event.add(core::make_registration(guest));
    event.enter(guest, "2026-11-20T13:05:00+08:00");
    event.enter(guest, "2026-11-21T09:05:00+08:00");
    CHECK(event.rows("admitted_by_day") == Rows{{"2026-11-20", "1"}, {"2026-11-21", "1"}});
    CHECK(event.rows("attendance_matrix", true) == Rows{{"王谷雨", "✓", "✓"}});
    CHECK(event.figure("eligibility").count == 1);
}

TEST_CASE("report: leads by type and per hundred guests", "[exchange][report]") {
    Event event;
    const auto guest = event.guest("王谷雨", "");
    event.add(core::make_registration(guest));
    event.enter(guest, "2026-11-20T13:05:00+08:00");
    for (const auto& [uid, type, status] : {std::tuple{"1", "trial", core::LeadStatus::New}, {"2", "trial", core::LeadStatus::Won},
                                            {"3", "business", core::LeadStatus::Parked}}) {
        core::Lead lead;
        lead.uid = uid;
        lead.type = type;
        lead.status = status;
        event.add(core::make_lead(lead));
    }
    CHECK(event.rows("leads_by_type") == Rows{{"商务对接", "1", "0", "0"}, {"产品试用", "2", "1", "1"}});
    CHECK(event.figure("leads_per_100_present").text == "300");
}

TEST_CASE("report: interviews are counted, by answers and by the lines of their lists", "[exchange][report]") {
    Event event;
    core::FormField systems, pains;
    systems.question.id = "Q11";
    systems.question.type = core::QuestionType::List;
    systems.question.text = {"系统清单", "Systems"};
    systems.question.columns = {{"database", core::QuestionType::Single, true, {"数据库", "Database"}, {{"pg", {"PostgreSQL", "PostgreSQL"}}}},
                                {"count", core::QuestionType::Number, false, {"套数", "Instances"}, {}}};
    pains.question.id = "Q41";
    pains.question.type = core::QuestionType::TextArea;
    pains.question.text = {"痛点", "Pains"};
    event.add(core::make_config({"form", "visit_enterprise/deep/1", core::form_json({{"estate", {"现状", "Estate"}, {systems, pains}}})}));
    for (const auto& [uid, status] : {std::pair{"r1", core::ResponseStatus::Final}, {"r2", core::ResponseStatus::Final}, {"r3", core::ResponseStatus::Draft}}) {
        core::Response response;
        response.uid = uid;
        response.plugin = "visit_enterprise";
        response.questionnaire = "deep";
        response.status = status;
        response.organisation = "海棠示例航运";
        response.answers["Q11"] = core::AnswerRows{{{"database", "pg"}, {"count", "12"}}, {{"database", "other"}, {"count", "1"}}};
        response.answers["Q41"] = std::string("换库太慢");
        event.add(core::make_response(response));
    }
    const auto responses = event.figure("questionnaire_deep_responses");
    CHECK(responses.count == 2);
    CHECK(responses.text == "2（另有 1 份未完成）");
    CHECK(event.rows("answers_Q11_database") == Rows{{"other", "2", "2"}, {"PostgreSQL", "2", "24"}});
    CHECK(event.figure("answers_Q11_database").label == "系统清单 · 数据库");
    CHECK(event.rows("answers_Q41") == Rows{{"已回答", "2"}}); // words of an interview stay confidential
    CHECK(event.rows("answers_Q41", true) == Rows{{"已回答", "2"}, {"海棠示例航运", "换库太慢"}, {"海棠示例航运", "换库太慢"}});
}

TEST_CASE("report: public texts round down and say so", "[exchange][report]") {
    for (const auto& [count, shown] : {std::pair<std::int64_t, std::string>{0, "0"}, {7, "7"}, {10, "10"}, {34, "30+"}, {99, "90+"},
                                       {100, "100"}, {172, "170+"}, {1000, "1000"}, {12'634, "12000+"}}) {
        CAPTURE(count);
        CHECK(exchange::rounded_count(count) == shown);
    }
    Event event;
    for (int i = 0; i < 34; ++i)
        event.add(core::make_registration(event.guest("王谷雨", "")));
    auto request = event.request({"registered"});
    request.rounded = true;
    const auto report = exchange::make_report(request);
    REQUIRE(report.has_value());
    CHECK(exchange::report_markdown(request, *report).find("| 报名人数 | 30+ |") != std::string::npos);
    CHECK(nlohmann::json::parse(exchange::report_json(request, *report))["sections"][0]["figures"][0]["count"] == 34);
}

TEST_CASE("report: what somebody typed is no markup of the report", "[exchange][report]") {
    Event event;
    event.config.event.title = {"# <script>alert(1)</script> | [x](http://y)\n## z", ""};
    const auto request = event.request({"registered"});
    const auto report = exchange::make_report(request);
    REQUIRE(report.has_value());
    const auto text = exchange::report_markdown(request, *report);
    CHECK(text.starts_with("# \\# \\<script\\>alert(1)\\</script\\> \\| \\[x\\](http://y) \\#\\# z\n"));
}

TEST_CASE("report: sections for event types without a plugin", "[exchange][report]") {
    Event event;
    auto request = event.request({});
    request.sections = exchange::default_sections(event.texts);
    request.confidential = true;
    const auto report = exchange::make_report(request);
    REQUIRE(report.has_value());
    CHECK(report->unknown.empty());
    CHECK(exchange::report_markdown(request, *report).find("report.") == std::string::npos); // no text is missing
}
