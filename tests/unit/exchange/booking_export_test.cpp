// SPDX-License-Identifier: Apache-2.0
// Bookings as tables, calendars, paper and figures: what stands, for whom it may be seen.
#include "exchange_fixture.hpp"

#include "exchange/booking_art.hpp"
#include "exchange/booking_calendar.hpp"
#include "exchange/day_plan.hpp"
#include "exchange/report.hpp"

#include <cairo.h>

#include <cstdlib>

// cairo 1.16 loses 768 bytes for each OpenType font that it embeds in a PDF. Only the pages are not watched.
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
using FontsUnwatched = __lsan::ScopedDisabler;
#else
struct FontsUnwatched {
    FontsUnwatched() {} // not trivial, so that an unused variable is no warning
};
#endif

using namespace kiosk;
using exchange::Disclosure;

namespace {

core::Instant at(const std::string& clock) { return *core::parse_rfc3339("2026-11-20T" + clock + ":00+08:00"); }

struct Area {
    test::FakeStore store;
    core::EventConfig config = test::salon();
    core::Catalogue texts = test::exchange_texts();
    test::TemporaryFolder folder;

    Area() {
        for (const auto* id : {"T1", "T2"}) {
            core::BookableUnit unit;
            unit.id = id;
            unit.slots = {{"s1", at("13:30"), at("13:50"), false}, {"s2", at("13:55"), at("14:15"), false},
                          {"s3", at("14:20"), at("14:40"), std::string(id) == "T2"}};
            config.units.push_back(unit);
        }
        core::StaffMember organizer{"organizer-1", "董大暑", {"organizer"}, {}}, desk{"desk-1", "吕小雪", {"desk"}, {}};
        config.staff = {organizer, desk};
        guest("A", "王谷雨", "松果示例软件", {"channel"}, {"content"}, true);
        guest("B", "李白露", "=cmd|'/C calc'!A0", {"content"}, {"channel"}, true);
        guest("C", "解惊蛰", "白鹭示例集成", {"talent"}, {}, false);
        guest("D", "Grace Willow", "", {}, {"talent"}, true);
    }
    void guest(const std::string& ticket, const std::string& name, const std::string& organisation,
               std::vector<std::string> offers, std::vector<std::string> needs, bool shares) {
        core::Registration made;
        made.uid = "uid-" + ticket;
        made.ticket = ticket;
        made.person.name = name;
        made.person.organisation = organisation;
        made.answers["offers"] = std::move(offers);
        made.answers["needs"] = std::move(needs);
        made.consents["share"] = shares;
        REQUIRE(store.add(core::make_registration(made)).has_value());
    }
    core::BookingRequest request(const std::string& uid, const std::string& unit, const std::string& starts,
                                 const std::string& ends, std::vector<std::string> tickets) {
        core::BookingRequest made;
        made.uid = uid;
        made.unit = unit;
        made.slot = "s1";
        made.starts = at(starts);
        made.ends = at(ends);
        made.purpose = "trial";
        made.topic = "试用, 报价\n第二行";
        made.at = at("13:10");
        for (const auto& ticket : tickets)
            made.participants.push_back({ticket, "uid-" + ticket});
        return made;
    }
    void act(const core::BookingRequest& of, core::BookingAct what, const std::string& time, const std::string& ticket = "") {
        core::BookingActRecord record;
        record.booking = of.uid;
        record.act = what;
        record.ticket = ticket;
        record.at = at(time);
        if (what == core::BookingAct::Outcome) {
            record.outcome = "follow_up";
            record.note = "下周再约";
        }
        REQUIRE(store.add(core::make_booking_act(record, of)).has_value());
    }
    core::BookingRequest add(core::BookingRequest made, bool confirmed = true) {
        REQUIRE(store.add(core::make_booking_request(made)).has_value());
        if (confirmed)
            act(made, core::BookingAct::Confirm, "13:11");
        return made;
    }
    // One that took place, one nobody came to, one that is asked for, one cancelled, one that is nobody's business.
    void usual() {
        const auto met = add(request("met", "T1", "13:30", "13:50", {"A", "B"}));
        act(met, core::BookingAct::Start, "13:31");
        act(met, core::BookingAct::Finish, "13:50");
        act(met, core::BookingAct::Outcome, "13:52");
        add(request("missed", "T2", "13:30", "13:50", {"C", "D"}));
        auto asked = request("asked", "T1", "14:20", "14:40", {"A", "D"});
        asked.must_accept = {"D"};
        add(asked, false);
        const auto gone = add(request("gone", "T2", "13:55", "14:15", {"A", "C"}));
        act(gone, core::BookingAct::Cancel, "13:40");
        auto secret = request("secret", "T1", "13:55", "14:15", {"B", "C"});
        secret.confidential = "cd1";
        secret.topic = "并购谈判";
        add(secret);
    }
    exchange::BookingExport ask(Disclosure disclosure = Disclosure::Full, core::Language language = core::Language::Chinese) {
        exchange::BookingExport made;
        made.base.store = &store;
        made.base.config = &config;
        made.base.texts = &texts;
        made.base.language = language;
        made.base.disclosure = disclosure;
        made.base.now = at("14:00");
        return made;
    }
    std::string csv(const exchange::BookingExport& asked) {
        REQUIRE(exchange::export_bookings_csv(asked, folder / "b.csv").has_value());
        return test::read_bytes(folder / "b.csv");
    }
    std::string calendar(const exchange::CalendarScope& scope, const exchange::BookingExport& asked) {
        const auto made = exchange::booking_calendar(asked, scope);
        REQUIRE(made.has_value());
        const auto text = exchange::calendar_text(*made);
        REQUIRE(text.has_value());
        const auto check = exchange::check_calendar(*text);
        REQUIRE(check.has_value());
        CHECK(check->problems == 0);
        CHECK(check->entries == made->entries.size());
        return *text;
    }
};

std::string unfolded(std::string text) {
    for (auto at_fold = text.find("\r\n "); at_fold != std::string::npos; at_fold = text.find("\r\n "))
        text.erase(at_fold, 3);
    return text;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

} // namespace

TEST_CASE("bookings as CSV: states as they stand when it is exported", "[exchange][bookings]") {
    Area area;
    area.usual();
    const auto text = area.csv(area.ask());
    CHECK(text.starts_with("\xEF\xBB\xBF桌号,开始,结束,状态,原因,"));
    CHECK(has(text, "洽谈桌 T1,2026-11-20 13:30,2026-11-20 13:50,已结束,,王谷雨,松果示例软件,李白露,'=cmd|'/C calc'!A0,产品试用,"));
    CHECK(has(text, "继续跟进,下周再约,"));
    CHECK(has(text, "洽谈桌 T2,2026-11-20 13:30,2026-11-20 13:50,未到场,,解惊蛰,"));
    CHECK(has(text, "洽谈桌 T1,2026-11-20 14:20,2026-11-20 14:40,待确认,等待对方答复,王谷雨,"));
    CHECK(has(text, "已取消,"));

    auto later = area.ask();
    later.base.now = at("14:21"); // unanswered when its slot began
    CHECK(has(area.csv(later), "未约成,到开始时仍无答复,"));

    auto english = area.csv(area.ask(Disclosure::Full, core::Language::English));
    CHECK(has(english, "Table T1,2026-11-20 13:30,2026-11-20 13:50,Over,,王谷雨,"));
}

TEST_CASE("bookings: what is confidential needs somebody who may see it", "[exchange][bookings]") {
    Area area;
    area.usual();
    auto asked = area.ask();
    const auto report = exchange::export_bookings_csv(asked, area.folder / "b.csv");
    REQUIRE(report.has_value());
    CHECK(report->rows == 4);
    CHECK(report->withheld == 1);
    CHECK_FALSE(has(test::read_bytes(area.folder / "b.csv"), "并购谈判"));

    asked.confidential_for = "desk-1";
    const auto refused = exchange::export_bookings_csv(asked, area.folder / "c.csv");
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message_key == "error.exchange.confidential_staff");
    CHECK_FALSE(std::filesystem::exists(area.folder / "c.csv"));

