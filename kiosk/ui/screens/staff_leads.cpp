// SPDX-License-Identifier: Apache-2.0
// The tab of leads: what is to be done by when, narrowed by status and type; one of them with its history.
#include "ui/screens/staff_parts.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

std::string chosen_of(Canvas& canvas, const std::vector<app::ChoiceRow>& rows) {
    for (const auto& row : rows)
        if (row.chosen)
            return canvas.say(row.label);
    return {};
}

// A button that says what the list is narrowed to, and opens the choices over the list.
void filter_button(Canvas& canvas, Rect box, const std::string& name, const std::vector<app::ChoiceRow>& rows) {
    auto& menu = canvas.state().menu;
    auto look = plain_look(canvas);
    look.icon = menu == name ? Icon::Up : Icon::Down;
    look.icon_after = true;
    look.weight = Weight::Regular;
    if (menu == name)
        look.border = canvas.theme().accent.fill;
    if (button(canvas, "filter:" + name, box, chosen_of(canvas, rows), look))
        menu = menu == name ? std::string() : name;
}

template <typename Emit>
void choices(Canvas& canvas, Rect area, const std::string& name, const std::vector<app::ChoiceRow>& rows, Emit emit) {
    const auto& theme = canvas.theme();
    const std::size_t across = canvas.portrait() ? 2 : 3;
    const float gap = theme.gap, high = theme.target + canvas.step(1);
    const float wide = (area.w - gap * static_cast<float>(across - 1)) / static_cast<float>(across);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Rect place{area.x + static_cast<float>(i % across) * (wide + gap), area.y + static_cast<float>(i / across) * (high + gap), wide, high};
        if (choice(canvas, name + ":" + rows[i].id, place, canvas.say(rows[i].label), rows[i].chosen, ChoiceKind::One)) {
            emit(rows[i].id);
            canvas.state().menu.clear();
        }
    }
}

// When it is due; what is late says so with colour, icon and word.
void due_mark(Canvas& canvas, Rect box, const app::LeadRow& lead) {
    const auto& theme = canvas.theme();
    Look look{Size::Body, lead.overdue ? Weight::Bold : Weight::Regular, lead.overdue ? theme.stop.fill : lead.due.empty() ? theme.ink_soft : theme.ink};
    look.smallest = Size::Small;
    if (!lead.overdue) {
        canvas.text(box, lead.due.empty() ? canvas.tr("ui.lead.no_due") : lead.due, look);
        return;
    }
    const float side = canvas.step(3);
    box = box.centered(box.w, theme.body + canvas.step(0.75F) + theme.small);
    Rect line = box.cut_top(theme.body);
    draw_icon(canvas, Icon::Clock, line.cut_left(side).centered(side, side), theme.stop.fill, 2.4F);
    line.cut_left(canvas.step(0.75F));
    canvas.text(line, lead.due, look);
    box.cut_top(canvas.step(0.75F));
    canvas.text(box, canvas.tr("ui.lead.overdue"), {Size::Small, Weight::Bold, theme.stop.fill});
}

void lead_row(Canvas& canvas, Rect row, const app::LeadRow& lead) {
    const auto& theme = canvas.theme();
    const auto touch = canvas.touch("lead:" + lead.id, row);
    const auto ground = mix(theme.raised, theme.ink, 0.08 * touch.press);
    if (touch.press > 0)
        canvas.fill(row.inset(canvas.step(-1), 1), ground, theme.radius / 2);
    if (touch.tapped)
        canvas.emit(app::intent::OpenLead{lead.id});
    const Canvas::On on(canvas, ground);
    const float arrow = canvas.step(3);
    draw_icon(canvas, Icon::Next, row.cut_right(arrow).centered(arrow, arrow), theme.ink_soft);
    row.cut_right(canvas.step(1.5F));
    const Rect due = row.cut_left(canvas.step(13));
    due_mark(canvas, due, lead);
    row.cut_left(canvas.step(1.5F));
    const float state_wide = canvas.step(16);
    const Rect state = row.cut_right(state_wide);
    Look status{Size::Body, Weight::Bold, lead.open ? theme.ink : theme.ink_soft, Align::Right};
    status.smallest = Size::Small;
    canvas.text(state, canvas.say(lead.status), status);
    row.cut_right(canvas.step(2));

    Look name{Size::Body, Weight::Bold, theme.ink}, soft{Size::Small, Weight::Regular, theme.ink_soft};
    name.smallest = Size::Small;
    auto who = lead.organisation;
    if (!lead.person.empty())
        who += (who.empty() ? "" : " · ") + lead.person;
    if (who.empty())
        who = canvas.tr("ui.staff.no_name");
    const auto what = canvas.say(lead.type) + " · " + (lead.owner.empty() ? canvas.tr("ui.lead.no_owner") : lead.owner);
    row = row.centered(row.w, theme.body + canvas.step(1) + theme.small);
    canvas.text(row.cut_top(theme.body), who, name);
    row.cut_top(canvas.step(1));
    canvas.text(row, what, soft);
}

