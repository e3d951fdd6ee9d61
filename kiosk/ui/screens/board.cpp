// SPDX-License-Identifier: Apache-2.0
// The staff's board of the business area: tables × time. What is confirmed and what is only asked for is told apart by
// colour, icon and word; a booking is moved by a touch of where it shall go, or by dragging it there.
#include "ui/screens/board_panel.hpp"
#include "ui/screens/booking_parts.hpp"
#include "ui/screens/staff_parts.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

using core::BookingStatus;
using State = app::BoardCell::State;

std::string shortened(Canvas& canvas, const std::string& words, Size size, Weight weight, float width) {
    if (canvas.measure(words, size, weight).x <= width)
        return words;
    std::string kept = words;
    while (!kept.empty()) {
        do
            kept.pop_back();
        while (!kept.empty() && (static_cast<unsigned char>(kept.back()) & 0xC0) == 0x80); // whole characters only
        if (!kept.empty() && (static_cast<unsigned char>(kept.back()) & 0xC0) == 0xC0)
            kept.pop_back();
        if (canvas.measure(kept + "…", size, weight).x <= width)
            return kept + "…";
    }
    return {};
}

namespace {

// ---- one cell ----

void cell(Canvas& canvas, Rect box, const app::BoardCell& it) {
    const auto& theme = canvas.theme();
    const float radius = theme.radius / 2;
    if (it.state == State::Free || it.state == State::Past || it.state == State::Blocked) {
        const bool free = it.state == State::Free;
        const auto ground = free ? theme.raised : mix(theme.paper, theme.ink, it.state == State::Past ? 0.04 : 0.10);
        canvas.fill(box, ground, radius);
        if (free)
            canvas.outline(box, it.open || it.target ? theme.accent.fill : theme.line, it.open || it.target ? 3 : 2, radius);
        if (it.open && !free)
            canvas.outline(box, theme.accent.fill, 3, radius);
        const float side = canvas.step(2.5F);
        if (it.state == State::Blocked)
            draw_icon(canvas, Icon::Lock, box.centered(side, side), theme.ink_soft);
        else if (free)
            draw_icon(canvas, it.target ? Icon::Down : Icon::Plus, box.centered(side, side), it.target ? theme.accent.fill : theme.ink_soft);
        return;
    }
    const auto pair = status_pair(theme, it.status);
    const auto ground = mix(theme.raised, pair.fill, it.status == BookingStatus::Done ? 0.5 : 0.12);
    canvas.fill(box, ground, radius);
    Rect inner = box;
    const Rect band = inner.cut_left(canvas.step(4));
    canvas.fill(band, pair.fill, radius);
    canvas.fill({band.right() - radius, band.y, radius, band.h}, pair.fill);
    const float side = canvas.step(2.75F);
    Rect mark = band;
    if (it.asking > 0) { // who else asks for it
        const Canvas::On on_band(canvas, pair.fill);
        canvas.text(mark.cut_bottom(mark.h * 0.45F), "+" + std::to_string(it.asking), {Size::Small, Weight::Bold, pair.on, Align::Center});
    }
    draw_icon(canvas, status_icon(it.status), mark.centered(side, side), pair.on, 2.8F);
    canvas.outline(box, it.open || it.target ? theme.accent.fill : mix(ground, pair.fill, 0.35), it.open || it.target ? 3 : 2, radius);
    const Canvas::On on(canvas, ground);
    inner = inner.inset(canvas.step(0.75F), 0);
    const auto count = std::min<std::size_t>(it.names.size(), 2);
    const auto line = theme.small * 1.3F;
    inner = inner.centered(inner.w, line * static_cast<float>(std::max<std::size_t>(count, 1)));
    if (count == 0)
        canvas.text(inner, shortened(canvas, canvas.tr("ui.board.confidential"), Size::Small, Weight::Regular, inner.w), {Size::Small, Weight::Regular, theme.ink});
    for (std::size_t i = 0; i < count; ++i)
        canvas.text(inner.cut_top(line), shortened(canvas, it.names[i], Size::Small, i == 0 ? Weight::Bold : Weight::Regular, inner.w),
                    {Size::Small, i == 0 ? Weight::Bold : Weight::Regular, theme.ink});
}

// ---- the grid ----

struct Place {
    Rect box;
    std::string unit;
    const app::BoardCell* cell;
};

bool may_go_there(const app::BoardCell& cell) {
    return cell.state == State::Free || (cell.state == State::Booked && cell.status != BookingStatus::CheckedIn && cell.status != BookingStatus::Done);
}

// What is under the finger goes along; where it would land is marked.
void drag(Canvas& canvas, const std::vector<Place>& places) {
    const auto& theme = canvas.theme();
    auto& ui = canvas.state();
    const auto& in = canvas.input();
    const Vec at{in.pointer.x / canvas.scale(), in.pointer.y / canvas.scale()};
    const auto under = std::ranges::find_if(places, [&](const Place& place) { return place.box.contains(at); });
    if (in.pressed) {
        ui.dragged.clear();
        const bool movable = under != places.end() && under->cell->state == State::Booked &&
                             (under->cell->status == BookingStatus::Confirmed || under->cell->status == BookingStatus::Pending);
        if (movable) {
            ui.dragged = under->cell->booking;
            ui.drag_from = at;
        }
    }
    if (ui.dragged.empty())
        return;
    const bool away = std::abs(at.x - ui.drag_from.x) + std::abs(at.y - ui.drag_from.y) > canvas.step(3);
    const bool lands = under != places.end() && under->cell->booking != ui.dragged && may_go_there(*under->cell);
    if (in.released) {
        if (away && lands)
            canvas.emit(app::intent::PlaceBooking{ui.dragged, under->unit, under->cell->slot});
        ui.dragged.clear();
        return;
    }
    if (!in.down || !away)
        return;
    canvas.keep_animating();
    if (lands)
        canvas.outline(under->box, theme.accent.fill, 4, theme.radius / 2);
    const auto from = std::ranges::find_if(places, [&](const Place& place) { return place.cell->booking == ui.dragged; });
    if (from == places.end())
        return;
    const Rect ghost{at.x - from->box.w / 2, at.y - from->box.h / 2, from->box.w, from->box.h};
    canvas.shadow(ghost, theme.radius / 2);
    const auto pair = status_pair(theme, from->cell->status);
    canvas.fill(ghost, pair.fill, theme.radius / 2);
    const float side = canvas.step(3.5F);
    draw_icon(canvas, Icon::Move, ghost.centered(side, side), pair.on, 2.4F);
}

void legend(Canvas& canvas, Rect line) {
    const auto& theme = canvas.theme();
    for (const auto status : {BookingStatus::Confirmed, BookingStatus::Pending, BookingStatus::CheckedIn, BookingStatus::Done, BookingStatus::NoShow}) {
        const auto word = status_word(canvas, status);
        const float side = canvas.step(3), wide = std::ceil(canvas.measure(word, Size::Small).x) + 1;
        if (line.w < side + canvas.step(1) + wide)
            return;
        const Rect mark = line.cut_left(side).centered(side, side);
        const auto pair = status_pair(theme, status);
        canvas.fill(mark, pair.fill, canvas.step(0.75F));
        draw_icon(canvas, status_icon(status), mark.inset(canvas.step(0.5F)), pair.on, 2.8F);
        line.cut_left(canvas.step(1));
        canvas.text(line.cut_left(wide), word, {Size::Small, Weight::Regular, theme.ink_soft});
        line.cut_left(canvas.step(2.5F));
    }
}

// Which columns and rows are on: the one that is current comes first unless somebody has turned.
struct Window {
    std::size_t first = 0, last = 0;
};

Window turned(Canvas& canvas, const std::string& id, std::size_t count, std::size_t fitting, std::size_t start) {
    auto& pages = canvas.state().first_row;
    fitting = std::max<std::size_t>(fitting, 1);
    auto found = pages.find(id);
    if (found == pages.end())
        found = pages.emplace(id, start).first;
    auto& first = found->second;
    const auto most = count > fitting ? count - fitting : 0;
    first = std::min(first, most);
    return {first, std::min(count, first + fitting)};
}

void turn(Canvas& canvas, const std::string& id, std::size_t count, const Window& on, Rect& bar, Icon back_icon, Icon forth_icon) {
    const auto shown = on.last - on.first;
    if (shown >= count)
        return;
    const auto& theme = canvas.theme();
    auto back = plain_look(canvas), forth = plain_look(canvas);
    back.enabled = on.first > 0;
    forth.enabled = on.last < count;
    auto& first = canvas.state().first_row[id];
    const Rect forth_place = bar.cut_right(theme.target);
    bar.cut_right(canvas.step(1));
    const Rect back_place = bar.cut_right(theme.target);
    bar.cut_right(canvas.step(2));
    const bool went_back = icon_button(canvas, id + ":back", back_place, back_icon, back);
    if (icon_button(canvas, id + ":forth", forth_place, forth_icon, forth))
        first += std::max<std::size_t>(1, shown - 1);
    if (went_back)
        first -= std::min(first, std::max<std::size_t>(1, shown - 1));
}

void grid(Canvas& canvas, const app::BoardView& board, Rect area) {
    const auto& theme = canvas.theme();
    const float gap = canvas.step(1), head = canvas.step(5), label = canvas.step(canvas.portrait() ? 11 : 12);
    const float least_wide = canvas.step(16), least_high = theme.target;
    Rect foot = area.cut_bottom(theme.target);
    area.cut_bottom(canvas.step(1));
    const auto fit_columns = static_cast<std::size_t>(std::max(1.0F, (area.w - label + gap) / (least_wide + gap)));
    const auto fit_rows = static_cast<std::size_t>(std::max(1.0F, (area.h - head) / (least_high + gap)));
    const auto columns = turned(canvas, "board:columns", board.columns.size(), fit_columns, board.current > 0 ? board.current - 1 : 0);
    const auto rows = turned(canvas, "board:rows", board.rows.size(), fit_rows, 0);
    const auto across = static_cast<float>(std::max<std::size_t>(columns.last - columns.first, 1));
    const float wide = (area.w - label - gap * (across - 1)) / across;
    const auto down = static_cast<float>(std::max<std::size_t>(rows.last - rows.first, 1));
    const float high = std::min((area.h - head - gap * down) / down, canvas.step(10));

    Rect times = area.cut_top(head);
    times.cut_left(label);
    for (std::size_t i = columns.first; i < columns.last; ++i) {
        const auto& column = board.columns[i];
        Rect place = times.cut_left(wide);
        times.cut_left(gap);
        if (column.now)
            canvas.fill(place.inset(0, 2), theme.accent.fill, canvas.step(1));
        const Canvas::On on(canvas, column.now ? theme.accent.fill : theme.paper);
        canvas.text(place, column.time, {Size::Small, Weight::Bold, column.now ? theme.accent.on : column.past ? theme.ink_soft : theme.ink, Align::Center});
    }
    std::vector<Place> places;
    for (std::size_t r = rows.first; r < rows.last; ++r) {
        const auto& row = board.rows[r];
        Rect line = area.cut_top(high);
        area.cut_top(gap);
        Rect name = line.cut_left(label);
        name.w -= canvas.step(1);
        Look words{Size::Body, Weight::Bold, theme.ink};
        words.smallest = Size::Small;
        canvas.text(name, shortened(canvas, canvas.say(row.label), Size::Small, Weight::Bold, name.w), words);
        for (std::size_t i = columns.first; i < columns.last && i < row.cells.size(); ++i) {
            const Rect place = line.cut_left(wide);
            line.cut_left(gap);
            const auto& it = row.cells[i];
            if (it.state == State::None)
                continue;
            cell(canvas, place, it);
            if (it.state == State::Past)
                continue;
            places.push_back({place, row.unit, &it});
            if (canvas.touch("cell:" + row.unit + ":" + it.slot, place).tapped) {
                if (!board.moving.empty() || it.state != State::Booked)
                    canvas.emit(app::intent::TouchCell{row.unit, it.slot});
                else
                    canvas.emit(app::intent::OpenBooking{it.booking});
            }
        }
    }
    turn(canvas, "board:columns", board.columns.size(), columns, foot, Icon::Back, Icon::Next);
    turn(canvas, "board:rows", board.rows.size(), rows, foot, Icon::Up, Icon::Down);
    legend(canvas, foot);
    drag(canvas, places);
}

// ---- above it ----

void top_bar(Canvas& canvas, const app::BoardView& board, Rect& area) {
    const auto& theme = canvas.theme();
    Rect bar = area.cut_top(theme.target + (board.moving.empty() ? 0 : canvas.step(1)));
    area.cut_top(canvas.step(2));
    if (!board.moving.empty()) {
        canvas.fill(bar, theme.accent.fill, theme.radius);
        const Canvas::On on(canvas, theme.accent.fill);
        auto stop = bright_look(theme.accent);
        stop.size = Size::Body;
        const auto label = canvas.tr("ui.board.not_after_all");
        const float inset = canvas.step(0.5F);
        if (button(canvas, "board:stop", bar.cut_right(button_width(canvas, label, stop) + 2 * inset).inset(inset), label, stop))
            canvas.emit(app::intent::BeginMove{});
        Rect words = bar.inset(canvas.step(2.5F), canvas.step(0.5F));
        canvas.text(words.cut_top(words.h / 2), shortened(canvas, canvas.say(board.moving_hint), Size::Body, Weight::Bold, words.w), {Size::Body, Weight::Bold, theme.accent.on});
        Look hint{Size::Small, Weight::Regular, theme.accent.on};
        canvas.text(words, shortened(canvas, canvas.tr("ui.board.touch_where"), Size::Small, Weight::Regular, words.w), hint);
        return;
    }
    auto print = plain_look(canvas);
    print.icon = Icon::Printer;
    const auto label = canvas.tr("ui.board.print");
    const Rect print_place = bar.cut_right(button_width(canvas, label, print));
    bar.cut_right(theme.gap);
    if (board.kinds.size() > 1)
        for (const auto& kind : board.kinds) {
            auto look = plain_look(canvas);
            look.weight = kind.chosen ? Weight::Bold : Weight::Regular;
            if (kind.chosen)
                look.border = theme.accent.fill;
            const auto word = canvas.say(kind.label);
            const float wide = button_width(canvas, word, look);
            if (wide > bar.w)
                break;
            if (button(canvas, "kind:" + kind.id, bar.cut_left(wide), word, look))
                canvas.emit(app::intent::ChooseUnitKind{kind.id});
            bar.cut_left(canvas.step(1));
        }
    bar.cut_left(canvas.step(1));
    const auto total = canvas.tr("ui.board.totals", {{"confirmed", std::to_string(board.confirmed)}, {"pending", std::to_string(board.pending)}});
    if (canvas.measure(total, Size::Small).x <= bar.w)
        canvas.text(bar, total, {Size::Small, Weight::Regular, theme.ink_soft});
    if (board.can_print && button(canvas, "board:print", print_place, label, print))
        canvas.emit(app::intent::PrintPlan{});
}

// What has lost its place, with the nearest that is free as an answer.
void strays(Canvas& canvas, const app::BoardView& board, Rect& area) {
    if (board.strays.empty())
        return;
    const auto& theme = canvas.theme();
    constexpr std::size_t most = 2;
    const auto shown = std::min(most, board.strays.size());
    const float row = theme.target + canvas.step(1);
    Rect box = area.cut_top(canvas.step(3) + theme.body * 1.3F + row * static_cast<float>(shown));
    area.cut_top(canvas.step(2));
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    canvas.fill({box.x, box.y + theme.radius, canvas.step(0.75F), box.h - 2 * theme.radius}, theme.stop.fill);
    Rect inner = box.inset(canvas.step(2.5F), canvas.step(1.5F));
    const auto count = std::to_string(board.strays.size());
    canvas.text(inner.cut_top(theme.body * 1.3F), canvas.tr("ui.board.strays", {{"count", count}}), words_look(Size::Body, Weight::Bold, theme.ink, Size::Small));
    for (std::size_t i = 0; i < shown; ++i) {
        const auto& stray = board.strays[i];
        Rect line = inner.cut_top(row);
        auto look = main_look(canvas);
        look.size = Size::Body;
        look.icon = Icon::Next;
        look.icon_after = true;
        const bool place = !stray.unit.empty();
        const auto answer = place ? canvas.say(stray.answer) + " " + stray.answer_time : canvas.tr("ui.board.no_place");
        const float wide = std::min(line.w * 0.45F, button_width(canvas, answer, look));
        Rect right = line.cut_right(wide);
        line.cut_right(canvas.step(2));
        if (place) {
            if (button(canvas, "stray:" + stray.booking, right.centered(wide, theme.target), answer, look))
                canvas.emit(app::intent::PlaceBooking{stray.booking, stray.unit, stray.slot});
        } else {
            canvas.text(right, answer, {Size::Small, Weight::Regular, theme.ink_soft, Align::Right});
        }
        const auto touch = canvas.touch("look:" + stray.booking, line.centered(line.w, theme.target));
        if (touch.tapped)
            canvas.emit(app::intent::OpenBooking{stray.booking});
        line = line.centered(line.w, theme.body * 1.2F + theme.small * 1.2F);
        canvas.text(line.cut_top(theme.body * 1.2F), shortened(canvas, stray.who, Size::Body, Weight::Bold, line.w), {Size::Body, Weight::Bold, theme.ink});
        canvas.text(line, shortened(canvas, stray.was + " · " + canvas.say(stray.why), Size::Small, Weight::Regular, line.w), {Size::Small, Weight::Regular, theme.ink_soft});
    }
}

} // namespace

void draw_board(Canvas& canvas, const app::StaffView& staff, Rect area) {
    if (!staff.board || staff.board->rows.empty()) {
        heading(canvas, area, canvas.tr("ui.staff.board"));
        return empty_place(canvas, area, Icon::Table, canvas.tr("ui.board.none"));
    }
    const auto& board = *staff.board;
    top_bar(canvas, board, area);
    strays(canvas, board, area);
    const bool panel = board.moving.empty() && (board.detail || board.slot);
    if (panel) {
        Rect side;
        if (canvas.portrait()) {
            side = area.cut_bottom(canvas.step(66));
            area.cut_bottom(canvas.step(2));
        } else {
            side = area.cut_right(canvas.step(44));
            area.cut_right(canvas.step(2));
        }
        if (board.detail)
            draw_board_detail(canvas, *board.detail, side);
        else
            draw_board_slot(canvas, *board.slot, side);
    }
    grid(canvas, board, area);
}

} // namespace kiosk::ui
