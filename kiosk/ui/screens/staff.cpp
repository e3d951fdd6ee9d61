// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"
#include "ui/screens/staff_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kiosk::ui {

namespace {

using app::StaffTab;

struct TabEntry {
    StaffTab tab;
    Icon icon;
    std::string_view key;
};
constexpr TabEntry tabs[] = {
    {StaffTab::Counts, Icon::Chart, "ui.staff.counts"},     {StaffTab::Recent, Icon::List, "ui.staff.recent"},
    {StaffTab::Override, Icon::Door, "ui.staff.override"},  {StaffTab::Interviews, Icon::Form, "ui.staff.interviews"},
    {StaffTab::Leads, Icon::Flag, "ui.staff.leads"},        {StaffTab::Setup, Icon::Gear, "ui.staff.setup"},
    {StaffTab::System, Icon::Saved, "ui.staff.system"},
};

// In the order in which they stand; the business area only where the event has one.
std::vector<TabEntry> tabs_of(const app::StaffView& staff) {
    std::vector<TabEntry> shown;
    for (const auto& entry : tabs) {
        if (entry.tab == StaffTab::Setup && staff.has_board)
            shown.push_back({StaffTab::Board, Icon::Table, "ui.staff.board"});
        if (entry.tab == StaffTab::Setup && staff.has_sessions)
            shown.push_back({StaffTab::Sessions, Icon::Lock, "ui.staff.sessions"});
        shown.push_back(entry);
    }
    return shown;
}

void tab_button(Canvas& canvas, Rect box, const TabEntry& entry, bool chosen, bool stacked) {
    const auto& theme = canvas.theme();
    const auto touch = canvas.touch("tab:" + std::to_string(static_cast<int>(entry.tab)), box);
    auto ground = chosen ? theme.accent.fill : canvas.background();
    ground = mix(ground, theme.ink, 0.1 * touch.press);
    canvas.fill(box, ground, theme.radius);
    const Canvas::On on(canvas, ground);
    const auto color = chosen ? theme.accent.on : theme.ink;
    const float side = canvas.step(3.5F);
    const auto label = canvas.tr(entry.key);
    if (stacked) {
        Look words{Size::Small, Weight::Regular, color, Align::Center}; // the patch says which one is on; bold would be too wide
        words.lines = 2;
        words.vertical = Look::Vertical::Top;
        const float high = canvas.measure(label, Size::Small, words.weight, box.w, 2).y;
        Rect group = box.centered(box.w, side + canvas.step(1) + high);
        draw_icon(canvas, entry.icon, group.cut_top(side).centered(side, side), color);
        group.cut_top(canvas.step(1));
        canvas.text(group, label, words);
    } else {
        Rect inner = box.inset(canvas.step(2.5F), 0);
        draw_icon(canvas, entry.icon, inner.cut_left(side).centered(side, side), color);
        inner.cut_left(canvas.step(2));
        Look words{Size::Body, chosen ? Weight::Bold : Weight::Regular, color};
        words.smallest = Size::Small;
        canvas.text(inner, label, words);
    }
    if (touch.tapped)
        canvas.emit(app::intent::ChooseTab{entry.tab});
}

// ---- counts ----

void figure(Canvas& canvas, Rect box, std::int64_t number, std::string_view key, Color color) {
    const auto& theme = canvas.theme();
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = box.inset(canvas.step(3), 0);
    inner = inner.centered(inner.w, theme.title + canvas.step(2) + theme.small);
    Look big{Size::Title, Weight::Bold, color};
    big.smallest = Size::Body;
    canvas.text(inner.cut_top(theme.title), std::to_string(number), big);
    inner.cut_top(canvas.step(2));
    canvas.text(inner, canvas.tr(key), {Size::Small, Weight::Regular, theme.ink_soft});
}

void counts(Canvas& canvas, const app::View& view, const app::StaffView& staff, Rect area) {
    const auto& theme = canvas.theme();
    // The large figures are this door's. Doors can't be added up: the same person passes several.
    const auto here = std::find_if(staff.counts.begin(), staff.counts.end(), [&view](const app::CountRow& row) {
        return row.checkpoint.zh == view.header.checkpoint.zh && row.checkpoint.en == view.header.checkpoint.en;
    });
    const app::CountRow door = here == staff.counts.end() ? app::CountRow{} : *here;
    const float gap = theme.gap;
    const std::size_t across = canvas.portrait() ? 2 : 4;
    const float wide = (area.w - gap * static_cast<float>(across - 1)) / static_cast<float>(across);
    struct Figure {
        std::int64_t number;
        std::string_view key;
        Color color;
    };
    const Figure figures[] = {{staff.registered, "ui.staff.registered", theme.ink},
                              {door.admitted, "ui.staff.admitted_here", theme.good.fill},
                              {door.inside, "ui.staff.inside_here", theme.ink},
                              {door.refused, "ui.staff.refused_here", theme.stop.fill}};
    const float high = canvas.step(14);
    for (std::size_t i = 0; i < std::size(figures); ++i)
        figure(canvas, {area.x + static_cast<float>(i % across) * (wide + gap), area.y + static_cast<float>(i / across) * (high + gap), wide, high},
               figures[i].number, figures[i].key, figures[i].color);
    const auto lines = static_cast<float>((std::size(figures) + across - 1) / across);
    area.cut_top(lines * high + (lines - 1) * gap + canvas.step(3));

    if (staff.counts.empty())
        return;
    const float row_high = canvas.step(8);
    const auto fitting = static_cast<std::size_t>(std::max(1.0F, (area.h - canvas.step(10)) / row_high));
    const bool paged = staff.counts.size() + 1 > fitting;
    const Rect pager = paged ? area.cut_bottom(theme.target) : Rect{};
    const std::size_t shown = paged ? std::max<std::size_t>(2, static_cast<std::size_t>((area.h - canvas.step(2)) / row_high)) - 1 : staff.counts.size();
    const auto first = page_rows(canvas, "counts", staff.counts.size(), shown, pager);
    const auto last = std::min(staff.counts.size(), first + shown);
    Rect table = area;
    table.h = static_cast<float>(last - first + 1) * row_high + canvas.step(1);
    card(canvas, table);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = table.inset(canvas.step(3), canvas.step(0.5F));
    const float number = std::min(canvas.step(14), inner.w * 0.16F);
    const auto row_of = [&](Rect row, const std::string& name, const std::array<std::string, 4>& cells, bool head) {
        for (std::size_t i = cells.size(); i-- > 0;) {
            Look look{head ? Size::Small : Size::Body, head ? Weight::Regular : Weight::Bold, head ? theme.ink_soft : theme.ink, Align::Right};
            look.smallest = Size::Small;
            canvas.text(row.cut_right(number), cells[i], look);
        }
        row.cut_right(canvas.step(1));
        Look look{head ? Size::Small : Size::Body, Weight::Regular, head ? theme.ink_soft : theme.ink};
        look.smallest = Size::Small;
        canvas.text(row, name, look);
    };
    row_of(inner.cut_top(row_high), canvas.tr("ui.staff.checkpoint"),
           {canvas.tr("ui.staff.admitted"), canvas.tr("ui.staff.inside"), canvas.tr("ui.staff.repeats"), canvas.tr("ui.staff.refused")}, true);
    for (std::size_t i = first; i < last; ++i) {
        const auto& row = staff.counts[i];
        canvas.fill({inner.x, inner.y, inner.w, 1}, theme.line);
        const auto inside = std::to_string(row.inside) + (row.capacity ? "/" + std::to_string(*row.capacity) : "");
        row_of(inner.cut_top(row_high), canvas.say(row.checkpoint),
               {std::to_string(row.admitted), inside, std::to_string(row.repeats), std::to_string(row.refused)}, false);
    }
}

// ---- recent scans ----

void scan_row(Canvas& canvas, Rect row, const app::ScanRow& scan, const std::optional<std::string>& asks_undo) {
    const auto& theme = canvas.theme();
    const bool tall = canvas.portrait();
    const auto soft = scan.undone ? theme.ink_soft : theme.ink;
    const bool asking = asks_undo == scan.id;
    auto look = plain_look(canvas);
    look.icon = Icon::Undo;
    look.size = Size::Small;
    // As wide in every row, so that the columns stand.
    Rect action = row.cut_right(std::max(button_width(canvas, canvas.tr("ui.staff.undo_confirm"), look), button_width(canvas, canvas.tr("ui.staff.undo"), look)));
    if (scan.can_undo && !scan.undone) {
        if (asking) {
            look.pair = theme.stop;
            look.border.reset();
        }
        const auto label = canvas.tr(asking ? "ui.staff.undo_confirm" : "ui.staff.undo");
        if (button(canvas, "undo:" + scan.id, action.centered(action.w, theme.target), label, look)) {
            if (asking)
                canvas.emit(app::intent::ConfirmUndo{scan.id});
            else
                canvas.emit(app::intent::AskUndo{scan.id});
        }
    } else if (scan.undone) {
        canvas.text(action, canvas.tr("ui.staff.undone"), {Size::Small, Weight::Regular, theme.ink_soft, Align::Center});
    }
    row.cut_right(canvas.step(2));
    const float time = std::ceil(canvas.measure("00:00", Size::Body).x) + canvas.step(2);
    canvas.text(row.cut_left(time), scan.time, {Size::Body, Weight::Regular, theme.ink_soft});
    const auto pair = scan.undone ? Pair{mix(theme.raised, theme.ink, 0.12), theme.ink} : outcome_pair(theme, scan.outcome);
    const float mark = canvas.step(4);
    const Rect mark_box = row.cut_left(mark).centered(mark, mark);
    canvas.disc(mark_box.center(), mark / 2, pair.fill);
    draw_icon(canvas, outcome_icon(scan.outcome), mark_box.inset(canvas.step(0.75F)), pair.on, 2.6F);
    row.cut_left(canvas.step(2));

    auto what = canvas.tr(outcome_key(scan.outcome));
    if (scan.reason != core::Reason::None)
        what = canvas.tr(reason_key(scan.reason));
    if (const auto door = canvas.say(scan.checkpoint); !door.empty())
        what += " · " + door;
    Look name{Size::Body, Weight::Bold, soft};
    name.smallest = Size::Small;
    Look small{Size::Small, Weight::Regular, theme.ink_soft};
    const auto who = scan.name.empty() ? scan.ticket : scan.name;
    const auto shown = who.empty() ? canvas.tr("ui.staff.no_name") : who;
    if (tall) {
        row = row.centered(row.w, theme.body + canvas.step(1) + theme.small);
        canvas.text(row.cut_top(theme.body), shown, name);
        row.cut_top(canvas.step(1));
        canvas.text(row, what, small);
        return;
    }
    canvas.text(row.cut_left(row.w * 0.54F), shown, name);
    row.cut_left(canvas.step(2));
    small.lines = 2;
    canvas.text(row, what, small);
}

// Entries that were made on machines cut off from each other: somebody has to look at them.
void duplicates(Canvas& canvas, const app::StaffView& staff, Rect& area) {
    const auto& theme = canvas.theme();
    constexpr std::size_t most = 2;
    const auto count = staff.duplicates.size();
    const auto shown = std::min(most, count);
    const float line = theme.small + canvas.step(1.5F);
    const float lines = line * static_cast<float>(shown + (count > shown ? 1 : 0));
    Rect box = area.cut_top(canvas.step(4.5F) + theme.body + lines);
    area.cut_top(canvas.step(2));
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    canvas.fill({box.x, box.y + theme.radius, canvas.step(0.75F), box.h - 2 * theme.radius}, theme.stop.fill);
    Rect inner = box.inset(canvas.step(3), canvas.step(2));
    Look head{Size::Body, Weight::Bold, theme.ink};
    head.smallest = Size::Small;
    canvas.text(inner.cut_top(theme.body), canvas.tr("ui.staff.duplicates", {{"count", std::to_string(count)}}), head);
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& row = staff.duplicates[i];
        auto words = row.name.empty() ? row.ticket : row.name;
        if (const auto& door = canvas.say(row.checkpoint); !door.empty())
            words += " · " + door;
        for (const auto& entry : row.entries)
            words += " · " + entry;
        inner.cut_top(canvas.step(1.5F));
        canvas.text(inner.cut_top(theme.small), words, {Size::Small, Weight::Regular, theme.ink_soft});
    }
    if (count > shown) {
        inner.cut_top(canvas.step(1.5F));
        canvas.text(inner.cut_top(theme.small), canvas.tr("ui.staff.duplicates_more", {{"count", std::to_string(count - shown)}}),
                    {Size::Small, Weight::Regular, theme.ink_soft});
    }
}