    asked.confidential_for = "organizer-1";
    CHECK(has(area.csv(asked), "并购谈判"));

    SECTION("a seat in a closed session is confidential by itself") {
        auto seat = area.request("seat", "", "16:00", "17:30", {"A"});
        seat.unit.clear();
        seat.slot.clear();
        seat.session = "cd1";
        area.add(seat);
        CHECK(exchange::export_bookings_csv(area.ask(), area.folder / "b.csv")->withheld == 2);
    }
}

TEST_CASE("bookings: masked hides names, topics and notes; partner asks for everybody's consent", "[exchange][bookings]") {
    Area area;
    area.usual();
    const auto masked = area.csv(area.ask(Disclosure::Masked));
    CHECK(has(masked, "王*雨"));
    for (const auto* whole : {"王谷雨", "李白露", "Grace Willow", "报价", "下周再约"})
        CHECK_FALSE(has(masked, whole));
    const auto partner = area.csv(area.ask(Disclosure::Partner));
    CHECK(has(partner, "王谷雨"));
    CHECK_FALSE(has(partner, "解惊蛰"));
    CHECK(exchange::export_bookings_csv(area.ask(Disclosure::Partner), area.folder / "p.csv")->rows == 2);
}

TEST_CASE("bookings: the workbook's sheet", "[exchange][bookings]") {
    Area area;
    SECTION("with none there is a hint") {
        CHECK(exchange::export_bookings_xlsx(area.ask(), area.folder / "b.xlsx")->rows == 0);
    }
    SECTION("with some they can be read back") {
        area.usual();
        CHECK(exchange::export_bookings_xlsx(area.ask(), area.folder / "b.xlsx")->rows == 4);
        auto reader = exchange::open_table(area.folder / "b.xlsx");
        REQUIRE(reader.has_value());
        const auto cells = test::cells_of(**reader);
        REQUIRE(cells.size() == 5);
        CHECK(cells[0][0] == "桌号");
        CHECK(cells[1][0] == "洽谈桌 T1");
        CHECK(cells[1][3] == "已结束");
    }
}

