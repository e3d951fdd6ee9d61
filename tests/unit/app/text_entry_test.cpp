// SPDX-License-Identifier: Apache-2.0
#include "kiosk_fixture.hpp"

using namespace kiosk;
using namespace kiosk::app;
using Layout = KeyboardView::Layout;
using Effect = TextEntry::Effect;

TEST_CASE("text entry: letters, shift, space and backspace over whole characters", "[app][text]") {
    TextEntry entry(nullptr);
    CHECK(entry.press("a") == Effect::None); // no field
    entry.open({}, Layout::Pinyin, 20);
    CHECK(entry.view().layout == Layout::Latin); // no input method
    CHECK_FALSE(entry.view().pinyin_available);
    entry.press("shift");
    CHECK(entry.view().shift);
    entry.press("a");
    entry.press("b");
    entry.press("space");
    CHECK(entry.text() == "Ab ");
    CHECK(entry.press("no such key") == Effect::None);
    CHECK(entry.press("enter") == Effect::Entered);
    entry.press("clear");
    entry.type("谷𠮷葛\U000E0100"); // four bytes; a variation selector goes with its character
    entry.press("backspace");
    CHECK(entry.text() == "谷𠮷");
    entry.press("backspace");
    CHECK(entry.text() == "谷");
    entry.press("backspace");
    CHECK(entry.press("backspace") == Effect::None);
}

TEST_CASE("text entry: bounds, control characters and broken UTF-8", "[app][text]") {
    TextEntry entry(nullptr);
    entry.open({}, Layout::Latin, 3);
    entry.type("一二三四");
    CHECK(entry.text() == "一二三");
    entry.open({}, Layout::Latin, 30);
    entry.type("a\r\n\x1b" "b\xff\xe4\xb8" "c\u202e");
    CHECK(entry.text() == "abc");
    entry.open({}, Layout::Digits, 30, true);
    entry.type("138-ab 00");
    CHECK(entry.text() == "138- 00");
    CHECK(printable("\xc0\xaf\xed\xa0\x80ok") == "ok"); // overlong, surrogate
}

TEST_CASE("text entry: pinyin composes, picks and gives letters up as they are", "[app][text]") {
    test::FakeComposer composer;
    TextEntry entry(&composer);
    entry.open({}, Layout::Pinyin, 20);
    for (const char* key : {"w", "a", "n", "g"})
        entry.press(key);
    CHECK(entry.text().empty());
    CHECK(entry.text_with_letters() == "wang");
    CHECK(entry.view().candidates.size() == 2);
    SECTION("space takes the first") {
        entry.press("space");
        CHECK(entry.text() == "王");
    }
    SECTION("a digit takes that one") {
        entry.press("2");
        CHECK(entry.text() == "网");
    }
    SECTION("a candidate that isn't there") { CHECK(entry.pick(7) == Effect::None); }
    SECTION("backspace takes a letter, then text") {
        entry.press("backspace");
        CHECK(entry.text_with_letters() == "wan");
    }
    SECTION("enter keeps the letters and does not leave the field") {
        CHECK(entry.press("enter") == Effect::Changed);
        CHECK(entry.text() == "wang");
    }
    SECTION("another layout keeps the letters") {
        CHECK(entry.set_layout(Layout::Latin) == Effect::Changed);
        CHECK(entry.text() == "wang");
    }
    SECTION("the input method dies") {
        composer.works = false;
        entry.press("x");
        CHECK(entry.text() == "x");
        CHECK(entry.set_layout(Layout::Pinyin) == Effect::None);
    }
    SECTION("a capital is a capital") {
        entry.press("shift");
        entry.press("k");
        CHECK(entry.text() == "wangK");
    }
}
