// SPDX-License-Identifier: Apache-2.0
// The tab of sessions behind closed doors: the list, and one of them with its people and what was written down.
#include "ui/screens/reading.hpp"
#include "ui/screens/staff_parts.hpp"
#include "ui/screens/staff_session_parts.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

using core::SessionAct;
using core::SessionState;
using app::SessionPart;

Pair state_pair(const Theme& theme, const app::SessionRow& row) {
    if (row.cancelled)
        return theme.stop;
    switch (row.state) {
    case SessionState::Submitted: return theme.wait;
    case SessionState::Approved: return theme.good;
    case SessionState::Rejected: return theme.stop;
    case SessionState::Draft:
    case SessionState::Locked: break;
    }
    return {theme.ink_soft, theme.paper};
}

Icon state_icon(const app::SessionRow& row) {
    if (row.cancelled)
        return Icon::Close;
    switch (row.state) {
    case SessionState::Submitted: return Icon::Hourglass;
    case SessionState::Approved: return Icon::Check;
    case SessionState::Rejected: return Icon::Undo;
    case SessionState::Locked: return Icon::Lock;
    case SessionState::Draft: break;
    }
    return Icon::Pencil;
}

std::string span_of(Canvas& canvas, const app::SessionRow& row) {
    const auto time = row.time + (row.until.empty() ? "" : "–" + row.until);
    return joined({canvas.say(row.day), time});
}

std::string numbers_of(Canvas& canvas, const app::SessionRow& row) {
    std::vector<std::string> words{canvas.tr("ui.session.inside", {{"count", std::to_string(row.inside)}})};
    if (row.minimum)
        words.push_back(canvas.tr("ui.session.minimum", {{"count", std::to_string(*row.minimum)}}));
    if (row.maximum)
        words.push_back(canvas.tr("ui.session.maximum", {{"count", std::to_string(*row.maximum)}}));
    return joined(words);
}

float tag_room(Canvas& canvas, const app::SessionRow& row) { return tag_width(canvas, canvas.say(row.state_text), true); }

// ---- the list ----

void session_row(Canvas& canvas, Rect row, const app::SessionRow& session) {
    const auto& theme = canvas.theme();
    const auto touch = canvas.touch("session:" + session.id, row);
    const auto ground = mix(theme.raised, theme.ink, 0.08 * touch.press);
    if (touch.press > 0)
        canvas.fill(row.inset(canvas.step(-1), 1), ground, theme.radius / 2);
    if (touch.tapped)
        canvas.emit(app::intent::OpenSession{session.id});
    const Canvas::On on(canvas, ground);
    const float arrow = canvas.step(3);
    draw_icon(canvas, Icon::Next, row.cut_right(arrow).centered(arrow, arrow), theme.ink_soft);
    row.cut_right(canvas.step(1.5F));

    const float block = theme.body + 2 * (canvas.step(1) + theme.small);
    Rect right = row.cut_right(canvas.step(24));
    row.cut_right(canvas.step(2));
    right = right.centered(right.w, theme.small + canvas.step(5.5F));
    const Rect top = right.cut_top(canvas.step(4));
    tag(canvas, {top.right() - tag_room(canvas, session), top.center().y}, canvas.say(session.state_text), state_pair(theme, session), state_icon(session));
    right.cut_top(canvas.step(1.5F));
    if (!session.cancelled) { // nobody is awaited any more
        const auto light = canvas.say(session.light);
        const float wide = std::ceil(canvas.measure(light, Size::Small, Weight::Bold).x) + canvas.step(3) + 1;
        right.cut_left(right.w - std::min(wide, right.w));
        quorum_light(canvas, right, session.quorum, light, Size::Small);
    }

    Look name{Size::Body, Weight::Bold, theme.ink}, soft{Size::Small, Weight::Regular, theme.ink_soft};
    name.smallest = Size::Small;
    row = row.centered(row.w, block);
    canvas.text(row.cut_top(theme.body), canvas.say(session.title), name);
    row.cut_top(canvas.step(1));
    canvas.text(row.cut_top(theme.small), joined({span_of(canvas, session), canvas.say(session.room)}), soft);
    row.cut_top(canvas.step(1));
    auto last = canvas.say(session.private_title);
    if (session.warnings > 0)
        last = joined({last, canvas.tr("ui.session.warnings", {{"count", std::to_string(session.warnings)}})});
    canvas.text(row, last.empty() ? numbers_of(canvas, session) : last, soft);
}

