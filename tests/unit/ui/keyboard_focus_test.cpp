// SPDX-License-Identifier: Apache-2.0
// Every screen by a real keyboard alone: Tab and the arrows move a ring through all that can be touched, Space and
// Enter do what a touch would. And signing with a pointer, which is what a keyboard can't do.
#include "stage_fixture.hpp"

#include <algorithm>
#include <set>
#include <string>

using namespace kiosk;
using namespace kiosk::app;
using test::has;

namespace {

struct Typist : test::StageFixture {
    std::vector<Intent> tab(const View& view, int by = 1) {
        ui::Input input;
        input.tab = by;
        return draw(view, input).intents;
    }
    std::vector<Intent> arrow(const View& view, float x, float y) {
        ui::Input input;
        input.arrow = {x, y};
        return draw(view, input).intents;
    }
    std::vector<Intent> activate(const View& view) {
        ui::Input input;
        input.activate = true;
        return draw(view, input).intents;
    }
    // Where Tab leads until it comes round again, with what every stop sets off.
    enum class Pass { Stay, TurnPages };
    std::set<std::string> round(const View& view, std::vector<Intent>* all = nullptr, Pass pass = Pass::TurnPages) {
        std::set<std::string> stops;
        for (int i = 0; i < 200; ++i) {
            auto intents = tab(view);
            if (!stops.insert(stage.ring()).second)
                return stops;
            const auto& ring = stage.ring();
            const bool turns = ring.ends_with(":down") || ring.ends_with(":up") || ring.starts_with("filter:"); // shows other things
            const auto done = stage.ring_on_button() && !(pass == Pass::Stay && turns) ? activate(view) : std::vector<Intent>{};
            intents.insert(intents.end(), done.begin(), done.end());
            if (all)
                all->insert(all->end(), intents.begin(), intents.end());
        }
        FAIL("Tab doesn't come round");
        return stops;
    }
};

template <typename T>
const T* first(const std::vector<Intent>& intents) {
    for (const auto& intent : intents)
        if (const auto* one = std::get_if<T>(&intent))
            return one;
    return nullptr;
}

} // namespace

TEST_CASE("ui: a keyboard reaches all that a finger does", "[ui][keyboard]") {
    for (const auto size : {ui::PixelSize{1280, 800}, ui::PixelSize{1080, 1920}})
        for (const auto& sample : golden::samples()) {
            if (sample.view.keyboard)
                continue; // its keys are there in earnest
            INFO(sample.name);
            Typist by_hand, by_key;
            by_hand.size = by_key.size = size;
            std::vector<Intent> said;
            by_key.draw(sample.view);
            by_key.round(sample.view, &said, Typist::Pass::Stay);
            by_key.round(sample.view, &said);
            by_key.round(sample.view, &said);
            std::set<std::size_t> reached, touched;
            for (const auto& intent : said)
                reached.insert(intent.index());
            for (const auto& intent : by_hand.tap_everywhere(sample.view))
                touched.insert(intent.index());
            touched.erase(Intent(intent::AddStroke{}).index()); // there, staff are called
            touched.erase(Intent(intent::DoOverride{}).index()); // chosen in two steps, looked at below
            for (const auto kind : touched)
                CHECK(reached.contains(kind));
        }
}

TEST_CASE("ui: the ring goes through a table cell by cell and over its edge", "[ui][keyboard]") {
    Typist typist;
    const auto view = typist.sample("form_table");
    typist.draw(view);
    const auto stops = typist.round(view);
    for (const auto* id : {"cell:systems:0:name", "cell:systems:0:engine", "cell:systems:0:count", "cell:systems:0:count:minus", "cell:systems:0:count:plus",
                           "cell:systems:1:name", "remove:systems:1", "add:systems", "next", "back", "language"})
        CHECK(stops.contains(id));
}

TEST_CASE("ui: Tab begins with what is on the page and goes back with Shift", "[ui][keyboard]") {
    Typist typist;
    const auto view = typist.sample("form_choices");
    typist.draw(view);
    typist.tab(view);
    CHECK(typist.stage.ring() == "role:dba");
    typist.tab(view, -1);
    CHECK(typist.stage.ring() == "language");
    typist.tab(view, -1);
    typist.tab(view, -1);
    CHECK(typist.stage.ring() == "next");
    CHECK(has<intent::Confirm>(typist.activate(view)));
}

