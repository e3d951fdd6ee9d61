// SPDX-License-Identifier: Apache-2.0
// What can be touched on each screen and what it says to the application: every screen is tapped all over.
#include "stage_fixture.hpp"

#include <algorithm>
#include <set>

using namespace kiosk;
using namespace kiosk::app;
using test::has;

namespace {

template <typename T>
std::vector<T> all_of(const std::vector<Intent>& intents) {
    std::vector<T> found;
    for (const auto& intent : intents)
        if (const auto* one = std::get_if<T>(&intent))
            found.push_back(*one);
    return found;
}

std::set<std::string> keys_of(const std::vector<Intent>& intents) {
    std::set<std::string> keys;
    for (const auto& press : all_of<intent::PressKey>(intents))
        keys.insert(press.key);
    return keys;
}

} // namespace

TEST_CASE("ui: the language is one touch away on every screen", "[ui][touch]") {
    for (const auto size : {ui::PixelSize{1280, 800}, ui::PixelSize{1080, 1920}}) {
        test::StageFixture fixture;
        fixture.size = size;
        for (const auto& sample : golden::samples()) {
            std::vector<Intent> header;
            for (int x = 20; x < size.width; x += 30) // the top row is enough
                for (auto& intent : fixture.tap(sample.view, {static_cast<float>(x), 60}))
                    header.push_back(std::move(intent));
            INFO(sample.name);
            CHECK(has<intent::ToggleLanguage>(header));
        }
    }
}

TEST_CASE("ui: the idle screen leads to search and walk-in, where they are allowed", "[ui][touch]") {
    test::StageFixture fixture;
    auto view = fixture.sample("idle");
    auto said = fixture.tap_everywhere(view);
    CHECK(has<intent::OpenSearch>(said));
    CHECK(has<intent::OpenWalkIn>(said));
    CHECK(has<intent::Touched>(said));
    CHECK_FALSE(has<intent::Back>(said));
    view.body = IdleView{false, false, false, 0, {}, {}};
    said = fixture.tap_everywhere(view);
    CHECK_FALSE(has<intent::OpenSearch>(said));
    CHECK_FALSE(has<intent::OpenWalkIn>(said));
}

TEST_CASE("ui: confirm says yes, no and back", "[ui][touch]") {
    test::StageFixture fixture;
    const auto said = fixture.tap_everywhere(fixture.sample("confirm"));
    CHECK(has<intent::Confirm>(said));
    CHECK(has<intent::NotMe>(said));
    CHECK(has<intent::Back>(said));
}

TEST_CASE("ui: a touch counts where the finger came up on what it went down on", "[ui][touch]") {
    test::StageFixture fixture;
    const auto view = fixture.sample("confirm");
    ui::Input input;
    input.pointer = {700, 520};
    input.down = input.pressed = true;
    CHECK_FALSE(has<intent::Confirm>(fixture.draw(view, input).intents)); // not yet
    input.pressed = false;
    input.pointer = {700, 200};
    input.down = false;
    input.released = true;
    CHECK_FALSE(has<intent::Confirm>(fixture.draw(view, input).intents)); // slid off: changed their mind
    CHECK(has<intent::Confirm>(fixture.tap(view, {700, 520})));
}

TEST_CASE("ui: a finger that is down while the screen changes touches nothing on the next", "[ui][touch]") {
    test::StageFixture fixture;
    ui::Input input;
    input.pointer = {700, 520};
    input.down = input.pressed = true;
    fixture.draw(fixture.sample("confirm"), input);
    input.pressed = input.down = false;
    input.released = true;
    auto form = fixture.sample("form_choices");
    for (const auto& intent : fixture.draw(form, input).intents)
        CHECK(std::holds_alternative<intent::Touched>(intent));
}