void list(Canvas& canvas, const app::SessionsView& view, Rect area) {
    const auto& theme = canvas.theme();
    if (view.can_create) { // beside the heading
        auto add = main_look(canvas);
        add.size = Size::Body;
        add.icon = Icon::Plus;
        const auto label = canvas.tr("ui.session.new");
        const float wide = button_width(canvas, label, add);
        Rect bar = area.cut_top(theme.target);
        if (button(canvas, "session:new", bar.cut_right(wide), label, add))
            canvas.emit(app::intent::NewSession{});
        canvas.text(bar, canvas.tr("ui.staff.sessions"), {Size::Large, Weight::Bold, theme.ink});
        area.cut_top(canvas.step(2));
    } else {
        heading(canvas, area, canvas.tr("ui.staff.sessions"));
    }
    if (view.rows.empty())
        return empty_place(canvas, area, Icon::Lock, canvas.tr("ui.session.none"));
    card_rows(canvas, area, {.id = "sessions", .count = view.rows.size(), .high = canvas.step(13)},
              [&](Rect row, std::size_t i) { session_row(canvas, row, view.rows[i]); });
}

// ---- one session ----

void fact(Canvas& canvas, Rect& area, std::string_view label, std::string_view value, Color color) {
    const auto& theme = canvas.theme();
    Look look{Size::Body, Weight::Regular, color};
    look.lines = 3;
    look.balanced = false;
    look.vertical = Look::Vertical::Top;
    const float left = area.w * 0.3F, wide = area.w - left;
    Rect row = area.cut_top(std::max(theme.body, canvas.measure(value, Size::Body, Weight::Regular, wide, 3).y));
    Rect name = row.cut_left(left);
    name.cut_top((theme.body - theme.small) / 2);
    Look soft{Size::Small, Weight::Regular, theme.ink_soft};
    soft.vertical = Look::Vertical::Top;
    canvas.text(name, label, soft);
    canvas.text(row, value, look);
    area.cut_top(canvas.step(1.5F));
}

void facts(Canvas& canvas, Rect area, const app::SessionDetail& detail) {
    const auto& theme = canvas.theme();
    card(canvas, area);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = area.inset(canvas.step(2.5F), canvas.step(2.5F));
    if (!detail.rejected_because.empty())
        fact(canvas, inner, canvas.tr("ui.session.rejected_because"), detail.rejected_because, theme.stop.fill);
    if (!detail.cancelled_because.empty())
        fact(canvas, inner, canvas.tr("ui.session.cancelled_because"), detail.cancelled_because, theme.stop.fill);
    if (const auto host = joined({detail.host, detail.host_organisation}); !host.empty())
        fact(canvas, inner, canvas.tr("ui.session.host"), host, theme.ink);
    if (!detail.note_taker.empty())
        fact(canvas, inner, canvas.tr("ui.session.note_taker"), detail.note_taker, theme.ink);
    fact(canvas, inner, canvas.tr("ui.session.level"), canvas.say(detail.level), theme.ink);
    auto nda = canvas.tr(detail.nda ? "ui.session.nda_yes" : "ui.session.nda_none");
    if (detail.nda && !detail.nda_version.empty())
        nda = joined({nda, canvas.tr("ui.session.nda_version", {{"version", detail.nda_version}})});
    fact(canvas, inner, canvas.tr("ui.session.nda"), nda, theme.ink);
    std::int64_t seats = 0;
    for (const auto& quota : detail.quotas)
        seats += quota.seats;
    if (seats > 0 && inner.h >= theme.body)
        fact(canvas, inner, canvas.tr("ui.session.quotas"),
             canvas.tr("ui.session.quotas_all", {{"organisations", std::to_string(detail.quotas.size())}, {"seats", std::to_string(seats)}}), theme.ink);
}

