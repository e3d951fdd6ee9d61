// SPDX-License-Identifier: Apache-2.0
// Every screen at every size in both languages: nothing cut, overlapping, too small, too faint or without a text. And
// the check itself: each of its faults is made once on purpose, so that a silent check can't pass for a good layout.
#include "stage_fixture.hpp"

#include <imgui.h>

#include <fmt/core.h>

using namespace kiosk;
using namespace kiosk::ui;

namespace {

// A canvas on which a test draws by itself.
struct Easel : test::StageFixture {
    TextEngine engine{textures, "Noto Sans CJK SC"};
    UiState state;

    Easel() {
        ImGui::GetIO().DisplaySize = ImVec2(1280, 800);
        textures.begin_frame();
        ImGui::NewFrame();
    }
    ~Easel() { ImGui::EndFrame(); }

    Canvas canvas() {
        Frame frame;
        frame.list = ImGui::GetBackgroundDrawList();
        frame.text = &engine;
        frame.theme = &themes.light;
        frame.texts = &texts;
        frame.state = &state;
        frame.size = {1280, 800};
        frame.motion = false;
        return Canvas(frame);
    }
};

bool noted(const Canvas& canvas, Fault fault) {
    for (const auto& found : canvas.faults())
        if (found.fault == fault)
            return true;
    return false;
}

Look ink(const Canvas& canvas, Size size = Size::Body) { return {size, Weight::Regular, canvas.theme().ink}; }

} // namespace

TEST_CASE("ui: every screen fits, at every size, in both languages", "[ui][layout]") {
    for (const auto size : {PixelSize{1280, 800}, PixelSize{1920, 1080}, PixelSize{1080, 1920}, PixelSize{1024, 768}}) {
        test::StageFixture fixture;
        fixture.size = size;
        for (const auto& sample : golden::samples())
            for (const auto language : {core::Language::Chinese, core::Language::English})
                for (const bool dark : {false, true}) {
                    auto view = sample.view;
                    view.language = language;
                    view.dark = dark;
                    const auto frame = fixture.draw(view);
                    std::string said;
                    for (const auto& fault : frame.faults)
                        said += fmt::format("{}: {}; ", to_string(fault.fault), fault.text);
                    INFO(sample.name << " " << size.width << "x" << size.height << (language == core::Language::Chinese ? " zh " : " en ")
                                     << (dark ? "dark " : "light ") << said);
                    // 1024 × 768 is no size of ours: it must stay usable, a shortened line is allowed.
                    if (size.width != 1024)
                        CHECK(frame.faults.empty());
                    CHECK(frame.draw->TotalVtxCount > 100);
                }
    }
}

TEST_CASE("ui: the layout check notices a text that is cut", "[ui][layout]") {
    Easel easel;
    auto canvas = easel.canvas();
    canvas.text({100, 100, 120, 40}, "这一行字比它的位置长得多", ink(canvas));
    CHECK(noted(canvas, Fault::Cut));
}

TEST_CASE("ui: a text that may shrink is not cut", "[ui][layout]") {
    Easel easel;
    auto canvas = easel.canvas();
    auto look = ink(canvas, Size::Title);
    look.smallest = Size::Small;
    canvas.text({100, 100, 210, 60}, "十个字的位置刚好放下", look);
    CHECK(canvas.faults().empty());
}

TEST_CASE("ui: the layout check notices a text higher than its box", "[ui][layout]") {
    Easel easel;
    auto canvas = easel.canvas();
    canvas.text({100, 100, 400, 20}, "欢迎", ink(canvas, Size::Title));
    CHECK(noted(canvas, Fault::Overflow));
}

TEST_CASE("ui: the layout check notices two texts in one place", "[ui][layout]") {
    Easel easel;
    auto canvas = easel.canvas();
    canvas.text({100, 100, 300, 40}, "第一行", ink(canvas));
    CHECK(canvas.faults().empty());
    canvas.text({120, 104, 300, 40}, "第二行", ink(canvas));
    CHECK(noted(canvas, Fault::Overlap));
}

TEST_CASE("ui: the layout check notices faint text, and asks more of what decides", "[ui][layout]") {
    Easel easel;
    auto canvas = easel.canvas();
    auto look = ink(canvas);
    look.color = canvas.theme().line;
    canvas.text({100, 100, 300, 40}, "看不清", look);
    CHECK(noted(canvas, Fault::TooFaint));

    canvas.finish();
    auto strict = easel.canvas();
    const Canvas::On on(strict, *parse_color("#FFFFFF"));
    look.color = *parse_color("#6B6B6B"); // 5.3 to 1: enough to read, not to decide
    strict.text({100, 100, 300, 40}, "读得清", look);
    CHECK(strict.faults().empty());
    look.decides = true;
    strict.text({100, 200, 300, 40}, "要紧的话", look);
    CHECK(noted(strict, Fault::TooFaint));
}

TEST_CASE("ui: the layout check notices text off the screen and text that is too small", "[ui][layout]") {
    Easel easel;
    auto canvas = easel.canvas();
    canvas.text({1250, 100, 200, 40}, "跑出屏幕", ink(canvas));
    CHECK(noted(canvas, Fault::OffScreen));

    easel.themes.light.body = 18;
    canvas.finish();
    auto tiny = easel.canvas();
    tiny.text({100, 100, 300, 40}, "太小", ink(tiny));
    CHECK(noted(tiny, Fault::TooSmall));
}

TEST_CASE("ui: the layout check notices a target that a finger misses and a key without a text", "[ui][layout]") {
    Easel easel;
    auto canvas = easel.canvas();
    canvas.touch("small", {100, 100, 200, 40});
    CHECK(noted(canvas, Fault::SmallTarget));
    canvas.finish();
    auto keys = easel.canvas();
    CHECK(keys.tr("ui.no.such.key") == "ui.no.such.key");
    CHECK(noted(keys, Fault::NoText));
}
