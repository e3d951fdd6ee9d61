// SPDX-License-Identifier: Apache-2.0
// The business area: who is it, whom to meet, when and where.
#include "ui/screens/booking_parts.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

Pair status_pair(const Theme& theme, core::BookingStatus status) {
    switch (status) {
    case core::BookingStatus::Confirmed: return theme.good;
    case core::BookingStatus::CheckedIn: return theme.accent;
    case core::BookingStatus::Pending: return theme.wait;
    case core::BookingStatus::NoShow:
    case core::BookingStatus::Refused: return theme.stop;
    case core::BookingStatus::Done:
    case core::BookingStatus::Cancelled: break;
    }
    return {mix(theme.raised, theme.ink, 0.14), theme.ink};
}

Icon status_icon(core::BookingStatus status) {
    switch (status) {
    case core::BookingStatus::Confirmed: return Icon::Check;
    case core::BookingStatus::CheckedIn: return Icon::People;
    case core::BookingStatus::Pending: return Icon::Hourglass;
    case core::BookingStatus::NoShow: return Icon::Person;
    case core::BookingStatus::Done: return Icon::Flag;
    case core::BookingStatus::Refused:
    case core::BookingStatus::Cancelled: break;
    }
    return Icon::Close;
}

std::string status_word(Canvas& canvas, core::BookingStatus status) {
    return canvas.tr("meeting.status." + std::string(core::to_string(status)));
}

Look words_look(Size size, Weight weight, Color color, Size smallest, Align align) {
    Look look{size, weight, color, align};
    look.smallest = smallest;
    return look;
}

namespace {

HeaderLook plain_header(const Theme& theme, std::string title) {
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    head.title = std::move(title);
    return head;
}

// ---- scan ----

void draw_scan(Scene scene, const app::MeetingScanPage& page) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const bool tall = canvas.portrait();
    header(canvas, scene.view, scene.area, plain_header(theme, canvas.tr("ui.meeting.area")));
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(4));
    if (scene.view.resets_in_s)
        countdown(canvas, area.cut_bottom(theme.target), *scene.view.resets_in_s, theme.ink, theme.ink_soft);
    area.cut_bottom(canvas.step(2));
    Rect words = area;
    if (tall) {
        const float high = std::min(area.w * 0.92F, area.h * 0.62F);
        scene.preview.draw(canvas, area.cut_bottom(high), scene.view.scanner);
        area.cut_bottom(canvas.step(4));
        words = area;
    } else {
        scene.preview.draw(canvas, words.cut_left(std::min(words.w * 0.54F, words.h * 4 / 3)), scene.view.scanner);
        words.cut_left(canvas.step(6));
    }
    const auto align = tall ? Align::Center : Align::Left;
    Look title{Size::Display, Weight::Bold, theme.accent.fill, align};
    title.lines = tall ? 2 : 3;
    title.smallest = Size::Title;
    title.vertical = Look::Vertical::Top;
    const auto said = canvas.say(page.title);
    const auto fitted = canvas.fit(said, title, words.w);
    const auto hint = canvas.say(page.hint);
    const float hint_high = canvas.measure(hint, Size::Large, Weight::Regular, words.w, 3).y;
    const auto problem = canvas.say(page.problem);
    const float problem_high = problem.empty() ? 0 : theme.large * 2.8F + canvas.step(4);
    Rect block = words.centered(words.w, std::min(words.h, fitted.height + canvas.step(4) + hint_high + problem_high));
    canvas.text(block.cut_top(fitted.height), said, fitted.look);
    block.cut_top(canvas.step(4));
    if (!problem.empty()) {
        problem_line(canvas, block.cut_top(theme.large * 2.8F), problem, align, Size::Large);
        block.cut_top(canvas.step(4));
    }
    Look soft{Size::Large, Weight::Regular, theme.ink, align};
    soft.lines = 3;
    soft.smallest = Size::Body;
    soft.vertical = Look::Vertical::Top;
    canvas.text(block.cut_top(hint_high), hint, soft);
}

// ---- people ----

