// SPDX-License-Identifier: Apache-2.0
// The queue over a printer that does what a test wants: what is told, and where the file is afterwards.
#include "printing_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;
using Names = std::vector<std::string>;

namespace {

std::unique_ptr<Printer> printer(FakePaper& paper) { return std::make_unique<FakePrinter>(paper); }

} // namespace

TEST_CASE("print_queue: what the printer has printed is told and gone", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    Desk desk(folder, printer(paper));
    REQUIRE(desk.print("slip-15:20-T3", "%PDF one"));
    REQUIRE(desk.told(Outcome::Done));
    CHECK(desk.count(Outcome::Sent) == 1);
    CHECK(desk.count(Outcome::Failed) == 0);
    CHECK(paper.printed == Names{"%PDF one"});
    CHECK(paper.titles == Names{"slip-15-20-T3"});
    CHECK(paper.formats == std::vector{Format::Pdf});
    for (const auto* part : {"waiting", "not-printed", "saved"})
        CHECK(folder.in(part).empty());
    CHECK(wait_until([&] { return desk.queue().state().can_print() && desk.queue().state().waiting == 0; }));
    CHECK(desk.changes() > 0);
}

TEST_CASE("print_queue: pictures and files are printed as what they are", "[printing]") {
    PrintTemp folder, elsewhere;
    FakePaper paper;
    Desk desk(folder, printer(paper));
    const auto file = elsewhere.path() / "plan.pdf";
    REQUIRE(resources::write_file_atomically(file, "%PDF two"));
    auto picture = print_bytes("badge", Format::Png, "PNG");
    REQUIRE(picture);
    REQUIRE(desk.queue().print(std::move(*picture)));
    REQUIRE(desk.queue().print(print_file("plan", Format::Pdf, file)));
    REQUIRE(desk.told(Outcome::Done, 2));
    CHECK(paper.printed == Names{"PNG", "%PDF two"});
    CHECK(paper.formats == std::vector{Format::Png, Format::Pdf});
    CHECK(fs::exists(file)); // whose it is, keeps it

    REQUIRE(desk.queue().print(print_file("gone", Format::Pdf, elsewhere.path() / "nothing.pdf")));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().trouble == Trouble::NotMade);
    CHECK(desk.last().file.empty());
}

TEST_CASE("print_queue: without a printer everything is kept, readable for its user alone", "[printing]") {
    PrintTemp folder;
    Desk desk(folder, nullptr);
    REQUIRE(desk.print("plan-1120", "%PDF plan"));
    REQUIRE(desk.told(Outcome::Kept));
    CHECK(folder.in("saved") == Names{"plan-1120.pdf"});
    CHECK(desk.last().file == folder.path() / "saved" / "plan-1120.pdf");
    CHECK(resources::read_file(desk.last().file).value_or("") == "%PDF plan");
    CHECK((fs::status(desk.last().file).permissions() & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
    CHECK((fs::status(folder.path() / "saved").permissions() & (fs::perms::group_all | fs::perms::others_all)) ==
          fs::perms::none);
    CHECK_FALSE(desk.queue().state().has_printer);
    CHECK_FALSE(desk.queue().state().can_print());
}

TEST_CASE("print_queue: what the printer refuses stays, and can be told apart", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    paper.status = {Trouble::UnknownPrinter, false, "Office"};
    paper.refuse = {{Trouble::UnknownPrinter, "no such printer"}};
    Desk desk(folder, printer(paper));
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().trouble == Trouble::UnknownPrinter);
    CHECK(desk.last().why == "print.why.unknown_printer");
    CHECK(desk.last().detail == "no such printer");
    CHECK(desk.last().file == folder.path() / "not-printed" / "slip.pdf");
    CHECK(folder.in("not-printed") == Names{"slip.pdf"});
    CHECK(folder.in("waiting").empty());
    CHECK(wait_until([&] { return desk.queue().state().not_printed == 1; }));
    CHECK(desk.queue().state().printer.detail == "Office");
    CHECK_FALSE(desk.queue().state().can_print());
    CHECK(paper.tried() == 1);
}

TEST_CASE("print_queue: a print service that is being restarted is asked again", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    paper.refuse = {{Trouble::NoService, {}}, {Trouble::NoService, {}}};
    Desk desk(folder, printer(paper));
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Done));
    CHECK(paper.tried() == 3);

    paper.refuse = {{Trouble::NoService, {}}, {Trouble::NoService, {}}, {Trouble::NoService, {}}};
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().trouble == Trouble::NoService);
    CHECK(folder.in("not-printed") == Names{"slip.pdf"});
}

