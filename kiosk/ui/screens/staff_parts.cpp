// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/staff_parts.hpp"

#include <algorithm>

namespace kiosk::ui {

void heading(Canvas& canvas, Rect& area, std::string_view words) {
    const auto& theme = canvas.theme();
    canvas.text(area.cut_top(theme.large), words, {Size::Large, Weight::Bold, theme.ink});
    area.cut_top(canvas.step(3));
}

void empty_place(Canvas& canvas, Rect area, Icon icon, std::string_view words) {
    const auto& theme = canvas.theme();
    const float side = canvas.step(9);
    Rect block = area.centered(area.w, side + canvas.step(3) + theme.body);
    draw_icon(canvas, icon, block.cut_top(side).centered(side, side), theme.ink_soft, 1.6F);
    block.cut_top(canvas.step(3));
    canvas.text(block, words, {Size::Body, Weight::Regular, theme.ink_soft, Align::Center});
}

bool button_at_right(Canvas& canvas, Rect& bar, const std::string& id, const std::string& label, Icon icon) {
    auto look = plain_look(canvas);
    look.icon = icon;
    return button(canvas, id, bar.cut_right(button_width(canvas, label, look)), label, look);
}

bool list_hint(Canvas& canvas, Rect& area, const ListHint& hint) {
    const auto& theme = canvas.theme();
    Rect line = area.cut_top(theme.target);
    area.cut_top(canvas.step(1.5F));
    const bool touched = button_at_right(canvas, line, hint.id, canvas.tr(hint.button_key), hint.button_icon);
    line.cut_right(canvas.step(2));
    if (hint.icon) {
        const float side = theme.body;
        draw_icon(canvas, *hint.icon, line.cut_left(side).centered(side, side), theme.ink_soft);
        line.cut_left(canvas.step(1));
    }
    Look soft{Size::Small, Weight::Regular, theme.ink_soft};
    soft.lines = 2;
    canvas.text(line, canvas.tr(hint.words_key), soft);
    return touched;
}

void card_rows(Canvas& canvas, Rect area, const CardRows& rows, const std::function<void(Rect row, std::size_t index)>& draw) {
    const auto& theme = canvas.theme();
    const auto fits = [&] { return static_cast<std::size_t>(std::max(1.0F, (area.h - canvas.step(1)) / rows.high)); };
    auto fitting = fits();
    Rect pager;
    if (rows.count > fitting) {
        pager = area.cut_bottom(theme.target);
        area.cut_bottom(canvas.step(rows.above_pager));
        fitting = fits();
    }
    const auto first = page_rows(canvas, rows.id, rows.count, fitting, pager);
    const auto last = std::min(rows.count, first + fitting);
    Rect table = area;
    table.h = static_cast<float>(last - first) * rows.high + canvas.step(1);
    card(canvas, table);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = table.inset(canvas.step(rows.side), canvas.step(0.5F));
    for (std::size_t i = first; i < last; ++i) {
        if (i != first)
            canvas.fill({inner.x, inner.y, inner.w, 1}, theme.line);
        draw(inner.cut_top(rows.high), i);
    }
}

} // namespace kiosk::ui