TEST_CASE("ui: a form answers choices, and several keep the order of the options", "[ui][touch]") {
    test::StageFixture fixture;
    const auto said = fixture.tap_everywhere(fixture.sample("form_choices"));
    CHECK(has<intent::Confirm>(said));
    std::set<std::string> single;
    std::set<std::vector<std::string>> several;
    for (const auto& answer : all_of<intent::SetAnswer>(said)) {
        if (const auto* one = std::get_if<std::string>(&answer.value); one && answer.id == "role")
            single.insert(*one);
        if (const auto* more = std::get_if<std::vector<std::string>>(&answer.value); more && answer.id == "uses")
            several.insert(*more);
    }
    CHECK(single == std::set<std::string>{"dba", "dev", "arch", "mgr", "sales", "other"});
    CHECK(several.contains({"pg", "my", "ora"}));
    CHECK(several.contains({"ora"}));
    CHECK(several.contains({"pg"}));
}

TEST_CASE("ui: consents and yes/no answer with a truth", "[ui][touch]") {
    test::StageFixture fixture;
    std::set<std::pair<std::string, bool>> answers;
    for (const auto& answer : all_of<intent::SetAnswer>(fixture.tap_everywhere(fixture.sample("form_consents"))))
        answers.emplace(answer.id, std::get<bool>(answer.value));
    CHECK(answers == std::set<std::pair<std::string, bool>>{{"lunch", true}, {"lunch", false}, {"privacy", false}, {"share", true}});
}

TEST_CASE("ui: the keyboard never hides the field that is typed into", "[ui][touch]") {
    for (const auto size : {ui::PixelSize{1280, 800}, ui::PixelSize{1920, 1080}, ui::PixelSize{1080, 1920}}) {
        test::StageFixture fixture;
        fixture.size = size;
        auto view = fixture.sample("form_walk_in_pinyin");
        auto& form = std::get<FormView>(view.body);
        for (int i = 0; i < 5; ++i) { // many fields, the focus on each in turn
            auto more = form.fields.back();
            more.id = "more" + std::to_string(i);
            form.fields.push_back(more);
        }
        for (const auto& field : form.fields) {
            form.focus = field.id;
            const auto focused = all_of<intent::FocusField>(fixture.tap_everywhere(view));
            INFO(field.id << " at " << size.width);
            CHECK(std::any_of(focused.begin(), focused.end(), [&](const auto& touched) { return touched.id == field.id; }));
        }
    }
}

TEST_CASE("ui: every key of each layout is there", "[ui][touch]") {
    test::StageFixture fixture;
    const auto pinyin = fixture.tap_everywhere(fixture.sample("form_walk_in_pinyin"));
    auto keys = keys_of(pinyin);
    for (char c = 'a'; c <= 'z'; ++c)
        CHECK(keys.contains(std::string(1, c)));
    for (const auto* key : {"backspace", "space", "enter", "'"})
        CHECK(keys.contains(key));
    CHECK(all_of<intent::PickCandidate>(pinyin).size() >= 9);
    CHECK(has<intent::TurnPage>(pinyin));
    CHECK(has<intent::SetLayout>(pinyin));

    keys = keys_of(fixture.tap_everywhere(fixture.sample("form_latin"))); // with shift
    for (char c = 'A'; c <= 'Z'; ++c)
        CHECK(keys.contains(std::string(1, c)));
    for (const auto* key : {"@", ".", "shift"})
        CHECK(keys.contains(key));

    for (const auto* name : {"form_walk_in_digits", "second_factor_tail", "staff_pin"}) {
        keys = keys_of(fixture.tap_everywhere(fixture.sample(name)));
        for (char c = '0'; c <= '9'; ++c)
            CHECK(keys.contains(std::string(1, c)));
        CHECK(keys.contains("backspace"));
        CHECK(keys.contains("enter"));
    }
}

