// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/board_panel.hpp"

#include "ui/screens/booking_parts.hpp"

#include <algorithm>
#include <vector>

namespace kiosk::ui {

using core::BookingStatus;

namespace {

void panel_head(Canvas& canvas, Rect& inner, std::string_view table, const std::string& time) {
    const auto& theme = canvas.theme();
    Rect top = inner.cut_top(theme.target);
    auto close = plain_look(canvas);
    if (icon_button(canvas, "panel:close", top.cut_right(theme.target), Icon::Close, close))
        canvas.emit(app::intent::OpenBooking{});
    top.cut_right(canvas.step(1.5F));
    Rect words = top.centered(top.w, theme.large * 1.2F + theme.body * 1.2F);
    canvas.text(words.cut_top(theme.large * 1.2F), table, words_look(Size::Large, Weight::Bold, theme.ink, Size::Small));
    canvas.text(words, time, words_look(Size::Body, Weight::Bold, theme.ink_soft, Size::Small));
    inner.cut_top(canvas.step(2));
}

struct Action {
    std::string id;
    std::string label;
    std::optional<Icon> icon;
    app::Intent intent;
    bool main = false;
    bool stop = false;
};

// From below: the main one alone in its row, the others two in a row, or three where it is wide.
void buttons(Canvas& canvas, Rect& inner, const std::vector<Action>& list) {
    const auto& theme = canvas.theme();
    std::vector<const Action*> beside;
    for (const auto& action : list)
        if (!action.main)
            beside.push_back(&action);
    const float gap = canvas.step(1.5F);
    const auto draw = [&](const Action& action, Rect place) {
        auto look = action.main ? main_look(canvas) : plain_look(canvas);
        look.size = Size::Body;
        look.icon = action.icon;
        if (action.stop) {
            look.pair = theme.stop;
            look.border.reset();
        }
        if (button(canvas, action.id, place, action.label, look))
            canvas.emit_any(action.intent);
    };
    const std::size_t most = inner.w > canvas.step(70) ? 3 : 2;
    const auto rows = (beside.size() + most - 1) / most;
    Rect block = inner.cut_bottom(static_cast<float>(rows) * theme.target + static_cast<float>(rows > 0 ? rows - 1 : 0) * gap);
    for (std::size_t i = 0; i < beside.size(); i += most) {
        Rect row = block.cut_top(theme.target);
        block.cut_top(gap);
        const auto last = std::min(beside.size(), i + most);
        const auto count = static_cast<float>(last - i);
        const float wide = (row.w - gap * (count - 1)) / count;
        for (std::size_t at = i; at < last; ++at) {
            draw(*beside[at], row.cut_left(wide));
            row.cut_left(gap);
        }
    }
    for (const auto& action : list)
        if (action.main) {
            if (rows > 0)
                inner.cut_bottom(gap);
            draw(action, inner.cut_bottom(theme.target));
        }
    inner.cut_bottom(canvas.step(2));
}

} // namespace

void draw_board_detail(Canvas& canvas, const app::BoardDetail& detail, Rect area) {
    const auto& theme = canvas.theme();
    card(canvas, area);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = area.inset(canvas.step(2.5F), canvas.step(2));
    panel_head(canvas, inner, canvas.say(detail.table), detail.time + "–" + detail.until);

    std::vector<Action> list;
    if (detail.can_start)
        list.push_back({"panel:start", canvas.tr("ui.board.start"), Icon::Check, app::intent::StartBooking{detail.id}, true});
    if (detail.can_finish)
        list.push_back({"panel:finish", canvas.tr("ui.board.finish"), Icon::Flag, app::intent::FinishBooking{detail.id}, true});
    if (detail.can_reuse)
        list.push_back({"panel:reuse", canvas.tr("ui.board.reuse"), Icon::PersonPlus, app::intent::TouchCell{detail.unit, detail.slot}, true});
    if (detail.can_set_outcome)
        list.push_back({"panel:outcome", canvas.tr("ui.board.outcome"), Icon::Pencil, app::intent::EditOutcome{detail.id}, !detail.can_finish && !detail.can_start});
    if (detail.can_move)
        list.push_back({"panel:move", canvas.tr("ui.board.move"), Icon::Move, app::intent::BeginMove{detail.id}});
    if (detail.can_cancel)
        list.push_back({"panel:cancel", canvas.tr(detail.asks_cancel ? "ui.board.cancel_sure" : "ui.board.cancel"),
                        detail.asks_cancel ? std::nullopt : std::optional(Icon::Close), app::intent::CancelBooking{detail.id}, false, detail.asks_cancel});
    if (detail.can_block)
        list.push_back({"panel:slot", canvas.tr("ui.board.slot"), Icon::Lock, app::intent::TouchCell{detail.unit, detail.slot}});
    buttons(canvas, inner, list);

    Rect line = inner.cut_top(canvas.step(5));
    tag(canvas, {line.x, line.center().y}, canvas.say(detail.state), status_pair(theme, detail.status), status_icon(detail.status));
    inner.cut_top(canvas.step(1));
    Look soft{Size::Small, Weight::Regular, theme.ink_soft};
    soft.lines = 2;
    soft.vertical = Look::Vertical::Top;
    const auto words = [&](const std::string& text, const Look& look) {
        if (text.empty())
            return;
        auto fitted = canvas.fit(text, look, inner.w);
        if (inner.h < fitted.height)
            return;
        canvas.text(inner.cut_top(fitted.height), text, fitted.look);
        inner.cut_top(canvas.step(0.75F));
    };
    words(canvas.say(detail.why), soft);
    inner.cut_top(canvas.step(1));
    for (const auto& person : detail.people) {
        const float high = theme.body * 1.2F + theme.small * 1.2F;
        if (inner.h < high)
            break;
        Rect row = inner.cut_top(high);
        inner.cut_top(canvas.step(1.25F));
        // Inside, or not come yet: with icon and word.
        const auto place = canvas.tr(person.arrived ? "ui.board.arrived" : person.here ? "ui.board.inside" : "ui.board.absent");
        const float wide = tag_width(canvas, place, false);
        const auto pair = person.arrived ? theme.good : person.here ? Pair{mix(theme.raised, theme.good.fill, 0.18), theme.ink} : Pair{mix(theme.raised, theme.ink, 0.1), theme.ink};
        const Rect right = row.cut_right(wide);
        tag(canvas, {right.x, right.center().y}, place, pair);
        row.cut_right(canvas.step(1));
        canvas.text(row.cut_top(theme.body * 1.2F), shortened(canvas, person.name, Size::Body, Weight::Bold, row.w), {Size::Body, Weight::Bold, theme.ink});
        canvas.text(row, shortened(canvas, person.organisation, Size::Small, Weight::Regular, row.w), {Size::Small, Weight::Regular, theme.ink_soft});
    }
    inner.cut_top(canvas.step(0.5F));
    auto what = canvas.say(detail.purpose);
    if (!detail.topic.empty())
        what += (what.empty() ? "" : " · ") + detail.topic;
    Look plain{Size::Small, Weight::Regular, theme.ink};
    plain.lines = 2;
    plain.vertical = Look::Vertical::Top;
    words(what, plain);
    auto outcome = canvas.say(detail.outcome);
    if (!detail.note.empty())
        outcome += (outcome.empty() ? "" : " · ") + detail.note;
    if (detail.has_lead)
        outcome += (outcome.empty() ? "" : " · ") + canvas.tr("ui.board.has_lead");
    Look bold{Size::Small, Weight::Bold, theme.ink};
    bold.lines = 3;
    bold.vertical = Look::Vertical::Top;
    words(outcome, bold);
}

void draw_board_slot(Canvas& canvas, const app::BoardSlot& slot, Rect area) {
    const auto& theme = canvas.theme();
    card(canvas, area);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = area.inset(canvas.step(2.5F), canvas.step(2));
    panel_head(canvas, inner, canvas.say(slot.table), slot.time + "–" + slot.until);
    std::vector<Action> list;
    if (slot.can_book && !slot.booking)
        list.push_back({"slot:book", canvas.tr("ui.board.book_here"), Icon::Code, app::intent::BookHere{}, true});
    if (slot.can_block && !slot.booking)
        list.push_back({"slot:block", canvas.tr(slot.blocked ? "ui.board.open_slot" : "ui.board.block"), Icon::Lock, app::intent::BlockSlot{!slot.blocked}});
    buttons(canvas, inner, list);
    if (!slot.booking) {
        Look words{Size::Body, Weight::Regular, theme.ink};
        words.lines = 3;
        words.vertical = Look::Vertical::Top;
        const auto said = canvas.tr(slot.blocked ? "ui.board.is_blocked" : slot.taken ? "ui.board.is_taken" : "ui.board.is_free");
        canvas.text(inner.cut_top(canvas.measure(said, Size::Body, Weight::Regular, inner.w, 3).y), said, words);
        return;
    }
    Look hint{Size::Large, Weight::Bold, theme.accent.fill};
    hint.lines = 2;
    hint.smallest = Size::Body;
    hint.vertical = Look::Vertical::Top;
    const auto said = canvas.say(slot.hint);
    const auto fitted = canvas.fit(said, hint, inner.w);
    canvas.text(inner.cut_top(fitted.height), said, fitted.look);
    inner.cut_top(canvas.step(2));
    for (const auto& name : slot.scanned) {
        Rect row = inner.cut_top(canvas.step(5));
        const float side = canvas.step(3);
        draw_icon(canvas, Icon::Check, row.cut_left(side).centered(side, side), theme.good.fill, 2.6F);
        row.cut_left(canvas.step(1));
        canvas.text(row, shortened(canvas, name, Size::Body, Weight::Bold, row.w), {Size::Body, Weight::Bold, theme.ink});
    }
}

} // namespace kiosk::ui