TEST_CASE("ui: the arrows go where they point", "[ui][keyboard]") {
    Typist typist;
    const auto view = typist.sample("form_choices");
    typist.draw(view);
    typist.tab(view);
    typist.arrow(view, 1, 0);
    CHECK(typist.stage.ring() == "role:dev");
    typist.arrow(view, 0, 1);
    CHECK(typist.stage.ring() == "role:sales");
    typist.arrow(view, -1, 0);
    CHECK(typist.stage.ring() == "role:mgr");
    typist.arrow(view, 0, -1);
    CHECK(typist.stage.ring() == "role:dba");
    const auto chosen = typist.activate(view);
    REQUIRE(first<intent::SetAnswer>(chosen));
    CHECK(first<intent::SetAnswer>(chosen)->id == "role");
}

TEST_CASE("ui: a text takes the keys as soon as the ring is there, and gives them up when it leaves", "[ui][keyboard]") {
    Typist typist;
    auto view = typist.sample("form_walk_in");
    typist.draw(view);
    auto said = typist.tab(view);
    REQUIRE(first<intent::FocusField>(said));
    CHECK(first<intent::FocusField>(said)->id == "name");
    CHECK_FALSE(typist.stage.ring_on_button()); // a space is a space there
    auto& form = std::get<FormView>(view.body);
    form.focus = "name";
    view.keyboard = KeyboardView{};
    typist.draw(view);
    said = typist.tab(view);
    CHECK(first<intent::FocusField>(said)->id == "phone");
    form.focus = "phone"; // the application follows, and may also lead
    typist.draw(view);
    CHECK(typist.stage.ring() == "field:phone");
    form.focus = "name";
    typist.draw(view);
    CHECK(typist.stage.ring() == "field:name");
    said = typist.tab(view, -1);
    CHECK(typist.stage.ring() == "language");
    REQUIRE(first<intent::FocusField>(said));
    CHECK(first<intent::FocusField>(said)->id.empty());
}

TEST_CASE("ui: the ring is seen where somebody uses the keyboard, and gone with the first touch", "[ui][keyboard]") {
    Typist typist;
    const auto view = typist.sample("form_choices");
    typist.draw(view);
    const auto plain = typist.draw(view).draw->TotalVtxCount;
    typist.tab(view);
    const auto ringed = typist.draw(view).draw->TotalVtxCount;
    CHECK(ringed > plain);
    CHECK(typist.stage.ring_on_button());
    typist.tap(view, {2, 400});
    CHECK_FALSE(typist.stage.ring_on_button());
    CHECK(typist.draw(view).draw->TotalVtxCount == plain);
    CHECK_FALSE(has<intent::SetAnswer>(typist.activate(view)));
}

TEST_CASE("ui: an override by keyboard: a reason first, then the door", "[ui][keyboard]") {
    Typist typist;
    const auto view = typist.sample("staff_override");
    typist.draw(view);
    std::vector<Intent> said;
    typist.round(view, &said);
    typist.round(view, &said);
    CHECK(has<intent::DoOverride>(said));
}

TEST_CASE("ui: a signature is one stroke from touch to lift, with every point on the way", "[ui][signature]") {
    test::StageFixture fixture;
    auto view = fixture.sample("form_signature_empty");
    fixture.draw(view);
    ui::Input input;
    input.pointer = {300, 400};
    input.down = input.pressed = true;
    CHECK_FALSE(has<intent::AddStroke>(fixture.draw(view, input).intents));
    input.pressed = false;
    input.trail = {{320, 410}, {360, 430}};
    input.pointer = {400, 420};
    fixture.draw(view, input);
    input.trail = {{5000, 5000}}; // off the edge: the line stays within
    input.down = false;
    input.released = true;
    const auto said = fixture.draw(view, input).intents;
    const auto* stroke = first<intent::AddStroke>(said);
    REQUIRE(stroke);
    CHECK(stroke->id == "nda_signature");
    REQUIRE(stroke->stroke.size() == 6);
    CHECK(stroke->stroke[1].x > stroke->stroke[0].x);
    for (const auto& point : stroke->stroke) {
        CHECK(point.x >= 0);
        CHECK(point.x <= 1);
        CHECK(point.y <= 1);
    }
    // Shown from here until it has come back.
    const auto waiting = fixture.draw(view).draw->TotalVtxCount;
    std::get<FormView>(view.body).fields[0].strokes.push_back(stroke->stroke);
    const auto back = fixture.draw(view).draw->TotalVtxCount;
    CHECK(back <= waiting);
    CHECK(fixture.draw(view).draw->TotalVtxCount == back);
}
