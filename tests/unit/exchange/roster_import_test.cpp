// SPDX-License-Identifier: Apache-2.0
#include "exchange_fixture.hpp"

#include "exchange/roster_import.hpp"

#include <xlsxwriter.h>

using namespace kiosk;
using exchange::ImportReport;
using exchange::Severity;

namespace {

struct Roster {
    test::FakeStore store;
    test::FakeClock clock;
    test::CountingRandom random;
    core::EventConfig config = test::salon();
    core::Status status;

    ImportReport import(exchange::RowReader& reader, const exchange::ImportOptions& options = {}) {
        ImportReport report;
        const auto mapping = exchange::guess_mapping(reader, config);
        REQUIRE(mapping.has_value());
        status = exchange::import_roster(reader, *mapping, config, {&store, &random, &clock}, report, options);
        return report;
    }
    ImportReport import(std::string text, const exchange::ImportOptions& options = {}) {
        return import(*test::csv(std::move(text)), options);
    }
    core::Registration only(std::string_view ticket) {
        const auto found = store.registrations_by_ticket(ticket);
        REQUIRE(found.has_value());
        REQUIRE(found->size() == 1);
        return found->front();
    }
};

std::string keys(const ImportReport& report) {
    std::string all;
    for (const auto& problem : report.problems)
        all += (all.empty() ? "" : " ") + std::to_string(problem.row) + ":" + problem.message.key;
    return all;
}

std::string argument(const exchange::RowProblem& problem, std::string_view name) {
    for (const auto& [key, value] : problem.message.args)
        if (key == name)
            return value;
    return {};
}

} // namespace

TEST_CASE("exchange: a roster becomes registrations", "[exchange][import]") {
    Roster roster;
    const auto report = roster.import("姓名,手机,邮箱,单位,职务,票种,票号,状态,嘉宾角色,有效期,备注,pg_status,tracks\r\n"
                                      "王谷雨,+86 100-0000-5678,guyu@example.com,松果示例软件,架构师,贵宾票,g3bb,已支付,演讲嘉宾,2026-11-20 至 2026-11-21,素食,已在生产使用,MySQL 迁移;oracle\r\n");
    REQUIRE(roster.status.has_value());
    CHECK(report.rows == 1);
    CHECK(report.added == 1);
    CHECK(report.problems.empty());
    REQUIRE(roster.store.registrations().size() == 1);
    const auto& registration = roster.store.registrations().begin()->second;
    CHECK(registration.ticket == core::normalise_code("g3bb"));
    CHECK(registration.ticket_type == "vip");
    CHECK(registration.status == core::RegistrationStatus::Confirmed);
    CHECK(registration.source == core::RegistrationSource::Import);
    CHECK(registration.event_role == "speaker");
    CHECK(registration.person.name == "王谷雨");
    CHECK(registration.person.phone == "10000005678");
    CHECK(registration.person.email == "guyu@example.com");
    CHECK(registration.person.organisation == "松果示例软件");
    CHECK(registration.person.title == "架构师");
    CHECK(registration.valid_from == *core::parse_rfc3339("2026-11-20T00:00:00+08:00"));
    CHECK(registration.valid_until == *core::parse_rfc3339("2026-11-21T23:59:59.999+08:00"));
    CHECK(std::get<std::string>(registration.answers.at("pg_status")) == "production");
    CHECK(std::get<std::vector<std::string>>(registration.answers.at("tracks")) == std::vector<std::string>{"mysql", "oracle"});
    CHECK(std::get<std::string>(registration.answers.at("note")) == "素食");
}

TEST_CASE("exchange: importing again updates instead of doubling", "[exchange][import]") {
    Roster roster;
    const std::string first = "姓名,手机,单位,票号\n王谷雨,10000005678,松果,A1\n李白露,10000001024,青屿,A2\n";
    roster.import(first);
    const auto uid = roster.only("A1").uid;
    auto report = roster.import(first);
    CHECK(report.unchanged == 2);
    CHECK(report.added + report.updated == 0);

    report = roster.import("姓名,手机,单位,票号\n王谷雨,10000005678,海棠,A1\n李白露,,,A2\n解惊蛰,10000004096,白鹭,A3\n");
    CHECK(report.updated == 1);
    CHECK(report.unchanged == 1);
    CHECK(report.added == 1);
    CHECK(roster.only("A1").person.organisation == "海棠");
    CHECK(roster.only("A1").uid == uid);
    CHECK(roster.only("A2").person.phone == "10000001024"); // an empty cell leaves a value as it is
    CHECK(roster.store.registrations().size() == 3);
}

