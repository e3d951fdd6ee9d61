// SPDX-License-Identifier: Apache-2.0
// The business area: somebody's own meetings. The next one is large, what waits for their answer comes first.
#include "ui/screens/booking_parts.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

using core::BookingStatus;

std::string when(Canvas& canvas, const app::MeetingLine& line) {
    const auto& day = canvas.say(line.day);
    return (day.empty() ? "" : day + " ") + line.time + "–" + line.until;
}

std::string with_whom(Canvas& canvas, const app::MeetingLine& line) {
    if (line.with.empty())
        return {};
    return canvas.tr("ui.meeting.with", {{"name", line.with}}) + (line.with_organisation.empty() ? "" : " · " + line.with_organisation);
}

std::string about(Canvas& canvas, const app::MeetingLine& line) {
    auto words = canvas.say(line.purpose);
    if (!line.topic.empty())
        words += (words.empty() ? "" : " · ") + line.topic;
    return words;
}

void status_tag(Canvas& canvas, Rect place, BookingStatus status, Align align) {
    const auto word = status_word(canvas, status);
    const float wide = tag_width(canvas, word, true);
    const float x = align == Align::Right ? place.right() - wide : place.x;
    tag(canvas, {x, place.center().y}, word, status_pair(canvas.theme(), status), status_icon(status));
}

float actions_height(const Canvas& canvas, const app::MeetingLine& line, bool asks_cancel) {
    const auto& theme = canvas.theme();
    if (asks_cancel)
        return canvas.step(10);
    const bool beside = line.can_move || line.can_cancel;
    return (line.can_arrive ? canvas.step(10) : 0) + (line.can_arrive && beside ? canvas.step(2) : 0) + (beside ? theme.target : 0);
}

// What may be done with the large one; the question whether it shall really be cancelled takes the buttons' place.
void actions(Canvas& canvas, Rect bar, const app::MeetingLine& line, bool asks_cancel) {
    const auto& theme = canvas.theme();
    if (asks_cancel) {
        auto yes = plain_look(canvas), no = plain_look(canvas);
        yes.pair = theme.stop;
        yes.border.reset();
        yes.icon = Icon::Close;
        const float half = (bar.w - theme.gap) / 2;
        if (button(canvas, "cancel:yes", bar.cut_left(half), canvas.tr("ui.meeting.cancel_yes"), yes))
            canvas.emit(app::intent::CancelMeeting{line.id});
        bar.cut_left(theme.gap);
        if (button(canvas, "cancel:no", bar, canvas.tr("ui.meeting.keep"), no))
            canvas.emit(app::intent::KeepMeeting{});
        return;
    }
    if (line.can_arrive) {
        auto here = main_look(canvas);
        here.pair = theme.good;
        here.icon = Icon::Check;
        if (button(canvas, "arrive", bar.cut_top(canvas.step(10)), canvas.tr("ui.meeting.here_now"), here))
            canvas.emit(app::intent::ArriveAtMeeting{line.id});
        bar.cut_top(canvas.step(2));
    }
    const auto count = static_cast<float>((line.can_move ? 1 : 0) + (line.can_cancel ? 1 : 0));
    if (count == 0)
        return;
    const float wide = (bar.w - theme.gap * (count - 1)) / count;
    auto move = plain_look(canvas), cancel = plain_look(canvas);
    move.icon = Icon::Clock;
    cancel.icon = Icon::Close;
    if (line.can_move) {
        if (button(canvas, "move", bar.cut_left(wide), canvas.tr("ui.meeting.move"), move))
            canvas.emit(app::intent::MoveMeeting{line.id});
        bar.cut_left(theme.gap);
    }
    if (line.can_cancel && button(canvas, "cancel", bar, canvas.tr("ui.meeting.cancel"), cancel))
        canvas.emit(app::intent::CancelMeeting{line.id});
}

