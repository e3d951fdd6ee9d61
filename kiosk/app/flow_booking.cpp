// SPDX-License-Identifier: Apache-2.0
// The business area for whoever scanned: their meetings, whom to meet, when and where, what about. They act for the ticket
// that was scanned and for no other; of others they see a whole name only where both let their contact be shared.
#include "app/agenda.hpp"
#include "app/booking_text.hpp"
#include "app/kiosk_app.hpp"
#include "core/names.hpp"
#include "core/suggestions.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace kiosk::app {

using core::BookingStatus;

namespace {

constexpr std::size_t most_people = 6;
constexpr std::size_t most_offers = 600;
constexpr std::size_t most_query_characters = 40;
constexpr std::size_t topic_characters = 60;
constexpr std::array purposes_without_policy{"business", "opportunity", "trial", "pr", "recruit", "training"};
const std::string purpose_field = "purpose";
const std::string topic_field = "topic";

bool shares(const core::Registration& registration) {
    const auto found = registration.consents.find("share");
    return found != registration.consents.end() && found->second;
}

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
    if (!has_meetings())
        return;
    if (const auto* result = on_screen<screen::Result>(); result != nullptr && !result->ticket.empty()) {
        if (const auto known = registration_of(result->ticket))
            return begin_visit(*known);
    } else if (on_screen<screen::Idle>() == nullptr) {
        return;
    }
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
    if (!known)
        return play(Cue::Stop);
    if (!page.other)
        return begin_visit(*known);
    if (known->ticket == m_visit->ticket) {
        page.problem = {"meeting.scan.same", {}};
        return;
    }
    m_arrived.push_back(known->ticket);
    choose_other(known->ticket, true);
}

void KioskApp::begin_visit(const core::Registration& registration) {
    m_visit.emplace();
    m_visit->ticket = registration.ticket;
    m_visit->person = registration.person;
    m_visit->shares = shares(registration);
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
            const auto shown = shown_person(*known, own && shares(*own) && shares(*known));
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
        if (!is_table || request.ends <= now || replaced.contains(request.uid))
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
            m_visit->other_shares = shares(*known);
            m_visit->other_person = shown_person(*known, m_visit->shares && m_visit->other_shares);
        }
    show_slots();
}

// ---- whom to meet ----

void KioskApp::on(const intent::Meet&) {
    const auto* home = page_of<MeetingHomePage>(on_screen<screen::Meeting>());
    if (home != nullptr && home->can_meet && m_visit)
        show_people();
}

