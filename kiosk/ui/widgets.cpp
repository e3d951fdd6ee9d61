// SPDX-License-Identifier: Apache-2.0
#include "ui/widgets.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kiosk::ui {

namespace {

// How dark a pressed surface gets, and how much it shrinks.
constexpr double press_shade = 0.14;
constexpr float press_shrink = 3;
constexpr float hair = 2; // borders

float icon_side(const Canvas& canvas, Size size) { return canvas.theme().size(size) * 1.25F; }

struct Pressed {
    Rect box;
    Color fill;
    bool tapped;
};

// The common part of everything that can be touched: press animation and surface.
Pressed surface(Canvas& canvas, const std::string& id, Rect box, const ButtonLook& look) {
    const auto touch = look.enabled ? canvas.touch(id, box, look.key ? TargetKind::Key : TargetKind::Plain) : Canvas::Touch{};
    const Rect drawn = box.inset(press_shrink * static_cast<float>(touch.press));
    auto fill = mix(look.pair.fill, look.pair.on, press_shade * touch.press);
    if (!look.enabled)
        fill = mix(fill, canvas.background(), 0.6);
    if (look.lifted)
        canvas.shadow(drawn, canvas.theme().radius);
    if (fill.a > 0)
        canvas.fill(drawn, fill, canvas.theme().radius);
    if (look.border)
        canvas.outline(drawn, *look.border, hair, canvas.theme().radius);
    return {drawn, fill, touch.tapped};
}

} // namespace

Pair tone_pair(const Theme& theme, app::Tone tone) {
    switch (tone) {
    case app::Tone::Good: return theme.good;
    case app::Tone::Wait: return theme.wait;
    case app::Tone::Stop: return theme.stop;
    case app::Tone::Neutral: break;
    }
    return {theme.paper, theme.ink};
}

Pair outcome_pair(const Theme& theme, core::Outcome outcome) {
    switch (outcome) {
    case core::Outcome::Admitted: return theme.good;
    case core::Outcome::Repeat:
    case core::Outcome::Incomplete:
    case core::Outcome::StaffCheck: return theme.wait;
    case core::Outcome::Refused: break;
    }
    return theme.stop;
}

Icon outcome_icon(core::Outcome outcome) {
    switch (outcome) {
    case core::Outcome::Admitted: return Icon::Check;
    case core::Outcome::Repeat: return Icon::Repeat;
    case core::Outcome::Incomplete: return Icon::Pencil;
    case core::Outcome::StaffCheck: return Icon::Person;
    case core::Outcome::Refused: break;
    }
    return Icon::Stop;
}

std::string_view outcome_key(core::Outcome outcome) {
    switch (outcome) {
    case core::Outcome::Admitted: return "ui.outcome.admitted";
    case core::Outcome::Repeat: return "ui.outcome.repeat";
    case core::Outcome::Incomplete: return "ui.outcome.incomplete";
    case core::Outcome::StaffCheck: return "ui.outcome.staff_check";
    case core::Outcome::Refused: break;
    }
    return "ui.outcome.refused";
}

std::string reason_key(core::Reason reason) {
    return reason == core::Reason::None ? std::string() : "ui.reason." + std::string(core::to_string(reason));
}

ButtonLook main_look(const Canvas& canvas) {
    ButtonLook look;
    look.pair = canvas.theme().accent;
    look.size = Size::Large;
    return look;
}

ButtonLook plain_look(const Canvas& canvas) {
    ButtonLook look;
    look.pair = {canvas.theme().raised, canvas.theme().ink};
    look.border = canvas.theme().line;
    return look;
}

ButtonLook quiet_look(const Canvas& canvas) {
    ButtonLook look;
    look.pair = {canvas.background(), canvas.theme().ink};
    return look;
}

ButtonLook bright_look(Pair tone) {
    ButtonLook look;
    look.pair = {tone.on, tone.fill};
    look.size = Size::Large;
    return look;
}

