// SPDX-License-Identifier: Apache-2.0
// The staff's board of the business area as it is seen: tables × time, what is confirmed and what is only asked for, what
// has lost its place. What staff do there is in flow_board_acts.cpp.
#include "app/agenda.hpp"
#include "app/booking_text.hpp"
#include "app/event_settings.hpp"
#include "app/kiosk_app.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace kiosk::app {

using core::BookingStage;
using core::BookingStatus;

namespace {

bool overlap(const core::BookingRequest& request, const core::Slot& slot) {
    return request.starts < slot.ends && slot.starts < request.ends;
}

// Which of those at one place is shown: what has it before what asks for it, what is to come before what is over.
int weight(BookingStatus status) {
    switch (status) {
    case BookingStatus::CheckedIn: return 5;
    case BookingStatus::Confirmed: return 4;
    case BookingStatus::Done: return 3;
    case BookingStatus::NoShow: return 2;
    case BookingStatus::Pending: return 1;
    case BookingStatus::Cancelled:
    case BookingStatus::Refused: break;
    }
    return 0;
}

} // namespace

bool KioskApp::on_board() const {
    return m_staff && on_screen<screen::Staff>() != nullptr && m_staff->tab == StaffTab::Board && has_meetings();
}

namespace {

// One look at the store, and what is asked of it again and again.
struct BoardData {
    std::vector<core::Booking> bookings;
    std::map<std::string, core::Registration> people; // by ticket
    core::Instant now;
    std::int64_t grace_ms = 0;

    BookingStatus status_of(const core::Booking& booking) const { return core::standing_at(booking, now, grace_ms).status; }
    std::string name_of(const core::Participant& participant) const {
        const auto found = people.find(participant.ticket);
        return found == people.end() || found->second.person.name.empty() ? participant.ticket : found->second.person.name;
    }
    std::vector<std::string> names_of(const core::Booking& booking) const {
        std::vector<std::string> names;
        for (const auto& each : booking.request.participants)
            names.push_back(name_of(each));
        return names;
    }
};

// A hub that was put back from a backup confirms nothing before these devices have told what they hold.
Message pending_at_hub(const std::vector<std::string>& awaited) {
    constexpr std::size_t named = 3;
    if (awaited.empty())
        return {"board.pending.hub", {}};
    std::string names;
    for (std::size_t i = 0; i < std::min(named, awaited.size()); ++i)
        names += (i == 0 ? "" : ", ") + awaited[i];
    return {awaited.size() > named ? "board.pending.restored_more" : "board.pending.restored", {{"devices", names}}};
}

// Still about this unit's slot, or has it lost its place? None: it has it.
std::optional<Message> stray_reason(const core::EventConfig& config, const BoardData& data, const core::Booking& booking) {
    const auto& request = booking.request;
    if (request.unit.empty() || !request.confidential.empty() || request.ends <= data.now)
        return std::nullopt;
    if (booking.stage == BookingStage::Displaced)
        return Message{"board.stray.displaced", {}};
    const auto status = data.status_of(booking);
    if (status != BookingStatus::Confirmed && status != BookingStatus::Pending)
        return std::nullopt;
    const auto* unit = config.unit(request.unit);
    const auto* slot = unit == nullptr ? nullptr : unit->slot(request.slot);
    if (slot == nullptr)
        return Message{"board.stray.gone", {}};
    if (slot->starts != request.starts || slot->ends != request.ends)
        return Message{"board.stray.moved", {}};
    if (slot->blocked)
        return Message{"board.stray.blocked", {}};
    return std::nullopt;
}

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const auto& word : words)
        all += (all.empty() ? "" : " · ") + word;
    return all;
}

BoardCell cell_of(const core::BookableUnit& unit, core::Instant column, const BoardData& data, const BoardSession& session) {
    BoardCell cell;
    const auto slot = std::ranges::find(unit.slots, column, &core::Slot::starts);
    if (slot == unit.slots.end())
        return cell;
    cell.slot = slot->id;
    const core::Booking* shown = nullptr;
    int best = 0;
    for (const auto& booking : data.bookings) {
        if (booking.request.unit != unit.id || !overlap(booking.request, *slot))
            continue;
        const auto status = data.status_of(booking);
        if (status == BookingStatus::Pending)
            ++cell.asking;
        if (weight(status) <= best)
            continue;
        best = weight(status);
        shown = &booking;
    }
    const bool past = slot->ends <= data.now;
    if (shown != nullptr) {
        cell.state = BoardCell::State::Booked;
        cell.booking = shown->request.uid;
        cell.status = data.status_of(*shown);
        if (cell.status == BookingStatus::Pending)
            --cell.asking;
        if (shown->request.confidential.empty()) // else only that it is taken
            cell.names = data.names_of(*shown);
    } else {
        cell.state = past ? BoardCell::State::Past : slot->blocked ? BoardCell::State::Blocked : BoardCell::State::Free;
    }
    cell.open = !session.booking.empty() ? cell.booking == session.booking : unit.id == session.unit && slot->id == session.slot;
    const bool taken = cell.state == BoardCell::State::Booked && (cell.status == BookingStatus::CheckedIn || cell.status == BookingStatus::Done);
    cell.target = !session.moving.empty() && !past && cell.booking != session.moving && !taken && cell.state != BoardCell::State::Blocked;
    return cell;
}

} // namespace

