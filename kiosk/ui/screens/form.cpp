// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/form_field.hpp"
#include "ui/screens/reading.hpp"
#include "ui/screens/screens.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

void progress(Canvas& canvas, Rect box, std::size_t page, std::size_t pages) {
    if (pages < 2)
        return;
    const auto& theme = canvas.theme();
    const auto words = canvas.tr("ui.form.page", {{"page", std::to_string(page)}, {"pages", std::to_string(pages)}});
    const float width = std::ceil(canvas.measure(words, Size::Small).x) + 1;
    canvas.text(box.cut_right(width), words, {Size::Small, Weight::Regular, theme.ink_soft, Align::Right});
    box.cut_right(canvas.step(2));
    const float gap = canvas.step(1), count = static_cast<float>(pages), high = canvas.step(1);
    constexpr std::size_t most_parts = 12; // more of them are a row of dots that nobody counts
    if (pages > most_parts) {
        const Rect bar{box.x, box.center().y - high / 2, box.w, high};
        canvas.fill(bar, theme.line, high / 2);
        canvas.fill({bar.x, bar.y, std::max(high, bar.w * static_cast<float>(page) / count), high}, theme.accent.fill, high / 2);
        return;
    }
    const float wide = (box.w - gap * (count - 1)) / count;
    for (std::size_t i = 0; i < pages; ++i) {
        const Rect bar{box.x + static_cast<float>(i) * (wide + gap), box.center().y - high / 2, wide, high};
        canvas.fill(bar, i < page ? theme.accent.fill : theme.line, high / 2);
    }
}

// The groups of a questionnaire: a column of names, or a row of numbers where there is no room for names.
void steps(Canvas& canvas, Rect area, const app::FormView& form) {
    const auto& theme = canvas.theme();
    const bool row = canvas.portrait();
    const float gap = canvas.step(1), high = theme.target;
    // In portrait with their names where there is room for all of them, else as numbers.
    const float side = canvas.step(3), inset = canvas.step(1.5F);
    const auto count = static_cast<float>(form.steps.size());
    const float wide = std::min(canvas.step(22), (area.w - gap * (count - 1)) / count);
    const bool named = !row || std::ranges::all_of(form.steps, [&](const auto& step) {
        return canvas.measure(canvas.say(step.title), Size::Small, Weight::Bold).x + side + canvas.step(1) + 2 * inset <= wide;
    });
    const float along = row && named ? wide : high;
    const auto fitting = static_cast<std::size_t>(row ? (area.w + gap + 1) / (along + gap) : (area.h - canvas.step(4) + gap) / (high + gap));
    // Around the current one, where there are more than fit.
    std::size_t current = 0;
    for (std::size_t i = 0; i < form.steps.size(); ++i)
        if (form.steps[i].current)
            current = i;
    std::size_t first = 0;
    if (form.steps.size() > fitting)
        first = std::min(current > fitting / 2 ? current - fitting / 2 : 0, form.steps.size() - fitting);
    for (std::size_t i = first; i < std::min(form.steps.size(), first + fitting); ++i) {
        const auto& step = form.steps[i];
        const Rect box = row ? area.cut_left(along) : area.cut_top(high);
        row ? area.cut_left(gap) : area.cut_top(gap);
        const auto touch = canvas.touch("step:" + step.id, box);
        auto ground = step.current ? theme.accent.fill : row ? theme.raised : canvas.background();
        ground = mix(ground, theme.ink, 0.1 * touch.press);
        canvas.fill(box, ground, theme.radius);
        if (row && !step.current)
            canvas.outline(box, theme.line, 2, theme.radius);
        const Canvas::On on(canvas, ground);
        const auto color = step.current ? theme.accent.on : theme.ink;
        Rect inner = named ? box.inset(inset, 0) : box;
        const Rect mark = named ? inner.cut_left(side) : inner;
        if (step.complete)
            draw_icon(canvas, Icon::Check, mark.centered(side, side), step.current ? color : theme.good.fill, 2.6F);
        else
            canvas.text(mark, std::to_string(i + 1), {Size::Small, Weight::Bold, color, Align::Center});
        if (named) {
            inner.cut_left(canvas.step(1));
            Look words{row ? Size::Small : Size::Body, step.current ? Weight::Bold : Weight::Regular, color};
            words.smallest = Size::Small;
            if (canvas.measure(canvas.say(step.title), words.size, words.weight).x > inner.w) {
                words.size = Size::Small;
                words.lines = 2;
            }
            canvas.text(inner, canvas.say(step.title), words);
        }
        if (touch.tapped)
            canvas.emit(app::intent::JumpToStep{step.id});
    }
}

