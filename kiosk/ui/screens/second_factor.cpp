// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

#include <cmath>

namespace kiosk::ui {

namespace {

constexpr std::size_t tail_digits = 4;

// Four places for four digits.
void digit_boxes(Canvas& canvas, Rect box, std::string_view typed, bool wrong) {
    const auto& theme = canvas.theme();
    const float side = box.h, gap = theme.gap;
    Rect row = box.centered(side * tail_digits + gap * (tail_digits - 1), side);
    for (std::size_t i = 0; i < tail_digits; ++i) {
        const Rect place = row.cut_left(side);
        row.cut_left(gap);
        const bool next = i == typed.size();
        canvas.fill(place, theme.raised, theme.radius);
        canvas.outline(place, wrong ? theme.stop.fill : next ? theme.accent.fill : mix(theme.line, theme.ink_soft, 0.35), next || wrong ? 3 : 2, theme.radius);
        const Canvas::On on(canvas, theme.raised);
        if (i < typed.size())
            canvas.text(place, typed.substr(i, 1), {Size::Title, Weight::Bold, theme.ink, Align::Center});
    }
}

} // namespace

void draw_second_factor(Scene scene, const app::SecondFactorView& factor) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    header(canvas, scene.view, scene.area, head);
    const bool tall = canvas.portrait();
    const auto problem = canvas.say(factor.problem);
    const auto prompt = canvas.say(factor.prompt);
    Rect area = scene.area;
    area = area.centered(std::min(area.w - 2 * margin(canvas), canvas.step(88)), area.h);

    const float field = canvas.step(10), small_line = theme.small * 1.4F;
    const float prompt_height = canvas.measure(prompt, Size::Body, Weight::Regular, area.w, 2).y;
    const bool own_button = !scene.keyboard || tall;
    const float block = theme.title + canvas.step(3) + prompt_height + canvas.step(4) + field + canvas.step(2) + small_line +
                        (own_button ? canvas.step(3) + theme.main_action : 0);
    Rect column = area.centered(area.w, std::min(area.h, block));

    Look name{Size::Title, Weight::Bold, theme.ink, Align::Center};
    name.smallest = Size::Large;
    name.decides = true;
    canvas.text(column.cut_top(theme.title), canvas.tr("ui.second.title", {{"name", factor.masked_name}}), name);
    column.cut_top(canvas.step(3));
    Look soft{Size::Body, Weight::Regular, theme.ink_soft, Align::Center};
    soft.lines = 2;
    canvas.text(column.cut_top(prompt_height), prompt, soft);
    column.cut_top(canvas.step(4));
    if (factor.by_name) {
        FieldLook look;
        look.value = factor.typed;
        look.focused = true;
        look.wrong = !problem.empty();
        const auto placeholder = canvas.tr("ui.form.touch");
        look.placeholder = placeholder;
        if (scene.view.keyboard)
            look.preedit = scene.view.keyboard->preedit;
        field_box(canvas, "second", column.cut_top(field), look);
    } else {
        digit_boxes(canvas, column.cut_top(field), factor.typed, !problem.empty());
    }
    column.cut_top(canvas.step(2));
    problem_line(canvas, column.cut_top(small_line), problem, Align::Center);
    if (own_button) {
        column.cut_top(canvas.step(3));
        if (button(canvas, "confirm", column.cut_top(theme.main_action), canvas.tr("ui.second.confirm"), main_look(canvas)))
            canvas.emit(app::intent::Confirm{});
    }
}

} // namespace kiosk::ui