TEST_CASE("calendar: of a person, with names, escaped and in UTC", "[exchange][calendar]") {
    Area area;
    area.usual();
    const auto text = unfolded(area.calendar({"A", ""}, area.ask()));
    CHECK(has(text, "UID:met@DEMO\r\n"));
    CHECK(has(text, "DTSTART:20261120T053000Z\r\n"));
    CHECK(has(text, "DTEND:20261120T055000Z\r\n"));
    CHECK(has(text, "SUMMARY:与 李白露（=cmd|'/C calc'!A0） 洽谈\r\n"));
    CHECK(has(text, "试用\\, 报价\\n第二行"));
    CHECK(has(text, "LOCATION:洽谈桌 T1，示例会议中心\r\n"));
    CHECK(has(text, "STATUS:CONFIRMED\r\n"));
    CHECK(has(text, "STATUS:TENTATIVE\r\n"));
    CHECK(has(text, "STATUS:CANCELLED\r\n"));
    CHECK_FALSE(has(text, "secret"));
    CHECK_FALSE(has(text, "解惊蛰\r\n"));
    for (const auto& line : {std::string("BEGIN:VCALENDAR\r\n"), std::string("VERSION:2.0\r\n")})
        CHECK(has(text, line));
}

TEST_CASE("calendar: of a table shows what is confidential as busy and no more", "[exchange][calendar]") {
    Area area;
    area.usual();
    const auto text = unfolded(area.calendar({"", "T1"}, area.ask()));
    CHECK(has(text, "UID:secret@DEMO\r\n"));
    CHECK(has(text, "SUMMARY:已占用\r\n"));
    CHECK_FALSE(has(text, "并购"));
    CHECK_FALSE(has(text, "解惊蛰"));
    CHECK_FALSE(has(text, "UID:missed")); // of the other table

    CHECK_FALSE(has(area.calendar({"B", ""}, area.ask()), "secret"));
    CHECK_FALSE(has(area.calendar({"", ""}, area.ask()), "secret"));
    auto asked = area.ask();
    asked.confidential_for = "organizer-1";
    CHECK(has(unfolded(area.calendar({"B", ""}, asked)), "并购谈判"));

    CHECK(exchange::booking_calendar(area.ask(), {"", "T9"}).error().message_key == "error.exchange.no_unit");
    CHECK(exchange::booking_calendar(area.ask(), {"NOBODY", ""}).error().message_key == "error.exchange.no_person");
}