void list(Canvas& canvas, const app::StaffView& staff, Rect area) {
    if (staff.leads.empty())
        return empty_place(canvas, area, Icon::Flag, canvas.tr("ui.lead.none"));
    card_rows(canvas, area, {.id = "leads", .count = staff.leads.size(), .high = canvas.step(10)},
              [&](Rect row, std::size_t i) { lead_row(canvas, row, staff.leads[i]); });
}

// ---- one lead ----

void fact(Canvas& canvas, Rect& area, std::string_view label, std::string_view value, bool bold = false, Color color = {}) {
    const auto& theme = canvas.theme();
    Look look{Size::Body, bold ? Weight::Bold : Weight::Regular, color.a == 255 && color != Color{} ? color : theme.ink};
    look.lines = 4;
    look.balanced = false;
    look.vertical = Look::Vertical::Top;
    const float left = area.w * 0.34F, wide = area.w - left;
    const float high = std::max(theme.body, canvas.measure(value, Size::Body, look.weight, wide, 4).y);
    Rect row = area.cut_top(high);
    Look soft{Size::Small, Weight::Regular, theme.ink_soft};
    soft.vertical = Look::Vertical::Top;
    Rect name = row.cut_left(left);
    name.cut_top((theme.body - theme.small) / 2);
    soft.lines = 2;
    canvas.text(name, label, soft);
    canvas.text(row, value, look);
    area.cut_top(canvas.step(2));
}

void facts(Canvas& canvas, Rect area, const app::LeadDetail& detail) {
    const auto& theme = canvas.theme();
    const auto& lead = detail.row;
    card(canvas, area);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = area.inset(canvas.step(3), canvas.step(3));
    auto who = lead.organisation;
    if (!lead.person.empty())
        who += (who.empty() ? "" : " · ") + lead.person;
    Look title{Size::Large, Weight::Bold, theme.ink};
    title.lines = 2;
    title.smallest = Size::Body;
    title.vertical = Look::Vertical::Top;
    const auto words = who.empty() ? canvas.tr("ui.staff.no_name") : who;
    canvas.text(inner.cut_top(canvas.measure(words, Size::Large, Weight::Bold, inner.w, 2).y), words, title);
    inner.cut_top(canvas.step(3));
    fact(canvas, inner, canvas.tr("ui.lead.kind"), canvas.say(lead.type), true);
    fact(canvas, inner, canvas.tr("ui.lead.status"), canvas.say(lead.status), true);
    fact(canvas, inner, canvas.tr("ui.lead.owner"), lead.owner.empty() ? canvas.tr("ui.lead.no_owner") : lead.owner);
    const auto due = lead.due.empty() ? canvas.tr("ui.lead.no_due") : lead.overdue ? lead.due + " · " + canvas.tr("ui.lead.overdue") : lead.due;
    fact(canvas, inner, canvas.tr("ui.lead.due"), due, lead.overdue, lead.overdue ? theme.stop.fill : theme.ink);
    fact(canvas, inner, canvas.tr("ui.lead.priority"), canvas.tr("lead.priority." + std::to_string(lead.priority)));
    fact(canvas, inner, canvas.tr("ui.lead.source"), canvas.say(detail.source));
    if (!detail.note.empty())
        fact(canvas, inner, canvas.tr("ui.lead.note"), detail.note);
}