void person_card(Canvas& canvas, Rect box, const app::MeetingPerson& person, std::size_t index) {
    const auto& theme = canvas.theme();
    const auto touch = canvas.touch("person:" + std::to_string(index), box);
    const auto ground = mix(theme.raised, theme.accent.fill, 0.16 * touch.press);
    canvas.shadow(box, theme.radius);
    canvas.fill(box, ground, theme.radius);
    const Canvas::On on(canvas, ground);
    Rect inner = box.inset(canvas.step(2.5F), canvas.step(2));
    auto name = words_look(Size::Large, Weight::Bold, theme.ink, Size::Small);
    name.decides = true;
    name.vertical = Look::Vertical::Top;
    name.lines = canvas.measure(person.name, Size::Body, Weight::Bold).x > inner.w ? 2 : 1;
    float below_tag = inner.y;
    if (person.here) { // beside the name, or under everything where the name is long
        const auto word = canvas.tr("ui.meeting.here");
        const float wide = tag_width(canvas, word, true);
        const bool beside = canvas.measure(person.name, Size::Large, Weight::Bold).x + wide + canvas.step(1.5F) <= inner.w;
        const float y = beside ? inner.y + theme.large * 0.6F : inner.bottom() - canvas.step(2.5F);
        tag(canvas, {inner.right() - wide, y}, word, theme.good, Icon::Check);
        if (beside)
            below_tag = y + canvas.step(2.75F);
        else
            inner.cut_bottom(canvas.step(5.5F));
    }
    const auto called = canvas.fit(person.name, name, inner.w);
    canvas.text(inner.cut_top(called.height), person.name, called.look);
    inner.cut_top(canvas.step(0.75F));
    if (!person.organisation.empty()) {
        auto soft = words_look(Size::Body, Weight::Regular, theme.ink_soft, Size::Small);
        soft.lines = canvas.measure(person.organisation, Size::Small).x > inner.w ? 2 : 1;
        soft.vertical = Look::Vertical::Top;
        const auto fitted = canvas.fit(person.organisation, soft, inner.w);
        canvas.text(inner.cut_top(fitted.height), person.organisation, fitted.look);
        inner.cut_top(canvas.step(1.5F));
    }
    if (inner.y < below_tag) // somebody without an organisation
        inner.cut_top(below_tag - inner.y);
    const float side = canvas.step(2.5F);
    for (std::size_t i = 0; i < person.why.size(); ++i) {
        Look why{Size::Small, Weight::Bold, theme.accent.fill};
        why.lines = 2;
        why.vertical = Look::Vertical::Top;
        const auto words = canvas.say(person.why[i]);
        const float high = canvas.measure(words, Size::Small, Weight::Bold, inner.w - side - canvas.step(1), 2).y;
        if (high > inner.h)
            break;
        Rect line = inner.cut_top(high);
        Rect mark = line.cut_left(side);
        mark.h = theme.small * 1.3F;
        draw_icon(canvas, Icon::Check, mark.centered(side, side), theme.accent.fill, 2.6F);
        line.cut_left(canvas.step(1));
        canvas.text(line, words, why);
        inner.cut_top(canvas.step(0.75F));
    }
    if (touch.tapped)
        canvas.emit(app::intent::PickPerson{index});
}

void draw_people(Scene scene, const app::MeetingPeoplePage& page) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const bool tall = canvas.portrait();
    header(canvas, scene.view, scene.area, plain_header(theme, tall ? std::string() : canvas.tr("ui.meeting.whom")));
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(4));
    auto scan = main_look(canvas);
    scan.icon = Icon::Code;
    auto search = plain_look(canvas);
    search.icon = Icon::Search;
    search.size = Size::Large;
    Rect scan_place, search_place;
    if (tall) {
        canvas.text(area.cut_top(theme.title * 1.2F), canvas.tr("ui.meeting.whom"), words_look(Size::Title, Weight::Bold, theme.ink, Size::Large));
        area.cut_top(canvas.step(2));
        if (page.can_search) {
            search_place = area.cut_bottom(theme.main_action);
            area.cut_bottom(theme.gap);
        }
        scan_place = area.cut_bottom(theme.main_action);
    } else {
        Rect bar = area.cut_bottom(theme.main_action);
        if (page.can_search) {
            search_place = bar.cut_right(std::max(canvas.step(38), button_width(canvas, canvas.tr("ui.meeting.search"), search)));
            bar.cut_right(theme.gap);
        }
        scan_place = bar;
    }
    area.cut_bottom(canvas.step(3));
    if (page.people.empty()) {
        const float side = canvas.step(10);
        Rect block = area.centered(std::min(area.w, canvas.step(100)), side + canvas.step(3) + theme.large * 2.6F);
        draw_icon(canvas, Icon::People, block.cut_top(side).centered(side, side), theme.ink_soft, 1.6F);
        block.cut_top(canvas.step(3));
        Look words{Size::Large, Weight::Regular, theme.ink, Align::Center};
        words.lines = 2;
        words.smallest = Size::Body;
        words.vertical = Look::Vertical::Top;
        canvas.text(block, canvas.tr("ui.meeting.nobody"), words);
    } else {
        const std::size_t columns = tall ? (page.people.size() > 4 ? 2 : 1) : page.people.size() == 4 || page.people.size() < 3 ? 2 : 3;
        const auto rows = (page.people.size() + columns - 1) / columns;
        const float wide = (area.w - theme.gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
        const float high = std::min((area.h - theme.gap * static_cast<float>(rows - 1)) / static_cast<float>(rows), canvas.step(tall ? 32 : 30));
        for (std::size_t i = 0; i < page.people.size(); ++i)
            person_card(canvas, {area.x + static_cast<float>(i % columns) * (wide + theme.gap), area.y + static_cast<float>(i / columns) * (high + theme.gap), wide, high},
                        page.people[i], i);
    }
    if (button(canvas, "let_them_scan", scan_place, canvas.tr("ui.meeting.let_them_scan"), scan))
        canvas.emit(app::intent::LetThemScan{});
    if (page.can_search && button(canvas, "search_people", search_place, canvas.tr("ui.meeting.search"), search))
        canvas.emit(app::intent::SearchPeople{});
}