void recent(Canvas& canvas, const app::StaffView& staff, Rect area) {
    heading(canvas, area, canvas.tr("ui.staff.recent"));
    if (!staff.duplicates.empty())
        duplicates(canvas, staff, area);
    if (staff.recent.empty())
        return empty_place(canvas, area, Icon::List, canvas.tr("ui.staff.no_scans"));
    card_rows(canvas, area, {.id = "recent", .count = staff.recent.size(), .high = canvas.step(canvas.portrait() ? 11 : 10)},
              [&](Rect row, std::size_t i) { scan_row(canvas, row, staff.recent[i], staff.asks_undo); });
}

// ---- override ----

void override_scan(Canvas& canvas, const app::StaffView& staff, Rect area) {
    const auto& theme = canvas.theme();
    heading(canvas, area, canvas.tr("ui.staff.override_title"));
    if (!staff.override_target)
        return empty_place(canvas, area, Icon::Door, canvas.tr("ui.staff.override_none"));
    const auto& scan = *staff.override_target;
    Rect target = area.cut_top(canvas.step(13));
    area.cut_top(canvas.step(4));
    card(canvas, target);
    {
        const Canvas::On on(canvas, theme.raised);
        Rect inner = target.inset(canvas.step(3), 0);
        const auto pair = outcome_pair(theme, scan.outcome);
        const float mark = canvas.step(7);
        const Rect mark_box = inner.cut_left(mark).centered(mark, mark);
        canvas.disc(mark_box.center(), mark / 2, pair.fill);
        draw_icon(canvas, outcome_icon(scan.outcome), mark_box.inset(canvas.step(1.25F)), pair.on, 2.6F);
        inner.cut_left(canvas.step(3));
        inner = inner.centered(inner.w, theme.large + canvas.step(1.5F) + theme.small);
        Look name{Size::Large, Weight::Bold, theme.ink};
        name.smallest = Size::Small;
        canvas.text(inner.cut_top(theme.large), scan.name.empty() ? (scan.ticket.empty() ? canvas.tr("ui.staff.no_name") : scan.ticket) : scan.name, name);
        inner.cut_top(canvas.step(1.5F));
        auto what = scan.reason == core::Reason::None ? canvas.tr(outcome_key(scan.outcome)) : canvas.tr(reason_key(scan.reason));
        const auto door = canvas.say(scan.checkpoint);
        what = scan.time + " · " + what + (door.empty() ? "" : " · " + door);
        canvas.text(inner, what, {Size::Small, Weight::Regular, theme.ink_soft});
    }
    canvas.text(area.cut_top(theme.body), canvas.tr("ui.staff.override_why"), {Size::Body, Weight::Bold, theme.ink});
    area.cut_top(canvas.step(2));

    // The reason is chosen first, then the door is opened: two touches for what can't be taken back lightly.
    auto& chosen = canvas.state().chosen_reason;
    const std::size_t columns = 2;
    const float gap = theme.gap, wide = (area.w - gap) / columns, high = theme.target + canvas.step(1);
    for (std::size_t i = 0; i < staff.override_reasons.size(); ++i) {
        const auto& reason = staff.override_reasons[i];
        if (reason.chosen && chosen.empty())
            chosen = reason.id;
        const Rect place{area.x + static_cast<float>(i % columns) * (wide + gap), area.y + static_cast<float>(i / columns) * (high + gap), wide, high};
        if (choice(canvas, "reason:" + reason.id, place, canvas.say(reason.label), chosen == reason.id, ChoiceKind::One))
            chosen = reason.id;
    }
    const auto rows = static_cast<float>((staff.override_reasons.size() + columns - 1) / columns);
    area.cut_top(rows * (high + gap) + canvas.step(1));
    auto look = main_look(canvas);
    look.icon = Icon::Door;
    look.enabled = !chosen.empty();
    const auto label = canvas.tr("ui.staff.override_do");
    const float need = std::max(canvas.step(36), button_width(canvas, label, look));
    Rect bar = area.cut_top(theme.main_action);
    if (button(canvas, "override", canvas.portrait() ? bar : bar.cut_left(need), label, look))
        canvas.emit(app::intent::DoOverride{chosen});
}