void KioskApp::show_people() {
    std::vector<core::Registration> everybody;
    const auto read = m_ports.store->for_each_registration([&](const core::Registration& registration) {
        everybody.push_back(registration);
        return true;
    });
    if (!read)
        return out_of_order(read.error(), std::nullopt);
    std::vector<std::string> met; // there is a meeting with them already
    if (const auto bookings = m_ports.store->bookings_of(m_visit->ticket))
        for (const auto& booking : *bookings)
            if (!core::is_released(booking.stage) && booking.stage != core::BookingStage::Displaced)
                if (const auto* other = other_of(booking, m_visit->ticket))
                    met.push_back(other->ticket);
    std::vector<std::string> present;
    if (const auto scans = m_ports.store->recent_scans(2000))
        for (const auto& scan : *scans)
            if (scan.record.outcome == core::Outcome::Admitted && scan.record.direction == core::Direction::Entry && !scan.undone)
                present.push_back(scan.record.ticket);
    std::ranges::sort(present);
    present.erase(std::ranges::unique(present).begin(), present.end());

    const auto index = core::SuggestionIndex::build(everybody);
    const auto found = index.suggest(m_visit->ticket, present, met, most_people);
    const auto declared = m_ports.plugins == nullptr ? core::Form{} : m_ports.plugins->registration_form(config());
    const auto topic_text = [&](std::string_view field, const std::string& option) -> LocalText {
        const core::Question* question = config().question(field);
        if (const auto* of_plugin = core::find_field(declared, field); question == nullptr && of_plugin != nullptr)
            question = &of_plugin->question;
        if (question != nullptr)
            if (const auto at = std::ranges::find(question->options, option, &core::QuestionOption::id); at != question->options.end())
                return at->text;
        return {option, option};
    };
    MeetingPeoplePage page;
    page.can_search = m_settings.allow_search;
    std::vector<std::string> tickets;
    for (const auto& suggestion : found) {
        const auto person = std::ranges::find(everybody, suggestion.ticket, &core::Registration::ticket);
        if (person == everybody.end())
            continue;
        const auto shown = shown_person(*person, m_visit->shares && shares(*person));
        MeetingPerson entry{shown.name, shown.organisation, {}, std::ranges::binary_search(present, suggestion.ticket)};
        for (const auto& reason : suggestion.reasons) {
            const bool offer = reason.kind == core::Match::TheyOffer, need = reason.kind == core::Match::TheyNeed;
            const auto what = topic_text(offer ? "offers" : need ? "needs" : reason.kind == core::Match::SameTrack ? "tracks" : "looking_for", reason.topic);
            const std::string key = std::string("meeting.why.") + (offer ? "offer" : need ? "need" : reason.kind == core::Match::SameTrack ? "track" : "aim");
            entry.why.push_back({m_ports.catalogue->text(core::Language::Chinese, Message{key, {{"topic", what.in(core::Language::Chinese)}}}),
                                 m_ports.catalogue->text(core::Language::English, Message{key, {{"topic", what.in(core::Language::English)}}})});
        }
        page.people.push_back(std::move(entry));
        tickets.push_back(suggestion.ticket);
    }
    show(screen::Meeting{{std::move(page)}, std::move(tickets), {}});
}

void KioskApp::on(const intent::PickPerson& picked) {
    const auto* meeting = on_screen<screen::Meeting>();
    if (page_of<MeetingPeoplePage>(meeting) == nullptr || picked.index >= meeting->tickets.size() || !m_visit)
        return;
    choose_other(std::string(meeting->tickets[picked.index]), false);
}

void KioskApp::on(const intent::SearchPeople&) {
    const auto* people = page_of<MeetingPeoplePage>(on_screen<screen::Meeting>());
    if (people == nullptr || !people->can_search || !m_visit)
        return;
    show(screen::Search{});
    m_entry.open({}, writing_layout(), most_query_characters);
}

void KioskApp::on(const intent::LetThemScan&) {
    if (page_of<MeetingPeoplePage>(on_screen<screen::Meeting>()) == nullptr || !m_visit)
        return;
    MeetingScanPage page;
    page.title = {"meeting.scan.other.title", {}};
    page.hint = {"meeting.scan.other.hint", {}};
    page.other = true;
    show(screen::Meeting{{std::move(page)}, {}, {}});
}

void KioskApp::choose_other(const std::string& ticket, bool here) {
    const auto known = registration_of(ticket);
    if (!known || ticket == m_visit->ticket) {
        show_people();
        return say({known ? "meeting.scan.same" : "meeting.scan.not_on_list", {}});
    }
    m_visit->other = ticket;
    m_visit->other_shares = shares(*known);
    m_visit->other_person = shown_person(*known, m_visit->shares && m_visit->other_shares);
    m_visit->other_here = here;
    // Somebody who sits at a table of their own all day is met there.
    m_visit->unit.clear();
    for (const auto& unit : config().units)
        if (unit.host == ticket || unit.host == m_visit->ticket)
            m_visit->unit = unit.id;
    show_slots();
}

// ---- when and where ----