ButtonLook ghost_look(Pair tone) {
    ButtonLook look;
    look.pair = tone;
    look.border = mix(tone.fill, tone.on, 0.55);
    look.size = Size::Large;
    return look;
}

float button_width(Canvas& canvas, std::string_view label, const ButtonLook& look) {
    float width = canvas.measure(label, look.size, look.weight).x + canvas.step(6);
    if (look.icon)
        width += icon_side(canvas, look.size) + canvas.step(1.5F);
    return std::ceil(width);
}

bool button(Canvas& canvas, const std::string& id, Rect box, std::string_view label, const ButtonLook& look) {
    const auto pressed = surface(canvas, id, box, look);
    const Canvas::On on(canvas, pressed.fill);
    const auto color = look.enabled ? look.pair.on : canvas.theme().ink_soft;
    Rect inner = pressed.box.inset(canvas.step(2), 0);
    Look words{look.size, look.weight, color, Align::Center};
    words.lines = 1;
    words.smallest = Size::Small;
    if (look.icon) {
        const float side = icon_side(canvas, look.size), gap = canvas.step(1.5F);
        const float text_width = std::min(canvas.measure(label, look.size, look.weight).x, inner.w - side - gap);
        Rect group = inner.centered(side + gap + text_width, inner.h);
        const Rect icon_box = (look.icon_after ? group.cut_right(side) : group.cut_left(side)).centered(side, side);
        draw_icon(canvas, *look.icon, icon_box, color);
        if (look.icon_after)
            group.w -= gap;
        else
            group.cut_left(gap);
        canvas.text(group, label, words);
    } else {
        canvas.text(inner, label, words);
    }
    return pressed.tapped;
}

bool icon_button(Canvas& canvas, const std::string& id, Rect box, Icon icon, const ButtonLook& look) {
    const auto pressed = surface(canvas, id, box, look);
    const float side = icon_side(canvas, look.size);
    draw_icon(canvas, icon, pressed.box.centered(side, side), look.enabled ? look.pair.on : mix(pressed.fill, look.pair.on, 0.35));
    return pressed.tapped;
}

void card(Canvas& canvas, Rect box) {
    canvas.shadow(box, canvas.theme().radius);
    canvas.fill(box, canvas.theme().raised, canvas.theme().radius);
}

float tag_width(Canvas& canvas, std::string_view label, bool with_icon) {
    return std::ceil(canvas.measure(label, Size::Small, Weight::Bold).x) + canvas.step(4) +
           (with_icon ? icon_side(canvas, Size::Small) + canvas.step(1) : 0);
}

Rect tag(Canvas& canvas, Vec left_middle, std::string_view label, Pair pair, std::optional<Icon> icon) {
    const float height = canvas.step(5);
    const Rect box{left_middle.x, left_middle.y - height / 2, tag_width(canvas, label, icon.has_value()), height};
    canvas.fill(box, pair.fill, height / 2);
    const Canvas::On on(canvas, pair.fill);
    Rect inner = box.inset(canvas.step(2), 0);
    if (icon) {
        const float side = icon_side(canvas, Size::Small);
        draw_icon(canvas, *icon, inner.cut_left(side).centered(side, side), pair.on);
        inner.cut_left(canvas.step(1));
    }
    canvas.text(inner, label, {Size::Small, Weight::Bold, pair.on});
    return box;
}

