// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

#include <cmath>
#include <string>

namespace kiosk::ui {

namespace {

using core::Outcome;

constexpr float icon_side = 240;

// Each outcome has a silhouette of its own, told apart without colour and from across the hall.
void emblem(Canvas& canvas, Rect box, Outcome outcome, Pair pair) {
    const auto center = box.center();
    const float radius = std::min(box.w, box.h) / 2;
    switch (outcome) {
    case Outcome::Admitted: // a full disc
        canvas.disc(center, radius, pair.on);
        draw_icon(canvas, Icon::Check, box.inset(radius * 0.28F), pair.fill, 2.8F);
        break;
    case Outcome::Repeat: // a ring of two arrows
        draw_icon(canvas, Icon::Repeat, box.inset(-radius * 0.16F), pair.on, 2.2F);
        draw_icon(canvas, Icon::Check, box.inset(radius * 0.66F), pair.on, 3.4F);
        break;
    case Outcome::Incomplete: { // a sheet of paper
        const Rect sheet = box.centered(radius * 1.5F, radius * 1.96F);
        canvas.fill(sheet, pair.on, radius * 0.16F);
        Rect lines = sheet.inset(radius * 0.26F, radius * 0.34F);
        for (int i = 0; i < 3; ++i) {
            const Rect row = lines.cut_top(radius * 0.24F);
            lines.cut_top(radius * 0.18F);
            canvas.circle({row.x + row.h / 2, row.center().y}, row.h / 2, pair.fill, radius * 0.06F);
            if (i == 0)
                canvas.disc({row.x + row.h / 2, row.center().y}, row.h / 2, pair.fill);
            canvas.line({row.x + row.h * 1.7F, row.center().y}, {row.right(), row.center().y}, pair.fill, radius * 0.08F);
        }
        break;
    }
    case Outcome::StaffCheck: // a person who comes to help
        canvas.circle(center, radius - radius * 0.05F, pair.on, radius * 0.1F);
        canvas.disc({center.x, center.y - radius * 0.26F}, radius * 0.27F, pair.on);
        canvas.clip(box.inset(radius * 0.1F));
        canvas.fill({center.x - radius * 0.52F, center.y + radius * 0.1F, radius * 1.04F, radius * 0.52F}, pair.on, radius * 0.42F);
        canvas.unclip();
        break;
    case Outcome::Refused: { // an octagon, as on the road
        std::vector<Vec> corners;
        for (int i = 0; i < 8; ++i) {
            const float turn = (static_cast<float>(i) + 0.5F) / 8 * 6.2831853F;
            corners.push_back({center.x + radius * 1.06F * std::cos(turn), center.y + radius * 1.06F * std::sin(turn)});
        }
        canvas.polygon(corners, pair.on);
        draw_icon(canvas, Icon::Stop, box.inset(radius * 0.32F), pair.fill, 2.8F);
        break;
    }
    }
}

void agenda_line(Canvas& canvas, Rect row, std::string_view key, const app::AgendaLine& line, Pair pair) {
    const auto soft = mix(pair.fill, pair.on, 0.88);
    const auto label = canvas.tr(key);
    const float label_width = std::ceil(std::max(canvas.measure(canvas.tr("ui.agenda.now"), Size::Body).x,
                                                 canvas.measure(canvas.tr("ui.agenda.next"), Size::Body).x)) + canvas.step(3);
    canvas.text(row.cut_left(label_width), label, {Size::Body, Weight::Regular, soft});
    const float time_width = std::ceil(canvas.measure("00:00", Size::Body, Weight::Bold).x) + canvas.step(3);
    canvas.text(row.cut_left(time_width), line.time, {Size::Body, Weight::Bold, pair.on});
    Look words{Size::Body, Weight::Bold, pair.on};
    words.smallest = Size::Small;
    canvas.text(row, agenda_words(canvas, line, true), words);
}

// How long the block in the middle is, so that it can stand in the middle.
struct Part {
    std::string words;
    Look look;
    float before = 0; // space above
};

bool says_name(const core::Message& title, std::string_view name) {
    for (const auto& [argument, value] : title.args)
        if (value == name)
            return true;
    return false;
}

void actions(Scene& scene, const app::ResultView& result, Rect bar, Pair pair, bool stacked) {
    auto& canvas = scene.canvas;
    struct Action {
        std::string id, label;
        std::optional<Icon> icon;
        app::Intent intent;
    };
    std::vector<Action> list;
    const bool help_first = result.can_call_staff;
    if (result.can_call_staff && !result.staff_called)
        list.push_back({"staff", canvas.tr("ui.result.call_staff"), Icon::Bell, app::intent::CallStaff{}});
    if (result.can_print_badge)
        list.push_back({"badge", canvas.tr("ui.result.print_badge"), Icon::Printer, app::intent::PrintBadge{}});
    list.push_back({"done", canvas.tr(help_first ? "ui.result.close" : "ui.result.done"), std::nullopt, app::intent::Back{}});
    if (result.can_meet)
        list.push_back({"meet", canvas.tr("ui.result.meet"), Icon::Table, app::intent::OpenMeetings{}});
    if (result.can_answer)
        list.push_back({"answer", canvas.tr("ui.result.answer"), Icon::Form, app::intent::OpenMeetings{}});
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto look = i == 0 ? bright_look(pair) : ghost_look(pair);
        look.icon = list[i].icon;
        const float width = std::max(button_width(canvas, list[i].label, look), canvas.step(24));
        const Rect box = stacked ? bar.cut_top(canvas.theme().main_action) : bar.cut_left(width);
        if (button(canvas, "result:" + list[i].id, box, list[i].label, look))
            std::visit([&canvas](const auto& intent) { canvas.emit(intent); }, list[i].intent);
        stacked ? bar.cut_top(canvas.theme().gap) : bar.cut_left(canvas.theme().gap);
    }
}

std::size_t action_count(const app::ResultView& result) {
    return 1 + (result.can_call_staff && !result.staff_called ? 1 : 0) + (result.can_print_badge ? 1 : 0) + (result.can_meet ? 1 : 0) + (result.can_answer ? 1 : 0);
}

} // namespace

