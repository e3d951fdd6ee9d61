// SPDX-License-Identifier: Apache-2.0
#include "exchange_fixture.hpp"

#include "exchange/attendance_export.hpp"
#include "exchange/roster_import.hpp"

#include <nlohmann/json.hpp>

#include <sys/mount.h>

using namespace kiosk;
using exchange::Disclosure;
using exchange::ExportRequest;

namespace {

struct Event {
    test::FakeStore store;
    core::EventConfig config = test::salon();
    core::Catalogue texts = test::exchange_texts();
    test::TemporaryFolder folder;

    Event() {
        add("u1", "G3BBWJ17C0", "王谷雨", "10000005678", "松果示例软件");
        add("u2", "12E45", "=cmd|'/C calc'!A0", "+491701234567", "Demo, Inc. \"Quoted\"");
        add("u3", "Y2SKQ0QMFT", "Grace Hopper", "", "个人");
        core::Registration walk_in = make("u4", "RRMTA0NRJT", "李白露", "10000001024", "青屿示例银行");
        walk_in.source = core::RegistrationSource::WalkIn;
        walk_in.consents["share"] = true;
        REQUIRE(store.add(core::make_registration(walk_in)).has_value());
        scan("u1", "G3BBWJ17C0", "2026-11-20T13:05:09+08:00", core::Direction::Entry);
        scan("u1", "G3BBWJ17C0", "2026-11-20T17:00:00+08:00", core::Direction::Exit);
        scan("u4", "RRMTA0NRJT", "2026-11-20T13:20:00+08:00", core::Direction::Entry, "boss-1");
        scan("", "SIGNEDONLY", "2026-11-20T13:21:00+08:00", core::Direction::Entry);
        core::ScanRecord refused;
        refused.checkpoint = "main";
        refused.outcome = core::Outcome::Refused;
        refused.reason = core::Reason::Revoked;
        refused.at = *core::parse_rfc3339("2026-11-20T13:22:00+08:00");
        REQUIRE(store.add(core::make_scan(refused)).has_value());
    }

    static core::Registration make(std::string uid, std::string ticket, std::string name, std::string phone,
                                   std::string organisation) {
        core::Registration registration;
        registration.uid = std::move(uid);
        registration.ticket = std::move(ticket);
        registration.ticket_type = "std";
        registration.person.name = std::move(name);
        registration.person.phone = std::move(phone);
        registration.person.organisation = std::move(organisation);
        registration.answers["pg_status"] = std::string("production");
        return registration;
    }
    void add(std::string uid, std::string ticket, std::string name, std::string phone, std::string organisation) {
        REQUIRE(store.add(core::make_registration(make(std::move(uid), std::move(ticket), std::move(name), std::move(phone),
                                                       std::move(organisation)))).has_value());
    }
    void scan(std::string uid, std::string ticket, const char* at, core::Direction direction, std::string staff = "") {
        core::ScanRecord record;
        record.registration = std::move(uid);
        record.ticket = std::move(ticket);
        record.checkpoint = "main";
        record.direction = direction;
        record.outcome = core::Outcome::Admitted;
        record.at = *core::parse_rfc3339(at);
        record.override_staff = std::move(staff);
        REQUIRE(store.add(core::make_scan(record)).has_value());
    }
    ExportRequest request(Disclosure disclosure = Disclosure::Full, core::Language language = core::Language::Chinese) {
        ExportRequest request;
        request.store = &store;
        request.config = &config;
        request.texts = &texts;
        request.language = language;
        request.disclosure = disclosure;
        request.now = *core::parse_rfc3339("2026-11-20T18:30:00+08:00");
        return request;
    }
};

} // namespace

