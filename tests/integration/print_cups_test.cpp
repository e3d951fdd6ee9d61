// SPDX-License-Identifier: Apache-2.0
// The queue, libcups and a real print service with all that can happen to a printer.
#include "printing/cups_printer.hpp"

#include "support/catch.hpp"
#include "support/cups_server.hpp"
#include "unit/printing/printing_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;
using Names = std::vector<std::string>;

namespace {

constexpr std::int64_t patience_ms = 1'500;

// A whole page; filters look into it.
std::string one_page() {
    std::string pdf = "%PDF-1.4\n";
    std::vector<std::size_t> places;
    const auto object = [&](const std::string& text) {
        places.push_back(pdf.size());
        pdf += std::to_string(places.size()) + " 0 obj\n" + text + "\nendobj\n";
    };
    object("<</Type/Catalog/Pages 2 0 R>>");
    object("<</Type/Pages/Kids[3 0 R]/Count 1>>");
    object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 204 330]/Contents 4 0 R/Resources<<>>>>");
    object("<</Length 24>>\nstream\n10 10 100 100 re f       \nendstream");
    const auto table = pdf.size();
    pdf += "xref\n0 5\n0000000000 65535 f \n";
    for (const auto place : places) {
        auto digits = std::to_string(place);
        pdf += std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
    }
    return pdf + "trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
}

struct Office {
    CupsServer cups;
    PrintTemp folder;

    Office() { ::setenv("CUPS_SERVER", cups.socket().c_str(), 1); }
    ~Office() { ::unsetenv("CUPS_SERVER"); }
    std::unique_ptr<Printer> printer(const std::string& name = "Front") const {
        return std::make_unique<CupsPrinter>(name, patience_ms);
    }
    void put(const char* name) const { REQUIRE(resources::write_file_atomically(cups.out() / name, "x")); }
    void take(const char* name) const { fs::remove(cups.out() / name); }
};

bool has_trouble(PrintQueue& queue, Trouble trouble) {
    return wait_until([&] { return queue.state().known && queue.state().printer.trouble == trouble; });
}

} // namespace

TEST_CASE("print_cups: a PDF comes out byte for byte, and nothing of it stays", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    Desk desk(office.folder, office.printer());
    REQUIRE(has_trouble(desk.queue(), Trouble::None));
    CHECK(desk.queue().state().can_print());
    REQUIRE(desk.print("slip-15:20-T3", one_page()));
    REQUIRE(desk.told(Outcome::Done));
    CHECK(desk.count(Outcome::Sent) == 1);
    const auto printed = office.cups.printed();
    REQUIRE(printed.size() == 1);
    CHECK(resources::read_file(printed[0]).value_or("") == one_page());
    for (const auto* part : {"waiting", "not-printed", "saved"})
        CHECK(office.folder.in(part).empty());
}

TEST_CASE("print_cups: a driver's filters take what we send, and a printer that can't says so", "[printing][cups]") {
    Office office;
    office.cups.add_pdf_printer("Driver");
    Desk desk(office.folder, office.printer("Driver"));
    REQUIRE(desk.print("plan", one_page()));
    REQUIRE(desk.told(Outcome::Done));
    REQUIRE(office.cups.printed().size() == 1);
    CHECK(resources::read_file(office.cups.printed()[0]).value_or("").starts_with("%PDF-"));
}

TEST_CASE("print_cups: paper runs out, is told, and the job goes on when there is some", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    office.put("no-paper");
    Desk desk(office.folder, office.printer());
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Waits));
    CHECK(desk.last().trouble == Trouble::PaperOut);
    CHECK_FALSE(desk.queue().state().can_print());
    CHECK(office.folder.in("waiting").size() == 1);
    office.take("no-paper");
    REQUIRE(desk.told(Outcome::Done));
    CHECK(has_trouble(desk.queue(), Trouble::None));
    CHECK(office.cups.printed().size() == 1);
}

TEST_CASE("print_cups: a stopped printer keeps its jobs and prints them when it goes on", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    office.cups.run("cupsdisable -r 'being cleaned' Front");
    Desk desk(office.folder, office.printer());
    REQUIRE(has_trouble(desk.queue(), Trouble::Stopped));
    CHECK(desk.queue().state().printer.detail == "being cleaned");
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Waits));
    CHECK(desk.last().trouble == Trouble::Stopped);
    CHECK(office.cups.printed().empty());
    office.cups.run("cupsenable Front");
    REQUIRE(desk.told(Outcome::Done));
    CHECK(desk.count(Outcome::Failed) == 0);
}

