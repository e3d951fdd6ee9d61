// SPDX-License-Identifier: Apache-2.0
// Somebody or an organisation is looked up for a session behind closed doors: a guest, a host, whose seats. By name, or
// by a code that is scanned meanwhile.
#include "app/kiosk_app.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <map>

namespace kiosk::app {

namespace {

constexpr std::size_t most_found = 8, most_query_characters = 40;

bool matches(const std::string& organisation, const std::string& query) {
    if (core::fold(organisation).find(query) != std::string::npos)
        return true;
    const auto read = core::pinyin(organisation);
    return read.full.find(query) != std::string::npos || read.initials.starts_with(query);
}

} // namespace

void KioskApp::on(const intent::FindGuest&) {
    if (on_session() && sees_sessions())
        show_pick({screen::SessionPick::What::Guest, {}, {}, false, {}, {}});
}

void KioskApp::on(const intent::AddSeats&) {
    if (on_session() && sees_sessions())
        show_pick({screen::SessionPick::What::Seats, {}, {}, true, {}, {}});
}

void KioskApp::look_up(const std::string& field) {
    auto* form = on_screen<screen::SessionForm>();
    take_entry();
    screen::SessionPick pick{screen::SessionPick::What::Field, field, std::move(*form), field == "host_org", {}, {}};
    show_pick(std::move(pick));
}

void KioskApp::show_pick(screen::SessionPick pick) {
    if (pick.organisations) {
        std::map<std::string, std::string> all; // folded → as it is written first
        const auto read = m_ports.store->for_each_registration([&](const core::Registration& registration) {
            if (auto folded = core::fold(registration.person.organisation); !folded.empty() && registration.status != core::RegistrationStatus::Cancelled)
                all.try_emplace(std::move(folded), registration.person.organisation);
            return true;
        });
        if (!read)
            return out_of_order(read.error(), std::nullopt);
        for (auto& [folded, name] : all)
            pick.all.push_back(std::move(name));
    }
    screen::Search search;
    search.pick = std::move(pick);
    if (search.pick->organisations)
        update_pick(search, {});
    if (m_staff)
        m_staff->closed.ask_nothing();
    show(std::move(search));
    m_entry.open({}, writing_layout(), most_query_characters);
}

void KioskApp::update_pick(screen::Search& search, const std::string& typed) {
    auto& pick = *search.pick;
    const auto query = core::fold(typed);
    search.asked = typed;
    search.page.more = false;
    pick.found.clear();
    // Before anything is typed: where those who are invited come from.
    if (query.empty() && m_staff) {
        if (const auto known = m_ports.sessions->details(m_staff->closed.open))
            for (const auto& person : known->people)
                if (const auto& name = person.registration.person.organisation;
                    !name.empty() && pick.found.size() < most_found && std::ranges::find(pick.found, name) == pick.found.end())
                    pick.found.push_back(name);
        return;
    }
    for (const auto& name : pick.all) {
        if (query.empty() || !matches(name, query))
            continue;
        search.page.more = pick.found.size() == most_found;
        if (search.page.more)
            return;
        pick.found.push_back(name);
    }
}

SearchView KioskApp::pick_view(const screen::Search& search, SearchView view) const {
    const auto& pick = *search.pick;
    if (pick.organisations) {
        view.rows.clear();
        for (const auto& name : pick.found)
            view.rows.push_back({name, {}, {}});
        view.more = search.page.more;
        view.placeholder = {"session.pick.organisation", {}};
        const bool nobody = view.rows.empty() && !search.asked.empty();
        view.hint = {nobody ? "session.pick.no_organisation" : view.more ? "search.hint.more" : "session.pick.organisation_hint", {}};
        return view;
    }
    view.placeholder = {"session.pick.person", {}};
    if (search.asked.empty() || search.page.refused)
        view.hint = {"session.pick.person_hint", {}};
    else if (view.rows.empty())
        view.hint = {"session.pick.nobody", {}};
    else if (!view.more)
        view.hint = {"session.pick.choose", {}};
    return view;
}

void KioskApp::pick_row(std::size_t row) {
    auto* search = on_screen<screen::Search>();
    auto& pick = *search->pick;
    const auto count = pick.organisations ? pick.found.size() : search->page.rows.size();
    if (row >= count)
        return;
    auto id = pick.organisations ? pick.found[row] : search->page.rows[row].ticket;
    picked(std::move(pick), id);
}

void KioskApp::take_picked_code(const std::string& code) {
    auto& pick = *on_screen<screen::Search>()->pick;
    const auto seen = m_ports.check_in->preview(new_attempt(code, "qr").request);
    if (!seen || !seen->registration || (pick.organisations && seen->registration->person.organisation.empty())) {
        play(Cue::Stop);
        return say({"session.notice.unknown_code", {}});
    }
    const auto& registration = *seen->registration;
    picked(std::move(pick), pick.organisations ? registration.person.organisation : registration.ticket);
}

// `id`: a ticket, or an organisation as it is written.
void KioskApp::picked(screen::SessionPick pick, const std::string& id) {
    using What = screen::SessionPick::What;
    if (!m_staff || m_ports.sessions == nullptr)
        return go_idle();
    const auto person = pick.organisations ? std::nullopt : registration_of(id);
    if (pick.what == What::Field) {
        auto form = std::move(*pick.form);
        const auto choose = [&](const std::string& field, const std::string& value, const std::string& label) {
            form.form.offer(field, {value, {label, label}});
            form.form.set(field, value);
        };
        choose(pick.field, id, person && !person->person.name.empty() ? person->person.name : id);
        // A host speaks for their own organisation, until somebody says otherwise.
        if (pick.field == "host" && person && !person->person.organisation.empty() && form.form.text("host_org").empty())
            choose("host_org", person->person.organisation, person->person.organisation);
        show(std::move(form));
        return;
    }
    go_idle();
    if (pick.what == What::Guest) {
        m_staff->closed.part = SessionPart::People;
        return person ? ask_to_invite(*person) : tell_staff({"session.reason.unknown_person", {}});
    }
    m_staff->closed.part = SessionPart::Seats;
    const auto known = m_ports.sessions->details(m_staff->closed.open);
    if (known && std::ranges::any_of(known->quotas, [&](const auto& quota) { return core::fold(quota.organisation) == core::fold(id); }))
        return tell_staff({"session.notice.seats_there", {}});
    tell_session(m_ports.sessions->set_quota({m_staff->closed.open, id, 1, "guest", m_staff->id}), "seats");
}

void KioskApp::back_from_pick() {
    auto& pick = *on_screen<screen::Search>()->pick;
    if (!pick.form)
        return go_idle();
    auto form = std::move(*pick.form);
    show(std::move(form));
}

} // namespace kiosk::app
