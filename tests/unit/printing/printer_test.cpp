// SPDX-License-Identifier: Apache-2.0
// A printer's words, and ours for them.
#include "printing/cups_printer.hpp"

#include "printing_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;

TEST_CASE("printer: what CUPS says of a printer becomes one trouble", "[printing]") {
    CHECK(trouble_of_reason("none", false) == Trouble::None);
    CHECK(trouble_of_reason("media-empty-error", false) == Trouble::PaperOut);
    CHECK(trouble_of_reason("media-empty", false) == Trouble::PaperOut);
    CHECK(trouble_of_reason("media-needed-error", false) == Trouble::PaperOut);
    CHECK(trouble_of_reason("media-jam-error", false) == Trouble::PaperJam);
    CHECK(trouble_of_reason("cover-open", false) == Trouble::CoverOpen);
    CHECK(trouble_of_reason("toner-empty-error", false) == Trouble::InkOut);
    CHECK(trouble_of_reason("offline-report", true) == Trouble::Offline);
    CHECK(trouble_of_reason("paused", false) == Trouble::Stopped);
    CHECK(trouble_of_reason("media-low-warning", true) == Trouble::None);
    CHECK(trouble_of_reason("", true) == Trouble::None);
    CHECK(trouble_of_reason("-error", true) == Trouble::None);
    // One of two trays: it still prints from the other.
    CHECK(trouble_of_reason("media-empty-warning", false) == Trouble::None);
    CHECK(trouble_of_reason("media-empty-warning", true) == Trouble::PaperOut);
}

TEST_CASE("printer: every trouble has a sentence in both languages", "[printing]") {
    const auto texts = resources::load_catalogue();
    REQUIRE(texts);
    std::vector<std::string> keys{"print.why.too_many", "print.why.too_large"};
    for (int i = static_cast<int>(Trouble::None); i <= static_cast<int>(Trouble::NotMade); ++i)
        keys.emplace_back(message_key(static_cast<Trouble>(i)));
    CHECK(keys.size() == 20);
    for (const auto& key : keys) {
        INFO(key);
        REQUIRE(texts->has(key));
        CHECK(texts->text(core::Language::Chinese, key) != texts->text(core::Language::English, key));
    }
}

TEST_CASE("printer: a print service that is not there is told", "[printing]") {
    PrintTemp temp;
    ::setenv("CUPS_SERVER", (temp.path() / "no.sock").c_str(), 1);
    const auto file = temp.path() / "x.pdf";
    REQUIRE(resources::write_file_atomically(file, "%PDF-1.4"));
    std::thread([&] { // the library keeps its settings for each thread
        CupsPrinter cups("Office", 3'000);
        const auto status = cups.status();
        const auto taken = cups.submit(file, Format::Pdf, "x");
        const auto job = cups.job(1, "x");
        CHECK(status.trouble == Trouble::NoService);
        REQUIRE_FALSE(taken);
        CHECK(taken.error().trouble == Trouble::NoService);
        REQUIRE_FALSE(job);
        CHECK(job.error().trouble == Trouble::NoService);
    }).join();
    ::unsetenv("CUPS_SERVER");
}