// ---- setup ----

template <typename Emit>
void setup_list(Canvas& canvas, Rect area, const std::string& id, std::string_view title_key, const std::vector<app::ChoiceRow>& rows, Emit emit) {
    const auto& theme = canvas.theme();
    canvas.text(area.cut_top(theme.body), canvas.tr(title_key), {Size::Body, Weight::Bold, theme.ink});
    area.cut_top(canvas.step(2));
    if (rows.empty()) {
        Look none{Size::Small, Weight::Regular, theme.ink_soft};
        none.lines = 2;
        none.vertical = Look::Vertical::Top;
        canvas.text(area, canvas.tr("ui.staff.none"), none);
        return;
    }
    const float gap = canvas.step(1.5F), high = theme.target + canvas.step(2);
    auto fitting = static_cast<std::size_t>(std::max(1.0F, (area.h + gap) / (high + gap)));
    Rect pager;
    if (rows.size() > fitting) {
        pager = area.cut_bottom(theme.target);
        area.cut_bottom(gap);
        fitting = static_cast<std::size_t>(std::max(1.0F, (area.h + gap) / (high + gap)));
    }
    const auto first = page_rows(canvas, id, rows.size(), fitting, pager);
    for (std::size_t i = first; i < std::min(rows.size(), first + fitting); ++i) {
        if (choice(canvas, id + ":" + rows[i].id, area.cut_top(high), canvas.say(rows[i].label), rows[i].chosen, ChoiceKind::One))
            emit(rows[i].id);
        area.cut_top(gap);
    }
}