bool choice(Canvas& canvas, const std::string& id, Rect box, std::string_view label, bool chosen, ChoiceKind kind, int lines) {
    const auto& theme = canvas.theme();
    ButtonLook look;
    look.pair = {chosen ? mix(theme.raised, theme.accent.fill, 0.12) : theme.raised, theme.ink};
    const auto pressed = surface(canvas, id, box, look);
    canvas.outline(pressed.box, chosen ? theme.accent.fill : theme.line, chosen ? hair * 1.5F : hair, theme.radius);
    const Canvas::On on(canvas, pressed.fill);

    // A round mark for one of several, a square one for any of several: told apart without reading.
    Rect inner = pressed.box.inset(canvas.step(2.5F), canvas.step(0.5F));
    const float mark = canvas.step(4);
    const Rect mark_box = inner.cut_left(mark).centered(mark, mark);
    inner.cut_left(canvas.step(2));
    const float round = kind == ChoiceKind::One ? mark / 2 : theme.radius / 2;
    if (chosen) {
        canvas.fill(mark_box, theme.accent.fill, round);
        draw_icon(canvas, Icon::Check, mark_box.inset(canvas.step(0.5F)), theme.accent.on, 3);
    } else {
        kind == ChoiceKind::One ? canvas.circle(mark_box.center(), mark / 2 - hair, theme.ink_soft, hair)
                                : canvas.outline(mark_box, theme.ink_soft, hair, round);
    }
    Look words{Size::Body, chosen ? Weight::Bold : Weight::Regular, theme.ink};
    words.lines = lines;
    words.smallest = Size::Small;
    words.decides = true;
    canvas.text(inner, label, words);
    return pressed.tapped;
}

bool field_box(Canvas& canvas, const std::string& id, Rect box, const FieldLook& look) {
    const auto& theme = canvas.theme();
    const auto touch = canvas.touch(id, box, TargetKind::Text);
    if (look.focused)
        canvas.state().typing = id;
    canvas.fill(box, theme.raised, theme.radius);
    const auto edge = look.wrong ? theme.stop.fill : look.focused ? theme.accent.fill : mix(theme.line, theme.ink_soft, 0.35);
    canvas.outline(box, edge, look.focused || look.wrong ? hair * 1.5F : hair, theme.radius);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = box.inset(canvas.step(2.5F), canvas.step(1));
    if (look.icon) {
        const float side = icon_side(canvas, look.size);
        draw_icon(canvas, *look.icon, inner.cut_left(side).centered(side, side), theme.ink_soft);
        inner.cut_left(canvas.step(1.5F));
    }
    if (look.value.empty() && look.preedit.empty()) {
        if (look.focused)
            canvas.fill({inner.x, inner.y + inner.h / 2 - theme.size(look.size) * 0.6F, hair, theme.size(look.size) * 1.2F}, theme.accent.fill);
        if (look.focused)
            inner.cut_left(canvas.step(1));
        Look words{Size::Body, Weight::Regular, theme.ink_soft};
        words.smallest = Size::Small;
        canvas.text(inner, look.placeholder, words);
        return touch.tapped;
    }
    if (look.lines > 1) {
        Look words{look.size, Weight::Regular, theme.ink};
        words.lines = look.lines;
        words.balanced = false;
        words.vertical = Look::Vertical::Top;
        words.smallest = Size::Small;
        canvas.text(inner.inset(0, canvas.step(0.5F)), std::string(look.value) + std::string(look.preedit), words);
        return touch.tapped;
    }
    // The end of what is typed is what the eye looks for: longer values move left under the edge.
    const float preedit_width = look.preedit.empty() ? 0 : canvas.measure(look.preedit, look.size).x;
    const float value_width = canvas.measure(look.value, look.size).x;
    const float overhang = std::max(0.0F, value_width + preedit_width + canvas.step(1) - inner.w);
    canvas.clip(inner);
    Rect place{inner.x - overhang, inner.y, value_width, inner.h};
    canvas.text(place, look.value, {look.size, Weight::Regular, theme.ink});
    float caret = place.right() + hair;
    if (!look.preedit.empty()) {
        const Rect composing{place.right() + hair, inner.y, preedit_width, inner.h};
        canvas.text(composing, look.preedit, {look.size, Weight::Regular, theme.ink_soft});
        const float under = inner.y + inner.h / 2 + theme.size(look.size) * 0.62F;
        canvas.fill({composing.x, under, composing.w, hair}, theme.accent.fill);
        caret = composing.right() + hair;
    }
    if (look.focused)
        canvas.fill({caret, inner.y + inner.h / 2 - theme.size(look.size) * 0.6F, hair, theme.size(look.size) * 1.2F}, theme.accent.fill);
    canvas.unclip();
    return touch.tapped;
}

