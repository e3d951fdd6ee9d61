// SPDX-License-Identifier: Apache-2.0
// Questionnaires and leads as sheets.
#include "exchange_fixture.hpp"

#include "exchange/answer_text.hpp"
#include "exchange/lead_export.hpp"
#include "exchange/questionnaire_export.hpp"

using namespace kiosk;
using exchange::Disclosure;

namespace {

struct Event {
    test::FakeStore store;
    core::EventConfig config = test::salon();
    core::Catalogue texts = test::exchange_texts();
    test::TemporaryFolder folder;

    exchange::ExportRequest request(Disclosure disclosure = Disclosure::Full,
                                    core::Language language = core::Language::Chinese) {
        exchange::ExportRequest made;
        made.store = &store;
        made.config = &config;
        made.texts = &texts;
        made.language = language;
        made.disclosure = disclosure;
        made.now = *core::parse_rfc3339("2026-11-20T18:30:00+08:00");
        return made;
    }
    void add(const core::OperationDraft& draft) { REQUIRE(store.add(draft).has_value()); }
    void add_leads() {
        config.staff.push_back({"desk-1", "吕小雪", {"desk"}, {}});
        for (const auto& [uid, share] : {std::pair{"u1", true}, {"u2", false}}) {
            core::Registration guest;
            guest.uid = uid;
            guest.ticket = uid;
            guest.person.name = "王谷雨";
            guest.consents["share"] = share;
            add(core::make_registration(guest));
            core::Lead lead;
            lead.uid = std::string("lead-") + uid;
            lead.type = "trial";
            lead.registration = uid;
            lead.status = core::LeadStatus::Assigned;
            lead.owner = "desk-1";
            lead.due = share ? "2026-12-01" : "2026-12-02";
            lead.organisation = "Demo, Inc.";
            lead.person = "王谷雨";
            lead.note = share ? "=HYPERLINK(\"http://x\")" : "+86 第二行";
            lead.source = "answer/Q48";
            lead.at = *core::parse_rfc3339("2026-11-20T17:00:00+08:00");
            add(core::make_lead(lead));
        }
        core::Lead lead;
        lead.uid = "lead-3";
        lead.type = "of_a_newer_version";
        lead.organisation = "松果示例软件";
        lead.source = "staff";
        lead.at = *core::parse_rfc3339("2026-11-20T17:05:09+08:00");
        add(core::make_lead(lead));
    }
};

std::string part_of(const std::filesystem::path& path, const std::string& name) {
    auto* archive = zip_open(path.c_str(), ZIP_RDONLY, nullptr);
    REQUIRE(archive != nullptr);
    auto* file = zip_fopen(archive, name.c_str(), 0);
    std::string text;
    if (file != nullptr) {
        text.resize(4 << 20);
        text.resize(static_cast<std::size_t>(zip_fread(file, text.data(), text.size())));
        zip_fclose(file);
    }
    zip_discard(archive);
    return text;
}

// The texts and numbers of one sheet, row by row.
test::Cells sheet(const std::filesystem::path& path, int number) {
    const auto xml = part_of(path, "xl/worksheets/sheet" + std::to_string(number) + ".xml");
    test::Cells rows;
    for (auto at = xml.find("<row "); at != std::string::npos; at = xml.find("<row ", at + 1)) {
        auto& row = rows.emplace_back();
        const auto end = xml.find("</row>", at);
        for (auto cell = xml.find("<c ", at); cell < end; cell = xml.find("<c ", cell + 1)) {
            const auto text = xml.find("<t", cell), value = xml.find("<v>", cell), next = xml.find("<c ", cell + 1);
            const auto until = std::min(next, end);
            if (text < until) {
                const auto from = xml.find('>', text) + 1;
                row.push_back(xml.substr(from, xml.find("</t>", from) - from));
            } else if (value < until) {
                row.push_back(xml.substr(value + 3, xml.find("</v>", value) - value - 3));
            }
        }
    }
    return rows;
}

core::FormField field(std::string id, core::QuestionType type, std::string zh, std::string en) {
    core::FormField made;
    made.question.id = std::move(id);
    made.question.type = type;
    made.question.text = {std::move(zh), std::move(en)};
    return made;
}

core::Form deep() {
    auto size = field("Q06", core::QuestionType::Single, "业务规模", "Business size");
    size.question.options = {{"s", {"小于一千万", "Below ten million"}}, {"l", {"大于十亿", "Above a billion"}}};
    auto systems = field("Q11", core::QuestionType::List, "系统清单: 数据库/套数", "Systems");
    systems.question.columns = {{"database", core::QuestionType::Single, true, {"数据库", "Database"},
                                 {{"pg", {"PostgreSQL", "PostgreSQL"}}, {"oracle", {"甲骨文", "Oracle"}}}},
                                {"count", core::QuestionType::Number, false, {"套数", "Instances"}, {}}};
    return {{"company", {"公司", "Company"},
             {field("Q01", core::QuestionType::TextArea, "主营业务", "Business"), size,
              field("Q07", core::QuestionType::Number, "员工人数", "Headcount"),
              field("Q10", core::QuestionType::Contact, "联系人", "Contact")}},
            {"estate", {"现状", "Estate"}, {systems}}};
}

core::Response answered(const std::string& uid, std::int64_t version = 1) {
    core::Response made;
    made.uid = uid;
    made.plugin = "visit_enterprise";
    made.questionnaire = "deep";
    made.version = version;
    made.status = core::ResponseStatus::Final;
    made.interviewer = "desk-1";
    made.at = *core::parse_rfc3339("2026-11-20T15:00:00+08:00");
    made.organisation = "海棠示例航运";
    made.respondent = "王谷雨";
    made.answers = {{"Q01", std::string("=1+1 航运")},
                    {"Q06", std::string("l")},
                    {"Q07", std::string("1200")},
                    {"Q10", core::AnswerRows{{{"name", "李白露"}, {"phone", "10000001024"}}}},
                    {"Q11", core::AnswerRows{{{"database", "oracle"}, {"count", "30"}}, {{"database", "pg"}, {"count", "12"}}}}};
    return made;
}

} // namespace