void large_card(Canvas& canvas, Rect box, const app::MeetingLine& line, bool asks_cancel) {
    const auto& theme = canvas.theme();
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    const bool tall = canvas.portrait();
    Rect inner = box.inset(canvas.step(4), canvas.step(3.5F));
    if (const float high = actions_height(canvas, line, asks_cancel); high > 0) {
        const Rect bar = inner.cut_bottom(high);
        inner.cut_bottom(canvas.step(2.5F));
        actions(canvas, bar, line, asks_cancel);
    }
    Rect top = inner.cut_top(canvas.step(5));
    status_tag(canvas, top, line.status, Align::Left);
    inner.cut_top(canvas.step(2));
    const bool over = line.status == BookingStatus::Cancelled || line.status == BookingStatus::Refused || line.status == BookingStatus::NoShow;
    const auto table = words_look(Size::Display, Weight::Bold, over ? theme.ink_soft : theme.accent.fill, Size::Large);
    auto time = words_look(Size::Display, Weight::Bold, over ? theme.ink_soft : theme.ink, Size::Large);
    time.decides = !over;
    const float line_high = theme.display * 1.1F;
    const auto clock = when(canvas, line), place = canvas.say(line.table);
    const float table_wide = canvas.measure(place, Size::Display, Weight::Bold).x;
    const float clock_wide = canvas.measure(clock, Size::Display, Weight::Bold).x;
    if (!tall && table_wide + clock_wide + canvas.step(4) <= inner.w) {
        Rect row = inner.cut_top(line_high);
        canvas.text(row.cut_left(std::ceil(table_wide) + 1), place, table);
        row.cut_left(canvas.step(4));
        canvas.text(row, clock, time);
    } else {
        canvas.text(inner.cut_top(line_high), place, table);
        canvas.text(inner.cut_top(line_high), clock, time);
    }
    inner.cut_top(canvas.step(2));
    if (const auto who = with_whom(canvas, line); !who.empty() && inner.h >= theme.large * 1.2F) {
        canvas.text(inner.cut_top(theme.large * 1.2F), who, words_look(Size::Large, Weight::Regular, theme.ink, Size::Small));
        inner.cut_top(canvas.step(1.5F));
    }
    Look state{Size::Body, Weight::Bold, theme.ink};
    state.lines = 2;
    state.smallest = Size::Small;
    state.vertical = Look::Vertical::Top;
    const auto said = asks_cancel ? canvas.tr("ui.meeting.cancel_ask") : canvas.say(line.state);
    const auto fitted = canvas.fit(said, state, inner.w);
    if (inner.h >= fitted.height) {
        canvas.text(inner.cut_top(fitted.height), said, fitted.look);
        inner.cut_top(canvas.step(1.5F));
    }
    if (const auto what = about(canvas, line); !what.empty() && inner.h >= theme.body * 1.2F) {
        Look soft{Size::Body, Weight::Regular, theme.ink_soft};
        soft.lines = inner.h >= theme.body * 2.6F ? 2 : 1;
        soft.smallest = Size::Small;
        soft.vertical = Look::Vertical::Top;
        canvas.text(inner, what, soft);
    }
}

float request_height(const Canvas& canvas) {
    const auto& theme = canvas.theme();
    return canvas.step(5) + theme.large * 1.2F + canvas.step(1) + theme.body * 1.2F + canvas.step(0.5F) + theme.small * 1.2F + canvas.step(2) + theme.target;
}

void request_card(Canvas& canvas, Rect box, const app::MeetingLine& line) {
    const auto& theme = canvas.theme();
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    canvas.fill({box.x, box.y + theme.radius, canvas.step(0.75F), box.h - 2 * theme.radius}, theme.wait.fill);
    Rect inner = box.inset(canvas.step(3), canvas.step(2.5F));
    Rect bar = inner.cut_bottom(theme.target);
    auto name = words_look(Size::Large, Weight::Bold, theme.ink, Size::Small);
    name.decides = true;
    auto who = line.with + (line.with_organisation.empty() ? "" : " · " + line.with_organisation);
    if (const auto session = canvas.say(line.session); !session.empty())
        who = session;
    canvas.text(inner.cut_top(theme.large * 1.2F), who, name);
    inner.cut_top(canvas.step(1));
    const auto place = canvas.say(line.table);
    canvas.text(inner.cut_top(theme.body * 1.2F), when(canvas, line) + (place.empty() ? "" : " · " + place), words_look(Size::Body, Weight::Bold, theme.ink, Size::Small));
    inner.cut_top(canvas.step(0.5F));
    Look soft{Size::Small, Weight::Regular, theme.ink_soft};
    const auto what = about(canvas, line);
    canvas.text(inner.cut_top(theme.small * 1.2F), what.empty() ? canvas.say(line.state) : what, soft);
    auto yes = main_look(canvas), no = plain_look(canvas);
    yes.pair = theme.good;
    yes.size = Size::Body;
    yes.icon = Icon::Check;
    no.icon = Icon::Close;
    const float half = (bar.w - theme.gap) / 2;
    const bool invited = !canvas.say(line.session).empty();
    if (button(canvas, "accept:" + line.id, bar.cut_left(half), canvas.tr(invited ? "ui.session.come" : "ui.meeting.accept"), yes))
        canvas.emit(app::intent::AnswerMeeting{line.id, true});
    bar.cut_left(theme.gap);
    if (button(canvas, "decline:" + line.id, bar, canvas.tr(invited ? "ui.session.not_come" : "ui.meeting.decline"), no))
        canvas.emit(app::intent::AnswerMeeting{line.id, false});
}