float margin(const Canvas& canvas) { return canvas.step(canvas.portrait() ? 5 : 6); }

float header_height(const Canvas& canvas) { return canvas.theme().target + canvas.step(4); }

Rect header(Canvas& canvas, const app::View& view, Rect& area, const HeaderLook& look) {
    const auto& theme = canvas.theme();
    Rect bar = area.cut_top(header_height(canvas)).inset(margin(canvas), canvas.step(2));
    const Canvas::On on(canvas, look.pair.fill);
    const bool colored = !(look.pair.fill == theme.paper);
    const auto soft_edge = colored ? mix(look.pair.fill, look.pair.on, 0.5) : theme.line;

    if (look.back) {
        ButtonLook back = plain_look(canvas);
        back.icon = Icon::Back;
        back.pair = colored ? look.pair : Pair{theme.raised, theme.ink};
        back.border = soft_edge;
        const auto label = canvas.tr("ui.back");
        if (button(canvas, "back", bar.cut_left(button_width(canvas, label, back)), label, back))
            canvas.emit(app::intent::Back{});
        bar.cut_left(canvas.step(3));
    }

    // The language in use stands on a patch; one touch anywhere on the pair changes it.
    const Rect toggle = bar.cut_right(canvas.step(18));
    const auto touch = canvas.touch("language", toggle);
    const auto ground = colored ? mix(look.pair.fill, look.pair.on, 0.16) : mix(theme.paper, theme.ink, 0.07);
    canvas.fill(toggle, mix(ground, look.pair.on, 0.14 * touch.press), theme.radius);
    Rect halves = toggle;
    const Rect left = halves.cut_left(halves.w / 2), right = halves;
    const bool chinese = view.language == core::Language::Chinese;
    const auto half = [&](Rect box, const char* word, bool chosen) {
        const auto patch = colored ? look.pair.on : theme.raised;
        const auto written = colored ? look.pair.fill : theme.ink;
        if (chosen)
            canvas.fill(box.inset(canvas.step(0.75F)), patch, theme.radius - canvas.step(0.75F));
        const Canvas::On here(canvas, chosen ? patch : ground);
        canvas.text(box, word, {Size::Body, chosen ? Weight::Bold : Weight::Regular, chosen ? written : look.pair.on, Align::Center});
    };
    half(left, "中文", chinese);
    half(right, "EN", !chinese);
    if (touch.tapped)
        canvas.emit(app::intent::ToggleLanguage{});

    if (look.clock && !view.header.clock.empty()) {
        bar.cut_right(canvas.step(3));
        const float width = std::ceil(canvas.measure(view.header.clock, Size::Large, Weight::Bold).x) + 1;
        canvas.text(bar.cut_right(width), view.header.clock, {Size::Large, Weight::Bold, look.pair.on, Align::Right});
        bar.cut_right(canvas.step(3));
    }
    if (!look.title.empty()) {
        Look words{Size::Large, Weight::Bold, look.pair.on};
        words.smallest = Size::Small;
        canvas.text(bar, look.title, words);
    }
    return bar;
}

void countdown(Canvas& canvas, Rect box, std::int64_t seconds, Color color, Color soft) {
    auto& from = canvas.state().countdown_from;
    from = std::max({from, seconds, std::int64_t{1}});
    const float side = std::min(box.h, canvas.theme().target), radius = side / 2 - hair * 2;
    const Rect ring = box.cut_right(side).centered(side, side);
    canvas.circle(ring.center(), radius, mix(canvas.background(), soft, 0.35), hair * 2);
    const float share = static_cast<float>(seconds) / static_cast<float>(from);
    if (share > 0)
        canvas.arc(ring.center(), radius, 0, std::min(share, 0.999F), color, hair * 2);
    canvas.text(ring, std::to_string(seconds), {Size::Body, Weight::Bold, color, Align::Center});
    box.w -= canvas.step(2);
    Look words{Size::Body, Weight::Regular, color, Align::Right};
    words.smallest = Size::Small;
    canvas.text(box, canvas.tr("ui.returns"), words);
}