void warnings(Canvas& canvas, Rect area, const std::vector<core::Message>& all) {
    const auto& theme = canvas.theme();
    if (all.empty())
        return;
    canvas.text(area.cut_top(theme.body), canvas.tr("ui.session.warnings_title"), {Size::Body, Weight::Bold, theme.ink});
    area.cut_top(canvas.step(2));
    const float side = canvas.step(3), gap = canvas.step(1.5F);
    Look look{Size::Small, Weight::Regular, theme.ink};
    look.lines = 4;
    look.balanced = false;
    look.vertical = Look::Vertical::Top;
    std::vector<float> heights;
    for (const auto& warning : all)
        heights.push_back(std::max(side, canvas.measure(canvas.say(warning), Size::Small, Weight::Regular, area.w - side - gap, 4).y) + gap);
    // As many as there is room for; the rest is a touch away.
    const auto fitting_in = [&](float room) {
        std::size_t count = 0;
        float tallest = *std::ranges::max_element(heights);
        count = static_cast<std::size_t>(std::max(1.0F, room / tallest));
        float total = 0;
        for (const float high : heights)
            total += high;
        return total <= room ? heights.size() : count;
    };
    auto fitting = fitting_in(area.h);
    Rect pager;
    if (fitting < all.size()) {
        pager = area.cut_bottom(theme.target);
        area.cut_bottom(canvas.step(2));
        fitting = std::min(fitting_in(area.h), all.size() - 1);
    }
    const auto first = page_rows(canvas, "session_warnings", all.size(), fitting, pager);
    for (std::size_t i = first; i < std::min(all.size(), first + fitting); ++i) {
        Rect row = area.cut_top(heights[i]);
        Rect mark = row.cut_left(side);
        draw_icon(canvas, Icon::Bell, mark.cut_top(side), theme.wait.fill);
        row.cut_left(gap);
        canvas.text(row, canvas.say(all[i]), look);
    }
}

void words_part(Canvas& canvas, Rect area, const app::SessionDetail& detail) {
    if (detail.minutes.empty() && detail.points.empty())
        return empty_place(canvas, area, Icon::Form, canvas.tr("ui.session.nothing_written"));
    const auto& theme = canvas.theme();
    card(canvas, area);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = area.inset(canvas.step(2.5F), canvas.step(2));
    std::string text;
    for (const auto& point : detail.points)
        text += "· " + point + "\n";
    if (!detail.points.empty() && !detail.minutes.empty()) {
        // Both beside each other, or one above the other; neither hides the other.
        Rect left = canvas.portrait() ? inner.cut_top((inner.h - canvas.step(3)) / 2) : inner.cut_left((inner.w - canvas.step(4)) / 2);
        canvas.portrait() ? inner.cut_top(canvas.step(3)) : inner.cut_left(canvas.step(4));
        canvas.text(left.cut_top(theme.body), canvas.tr("ui.session.points_title"), {Size::Body, Weight::Bold, theme.ink});
        left.cut_top(canvas.step(1.5F));
        reading(canvas, "session_points", left, text);
    } else if (!detail.points.empty()) {
        canvas.text(inner.cut_top(theme.body), canvas.tr("ui.session.points_title"), {Size::Body, Weight::Bold, theme.ink});
        inner.cut_top(canvas.step(1.5F));
        return reading(canvas, "session_points", inner, text);
    }
    auto title = canvas.tr("ui.session.minutes_title");
    if (!detail.minutes_by.empty())
        title = joined({title, canvas.tr("ui.session.minutes_by", {{"name", detail.minutes_by}})});
    canvas.text(inner.cut_top(theme.body), title, {Size::Body, Weight::Bold, theme.ink});
    inner.cut_top(canvas.step(1.5F));
    reading(canvas, "session_minutes", inner, detail.minutes);
}

// ---- what can be done ----

struct Act {
    SessionAct act;
    std::string_view key;
    Icon icon;
    bool main;
    bool sure = false; // waits for the second touch
};

// Beside each other; in portrait more than three stand in two rows.
std::size_t action_rows(const Canvas& canvas, std::size_t count) { return canvas.portrait() && count > 3 ? 2 : 1; }

float actions_height(const Canvas& canvas, std::size_t count) {
    const auto rows = static_cast<float>(action_rows(canvas, count));
    return rows * (canvas.theme().target + canvas.step(1)) + (rows - 1) * canvas.theme().gap;
}

