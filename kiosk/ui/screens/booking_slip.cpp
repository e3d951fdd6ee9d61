// SPDX-License-Identifier: Apache-2.0
// The business area: what came of it. Green is confirmed and saved, amber is not settled yet and says so, red is refused.
#include "ui/screens/booking_parts.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

using State = app::MeetingSlipPage::State;

Pair slip_pair(const Theme& theme, State state) {
    switch (state) {
    case State::Confirmed:
    case State::Arrived:
    case State::Started: return theme.good;
    case State::Requested:
    case State::Pending: return theme.wait;
    case State::Refused: return theme.stop;
    case State::Asking:
    case State::Declined:
    case State::Cancelled: break;
    }
    return {theme.paper, theme.ink};
}

namespace {

Icon slip_icon(State state) {
    switch (state) {
    case State::Confirmed:
    case State::Arrived: return Icon::Check;
    case State::Started: return Icon::People;
    case State::Asking:
    case State::Requested:
    case State::Pending: return Icon::Hourglass;
    case State::Refused: return Icon::Stop;
    case State::Declined:
    case State::Cancelled: break;
    }
    return Icon::Close;
}

// A full disc is settled, a ring is not: told apart without colour.
void emblem(Canvas& canvas, Rect box, State state, Pair pair) {
    const auto center = box.center();
    const float radius = std::min(box.w, box.h) / 2;
    const bool full = state == State::Confirmed || state == State::Arrived || state == State::Started || state == State::Refused;
    if (full)
        canvas.disc(center, radius, pair.on);
    else
        canvas.circle(center, radius - radius * 0.05F, pair.on, radius * 0.1F);
    draw_icon(canvas, slip_icon(state), box.inset(radius * (full ? 0.5F : 0.56F)), full ? pair.fill : pair.on, 2.6F);
}

struct Part {
    std::string words;
    Look look;
    float before = 0;
    float high = 0;
};

void instead_tile(Canvas& canvas, Rect box, const app::SlotTile& tile, std::size_t index, Pair pair) {
    const auto touch = canvas.touch("instead:" + std::to_string(index), box);
    const auto ground = mix(pair.on, pair.fill, 0.14 * touch.press);
    canvas.fill(box, ground, canvas.theme().radius);
    const Canvas::On on(canvas, ground);
    Rect inner = box.inset(canvas.step(1.5F), 0).centered(box.w - canvas.step(3), canvas.theme().large * 1.2F + canvas.step(0.5F) + canvas.theme().body * 1.2F);
    auto time = words_look(Size::Large, Weight::Bold, pair.fill, Size::Small, Align::Center);
    time.decides = true;
    canvas.text(inner.cut_top(canvas.theme().large * 1.2F), tile.time, time);
    inner.cut_top(canvas.step(0.5F));
    canvas.text(inner, canvas.say(tile.table), words_look(Size::Body, Weight::Regular, pair.fill, Size::Small, Align::Center));
    if (touch.tapped)
        canvas.emit(app::intent::PickSlot{index});
}

} // namespace