TEST_CASE("exchange: rows without a code get one and are found again by phone and name", "[exchange][import]") {
    Roster roster;
    const std::string text = "姓名,手机,单位\n王谷雨,10000005678,松果\n王谷雨,10000001111,松果\n李白露,,青屿\n李白露,,白鹭\n";
    auto report = roster.import(text);
    CHECK(report.added == 4);
    CHECK(report.codes_made == 4);
    std::set<std::string> tickets;
    for (const auto& [uid, registration] : roster.store.registrations()) {
        CHECK(registration.ticket.size() == 10);
        tickets.insert(registration.ticket);
    }
    CHECK(tickets.size() == 4);

    report = roster.import(text);
    CHECK(report.unchanged == 4);
    CHECK(report.codes_made == 0);
    report = roster.import("姓名,手机,职务\n王谷雨,+86 10000005678,架构师\n");
    CHECK(report.updated == 1);
    CHECK(roster.store.registrations().size() == 4);
}

TEST_CASE("exchange: doubles inside a file are refused with both rows", "[exchange][import]") {
    Roster roster;
    const auto report = roster.import("姓名,手机,票号\n王谷雨,1000001,A1\n李白露,1000002,A2\n解惊蛰,1000003,A1\n单芒种,1000004,\n单芒种,1000004,\n王谷雨,1000001,A9\n");
    CHECK(report.added == 4); // one person may hold two tickets
    CHECK(report.refused == 2);
    CHECK(keys(report) == "4:import.refused.same_ticket 6:import.refused.same_person");
    CHECK(argument(report.problems[0], "first") == "2");
    CHECK(argument(report.problems[0], "row") == "4");
    CHECK(argument(report.problems[1], "first") == "5");
    CHECK(report.problems[0].value == "***");
    CHECK(report.problems[0].heading == "票号");
    CHECK(report.problems[0].column == 3);
}

TEST_CASE("exchange: every kind of row that is not taken says why", "[exchange][import]") {
    Roster roster;
    const auto report = roster.import("姓名,手机,票种,票号,状态,有效期起,有效期止\n"
                                      ",10000005678,,,,,\n"
                                      "合计,,,,,,\n"
                                      "王谷雨,1.38E+10,,,,,\n"
                                      "王谷雨,,站票,,,,\n"
                                      "王谷雨,,,,乱写,,\n"
                                      "王谷雨,,,,,soon,\n"
                                      "王谷雨,,,,,2026-11-21,2026-11-20\n" +
                                      std::string(1001, 'x') + ",,,,,,\n"
                                      "王谷雨,,," + std::string(65, 'A') + ",,,\n"
                                      ",,,NEW1,,,\n"
                                      "李白露,ask my boss,,,,,\n");
    REQUIRE(roster.status.has_value());
    CHECK(keys(report) == "2:import.refused.name 3:import.refused.sum 4:import.refused.phone_mangled "
                          "5:import.refused.ticket_type 6:import.refused.status 7:import.refused.date "
                          "8:import.refused.date_order 9:import.refused.too_long 10:import.refused.ticket "
                          "11:import.refused.name 12:import.noted.phone");
    CHECK(report.refused == 10);
    CHECK(report.noted == 1);
    CHECK(report.added == 1);
    CHECK(report.rows == 11);
    // Each of these sentences exists, with the arguments that the report gives.
    const auto texts = test::exchange_texts();
    for (const auto& problem : report.problems)
        for (const auto language : {core::Language::Chinese, core::Language::English}) {
            CHECK(texts.has(problem.message.key));
            CHECK(texts.text(language, problem.message).find('{') == std::string::npos);
        }
}

TEST_CASE("exchange: an answer that is no option is noted and asked again at the door", "[exchange][import]") {
    Roster roster;
    const auto report = roster.import("姓名,票号,pg_status,嘉宾角色\n王谷雨,A1,不告诉你,国王\n");
    CHECK(report.added == 1);
    CHECK(keys(report) == "2:import.noted.answer 2:import.noted.role");
    CHECK(report.problems[0].severity == Severity::Noted);
    CHECK(report.problems[0].value.find("告诉") == std::string::npos);
    CHECK(roster.only("A1").event_role == "attendee");
}

