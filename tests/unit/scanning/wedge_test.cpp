// SPDX-License-Identifier: Apache-2.0
#include "scanning/wedge.hpp"

#include "support/catch.hpp"

#include <random>
#include <utility>

using namespace kiosk::scanning;

namespace {

// The key of a US board that gives this character, found by asking for all of them.
std::pair<int, bool> key_for(char wanted) {
    for (int scancode = 1; scancode < 100; ++scancode)
        for (const bool shift : {false, true})
            if (us_character(scancode, shift, false) == wanted)
                return {scancode, shift};
    FAIL("no key for " << wanted);
    return {};
}

// A text field, a focused button and the window's loop around the detector.
struct Desk {
    Wedge wedge;
    std::string field;
    std::vector<std::string> codes;
    int enters = 0;
    std::int64_t now = 1'000;

    void apply(const WedgeVerdict& verdict) {
        REQUIRE(verdict.take_back <= field.size());
        field.resize(field.size() - verdict.take_back);
        field += verdict.give_back;
        if (verdict.code)
            codes.push_back(*verdict.code);
    }
    void press(char c, bool caps = false) {
        const auto [scancode, shift] = key_for(c);
        if (shift)
            apply(wedge.key(225, true, caps, now)); // left shift goes down first
        const auto verdict = wedge.key(scancode, shift, caps, now);
        apply(verdict);
        if (verdict.swallow)
            return;
        if (c == '\n')
            ++enters;
        else
            field.push_back(us_character(scancode, shift, caps));
    }
    void type(std::string_view text, std::int64_t gap) {
        for (const char c : text) {
            press(c);
            now += gap;
        }
    }
    void wait(std::int64_t ms) {
        for (const auto until = now + ms; now < until; now += 10)
            apply(wedge.tick(now));
    }
};

} // namespace

TEST_CASE("scanning: a scanner's burst is a code and leaves nothing in the field", "[scanning][wedge]") {
    const auto gap = GENERATE(1, 5, 16, 30);
    Desk desk;
    desk.type("XD1:HZ2026/7K3M-9QRT$+%*\n", gap);
    CHECK(desk.codes == std::vector<std::string>{"XD1:HZ2026/7K3M-9QRT$+%*"});
    CHECK(desk.field.empty());
    CHECK(desk.enters == 0);
}

TEST_CASE("scanning: people type, and nothing is swallowed", "[scanning][wedge]") {
    std::mt19937 random(7);
    for (int round = 0; round < 50; ++round) {
        Desk desk;
        // 120 words a minute and more, with the two-key rolls that fast typists have.
        for (const char c : std::string("wangguyu 13800138000 lijing\n")) {
            desk.press(c);
            const auto gap = static_cast<std::int64_t>(random() % 5 == 0 ? 20 + random() % 20 : 70 + random() % 120);
            desk.now += gap;
            desk.apply(desk.wedge.tick(desk.now));
        }
        desk.wait(300);
        REQUIRE(desk.codes.empty());
        REQUIRE(desk.field == "wangguyu 13800138000 lijing");
        REQUIRE(desk.enters == 1);
    }
}

TEST_CASE("scanning: a scan in the midst of typing takes back only its own", "[scanning][wedge]") {
    Desk desk;
    desk.type("wang", 130);
    desk.type("A1B2C3D4E5\n", 8);
    CHECK(desk.field == "wang");
    CHECK(desk.codes == std::vector<std::string>{"A1B2C3D4E5"});
    desk.now += 400;
    desk.type("gu", 150);
    CHECK(desk.field == "wanggu");
}

TEST_CASE("scanning: a scanner without a terminator ends by a pause", "[scanning][wedge]") {
    Desk desk;
    desk.type("K7M9QRT2XY", 10);
    CHECK(desk.codes.empty());
    REQUIRE(desk.wedge.deadline_ms());
    desk.wait(200);
    CHECK(desk.codes == std::vector<std::string>{"K7M9QRT2XY"});
    CHECK(desk.field.empty());
    CHECK_FALSE(desk.wedge.deadline_ms());
}

TEST_CASE("scanning: Tab ends a burst too, and keeps the focus where it is", "[scanning][wedge]") {
    Desk desk;
    desk.type("K7M9QRT2XY\t", 10);
    CHECK(desk.codes.size() == 1);
    CHECK(desk.field.empty());
}

TEST_CASE("scanning: a jerk of the system within a burst does not cut it", "[scanning][wedge]") {
    Desk desk;
    desk.type("K7M9", 8);
    desk.now += 70;
    desk.type("QRT2XYZZ01\n", 8);
    CHECK(desk.codes == std::vector<std::string>{"K7M9QRT2XYZZ01"});
}

TEST_CASE("scanning: two scans one after the other are two", "[scanning][wedge]") {
    Desk desk;
    desk.type("AAAA1111BB\n", 6);
    desk.type("CCCC2222DD\n", 6);
    CHECK(desk.codes == std::vector<std::string>{"AAAA1111BB", "CCCC2222DD"});
}

TEST_CASE("scanning: caps lock turns letters around, as the board does", "[scanning][wedge]") {
    CHECK(us_character(4, false, false) == 'a');
    CHECK(us_character(4, true, false) == 'A');
    CHECK(us_character(4, false, true) == 'A');
    CHECK(us_character(4, true, true) == 'a');
    CHECK(us_character(30, false, true) == '1');
    CHECK(us_character(31, true, false) == '@');
    CHECK(us_character(82, false, false) == 0); // cursor up
}

TEST_CASE("scanning: every printable character has a key", "[scanning][wedge]") {
    for (char c = ' '; c < '\x7f'; ++c) {
        const auto [scancode, shift] = key_for(c);
        CHECK(us_character(scancode, shift, false) == c);
    }
}

TEST_CASE("scanning: a key held down is no scan", "[scanning][wedge]") {
    Desk desk;
    desk.type("aaaaaaaaaaaaaaaaaaaa", 30);
    desk.wait(300);
    CHECK(desk.codes.empty());
    CHECK(desk.field == "aaaaaaaaaaaaaaaaaaaa");
}

TEST_CASE("scanning: a few keys hit at once come back to the field", "[scanning][wedge]") {
    Desk desk;
    desk.type("asdf", 5); // a hand on the keyboard: fast, but too short for a code
    desk.wait(300);
    CHECK(desk.codes.empty());
    CHECK(desk.field == "asdf");
}

TEST_CASE("scanning: an endless burst is dropped, and the next scan is read", "[scanning][wedge]") {
    Desk desk;
    std::string flood;
    for (int i = 0; i < 20'000; ++i)
        flood.push_back(static_cast<char>('a' + i % 26));
    desk.type(flood + "\n", 2);
    CHECK(desk.codes.empty());
    CHECK(desk.enters == 0);
    desk.now += 500;
    desk.field.clear();
    desk.type("K7M9QRT2XY\n", 8);
    CHECK(desk.codes == std::vector<std::string>{"K7M9QRT2XY"});
}