TEST_CASE("print_cups: a printer that breaks stops, and says what it said", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    office.put("broken");
    Desk desk(office.folder, office.printer());
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Waits));
    CHECK(desk.last().trouble == Trouble::Stopped);
    office.take("broken");
    office.cups.run("cupsenable Front");
    REQUIRE(desk.told(Outcome::Done));
}

TEST_CASE("print_cups: a queue that takes no jobs, and a name that nobody has", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    office.cups.add_printer("Back");
    office.cups.run("cupsreject Front");
    {
        Desk desk(office.folder, office.printer());
        REQUIRE(has_trouble(desk.queue(), Trouble::Rejecting));
        REQUIRE(desk.print("slip"));
        REQUIRE(desk.told(Outcome::Failed));
        CHECK(desk.last().trouble == Trouble::Rejecting);
    }
    Desk desk(office.folder, office.printer("Frnot"));
    REQUIRE(has_trouble(desk.queue(), Trouble::UnknownPrinter));
    CHECK(desk.queue().state().printer.detail == "Back, Front");
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().trouble == Trouble::UnknownPrinter);
    CHECK(office.folder.in("not-printed") == Names{"slip-2.pdf", "slip.pdf"});
    CHECK(office.folder.in("waiting").empty());
}

TEST_CASE("print_cups: a printer that is deleted, and a job that is cancelled there", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    office.cups.run("cupsdisable Front");
    Desk desk(office.folder, office.printer());
    REQUIRE(desk.print("first"));
    REQUIRE(desk.told(Outcome::Sent));
    office.cups.run("cancel -a Front");
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().trouble == Trouble::JobCancelled);

    REQUIRE(desk.print("second"));
    REQUIRE(desk.told(Outcome::Sent, 2));
    office.cups.run("lpadmin -x Front");
    REQUIRE(desk.told(Outcome::Failed, 2));
    CHECK((desk.last().trouble == Trouble::JobCancelled || desk.last().trouble == Trouble::JobLost));
    CHECK(office.folder.in("not-printed") == Names{"first.pdf", "second.pdf"});
    REQUIRE(has_trouble(desk.queue(), Trouble::UnknownPrinter));
}

TEST_CASE("print_cups: a print service that is killed in the middle loses nothing", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    office.cups.run("cupsdisable Front"); // so that it has the job and is not done with it
    Desk desk(office.folder, office.printer());
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Sent));
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500)); // until its files are on disk
    office.cups.stop(true);
    REQUIRE(has_trouble(desk.queue(), Trouble::NoService));
    CHECK(office.folder.in("waiting").size() == 1);
    REQUIRE(desk.print("while-it-is-away"));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().trouble == Trouble::NoService);

    office.cups.start();
    // It knows the job again, or it lost it and we say so; either way it is accounted for.
    try {
        office.cups.run("cupsenable Front");
    } catch (const std::exception&) { // the printer itself was not on disk yet
    }
    REQUIRE(wait_until([&] { return desk.count(Outcome::Done) + desk.count(Outcome::Failed) == 2; }));
    if (desk.count(Outcome::Done) == 1)
        CHECK(office.folder.in("not-printed") == Names{"while-it-is-away.pdf"});
    else
        CHECK(office.folder.in("not-printed") == Names{"slip.pdf", "while-it-is-away.pdf"});
    CHECK(office.folder.in("waiting").empty());
}

TEST_CASE("print_cups: one that does not answer is told of, and the slip is kept", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    Desk desk(office.folder, office.printer());
    REQUIRE(has_trouble(desk.queue(), Trouble::None));
    office.cups.freeze(true);
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().trouble == Trouble::NoAnswer);
    CHECK(office.folder.in("not-printed") == Names{"slip.pdf"});
    desk.end(); // while it is still frozen
    office.cups.freeze(false);
}

TEST_CASE("print_cups: ten slips at once all come out, and a kiosk that restarts still knows its job", "[printing][cups]") {
    Office office;
    office.cups.add_printer("Front");
    {
        Desk desk(office.folder, office.printer());
        for (int i = 0; i < 10; ++i)
            REQUIRE(desk.print("slip"));
        REQUIRE(desk.told(Outcome::Done, 10));
        CHECK(office.cups.printed().size() == 10);
        office.cups.run("cupsdisable Front");
        REQUIRE(desk.print("later"));
        REQUIRE(desk.told(Outcome::Sent, 11));
    }
    CHECK(office.folder.in("waiting") == Names{"later.job11.pdf"});
    Desk desk(office.folder, office.printer());
    office.cups.run("cupsenable Front");
    REQUIRE(desk.told(Outcome::Done));
    CHECK(office.cups.printed().size() == 11);
    CHECK(office.folder.in("waiting").empty());
}