TEST_CASE("exchange: a formula in a name stays text", "[exchange][import]") {
    Roster roster;
    roster.import("姓名,手机,票号\n\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",10000005678,A1\n'=1+1,'+49 170 1234567,A2\n");
    CHECK(roster.only("A1").person.name == "=HYPERLINK(\"http://x\",\"y\")");
    CHECK(roster.only("A2").person.name == "=1+1");
    CHECK(roster.only("A2").person.phone == "+491701234567");
}

TEST_CASE("exchange: three hundred columns are no obstacle", "[exchange][import]") {
    Roster roster;
    std::string text;
    for (int i = 0; i < 298; ++i)
        text += "extra" + std::to_string(i) + ",";
    text += "姓名,手机\n" + std::string(298, ',') + "王谷雨,10000005678\n";
    const auto report = roster.import(text);
    CHECK(report.added == 1);
}

TEST_CASE("exchange: signed codes and URLs in the code column name the ticket", "[exchange][import]") {
    Roster roster;
    const auto report = roster.import("姓名,票号\n王谷雨,https://tickets.example.com/t?code=A1B2\n李白露,XD1:NOT A TICKET/\n");
    CHECK(report.added == 1);
    CHECK(roster.only("A1B2").person.name == "王谷雨");
    CHECK(keys(report) == "3:import.refused.ticket");
}

TEST_CASE("exchange: two registrations with one code are left to a person", "[exchange][import]") {
    Roster roster;
    core::Registration registration;
    registration.ticket = "A1";
    registration.person.name = "王谷雨";
    for (const char* uid : {"u1", "u2"}) {
        registration.uid = uid;
        REQUIRE(roster.store.add(core::make_registration(registration)).has_value());
    }
    CHECK(keys(roster.import("姓名,票号\n王谷雨,A1\n")) == "2:import.refused.ambiguous");
}

TEST_CASE("exchange: batches, progress and a dry run", "[exchange][import]") {
    Roster roster;
    std::string text = "姓名,手机,票号\n";
    for (int i = 0; i < 1200; ++i)
        text += "王" + std::to_string(i) + ",1000000" + std::to_string(1000 + i) + ",T" + std::to_string(i) + "\n";
    exchange::ImportOptions options;
    options.dry_run = true;
    CHECK(roster.import(text, options).added == 1200);
    CHECK(roster.store.registrations().empty());

    options.dry_run = false;
    std::vector<double> progress;
    options.on_progress = [&](const ImportReport&, double done) { progress.push_back(done); };
    CHECK(roster.import(text, options).added == 1200);
    CHECK(roster.store.batch_sizes == std::vector<std::size_t>{500, 500, 200});
    REQUIRE(progress.size() == 3);
    CHECK(progress.back() == Approx(1.0));
}

TEST_CASE("exchange: a full disk stops the import, and what was saved is told", "[exchange][import]") {
    Roster roster;
    std::string text = "姓名,票号\n";
    for (int i = 0; i < 1200; ++i)
        text += "王" + std::to_string(i) + ",T" + std::to_string(i) + "\n";
    exchange::ImportOptions options;
    options.on_progress = [&](const ImportReport&, double) {
        if (roster.store.batch_sizes.size() == 1)
            roster.store.fail_next_append = core::fail(core::ErrorCode::DiskFull, "error.disk_full").error();
    };
    const auto report = roster.import(text, options);
    REQUIRE_FALSE(roster.status.has_value());
    CHECK(roster.status.error().code == core::ErrorCode::DiskFull);
    CHECK(report.added == 500);
    CHECK(roster.store.registrations().size() == 500);
    // Once there is room again the same import goes on where it stopped.
    const auto again = roster.import(text);
    CHECK(again.unchanged == 500);
    CHECK(again.added == 700);
}

TEST_CASE("exchange: a file that breaks off keeps the rows before the damage", "[exchange][import]") {
    Roster roster;
    std::string text = "姓名,票号\n";
    for (int i = 0; i < 30; ++i)
        text += "王谷雨,A" + std::to_string(i) + "\n";
    const auto report = roster.import(text + "\"解惊蛰,B1\n");
    REQUIRE_FALSE(roster.status.has_value());
    CHECK(roster.status.error().message_key == "error.exchange.csv_open_quote");
    CHECK(roster.status.error().context == "roster.csv:32");
    CHECK(report.added == 30);
    CHECK(roster.store.registrations().size() == 30);
}

TEST_CASE("exchange: the same roster as XLSX", "[exchange][import]") {
    const test::TemporaryFolder folder;
    auto* book = workbook_new((folder / "r.xlsx").c_str());
    auto* sheet = workbook_add_worksheet(book, nullptr);
    const char* headings[] = {"姓名", "手机", "票号"};
    for (lxw_col_t i = 0; i < 3; ++i)
        worksheet_write_string(sheet, 0, i, headings[i], nullptr);
    worksheet_write_string(sheet, 1, 0, "王谷雨", nullptr);
    worksheet_write_number(sheet, 1, 1, 10000005678.0, nullptr);
    worksheet_write_string(sheet, 1, 2, "A1", nullptr);
    REQUIRE(workbook_close(book) == LXW_NO_ERROR);
    Roster roster;
    auto reader = exchange::open_table(folder / "r.xlsx");
    REQUIRE(reader.has_value());
    CHECK(roster.import(**reader).added == 1);
    CHECK(roster.only("A1").person.phone == "10000005678");
}

TEST_CASE("exchange: the journal's note of an import holds counts and no names", "[exchange][import]") {
    ImportReport report;
    report.rows = 3;
    report.added = 2;
    report.refused = 1;
    const auto draft = exchange::make_import_note(report, {exchange::TableFormat::Xlsx, "王谷雨.xlsx", "", 0, ""});
    CHECK(draft.kind == core::operation_kind::note);
    CHECK(draft.body == R"({"added":2,"format":"xlsx","refused":1,"rows":3,"unchanged":0,"updated":0,"what":"import"})");
}