float notice_height(const Canvas& canvas) { return canvas.theme().target + canvas.step(4); }

void notice(Canvas& canvas, Rect area, std::string_view words) {
    if (words.empty())
        return;
    const auto& theme = canvas.theme();
    const float height = theme.target, side = icon_side(canvas, Size::Body);
    const float width = std::min(area.w - canvas.step(4), std::ceil(canvas.measure(words, Size::Body).x) + side + canvas.step(8));
    const Rect box{area.x + (area.w - width) / 2, area.bottom() - height - canvas.step(2), width, height};
    canvas.shadow(box, theme.radius);
    canvas.fill(box, theme.ink, theme.radius);
    const Canvas::On on(canvas, theme.ink);
    Rect inner = box.inset(canvas.step(3), 0);
    draw_icon(canvas, Icon::Bell, inner.cut_left(side).centered(side, side), theme.paper);
    inner.cut_left(canvas.step(1.5F));
    Look look{Size::Body, Weight::Regular, theme.paper};
    look.lines = 2;
    look.smallest = Size::Small;
    canvas.text(inner, words, look);
}

void problem_line(Canvas& canvas, Rect box, std::string_view words, Align align, Size size) {
    if (words.empty())
        return;
    const auto& theme = canvas.theme();
    const float side = icon_side(canvas, size), gap = canvas.step(1);
    const float width = std::min(std::ceil(canvas.measure(words, size, Weight::Bold).x) + 1, box.w - side - gap);
    Rect group = align == Align::Center ? box.centered(side + gap + width, box.h) : box;
    const Rect mark = group.cut_left(side).centered(side, side);
    canvas.disc(mark.center(), side / 2, theme.stop.fill);
    canvas.line({mark.center().x, mark.y + side * 0.24F}, {mark.center().x, mark.y + side * 0.54F}, theme.stop.on, hair * 1.5F);
    canvas.disc({mark.center().x, mark.y + side * 0.76F}, hair, theme.stop.on);
    group.cut_left(gap);
    Look look{size, Weight::Bold, theme.stop.fill};
    look.smallest = Size::Small;
    look.lines = 2;
    canvas.text(group, words, look);
}

std::string agenda_words(Canvas& canvas, const app::AgendaLine& line, bool with_room) {
    auto words = canvas.say(line.title);
    if (const auto& room = canvas.say(line.room); with_room && !room.empty())
        words += " · " + room;
    return words;
}

std::size_t page_rows(Canvas& canvas, const std::string& id, std::size_t rows, std::size_t fitting, Rect pager) {
    auto& first = canvas.state().first_row[id];
    fitting = std::max<std::size_t>(fitting, 1);
    if (rows <= fitting) {
        first = 0;
        return 0;
    }
    if (first >= rows)
        first = (rows - 1) / fitting * fitting;
    const float target = canvas.theme().target;
    Rect bar = pager.centered(2 * target + canvas.step(18), target);
    auto up = plain_look(canvas), down = plain_look(canvas);
    up.enabled = first > 0;
    down.enabled = first + fitting < rows;
    const bool back = icon_button(canvas, id + ":up", bar.cut_left(target), Icon::Up, up);
    const bool forth = icon_button(canvas, id + ":down", bar.cut_right(target), Icon::Down, down);
    canvas.text(bar, std::to_string(first + 1) + "–" + std::to_string(std::min(first + fitting, rows)) + " / " + std::to_string(rows),
                {Size::Small, Weight::Regular, canvas.theme().ink_soft, Align::Center});
    if (back)
        first = first > fitting ? first - fitting : 0;
    if (forth)
        first += fitting;
    return first;
}

} // namespace kiosk::ui