core::Status KioskApp::load_board(StaffView& data) {
    auto& desk = *m_ports.bookings;
    auto& session = m_staff->board;
    const auto& zone = config().event.timezone;
    BoardData read;
    read.now = desk.now();
    read.grace_ms = desk.policy().grace_ms;
    KIOSK_TRY(read.bookings, m_ports.store->bookings());
    for (const auto& booking : read.bookings)
        for (const auto& each : booking.request.participants)
            if (!read.people.contains(each.ticket))
                if (auto known = registration_of(each.ticket))
                    read.people.emplace(each.ticket, std::move(*known));
    settle_notice(read.bookings);

    BoardView board;
    std::vector<std::string> kinds;
    for (const auto& unit : config().units)
        if (std::ranges::find(kinds, unit.kind) == kinds.end())
            kinds.push_back(unit.kind);
    if (std::ranges::find(kinds, session.kind) == kinds.end())
        session.kind = kinds.empty() ? "" : kinds.front();
    for (const auto& kind : kinds)
        board.kinds.push_back({kind, unit_kind_label(*m_ports.catalogue, kind), kind == session.kind});

    std::set<core::Instant> starts;
    std::map<core::Instant, core::Instant> ends;
    const auto today = zone.day_number(read.now);
    for (const auto& unit : config().units)
        if (unit.kind == session.kind)
            for (const auto& slot : unit.slots) {
                starts.insert(slot.starts);
                ends[slot.starts] = std::max(ends[slot.starts], slot.ends);
            }
    // The day that is on; of an event of another day the whole of it.
    if (std::ranges::any_of(starts, [&](const auto& at) { return zone.day_number(at) == today; }))
        std::erase_if(starts, [&](const auto& at) { return zone.day_number(at) != today; });
    board.current = starts.size();
    for (const auto& at : starts) {
        const bool past = ends[at] <= read.now;
        if (!past && board.current == starts.size())
            board.current = board.columns.size();
        board.columns.push_back({clock_text(zone, at), !past && at <= read.now, past});
    }
    if (board.current >= board.columns.size())
        board.current = 0;
    for (const auto& unit : config().units) {
        if (unit.kind != session.kind)
            continue;
        BoardRow row{unit.id, unit_label(config(), unit.id), unit_kind_label(*m_ports.catalogue, unit.kind), {}};
        for (const auto& at : starts)
            row.cells.push_back(cell_of(unit, at, read, session));
        board.rows.push_back(std::move(row));
    }

    std::set<std::string> replaced;
    for (const auto& booking : read.bookings)
        replaced.insert(booking.request.replaces);
    KIOSK_TRY(const auto leases, m_ports.store->leases());
    for (const auto& booking : read.bookings) {
        const auto status = read.status_of(booking);
        if (!booking.request.unit.empty()) {
            board.confirmed += status == BookingStatus::Confirmed || status == BookingStatus::CheckedIn || status == BookingStatus::Done ? 1 : 0;
            board.pending += status == BookingStatus::Pending ? 1 : 0;
        }
        const auto why = stray_reason(config(), read, booking);
        if (!why || replaced.contains(booking.request.uid))
            continue;
        BoardStray stray;
        stray.booking = booking.request.uid;
        stray.who = joined(read.names_of(booking));
        stray.was = unit_label(config(), booking.request.unit).in(m_language) + " " + clock_text(zone, booking.request.starts);
        stray.why = *why;
        std::vector<std::string> people;
        for (const auto& each : booking.request.participants)
            people.push_back(each.ticket);
        auto others = read.bookings; // itself is not in its own way
        std::erase_if(others, [&](const auto& each) { return each.request.uid == booking.request.uid; });
        for (const auto& free : core::free_slots(config(), desk.policy(), others, people, {}, leases, read.now, 200)) {
            // Nearest to what was promised, not to now.
            if (stray.unit.empty() || free.starts >= booking.request.starts) {
                stray.unit = free.unit;
                stray.slot = free.slot;
                stray.answer = unit_label(config(), free.unit);
                stray.answer_time = clock_text(zone, free.starts);
            }
            if (free.starts >= booking.request.starts)
                break;
        }
        board.strays.push_back(std::move(stray));
    }

    for (const auto& booking : read.bookings) {
        if (booking.request.uid == session.moving) {
            board.moving = session.moving;
            board.moving_hint = {"board.moving", {{"who", joined(read.names_of(booking))}}};
        }
        if (booking.request.uid != session.booking || !booking.request.confidential.empty())
            continue;
        const auto inside = people_inside();
        BoardDetail detail;
        detail.id = booking.request.uid;
        detail.unit = booking.request.unit;
        detail.slot = booking.request.slot;
        detail.table = unit_label(config(), booking.request.unit);
        detail.time = clock_text(zone, booking.request.starts);
        detail.until = clock_text(zone, booking.request.ends);
        const auto standing = core::standing_at(booking, read.now, read.grace_ms);
        detail.status = standing.status;
        detail.state = booking_status_text(standing.status);
        if (standing.status == BookingStatus::Pending)
            detail.why = booking.all_accepted() ? pending_at_hub(desk.awaited()) : Message{"board.pending.people", {}};
        else if (standing.status == BookingStatus::Refused)
            detail.why = booking_reason_text(standing.reason);
        for (const auto& each : booking.request.participants) {
            BoardPerson person{read.name_of(each), {}, false, has_arrived(booking, each.ticket)};
            if (const auto found = read.people.find(each.ticket); found != read.people.end())
                person.organisation = found->second.person.organisation;
            person.here = std::ranges::binary_search(inside, each.ticket);
            detail.people.push_back(std::move(person));
        }
        detail.purpose = purpose_text(booking.request.purpose);
        detail.topic = booking.request.topic;
        if (!booking.outcome.empty())
            detail.outcome = {"board.outcome." + booking.outcome, {}};
        detail.note = booking.outcome_note;
        detail.has_lead = !booking.lead.empty();
        const auto& policy = desk.policy();
        detail.can_start = standing.status == BookingStatus::Confirmed && read.now >= booking.request.starts - arrive_before_ms;
        detail.can_finish = core::may_finish(booking, read.now, policy) == core::BookingReason::None;
        detail.can_cancel = core::may_cancel(booking, read.now, policy) == core::BookingReason::None;
        detail.can_move = (standing.status == BookingStatus::Confirmed || standing.status == BookingStatus::Pending) && read.now < booking.request.ends;
        detail.can_set_outcome = standing.status == BookingStatus::Done || standing.status == BookingStatus::CheckedIn;
        detail.can_reuse = standing.status == BookingStatus::NoShow && read.now < booking.request.ends;
        const auto* unit_of = config().unit(detail.unit);
        detail.can_block = m_staff->organizer && !detail.can_reuse && unit_of != nullptr && unit_of->slot(detail.slot) != nullptr && read.now < booking.request.ends;
        detail.asks_cancel = session.asks_cancel == detail.id;
        board.detail = std::move(detail);
    }
    if (const auto* unit = config().unit(session.unit); unit != nullptr && session.booking.empty())
        if (const auto* slot = unit->slot(session.slot)) {
            BoardSlot open;
            open.unit = unit->id;
            open.slot = slot->id;
            open.table = unit_label(config(), unit->id);
            open.time = clock_text(zone, slot->starts);
            open.until = clock_text(zone, slot->ends);
            open.blocked = slot->blocked;
            open.taken = std::ranges::any_of(read.bookings, [&](const auto& each) {
                return each.request.unit == unit->id && overlap(each.request, *slot) && weight(read.status_of(each)) >= weight(BookingStatus::Done);
            });
            open.can_book = !slot->blocked && !open.taken && slot->ends > read.now;
            open.can_block = m_staff->organizer && slot->ends > read.now;
            open.booking = session.book_here;
            open.scanned = session.names;
            if (session.book_here)
                open.hint = {session.tickets.empty() ? "board.slot.first_code" : "board.slot.second_code", {}};
            board.slot = std::move(open);
        }
    board.can_print = m_ports.deck->can_print_plan(); // no button that can only say no
    data.board = std::move(board);
    return {};
}

} // namespace kiosk::app