void small_row(Canvas& canvas, Rect box, const app::MeetingLine& line) {
    const auto& theme = canvas.theme();
    const auto touch = canvas.touch("meeting:" + line.id, box);
    const auto ground = mix(theme.raised, theme.ink, 0.08 * touch.press);
    canvas.fill(box, ground, theme.radius);
    canvas.outline(box, theme.line, 2, theme.radius);
    const Canvas::On on(canvas, ground);
    Rect inner = box.inset(canvas.step(2.5F), 0);
    const auto word = status_word(canvas, line.status);
    status_tag(canvas, inner.cut_right(tag_width(canvas, word, true)), line.status, Align::Right);
    inner.cut_right(canvas.step(2));
    inner = inner.centered(inner.w, theme.body * 1.2F + canvas.step(0.5F) + theme.small * 1.2F);
    canvas.text(inner.cut_top(theme.body * 1.2F), when(canvas, line), words_look(Size::Body, Weight::Bold, theme.ink, Size::Small));
    inner.cut_top(canvas.step(0.5F));
    canvas.text(inner, canvas.say(line.table) + (line.with.empty() ? "" : " · " + line.with), {Size::Small, Weight::Regular, theme.ink_soft});
    if (touch.tapped)
        canvas.state().menu = line.id; // it takes the large one's place
}

// Requests, then the other meetings; more than fit are a touch away.
void side_list(Canvas& canvas, Rect area, const app::MeetingHomePage& home, const std::vector<const app::MeetingLine*>& others) {
    const auto& theme = canvas.theme();
    const float request = request_height(canvas), row = canvas.step(10);
    const std::size_t count = home.requests.size() + others.size();
    const auto high = [&](std::size_t i) { return i < home.requests.size() ? request : row; };
    auto& first = canvas.state().first_row["home"];
    if (first >= count)
        first = 0;
    const auto ends = [&](std::size_t from, float room) {
        std::size_t at = from;
        for (float used = 0; at < count && (at == from || used + high(at) <= room); ++at)
            used += high(at) + theme.gap;
        return at;
    };
    if (!home.requests.empty() && first == 0) {
        const bool all_people = std::ranges::none_of(home.requests, [&](const auto& line) { return !canvas.say(line.session).empty(); });
        canvas.text(area.cut_top(theme.body * 1.2F), canvas.tr(all_people ? "ui.meeting.asked" : "ui.session.asked"), words_look(Size::Body, Weight::Bold, theme.ink, Size::Small));
        area.cut_top(canvas.step(1.5F));
    }
    float room = area.h;
    if (first > 0 || ends(0, room) < count) {
        room -= theme.target + theme.gap;
        Rect bar = area.cut_bottom(theme.target).centered(2 * theme.target + canvas.step(4), theme.target);
        auto up = plain_look(canvas), down = plain_look(canvas);
        const auto last = ends(first, room);
        up.enabled = first > 0;
        down.enabled = last < count;
        const bool back = icon_button(canvas, "home:up", bar.cut_left(theme.target), Icon::Up, up);
        const bool forth = icon_button(canvas, "home:down", bar.cut_right(theme.target), Icon::Down, down);
        const auto shown = first;
        if (back)
            --first;
        if (forth)
            first = last;
        if (shown != first)
            canvas.keep_animating();
    }
    const auto last = ends(first, room);
    for (std::size_t i = first; i < last; ++i) {
        const Rect place = area.cut_top(high(i));
        area.cut_top(theme.gap);
        if (i < home.requests.size())
            request_card(canvas, place, home.requests[i]);
        else
            small_row(canvas, place, *others[i - home.requests.size()]);
    }
}

} // namespace