void setup(Canvas& canvas, const app::StaffView& staff, Rect area) {
    const bool tall = canvas.portrait();
    const float gap = canvas.step(3);
    const auto part = [&](std::size_t index) {
        if (tall) {
            const float high = (area.h - 2 * gap) / 3;
            return Rect{area.x, area.y + static_cast<float>(index) * (high + gap), area.w, high};
        }
        const float wide = (area.w - 2 * gap) / 3;
        return Rect{area.x + static_cast<float>(index) * (wide + gap), area.y, wide, area.h};
    };
    setup_list(canvas, part(0), "events", "ui.staff.events", staff.events, [&](const std::string& id) { canvas.emit(app::intent::ChooseEvent{id}); });
    setup_list(canvas, part(1), "checkpoints", "ui.staff.checkpoints", staff.checkpoints, [&](const std::string& id) { canvas.emit(app::intent::ChooseCheckpoint{id}); });
    setup_list(canvas, part(2), "cameras", "ui.staff.cameras", staff.cameras, [&](const std::string& id) { canvas.emit(app::intent::ChooseCamera{id}); });
}

// ---- system ----

// What is switched off, in plain words, and the way to try it again.
void quarantine(Canvas& canvas, const app::StaffView& staff, Rect& area) {
    const auto& theme = canvas.theme();
    std::string names;
    for (const auto& plugin : staff.quarantined)
        names += (names.empty() ? "" : canvas.tr("ui.form.comma")) + canvas.say(plugin);
    const auto words = canvas.tr("ui.system.quarantine");
    auto look = main_look(canvas);
    look.size = Size::Body;
    look.icon = Icon::Repeat;
    const auto label = canvas.tr("ui.system.release");
    const float button_wide = staff.can_release ? button_width(canvas, label, look) : 0;
    const bool below = canvas.portrait() && staff.can_release;
    const float text_wide = area.w - canvas.step(6 + 6) - (below ? 0 : button_wide + canvas.step(2));
    const float words_high = canvas.measure(words, Size::Small, Weight::Regular, text_wide, 4).y;
    const float names_high = canvas.measure(names, Size::Body, Weight::Bold, text_wide, 2).y;
    const float note_high = staff.can_release ? 0 : theme.small + canvas.step(1);
    const float high = names_high + canvas.step(1) + words_high + note_high + (below ? theme.target + canvas.step(2) : 0) + canvas.step(5);
    Rect box = area.cut_top(std::max(high, theme.target + canvas.step(4)));
    area.cut_top(canvas.step(3));
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    canvas.fill({box.x, box.y + theme.radius, canvas.step(0.75F), box.h - 2 * theme.radius}, theme.stop.fill);
    Rect inner = box.inset(canvas.step(3), canvas.step(2));
    if (staff.can_release) {
        Rect bar = below ? inner.cut_bottom(theme.target) : inner.cut_right(button_wide).centered(button_wide, theme.target);
        if (button(canvas, "release", below ? bar.cut_left(button_wide) : bar, label, look))
            canvas.emit(app::intent::ReleaseQuarantine{});
    }
    const float mark = canvas.step(4);
    Rect mark_place = inner.cut_left(mark);
    draw_icon(canvas, Icon::Wrench, mark_place.cut_top(mark), theme.stop.fill);
    inner.cut_left(canvas.step(2));
    inner.w = text_wide;
    Look name{Size::Body, Weight::Bold, theme.ink};
    name.lines = 2;
    name.vertical = Look::Vertical::Top;
    canvas.text(inner.cut_top(names_high), names, name);
    inner.cut_top(canvas.step(1));
    Look soft{Size::Small, Weight::Regular, theme.ink_soft};
    soft.lines = 4;
    soft.vertical = Look::Vertical::Top;
    canvas.text(inner.cut_top(words_high), words, soft);
    if (!staff.can_release) {
        inner.cut_top(canvas.step(1));
        canvas.text(inner.cut_top(theme.small), canvas.tr("ui.system.release_who"), {Size::Small, Weight::Bold, theme.ink});
    }
}