void KioskApp::show_slots(bool choosing_unit) {
    auto& desk = *m_ports.bookings;
    const auto now = desk.now();
    const auto& zone = config().event.timezone;
    const std::vector<std::string> people{m_visit->ticket, m_visit->other};
    const auto free = desk.free_slots(people, m_visit->unit, most_offers);
    if (!free)
        return out_of_order(free.error(), std::nullopt);
    std::vector<std::vector<core::Booking>> bookings;
    for (const auto& ticket : people) {
        auto of_person = m_ports.store->bookings_of(ticket);
        if (!of_person)
            return out_of_order(of_person.error(), std::nullopt);
        std::erase_if(*of_person, [&](const auto& each) { return !core::is_active(each, now, desk.policy().grace_ms); });
        bookings.push_back(std::move(*of_person));
    }
    const auto busy = [](const std::vector<core::Booking>& all, core::Instant from, core::Instant to) {
        return std::ranges::any_of(all, [&](const auto& each) { return each.request.starts < to && from < each.request.ends; });
    };

    // Every time at which something could be had, once, with the best of the free tables: one that this kiosk can confirm
    // by itself, else the first.
    struct Time {
        core::Instant ends;
        bool all_blocked = true;
        const core::FreeSlot* best = nullptr;
    };
    std::map<core::Instant, Time> times;
    for (const auto& unit : config().units) {
        if (!m_visit->unit.empty() && unit.id != m_visit->unit)
            continue;
        for (const auto& slot : unit.slots) {
            if (slot.ends <= now || unit.seats < 2)
                continue;
            auto& time = times.try_emplace(slot.starts, Time{slot.ends, true, nullptr}).first->second;
            time.all_blocked = time.all_blocked && slot.blocked;
        }
    }
    for (const auto& each : *free)
        if (const auto time = times.find(each.starts); time != times.end())
            if (time->second.best == nullptr || (each.held_here && !time->second.best->held_here))
                time->second.best = &each;

    MeetingSlotsPage page;
    page.title = m_visit->moves.empty() ? Message{"meeting.slots.with", {{"name", m_visit->other_person.name}}}
                                        : Message{"meeting.slots.move", {{"name", m_visit->other_person.name}}};
    std::vector<core::FreeSlot> offers;
    for (const auto& [starts, time] : times) {
        SlotTile tile;
        tile.time = clock_text(zone, starts);
        tile.until = clock_text(zone, time.ends);
        if (time.best != nullptr) {
            tile.free = true;
            tile.soonest = std::ranges::none_of(page.slots, &SlotTile::free);
            tile.table = unit_label(config(), time.best->unit);
        } else if (busy(bookings[0], starts, time.ends)) {
            tile.why = {"meeting.slot.you_busy", {}};
        } else if (busy(bookings[1], starts, time.ends)) {
            tile.why = {"meeting.slot.they_busy", {}};
        } else {
            tile.why = {time.all_blocked ? "meeting.slot.break" : "meeting.slot.full", {}};
        }
        page.slots.push_back(std::move(tile));
        offers.push_back(time.best == nullptr ? core::FreeSlot{} : *time.best);
    }
    page.none_free = std::ranges::none_of(page.slots, &SlotTile::free);
    page.units.push_back({{}, {}, {}, m_visit->unit.empty()});
    for (const auto& unit : config().units)
        if (unit.seats >= 2)
            page.units.push_back({unit.id, unit_label(config(), unit.id), unit_kind_label(*m_ports.catalogue, unit.kind), unit.id == m_visit->unit});
    page.choosing_unit = choosing_unit;
    show(screen::Meeting{{std::move(page)}, {}, std::move(offers)});
}

void KioskApp::on(const intent::OpenUnits&) {
    const auto* page = page_of<MeetingSlotsPage>(on_screen<screen::Meeting>());
    if (page != nullptr && m_visit)
        show_slots(!page->choosing_unit);
}

void KioskApp::on(const intent::ChooseUnit& chosen) {
    if (page_of<MeetingSlotsPage>(on_screen<screen::Meeting>()) == nullptr || !m_visit)
        return;
    if (!chosen.id.empty() && config().unit(chosen.id) == nullptr)
        return;
    m_visit->unit = chosen.id;
    show_slots();
}

