// SPDX-License-Identifier: Apache-2.0
// The business area for whoever scanned: who they are and their meetings. They act for the ticket that was scanned and for
// no other; of others they see a whole name only where both let their contact be shared.
#include "app/agenda.hpp"
#include "app/booking_text.hpp"
#include "app/counterparts.hpp"
#include "app/kiosk_app.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <set>

namespace kiosk::app {

using core::BookingStatus;

namespace {

// Is this somebody? What is wrong at the door, such as having been here already, is not wrong here.
bool stops_a_visit(core::Reason reason) {
    using core::Reason;
    switch (reason) {
    case Reason::Unknown:
    case Reason::Ambiguous:
    case Reason::Unreadable:
    case Reason::BadSignature:
    case Reason::WrongEvent:
    case Reason::Revoked:
    case Reason::Blocked:
    case Reason::Cancelled: return true;
    default: return false;
    }
}

} // namespace

bool KioskApp::has_meetings() const { return m_ports.bookings != nullptr && !config().units.empty(); }

std::optional<core::Registration> KioskApp::registration_of(const std::string& ticket) {
    const auto found = m_ports.store->registrations_by_ticket(ticket);
    if (!found || found->size() != 1)
        return std::nullopt;
    return found->front();
}

bool KioskApp::lets_share(const core::Registration& registration) {
    return app::lets_share(*m_ports.store, registration).value_or(false);
}

core::Person KioskApp::shown_person(const core::Registration& other, bool both_share) const {
    if (both_share)
        return other.person;
    core::Person masked;
    masked.name = core::mask_name(other.person.name);
    masked.organisation = core::mask_organisation(other.person.organisation);
    return masked;
}

std::optional<core::Registration> KioskApp::known_by(const std::string& code, Message& problem) {
    const auto seen = m_ports.check_in->preview(new_attempt(code, "qr").request);
    if (seen && seen->registration && !stops_a_visit(seen->reason))
        return seen->registration;
    const auto reason = seen ? seen->reason : core::Reason::Unreadable;
    problem = stops_a_visit(reason) ? Message{"result." + std::string(core::to_string(reason)) + ".title", {}}
                                    : Message{"meeting.scan.not_on_list", {}};
    return std::nullopt;
}

// ---- who is it? ----

void KioskApp::on(const intent::OpenMeetings&) {
    const auto* result = on_screen<screen::Result>();
    const bool was_here = result != nullptr && !result->ticket.empty();
    if (was_here)
        if (const auto known = registration_of(result->ticket))
            return begin_visit(*known);
    if (!has_meetings() || (!was_here && on_screen<screen::Idle>() == nullptr))
        return;
    MeetingScanPage page;
    page.title = {"meeting.scan.title", {}};
    page.hint = {"meeting.scan.hint", {}};
    show(screen::Meeting{{std::move(page)}, {}, {}});
}

void KioskApp::take_meeting_code(const std::string& code) {
    auto& page = std::get<MeetingScanPage>(on_screen<screen::Meeting>()->view.page);
    touched();
    changed();
    const auto known = known_by(code, page.problem);
    if (!known) {
        // Titles of refusals say what is wrong, the details beside them what to do.
        constexpr std::string_view title = ".title";
        if (auto key = page.problem.key; key.ends_with(title))
            page.hint = {key.replace(key.size() - title.size(), title.size(), ".detail"), {}};
        return play(Cue::Stop);
    }
    if (!page.other)
        return begin_visit(*known, core::normalise_code(code));
    if (known->ticket == m_visit->ticket) {
        page.problem = {"meeting.scan.same", {}};
        return;
    }
    m_arrived.push_back(known->ticket);
    choose_other(known->ticket, true);
}

void KioskApp::begin_visit(const core::Registration& registration, std::string code) {
    m_visit.emplace();
    m_visit->code = std::move(code);
    m_visit->ticket = registration.ticket;
    m_visit->person = registration.person;
    m_visit->shares = lets_share(registration);
    if (!has_meetings())
        return show_meeting_home();
    m_arrived.push_back(registration.ticket);
    m_bookings_due_ms = now_ms(); // what this person needs may be elsewhere: it is asked for while they look around
    show_meeting_home();
}

// ---- their meetings ----

MeetingLine KioskApp::meeting_line(const core::Booking& booking, const std::string& ticket) {
    const auto& desk = *m_ports.bookings;
    const auto now = desk.now();
    const auto& zone = config().event.timezone;
    const auto& policy = desk.policy();
    MeetingLine line;
    line.id = booking.request.uid;
    line.status = core::standing_at(booking, now, policy.grace_ms).status;
    line.table = unit_label(config(), booking.request.unit);
    line.time = clock_text(zone, booking.request.starts);
    line.until = clock_text(zone, booking.request.ends);
    if (zone.day_number(now) != zone.day_number(booking.request.starts))
        line.day = date_text(zone, booking.request.starts);
    if (const auto* other = other_of(booking, ticket))
        if (const auto known = registration_of(other->ticket)) {
            const auto own = registration_of(ticket);
            const auto shown = shown_person(*known, own && lets_share(*own) && lets_share(*known));
            line.with = shown.name;
            line.with_organisation = shown.organisation;
        }
    line.purpose = purpose_text(booking.request.purpose);
    line.topic = booking.request.topic;
    line.state = meeting_state_text(booking, {ticket, now, policy.grace_ms, zone});
    const bool pending = line.status == BookingStatus::Pending, confirmed = line.status == BookingStatus::Confirmed;
    line.can_answer = pending && waits_for(booking, ticket);
    line.can_arrive = confirmed && !has_arrived(booking, ticket) && now >= booking.request.starts - arrive_before_ms;
    line.can_cancel = (pending && !line.can_answer) || confirmed;
    line.can_move = line.can_cancel && now < booking.request.starts;
    return line;
}

void KioskApp::show_meeting_home(std::string asks_cancel) {
    if (!has_meetings())
        return show_invitations({});
    const auto all = m_ports.store->bookings_of(m_visit->ticket);
    if (!all)
        return out_of_order(all.error(), std::nullopt);
    const auto& desk = *m_ports.bookings;
    const auto now = desk.now();
    std::set<std::string> replaced; // by a move: what became of it stands in the new one
    for (const auto& booking : *all)
        replaced.insert(booking.request.replaces);
    MeetingHomePage page;
    page.name = core::mask_name(m_visit->person.name);
    std::int64_t active = 0;
    std::vector<MeetingLine> over;
    for (const auto& booking : *all) {
        const auto& request = booking.request;
        const bool is_table = !request.unit.empty() && request.confidential.empty();
        if (!is_table || request.ends <= now)
            continue;
        // One that waits to be moved stands until the new place is certain.
        if (replaced.contains(request.uid) && core::standing_at(booking, now, desk.policy().grace_ms).status != BookingStatus::Confirmed)
            continue;
        auto line = meeting_line(booking, m_visit->ticket);
        const bool pending = line.status == BookingStatus::Pending;
        if (pending || core::is_active(booking, now, desk.policy().grace_ms))
            ++active;
        if (line.can_answer)
            page.requests.push_back(std::move(line));
        else if (pending || line.status == BookingStatus::Confirmed || line.status == BookingStatus::CheckedIn)
            page.meetings.push_back(std::move(line));
        else if (line.status != BookingStatus::Done)
            over.push_back(std::move(line)); // what will not take place is said, after what will
    }
    for (auto& line : invitations_for(m_visit->ticket)) // of sessions behind closed doors
        page.requests.push_back(std::move(line));
    // What stands comes before what is asked for, each in order of time.
    std::ranges::stable_partition(page.meetings, [](const auto& line) { return line.status != BookingStatus::Pending; });
    page.meetings.insert(page.meetings.end(), std::make_move_iterator(over.begin()), std::make_move_iterator(over.end()));
    page.can_meet = active < desk.policy().most_per_person || config().is_host(m_visit->ticket);
    if (!page.can_meet)
        page.why_not = {"meeting.home.enough", {{"count", std::to_string(desk.policy().most_per_person)}}};
    page.asks_cancel = std::move(asks_cancel);
    m_visit->watched.clear();
    m_visit->other.clear();
    m_visit->other_here = false;
    m_visit->moves.clear();
    m_visit->unit.clear();
    show(screen::Meeting{{std::move(page)}, {}, {}});
}

// Without a business area: invitations to sessions behind closed doors alone. `said`: what came of an answer; where none
// is left, or none any more, that is all there is.
void KioskApp::show_invitations(Message said) {
    MeetingHomePage page;
    page.name = core::mask_name(m_visit->person.name);
    page.requests = invitations_for(m_visit->ticket);
    const bool more = !page.requests.empty();
    if (!more)
        page.nothing = said.empty() ? Message{"session.invited.over", {}} : std::move(said);
    show(screen::Meeting{{std::move(page)}, {}, {}});
    if (more && !said.empty())
        say(std::move(said));
}

namespace {

// The line of that id on the home page, where it may do what is wanted. Null: it was of another page.
const MeetingLine* line_of(const screen::Meeting* meeting, const std::string& id, bool MeetingLine::*may) {
    const auto* page = meeting == nullptr ? nullptr : std::get_if<MeetingHomePage>(&meeting->view.page);
    if (page == nullptr)
        return nullptr;
    for (const auto* lines : {&page->requests, &page->meetings})
        for (const auto& line : *lines)
            if (line.id == id && line.*may)
                return &line;
    return nullptr;
}

template <typename Page> const Page* page_of(const screen::Meeting* meeting) {
    return meeting == nullptr ? nullptr : std::get_if<Page>(&meeting->view.page);
}

} // namespace

void KioskApp::on(const intent::AnswerMeeting& answer) {
    if (line_of(on_screen<screen::Meeting>(), answer.id, &MeetingLine::can_answer) == nullptr || !m_visit)
        return;
    const auto id = answer.id; // the page goes with what follows
    if (id.starts_with(invitation_prefix))
        return answer_invitation(id.substr(invitation_prefix.size()), answer.accept);
    auto& desk = *m_ports.bookings;
    m_visit->watched = id;
    after_booking(answer.accept ? desk.accept(id, m_visit->ticket) : desk.decline(id, m_visit->ticket));
}

void KioskApp::on(const intent::ArriveAtMeeting& arrive) {
    if (line_of(on_screen<screen::Meeting>(), arrive.id, &MeetingLine::can_arrive) == nullptr || !m_visit)
        return;
    const auto id = arrive.id;
    m_visit->watched = id;
    after_booking(m_ports.bookings->arrive(id, m_visit->ticket));
}

void KioskApp::on(const intent::CancelMeeting& cancel) {
    const auto* meeting = on_screen<screen::Meeting>();
    if (line_of(meeting, cancel.id, &MeetingLine::can_cancel) == nullptr || !m_visit)
        return;
    const auto id = cancel.id;
    if (page_of<MeetingHomePage>(meeting)->asks_cancel != id)
        return show_meeting_home(id);
    m_visit->watched = id;
    after_booking(m_ports.bookings->cancel(id, m_visit->ticket, {}));
}

void KioskApp::on(const intent::KeepMeeting&) {
    if (page_of<MeetingHomePage>(on_screen<screen::Meeting>()) != nullptr && m_visit)
        show_meeting_home();
}

void KioskApp::on(const intent::MoveMeeting& move) {
    if (line_of(on_screen<screen::Meeting>(), move.id, &MeetingLine::can_move) == nullptr || !m_visit)
        return;
    const auto booking = m_ports.store->booking(move.id);
    if (!booking)
        return out_of_order(booking.error(), std::nullopt);
    if (!*booking)
        return;
    m_visit->moves = (*booking)->request.uid;
    if (const auto* other = other_of(**booking, m_visit->ticket))
        if (const auto known = registration_of(other->ticket)) {
            m_visit->other = known->ticket;
            m_visit->other_shares = lets_share(*known);
            m_visit->other_person = shown_person(*known, m_visit->shares && m_visit->other_shares);
        }
    show_slots();
}

// ---- at the door: what they should know of it ----

void KioskApp::add_meetings_to(ResultView& view, const std::string& ticket) {
    if (ticket.empty())
        return;
    if (!has_meetings()) { // an invitation is answered here all the same; staff don't answer for anybody
        const auto invited = m_staff ? 0 : invitations_for(ticket).size();
        view.can_answer = invited > 0;
        if (view.can_answer)
            view.meetings.push_back({"session.invited.asking_here", {{"count", std::to_string(invited)}}});
        return;
    }
    m_arrived.push_back(ticket);
    // At the door of a closed session nothing is said of anything else.
    const auto* door = config().checkpoint(m_checkpoint);
    const auto* session = door != nullptr && door->session ? config().session(*door->session) : nullptr;
    if (session != nullptr && session->is_closed_door())
        return;
    const auto& desk = *m_ports.bookings;
    const auto now = desk.now();
    const auto all = m_ports.store->bookings_of(ticket);
    if (!all)
        return; // a door stays a door
    const core::Booking* next = nullptr;
    std::size_t asking = 0;
    for (const auto& booking : *all) {
        const auto& request = booking.request;
        if (request.unit.empty() || !request.confidential.empty() || request.ends <= now)
            continue;
        const auto status = core::standing_at(booking, now, desk.policy().grace_ms).status;
        if (status == BookingStatus::Pending && waits_for(booking, ticket))
            ++asking;
        if (status == BookingStatus::Confirmed && (next == nullptr || request.starts < next->request.starts))
            next = &booking;
    }
    if (next != nullptr)
        view.meetings.push_back({"meeting.result.next",
                                 {{"table", unit_label(config(), next->request.unit).in(m_language)},
                                  {"time", clock_text(config().event.timezone, next->request.starts)}}});
    if (asking > 0)
        view.meetings.push_back({"meeting.result.asking", {{"count", std::to_string(asking)}}});
    if (const auto invited = invitations_for(ticket).size(); invited > 0)
        view.meetings.push_back({"session.invited.asking", {{"count", std::to_string(invited)}}});
    view.can_meet = !m_staff; // staff have the board
}

} // namespace kiosk::app
