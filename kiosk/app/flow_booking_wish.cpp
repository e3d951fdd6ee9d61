// SPDX-License-Identifier: Apache-2.0
// The business area: whom to meet, when and where, what about; and the way back from each page.
#include "app/agenda.hpp"
#include "app/booking_text.hpp"
#include "app/counterparts.hpp"
#include "app/event_settings.hpp"
#include "app/kiosk_app.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace kiosk::app {

namespace {

constexpr std::size_t most_people = 6;
constexpr std::size_t most_offers = 600;
constexpr std::size_t most_query_characters = 40;
constexpr std::size_t topic_characters = 60;
constexpr std::array purposes_without_policy{"business", "opportunity", "trial", "pr", "recruit", "training"};
const std::string purpose_field = "purpose";
const std::string topic_field = "topic";

template <typename Page> const Page* page_of(const screen::Meeting* meeting) {
    return meeting == nullptr ? nullptr : std::get_if<Page>(&meeting->view.page);
}

} // namespace

// ---- whom to meet ----

void KioskApp::on(const intent::Meet&) {
    const auto* home = page_of<MeetingHomePage>(on_screen<screen::Meeting>());
    if (home != nullptr && home->can_meet && m_visit)
        show_people();
}

std::vector<std::string> KioskApp::people_inside() {
    return app::people_inside(*m_ports.store, config()).value_or(std::vector<std::string>());
}

void KioskApp::show_people() {
    const auto declared = m_ports.plugins == nullptr ? core::Form{} : m_ports.plugins->registration_form(config());
    auto found = suggest_counterparts(*m_ports.store, config(), *m_ports.catalogue, declared, m_visit->ticket, most_people);
    if (!found)
        return out_of_order(found.error(), std::nullopt);
    MeetingPeoplePage page;
    page.can_search = m_settings.allow_search;
    std::vector<std::string> tickets;
    for (auto& other : *found) {
        const auto shown = shown_person(other.registration, m_visit->shares && lets_share(other.registration));
        page.people.push_back({shown.name, shown.organisation, std::move(other.why), other.inside});
        tickets.push_back(other.registration.ticket);
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
    m_visit->other_shares = lets_share(*known);
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

} // namespace kiosk::app
