// SPDX-License-Identifier: Apache-2.0
// From a code to a result. The commit is the only way to a green screen.
#include "app/kiosk_app.hpp"
#include "app/result_text.hpp"

#include "app/agenda.hpp"
#include "core/names.hpp"

#include <algorithm>

namespace kiosk::app {

using core::ErrorCode;
using core::Outcome;

namespace {

constexpr std::size_t most_waiting = 8;
constexpr std::int64_t unsaved_for_ms = 10 * core::minute_ms; // then the same code is a visit of its own

// Is it the store that failed, or only this request? A request that is wrong is wrong on every kiosk.
bool is_out_of_order(ErrorCode code) {
    switch (code) {
    case ErrorCode::Io:
    case ErrorCode::DiskFull:
    case ErrorCode::Corrupt:
    case ErrorCode::NewerVersion:
    case ErrorCode::Unavailable:
    case ErrorCode::Internal:
        return true;
    case ErrorCode::Invalid:
    case ErrorCode::NotFound:
    case ErrorCode::Conflict:
    case ErrorCode::Denied:
    case ErrorCode::TooLarge:
        return false;
    }
    return true;
}

} // namespace

// ---- codes arrive ----

void KioskApp::on(const intent::ScannedText& scanned) {
    const auto now = now_ms();
    auto code = core::normalise_code(scanned.text);
    const bool held = code == m_last_code && now - m_last_code_ms < m_settings.same_code_ms;
    if (held || is_of_this_person(code)) {
        m_last_code = std::move(code);
        m_last_code_ms = now; // counts from when it was seen last, not first
        return;
    }
    if (m_ports.deck->is_hub_code(scanned.text)) {
        m_last_code = std::move(code);
        m_last_code_ms = now;
        return take_hub_code(scanned.text);
    }
    const auto* meeting = on_screen<screen::Meeting>();
    if (meeting != nullptr && std::holds_alternative<MeetingScanPage>(meeting->view.page)) {
        m_last_code = std::move(code);
        m_last_code_ms = now;
        return take_meeting_code(scanned.text);
    }
    if (on_board()) {
        m_last_code = std::move(code);
        m_last_code_ms = now;
        take_board_code(scanned.text);
        return;
    }
    if (on_session()) {
        m_last_code = std::move(code);
        m_last_code_ms = now;
        return take_session_code(scanned.text);
    }
    if (const auto* search = on_screen<screen::Search>(); search != nullptr && search->pick) {
        m_last_code = std::move(code);
        m_last_code_ms = now;
        return take_picked_code(scanned.text);
    }
    if (on_screen<screen::OutcomeForm>() != nullptr || on_screen<screen::SessionForm>() != nullptr)
        return;
    if (on_screen<screen::Interview>() != nullptr || on_screen<screen::LeadForm>() != nullptr) {
        m_last_code = std::move(code);
        m_last_code_ms = now;
        return take_respondent(scanned.text);
    }
    if (std::ranges::any_of(m_waiting, [&](const auto& scan) { return core::normalise_code(scan.code) == code; }))
        return;
    if (m_waiting.size() >= most_waiting)
        return say({"notice.scan_again_later", {}});
    m_waiting.push_back({scanned.text, now});
    if (!ready_for(m_waiting.front()) && busy_with_somebody())
        say({"notice.somebody_waits", {}});
}

// The person at the form or at "is this you?" shows their code again.
bool KioskApp::is_of_this_person(const std::string& code) const {
    if (m_visit && (m_visit->ticket == code || m_visit->code == code)) {
        const auto* meeting = on_screen<screen::Meeting>(); // where the other side is awaited, they are told so
        return meeting == nullptr || !std::holds_alternative<MeetingScanPage>(meeting->view.page);
    }
    const Attempt* attempt = nullptr;
    if (const auto* form = on_screen<screen::Form>())
        attempt = std::get_if<Attempt>(&form->pending);
    else if (const auto* confirm = on_screen<screen::Confirm>())
        attempt = &confirm->attempt;
    return attempt != nullptr && core::normalise_code(attempt->request.code) == code;
}

// Something typed would be lost, or somebody is about to be trusted with the staff screens.
bool KioskApp::busy_with_somebody() const {
    if (const auto* form = on_screen<screen::Form>())
        return !form->is_walk_in() || !form->form.empty();
    if (m_visit) {
        const auto* meeting = on_screen<screen::Meeting>();
        return meeting_is_awaited() || meeting == nullptr || !meeting->only_tells();
    }
    return on_screen<screen::StaffPin>() != nullptr;
}

std::int64_t KioskApp::ready_at_ms(const WaitingScan& scan) const {
    if (const auto* result = on_screen<screen::Result>())
        return result->since_ms + m_settings.result_minimum_ms;
    if (busy_with_somebody())
        return std::max(m_last_touch_ms + m_settings.takeover_quiet_ms, scan.arrived_ms + m_settings.takeover_ask_ms);
    return scan.arrived_ms;
}

bool KioskApp::ready_for(const WaitingScan& scan) const { return now_ms() >= ready_at_ms(scan); }

void KioskApp::start_waiting() {
    // Each one leads to a screen that the next one has to wait for, or to one that it may replace at once.
    while (!m_waiting.empty() && ready_for(m_waiting.front())) {
        const auto scan = std::move(m_waiting.front());
        m_waiting.pop_front();
        start_scan(scan.code);
    }
}

void KioskApp::start_scan(const std::string& code) {
    m_last_code = core::normalise_code(code);
    m_last_code_ms = now_ms();
    if (m_notice.key.starts_with("notice.somebody_waits"))
        m_notice_until_ms = now_ms();
    // The language was chosen by whoever is still there; a result or an abandoned form was somebody else's.
    if (!m_staff && (on_screen<screen::Result>() != nullptr || busy_with_somebody()))
        m_language = m_settings.language;
    if (m_visit) {
        m_language = m_settings.language;
        Message problem;
        if (has_meetings()) // the next one in the line at the business area
            if (const auto known = known_by(code, problem))
                return begin_visit(*known, core::normalise_code(code));
        m_visit.reset();
    }
    run(new_attempt(code, "qr"), true);
}

Attempt KioskApp::new_attempt(std::string code, std::string method) {
    const auto now = m_ports.clock->now();
    if (const auto* unsaved = m_unsaved ? std::get_if<Attempt>(&*m_unsaved) : nullptr;
        unsaved != nullptr && unsaved->request.code == code && unsaved->request.checkpoint == m_checkpoint &&
        now_ms() - m_unsaved_ms < unsaved_for_ms) {
        auto again = *unsaved; // the same key: if it was saved after all, it isn't saved twice
        again.request.at = now;
        return again;
    }
    Attempt attempt;
    attempt.request.checkpoint = m_checkpoint;
    attempt.request.code = std::move(code);
    attempt.request.direction = m_settings.direction;
    attempt.request.at = now;
    attempt.request.gate = m_settings.gate;
    attempt.request.key = core::make_uid(now, *m_ports.random);
    attempt.method = std::move(method);
    return attempt;
}

// ---- decisions ----

bool KioskApp::door_wants_nda() const {
    const auto* checkpoint = config().checkpoint(m_checkpoint);
    const auto* session = checkpoint != nullptr && checkpoint->session ? config().session(*checkpoint->session) : nullptr;
    return session != nullptr && session->nda;
}

void KioskApp::run(Attempt attempt, bool may_confirm) {
    // Out of order, nobody is asked anything: the commit comes first, to see whether it works again.
    if (may_confirm && (m_settings.confirm_before_check_in || door_wants_nda()) && !m_out_of_order) {
        const auto decision = m_ports.check_in->preview(attempt.request);
        if (!decision)
            return out_of_order(decision.error(), std::move(attempt));
        if (decision->reason == core::Reason::NdaRequired) { // signing it here is quicker than being sent away
            core::Decision signing = *decision;
            signing.consents = {"nda"};
            return ask(std::move(attempt), {}, signing);
        }
        const bool somebody = decision->registration && !decision->registration->person.name.empty();
        if (m_settings.confirm_before_check_in && somebody &&
            (decision->outcome == Outcome::Admitted || decision->outcome == Outcome::Incomplete))
            return show(screen::Confirm{std::move(attempt), decision->registration->person, now_ms()});
    }
    commit(std::move(attempt));
}

void KioskApp::commit(Pending pending, FormState form) {
    if (auto* attempt = std::get_if<Attempt>(&pending))
        commit_attempt(std::move(*attempt), std::move(form));
    else
        commit_walk_in(std::move(std::get<WalkInRequest>(pending)), std::move(form));
}

void KioskApp::commit_attempt(Attempt attempt, FormState form) {
    attempt.request.at = m_ports.clock->now();
    const auto result = m_ports.check_in->scan(attempt.request, attempt.method);
    if (!result)
        return out_of_order(result.error(), std::move(attempt));
    if (result->decision.outcome == Outcome::Incomplete)
        return ask(std::move(attempt), std::move(form), result->decision);
    if (!result->saved && !result->replayed)
        return out_of_order({ErrorCode::Internal, "error.not_saved", "a decision without an operation", {}},
                            std::move(attempt));
    if (result->saved)
        m_out_of_order.reset();
    if (const auto* unsaved = m_unsaved ? std::get_if<Attempt>(&*m_unsaved) : nullptr;
        unsaved != nullptr && unsaved->request.key == attempt.request.key)
        m_unsaved.reset();
    show_decision(result->decision, std::move(attempt));
}

void KioskApp::commit_walk_in(WalkInRequest request, FormState form) {
    const auto result = m_ports.check_in->walk_in(request);
    if (!result)
        return out_of_order(result.error(), std::move(request));
    if (result->decision.outcome == Outcome::Incomplete)
        return ask(std::move(request), std::move(form), result->decision);
    if (!result->saved && result->decision.outcome == Outcome::Admitted)
        return out_of_order({ErrorCode::Internal, "error.not_saved", "a walk-in without an operation", {}},
                            std::move(request));
    if (result->saved)
        m_out_of_order.reset();
    if (m_unsaved && std::holds_alternative<WalkInRequest>(*m_unsaved))
        m_unsaved.reset();
    auto decision = result->decision;
    if (decision.ticket.empty())
        decision.ticket = result->ticket;
    show_decision(decision, std::move(request));
}

void KioskApp::show_decision(const core::Decision& decision, Pending pending) {
    const auto now = m_ports.clock->now();
    const auto& event = config().event;
    ResultSetting setting;
    setting.zone = &event.timezone;
    setting.now = now;
    setting.direction = std::holds_alternative<WalkInRequest>(pending) ? core::Direction::Entry : m_settings.direction;
    setting.staff_mode = m_staff.has_value();
    setting.explanation = decision.explanation.empty() ? decision.plugin_explanation.in(m_language)
                                                       : m_ports.catalogue->text(m_language, decision.explanation);
    setting.can_print_badge = m_settings.can_print_badge;
    setting.can_call_staff = m_settings.can_call_staff;
    const auto* door = config().checkpoint(m_checkpoint);
    const auto* session = door != nullptr && door->session ? config().session(*door->session) : nullptr;
    setting.no_names = session != nullptr && session->is_closed_door();
    auto view = result_view(decision, setting);

    const auto* registration = decision.registration ? &*decision.registration : nullptr;
    BadgeRequest badge;
    const bool may_meet = !setting.no_names && setting.direction == core::Direction::Entry && registration != nullptr &&
                          (decision.outcome == Outcome::Admitted || decision.outcome == Outcome::Repeat);
    if (may_meet)
        add_meetings_to(view, registration->ticket);
    const auto ticket = may_meet && (view.can_meet || view.can_answer) ? registration->ticket : std::string();
    if (decision.outcome == Outcome::Admitted) {
        auto agenda = now_and_next(event, now);
        view.now = std::move(agenda.now);
        view.next = std::move(agenda.next);
        if (m_ports.plugins != nullptr && !setting.no_names && setting.direction == core::Direction::Entry)
            view.welcome = m_ports.plugins->welcome(config(), registration, now);
        badge = {registration == nullptr ? "" : registration->uid, decision.ticket, view.name, view.organisation};
        if (m_not_admitted && m_not_admitted->row.ticket == decision.ticket)
            m_not_admitted.reset();
    } else {
        ScanRow row;
        row.time = clock_text(event.timezone, now);
        row.name = registration == nullptr ? "" : registration->person.name;
        if (const auto* walk_in = std::get_if<WalkInRequest>(&pending); walk_in != nullptr && row.name.empty())
            row.name = walk_in->person.name;
        row.ticket = decision.ticket;
        row.checkpoint = door_name(m_checkpoint);
        row.outcome = decision.outcome;
        row.reason = decision.reason;
        m_not_admitted = NotAdmitted{std::move(pending), std::move(row)};
    }
    play(cue_of(decision.outcome));
    show_result(std::move(view), std::move(badge));
    on_screen<screen::Result>()->ticket = ticket;
}

void KioskApp::show_result(ResultView view, BadgeRequest badge) {
    m_status_stale = true;
    show(screen::Result{std::move(view), now_ms(), std::move(badge), {}});
}

// ---- what could not be saved ----

void KioskApp::out_of_order(core::Error error, std::optional<Pending> unsaved) {
    play(Cue::Stop);
    if (!is_out_of_order(error.code)) {
        auto view = ask_staff_view("result.error.title", "result.error.detail", m_settings.can_call_staff);
        if (m_staff)
            view.staff_note = error.message_key + " · " + error.context;
        return show_result(std::move(view));
    }
    if (unsaved) {
        m_unsaved = std::move(unsaved);
        m_unsaved_ms = now_ms();
    }
    const bool told = m_out_of_order && m_out_of_order->told;
    m_out_of_order = screen::OutOfOrder{std::move(error), told || m_ports.deck->call_staff(StaffCall::OutOfOrder)};
    show(*m_out_of_order);
}

void KioskApp::retry() {
    constexpr std::int64_t still_here_ms = 2 * core::minute_ms;
    if (!m_unsaved || now_ms() - m_unsaved_ms >= still_here_ms) {
        // That person has gone: nobody is checked in behind their back. The next one will show whether it works.
        m_out_of_order.reset();
        return go_idle();
    }
    auto pending = *m_unsaved; // by copy: if it fails again, it stays what is unsaved
    commit(std::move(pending));
}

} // namespace kiosk::app