void draw_slip(Scene scene, const app::MeetingSlipPage& slip) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const auto pair = ground_of(theme, scene.view);
    const bool tall = canvas.portrait();
    HeaderLook head;
    head.pair = pair;
    head.back = false;
    const Rect left = header(canvas, scene.view, scene.area, head);
    canvas.text(left, canvas.tr("ui.meeting.area"), words_look(Size::Body, Weight::Regular, pair.on, Size::Small));

    // The foot: on to the own meetings, paper, or the next person.
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(tall ? 5 : 4));
    if (slip.state != State::Asking) {
        const bool colored = pair.fill != theme.paper;
        auto main = colored ? bright_look(pair) : main_look(canvas);
        auto beside = colored ? ghost_look(pair) : plain_look(canvas);
        beside.size = Size::Large;
        struct Action {
            std::string id, label;
            std::optional<Icon> icon;
            app::Intent intent;
            bool first;
        };
        std::vector<Action> list;
        list.push_back({"slip:done", canvas.tr("ui.result.done"), std::nullopt, app::intent::Confirm{}, true});
        if (slip.can_print)
            list.push_back({"slip:print", canvas.tr("ui.meeting.print"), Icon::Printer, app::intent::PrintSlip{}, false});
        list.push_back({"slip:mine", canvas.tr("ui.meeting.mine"), Icon::List, app::intent::Back{}, false});
        const auto count = static_cast<float>(list.size());
        Rect bar;
        if (tall) {
            if (scene.view.resets_in_s)
                countdown(canvas, area.cut_bottom(theme.target), *scene.view.resets_in_s, pair.on, pair.on);
            area.cut_bottom(canvas.step(2));
            bar = area.cut_bottom(count * theme.main_action + (count - 1) * theme.gap);
        } else {
            bar = area.cut_bottom(theme.main_action);
            if (scene.view.resets_in_s) {
                const float wide = std::ceil(canvas.measure(canvas.tr("ui.returns"), Size::Body).x) + theme.target + canvas.step(3);
                countdown(canvas, bar.cut_right(wide), *scene.view.resets_in_s, pair.on, pair.on);
            }
        }
        for (auto& action : list) {
            auto look = action.first && slip.instead.empty() ? main : beside; // one main thing a screen
            look.icon = action.icon;
            const float wide = std::max(button_width(canvas, action.label, look), canvas.step(26));
            const Rect box = tall ? bar.cut_top(theme.main_action) : bar.cut_left(wide);
            if (button(canvas, action.id, box, action.label, look))
                canvas.emit_any(action.intent);
            tall ? bar.cut_top(theme.gap) : bar.cut_left(theme.gap);
        }
        area.cut_bottom(canvas.step(3));
    }

    // What could be had instead, as large as fingers like it.
    if (!slip.instead.empty()) {
        area.cut_bottom(canvas.step(1));
        const float high = canvas.step(13);
        Rect row = area.cut_bottom(high);
        area.cut_bottom(canvas.step(2));
        canvas.text(area.cut_bottom(theme.body * 1.3F), canvas.tr("ui.meeting.instead"), words_look(Size::Body, Weight::Bold, pair.on, Size::Small, tall ? Align::Center : Align::Left));
        area.cut_bottom(canvas.step(2));
        const auto count = static_cast<float>(slip.instead.size());
        const float wide = std::min((row.w - theme.gap * (count - 1)) / count, canvas.step(36));
        if (tall)
            row = row.centered(wide * count + theme.gap * (count - 1), high);
        for (std::size_t i = 0; i < slip.instead.size(); ++i) {
            instead_tile(canvas, row.cut_left(wide), slip.instead[i], i, pair);
            row.cut_left(theme.gap);
        }
    }

    // The words in the order in which they matter: what it is, where and when, with whom, what to know.
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
        parts.push_back({std::move(words), look, parts.empty() ? 0 : canvas.step(before), 0});
    };
    const auto& meeting = slip.meeting;
    const bool has_place = !meeting.id.empty() && slip.state != State::Asking && slip.state != State::Declined && slip.state != State::Cancelled &&
                           slip.state != State::Refused;
    const auto title = canvas.say(slip.title);
    if (has_place) {
        add(title, Size::Title, Weight::Regular, 1, 0, Size::Body);
        const auto& day = canvas.say(meeting.day);
        add(canvas.say(meeting.table), Size::Display, Weight::Bold, 1, 2, Size::Large);
        add((day.empty() ? "" : day + " ") + meeting.time + "–" + meeting.until, Size::Display, Weight::Bold, 1, 0, Size::Large);
        if (!meeting.with.empty())
            add(canvas.tr("ui.meeting.with", {{"name", meeting.with}}) + (meeting.with_organisation.empty() ? "" : " · " + meeting.with_organisation),
                Size::Large, Weight::Regular, 2, 2.5F, Size::Body);
    } else {
        add(title, Size::Display, Weight::Bold, 2, 0, Size::Large);
    }
    add(canvas.say(slip.detail), has_place ? Size::Body : Size::Large, has_place ? Weight::Bold : Weight::Regular, 3, 2.5F, Size::Body);
    const auto extra = parts.size(); // from here on left out first, where there is no room
    for (const auto& rule : slip.rules)
        add(canvas.say(rule), Size::Body, Weight::Regular, 2, parts.size() == extra ? 3.0F : 1.0F, Size::Small);

    const float icon = tall ? 220 : 200;
    Rect words = area;
    if (!tall) {
        const Rect side = words.cut_left(icon + canvas.step(8));
        emblem(canvas, Rect{side.x, side.y, icon, side.h}.centered(icon, icon), slip.state, pair);
    }
    float total = 0;
    const auto arrange = [&] {
        total = 0;
        for (auto& part : parts) {
            const auto fitted = canvas.fit(part.words, part.look, words.w);
            part.look = fitted.look;
            part.high = fitted.height;
            total += fitted.height + part.before;
        }
    };
    arrange();
    float mark = tall ? icon + canvas.step(5) : 0;
    if (tall && total + mark > words.h)
        mark = 0;
    while (total + mark > words.h && parts.size() > extra) {
        parts.pop_back();
        arrange();
    }
    Rect column = words.centered(words.w, std::min(words.h, total + mark));
    if (mark > 0) {
        emblem(canvas, column.cut_top(icon).centered(icon, icon), slip.state, pair);
        column.cut_top(canvas.step(5));
    }
    for (const auto& part : parts) {
        column.cut_top(part.before);
        canvas.text(column.cut_top(part.high), part.words, part.look);
    }
}

} // namespace kiosk::ui
