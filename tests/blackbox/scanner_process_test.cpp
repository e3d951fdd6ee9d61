// SPDX-License-Identifier: Apache-2.0
// The scanner as the kiosk runs it: a real child process, real pipelines, real crashes.
#include "scanning/clip_writer.hpp"
#include "scanning/descriptor.hpp"
#include "scanning/scanner_process.hpp"

#include "support/catch.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include <stdlib.h>
#include <unistd.h>

using namespace kiosk::scanning;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path;
    Folder() {
        char name[] = "/tmp/scanner-test-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
};

template <typename Condition> bool within(std::int64_t ms, Condition condition) {
    for (const auto until = monotonic_ms() + ms; monotonic_ms() < until;) {
        if (condition())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return condition();
}

fs::path clip(const Folder& folder, const std::vector<ClipItem>& items) {
    const auto path = folder.path / "clip.mkv";
    const auto written = write_clip(path, items, {.width = 640, .height = 480, .gap_seconds = 0.6});
    INFO((written ? "" : written.error().context));
    REQUIRE(written);
    return path;
}

std::unique_ptr<ScannerProcess> start(const std::string& uri, std::int64_t away_ms = 1'200) {
    ScannerOptions options;
    options.uri = uri;
    options.away_ms = away_ms;
    auto scanner = ScannerProcess::start(std::move(options));
    REQUIRE(scanner);
    return std::move(*scanner);
}

bool live(const ScannerProcess& scanner) {
    return scanner.state() == kiosk::app::ScannerState::Live;
}

} // namespace

TEST_CASE("scanner: a recorded clip is scanned code by code, each once", "[scanner]") {
    const Folder folder;
    const auto path = clip(folder, {{"XD1:ALPHA-0001", 1.2, ClipStyle::Plain},
                                    {"XD1:BRAVO-0002", 1.2, ClipStyle::Phone},
                                    {"XD1:NOBODY-CAN-READ", 1.0, ClipStyle::Unreadable},
                                    {"XD1:CHARLIE-03", 1.2, ClipStyle::Tilted},
                                    {"XD1:DELTA-0004", 1.5, ClipStyle::Inverted},
                                    {"XD1:ECHO-00005", 1.5, ClipStyle::LowContrast}});
    const auto scanner = start("file://" + path.string() + "?loop=0", 2'500);
    std::vector<std::string> texts;
    bool outlined = false;
    within(25'000, [&] {
        for (auto& scan : scanner->poll())
            texts.push_back(std::move(scan.text));
        if (const auto frame = scanner->newest(); frame && !frame->codes.empty()) {
            outlined = true;
            CHECK(frame->rgb.size() == static_cast<std::size_t>(frame->width * frame->height * 3));
            for (const auto& point : frame->codes[0])
                CHECK((point.x > -0.2F && point.x < 1.2F && point.y > -0.2F && point.y < 1.2F));
        }
        return texts.size() >= 5;
    });
    CHECK(texts == std::vector<std::string>{"XD1:ALPHA-0001", "XD1:BRAVO-0002", "XD1:CHARLIE-03", "XD1:DELTA-0004",
                                            "XD1:ECHO-00005"});
    CHECK(outlined);
}

TEST_CASE("scanner: a child that crashes is back in two seconds and goes on scanning", "[scanner]") {
    const Folder folder;
    const auto path =
        clip(folder, {{"XD1:ALPHA-0001", 1.0, ClipStyle::Plain}, {"XD1:BRAVO-0002", 1.0, ClipStyle::Plain}});
    const auto scanner = start("file://" + path.string(), 800);
    REQUIRE(within(15'000, [&] { return live(*scanner) && !scanner->poll().empty(); }));
    for (const int signal : {SIGKILL, SIGABRT, SIGSEGV}) {
        const int pid = scanner->child_pid();
        const auto restarts = scanner->restarts();
        REQUIRE(pid > 0);
        REQUIRE(::kill(pid, signal) == 0);
        const auto died = monotonic_ms();
        REQUIRE(within(
            2'000, [&] { return scanner->restarts() > restarts && scanner->child_pid() != pid && live(*scanner); }));
        CHECK(monotonic_ms() - died < 2'000);
        scanner->poll();
        CHECK(within(10'000, [&] { return !scanner->poll().empty(); }));
    }
}

TEST_CASE("scanner: a child that hangs is replaced", "[scanner]") {
    const auto scanner = start("test:");
    REQUIRE(within(15'000, [&] { return live(*scanner); }));
    const int pid = scanner->child_pid();
    REQUIRE(::kill(pid, SIGSTOP) == 0);
    CHECK(within(6'000, [&] { return scanner->child_pid() != pid && live(*scanner); }));
}

TEST_CASE("scanner: a source that vanishes comes back by itself", "[scanner]") {
    const Folder folder;
    const auto pictures = folder.path / "pictures", away = folder.path / "away";
    fs::create_directory(pictures);
    std::ofstream picture(pictures / "1.pgm", std::ios::binary);
    picture << "P5 64 48 255\n" << std::string(64 * 48, '\x80');
    picture.close();
    const auto scanner = start("folder://" + pictures.string() + "?fps=20");
    REQUIRE(within(10'000, [&] { return live(*scanner) && scanner->newest() != nullptr; }));
    const auto pid = scanner->child_pid();
    for (int round = 0; round < 2; ++round) {
        fs::rename(pictures, away); // the cable is pulled
        REQUIRE(within(3'000, [&] { return scanner->state() == kiosk::app::ScannerState::Lost; }));
        CHECK(scanner->newest() == nullptr);
        CHECK_FALSE(scanner->trouble().empty());
        fs::rename(away, pictures);
        REQUIRE(within(5'000, [&] { return live(*scanner); }));
    }
    CHECK(scanner->child_pid() == pid); // reconnected, not restarted
}

TEST_CASE("scanner: no camera is said, and another source can be chosen", "[scanner]") {
    const auto scanner = start("v4l2:///dev/video-that-is-not-there");
    REQUIRE(within(10'000, [&] { return scanner->state() == kiosk::app::ScannerState::Lost; }));
    CHECK_FALSE(scanner->trouble().empty());
    scanner->change_source("test:");
    CHECK(within(10'000, [&] { return live(*scanner); }));
}

TEST_CASE("scanner: the child dies with its parent", "[scanner]") {
    int pid = 0;
    {
        const auto scanner = start("test:");
        REQUIRE(within(15'000, [&] { return live(*scanner); }));
        pid = scanner->child_pid();
        REQUIRE(::kill(pid, 0) == 0);
    }
    CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("scanner: a missing program is said at once", "[scanner]") {
    ScannerOptions options;
    options.program = "/nonexistent/kiosk-scanner";
    const auto scanner = ScannerProcess::start(std::move(options));
    REQUIRE_FALSE(scanner);
    CHECK(scanner.error().message_key == "error.scanner_program");
}

TEST_CASE("scanner: a child that talks nonsense is replaced, again and again, in peace", "[scanner]") {
    const Folder folder;
    const auto program = folder.path / "liar";
    std::ofstream(program) << "#!/bin/sh\nhead -c 4000 /dev/urandom >&3\nsleep 5\n";
    fs::permissions(program, fs::perms::owner_all);
    ScannerOptions options;
    options.program = program;
    const auto scanner = ScannerProcess::start(std::move(options));
    REQUIRE(scanner);
    CHECK(within(8'000, [&] { return (*scanner)->restarts() >= 3; }));
    CHECK((*scanner)->poll().empty());
    CHECK((*scanner)->newest() == nullptr);
}
