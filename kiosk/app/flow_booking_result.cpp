// SPDX-License-Identifier: Apache-2.0
// What came of a wish: confirmed after the commit, waiting, or refused with what could be had instead; and the leases
// behind: what is to be asked of the hub, and what it answered. Nobody waits for the network for longer than three seconds.
#include "app/agenda.hpp"
#include "app/booking_text.hpp"
#include "app/event_settings.hpp"
#include "app/kiosk_app.hpp"

#include <algorithm>
#include <set>

namespace kiosk::app {

using core::BookingReason;
using core::BookingStatus;
using State = MeetingSlipPage::State;

namespace {

constexpr std::int64_t say_so_after_ms = 300;    // until then the screen stays as it is
constexpr std::int64_t most_patience_ms = 3'000; // then it is said that the answer is not here yet
constexpr std::int64_t often_ms = 2'000, seldom_ms = 15'000; // how often leases are looked after
constexpr std::int64_t least_pause_ms = 500;
constexpr std::int64_t ask_again_after_ms = 40; // of what another kiosk holds: it is called in meanwhile
constexpr std::int64_t ask_lost_ms = 10'000;     // an answer that has not come by then does not come
constexpr std::size_t most_instead = 3;

Message slip_title(State state) {
    constexpr std::array names{"asking", "confirmed", "requested", "pending", "refused", "arrived", "started", "declined", "cancelled"};
    return {std::string("meeting.slip.") + names.at(static_cast<std::size_t>(state) - 1), {}};
}

} // namespace

bool KioskApp::meeting_is_awaited() const { return m_visit && m_visit->asking; }

// Is an answer about it on the way? Of an empty one: about upkeep.
bool KioskApp::is_asked(const std::string& booking) const {
    const auto found = m_asked.find(booking);
    return found != m_asked.end() && now_ms() - found->second < ask_lost_ms;
}

void KioskApp::ask_hub(const LeaseAsk& ask) {
    if (!ask.booking.empty() && is_asked(ask.booking))
        return;
    if (m_ports.deck->ask_leases(ask))
        m_asked[ask.booking] = now_ms();
    else
        m_asked.erase(ask.booking);
}

// After what the person on the screen did: in every case they are told, and nothing is called confirmed that is not.
void KioskApp::after_booking(const core::Result<BookingResult>& result) {
    m_status_stale = true;
    m_bookings_due_ms = std::min(m_bookings_due_ms, now_ms() + least_pause_ms);
    if (!result)
        return out_of_order(result.error(), std::nullopt);
    if (!result->booking.empty())
        m_visit->watched = result->booking;
    if (result->status == BookingStatus::Pending && result->reason != BookingReason::MustAccept) {
        if (result->ask)
            ask_hub(*result->ask);
        // Either the hub was asked just now, or another kiosk has to confirm it, which can be heard of if the line is up.
        if (result->ask ? is_asked(m_visit->watched) : m_hub.reachable)
            return await_answer(m_visit->watched);
        return show_slip(State::Pending, result->reason, m_visit->watched);
    }
    if (result->ask)
        ask_hub(*result->ask); // they may well say yes: then it is here
    settle(m_visit->watched, *result);
}

void KioskApp::await_answer(const std::string& booking) {
    m_visit->watched = booking;
    m_visit->asking = true;
    m_visit->ask_again_ms = 0;
    m_visit->asked_ms = now_ms();
    touched();
}

void KioskApp::settle(const std::string& booking, const BookingResult& result) {
    if (!m_visit || m_visit->watched != booking)
        return;
    switch (result.status) {
    case BookingStatus::Confirmed: {
        const auto stored = m_ports.store->booking(booking);
        const bool here = stored && *stored && has_arrived(**stored, m_visit->ticket);
        return show_slip(here ? State::Arrived : State::Confirmed, {}, booking);
    }
    case BookingStatus::CheckedIn: return show_slip(State::Started, {}, booking);
    case BookingStatus::Pending:
        if (result.reason == BookingReason::MustAccept && !m_visit->asking)
            show_slip(State::Requested, result.reason, booking);
        return; // else it goes on waiting
    case BookingStatus::Cancelled: return show_slip(State::Cancelled, {}, booking);
    case BookingStatus::Refused:
        return show_slip(result.reason == BookingReason::Declined ? State::Declined : State::Refused, result.reason, booking);
    case BookingStatus::Done:
    case BookingStatus::NoShow: return show_meeting_home();
    }
}

void KioskApp::show_slip(State state, BookingReason reason, const std::string& booking) {
    m_visit->asking = state == State::Asking;
    MeetingSlipPage page;
    page.state = state;
    page.title = slip_title(state);
    std::vector<core::FreeSlot> offers;
    if (const auto stored = booking.empty() ? core::Result<std::optional<core::Booking>>{} : m_ports.store->booking(booking); stored && *stored)
        page.meeting = meeting_line(**stored, m_visit->ticket);
    const auto late = std::to_string(m_ports.bookings->policy().grace_ms / core::minute_ms);
    switch (state) {
    case State::Asking: page.detail = {"meeting.slip.asking.detail", {}}; break;
    case State::Confirmed:
        page.rules = {{"meeting.slip.rule.scan", {}}, {"meeting.slip.rule.late", {{"minutes", late}}}};
        page.can_print = m_ports.deck->can_print_slips();
        break;
    case State::Requested: page.detail = {"meeting.slip.requested.detail", {}}; break;
    case State::Pending: page.detail = {"meeting.slip.pending.detail", {}}; break;
    case State::Refused:
        page.detail = booking_reason_text(reason);
        if (!m_visit->other.empty()) // what could be had instead is a touch away
            if (const auto free = m_ports.bookings->free_slots({m_visit->ticket, m_visit->other}, m_visit->unit, 60)) {
                std::set<core::Instant> times; // one table a time is enough
                for (const auto& each : *free) {
                    if (page.instead.size() == most_instead || !times.insert(each.starts).second)
                        continue;
                    const auto& zone = config().event.timezone;
                    page.instead.push_back({clock_text(zone, each.starts), clock_text(zone, each.ends), unit_label(config(), each.unit), true, false, {}});
                    offers.push_back(each);
                }
            }
        break;
    case State::Arrived: page.detail = {"meeting.slip.arrived.detail", {{"minutes", late}}}; break;
    case State::Started: page.detail = {"meeting.slip.started.detail", {}}; break;
    case State::Declined: page.detail = {"meeting.slip.declined.detail", {}}; break;
    case State::Cancelled: page.detail = {"meeting.slip.cancelled.detail", {}}; break;
    }
    if (state == State::Confirmed || state == State::Started || state == State::Arrived)
        play(Cue::Good);
    else if (state == State::Refused)
        play(Cue::Stop);
    else if (state != State::Asking)
        play(Cue::Repeat);
    show(screen::Meeting{{std::move(page)}, {}, std::move(offers)});
}

void KioskApp::on(const intent::PrintSlip&) {
    auto* meeting = on_screen<screen::Meeting>();
    auto* page = meeting == nullptr ? nullptr : std::get_if<MeetingSlipPage>(&meeting->view.page);
    if (page == nullptr || !page->can_print || !m_visit)
        return;
    const auto stored = m_ports.store->booking(page->meeting.id);
    if (!stored || !*stored)
        return say({"meeting.print_failed", {}});
    SlipRequest slip;
    slip.booking = page->meeting.id;
    slip.event = config().event.title;
    slip.table = page->meeting.table;
    slip.date = date_text(config().event.timezone, (*stored)->request.starts);
    slip.time = page->meeting.time;
    slip.until = page->meeting.until;
    slip.who = m_visit->person.name;
    slip.with = page->meeting.with;
    if (const auto& organisation = page->meeting.with_organisation; !organisation.empty())
        slip.with += (m_language == core::Language::Chinese ? "，" : ", ") + organisation;
    if (!page->meeting.purpose.empty())
        slip.purpose = local_text(*m_ports.catalogue, page->meeting.purpose);
    slip.topic = page->meeting.topic;
    if (!page->rules.empty())
        slip.rule = local_text(*m_ports.catalogue, page->rules.back());
    slip.language = m_language;
    if (!m_ports.deck->print_slip(slip))
        return say({"meeting.print_failed", {}});
    page->can_print = false; // once: a second touch is no second slip
    page->printed = true;
    say({"meeting.printing", {}});
}

// ---- leases ----

std::int64_t KioskApp::bookings_due_ms() const {
    if (!has_meetings())
        return never;
    auto due = std::max(m_bookings_due_ms, m_bookings_done_ms + least_pause_ms);
    if (meeting_is_awaited()) {
        const auto* meeting = on_screen<screen::Meeting>();
        const bool said = meeting != nullptr && std::holds_alternative<MeetingSlipPage>(meeting->view.page);
        due = std::min(due, m_visit->asked_ms + (said ? most_patience_ms : say_so_after_ms));
        if (m_visit->ask_again_ms > 0)
            due = std::min(due, m_visit->ask_again_ms);
    }
    return due;
}

void KioskApp::tick_bookings() {
    if (!has_meetings())
        return;
    const auto now = now_ms();
    if (meeting_is_awaited()) {
        const auto* meeting = on_screen<screen::Meeting>();
        const bool said = meeting != nullptr && std::holds_alternative<MeetingSlipPage>(meeting->view.page);
        if (now - m_visit->asked_ms >= most_patience_ms)
            show_slip(State::Pending, BookingReason::HeldElsewhere, std::string(m_visit->watched));
        else if (!said && now - m_visit->asked_ms >= say_so_after_ms)
            show_slip(State::Asking, {}, std::string(m_visit->watched));
        if (m_visit->ask_again_ms > 0 && now >= m_visit->ask_again_ms) {
            m_visit->ask_again_ms = 0;
            const auto booking = m_visit->watched;
            if (const auto result = m_ports.bookings->try_again(booking)) {
                if (result->ask && result->status == BookingStatus::Pending)
                    ask_hub(*result->ask);
                settle(booking, *result);
            }
        }
    }
    if (now < std::max(m_bookings_due_ms, m_bookings_done_ms + least_pause_ms))
        return;
    m_bookings_done_ms = now;
    auto& desk = *m_ports.bookings;
    // An error here is no loss: what waits is in the journal, and the next look finds it again.
    if (!is_asked({}))
        if (const auto upkeep = desk.upkeep(m_arrived)) {
            if (*upkeep)
                ask_hub(**upkeep);
            m_arrived.clear();
        }
    const auto waiting = desk.waiting();
    bool some = waiting && !waiting->empty();
    if (waiting)
        for (const auto& booking : *waiting) {
            if (is_asked(booking))
                continue;
            const auto result = desk.try_again(booking);
            if (!result)
                continue;
            if (result->ask)
                ask_hub(*result->ask);
            if (result->status != BookingStatus::Pending) {
                m_status_stale = true;
                if (m_staff)
                    m_staff->outdated = true; // the board says so
            }
            settle(booking, *result);
        }
    look_at_watched();
    m_bookings_due_ms = now_ms() + (some || meeting_is_awaited() ? often_ms : seldom_ms);
}

// What the screen waits for may have been answered by another kiosk.
void KioskApp::look_at_watched() {
    const auto* meeting = on_screen<screen::Meeting>();
    const auto* slip = meeting == nullptr ? nullptr : std::get_if<MeetingSlipPage>(&meeting->view.page);
    const bool waits = meeting_is_awaited() || (slip != nullptr && (slip->state == State::Pending || slip->state == State::Requested));
    if (!waits || !m_visit || m_visit->watched.empty())
        return;
    const auto stored = m_ports.store->booking(m_visit->watched);
    if (!stored || !*stored)
        return;
    const auto standing = core::standing_at(**stored, m_ports.bookings->now(), m_ports.bookings->policy().grace_ms);
    if (standing.status == BookingStatus::Pending)
        return;
    BookingResult result;
    result.status = standing.status;
    result.reason = standing.reason;
    settle(std::string(m_visit->watched), result);
}

void KioskApp::hear_of(const notice::LeasesAnswered& answered) {
    const auto booking = answered.ask.booking;
    m_asked.erase(booking);
    if (!has_meetings())
        return;
    const bool on_the_screen = meeting_is_awaited() && !booking.empty() && m_visit->watched == booking;
    if (!answered.reply) { // cut off: said at once, not after three seconds
        if (on_the_screen)
            show_slip(State::Pending, BookingReason::HeldElsewhere, booking);
        return;
    }
    if (!m_ports.bookings->take(answered.ask, *answered.reply) || booking.empty())
        return;
    const auto result = m_ports.bookings->try_again(booking);
    m_bookings_due_ms = std::min(m_bookings_due_ms, now_ms() + least_pause_ms);
    if (!result)
        return;
    m_status_stale = true;
    if (result->ask && result->status == BookingStatus::Pending && on_the_screen) {
        if (result->ask->want.empty()) // all of it is here: only what came before is still to be read
            ask_hub(*result->ask);
        else
            m_visit->ask_again_ms = now_ms() + ask_again_after_ms;
    }
    settle(booking, *result);
}

} // namespace kiosk::app
