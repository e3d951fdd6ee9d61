// SPDX-License-Identifier: Apache-2.0
// The folder: names that stay within it, jobs that are known again, and what is old.
#include "printing/print_folder.hpp"

#include "printing_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;
using Part = PrintFolder::Part;

TEST_CASE("print_folder: whatever a name holds, the file is in the folder and is a new one", "[printing]") {
    PrintTemp temp;
    PrintFolder folder(temp.path());
    REQUIRE(folder.prepare());
    const auto waiting = temp.path() / "waiting";
    CHECK(folder.reserve("slip-15:20-T3", Format::Pdf) == waiting / "slip-15-20-T3.pdf");
    CHECK(folder.reserve("../../etc/passwd", Format::Png) == waiting / "etc-passwd.png");
    CHECK(folder.reserve("", Format::Pdf) == waiting / "print.pdf");
    CHECK(folder.reserve("洽谈桌 T3", Format::Pdf) == waiting / "T3.pdf");
    CHECK(folder.reserve(std::string(5000, 'a'), Format::Pdf).filename().string().size() == 64);

    // Taken in any part, with a number or without.
    REQUIRE(resources::write_file_atomically(waiting / "plan.job7.pdf", "x"));
    CHECK(folder.reserve("plan", Format::Pdf) == waiting / "plan-2.pdf");
    REQUIRE(resources::write_file_atomically(temp.path() / "not-printed" / "plan-2.pdf", "x"));
    CHECK(folder.reserve("plan", Format::Pdf) == waiting / "plan-3.pdf");
}

TEST_CASE("print_folder: a job's number is in its name and leaves it when it moves", "[printing]") {
    PrintTemp temp;
    PrintFolder folder(temp.path());
    REQUIRE(folder.prepare());
    const auto file = folder.reserve("slip", Format::Pdf);
    REQUIRE(resources::write_file_atomically(file, "x"));
    const auto marked = folder.mark(file, 42);
    CHECK(marked.filename() == "slip.job42.pdf");
    const auto entries = folder.list(Part::Waiting);
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].name == "slip");
    CHECK(entries[0].job == 42);
    CHECK(folder.move(marked, Part::NotPrinted) == temp.path() / "not-printed" / "slip.pdf");
    CHECK(temp.in("waiting").empty());
}

TEST_CASE("print_folder: what is not ours or half written is not listed", "[printing]") {
    PrintTemp temp;
    PrintFolder folder(temp.path());
    REQUIRE(folder.prepare());
    for (const auto* name : {".slip.pdf.Xa1b2c", "slip.pdf.partial", "notes.txt", ".hidden.pdf"})
        REQUIRE(resources::write_file_atomically(temp.path() / "waiting" / name, "x"));
    CHECK(folder.list(Part::Waiting).empty());
    for (const auto* name : {"a.job.pdf", "b.jobX.pdf", "c.job99999999999999.pdf", "d.job-1.pdf", "e.job0.pdf"})
        REQUIRE(resources::write_file_atomically(temp.path() / "waiting" / name, "x"));
    for (const auto& entry : folder.list(Part::Waiting))
        CHECK_FALSE(entry.job);
}

TEST_CASE("print_folder: files that name people do not stay for ever", "[printing]") {
    PrintTemp temp;
    PrintFolder folder(temp.path());
    REQUIRE(folder.prepare());
    const auto old = temp.path() / "saved" / "plan.pdf", fresh = temp.path() / "saved" / "plan-2.pdf",
               other = temp.path() / "saved" / "notes.txt";
    for (const auto& file : {old, fresh, other})
        REQUIRE(resources::write_file_atomically(file, "x"));
    const auto long_ago = fs::file_time_type::clock::now() - std::chrono::hours(24 * 31);
    fs::last_write_time(old, long_ago);
    fs::last_write_time(other, long_ago);
    folder.forget_old();
    CHECK_FALSE(fs::exists(old));
    CHECK(fs::exists(fresh));
    CHECK(fs::exists(other)); // none of ours
}