void KioskApp::on(const intent::PickSlot& picked) {
    const auto* meeting = on_screen<screen::Meeting>();
    if (meeting == nullptr || !m_visit || picked.index >= meeting->offers.size() || meeting->offers[picked.index].unit.empty())
        return;
    m_visit->chosen = meeting->offers[picked.index];
    if (!m_visit->moves.empty()) {
        m_visit->watched = m_visit->moves;
        return after_booking(m_ports.bookings->move(m_visit->moves, m_visit->chosen.unit, m_visit->chosen.slot, {}));
    }
    if (m_visit->other.empty())
        return; // a refusal of something that had no other side
    show_meeting_form();
}

// ---- what about ----

void KioskApp::show_meeting_form() {
    FormField purpose;
    purpose.question.id = purpose_field;
    purpose.question.type = core::QuestionType::Single;
    purpose.question.required = true;
    purpose.question.text = local_text(*m_ports.catalogue, "meeting.field.purpose");
    auto purposes = m_ports.bookings->policy().purposes;
    if (purposes.empty())
        purposes.assign(purposes_without_policy.begin(), purposes_without_policy.end());
    for (const auto& each : purposes)
        purpose.question.options.push_back({each, local_text(*m_ports.catalogue, purpose_text(each))});
    FormField topic;
    topic.question.id = topic_field;
    topic.question.type = core::QuestionType::Text;
    topic.question.text = local_text(*m_ports.catalogue, "meeting.field.topic");
    topic.help = local_text(*m_ports.catalogue, "meeting.field.topic.help");
    topic.max_characters = topic_characters;
    m_visit->watched.clear();
    screen::MeetingForm state;
    state.form.add_page({std::move(purpose), std::move(topic)});
    show(std::move(state)); // nobody has to type: the keyboard comes with a touch of the field
}

FormView KioskApp::meeting_form_view(const screen::MeetingForm& state) const {
    const auto& chosen = m_visit->chosen;
    FormView view;
    view.fields = state.form.fields();
    view.focus = state.focus.id;
    view.title = {"meeting.form.title", {}};
    view.hint = {"meeting.form.hint",
                 {{"time", clock_text(config().event.timezone, chosen.starts)},
                  {"table", unit_label(config(), chosen.unit).in(m_language)},
                  {"name", m_visit->other_person.name}}};
    view.next_label = {m_visit->other_here ? "meeting.form.book" : "meeting.form.ask", {}};
    return view;
}

void KioskApp::next_in_meeting() {
    auto& form = on_screen<screen::MeetingForm>()->form;
    if (!form.check_page())
        return focus_on(form.wants_focus());
    core::BookingWish wish;
    wish.unit = m_visit->chosen.unit;
    wish.slot = m_visit->chosen.slot;
    wish.participants = {m_visit->ticket, m_visit->other};
    if (!m_visit->other_here)
        wish.must_accept = {m_visit->other};
    wish.purpose = form.text(purpose_field);
    wish.topic = form.text(topic_field);
    m_visit->watched.clear();
    after_booking(m_ports.bookings->book(wish));
}

// ---- the way back ----

void KioskApp::back_in_meeting() {
    if (on_screen<screen::MeetingForm>() != nullptr)
        return show_slots();
    if (on_screen<screen::Search>() != nullptr)
        return show_people();
    const auto* meeting = on_screen<screen::Meeting>();
    if (!m_visit || page_of<MeetingHomePage>(meeting) != nullptr)
        return go_idle();
    if (const auto* slots = page_of<MeetingSlotsPage>(meeting)) {
        if (slots->choosing_unit)
            return show_slots();
        if (m_visit->moves.empty())
            return show_people();
    } else if (page_of<MeetingScanPage>(meeting) != nullptr) {
        return show_people();
    }
    show_meeting_home();
}

// ---- at the door: what they should know of it ----

void KioskApp::add_meetings_to(ResultView& view, const std::string& ticket) {
    if (!has_meetings() || ticket.empty())
        return;
    m_arrived.push_back(ticket);
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
    view.can_meet = true;
}

} // namespace kiosk::app
