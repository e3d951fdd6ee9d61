// SPDX-License-Identifier: Apache-2.0
// What staff do on the board: looked at, started, ended, moved, cancelled, booked for people who stand here, slots closed.
// Every act is under a name.
#include "app/booking_text.hpp"
#include "app/event_settings.hpp"
#include "app/kiosk_app.hpp"

#include <algorithm>
#include <array>

namespace kiosk::app {

using core::BookingStage;
using core::BookingStatus;

namespace {

const std::string outcome_field = "outcome";
const std::string note_field = "note";
const std::string lead_field = "lead";
constexpr std::size_t note_characters = 400;
constexpr std::array outcomes{"met", "follow_up", "no_interest"};
constexpr auto pending_notice = "board.notice.pending";

bool overlap(const core::BookingRequest& request, const core::Slot& slot) {
    return request.starts < slot.ends && slot.starts < request.ends;
}

} // namespace

// ---- what is looked at ----

void KioskApp::on(const intent::ChooseUnitKind& chosen) {
    if (!on_board())
        return;
    const auto moving = m_staff->board.moving; // a table of another kind may be where it goes
    m_staff->board = {};
    m_staff->board.kind = chosen.id;
    m_staff->board.moving = moving;
    tell_staff({});
}

void KioskApp::on(const intent::OpenBooking& open) {
    if (!on_board())
        return;
    auto& session = m_staff->board;
    const auto kind = session.kind;
    session = {};
    session.kind = kind;
    session.booking = open.id;
    tell_staff({});
}

void KioskApp::on(const intent::TouchCell& cell) {
    if (!on_board())
        return;
    auto& session = m_staff->board;
    if (!session.moving.empty())
        return on(intent::PlaceBooking{session.moving, cell.unit, cell.slot});
    const auto kind = session.kind;
    session = {};
    session.kind = kind;
    session.unit = cell.unit;
    session.slot = cell.slot;
    tell_staff({});
}

void KioskApp::on(const intent::BeginMove& begin) {
    if (!on_board())
        return;
    m_staff->board.moving = begin.id;
    m_staff->board.asks_cancel.clear();
    tell_staff({});
}

// ---- what is done ----

void KioskApp::tell_board(const core::Result<BookingResult>& result, std::string_view done) {
    m_status_stale = true;
    m_bookings_due_ms = now_ms();
    auto& session = m_staff->board;
    session.moving.clear();
    session.asks_cancel.clear();
    session.awaited.clear();
    if (!result)
        return tell_staff({"staff.notice.not_saved", {{"why", m_ports.catalogue->text(m_language, result.error().message_key)}}});
    if (result->ask)
        ask_hub(*result->ask);
    if (!result->booking.empty() && !session.booking.empty())
        session.booking = result->booking; // moved: the new one
    if (result->status == BookingStatus::Refused && result->reason != core::BookingReason::None)
        return tell_staff(board_refusal(result->reason));
    if (result->status == BookingStatus::Pending) { // a swap is noted nowhere: both stand until it can be done at once
        session.awaited = result->booking;
        session.awaited_done = done;
        return tell_staff({result->booking.empty() ? "board.notice.try_again" : pending_notice, {}});
    }
    tell_staff({"board.notice." + std::string(done), {}});
}

Message KioskApp::board_refusal(core::BookingReason reason) const {
    const auto why = reason == core::BookingReason::None ? Message{"meeting.state.refused", {}} : booking_reason_text(reason);
    return {"board.notice.refused", {{"why", m_ports.catalogue->text(m_language, why)}}};
}

// What the notice calls not settled may be by now. Where the notice is another one, nobody waits for it any more.
void KioskApp::settle_notice(const std::vector<core::Booking>& bookings) {
    auto& session = m_staff->board;
    if (session.awaited.empty() || m_staff->notice.key != pending_notice)
        return;
    const auto booking = std::ranges::find(bookings, session.awaited, [](const core::Booking& each) { return each.request.uid; });
    if (booking == bookings.end())
        return;
    const auto& desk = *m_ports.bookings;
    const auto standing = core::standing_at(*booking, desk.now(), desk.policy().grace_ms);
    switch (standing.status) {
    case BookingStatus::Pending: return;
    case BookingStatus::Refused: m_staff->notice = board_refusal(standing.reason); break;
    case BookingStatus::Cancelled: m_staff->notice = {"board.notice.cancelled", {}}; break;
    case BookingStatus::Confirmed:
    case BookingStatus::CheckedIn:
    case BookingStatus::Done:
    case BookingStatus::NoShow: m_staff->notice = {"board.notice." + session.awaited_done, {}}; break;
    }
    session.awaited.clear();
}

void KioskApp::on(const intent::PlaceBooking& place) {
    if (!on_board())
        return;
    const auto stored = m_ports.store->booking(place.id);
    if (!stored || !*stored)
        return tell_staff(board_refusal(core::BookingReason::UnknownBooking));
    auto& desk = *m_ports.bookings;
    const auto& booking = **stored;
    const auto* unit = config().unit(place.unit);
    const auto* slot = unit == nullptr ? nullptr : unit->slot(place.slot);
    if (slot == nullptr)
        return;
    // On another one they change places.
    const auto there = m_ports.store->bookings_at(place.unit);
    if (!there)
        return tell_board(std::unexpected(there.error()), {});
    for (const auto& other : *there)
        if (other.request.uid != place.id && overlap(other.request, *slot) &&
            core::standing_at(other, desk.now(), desk.policy().grace_ms).status == BookingStatus::Confirmed)
            return tell_board(desk.swap(place.id, other.request.uid, m_staff->id), "swapped");
    if (booking.stage != BookingStage::Displaced)
        return tell_board(desk.move(place.id, place.unit, place.slot, m_staff->id), "moved");
    // What others have by now can't be given back: a new one in its stead.
    core::BookingWish wish;
    wish.unit = place.unit;
    wish.slot = place.slot;
    for (const auto& each : booking.request.participants)
        wish.participants.push_back(each.ticket);
    wish.purpose = booking.request.purpose;
    wish.topic = booking.request.topic;
    wish.by = m_staff->id;
    wish.replaces = place.id;
    tell_board(desk.book(wish), "moved");
}

void KioskApp::on(const intent::StartBooking& start) {
    if (on_board())
        tell_board(m_ports.bookings->start(start.id, m_staff->id), "started");
}

void KioskApp::on(const intent::FinishBooking& finish) {
    if (!on_board())
        return;
    const auto result = m_ports.bookings->finish(finish.id, m_staff->id);
    const bool done = result && result->status == BookingStatus::Done;
    tell_board(result, "finished");
    if (done) // what came of it is known now, and soon forgotten
        on(intent::EditOutcome{finish.id});
}

void KioskApp::on(const intent::CancelBooking& cancel) {
    if (!on_board())
        return;
    if (m_staff->board.asks_cancel != cancel.id) {
        m_staff->board.asks_cancel = cancel.id;
        return tell_staff({});
    }
    tell_board(m_ports.bookings->cancel(cancel.id, {}, m_staff->id), "cancelled");
}

void KioskApp::on(const intent::PrintPlan&) {
    if (!on_board())
        return;
    const auto begun = m_ports.deck->print_plan();
    tell_staff(begun ? Message{"board.notice.printing", {}}
                     : Message{"board.notice.not_printed", {{"why", m_ports.catalogue->text(m_language, begun.error().message_key)}}});
}

void KioskApp::hear_of(const notice::Printed& printed) {
    using Outcome = notice::Printed::Outcome;
    const auto why = printed.why.empty() ? std::string() : m_ports.catalogue->text(m_language, printed.why);
    if (printed.what == notice::Printed::What::Slip) {
        // Whoever still stands here takes a picture instead; for others there is nothing to say.
        const auto* meeting = on_screen<screen::Meeting>();
        const auto* page = meeting == nullptr ? nullptr : std::get_if<MeetingSlipPage>(&meeting->view.page);
        if (page != nullptr && page->printed && (printed.outcome == Outcome::Failed || printed.outcome == Outcome::Waits))
            say({"meeting.print_failed", {}});
        return;
    }
    if (!m_staff || m_staff->tab != StaffTab::Board)
        return; // the system page has it
    switch (printed.outcome) {
    case Outcome::Sent: m_staff->notice = {"board.notice.plan_sent", {}}; break;
    case Outcome::Done: m_staff->notice = {"board.notice.plan_done", {}}; break;
    case Outcome::Waits: m_staff->notice = {"board.notice.plan_waits", {{"why", why}}}; break;
    case Outcome::Kept: m_staff->notice = {"board.notice.plan_kept", {{"file", printed.where}}}; break;
    case Outcome::Failed:
        m_staff->notice = printed.where.empty() ? Message{"board.notice.not_printed", {{"why", why}}}
                                                : Message{"board.notice.plan_failed", {{"why", why}, {"file", printed.where}}};
        break;
    }
}

// ---- for two people who stand here ----

void KioskApp::on(const intent::BookHere&) {
    if (!on_board() || m_staff->board.unit.empty())
        return;
    auto& session = m_staff->board;
    session.book_here = true;
    session.tickets.clear();
    session.names.clear();
    tell_staff({});
}

// A code on the board: one of the two, or somebody whose booking is wanted.
bool KioskApp::take_board_code(const std::string& code) {
    if (!on_board())
        return false;
    Message problem;
    const auto known = known_by(code, problem);
    if (!known) {
        play(Cue::Stop);
        tell_staff(problem);
        return true;
    }
    auto& session = m_staff->board;
    m_arrived.push_back(known->ticket);
    if (session.book_here) {
        if (std::ranges::find(session.tickets, known->ticket) != session.tickets.end())
            return true;
        session.tickets.push_back(known->ticket);
        session.names.push_back(known->person.name);
        if (session.tickets.size() < 2) {
            tell_staff({});
            return true;
        }
        core::BookingWish wish;
        wish.unit = session.unit;
        wish.slot = session.slot;
        wish.participants = session.tickets;
        wish.by = m_staff->id;
        const auto result = m_ports.bookings->book(wish);
        session.book_here = false;
        session.tickets.clear();
        session.names.clear();
        if (result && !result->booking.empty()) {
            session.unit.clear();
            session.slot.clear();
            session.booking = result->booking;
        }
        tell_board(result, "booked");
        return true;
    }
    // Their next one, to be looked at.
    const auto all = m_ports.store->bookings_of(known->ticket);
    if (all)
        for (const auto& booking : *all) {
            const auto status = core::standing_at(booking, m_ports.bookings->now(), m_ports.bookings->policy().grace_ms).status;
            const auto* unit = config().unit(booking.request.unit);
            if (unit == nullptr || (status != BookingStatus::Confirmed && status != BookingStatus::CheckedIn && status != BookingStatus::Pending))
                continue;
            session = {};
            session.kind = unit->kind;
            session.booking = booking.request.uid;
            tell_staff({});
            return true;
        }
    tell_staff({"board.notice.no_booking", {{"name", known->person.name}}});
    return true;
}

void KioskApp::on(const intent::BlockSlot& block) {
    if (!on_board() || !m_staff->organizer)
        return;
    const auto* unit = config().unit(m_staff->board.unit);
    if (unit == nullptr || unit->slot(m_staff->board.slot) == nullptr)
        return;
    auto changed_unit = *unit;
    for (auto& slot : changed_unit.slots)
        if (slot.id == m_staff->board.slot)
            slot.blocked = block.blocked;
    core::EventConfig only;
    only.event = config().event;
    only.units = {changed_unit};
    std::vector<core::OperationDraft> drafts;
    for (const auto& document : core::config_documents(only))
        if (document.entity == "unit")
            drafts.push_back(core::make_config(document));
    if (const auto saved = m_ports.store->append(drafts); !saved)
        return tell_staff({"staff.notice.not_saved", {{"why", m_ports.catalogue->text(m_language, saved.error().message_key)}}});
    m_status_stale = true;
    if (m_ports.check_in->reload())
        read_config();
    static_cast<void>(m_ports.bookings->reload()); // else the old plan goes on until the next change arrives
    tell_staff({block.blocked ? "board.notice.blocked" : "board.notice.opened", {}});
}

// ---- what came of it ----

void KioskApp::on(const intent::EditOutcome& edit) {
    if (!on_board())
        return;
    const auto stored = m_ports.store->booking(edit.id);
    if (!stored || !*stored)
        return;
    const auto field = [&](const std::string& id, core::QuestionType type, bool required) {
        FormField made;
        made.question.id = id;
        made.question.type = type;
        made.question.required = required;
        made.question.text = local_text(*m_ports.catalogue, "board.field." + id);
        return made;
    };
    auto outcome = field(outcome_field, core::QuestionType::Single, true);
    for (const auto* each : outcomes)
        outcome.question.options.push_back({each, local_text(*m_ports.catalogue, std::string("board.outcome.") + each)});
    auto lead = field(lead_field, core::QuestionType::Single, true);
    for (const auto* each : {"no", "yes"})
        lead.question.options.push_back({each, local_text(*m_ports.catalogue, std::string("board.lead.") + each)});
    auto note = field(note_field, core::QuestionType::TextArea, false);
    note.max_characters = note_characters;
    screen::OutcomeForm state;
    state.booking = edit.id;
    const bool has_lead = !(*stored)->lead.empty(); // one is enough
    state.form.add_page(has_lead ? std::vector{std::move(outcome)} : std::vector{std::move(outcome), std::move(lead)});
    state.form.add_page({std::move(note)});
    if (!(*stored)->outcome.empty())
        state.form.set(outcome_field, (*stored)->outcome);
    if (!has_lead)
        state.form.set(lead_field, std::string("no"));
    if (!(*stored)->outcome_note.empty())
        state.form.set(note_field, (*stored)->outcome_note);
    show(std::move(state));
}

void KioskApp::next_in_outcome() {
    auto* state = on_screen<screen::OutcomeForm>();
    auto& form = state->form;
    if (!form.check_page())
        return focus_on(form.wants_focus());
    if (!form.on_last_page()) {
        form.next_page();
        return focus_on({});
    }
    const auto booking = state->booking;
    const auto result = m_ports.bookings->outcome(booking, form.text(outcome_field), form.text(note_field), form.text(lead_field) == "yes",
                                                  m_staff ? m_staff->id : std::string());
    if (!result)
        return say({"staff.notice.not_saved", {{"why", m_ports.catalogue->text(m_language, result.error().message_key)}}});
    go_idle();
    if (!m_staff)
        return;
    m_staff->board.booking = booking;
    tell_board(result, "outcome");
}

} // namespace kiosk::app