// ---- when and where ----

void slot_tile(Canvas& canvas, Rect box, const app::SlotTile& tile, std::size_t index) {
    const auto& theme = canvas.theme();
    auto pair = tile.soonest ? theme.accent : Pair{theme.raised, theme.ink};
    Canvas::Touch touch;
    if (tile.free) {
        touch = canvas.touch("slot:" + std::to_string(index), box);
        pair.fill = mix(pair.fill, pair.on, 0.14 * touch.press);
        canvas.shadow(box, theme.radius);
    } else {
        pair = {mix(theme.paper, theme.ink, 0.05), theme.ink_soft};
    }
    canvas.fill(box, pair.fill, theme.radius);
    if (tile.free && !tile.soonest)
        canvas.outline(box, theme.line, 2, theme.radius);
    const Canvas::On on(canvas, pair.fill);
    const auto second = tile.free ? canvas.say(tile.table) : canvas.say(tile.why);
    Rect inner = box.inset(canvas.step(1.5F), canvas.step(1));
    const bool has_tag = tile.soonest;
    inner = inner.centered(inner.w, theme.title + canvas.step(1.5F) + theme.body * 1.2F + (has_tag ? canvas.step(1) + theme.small * 1.2F : 0));
    if (has_tag) {
        canvas.text(inner.cut_top(theme.small * 1.2F), canvas.tr("ui.meeting.soonest"), {Size::Small, Weight::Bold, pair.on, Align::Center});
        inner.cut_top(canvas.step(1));
    }
    auto time = words_look(Size::Title, tile.free ? Weight::Bold : Weight::Regular, pair.on, Size::Large, Align::Center);
    time.decides = tile.free;
    canvas.text(inner.cut_top(theme.title), tile.time, time);
    inner.cut_top(canvas.step(1.5F));
    canvas.text(inner, second, words_look(Size::Body, Weight::Regular, pair.on, Size::Small, Align::Center));
    if (touch.tapped)
        canvas.emit(app::intent::PickSlot{index});
}

void unit_choices(Canvas& canvas, Rect area, const app::MeetingSlotsPage& page) {
    const auto& theme = canvas.theme();
    const std::size_t across = canvas.portrait() ? 2 : 4;
    const float high = theme.target + canvas.step(3), gap = theme.gap;
    const float wide = (area.w - gap * static_cast<float>(across - 1)) / static_cast<float>(across);
    Rect pager;
    auto rows = static_cast<std::size_t>(std::max(1.0F, (area.h + gap) / (high + gap)));
    if (page.units.size() > rows * across) {
        pager = area.cut_bottom(theme.target);
        rows = static_cast<std::size_t>(std::max(1.0F, (area.h - canvas.step(1)) / (high + gap)));
    }
    const auto first = page_rows(canvas, "units", page.units.size(), rows * across, pager);
    const auto last = std::min(page.units.size(), first + rows * across);
    for (std::size_t i = first; i < last; ++i) {
        const auto& unit = page.units[i];
        const auto at = i - first;
        const Rect place{area.x + static_cast<float>(at % across) * (wide + gap), area.y + static_cast<float>(at / across) * (high + gap), wide, high};
        const auto label = unit.id.empty() ? canvas.tr("ui.meeting.any_table") : canvas.say(unit.label);
        if (choice(canvas, "unit:" + unit.id, place, label, unit.chosen, ChoiceKind::One))
            canvas.emit(app::intent::ChooseUnit{unit.id});
    }
}