TEST_CASE("print_queue: one that does not say whether it has the job is not asked twice", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    paper.refuse = {{Trouble::NoAnswer, {}}};
    Desk desk(folder, printer(paper));
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(paper.tried() == 1);
    CHECK(desk.last().why == "print.why.no_answer");
}

TEST_CASE("print_queue: paper out is told once, and the rest when it goes on", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    paper.new_job = {JobStatus::State::Underway, Trouble::None, {}};
    Desk desk(folder, printer(paper));
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Sent));
    CHECK(desk.last().file == folder.path() / "waiting" / "slip.job11.pdf");
    paper.set({Trouble::PaperOut, true, "put paper in tray 1"});
    REQUIRE(desk.told(Outcome::Waits));
    CHECK(desk.last().why == "print.why.paper_out");
    CHECK(desk.last().detail == "put paper in tray 1");
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    CHECK(desk.count(Outcome::Waits) == 1);
    CHECK_FALSE(desk.queue().state().can_print());
    CHECK(desk.queue().state().waiting == 1);
    CHECK(folder.in("waiting") == Names{"slip.job11.pdf"});

    paper.set({});
    paper.finish(11, {JobStatus::State::Done, Trouble::None, {}});
    REQUIRE(desk.told(Outcome::Done));
    CHECK(folder.in("waiting").empty());
    CHECK(wait_until([&] { return desk.queue().state().can_print(); }));
}

TEST_CASE("print_queue: a job that the printer gives up, forgets or is robbed of stays", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    Desk desk(folder, printer(paper));
    for (const auto trouble : {Trouble::JobFailed, Trouble::JobCancelled, Trouble::JobLost}) {
        {
            const std::scoped_lock lock(paper.mutex);
            paper.new_job = {JobStatus::State::Over, trouble, {}};
        }
        const auto before = desk.count(Outcome::Failed);
        REQUIRE(desk.print("slip"));
        REQUIRE(desk.told(Outcome::Failed, before + 1));
        CHECK(desk.last().trouble == trouble);
    }
    CHECK(folder.in("not-printed") == Names{"slip-2.pdf", "slip-3.pdf", "slip.pdf"});
    CHECK(folder.in("waiting").empty());
}

TEST_CASE("print_queue: a print service that ends while it has the job loses nothing", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    paper.new_job = {JobStatus::State::Underway, Trouble::None, {}};
    Desk desk(folder, printer(paper));
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Sent));
    paper.set({Trouble::NoService, false, {}});
    REQUIRE(desk.told(Outcome::Waits));
    CHECK(desk.last().trouble == Trouble::NoService);
    CHECK(folder.in("waiting").size() == 1);
    paper.set({});
    paper.finish(11, {JobStatus::State::Done, Trouble::None, {}});
    REQUIRE(desk.told(Outcome::Done));
}

TEST_CASE("print_queue: nobody waits for a printer that hangs, and there is an end to what waits", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    paper.hangs = true;
    Desk desk(folder, printer(paper), 3);
    int taken = 0;
    for (int i = 0; i < 10; ++i)
        if (const auto status = desk.print("slip"); status)
            ++taken;
        else
            CHECK(status.error().message_key == "print.why.too_many");
    CHECK(taken >= 3); // while it hangs, as it does for ever
    CHECK(taken <= 4); // one may be in hand
    static_cast<void>(desk.queue().state());
    desk.queue().look();
    paper.hangs = false;
    CHECK(desk.told(Outcome::Done, static_cast<std::size_t>(taken)));
}

