// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

#include <cmath>

namespace kiosk::ui {

namespace {

void result_row(Canvas& canvas, Rect box, const app::SearchRow& row, std::size_t index) {
    const auto& theme = canvas.theme();
    const auto touch = canvas.touch("row:" + std::to_string(index), box);
    const auto ground = mix(theme.raised, theme.accent.fill, 0.16 * touch.press);
    canvas.fill(box, ground, theme.radius);
    canvas.outline(box, theme.line, 2, theme.radius);
    const Canvas::On on(canvas, ground);
    Rect inner = box.inset(canvas.step(2.5F), 0);
    const float arrow = canvas.step(3);
    draw_icon(canvas, Icon::Next, inner.cut_right(arrow).centered(arrow, arrow), theme.ink_soft);
    inner.cut_right(canvas.step(1.5F));
    if (!row.phone_tail.empty()) {
        const float width = std::ceil(canvas.measure(row.phone_tail, Size::Body).x) + 1;
        canvas.text(inner.cut_right(width), row.phone_tail, {Size::Body, Weight::Regular, theme.ink_soft, Align::Right});
        inner.cut_right(canvas.step(2));
    }
    const float name_width = std::min(std::ceil(canvas.measure(row.masked_name, Size::Large, Weight::Bold).x) + 1,
                                      row.masked_organisation.empty() ? inner.w : inner.w * 0.62F);
    Look name{Size::Large, Weight::Bold, theme.ink};
    name.smallest = Size::Small;
    name.decides = true;
    canvas.text(inner.cut_left(name_width), row.masked_name, name);
    inner.cut_left(canvas.step(2));
    Look soft{Size::Body, Weight::Regular, theme.ink_soft};
    soft.smallest = Size::Small;
    canvas.text(inner, row.masked_organisation, soft);
    if (touch.tapped)
        canvas.emit(app::intent::PickRow{index});
}

} // namespace

void draw_search(Scene scene, const app::SearchView& search) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    head.clock = false; // the field takes its place
    FieldLook look;
    look.value = search.query;
    look.icon = Icon::Search;
    look.focused = true;
    const auto placeholder = search.placeholder.empty() ? canvas.tr("ui.search.placeholder") : canvas.say(search.placeholder);
    look.placeholder = placeholder;
    if (scene.view.keyboard)
        look.preedit = scene.view.keyboard->preedit;
    const bool tall = canvas.portrait();
    Rect middle = header(canvas, scene.view, scene.area, head);
    Rect area = scene.area.inset(margin(canvas), 0);
    if (tall) {
        area.cut_top(canvas.step(1));
        middle = area.cut_top(canvas.step(10));
        area.cut_top(canvas.step(2));
    } else {
        middle.w -= canvas.step(3);
    }
    field_box(canvas, "query", middle, look);
    area.cut_top(canvas.step(0.5F));

    const auto hint = canvas.say(search.hint);
    const auto said = search.more ? (hint.empty() ? canvas.tr("ui.search.more") : hint) : hint;
    if (search.rows.empty()) {
        // Nothing to choose from: say what to type, in the middle of what is free.
        const float side = canvas.step(9);
        Rect block = area.centered(area.w, std::min(area.h, side + canvas.step(3) + theme.large * 2.6F));
        draw_icon(canvas, search.query.empty() ? Icon::Person : Icon::Search, block.cut_top(side).centered(side, side), theme.ink_soft, 1.6F);
        block.cut_top(canvas.step(3));
        Look words{Size::Large, Weight::Regular, theme.ink, Align::Center};
        words.lines = 2;
        words.smallest = Size::Body;
        words.vertical = Look::Vertical::Top;
        canvas.text(block, said.empty() ? canvas.tr("ui.search.start") : said, words);
        return;
    }
    area.cut_bottom(canvas.step(0.5F));
    const float line = said.empty() ? 0 : theme.small + canvas.step(1);
    if (!said.empty())
        canvas.text(area.cut_top(line), said, {Size::Small, Weight::Bold, theme.ink});
    const std::size_t columns = !tall && search.rows.size() > 3 ? 2 : 1;
    const float gap = canvas.step(scene.keyboard && !tall ? 1 : 2);
    const auto room = static_cast<std::size_t>(std::max(1.0F, (area.h + gap + 1) / (theme.target + gap)));
    const auto needed = (search.rows.size() + columns - 1) / columns;
    const auto rows = static_cast<float>(std::min(needed, room));
    const float high = std::clamp((area.h - gap * (rows - 1)) / rows, theme.target, canvas.step(11));
    const float wide = (area.w - theme.gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
    for (std::size_t i = 0; i < std::min(search.rows.size(), columns * room); ++i) {
        const Rect place{area.x + static_cast<float>(i % columns) * (wide + theme.gap),
                         area.y + static_cast<float>(i / columns) * (high + gap), wide, high};
        result_row(canvas, place, search.rows[i], i);
    }
}

} // namespace kiosk::ui