void system_table(Canvas& canvas, const app::View& view, const app::StaffView& staff, Rect area) {
    const auto& theme = canvas.theme();
    heading(canvas, area, canvas.tr("ui.staff.system"));
    if (!staff.quarantined.empty())
        quarantine(canvas, staff, area);
    std::vector<std::pair<std::string, std::string>> rows;
    if (const auto sync = canvas.say(view.sync.text); !sync.empty())
        rows.emplace_back(canvas.tr("ui.staff.sync"), sync);
    for (const auto& [label, value] : staff.system)
        rows.emplace_back(canvas.say(label), value);
    card_rows(canvas, area, {.id = "system", .count = rows.size(), .high = canvas.step(8), .side = 3}, [&](Rect row, std::size_t i) {
        canvas.text(row.cut_left(row.w * 0.34F), rows[i].first, {Size::Small, Weight::Regular, theme.ink_soft});
        row.cut_left(canvas.step(2));
        Look value{Size::Body, Weight::Regular, theme.ink};
        value.smallest = Size::Small;
        value.lines = 1;
        if (canvas.measure(rows[i].second, Size::Small).x > row.w) {
            value.size = Size::Small;
            value.lines = 2;
        }
        canvas.text(row, rows[i].second, value);
    });
}

} // namespace

void draw_staff(Scene scene, const app::StaffView& staff) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const bool tall = canvas.portrait();

    // Who is at work here, and the way out, which is always in the same corner.
    Rect bar = scene.area.cut_top(header_height(canvas)).inset(margin(canvas), canvas.step(2));
    if (button_at_right(canvas, bar, "leave", canvas.tr("ui.staff.leave"), Icon::Lock))
        canvas.emit(app::intent::LeaveStaff{});
    bar.cut_right(canvas.step(2));
    const bool chinese = scene.view.language == core::Language::Chinese;
    if (button_at_right(canvas, bar, "language", chinese ? "EN" : "中文", Icon::Globe))
        canvas.emit(app::intent::ToggleLanguage{});
    bar.cut_right(canvas.step(3));
    if (!scene.view.header.clock.empty()) {
        const float wide = std::ceil(canvas.measure(scene.view.header.clock, Size::Large, Weight::Bold).x) + 1;
        canvas.text(bar.cut_right(wide), scene.view.header.clock, {Size::Large, Weight::Bold, theme.ink, Align::Right});
        bar.cut_right(canvas.step(3));
    }
    const float mark = canvas.step(4);
    draw_icon(canvas, Icon::Person, bar.cut_left(mark).centered(mark, mark), theme.ink_soft);
    bar.cut_left(canvas.step(1.5F));
    Look who{Size::Body, Weight::Bold, theme.ink};
    who.smallest = Size::Small;
    auto name = staff.staff_name;
    if (const auto& door = canvas.say(scene.view.header.checkpoint); !door.empty())
        name += (name.empty() ? "" : " · ") + door;
    canvas.text(bar, name, who);

    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(4));
    area.cut_top(canvas.step(1));
    const auto shown_tabs = tabs_of(staff);
    if (tall) {
        // More than fit beside each other stand in two rows.
        constexpr std::size_t most_in_a_row = 7;
        const std::size_t rows = shown_tabs.size() > most_in_a_row ? 2 : 1;
        const std::size_t across = (shown_tabs.size() + rows - 1) / rows;
        const float high = canvas.step(rows == 1 ? 12 : 9.5F);
        Rect rail = area.cut_bottom(high * static_cast<float>(rows) + canvas.step(static_cast<float>(rows - 1)));
        area.cut_bottom(canvas.step(3));
        const float wide = (rail.w - canvas.step(static_cast<float>(across - 1))) / static_cast<float>(across);
        for (std::size_t i = 0; i < shown_tabs.size(); ++i) {
            const auto x = static_cast<float>(i % across) * (wide + canvas.step(1)), y = static_cast<float>(i / across) * (high + canvas.step(1));
            tab_button(canvas, {rail.x + x, rail.y + y, wide, high}, shown_tabs[i], shown_tabs[i].tab == staff.tab, true);
        }
    } else {
        Rect rail = area.cut_left(canvas.step(29));
        area.cut_left(canvas.step(4));
        const auto count = static_cast<float>(shown_tabs.size());
        const float high = std::min(theme.target + canvas.step(1), std::max(theme.target, (rail.h - canvas.step(count - 1)) / count));
        for (const auto& entry : shown_tabs) {
            tab_button(canvas, rail.cut_top(high), entry, entry.tab == staff.tab, false);
            rail.cut_top(canvas.step(1));
        }
    }
    const auto said = canvas.say(staff.notice);
    if (!said.empty())
        area.cut_bottom(notice_height(canvas));
    switch (staff.tab) {
    case StaffTab::Counts: counts(canvas, scene.view, staff, area); break;
    case StaffTab::Recent: recent(canvas, staff, area); break;
    case StaffTab::Override: override_scan(canvas, staff, area); break;
    case StaffTab::Setup: setup(canvas, staff, area); break;
    case StaffTab::System: system_table(canvas, scene.view, staff, area); break;
    case StaffTab::Interviews: draw_interviews(canvas, staff, area); break;
    case StaffTab::Leads: draw_leads(canvas, staff, area); break;
    case StaffTab::Board: draw_board(canvas, staff, area); break;
    case StaffTab::Sessions: draw_sessions(canvas, staff, area); break;
    }
    if (!said.empty()) {
        Rect foot = area;
        foot.h += notice_height(canvas) + canvas.step(1);
        notice(canvas, foot, said);
    }
}

} // namespace kiosk::ui