TEST_CASE("exchange: leads as CSV, byte for byte, with formulas made harmless", "[exchange][leads]") {
    Event event;
    event.add_leads();
    const auto path = event.folder / "leads.csv";
    const auto rows = exchange::export_leads_csv(event.request(), path);
    REQUIRE(rows.has_value());
    CHECK(*rows == 3);
    CHECK(test::read_bytes(path) ==
          "\xEF\xBB\xBF线索类型,单位,姓名,负责人,状态,优先级,跟进日期,备注,来源,更新时间\r\n"
          "产品试用,\"Demo, Inc.\",王谷雨,吕小雪,已指派,中,\"2026-12-01\t\",\"'=HYPERLINK(\"\"http://x\"\")\",来自问卷回答,2026-11-20 17:00:00\r\n"
          "产品试用,\"Demo, Inc.\",王谷雨,吕小雪,已指派,中,\"2026-12-02\t\",'+86 第二行,来自问卷回答,2026-11-20 17:00:00\r\n"
          "of_a_newer_version,松果示例软件,,,新线索,中,,,工作人员添加,2026-11-20 17:05:09\r\n");
}

TEST_CASE("exchange: leads are in the attendance workbook, and masked or shared as it is", "[exchange][leads]") {
    Event event;
    event.add_leads();
    const auto path = event.folder / "a.xlsx";
    REQUIRE(exchange::export_xlsx(event.request(), path).has_value());
    auto leads = sheet(path, 5);
    REQUIRE(leads.size() == 4);
    CHECK(leads[0].front() == "线索类型");
    CHECK(leads[1][1] == "Demo, Inc.");
    CHECK(leads[1][2] == "王谷雨");
    CHECK(part_of(path, "xl/worksheets/sheet5.xml").find("<f>") == std::string::npos);

    REQUIRE(exchange::export_xlsx(event.request(Disclosure::Masked, core::Language::English), path).has_value());
    const auto masked = part_of(path, "xl/worksheets/sheet5.xml");
    CHECK(masked.find("王*雨") != std::string::npos);
    CHECK(masked.find("王谷雨") == std::string::npos);
    CHECK(masked.find("HYPERLINK") == std::string::npos);
    CHECK(masked.find("Assigned") != std::string::npos);

    REQUIRE(exchange::export_xlsx(event.request(Disclosure::Partner), path).has_value());
    leads = sheet(path, 5);
    REQUIRE(leads.size() == 2); // who agreed to share, alone
    CHECK(leads[1][6] == "2026-12-01");
}

TEST_CASE("exchange: an event without leads has a sheet that says so", "[exchange][leads]") {
    Event event;
    const auto path = event.folder / "leads.xlsx";
    CHECK(*exchange::export_leads_xlsx(event.request(), path) == 0);
    CHECK(part_of(path, "xl/worksheets/sheet1.xml").find("还没有线索记录") != std::string::npos);
}

