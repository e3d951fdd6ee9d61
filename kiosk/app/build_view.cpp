// SPDX-License-Identifier: Apache-2.0
// From the state to what the window draws. Nothing is decided here; what the public may not see is left out here.
#include "app/agenda.hpp"
#include "app/kiosk_app.hpp"
#include "core/names.hpp"

#include <algorithm>

namespace kiosk::app {

std::shared_ptr<const View> KioskApp::view() {
    if (!m_changed && m_view)
        return m_view;
    auto view = std::make_shared<View>();
    view->revision = ++m_revision;
    view->language = m_language;
    view->dark = m_settings.dark;
    view->motion = m_settings.motion;
    view->accent = m_event_settings.accent;
    view->header = header();
    view->sync = sync();
    view->scanner = m_scanner;
    view->staff_mode = m_staff.has_value();
    view->body = body();
    view->keyboard = keyboard();
    view->resets_in_s = countdown_s();
    view->notice = m_notice;
    view->cue_number = m_cue_number;
    view->cue = m_cue;
    view->volume = m_settings.volume;
    m_changed = false;
    m_shown_countdown_s = countdown_s();
    m_shown_minute = minute_number();
    m_shown_lock_s = pin_lock_s();
    m_view = std::move(view);
    return m_view;
}

Header KioskApp::header() const {
    const auto& event = config().event;
    const auto now = m_ports.clock->now();
    Header header;
    header.event_title = event.title;
    header.venue = event.venue;
    header.clock = clock_text(event.timezone, now);
    header.date = date_text(event.timezone, now);
    if (const auto* checkpoint = config().checkpoint(m_checkpoint))
        header.checkpoint = checkpoint->name;
    auto agenda = now_and_next(event, now);
    header.now = std::move(agenda.now);
    header.next = std::move(agenda.next);
    return header;
}

namespace {

ConfirmView confirm_view(const core::Person& person) {
    return {core::mask_name(person.name), core::phone_tail(person.phone), core::mask_organisation(person.organisation)};
}

FormView form_view(const FormPart& part) {
    FormView view;
    view.page = part.form.page() + 1;
    view.pages = part.form.pages();
    view.fields = part.form.fields();
    view.focus = part.focus.id;
    view.focus_row = part.focus.row;
    view.focus_column = part.focus.column;
    view.can_go_back = part.form.page() > 0;
    view.next_label = {part.form.on_last_page() ? "form.done" : "form.next", {}};
    return view;
}

FormView question_view(const screen::Form& state) {
    auto view = form_view(state);
    view.title = {state.is_walk_in() ? "walk_in.title" : "form.title", {}};
    view.hint = {state.is_walk_in() ? "walk_in.hint" : "form.hint", {}};
    view.heading = state.form.title();
    view.can_finish = state.is_walk_in() && state.form.rest_is_optional();
    const auto asks_nda = [](const FieldView& field) { return field.kind == FieldKind::Consent && field.id == "nda"; };
    const bool has_text = !state.reading.zh.empty() || !state.reading.en.empty();
    if (has_text && std::ranges::any_of(view.fields, asks_nda)) {
        view.title = {"nda.title", {}};
        view.hint = {"nda.hint", {}};
        view.reading = state.reading;
        if (!state.reading_version.empty())
            view.reading_note = {"nda.version", {{"version", state.reading_version}}};
    }
    return view;
}

FormView lead_view(const screen::LeadForm& state) {
    auto view = form_view(state);
    view.title = {state.is_new ? "lead.form.new" : "lead.form.change", {}};
    if (state.is_new && state.form.has("organisation"))
        view.hint = {"lead.form.hint", {}};
    if (state.form.on_last_page())
        view.next_label = {"lead.form.save", {}};
    return view;
}

SearchView search_view(const screen::Search& state, std::string query) {
    SearchView view;
    view.query = std::move(query);
    view.more = state.page.more;
    for (const auto& row : state.page.rows)
        // The phone's tail is shown to whoever typed it. For a search by name it is the second factor: a secret.
        view.rows.push_back({row.masked_name, row.masked_organisation, state.by_digits ? row.phone_tail : ""});
    if (state.asked.empty() || state.page.refused)
        view.hint = {"search.hint.start", {}};
    else if (view.rows.empty())
        view.hint = {"search.hint.nobody", {}};
    else
        view.hint = {view.more ? "search.hint.more" : "search.hint.pick", {}};
    return view;
}

} // namespace

Body KioskApp::body() const {
    if (const auto* idle = on_screen<screen::Idle>()) {
        IdleView view;
        view.can_search = m_settings.allow_search;
        view.can_walk_in = m_settings.allow_walk_in;
        view.can_meet = has_meetings();
        view.door = door_session();
        if (view.door) { // nobody is entered here who is not invited, and nothing else is advertised
            view.can_walk_in = false;
            view.can_meet = false;
            return view;
        }
        view.slide = idle->slide;
        if (idle->slide > 0 && idle->slide <= m_slides.size())
            view.slide_lines = m_slides[idle->slide - 1];
        return view;
    }
    if (const auto* confirm = on_screen<screen::Confirm>())
        return confirm_view(confirm->person);
    if (const auto* form = on_screen<screen::Form>())
        return question_view(*form);
    if (const auto* interview = on_screen<screen::Interview>()) {
        if (interview->ending)
            return interview_end_view(*interview);
        return interview_view(*interview);
    }
    if (const auto* lead = on_screen<screen::LeadForm>())
        return lead_view(*lead);
    if (const auto* outcome = on_screen<screen::OutcomeForm>()) {
        auto view = form_view(*outcome);
        view.title = {"board.form.title", {}};
        if (outcome->form.on_last_page())
            view.next_label = {"lead.form.save", {}};
        return view;
    }
    if (const auto* session = on_screen<screen::SessionForm>())
        return session_form_view(*session, form_view(*session));
    if (const auto* meeting = on_screen<screen::Meeting>())
        return meeting->view;
    if (const auto* form = on_screen<screen::MeetingForm>())
        return meeting_form_view(*form);
    if (const auto* result = on_screen<screen::Result>())
        return result->view;
    if (const auto* search = on_screen<screen::Search>())
        return search->pick ? pick_view(*search, search_view(*search, m_entry.text())) : search_view(*search, m_entry.text());
    if (const auto* factor = on_screen<screen::SecondFactor>()) {
        const bool by_name = factor->factor == Factor::FullName;
        return SecondFactorView{factor->row.masked_name,
                                {by_name ? "search.factor.name" : "search.factor.tail", {}},
                                by_name,
                                m_entry.text(),
                                factor->problem};
    }
    if (const auto* pin = on_screen<screen::StaffPin>()) {
        StaffPinView view{pin->digits.size(), pin->problem, m_pin_gate.locked(), 0};
        if (view.locked) {
            view.locked_seconds = pin_lock_s();
            view.problem = {"staff.pin.locked", {{"seconds", std::to_string(view.locked_seconds)}}};
        }
        return view;
    }
    if (on_screen<screen::Staff>() != nullptr && m_staff) {
        auto view = m_staff->data;
        view.tab = m_staff->tab;
        view.staff_name = m_staff->name;
        view.asks_undo = m_staff->asks_undo;
        view.has_board = has_meetings();
        view.has_sessions = has_sessions();
        if (view.notice.empty())
            view.notice = m_staff->notice;
        return view;
    }
    const auto* broken = on_screen<screen::OutOfOrder>();
    KIOSK_ASSERT(broken != nullptr);
    const bool full = broken->error.code == core::ErrorCode::DiskFull;
    return OutOfOrderView{{full ? "out_of_order.full" : "out_of_order.what", {}},
                          {broken->told ? "out_of_order.told" : "out_of_order.not_told", {}},
                          {"out_of_order.next", {}},
                          broken->error.context.empty() ? broken->error.message_key
                                                        : broken->error.message_key + " · " + broken->error.context};
}

std::optional<KeyboardView> KioskApp::keyboard() const {
    if (on_screen<screen::StaffPin>() != nullptr) {
        KeyboardView digits;
        digits.layout = KeyboardView::Layout::Digits;
        digits.pinyin_available = false;
        return digits;
    }
    if (!m_entry.is_open())
        return std::nullopt;
    return m_entry.view();
}

} // namespace kiosk::app