void actions(Canvas& canvas, Rect bar, const std::vector<Act>& acts) {
    const float gap = canvas.theme().gap, high = canvas.theme().target + canvas.step(1);
    const auto rows = action_rows(canvas, acts.size()), across = (acts.size() + rows - 1) / rows;
    for (std::size_t i = 0; i < acts.size(); ++i) {
        const auto& each = acts[i];
        auto look = each.main ? main_look(canvas) : plain_look(canvas);
        look.size = Size::Body;
        look.icon = each.icon;
        if (each.sure) {
            look.pair = canvas.theme().stop;
            look.border.reset();
        }
        const auto label = canvas.tr(each.key);
        Rect place;
        if (canvas.portrait()) {
            const float wide = (bar.w - gap * static_cast<float>(across - 1)) / static_cast<float>(across);
            place = {bar.x + (wide + gap) * static_cast<float>(i % across), bar.y + (high + gap) * static_cast<float>(i / across), wide, high};
        } else {
            place = bar.cut_left(std::max(canvas.step(20), button_width(canvas, label, look)));
            bar.cut_left(gap);
        }
        if (button(canvas, "session_act:" + std::to_string(static_cast<int>(each.act)), place, label, look))
            canvas.emit(app::intent::ActOnSession{each.act});
    }
}

void invite_question(Canvas& canvas, Rect box, const app::InviteQuestion& who) {
    const auto& theme = canvas.theme();
    card(canvas, box);
    canvas.outline(box, theme.accent.fill, 3, theme.radius);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = box.inset(canvas.step(2.5F), canvas.step(1.5F));
    auto yes = main_look(canvas), no = plain_look(canvas);
    yes.size = Size::Body;
    yes.icon = Icon::PersonPlus;
    const auto yes_words = canvas.tr("ui.session.invite"), no_words = canvas.tr("ui.session.invite_not");
    const Rect yes_place = inner.cut_right(button_width(canvas, yes_words, yes));
    inner.cut_right(theme.gap);
    const Rect no_place = inner.cut_right(button_width(canvas, no_words, no));
    inner.cut_right(canvas.step(2));
    Look words{Size::Body, Weight::Bold, theme.ink};
    words.lines = 2;
    words.smallest = Size::Small;
    words.decides = true;
    canvas.text(inner, canvas.tr("ui.session.invite_question", {{"name", joined({who.name, who.organisation})}}), words);
    if (button(canvas, "invite:no", no_place, no_words, no))
        canvas.emit(app::intent::InviteScanned{false});
    if (button(canvas, "invite:yes", yes_place, yes_words, yes))
        canvas.emit(app::intent::InviteScanned{true});
}