TEST_CASE("print_queue: what waits when the kiosk ends is found by the next start and not printed by itself", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    paper.hangs = true;
    {
        Desk desk(folder, printer(paper));
        for (const auto* name : {"first", "second", "third"})
            REQUIRE(desk.print(name));
        REQUIRE(wait_until([&] { return folder.in("waiting").size() == 1; }));
        desk.end(); // though it hangs
    }
    CHECK(folder.in("not-printed") == Names{"first.pdf"}); // it was in hand
    CHECK(folder.in("waiting") == Names{"second.pdf", "third.pdf"});
    FakePaper next;
    Desk desk(folder, printer(next));
    REQUIRE(wait_until([&] { return desk.queue().state().not_printed == 3; }));
    CHECK(folder.in("waiting").empty());
    CHECK(next.tried() == 0);
}

TEST_CASE("print_queue: a job that the printer had is watched on after a restart", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    paper.new_job = {JobStatus::State::Underway, Trouble::None, {}};
    {
        Desk desk(folder, printer(paper));
        REQUIRE(desk.print("slip"));
        REQUIRE(desk.told(Outcome::Sent));
    }
    CHECK(folder.in("waiting") == Names{"slip.job11.pdf"});
    paper.interrupted = false;
    Desk desk(folder, printer(paper));
    REQUIRE(wait_until([&] { return desk.queue().state().waiting == 1; }));
    paper.finish(11, {JobStatus::State::Done, Trouble::None, {}});
    REQUIRE(desk.told(Outcome::Done));
    CHECK(folder.in("waiting").empty());
    CHECK(paper.tried() == 1);
}

TEST_CASE("print_queue: a full disk and a file that can't be made are told as what they are", "[printing]") {
    PrintTemp folder;
    FakePaper paper;
    Desk desk(folder, printer(paper));
    REQUIRE(desk.queue().print({"plan", Format::Pdf, [](const fs::path& file) -> core::Status {
                                    static_cast<void>(resources::write_file_atomically(file, "half"));
                                    return core::fail(core::ErrorCode::DiskFull, "error.disk_full", file.string());
                                }}));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().why == "print.why.no_room");
    CHECK(desk.last().file.empty());
    REQUIRE(desk.queue().print({"plan", Format::Pdf, [](const fs::path&) -> core::Status {
                                    return core::fail(core::ErrorCode::NotFound, "error.exchange.no_tables");
                                }}));
    REQUIRE(desk.told(Outcome::Failed, 2));
    CHECK(desk.last().why == "error.exchange.no_tables");
    CHECK(folder.in("waiting").empty());
    CHECK(folder.in("not-printed").empty());
    CHECK(paper.tried() == 0);
}

TEST_CASE("print_queue: a folder that can't be made is told", "[printing]") {
    PrintTemp folder;
    REQUIRE(resources::write_file_atomically(folder.path() / "waiting", "in the way"));
    FakePaper paper;
    Desk desk(folder, printer(paper));
    REQUIRE(desk.print("slip"));
    REQUIRE(desk.told(Outcome::Failed));
    CHECK(desk.last().trouble == Trouble::NotMade);
    CHECK(desk.last().why == "error.file_write");
}

TEST_CASE("print_queue: a folder that was cleared up is noticed when somebody looks", "[printing]") {
    PrintTemp folder;
    fs::create_directories(folder.path() / "not-printed");
    const auto left = folder.path() / "not-printed" / "slip.pdf";
    REQUIRE(resources::write_file_atomically(left, "x"));
    Desk desk(folder, nullptr);
    REQUIRE(wait_until([&] { return desk.queue().state().not_printed == 1; }));
    fs::remove(left);
    desk.queue().look();
    CHECK(wait_until([&] { return desk.queue().state().not_printed == 0; }));
}

TEST_CASE("print_queue: bytes beyond the bound are refused at once", "[printing]") {
    const auto job = print_bytes("huge", Format::Pdf, std::string(most_bytes + 1, 'x'));
    REQUIRE_FALSE(job);
    CHECK(job.error().code == core::ErrorCode::TooLarge);
}