void draw_result(Scene scene, const app::ResultView& result) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const auto pair = ground_of(theme, scene.view);
    const bool tall = canvas.portrait();
    HeaderLook head;
    head.pair = pair;
    head.back = false;
    const Rect left = header(canvas, scene.view, scene.area, head);
    {
        Look event{Size::Body, Weight::Regular, pair.on};
        event.smallest = Size::Small;
        canvas.text(left, canvas.say(scene.view.header.event_title), event);
    }

    // The foot: what can be touched, and when the screen clears itself.
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(tall ? 5 : 4));
    const bool ticking = scene.view.resets_in_s.has_value();
    if (tall) {
        if (ticking)
            countdown(canvas, area.cut_bottom(theme.target), *scene.view.resets_in_s, pair.on, pair.on);
        area.cut_bottom(canvas.step(2));
        const auto count = static_cast<float>(action_count(result));
        actions(scene, result, area.cut_bottom(count * theme.main_action + (count - 1) * theme.gap), pair, true);
    } else {
        Rect bar = area.cut_bottom(theme.main_action);
        if (ticking)
            countdown(canvas, bar.cut_right(canvas.step(42)), *scene.view.resets_in_s, pair.on, pair.on);
        actions(scene, result, bar, pair, false);
    }
    area.cut_bottom(canvas.step(3));

    // The words, in the order in which they matter.
    const Align align = tall ? Align::Center : Align::Left;
    std::vector<Part> parts;
    const auto add = [&](std::string words, Size size, Weight weight, int lines, float before, Size smallest) {
        if (words.empty())
            return;
        Look look{size, weight, pair.on, align};
        look.lines = lines;
        look.smallest = smallest;
        look.vertical = Look::Vertical::Top;
        look.decides = true;
        parts.push_back({std::move(words), look, parts.empty() ? 0 : canvas.step(before)});
    };
    // The state's word, a name or what is wrong, then what to do. A title that stands beside a name is that word.
    const auto title = canvas.say(result.title);
    if (!result.name.empty() && !says_name(result.title, result.name) && title.find(result.name) == std::string::npos) {
        add(title, Size::Title, Weight::Bold, 1, 0, Size::Body);
        add(result.name, Size::Display, Weight::Bold, 2, 3, Size::Large);
    } else {
        add(canvas.tr(outcome_key(result.outcome)), Size::Title, Weight::Regular, 1, 0, Size::Body);
        add(title, Size::Display, Weight::Bold, 2, 3, Size::Large);
    }
    add(result.organisation, Size::Large, Weight::Regular, 1, 3, Size::Body);
    add(canvas.say(result.detail), Size::Large, Weight::Regular, 3, 4, Size::Body);
    for (const auto& line : result.meetings)
        add(canvas.say(line), Size::Large, Weight::Bold, 2, 2, Size::Body);
    const auto welcome_begins = parts.size();
    for (const auto& line : result.welcome)
        add(canvas.say(line), Size::Large, Weight::Regular, 2, 2, Size::Body);
    const auto welcome_ends = parts.size();
    if (result.staff_called)
        add(canvas.tr("ui.result.staff_called"), Size::Large, Weight::Bold, 2, 3, Size::Body);
    if (!result.staff_note.empty())
        add(result.staff_note, Size::Small, Weight::Regular, 2, 3, Size::Small);

    const float row = theme.body + canvas.step(2);
    const float agenda_rows = (result.now ? 1.0F : 0) + (result.next ? 1.0F : 0);
    float agenda_height = agenda_rows > 0 ? agenda_rows * row + canvas.step(3) : 0;
    Rect words_area = area;
    if (!tall) {
        Rect side = words_area.cut_left(icon_side + canvas.step(8));
        emblem(canvas, Rect{side.x, side.y, icon_side, side.h}.centered(icon_side, icon_side), result.outcome, pair);
    }
    float total = 0;
    std::vector<float> heights;
    const auto arrange = [&] {
        total = agenda_height > 0 ? agenda_height + canvas.step(4) : 0;
        heights.clear();
        for (auto& part : parts) {
            const auto fitted = canvas.fit(part.words, part.look, words_area.w);
            part.look = fitted.look;
            heights.push_back(fitted.height);
            total += fitted.height + part.before;
        }
    };
    const float room = words_area.h - (tall ? icon_side + canvas.step(6) : 0);
    arrange();
    if (total > room) { // add-ons have much to say: smaller first, then without the agenda, which they speak of
        for (auto i = welcome_begins; i < welcome_ends; ++i) {
            parts[i].look.size = Size::Body;
            parts[i].before = canvas.step(1);
        }
        arrange();
    }
    if (total > room && agenda_height > 0) {
        agenda_height = 0;
        arrange();
    }
    for (auto last = welcome_ends; total > room && last > welcome_begins; arrange())
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(--last));
    if (tall) {
        const float block = icon_side + canvas.step(6) + total;
        Rect column = words_area.centered(words_area.w, std::min(block, words_area.h));
        emblem(canvas, column.cut_top(icon_side).centered(icon_side, icon_side), result.outcome, pair);
        column.cut_top(canvas.step(6));
        words_area = column;
    } else {
        words_area = words_area.centered(words_area.w, std::min(total, words_area.h));
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        words_area.cut_top(parts[i].before);
        canvas.text(words_area.cut_top(heights[i]), parts[i].words, parts[i].look);
    }
    if (agenda_height > 0) {
        words_area.cut_top(canvas.step(4));
        Rect box = words_area.cut_top(agenda_height);
        const auto patch = mix(pair.fill, away_from(pair.on), 0.18);
        canvas.fill(box, patch, theme.radius);
        const Canvas::On on(canvas, patch);
        Rect inner = box.inset(canvas.step(3), canvas.step(1.5F));
        if (result.now)
            agenda_line(canvas, inner.cut_top(row), "ui.agenda.now", *result.now, {patch, pair.on});
        if (result.next)
            agenda_line(canvas, inner.cut_top(row), "ui.agenda.next", *result.next, {patch, pair.on});
    }
}

} // namespace kiosk::ui
