// SPDX-License-Identifier: Apache-2.0
#include "scanning/serial.hpp"

#include "scanning/descriptor.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <sys/stat.h>

using namespace kiosk::scanning;
using Lines = std::vector<std::string>;

namespace {

std::span<const char> bytes(std::string_view text) {
    return {text.data(), text.size()};
}

// Lines that come within five seconds.
Lines wait_for(SerialScanner& scanner, std::size_t count) {
    Lines lines;
    for (int i = 0; i < 500 && lines.size() < count; ++i) {
        for (auto& line : scanner.poll())
            lines.push_back(std::move(line));
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return lines;
}

bool wait_connected(const SerialScanner& scanner, bool wanted) {
    for (int i = 0; i < 500 && scanner.connected() != wanted; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return scanner.connected() == wanted;
}

struct Pty {
    Descriptor master, slave;
    std::string name;
    Pty() {
        int m = -1, s = -1;
        char path[128] = {};
        REQUIRE(::openpty(&m, &s, path, nullptr, nullptr) == 0);
        master = Descriptor(m);
        slave = Descriptor(s);
        name = path;
    }
    void send(std::string_view text) {
        REQUIRE(::write(master.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    }
};

// A stable name for whichever pty is "plugged in" now, as /dev/serial/by-id gives it.
struct Plug {
    std::filesystem::path path;
    Plug() {
        char folder[] = "/tmp/serial-test-XXXXXX";
        REQUIRE(::mkdtemp(folder) != nullptr);
        path = std::filesystem::path(folder) / "scanner";
    }
    ~Plug() { std::filesystem::remove_all(path.parent_path()); }
};

} // namespace

TEST_CASE("scanning: lines end by CR, LF or both", "[scanning][serial]") {
    LineAssembler assembler;
    CHECK(assembler.bytes(bytes("ABC\r\nDEF\nGHI\rJ"), 0) == Lines{"ABC", "DEF", "GHI"});
    CHECK(assembler.bytes(bytes("KL\r"), 10) == Lines{"JKL"});
    CHECK_FALSE(assembler.waiting());
}

TEST_CASE("scanning: a line without an end ends by a pause", "[scanning][serial]") {
    LineAssembler assembler(150);
    CHECK(assembler.bytes(bytes("ABC"), 0).empty());
    CHECK_FALSE(assembler.tick(149));
    CHECK(assembler.tick(150) == "ABC");
    CHECK_FALSE(assembler.tick(1'000));
    CHECK(assembler.bytes(bytes("DEF"), 2'000).empty());
    CHECK(assembler.bytes(bytes("GHI\n"), 3'000) == Lines{"DEF", "GHI"}); // nobody called tick in between
}

TEST_CASE("scanning: a line too long is dropped whole", "[scanning][serial]") {
    LineAssembler assembler;
    CHECK(assembler.bytes(bytes(std::string(4'096, 'x') + "\n"), 0).size() == 1);
    CHECK(assembler.bytes(bytes(std::string(5'000, 'x')), 0).empty());
    CHECK(assembler.bytes(bytes("tail\nGOOD\n"), 10) == Lines{"GOOD"});
}

TEST_CASE("scanning: a serial scanner is read over a pty", "[scanning][serial]") {
    Pty pty;
    auto scanner = SerialScanner::start({.device = pty.name, .baud = 115'200, .wake = {}});
    REQUIRE(scanner);
    REQUIRE(wait_connected(**scanner, true));
    pty.send("XD1:7K3M9QRT\r");
    CHECK(wait_for(**scanner, 1) == Lines{"XD1:7K3M9QRT"});
    pty.send("NO-TERMINATOR");
    CHECK(wait_for(**scanner, 1) == Lines{"NO-TERMINATOR"});
}

TEST_CASE("scanning: an unplugged serial scanner comes back by itself", "[scanning][serial]") {
    Plug plug;
    auto scanner = SerialScanner::start({.device = plug.path, .retry_ms = 50, .wake = {}});
    REQUIRE(scanner);
    CHECK_FALSE((*scanner)->connected());
    for (int round = 0; round < 2; ++round) {
        Pty pty;
        std::filesystem::create_symlink(pty.name, plug.path);
        REQUIRE(wait_connected(**scanner, true));
        pty.send("ROUND" + std::to_string(round) + "\r\n");
        CHECK(wait_for(**scanner, 1) == Lines{"ROUND" + std::to_string(round)});
        std::filesystem::remove(plug.path);
        pty.slave = {};
        pty.master = {};
        REQUIRE(wait_connected(**scanner, false));
    }
}

TEST_CASE("scanning: a speed that no line has is refused", "[scanning][serial]") {
    CHECK_FALSE(SerialScanner::start({.device = "/dev/null", .baud = 12'345, .wake = {}}));
    CHECK_FALSE(SerialScanner::start({.device = "", .wake = {}}));
}
