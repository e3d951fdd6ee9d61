// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

#include <cmath>

namespace kiosk::ui {

namespace {

constexpr std::size_t places_shown = 6; // grey dots that hint at the length; longer ones grow

void dots(Canvas& canvas, Rect box, std::size_t typed, bool wrong) {
    const auto& theme = canvas.theme();
    const auto count = std::max(places_shown, typed);
    const float radius = canvas.step(1.25F), pitch = std::min(canvas.step(5), box.w / static_cast<float>(count));
    const float left = box.center().x - pitch * static_cast<float>(count - 1) / 2;
    for (std::size_t i = 0; i < count; ++i) {
        const Vec at{left + pitch * static_cast<float>(i), box.center().y};
        if (i < typed)
            canvas.disc(at, radius, wrong ? theme.stop.fill : theme.ink);
        else
            canvas.circle(at, radius - 1, mix(theme.line, theme.ink_soft, 0.4), 2);
    }
}

void pad(Canvas& canvas, Rect box) {
    const float gap = canvas.theme().gap;
    const float wide = (box.w - 2 * gap) / 3, high = (box.h - 3 * gap) / 4;
    for (int i = 0; i < 12; ++i) {
        const Rect key{box.x + static_cast<float>(i % 3) * (wide + gap), box.y + static_cast<float>(i / 3) * (high + gap), wide, high};
        auto look = plain_look(canvas);
        look.size = Size::Title;
        if (i == 9) {
            if (icon_button(canvas, "pin:backspace", key, Icon::Backspace, plain_look(canvas)))
                canvas.emit(app::intent::PressKey{"backspace"});
        } else if (i == 11) {
            auto enter = main_look(canvas);
            if (icon_button(canvas, "pin:enter", key, Icon::Check, enter))
                canvas.emit(app::intent::PressKey{"enter"});
        } else {
            const auto digit = std::to_string(i == 10 ? 0 : i + 1);
            if (button(canvas, "pin:" + digit, key, digit, look))
                canvas.emit(app::intent::PressKey{digit});
        }
    }
}

} // namespace

void draw_staff_pin(Scene scene, const app::StaffPinView& pin) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    header(canvas, scene.view, scene.area, head);
    Rect area = scene.area.inset(margin(canvas), 0);

    if (pin.locked) {
        const float side = canvas.step(14);
        Rect block = area.centered(area.w, side + canvas.step(4) + theme.title + canvas.step(3) + theme.large * 2.6F);
        draw_icon(canvas, Icon::Lock, block.cut_top(side).centered(side, side), theme.stop.fill, 1.8F);
        block.cut_top(canvas.step(4));
        canvas.text(block.cut_top(theme.title), canvas.tr("ui.pin.locked"), {Size::Title, Weight::Bold, theme.ink, Align::Center});
        block.cut_top(canvas.step(3));
        const auto minutes = pin.locked_seconds / 60, seconds = pin.locked_seconds % 60;
        const auto left = std::to_string(minutes) + ":" + (seconds < 10 ? "0" : "") + std::to_string(seconds);
        Look soft{Size::Large, Weight::Regular, theme.ink_soft, Align::Center};
        soft.lines = 2;
        soft.smallest = Size::Body;
        soft.vertical = Look::Vertical::Top;
        canvas.text(block, canvas.tr("ui.pin.wait", {{"time", left}}), soft);
        return;
    }

    const bool tall = canvas.portrait();
    const float wide = canvas.step(tall ? 60 : 46);
    const float key = canvas.step(tall ? 13 : 10);
    const float pad_height = 4 * key + 3 * theme.gap;
    const auto problem = canvas.say(pin.problem);
    const float line = theme.small * 1.4F;
    const float words = theme.title + canvas.step(4) + canvas.step(3) + canvas.step(2) + line + canvas.step(2);
    Rect column = area.centered(area.w, std::min(area.h, words + pad_height));
    canvas.text(column.cut_top(theme.title), canvas.tr("ui.pin.title"), {Size::Title, Weight::Bold, theme.ink, Align::Center});
    column.cut_top(canvas.step(4));
    dots(canvas, column.cut_top(canvas.step(3)), pin.typed, !problem.empty());
    column.cut_top(canvas.step(2));
    problem_line(canvas, column.cut_top(line), problem, Align::Center);
    column.cut_top(canvas.step(2));
    pad(canvas, column.cut_top(pad_height).centered(wide, pad_height));
}

} // namespace kiosk::ui