TEST_CASE("ui: search rows answer with their number", "[ui][touch]") {
    test::StageFixture fixture;
    std::set<std::size_t> rows;
    for (const auto& picked : all_of<intent::PickRow>(fixture.tap_everywhere(fixture.sample("search_many"))))
        rows.insert(picked.row);
    CHECK(rows == std::set<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("ui: results offer what may be done, and no more", "[ui][touch]") {
    test::StageFixture fixture;
    const auto good = fixture.tap_everywhere(fixture.sample("result_admitted"));
    CHECK(has<intent::PrintBadge>(good));
    CHECK(has<intent::Back>(good));
    CHECK_FALSE(has<intent::CallStaff>(good));
    const auto stop = fixture.tap_everywhere(fixture.sample("result_refused_revoked"));
    CHECK(has<intent::CallStaff>(stop));
    CHECK_FALSE(has<intent::PrintBadge>(stop));
    CHECK_FALSE(has<intent::CallStaff>(fixture.tap_everywhere(fixture.sample("result_refused_staff_called"))));
}

TEST_CASE("ui: staff undo asks first and is confirmed by the second touch", "[ui][touch]") {
    CHECK(has<intent::AskUndo>(test::StageFixture().tap_everywhere(test::StageFixture::sample("staff_recent_notice"))));
    test::StageFixture fixture;
    const auto view = fixture.sample("staff_recent");
    const auto said = fixture.tap_everywhere(view);
    const auto confirmed = all_of<intent::ConfirmUndo>(said);
    REQUIRE_FALSE(confirmed.empty());
    for (const auto& one : confirmed)
        CHECK(one.id == "k1:9");
    for (const auto& one : all_of<intent::AskUndo>(said))
        CHECK(one.id != "k1:5"); // undone already
    CHECK(has<intent::LeaveStaff>(said));
    std::set<StaffTab> tabs;
    for (const auto& tab : all_of<intent::ChooseTab>(said))
        tabs.insert(tab.tab);
    CHECK(tabs.size() == 7);
}

TEST_CASE("ui: an override is chosen, then done", "[ui][touch]") {
    test::StageFixture fixture;
    auto view = fixture.sample("staff_override");
    for (auto& reason : std::get<StaffView>(view.body).override_reasons)
        reason.chosen = false;
    fixture.draw(view);
    // Nothing is chosen yet: the action is not there to be touched.
    const auto before = fixture.tap(view, {420, 700});
    CHECK_FALSE(has<intent::DoOverride>(before));
    const auto all = all_of<intent::DoOverride>(fixture.tap_everywhere(view));
    REQUIRE_FALSE(all.empty());
    for (const auto& one : all)
        CHECK_FALSE(one.reason_id.empty());
    CHECK(all_of<intent::DoOverride>(fixture.tap_everywhere(fixture.sample("staff_override_none"))).empty());
}

TEST_CASE("ui: setup chooses event, door and camera", "[ui][touch]") {
    test::StageFixture fixture;
    const auto said = fixture.tap_everywhere(fixture.sample("staff_setup"));
    CHECK(has<intent::ChooseEvent>(said));
    CHECK(has<intent::ChooseCheckpoint>(said));
    CHECK(has<intent::ChooseCamera>(said));
}

TEST_CASE("ui: a list longer than its place can be paged through", "[ui][touch]") {
    test::StageFixture fixture;
    auto view = fixture.sample("staff_recent");
    auto& staff = std::get<StaffView>(view.body);
    staff.asks_undo.reset();
    std::set<std::string> wanted, seen;
    for (int i = 0; i < 30; ++i) {
        auto row = staff.recent.front();
        row.id = "row" + std::to_string(i);
        row.can_undo = true;
        wanted.insert(row.id);
        staff.recent.push_back(row);
    }
    fixture.draw(view);
    for (int page = 0; page < 12; ++page) {
        for (float y = 20; y < 690; y += 40) // above the page buttons
            for (const auto& one : all_of<intent::AskUndo>(fixture.tap(view, {1120, y})))
                seen.insert(one.id);
        for (float x = 820; x < 1000; x += 40) // the right one of the two
            if (const auto before = fixture.stage.page_of("recent"); fixture.tap(view, {x, 736}), fixture.stage.page_of("recent") != before)
                break;
    }
    for (const auto& id : wanted)
        CHECK(seen.contains(id));
}