TEST_CASE("exchange: attendance as CSV, byte for byte", "[exchange][export]") {
    Event event;
    const auto path = event.folder / "attendance.csv";
    const auto report = exchange::export_csv(event.request(), path);
    REQUIRE(report.has_value());
    CHECK(report->rows == 5);
    CHECK(test::read_bytes(path) ==
          "\xEF\xBB\xBF票号,姓名,手机,邮箱,单位,职务,票种,角色,报名来源,状态,到场,首次入场,最后离场,入场次数,通过的入口,人工放行,备注,PostgreSQL 用到哪一步了,关注方向\r\n"
          "G3BBWJ17C0,王谷雨,\"10000005678\t\",,松果示例软件,,标准票,参会者,导入,已确认,到场,2026-11-20 13:05:09,2026-11-20 17:00:00,1,主入口,,,已在生产使用,\r\n"
          "\"12E45\t\",'=cmd|'/C calc'!A0,'+491701234567,,\"Demo, Inc. \"\"Quoted\"\"\",,标准票,参会者,导入,已确认,未到,,,0,,,,已在生产使用,\r\n"
          "Y2SKQ0QMFT,Grace Hopper,,,个人,,标准票,参会者,导入,已确认,未到,,,0,,,,已在生产使用,\r\n"
          "RRMTA0NRJT,李白露,\"10000001024\t\",,青屿示例银行,,标准票,参会者,现场报名,已确认,现场报名,2026-11-20 13:20:00,,1,主入口,是,,已在生产使用,\r\n"
          "SIGNEDONLY,,,,,,,参会者,,不在名单,到场,2026-11-20 13:21:00,,1,主入口,,,,\r\n");
}

TEST_CASE("exchange: an exported list can be imported again and changes nothing", "[exchange][export]") {
    Event event;
    REQUIRE(exchange::export_csv(event.request(), event.folder / "a.csv").has_value());
    auto reader = exchange::open_table(event.folder / "a.csv");
    REQUIRE(reader.has_value());
    const auto mapping = exchange::guess_mapping(**reader, event.config);
    REQUIRE(mapping.has_value());
    exchange::ImportReport report;
    test::FakeClock clock;
    test::CountingRandom random;
    REQUIRE(exchange::import_roster(**reader, *mapping, event.config, {&event.store, &random, &clock}, report).has_value());
    CHECK(report.unchanged == 4);
    CHECK(report.added + report.updated == 0);
    CHECK(report.refused == 1); // the ticket without a name
}

TEST_CASE("exchange: a masked export keeps no number, name or code whole", "[exchange][export]") {
    Event event;
    for (const auto format : {"csv", "json", "xlsx"}) {
        CAPTURE(format);
        const auto path = event.folder / ("masked." + std::string(format));
        const auto request = event.request(Disclosure::Masked);
        const auto report = std::string(format) == "csv"    ? exchange::export_csv(request, path)
                            : std::string(format) == "json" ? exchange::export_json(request, path)
                                                            : exchange::export_xlsx(request, path);
        REQUIRE(report.has_value());
        CHECK(report->rows == 5);
        std::string text = test::read_bytes(path);
        if (std::string(format) == "xlsx") {
            auto* archive = zip_open(path.c_str(), ZIP_RDONLY, nullptr);
            REQUIRE(archive != nullptr);
            auto* part = zip_fopen(archive, "xl/worksheets/sheet2.xml", 0);
            text.assign(1 << 20, '\0');
            text.resize(static_cast<std::size_t>(zip_fread(part, text.data(), text.size())));
            zip_fclose(part);
            zip_discard(archive);
        }
        CHECK(text.find("王*雨") != std::string::npos);
        for (const std::string secret : {"10000005678", "王谷雨", "Hopper", "G3BBWJ17C0", "SIGNEDONLY", "491701234567", "已在生产使用"})
            CHECK(text.find(secret) == std::string::npos);
    }
}

TEST_CASE("exchange: partners get only people who agreed to share", "[exchange][export]") {
    Event event;
    const auto report = exchange::export_csv(event.request(Disclosure::Partner), event.folder / "p.csv");
    REQUIRE(report.has_value());
    CHECK(report->rows == 1);
    CHECK(report->figures.present == 3); // figures are of everybody
    const auto text = test::read_bytes(event.folder / "p.csv");
    CHECK(text.find("李白露") != std::string::npos);
    CHECK(text.find("王谷雨") == std::string::npos);
}