// Draws whole fields only, starting so that the one with the focus is among them; what does not fit is a touch away.
void fields(Scene& scene, const app::FormView& form, Rect area) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    FieldSetting setting{form, {}, scene.keyboard, area.w, area.h};
    if (scene.view.keyboard)
        setting.preedit = scene.view.keyboard->preedit;
    std::vector<Field> all;
    std::vector<float> heights;
    std::size_t focus = 0;
    for (std::size_t i = 0; i < form.fields.size(); ++i) {
        if (scene.keyboard && form.fields[i].id == form.focus)
            focus = i;
        all.emplace_back(canvas, form.fields[i], setting);
        heights.push_back(all.back().height());
    }
    const float gap = canvas.step(4), pager = theme.target + canvas.step(2);
    const auto ends = [&](std::size_t first, float room) {
        float used = 0;
        std::size_t at = first;
        while (at < all.size() && (at == first || used + heights[at] <= room)) {
            used += heights[at] + gap;
            ++at;
        }
        return at;
    };
    auto& first = canvas.state().first_row["form"];
    if (first >= all.size())
        first = 0;
    const bool everything = ends(0, area.h) == all.size();
    if (everything)
        first = 0;
    const float room = everything || scene.keyboard ? area.h : area.h - pager;
    if (scene.keyboard && !form.focus.empty())
        while (focus < first || focus >= ends(first, room))
            first = focus < first ? focus : first + 1;
    // A field that has turned out wrong is shown, where none of those on the screen is the reason.
    std::string wrong;
    std::size_t first_wrong = all.size();
    for (std::size_t i = 0; i < form.fields.size(); ++i)
        if (!form.fields[i].problem.empty() || !form.fields[i].said.zh.empty() || !form.fields[i].said.en.empty()) {
            wrong += form.fields[i].id + ";";
            first_wrong = std::min(first_wrong, i);
        }
    if (wrong != canvas.state().wrong && first_wrong < all.size() && !scene.keyboard &&
        (first_wrong < first || first_wrong >= ends(first, room)))
        first = first_wrong;
    canvas.state().wrong = wrong;
    const auto last = ends(first, room);
    Rect list = area;
    for (std::size_t i = first; i < last; ++i) {
        all[i].draw(list.cut_top(heights[i]));
        list.cut_top(gap);
    }
    if (everything || scene.keyboard)
        return;
    Rect bar = area.cut_bottom(theme.target);
    auto up = plain_look(canvas), down = plain_look(canvas);
    up.icon = Icon::Up;
    down.icon = Icon::Down;
    up.enabled = first > 0;
    down.enabled = last < all.size();
    const auto up_words = canvas.tr("ui.form.above"), down_words = canvas.tr("ui.form.below");
    if (up.enabled && button(canvas, "form:up", bar.cut_left(button_width(canvas, up_words, up)), up_words, up))
        --first;
    if (down.enabled && button(canvas, "form:down", bar.cut_right(button_width(canvas, down_words, down)), down_words, down))
        first = last;
}

// The text that the page is about takes what the fields leave.
void to_read(Canvas& canvas, Rect& area, const app::FormView& form, std::string_view text) {
    const auto& theme = canvas.theme();
    float needed = 0;
    for (const auto& field : form.fields)
        needed += Field(canvas, field, {form, {}, false, area.w, area.h}).height() + canvas.step(4);
    Rect box = area.cut_top(std::max(canvas.step(20), area.h - needed));
    area.cut_top(canvas.step(2));
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = box.inset(canvas.step(3), canvas.step(2));
    if (const auto note = canvas.say(form.reading_note); !note.empty())
        canvas.text(inner.cut_bottom(theme.small), note, {Size::Small, Weight::Regular, theme.ink_soft});
    reading(canvas, "reading", inner, text);
}

} // namespace