void history(Canvas& canvas, Rect area, const app::LeadDetail& detail) {
    const auto& theme = canvas.theme();
    canvas.text(area.cut_top(theme.body), canvas.tr("ui.lead.history"), {Size::Body, Weight::Bold, theme.ink});
    area.cut_top(canvas.step(2));
    const float high = theme.body + canvas.step(1) + theme.small + canvas.step(3);
    auto fitting = static_cast<std::size_t>(std::max(1.0F, area.h / high));
    Rect pager;
    if (detail.history.size() > fitting) {
        pager = area.cut_bottom(theme.target);
        area.cut_bottom(canvas.step(2));
        fitting = static_cast<std::size_t>(std::max(1.0F, area.h / high));
    }
    const auto first = page_rows(canvas, "history", detail.history.size(), fitting, pager);
    const auto last = std::min(detail.history.size(), first + fitting);
    for (std::size_t i = first; i < last; ++i) {
        const auto& change = detail.history[i];
        Rect row = area.cut_top(high);
        // A line with a dot for each change: the newest is filled.
        const float lane = canvas.step(3);
        const Rect dots = row.cut_left(lane);
        const Vec dot{dots.x + canvas.step(1), row.y + theme.body / 2};
        if (i + 1 < last)
            canvas.line({dot.x, dot.y + canvas.step(1)}, {dot.x, row.bottom() + theme.body / 2 - canvas.step(1)}, theme.line, 2);
        i == 0 ? canvas.disc(dot, canvas.step(0.75F), theme.accent.fill) : canvas.circle(dot, canvas.step(0.75F), theme.ink_soft, 2);
        auto what = canvas.say(change.status);
        if (!change.owner.empty())
            what += " · " + change.owner;
        if (!change.due.empty())
            what += " · " + change.due;
        Look words{Size::Body, Weight::Regular, theme.ink};
        words.smallest = Size::Small;
        canvas.text(row.cut_top(theme.body), what, words);
        row.cut_top(canvas.step(1));
        canvas.text(row.cut_top(theme.small), change.when + (change.who.empty() ? "" : " · " + change.who), {Size::Small, Weight::Regular, theme.ink_soft});
    }
}

void detail(Canvas& canvas, const app::LeadDetail& lead, Rect area) {
    const auto& theme = canvas.theme();
    Rect bar = area.cut_top(theme.target);
    area.cut_top(canvas.step(3));
    auto back = plain_look(canvas);
    back.icon = Icon::Back;
    const auto back_label = canvas.tr("ui.lead.back");
    if (button(canvas, "lead:back", bar.cut_left(button_width(canvas, back_label, back)), back_label, back))
        canvas.emit(app::intent::OpenLead{});
    auto change = main_look(canvas);
    change.icon = Icon::Pencil;
    const auto label = canvas.tr("ui.lead.change");
    Rect foot = area.cut_bottom(theme.main_action);
    area.cut_bottom(canvas.step(3));
    if (button(canvas, "lead:change", canvas.portrait() ? foot : foot.cut_left(std::max(canvas.step(36), button_width(canvas, label, change))), label, change))
        canvas.emit(app::intent::ChangeLead{});
    if (canvas.portrait()) {
        facts(canvas, area.cut_top(area.h * 0.5F), lead);
        area.cut_top(canvas.step(4));
        history(canvas, area, lead);
    } else {
        facts(canvas, area.cut_left((area.w - canvas.step(4)) * 0.56F), lead);
        area.cut_left(canvas.step(4));
        history(canvas, area, lead);
    }
}

} // namespace

void draw_leads(Canvas& canvas, const app::StaffView& staff, Rect area) {
    const auto& theme = canvas.theme();
    if (staff.lead)
        return detail(canvas, *staff.lead, area);
    heading(canvas, area, canvas.tr("ui.staff.leads"));
    Rect bar = area.cut_top(theme.target);
    auto add = main_look(canvas);
    add.size = Size::Body;
    add.icon = Icon::Plus;
    const auto label = canvas.tr("ui.lead.add");
    const Rect add_place = bar.cut_right(button_width(canvas, label, add));
    bar.cut_right(theme.gap);
    const float wide = std::min(canvas.step(28), (bar.w - theme.gap) / 2);
    filter_button(canvas, bar.cut_left(wide), "lead_state", staff.lead_states);
    bar.cut_left(theme.gap);
    filter_button(canvas, bar.cut_left(wide), "lead_type", staff.lead_types);
    if (button(canvas, "lead:add", add_place, label, add))
        canvas.emit(app::intent::AddLead{});
    area.cut_top(canvas.step(3));
    const auto menu = canvas.state().menu;
    if (menu == "lead_state")
        choices(canvas, area, menu, staff.lead_states, [&](const std::string& id) { canvas.emit(app::intent::ChooseLeadState{id}); });
    else if (menu == "lead_type")
        choices(canvas, area, menu, staff.lead_types, [&](const std::string& id) { canvas.emit(app::intent::ChooseLeadType{id}); });
    else
        list(canvas, staff, area);
}

} // namespace kiosk::ui