void draw_slots(Scene scene, const app::MeetingSlotsPage& page) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const bool tall = canvas.portrait();
    header(canvas, scene.view, scene.area, plain_header(theme, {}));
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(4));
    if (scene.view.resets_in_s) {
        countdown(canvas, area.cut_bottom(theme.target), *scene.view.resets_in_s, theme.ink, theme.ink_soft);
        area.cut_bottom(canvas.step(2));
    }
    // The question, and beside it which table it is about.
    std::string chosen;
    for (const auto& unit : page.units)
        if (unit.chosen)
            chosen = unit.id.empty() ? canvas.tr("ui.meeting.any_table") : canvas.say(unit.label);
    auto look = plain_look(canvas);
    look.icon = page.choosing_unit ? Icon::Up : Icon::Table;
    const auto label = canvas.tr("ui.meeting.table", {{"table", chosen}});
    const float wide = std::min(area.w, button_width(canvas, label, look));
    const auto title = canvas.say(page.title);
    Look words{Size::Title, Weight::Bold, theme.ink};
    words.lines = 2;
    words.smallest = Size::Large;
    words.decides = true;
    Rect bar;
    if (tall) {
        words.vertical = Look::Vertical::Top;
        const auto fitted = canvas.fit(title, words, area.w);
        canvas.text(area.cut_top(fitted.height), title, fitted.look);
        area.cut_top(canvas.step(2));
        bar = area.cut_top(theme.target + canvas.step(1));
        bar.w = std::max(wide, bar.w * 0.5F);
    } else {
        Rect top = area.cut_top(theme.target + canvas.step(2));
        bar = top.cut_right(wide).centered(wide, theme.target);
        top.cut_right(canvas.step(3));
        canvas.text(top, title, words);
    }
    area.cut_top(canvas.step(3));
    if (page.units.size() > 2 && button(canvas, "units", bar, label, look))
        canvas.emit(app::intent::OpenUnits{});
    if (page.choosing_unit)
        return unit_choices(canvas, area, page);
    if (page.none_free) {
        Rect line = area.cut_top(theme.large * 1.4F);
        canvas.text(line, canvas.tr("ui.meeting.none_free"), words_look(Size::Large, Weight::Regular, theme.ink, Size::Small));
        area.cut_top(canvas.step(2));
    }
    const std::size_t across = tall ? 3 : 5;
    const float gap = theme.gap;
    const float tile_wide = (area.w - gap * static_cast<float>(across - 1)) / static_cast<float>(across);
    const float least = canvas.step(15);
    auto rows = static_cast<std::size_t>(std::max(1.0F, (area.h + gap) / (least + gap)));
    Rect pager;
    if (page.slots.size() > rows * across) {
        pager = area.cut_bottom(theme.target);
        area.cut_bottom(canvas.step(2));
        rows = static_cast<std::size_t>(std::max(1.0F, (area.h + gap) / (least + gap)));
    }
    const auto first = page_rows(canvas, "slots", page.slots.size(), rows * across, pager);
    const auto last = std::min(page.slots.size(), first + rows * across);
    const auto used = static_cast<float>(std::max<std::size_t>(1, (last - first + across - 1) / across));
    const float high = std::min((area.h - gap * (used - 1)) / used, canvas.step(tall ? 20 : 22));
    for (std::size_t i = first; i < last; ++i) {
        const auto at = i - first;
        slot_tile(canvas, {area.x + static_cast<float>(at % across) * (tile_wide + gap), area.y + static_cast<float>(at / across) * (high + gap), tile_wide, high},
                  page.slots[i], i);
    }
}

} // namespace

void draw_meeting(Scene scene, const app::MeetingView& meeting) {
    if (const auto* scan = std::get_if<app::MeetingScanPage>(&meeting.page))
        draw_scan(scene, *scan);
    else if (const auto* home = std::get_if<app::MeetingHomePage>(&meeting.page))
        draw_meeting_home(scene, *home);
    else if (const auto* people = std::get_if<app::MeetingPeoplePage>(&meeting.page))
        draw_people(scene, *people);
    else if (const auto* slots = std::get_if<app::MeetingSlotsPage>(&meeting.page))
        draw_slots(scene, *slots);
    else
        draw_slip(scene, std::get<app::MeetingSlipPage>(meeting.page));
}

} // namespace kiosk::ui