TEST_CASE("exchange: questionnaires have an index, a sheet for each group and one for each list", "[exchange][questionnaires]") {
    Event event;
    event.config.staff.push_back({"desk-1", "吕小雪", {"desk"}, {}});
    event.add(core::make_config({"form", "visit_enterprise/deep/1", core::form_json(deep())}));
    event.add(core::make_response(answered("r1")));
    auto draft = answered("r2");
    draft.status = core::ResponseStatus::Draft;
    draft.organisation = "鲸落示例航运";
    draft.answers.erase("Q11");
    event.add(core::make_response(draft));
    const auto path = event.folder / "q.xlsx";
    const auto report = exchange::export_questionnaires(event.request(), path);
    REQUIRE(report.has_value());
    CHECK(report->responses == 2);
    CHECK(report->drafts == 1);
    CHECK(report->without_form == 0);

    const auto book = part_of(path, "xl/workbook.xml");
    for (const std::string name : {"问卷", "公司", "现状", "系统清单  数据库 套数"}) { // signs that no sheet may have are gone
        CAPTURE(name, book);
        CHECK(book.find("name=\"" + name + "\"") != std::string::npos);
    }
    const auto index = sheet(path, 1);
    REQUIRE(index.size() == 3);
    CHECK(index[1] == test::Cells::value_type{"1", "海棠示例航运", "王谷雨", "已定稿", "visit_enterprise/deep/1", "吕小雪", index[1][6], "r1"});
    CHECK(index[2][3] == "未完成");
    const auto company = sheet(path, 2);
    REQUIRE(company.size() == 3);
    CHECK(company[0] == test::Cells::value_type{"序号", "单位", "受访者", "状态", "主营业务", "业务规模", "员工人数", "联系人"});
    CHECK(company[1] == test::Cells::value_type{"1", "海棠示例航运", "王谷雨", "已定稿", "=1+1 航运", "大于十亿", "1200", "李白露; 10000001024"});
    const auto estate = sheet(path, 3);
    CHECK(estate[1].back() == "甲骨文; 30\nPostgreSQL; 12");
    const auto list = sheet(path, 4);
    CHECK(list == test::Cells{{"序号", "单位", "受访者", "状态", "数据库", "套数"},
                              {"1", "海棠示例航运", "王谷雨", "已定稿", "甲骨文", "30"},
                              {"1", "海棠示例航运", "王谷雨", "已定稿", "PostgreSQL", "12"}});
    for (int number = 1; number <= 4; ++number)
        CHECK(part_of(path, "xl/worksheets/sheet" + std::to_string(number) + ".xml").find("<f>") == std::string::npos);
    // 1200 is a number that can be added up, in the group and in the list.
    CHECK(part_of(path, "xl/worksheets/sheet2.xml").find("<v>1200</v>") != std::string::npos);
    CHECK(part_of(path, "xl/worksheets/sheet4.xml").find("<v>30</v>") != std::string::npos);

    REQUIRE(exchange::export_questionnaires(event.request(Disclosure::Full, core::Language::English), path).has_value());
    CHECK(sheet(path, 2)[0].back() == "Contact");
    CHECK(sheet(path, 4)[1][4] == "Oracle");
}

TEST_CASE("exchange: answers whose form is gone stand under their ids", "[exchange][questionnaires]") {
    Event event;
    event.add(core::make_response(answered("r1", 7)));
    const auto path = event.folder / "q.xlsx";
    const auto report = exchange::export_questionnaires(event.request(), path);
    REQUIRE(report.has_value());
    CHECK(report->without_form == 1);
    const auto rest = sheet(path, 2);
    REQUIRE(rest.size() == 2);
    CHECK(rest[0] == test::Cells::value_type{"序号", "单位", "受访者", "状态", "Q01", "Q06", "Q07", "Q10", "Q11"});
    CHECK(rest[1].back() == "count 30; database oracle\ncount 12; database pg");
}

TEST_CASE("exchange: without questionnaires there is an index that says so", "[exchange][questionnaires]") {
    Event event;
    const auto report = exchange::export_questionnaires(event.request(), event.folder / "q.xlsx");
    REQUIRE(report.has_value());
    CHECK(report->responses == 0);
    CHECK(part_of(event.folder / "q.xlsx", "xl/worksheets/sheet1.xml").find("还没有问卷记录") != std::string::npos);
}

TEST_CASE("exchange: no answer of an interview is in the attendance exports", "[exchange][questionnaires]") {
    Event event;
    event.add(core::make_config({"form", "visit_enterprise/deep/1", core::form_json(deep())}));
    event.add(core::make_response(answered("r1")));
    REQUIRE(exchange::export_csv(event.request(), event.folder / "a.csv").has_value());
    REQUIRE(exchange::export_json(event.request(), event.folder / "a.json").has_value());
    REQUIRE(exchange::export_xlsx(event.request(), event.folder / "a.xlsx").has_value());
    std::string all = test::read_bytes(event.folder / "a.csv") + test::read_bytes(event.folder / "a.json");
    for (int number = 1; number <= 6; ++number)
        all += part_of(event.folder / "a.xlsx", "xl/worksheets/sheet" + std::to_string(number) + ".xml");
    for (const std::string secret : {"海棠", "航运", "李白露", "Q01"})
        CHECK(all.find(secret) == std::string::npos);
}

TEST_CASE("exchange: tables and signatures as answers at the door are read as words", "[exchange][export]") {
    Event event;
    auto list = deep().back().fields.front().question;
    event.config.questions = {list};
    core::Question mark;
    mark.id = "mark";
    mark.type = core::QuestionType::Signature;
    event.config.questions.push_back(mark);
    core::Registration guest;
    guest.uid = guest.ticket = "u1";
    guest.person.name = "王谷雨";
    guest.answers = answered("r").answers;
    guest.answers["mark"] = std::string("0,0 500,200");
    event.add(core::make_registration(guest));
    REQUIRE(exchange::export_csv(event.request(), event.folder / "a.csv").has_value());
    const auto text = test::read_bytes(event.folder / "a.csv");
    CHECK(text.find("甲骨文; 30 | PostgreSQL; 12") != std::string::npos);
    CHECK(text.find("已签名") != std::string::npos);
    CHECK(text.find("500,200") == std::string::npos);
}
