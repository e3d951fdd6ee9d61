// SPDX-License-Identifier: Apache-2.0
// A session behind closed doors is created or changed by staff who stand before the screen.
#include "app/event_settings.hpp"
#include "app/kiosk_app.hpp"
#include "app/session_setup.hpp"

#include <algorithm>

namespace kiosk::app {

using core::SessionAct;

core::PrivateSession KioskApp::details_before(const std::string& session) const {
    if (session.empty())
        return {};
    const auto known = m_ports.sessions->details(session);
    return known ? known->details : core::PrivateSession{};
}

void KioskApp::on(const intent::NewSession&) {
    if (m_staff && on_screen<screen::Staff>() != nullptr && m_staff->tab == StaffTab::Sessions && has_sessions() && sees_sessions())
        show_setup_form({});
}

void KioskApp::show_setup_form(const std::string& id) {
    SessionDetails known;
    if (!id.empty()) {
        auto found = m_ports.sessions->details(id);
        if (!found)
            return tell_session(std::unexpected(found.error()), "");
        known = std::move(*found);
    }
    const auto name_of = [this](const std::string& ticket) {
        const auto person = registration_of(ticket);
        return person && !person->person.name.empty() ? person->person.name : ticket;
    };
    m_staff->closed.ask_nothing();
    screen::SessionForm state;
    state.form = setup_form({config(), *m_ports.catalogue, m_language, known, id.empty(), m_ports.clock->now(), name_of});
    state.session = id;
    state.act = SessionAct::Change;
    show(std::move(state));
    focus_on(form_part()->form.wants_focus());
}

LocalText KioskApp::usual_agreement() const { return local_text(*m_ports.catalogue, "session.nda.usual"); }

void KioskApp::next_in_setup() {
    if (!m_staff || m_ports.sessions == nullptr)
        return go_idle();
    auto* state = on_screen<screen::SessionForm>();
    auto& form = state->form;
    const auto before = details_before(state->session);
    const bool good = form.check_page();
    if (const auto wrong = setup_problem(form, before, usual_agreement()); good && wrong && is_on_page(wrong->first)) {
        form.set_problem(wrong->first, wrong->second);
        return focus_on(form.wants_focus());
    }
    if (!good)
        return focus_on(form.wants_focus());
    if (form.on_last_page())
        return save_setup();
    propose_version(form, before, usual_agreement());
    if (form.is_ahead("start")) { // as the day wants it, and the time by now
        const auto* session = config().session(state->session);
        offer_starts(form, config(), *m_ports.catalogue, session == nullptr ? core::Session{} : *session, m_ports.clock->now());
    }
    form.next_page();
    focus_on(form.wants_focus());
}

void KioskApp::save_setup() {
    auto* state = on_screen<screen::SessionForm>();
    auto& form = state->form;
    const auto usual = usual_agreement();
    core::Session session;
    core::PrivateSession details;
    const bool is_new = state->session.empty();
    if (is_new) {
        const auto uid = core::make_uid(m_ports.clock->now(), *m_ports.random);
        session.id = "cd-" + uid.substr(uid.size() - 8); // by chance: two kiosks may create one each
        session.kind = "closed_door";
    } else {
        const auto known = m_ports.sessions->details(state->session);
        if (!known)
            return say({"staff.notice.not_saved", {{"why", m_ports.catalogue->text(m_language, known.error().message_key)}}});
        session = known->session;
        session.title = {}; // it is in the private part
        details = known->details;
    }
    propose_version(form, details, usual);
    auto wrong = setup_problem(form, details, usual);
    if (const auto missing = form.missing(); !missing.empty())
        wrong = std::pair(missing.front().id, Message{});
    if (wrong) {
        form.go_to_page_of(wrong->first);
        form.check_page();
        if (!wrong->second.empty())
            form.set_problem(wrong->first, wrong->second);
        return focus_on(form.wants_focus());
    }

    apply_setup(form, config(), usual, session, details);
    auto result = m_ports.sessions->set(session, details, m_staff->id);
    if (!result) // what was chosen stays on the screen
        return say({"staff.notice.not_saved", {{"why", m_ports.catalogue->text(m_language, result.error().message_key)}}});
    // The door asks for an invitation, also from whoever hosts or takes notes.
    if (result->reason == core::SessionReason::None)
        for (const auto& [ticket, role] : {std::pair(details.note_taker, "note_taker"), std::pair(details.host, "host")}) {
            if (ticket.empty() || (ticket == details.host && role != std::string_view("host")))
                continue;
            auto invited = m_ports.sessions->invite(session.id, ticket, role, m_staff->id);
            if (!invited || (invited->reason != core::SessionReason::None && invited->reason != core::SessionReason::AlreadyInvited))
                result = std::move(invited);
        }
    go_idle();
    if (is_new && !m_ports.sessions->config().session(session.id))
        return tell_session(result, "");
    m_staff->closed = {};
    m_staff->closed.open = session.id;
    tell_session(result, is_new ? "created" : "changed");
}

FormView KioskApp::setup_view(const screen::SessionForm& state, FormView view) const {
    const bool is_new = state.session.empty();
    view.title = {is_new ? "session.form.new" : "session.form.change", {}};
    view.heading = state.form.title();
    view.can_go_back = true;
    view.steps = state.form.steps();
    const bool last = state.form.on_last_page();
    view.next_label = {last ? "lead.form.save" : "form.next", {}};
    view.can_finish = !is_new && !last && state.form.missing().empty(); // one thing was to be changed, and is
    if (view.can_finish)
        view.finish_label = {"lead.form.save", {}};
    if (std::ranges::any_of(view.fields, [](const FieldView& shown) { return shown.id == "nda_source"; })) {
        // What people will sign is read before it is chosen.
        const auto before = details_before(state.session);
        view.reading = chosen_agreement(state.form, before, usual_agreement());
        if (state.form.text("nda_source") == "keep" && !before.nda_version.empty())
            view.reading_note = {"nda.version", {{"version", before.nda_version}}};
    }
    return view;
}

} // namespace kiosk::app