void detail_of(Canvas& canvas, const app::SessionDetail& detail, Rect area) {
    const auto& theme = canvas.theme();
    const auto& session = detail.row;
    Rect bar = area.cut_top(theme.target);
    area.cut_top(canvas.step(1.5F));
    auto back = plain_look(canvas);
    back.icon = Icon::Back;
    const auto back_label = canvas.tr("ui.session.back");
    if (button(canvas, "session:back", bar.cut_left(button_width(canvas, back_label, back)), back_label, back))
        canvas.emit(app::intent::OpenSession{});
    const float wide = tag_room(canvas, session);
    tag(canvas, {bar.right() - wide, bar.center().y}, canvas.say(session.state_text), state_pair(theme, session), state_icon(session));
    bar.cut_right(wide + canvas.step(2));
    const auto light = canvas.say(session.light);
    if (!session.cancelled) // nobody is awaited any more
        quorum_light(canvas, bar.cut_right(std::min(bar.w, std::ceil(canvas.measure(light, Size::Body, Weight::Bold).x) + canvas.step(3.5F))), session.quorum, light, Size::Body);

    const auto private_title = canvas.say(session.private_title);
    Look title{Size::Large, Weight::Bold, theme.ink};
    title.smallest = Size::Body;
    canvas.text(area.cut_top(theme.large), private_title.empty() ? canvas.say(session.title) : private_title, title);
    area.cut_top(canvas.step(1));
    Look soft{Size::Small, Weight::Regular, theme.ink_soft};
    const auto where = joined({private_title.empty() ? std::string() : canvas.say(session.title), span_of(canvas, session), canvas.say(session.room), numbers_of(canvas, session)});
    soft.lines = 2;
    soft.vertical = Look::Vertical::Top;
    canvas.text(area.cut_top(canvas.measure(where, Size::Small, Weight::Regular, area.w, 2).y), where, soft);
    area.cut_top(canvas.step(2));
    if (!detail.may_see)
        return empty_place(canvas, area, Icon::Lock, canvas.tr("ui.session.private"));
    if (detail.invite) {
        invite_question(canvas, area.cut_top(theme.target + canvas.step(3)), *detail.invite);
        area.cut_top(canvas.step(2));
    }

    const auto part = detail.part;
    Rect tabs = area.cut_top(theme.target);
    area.cut_top(canvas.step(2));
    const float each = std::min(canvas.step(26), (tabs.w - 3 * theme.gap) / 4);
    constexpr std::pair<SessionPart, const char*> parts[] = {
        {SessionPart::About, "ui.session.tab_about"}, {SessionPart::People, "ui.session.tab_people"}, {SessionPart::Seats, "ui.session.tab_seats"}, {SessionPart::Words, "ui.session.tab_words"}};
    for (const auto& [which, key] : parts) {
        auto look = plain_look(canvas);
        if (part == which) {
            look.pair = theme.accent;
            look.border.reset();
        }
        auto label = canvas.tr(key);
        if (which == SessionPart::People)
            label += " " + std::to_string(detail.people.size());
        if (button(canvas, "session_part:" + std::to_string(static_cast<int>(which)), tabs.cut_left(each), label, look))
            canvas.emit(app::intent::ShowSessionPart{which});
        tabs.cut_left(theme.gap);
    }

    std::vector<Act> acts;
    if (part == SessionPart::Words && detail.can_write) {
        acts.push_back({SessionAct::Minutes, "ui.session.minutes", Icon::Pencil, true});
        acts.push_back({SessionAct::Point, "ui.session.point", Icon::Plus, false});
    } else if (part == SessionPart::About) {
        if (detail.can_submit)
            acts.push_back({SessionAct::Submit, "ui.session.submit", Icon::Up, true});
        if (detail.can_approve)
            acts.push_back({SessionAct::Approve, "ui.session.approve", Icon::Check, true});
        if (detail.can_reject)
            acts.push_back({SessionAct::Reject, "ui.session.reject", Icon::Undo, false});
        if (detail.can_change)
            acts.push_back({SessionAct::Change, detail.asks_change ? "ui.session.change_sure" : "ui.session.change", Icon::Pencil, false, detail.asks_change});
        if (detail.can_lock)
            acts.push_back({SessionAct::Lock, detail.asks_lock ? "ui.session.lock_sure" : "ui.session.lock", Icon::Lock, false, detail.asks_lock});
        if (detail.can_cancel)
            acts.push_back({SessionAct::Cancel, detail.asks_cancel ? "ui.session.cancel_sure" : "ui.session.cancel", Icon::Close, false, detail.asks_cancel});
    }
    if (!acts.empty()) {
        actions(canvas, area.cut_bottom(actions_height(canvas, acts.size())), acts);
        area.cut_bottom(canvas.step(2));
    }
    if (part == SessionPart::People)
        return session_people(canvas, area, detail);
    if (part == SessionPart::Seats)
        return session_seats(canvas, area, detail);
    if (part == SessionPart::Words)
        return words_part(canvas, area, detail);
    if (detail.warnings.empty())
        return facts(canvas, area, detail);
    if (canvas.portrait()) {
        facts(canvas, area.cut_top(area.h * 0.48F), detail);
        area.cut_top(canvas.step(4));
    } else {
        facts(canvas, area.cut_left((area.w - canvas.step(4)) * 0.54F), detail);
        area.cut_left(canvas.step(4));
    }
    warnings(canvas, area, detail.warnings);
}

} // namespace

// A dot in the light's colour, and its word.
void quorum_light(Canvas& canvas, Rect box, core::Quorum quorum, std::string_view words, Size size) {
    const auto& theme = canvas.theme();
    const auto pair = quorum == core::Quorum::Full ? theme.stop : quorum == core::Quorum::Enough ? theme.good : theme.wait;
    const float dot = size == Size::Small ? canvas.step(0.9F) : size == Size::Body ? canvas.step(1.1F) : canvas.step(1.6F);
    const Rect mark = box.cut_left(dot * 2);
    canvas.disc(mark.center(), dot, pair.fill);
    box.cut_left(canvas.step(1));
    Look look{size, Weight::Bold, pair.fill};
    look.smallest = Size::Small;
    canvas.text(box, words, look);
}

void draw_sessions(Canvas& canvas, const app::StaffView& staff, Rect area) {
    if (!staff.closed)
        return empty_place(canvas, area, Icon::Lock, canvas.tr("ui.session.none"));
    if (staff.closed->open)
        return detail_of(canvas, *staff.closed->open, area);
    list(canvas, *staff.closed, area);
}

} // namespace kiosk::ui
