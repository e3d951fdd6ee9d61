// SPDX-License-Identifier: Apache-2.0
// The kiosk's slips and plans: what is drawn, what is told, and that the plan is read beside the application's own
// connection. The printer is one that does what the test wants.
#include "main/kiosk/print_desk.hpp"

#include "main/wiring/event_setup.hpp"
#include "unit/printing/printing_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;
using Told = app::notice::Printed;
using Names = std::vector<std::string>;

namespace {

struct Place {
    PrintTemp folder;
    program::Options options;
    core::Catalogue texts;
    std::unique_ptr<wiring::Venue> venue; // open all the time, as a kiosk's is
    std::mutex mutex;
    std::vector<Told> told; // guarded by mutex
    std::atomic<int> changes{0};
    std::atomic<std::int64_t> noted{-1};
    std::unique_ptr<program::PrintDesk> desk;

    Place() : texts(resources::load_catalogue().value()) {
        options.database = folder.path() / "salon.db";
        options.print_folder = folder.path();
        wiring::VenueOptions opened;
        opened.database = options.database;
        opened.create = true;
        opened.with_plugins = false;
        venue = wiring::Venue::open(std::move(opened)).value();
    }
    void set_up_demo() {
        auto demo = wiring::load_demo(venue->clock().now());
        REQUIRE(demo);
        REQUIRE(wiring::set_up_event(*venue, std::move(demo->file)));
    }
    void open(std::unique_ptr<Printer> printer) {
        program::PrintDesk::Ports ports;
        ports.catalogue = &texts;
        ports.clock = &venue->clock();
        ports.printer = std::move(printer);
        ports.note_plan = [this](std::uint64_t rows) { noted = static_cast<std::int64_t>(rows); };
        ports.tell = [this](app::Notice notice) {
            if (const auto* printed = std::get_if<Told>(&notice)) {
                const std::scoped_lock lock(mutex);
                told.push_back(*printed);
            } else {
                ++changes;
            }
        };
        desk = std::make_unique<program::PrintDesk>(options, std::move(ports));
    }
    bool heard(Told::What what, Told::Outcome outcome) {
        return wait_until([&] {
            const std::scoped_lock lock(mutex);
            return std::ranges::any_of(told, [&](const Told& each) { return each.what == what && each.outcome == outcome; });
        });
    }
    Told last() {
        const std::scoped_lock lock(mutex);
        REQUIRE_FALSE(told.empty());
        return told.back();
    }
    std::string sentences(core::Language language) {
        std::string all;
        for (const auto& [label, words] : desk->sentences())
            all += label.in(language) + "=" + words.in(language) + "\n";
        return all;
    }
};

app::SlipRequest slip() {
    app::SlipRequest slip;
    slip.event = {"示例沙龙", "Demo salon"};
    slip.table = {"T3 号桌", "Table T3"};
    slip.date = {"11月20日", "20 Nov"};
    slip.time = "15:20";
    slip.until = "15:40";
    slip.who = "王谷雨";
    slip.with = "李白露，青屿示例银行";
    slip.purpose = {"商务对接", "Business"};
    return slip;
}

} // namespace

TEST_CASE("print_desk: a slip is a PDF whose title names nobody", "[printing]") {
    Place place;
    FakePaper paper;
    place.open(std::make_unique<FakePrinter>(paper));
    REQUIRE(wait_until([&] { return place.desk->can_print_slips(); }));
    REQUIRE(place.desk->print_slip(slip()));
    REQUIRE(place.heard(Told::What::Slip, Told::Outcome::Done));
    REQUIRE(paper.printed.size() == 1);
    CHECK(paper.printed[0].starts_with("%PDF-"));
    CHECK(paper.titles == Names{"slip-15-20-Table-T3"});
    CHECK(place.changes > 0);
    CHECK(place.noted == -1);

    paper.set({Trouble::PaperOut, false, {}});
    REQUIRE(wait_until([&] {
        static_cast<void>(place.sentences(core::Language::English));
        return !place.desk->can_print_slips();
    }));
    CHECK(place.sentences(core::Language::English).find(place.texts.text(core::Language::English, "print.why.paper_out")) !=
          std::string::npos);
    CHECK(place.sentences(core::Language::Chinese).find("缺纸") != std::string::npos);
}

TEST_CASE("print_desk: the day's plan becomes a file where nothing prints, and is noted", "[printing]") {
    Place place;
    place.set_up_demo();
    place.open(nullptr);
    CHECK_FALSE(place.desk->can_print_slips());
    REQUIRE(place.desk->print_plan());
    REQUIRE(place.heard(Told::What::Plan, Told::Outcome::Kept));
    const auto file = place.last().where;
    CHECK(file.starts_with((place.folder.path() / "saved" / "plan-").string()));
    CHECK(resources::read_file(file).value_or("").starts_with("%PDF-"));
    CHECK(place.noted == 0);
    for (const auto language : {core::Language::Chinese, core::Language::English})
        CHECK(place.sentences(language).find((place.folder.path() / "saved").string()) != std::string::npos);
    REQUIRE(place.venue->database().tidy()); // the application's own connection goes on
}

TEST_CASE("print_desk: a plan that can't be made says why, and is no export", "[printing]") {
    Place place; // there is no event in it
    place.open(nullptr);
    REQUIRE(place.desk->print_plan());
    REQUIRE(place.heard(Told::What::Plan, Told::Outcome::Failed));
    CHECK(place.last().why == "error.no_event");
    CHECK(place.last().where.empty());
    CHECK(place.noted == -1);
    CHECK(place.texts.has(place.last().why));
}

TEST_CASE("print_desk: what a printer refused stands on the system page in both languages", "[printing]") {
    Place place;
    FakePaper paper;
    paper.refuse = {{Trouble::Rejecting, "not today"}};
    place.options.printer = "Front";
    place.open(std::make_unique<FakePrinter>(paper));
    REQUIRE(place.desk->print_slip(slip()));
    REQUIRE(place.heard(Told::What::Slip, Told::Outcome::Failed));
    CHECK(place.last().why == "print.why.rejecting");
    CHECK(place.last().where == (place.folder.path() / "not-printed" / "slip-15-20-Table-T3.pdf").string());
    REQUIRE(wait_until([&] {
        return place.sentences(core::Language::English).find((place.folder.path() / "not-printed").string()) != std::string::npos;
    }));
    for (const auto language : {core::Language::Chinese, core::Language::English}) {
        const auto all = place.sentences(language);
        CHECK(all.find("Front") != std::string::npos);
        CHECK(all.find(place.texts.text(language, "print.why.rejecting")) != std::string::npos);
        CHECK(all.find("not today") != std::string::npos);
    }
}
