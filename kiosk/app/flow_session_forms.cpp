// SPDX-License-Identifier: Apache-2.0
// Words about a session behind closed doors: minutes, a discussion point, why it goes back or is cancelled.
#include "app/event_settings.hpp"
#include "app/kiosk_app.hpp"

#include <algorithm>

namespace kiosk::app {

using core::SessionAct;

namespace {

constexpr std::string_view words_field = "words";
constexpr std::size_t words_characters = core::max_answer_bytes / 3; // as many as a form holds; the command line takes more

std::string_view notice_after(SessionAct act) {
    switch (act) {
    case SessionAct::Minutes: return "minutes";
    case SessionAct::Point: return "point";
    case SessionAct::Cancel: return "cancelled";
    default: return "rejected";
    }
}

} // namespace

void KioskApp::show_session_form(SessionAct act) {
    const auto known = m_ports.sessions->details(m_staff->closed.open);
    if (!known)
        return tell_staff({"staff.notice.unreadable", {{"why", m_ports.catalogue->text(m_language, known.error().message_key)}}});
    FormField field;
    field.question.id = words_field;
    field.question.type = core::QuestionType::TextArea;
    field.question.required = true;
    field.question.text = local_text(*m_ports.catalogue, "session.field." + std::string(core::to_string(act)));
    field.max_characters = act == SessionAct::Minutes ? words_characters : 400;
    screen::SessionForm state;
    state.session = m_staff->closed.open;
    state.act = act;
    state.form.add_page({std::move(field)});
    // The latest minutes stand: whoever writes goes on from them. What is too long for this keyboard is not cut short.
    if (const auto& before = known->standing.minutes; act == SessionAct::Minutes && !before.empty()) {
        const auto characters = std::ranges::count_if(before, [](char c) { return (c & 0xC0) != 0x80; });
        if (characters > static_cast<std::ptrdiff_t>(words_characters) || !state.form.set(words_field, before))
            return tell_staff({"session.notice.minutes_too_long", {}});
    }
    m_staff->closed.ask_nothing();
    show(std::move(state));
    focus_on(form_part()->form.wants_focus());
}

void KioskApp::next_in_session_form() {
    auto* state = on_screen<screen::SessionForm>();
    if (state->act == SessionAct::Change)
        return next_in_setup();
    if (!state->form.check_page())
        return focus_on(state->form.wants_focus());
    if (!m_staff || m_ports.sessions == nullptr)
        return go_idle();
    const auto session = state->session;
    const auto text = state->form.text(words_field);
    const auto act = state->act;
    auto& desk = *m_ports.sessions;
    const auto result = act == SessionAct::Minutes  ? desk.minutes(session, text, m_staff->id)
                        : act == SessionAct::Point  ? desk.point(session, text, m_staff->id)
                        : act == SessionAct::Cancel ? desk.cancel(session, m_staff->id, text)
                                                    : desk.reject(session, m_staff->id, text);
    if (!result) // what was written stays on the screen
        return say({"staff.notice.not_saved", {{"why", m_ports.catalogue->text(m_language, result.error().message_key)}}});
    go_idle();
    m_staff->closed.open = session;
    tell_session(result, notice_after(act));
}

FormView KioskApp::session_form_view(const screen::SessionForm& state, FormView view) const {
    const auto name = std::string(core::to_string(state.act));
    if (state.act != SessionAct::Change) {
        const bool ends = state.act == SessionAct::Reject || state.act == SessionAct::Cancel;
        view.title = {"session.form." + name, {}};
        view.next_label = {ends ? "session.form." + name + ".done" : "lead.form.save", {}};
        return view;
    }
    return setup_view(state, std::move(view));
}

} // namespace kiosk::app