void draw_meeting_home(Scene scene, const app::MeetingHomePage& home) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const bool tall = canvas.portrait();
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    head.title = canvas.tr("ui.meeting.hello", {{"name", home.name}});
    header(canvas, scene.view, scene.area, head);
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(4));
    Rect foot = area.cut_bottom(theme.main_action);
    area.cut_bottom(canvas.step(3));
    if (scene.view.resets_in_s) {
        if (tall) {
            countdown(canvas, area.cut_bottom(theme.target), *scene.view.resets_in_s, theme.ink, theme.ink_soft);
            area.cut_bottom(canvas.step(2));
        } else {
            const float wide = std::ceil(canvas.measure(canvas.tr("ui.returns"), Size::Body).x) + theme.target + canvas.step(3);
            countdown(canvas, foot.cut_right(wide), *scene.view.resets_in_s, theme.ink, theme.ink_soft);
            foot.cut_right(canvas.step(4));
        }
    }

    // Which one is large: the one that was touched, else the next.
    const app::MeetingLine* large = home.meetings.empty() ? nullptr : &home.meetings.front();
    for (const auto& line : home.meetings)
        if (line.id == canvas.state().menu || line.id == home.asks_cancel)
            large = &line;
    std::vector<const app::MeetingLine*> others;
    for (const auto& line : home.meetings)
        if (&line != large)
            others.push_back(&line);
    const bool side = !home.requests.empty() || !others.empty();
    if (large == nullptr && !side) {
        const float icon = canvas.step(12);
        const auto said = canvas.say(home.nothing);
        auto words = words_look(Size::Title, Weight::Regular, theme.ink, Size::Body, Align::Center);
        words.lines = 2;
        const auto fitted = canvas.fit(said.empty() ? canvas.tr("ui.meeting.none") : said, words, area.w);
        Rect block = area.centered(area.w, icon + canvas.step(4) + std::max(fitted.height, theme.title * 1.3F));
        draw_icon(canvas, said.empty() ? Icon::Table : Icon::Check, block.cut_top(icon).centered(icon, icon), theme.ink_soft, 1.6F);
        block.cut_top(canvas.step(4));
        canvas.text(block, said.empty() ? canvas.tr("ui.meeting.none") : said, fitted.look);
    } else if (large == nullptr || !side) {
        const float high = std::min(area.h, canvas.step(tall ? 62 : 56));
        if (large != nullptr)
            large_card(canvas, tall ? area.cut_top(high) : area.centered(std::min(area.w, canvas.step(110)), high), *large, home.asks_cancel == large->id);
        else
            side_list(canvas, tall ? area : area.centered(std::min(area.w, canvas.step(90)), area.h), home, others);
    } else if (tall) {
        large_card(canvas, area.cut_top(canvas.step(66)), *large, home.asks_cancel == large->id);
        area.cut_top(canvas.step(3));
        side_list(canvas, area, home, others);
    } else {
        large_card(canvas, area.cut_left((area.w - canvas.step(4)) * 0.56F), *large, home.asks_cancel == large->id);
        area.cut_left(canvas.step(4));
        side_list(canvas, area, home, others);
    }

    if (home.can_meet) {
        auto meet = main_look(canvas);
        meet.icon = Icon::People;
        if (button(canvas, "meet", foot, canvas.tr("ui.meeting.meet"), meet))
            canvas.emit(app::intent::Meet{});
    } else {
        Look words{Size::Body, Weight::Regular, theme.ink, tall ? Align::Center : Align::Left};
        words.lines = 2;
        words.smallest = Size::Small;
        canvas.text(foot, canvas.say(home.why_not), words);
    }
}

} // namespace kiosk::ui