TEST_CASE("exchange: attendance as JSON", "[exchange][export]") {
    Event event;
    REQUIRE(exchange::export_json(event.request(), event.folder / "a.json").has_value());
    const auto json = nlohmann::json::parse(test::read_bytes(event.folder / "a.json"));
    CHECK(json["event"]["code"] == "DEMO");
    CHECK(json["generated"] == "2026-11-20T18:30:00+08:00");
    REQUIRE(json["attendance"].size() == 5);
    CHECK(json["attendance"][0]["name"] == "王谷雨");
    CHECK(json["attendance"][0]["presence"] == "present");
    CHECK(json["attendance"][0]["first_entry"] == "2026-11-20T13:05:09+08:00");
    CHECK(json["attendance"][1]["first_entry"].is_null());
    CHECK(json["attendance"][3]["presence"] == "walk_in");
    CHECK(json["attendance"][3]["override"] == true);
    CHECK(json["figures"]["present"] == 3);
    CHECK(json["figures"]["registered"] == 5);
    CHECK(json["figures"]["refused"]["revoked"] == 1);
    CHECK(json["organisations"][0]["present"] == 1);
}

TEST_CASE("exchange: attendance as a workbook of six sheets", "[exchange][export]") {
    Event event;
    for (const auto language : {core::Language::Chinese, core::Language::English}) {
        const auto path = event.folder / "a.xlsx";
        const auto report = exchange::export_xlsx(event.request(Disclosure::Full, language), path);
        REQUIRE(report.has_value());
        auto* archive = zip_open(path.c_str(), ZIP_RDONLY, nullptr);
        REQUIRE(archive != nullptr);
        const auto part = [&](const std::string& name) {
            auto* file = zip_fopen(archive, name.c_str(), 0);
            REQUIRE(file != nullptr);
            std::string text(1 << 20, '\0');
            text.resize(static_cast<std::size_t>(zip_fread(file, text.data(), text.size())));
            zip_fclose(file);
            return text;
        };
        const auto book = part("xl/workbook.xml");
        std::size_t last = 0;
        for (const auto& name : language == core::Language::Chinese
                                          ? std::vector<std::string>{"概况", "签到", "单位", "洽谈", "线索", "满意度"}
                                          : std::vector<std::string>{"Summary", "Attendance", "Organisations", "Bookings", "Leads", "Feedback"}) {
            const auto at = book.find("name=\"" + name + "\"");
            REQUIRE(at != std::string::npos);
            CHECK(at > last);
            last = at;
        }
        // Texts are texts: nothing in the whole workbook is a formula.
        for (int sheet = 1; sheet <= 6; ++sheet)
            CHECK(part("xl/worksheets/sheet" + std::to_string(sheet) + ".xml").find("<f>") == std::string::npos);
        const auto attendance = part("xl/worksheets/sheet2.xml");
        CHECK(attendance.find("=cmd|") != std::string::npos);
        CHECK(attendance.find("10000005678") != std::string::npos);
        CHECK(part("xl/worksheets/sheet4.xml").find(language == core::Language::Chinese ? "还没有洽谈记录" : "no meetings on record") != std::string::npos);
        zip_discard(archive);
    }
    // Our own reader takes the first sheet, the summary, back as texts.
    auto reader = exchange::open_table(event.folder / "a.xlsx");
    REQUIRE(reader.has_value());
    const auto cells = test::cells_of(**reader);
    CHECK(cells[0] == std::vector<std::string>{"Hangzhou Salon"});
    CHECK(std::find(cells.begin(), cells.end(), std::vector<std::string>{"Present", "3"}) != cells.end());
}

