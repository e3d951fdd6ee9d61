// SPDX-License-Identifier: Apache-2.0
// An idle kiosk does not redraw: the drawing says when it wants another frame, and soon stops to.
#include "stage_fixture.hpp"

using namespace kiosk;

TEST_CASE("ui: a screen appears in 150 ms and then rests", "[ui][motion]") {
    test::StageFixture fixture;
    auto view = fixture.sample("idle");
    view.motion = true;
    CHECK(fixture.draw(view).animating);
    fixture.now_ms += 100;
    CHECK(fixture.draw(view).animating);
    fixture.now_ms += 60;
    CHECK_FALSE(fixture.draw(view).animating);

    auto next = fixture.sample("confirm");
    next.motion = true;
    CHECK(fixture.draw(next).animating);
}

TEST_CASE("ui: the keyboard slides in once, and again after it was away", "[ui][motion]") {
    test::StageFixture fixture;
    auto view = fixture.sample("form_walk_in_pinyin");
    view.motion = true;
    fixture.draw(view);
    fixture.now_ms += 1000;
    CHECK_FALSE(fixture.draw(view).animating);
    auto typed = view;
    typed.keyboard->preedit = "yue";
    CHECK_FALSE(fixture.draw(typed).animating); // what is typed moves nothing
    auto closed = view;
    closed.keyboard.reset();
    fixture.draw(closed);
    CHECK(fixture.draw(view).animating);
}

TEST_CASE("ui: without motion nothing asks for another frame", "[ui][motion]") {
    test::StageFixture fixture;
    for (const auto& sample : golden::samples()) {
        INFO(sample.name);
        CHECK_FALSE(fixture.draw(sample.view).animating);
        ui::Input press;
        press.pointer = {640, 480};
        press.down = press.pressed = true;
        CHECK_FALSE(fixture.draw(sample.view, press).animating);
        press.down = press.pressed = false;
        press.released = true;
        fixture.draw(sample.view, press);
    }
}

TEST_CASE("ui: a press is seen for 80 ms", "[ui][motion]") {
    test::StageFixture fixture;
    auto view = fixture.sample("confirm");
    view.motion = true;
    fixture.draw(view);
    fixture.now_ms += 1000;
    ui::Input press;
    press.pointer = {700, 520}; // on the main action
    press.down = press.pressed = true;
    CHECK(fixture.draw(view, press).animating);
    press.pressed = false;
    fixture.now_ms += 40;
    CHECK(fixture.draw(view, press).animating);
    fixture.now_ms += 60;
    CHECK_FALSE(fixture.draw(view, press).animating);
}
