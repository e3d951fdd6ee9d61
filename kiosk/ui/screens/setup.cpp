// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

// What to do, then what is being done about it.
void words(Scene& scene, const app::SetupView& setup, Rect box, Align align) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    Look call{Size::Title, Weight::Bold, theme.accent.fill, align};
    call.lines = 3;
    call.smallest = Size::Large;
    call.vertical = Look::Vertical::Top;
    const auto title = canvas.say(setup.title);
    const auto called = canvas.text(box.cut_top(canvas.measure(title, Size::Title, Weight::Bold, box.w, 3).y), title, call);
    box.h = box.bottom() - (called.bottom() + canvas.step(3));
    box.y = called.bottom() + canvas.step(3);
    Look soft{Size::Body, Weight::Regular, theme.ink_soft, align};
    soft.lines = 3;
    soft.vertical = Look::Vertical::Top;
    const auto hint = canvas.say(setup.hint);
    box.cut_top(canvas.text({box.x, box.y, box.w, canvas.measure(hint, Size::Body, Weight::Regular, box.w, 3).y}, hint, soft).h);
    const auto status = canvas.say(setup.status);
    if (status.empty())
        return;
    box.cut_top(canvas.step(5));
    const float pad = canvas.step(3);
    const float high = canvas.measure(status, Size::Body, Weight::Bold, box.w - 2 * pad, 5).y;
    const float bar = setup.share ? canvas.step(3) : 0;
    Rect place = box.cut_top(high + 2 * pad + bar);
    card(canvas, place);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = place.inset(pad);
    Look told{Size::Body, Weight::Bold, setup.problem ? theme.stop.fill : theme.ink, align};
    told.lines = 5;
    told.smallest = Size::Small;
    told.vertical = Look::Vertical::Top;
    canvas.text(inner.cut_top(high), status, told);
    if (setup.share) {
        inner.cut_top(canvas.step(1.5F));
        Rect line = inner.cut_top(canvas.step(1));
        canvas.fill(line, theme.line, line.h / 2);
        line.w = std::max(line.h, line.w * static_cast<float>(std::clamp(*setup.share, 0.0, 1.0)));
        canvas.fill(line, theme.accent.fill, line.h / 2);
    }
}

} // namespace

void draw_setup(Scene scene, const app::SetupView& setup) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    HeaderLook look;
    look.pair = {theme.paper, theme.ink};
    look.back = false;
    header(canvas, scene.view, scene.area, look);
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(4));
    area.cut_top(canvas.step(1));
    if (canvas.portrait()) {
        scene.preview.draw(canvas, area.cut_bottom(std::min(area.w * 0.92F, area.h * 0.6F)), scene.view.scanner);
        area.cut_bottom(canvas.step(4));
        words(scene, setup, area, Align::Center);
    } else {
        scene.preview.draw(canvas, area.cut_left(std::min(area.w * 0.5F, area.h * 4 / 3)), scene.view.scanner);
        area.cut_left(canvas.step(6));
        words(scene, setup, area, Align::Left);
    }
}

} // namespace kiosk::ui