void draw_form(Scene scene, const app::FormView& form) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const bool staff = !form.steps.empty();
    // What is chosen for in a table is chosen where the keyboard would be.
    const core::QuestionColumn* column = nullptr;
    const auto* chosen_in = choosing(form, &column);
    Rect strip;
    if (chosen_in != nullptr) {
        strip = scene.area.cut_bottom(strip_height(canvas, *column));
        scene.keyboard = true;
    }
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    const bool tight = scene.keyboard && !canvas.portrait();
    const auto heading = canvas.say(form.heading);
    const auto title = heading.empty() ? canvas.say(form.title) : heading;
    if (tight)
        head.title = title; // the keyboard takes the room of the large title
    Rect middle = header(canvas, scene.view, scene.area, head);
    const bool wide = !canvas.portrait();
    if (wide && !tight)
        progress(canvas, middle.inset(canvas.step(4), 0), form.page, form.pages); // beside the way back, where there is room

    Rect area = scene.area;
    const bool table = std::any_of(form.fields.begin(), form.fields.end(), [](const auto& field) { return field.kind == app::FieldKind::List; });
    if (staff && !tight && wide) {
        area = area.inset(margin(canvas), 0);
        steps(canvas, area.cut_left(canvas.step(29)), form);
        area.cut_left(canvas.step(4));
    } else {
        area = area.centered(std::min(area.w - 2 * margin(canvas), canvas.step(table || staff ? 150 : 120)), area.h);
    }
    if (!tight) {
        if (!wide && form.pages > 1) {
            progress(canvas, area.cut_top(canvas.step(4)), form.page, form.pages);
            area.cut_top(canvas.step(2));
        } else {
            area.cut_top(canvas.step(1));
        }
        if (staff && !wide && !scene.keyboard) {
            steps(canvas, area.cut_top(theme.target), form);
            area.cut_top(canvas.step(3));
        }
        // A table needs the height: its question is the title, what the form is about stands small above it.
        const bool dense = table && wide;
        if (staff || dense)
            canvas.text(area.cut_top(theme.small + canvas.step(1.5F)), staff ? canvas.say(form.title) : title, {Size::Small, Weight::Regular, theme.ink_soft});
        if (!dense) {
            Look words{staff ? Size::Large : Size::Title, Weight::Bold, theme.ink};
            words.lines = 2;
            words.smallest = Size::Large;
            words.vertical = Look::Vertical::Top;
            words.decides = true;
            canvas.text(area.cut_top(canvas.measure(title, words.size, Weight::Bold, area.w, 2).y), title, words);
        }
        if (const auto hint = canvas.say(form.hint); !hint.empty() && !dense) {
            area.cut_top(canvas.step(2));
            Look soft{Size::Body, Weight::Regular, theme.ink_soft};
            soft.lines = 2;
            soft.vertical = Look::Vertical::Top;
            canvas.text(area.cut_top(canvas.measure(hint, Size::Body, Weight::Regular, area.w, 2).y), hint, soft);
        }
        area.cut_top(canvas.step(dense ? 1 : staff ? 3 : 4));
    } else {
        area.cut_top(canvas.step(2));
    }

    // With the keyboard open in landscape its own key is the main action.
    if (!tight) {
        area.cut_bottom(canvas.step(4));
        Rect bar = area.cut_bottom(theme.main_action);
        auto next = main_look(canvas);
        const auto label = form.next_label.empty() ? canvas.tr("ui.next") : canvas.say(form.next_label);
        const Rect place = canvas.portrait() ? bar : bar.cut_right(std::max(canvas.step(40), button_width(canvas, label, next)));
        const auto finish = form.finish_label.empty() ? canvas.tr("ui.finish_now") : canvas.say(form.finish_label);
        const auto beside = plain_look(canvas);
        Rect finish_place;
        if (form.can_finish && canvas.portrait()) {
            area.cut_bottom(canvas.step(2));
            finish_place = area.cut_bottom(theme.target);
        } else if (form.can_finish) {
            bar.cut_right(canvas.step(2));
            finish_place = bar.cut_right(button_width(canvas, finish, beside));
        }
        if (scene.view.resets_in_s && !canvas.portrait()) {
            Rect clock = bar.cut_left(canvas.step(44));
            const float width = std::ceil(canvas.measure(canvas.tr("ui.returns"), Size::Body).x) + theme.target + canvas.step(3);
            countdown(canvas, clock.cut_left(std::min(width, clock.w)), *scene.view.resets_in_s, theme.ink_soft, theme.ink_soft);
        } else if (const auto status = canvas.say(form.status); !status.empty()) {
            Rect line = canvas.portrait() ? area.cut_bottom(theme.small + canvas.step(2)) : bar;
            const float side = canvas.step(3);
            draw_icon(canvas, form.read_only ? Icon::Lock : Icon::Saved, line.cut_left(side).centered(side, side), theme.ink_soft);
            line.cut_left(canvas.step(1));
            Look soft{Size::Small, Weight::Regular, theme.ink_soft};
            soft.lines = 2;
            canvas.text(line, status, soft);
        }
        area.cut_bottom(canvas.step(3));
        if (const auto& text = canvas.say(form.reading); !text.empty())
            to_read(canvas, area, form, text);
        fields(scene, form, area);
        if (form.can_finish && button(canvas, "finish", finish_place, finish, beside))
            canvas.emit(app::intent::FinishForm{});
        if (button(canvas, "next", place, label, next)) // after the fields, as the keyboard's focus goes
            canvas.emit(app::intent::Confirm{});
    } else {
        fields(scene, form, area);
    }
    if (chosen_in != nullptr)
        draw_strip(canvas, strip, form, *chosen_in, *column);
}

} // namespace kiosk::ui