TEST_CASE("calendar: a newer file updates what an older one said", "[exchange][calendar]") {
    Area area;
    auto asked = area.request("one", "T1", "14:20", "14:40", {"A", "D"});
    asked.must_accept = {"D"};
    area.add(asked, false);
    CHECK(has(area.calendar({"A", ""}, area.ask()), "SEQUENCE:0\r\n"));
    area.act(asked, core::BookingAct::Accept, "14:01", "D");
    area.act(asked, core::BookingAct::Confirm, "14:01");
    CHECK(has(area.calendar({"A", ""}, area.ask()), "SEQUENCE:1\r\n"));
    area.act(asked, core::BookingAct::Cancel, "14:02");
    const auto text = area.calendar({"A", ""}, area.ask());
    CHECK(has(text, "SEQUENCE:2\r\n"));
    CHECK(has(text, "UID:one@DEMO\r\n"));
    CHECK(has(text, "TRANSP:TRANSPARENT\r\n"));
}

TEST_CASE("calendar: other programs read it", "[exchange][calendar]") {
    if (std::system("/usr/bin/python3 -c 'import icalendar' 2>/dev/null") != 0) {
        WARN("python3-icalendar is not here; libical alone has read it");
        return;
    }
    Area area;
    area.usual();
    const auto path = area.folder / "t1.ics";
    REQUIRE(exchange::export_booking_calendar(area.ask(), {"A", ""}, path).has_value());
    const auto command = "/usr/bin/python3 -c 'import icalendar,sys,datetime\n"
                         "c=icalendar.Calendar.from_ical(open(sys.argv[1],\"rb\").read())\n"
                         "e=[x for x in c.walk(\"VEVENT\") if str(x[\"UID\"])==\"met@DEMO\"][0]\n"
                         "assert not e.errors, e.errors\n"
                         "assert e[\"DTSTART\"].dt==datetime.datetime(2026,11,20,5,30,tzinfo=e[\"DTSTART\"].dt.tzinfo)\n"
                         "assert e[\"DTSTART\"].dt.utcoffset()==datetime.timedelta(0)\n"
                         "assert \"第二行\" in e[\"DESCRIPTION\"]\n"
                         "assert max(len(l) for l in open(sys.argv[1],\"rb\").read().split(b\"\\r\\n\"))<=75' " +
                         path.string();
    CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("calendar: texts that would break the grammar don't", "[exchange][calendar]") {
    exchange::CalendarText calendar{"A;B,C\\D", "Asia/Shanghai", at("12:00"), {}};
    exchange::CalendarEntry entry;
    entry.uid = "u\r\nBEGIN:VALARM";
    entry.starts = at("13:30");
    entry.ends = at("13:50");
    entry.summary = "行一\r\nATTENDEE:mailto:x@example.com\x01\xff" + std::string(5000, 'x');
    entry.location = "a;b,c\\d\"e\"";
    calendar.entries = {entry};
    const auto text = exchange::calendar_text(calendar);
    REQUIRE(text.has_value());
    const auto check = exchange::check_calendar(*text);
    REQUIRE(check.has_value());
    CHECK(check->entries == 1);
    CHECK_FALSE(has(*text, "\nATTENDEE"));
    CHECK_FALSE(has(*text, "\nBEGIN:VALARM"));
    CHECK(has(unfolded(*text), "LOCATION:a\\;b\\,c\\\\d"));
}

TEST_CASE("day plan: a page a table and an overview", "[exchange][plan]") {
    Area area;
    area.usual();
    FontsUnwatched unwatched;
    const auto path = area.folder / "plan.pdf";
    for (const auto language : {core::Language::Chinese, core::Language::English}) {
        const auto report = exchange::export_day_plan(area.ask(Disclosure::Full, language), path);
        REQUIRE(report.has_value());
        CHECK(report->pages == 3);
        CHECK(report->bookings == 3); // met, asked for, hidden; nobody came to one, and one was cancelled
        CHECK(test::read_bytes(path).starts_with("%PDF-"));
    }
    if (std::system(("pdftotext -layout " + path.string() + " " + (area.folder / "plan.txt").string() + " 2>/dev/null").c_str()) == 0) {
        const auto text = test::read_bytes(area.folder / "plan.txt");
        CHECK(has(text, "13:30"));
        CHECK(has(text, "王谷雨"));
        CHECK(has(text, "Kept free"));
        CHECK(has(text, "Busy"));
        CHECK_FALSE(has(text, "并购"));
    }
    const auto one = exchange::export_day_plan(area.ask(), path, "T2");
    REQUIRE(one.has_value());
    CHECK(one->pages == 1);
    CHECK(exchange::export_day_plan(area.ask(), path, "T9").error().message_key == "error.exchange.no_unit");
    area.config.units.clear();
    CHECK(exchange::export_day_plan(area.ask(), path).error().message_key == "error.exchange.no_tables");
}

TEST_CASE("day plan: many tables and slots take more pages, a changed grid loses nothing", "[exchange][plan]") {
    Area area;
    area.usual();
    const auto slot = area.config.units[0].slots[0];
    area.config.units[0].slots.clear(); // what is booked at T1 has no slot any more
    for (int i = 3; i <= 12; ++i) {
        auto unit = area.config.units[0];
        unit.id = "T" + std::to_string(i);
        for (int j = 0; j < 15; ++j)
            unit.slots.push_back({"x" + std::to_string(j), slot.starts + j * 1'500'000, slot.ends + j * 1'500'000, false});
        area.config.units.push_back(unit);
    }
    FontsUnwatched unwatched;
    const auto report = exchange::export_day_plan(area.ask(), area.folder / "plan.pdf");
    REQUIRE(report.has_value());
    CHECK(report->bookings == 3);
    CHECK(report->pages >= 4 + 2 + 10 * 2);
}

TEST_CASE("slip: as wide as a receipt, black and white, with everything on it", "[exchange][slip]") {
    Area area;
    area.usual();
    const auto rows = exchange::booking_rows(area.ask());
    REQUIRE(rows.has_value());
    const auto met = std::ranges::find(rows->rows, "met", [](const exchange::BookingRow& row) { return row.booking.request.uid; });
    REQUIRE(met != rows->rows.end());
    const auto art = exchange::make_slip_art(area.ask(), *met, "A");
    CHECK(art.table == "洽谈桌 T1");
    CHECK(art.time == "13:30");
    CHECK(art.who == "王谷雨");
    REQUIRE(art.with.size() == 1);
    CHECK(art.with[0].starts_with("李白露"));
    CHECK(art.state.empty());
    REQUIRE(art.rules.size() == 2);
    CHECK(has(art.rules[1], "7 分钟"));
    CHECK(exchange::make_slip_art(area.ask(), *met, "").with.size() == 2);

    const auto png = exchange::slip_png(art);
    REQUIRE(png.has_value());
    test::write_bytes(area.folder / "slip.png", *png);
    auto* surface = cairo_image_surface_create_from_png((area.folder / "slip.png").c_str());
    CHECK(cairo_image_surface_get_width(surface) == 576);
    CHECK(cairo_image_surface_get_height(surface) > 500);
    // Nothing is cut off at the bottom: the last lines are white.
    const auto* data = cairo_image_surface_get_data(surface);
    const auto stride = cairo_image_surface_get_stride(surface);
    const auto last = cairo_image_surface_get_height(surface) - 5;
    bool white = true;
    for (int x = 0; x < 576; ++x)
        white = white && data[last * stride + x * 4] == 0xff;
    CHECK(white);
    cairo_surface_destroy(surface);

    const auto asked = std::ranges::find(rows->rows, "asked", [](const exchange::BookingRow& row) { return row.booking.request.uid; });
    REQUIRE(asked != rows->rows.end());
    CHECK_FALSE(exchange::make_slip_art(area.ask(), *asked, "A").state.empty()); // never as if it were settled
    FontsUnwatched unwatched;
    REQUIRE(exchange::slip_pdf(art, area.folder / "slip.pdf").has_value());
    CHECK(test::read_bytes(area.folder / "slip.pdf").starts_with("%PDF-"));
}

TEST_CASE("report: figures of the business area", "[exchange][report][bookings]") {
    Area area;
    area.usual();
    const auto figure = [&](const std::string& id, bool confidential = false) {
        exchange::ReportRequest request;
        request.store = &area.store;
        request.config = &area.config;
        request.texts = &area.texts;
        request.language = core::Language::English;
        request.sections = {{"s", {"章节", "Section"}, {id}, confidential}};
        request.confidential = confidential;
        request.now = at("14:00");
        const auto report = exchange::make_report(request);
        REQUIRE(report.has_value());
        return report->parts.front().figures.front();
    };
    const auto rows = [&](const std::string& id, bool confidential = false) {
        const auto made = figure(id, confidential);
        REQUIRE(made.table.has_value());
        std::vector<std::vector<std::string>> lines;
        for (const auto& row : made.table->rows) {
            auto& line = lines.emplace_back();
            for (const auto& cell : row)
                line.push_back(cell.text);
        }
        return lines;
    };
    using Rows = std::vector<std::vector<std::string>>;
    CHECK(figure("bookings").count == 2);
    CHECK(figure("bookings", true).count == 3);
    CHECK(figure("no_shows").count == 1);
    CHECK(figure("bookings_no_show_rate").text == "50%");
    CHECK(rows("bookings_by_status") == Rows{{"Over", "1"}, {"Pending", "1"}, {"No-show", "1"}, {"Cancelled", "1"}});
    CHECK(rows("use_by_slot") == Rows{{"13:30", "2", "2", "1", "100%"}, {"13:55", "2", "0", "0", "0%"}, {"14:20", "1", "0", "0", "0%"}});
    CHECK(rows("bookings_by_unit") == Rows{{"Table T1", "1", "1", "0"}, {"Table T2", "1", "0", "1"}});
    CHECK(rows("bookings_by_purpose") == Rows{{"Product trial", "2", "1"}});
    CHECK(rows("outcomes") == Rows{{"They go on talking", "1", "0"}});
    CHECK(rows("pair_matrix") == Rows{{"channel", "1"}, {"content", "1"}});

    SECTION("pairs by kind where the kind was asked") {
        core::Question kind;
        kind.id = "org_kind";
        kind.type = core::QuestionType::Single;
        kind.options = {{"isv", {"软件商", "ISV"}}, {"user", {"用户", "User"}}};
        area.config.questions.push_back(kind);
        for (const auto& [ticket, option] : {std::pair{"A", "isv"}, std::pair{"B", "user"}}) {
            auto registration = *area.store.registration(std::string("uid-") + ticket).value();
            registration.answers["org_kind"] = std::string(option);
            REQUIRE(area.store.add(core::make_registration(registration)).has_value());
        }
        CHECK(rows("pair_matrix") == Rows{{"ISV", "User", "1"}});
    }
}