TEST_CASE("exchange: the figures in words", "[exchange][export]") {
    Event event;
    const auto request = event.request();
    const auto figures = exchange::compute_figures(request);
    REQUIRE(figures.has_value());
    const auto text = exchange::figures_text(request, *figures);
    for (const std::string line : {"天天象上·杭州站\n", "报名人数：5\n", "到场人数：3\n", "其中现场报名：1\n", "到场率：60.0%\n", "到场单位数：2\n", "  票已作废：1\n", "  13:15  2\n"}) {
        CAPTURE(line, text);
        CHECK(text.find(line) != std::string::npos);
    }
    CHECK(text.find("export.") == std::string::npos); // no text is missing
}

TEST_CASE("exchange: a failed export leaves the old file and nothing else", "[exchange][export]") {
    Event event;
    const auto path = event.folder / "a.csv";
    test::write_bytes(path, "old");
    CHECK_FALSE(exchange::export_csv(event.request(), event.folder / "none/a.csv").has_value());
    std::filesystem::create_directory(event.folder / "sub");
    // A folder stands where the file would go: the rename fails after everything was written.
    const auto failed = exchange::export_csv(event.request(), event.folder / "sub");
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message_key == "error.exchange.write");
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(event.folder.path()))
        files += entry.is_regular_file();
    CHECK(files == 1);
    CHECK(test::read_bytes(path) == "old");
}

TEST_CASE("exchange: a full disk is told and never leaves a short list", "[exchange][export]") {
    Event event;
    std::vector<core::OperationDraft> drafts;
    for (int i = 0; i < 20'000; ++i)
        drafts.push_back(core::make_registration(Event::make("v" + std::to_string(i), "T" + std::to_string(i), "王谷雨", "1000000" + std::to_string(1000 + i % 9000), "松果示例软件")));
    REQUIRE(event.store.append(drafts).has_value());
    const auto small = event.folder / "small";
    std::filesystem::create_directory(small);
    // A workbook needs far more room while it is made than when it is done: it may break at any point.
    for (const auto* size : {"size=256k", "size=1m", "size=4m", "size=12m", "size=24m"}) {
        if (::mount("tmpfs", small.c_str(), "tmpfs", 0, size) != 0) {
            WARN("mounting needs privileges; the full disk was not tried");
            return;
        }
        const auto made = exchange::export_xlsx(event.request(), small / "a.xlsx");
        std::size_t files = 0;
        for (const auto& entry : std::filesystem::directory_iterator(small))
            files += entry.is_regular_file();
        ::umount(small.c_str());
        CAPTURE(size);
        CHECK(files == (made ? 1 : 0));
        if (!made)
            CHECK(made.error().code == core::ErrorCode::DiskFull);
        else
            CHECK(made->rows == 20'005);
    }
    REQUIRE(::mount("tmpfs", small.c_str(), "tmpfs", 0, "size=1m") == 0);
    test::write_bytes(small / "a.csv", "old");
    const auto csv = exchange::export_csv(event.request(), small / "a.csv");
    const auto json = exchange::export_json(event.request(), small / "a.json");
    const auto xlsx = exchange::export_xlsx(event.request(), small / "a.xlsx");
    const auto kept = test::read_bytes(small / "a.csv");
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(small))
        names.push_back(entry.path().filename());
    ::umount(small.c_str());
    for (const auto* result : {&csv, &json, &xlsx}) {
        REQUIRE_FALSE(result->has_value());
        CHECK(result->error().code == core::ErrorCode::DiskFull);
    }
    CHECK(kept == "old");
    CHECK(names == std::vector<std::string>{"a.csv"});
}

TEST_CASE("exchange: the journal's note of an export", "[exchange][export]") {
    const auto draft = exchange::make_export_note("csv", Disclosure::Masked, 204);
    CHECK(draft.kind == core::operation_kind::note);
    CHECK(draft.body == R"({"disclosure":"masked","format":"csv","rows":204,"what":"export"})");
    CHECK(exchange::parse_disclosure("partner") == Disclosure::Partner);
    CHECK_FALSE(exchange::parse_disclosure("all").has_value());
}
