// SPDX-License-Identifier: Apache-2.0
#include "app/kiosk_app.hpp"

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t staff_reload_ms = 1000;
constexpr std::int64_t status_every_ms = 1000; // at most: counting is for later, the green screen is for now

std::int64_t seconds_up(std::int64_t ms) { return (std::max<std::int64_t>(ms, 0) + second_ms - 1) / second_ms; }

} // namespace

KioskApp::KioskApp(Ports ports, Settings settings)
    : m_ports(ports), m_settings(std::move(settings)), m_pin_gate(*ports.pins, *ports.clock, m_settings),
      m_entry(ports.composer), m_checkpoint(m_settings.checkpoint), m_language(m_settings.language) {
    read_config();
    m_last_touch_ms = now_ms();
    go_idle();
    refresh_status();
}

void KioskApp::read_config() {
    m_config = m_ports.check_in->shared_config();
    m_event_settings = read_event_settings(m_config->event);
    if (m_config->checkpoint(m_checkpoint) == nullptr)
        m_checkpoint = m_config->checkpoints.empty() ? "" : m_config->checkpoints.front().id;
    changed();
}

void KioskApp::refresh_status() {
    if (auto status = m_ports.store->status())
        m_status = std::move(*status);
    m_status_stale = false;
    m_status_read_ms = now_ms();
    changed();
}

// ---- in ----

void KioskApp::handle(const Intent& intent) {
    tick(); // what was due before this came first: nobody confirms a screen that had ended
    const bool passive = std::holds_alternative<intent::ScannedText>(intent) || std::holds_alternative<intent::Touched>(intent) ||
                         std::holds_alternative<intent::ToggleLanguage>(intent);
    if (meeting_is_awaited() && !passive)
        return touched(); // the screen is about to be another one
    if (!std::holds_alternative<intent::ScannedText>(intent))
        touched();
    std::visit([this](const auto& which) { on(which); }, intent);
    start_waiting();
}

void KioskApp::hear(const Notice& notice) {
    if (const auto* scanner = std::get_if<notice::ScannerChanged>(&notice)) {
        if (m_scanner != scanner->state)
            changed();
        m_scanner = scanner->state;
    } else if (const auto* hub = std::get_if<notice::HubChanged>(&notice)) {
        hear_of(*hub);
    } else if (const auto* enrolment = std::get_if<notice::Enrolment>(&notice)) {
        hear_of(*enrolment);
    } else if (const auto* found = std::get_if<notice::DuplicatesFound>(&notice)) {
        m_duplicates = found->items;
    } else if (const auto* leases = std::get_if<notice::LeasesAnswered>(&notice)) {
        hear_of(*leases);
    } else if (const auto* printed = std::get_if<notice::Printed>(&notice)) {
        hear_of(*printed);
    } else if (std::holds_alternative<notice::ConfigChanged>(notice)) {
        if (m_ports.check_in->reload()) // else the old configuration goes on: a door stays a door
            read_config();
        if (m_ports.bookings != nullptr)
            static_cast<void>(m_ports.bookings->reload()); // the same holds for tables
        if (m_ports.sessions != nullptr)
            static_cast<void>(m_ports.sessions->reload()); // and for sessions
        m_bookings_due_ms = now_ms();
    } else {
        if (std::holds_alternative<notice::DataChanged>(notice))
            m_bookings_due_ms = now_ms();
        m_status_stale = true;
    }
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    // What a hub sends may come a hundred times a second.
    const bool comes_often = std::holds_alternative<notice::HubChanged>(notice) || std::holds_alternative<notice::DataChanged>(notice) ||
                             std::holds_alternative<notice::LeasesAnswered>(notice);
    if (comes_often && now_ms() - m_staff->loaded_ms < staff_reload_ms)
        m_staff->outdated = true;
    else
        load_staff();
}

void KioskApp::touched() {
    const auto shown = countdown_s();
    m_last_touch_ms = now_ms();
    const auto timeout = screen_timeout_ms();
    m_reset_at_ms = timeout == never ? never : m_last_touch_ms + timeout;
    if (!m_waiting.empty() && busy_with_somebody()) {
        m_waiting.clear(); // the person at the form is still there
        say({"notice.scan_again_later", {}});
    }
    if (countdown_s() != shown)
        changed();
}

void KioskApp::on(const intent::ToggleLanguage&) {
    m_language = m_language == core::Language::Chinese ? core::Language::English : core::Language::Chinese;
    if (m_staff && on_screen<screen::Staff>() != nullptr)
        load_staff(); // some of its sentences were made in one language
    changed();
    touched();
}

void KioskApp::on(const intent::Back&) {
    if (on_screen<screen::Interview>() != nullptr) {
        back_in_interview();
    } else if (auto* part = form_part()) {
        take_entry();
        if (part->form.previous_page()) {
            focus_on({});
            changed();
            return;
        }
        if (on_screen<screen::MeetingForm>() != nullptr)
            return back_in_meeting();
        go_idle();
    } else if (on_screen<screen::Meeting>() != nullptr || (on_screen<screen::Search>() != nullptr && m_visit)) {
        back_in_meeting();
    } else if (const auto* search = on_screen<screen::Search>(); search != nullptr && search->pick) {
        back_from_pick();
    } else if (auto* factor = on_screen<screen::SecondFactor>()) {
        auto query = factor->query;
        show(Screen{factor->search});
        m_entry.open(std::move(query), writing_layout(), 40);
    } else if (on_screen<screen::Result>() != nullptr) {
        go_idle();
    } else if (on_screen<screen::Staff>() != nullptr && m_staff && m_staff->tab == StaffTab::Leads && !m_staff->lead.empty()) {
        on(intent::OpenLead{}); // to the list
    } else if (on_session()) {
        on(intent::OpenSession{}); // to the list
    } else if (on_board() && !m_staff->board.moving.empty()) {
        on(intent::BeginMove{});
    } else if (on_board() && (!m_staff->board.booking.empty() || !m_staff->board.unit.empty())) {
        on(intent::OpenBooking{}); // to the board
    } else if (on_screen<screen::Staff>() != nullptr) {
        on(intent::LeaveStaff{});
    } else if (on_screen<screen::OutOfOrder>() == nullptr && on_screen<screen::Idle>() == nullptr) {
        go_idle();
    }
}

void KioskApp::on(const intent::Confirm&) {
    if (auto* confirm = on_screen<screen::Confirm>()) {
        // A touch this soon was meant for the screen before: it must not check in somebody else.
        constexpr std::int64_t too_soon_ms = 400;
        if (now_ms() - confirm->since_ms >= too_soon_ms)
            run(std::move(confirm->attempt), false);
    } else if (m_entry.has_candidates()) {
        // Pinyin that was not chosen for yet: the first candidate, to be looked at before the next touch goes on.
        after_key(m_entry.pick(0));
    } else if (form_part() != nullptr || on_screen<screen::Interview>() != nullptr) {
        next_in_form();
    } else if (on_screen<screen::SecondFactor>() != nullptr) {
        submit_factor();
    } else if (on_screen<screen::StaffPin>() != nullptr) {
        submit_pin();
    } else if (on_screen<screen::Result>() != nullptr) {
        go_idle();
    } else if (const auto* meeting = on_screen<screen::Meeting>(); meeting != nullptr && std::holds_alternative<MeetingSlipPage>(meeting->view.page)) {
        go_idle();
    } else if (on_screen<screen::OutOfOrder>() != nullptr) {
        retry();
    }
}

void KioskApp::on(const intent::NotMe&) {
    if (on_screen<screen::Confirm>() == nullptr)
        return;
    go_idle();
    say({"notice.not_me", {}});
}

void KioskApp::on(const intent::CallStaff&) {
    const bool told = m_ports.deck->call_staff(StaffCall::Attendee);
    if (auto* result = on_screen<screen::Result>(); result != nullptr && told)
        result->view.staff_called = true;
    say({told ? "notice.staff_called" : "notice.staff_not_reached", {}});
}

void KioskApp::on(const intent::PrintBadge&) {
    auto* result = on_screen<screen::Result>();
    if (result == nullptr || !result->view.can_print_badge)
        return;
    if (m_ports.deck->print_badge(result->badge)) {
        result->view.can_print_badge = false; // once: a second touch is no second badge
        say({"notice.badge_printing", {}});
    } else {
        say({"notice.badge_failed", {}});
    }
}

// ---- screens ----

void KioskApp::show(Screen screen) {
    m_entry.close();
    m_screen = std::move(screen);
    if (on_screen<screen::Meeting>() == nullptr && on_screen<screen::MeetingForm>() == nullptr && on_screen<screen::Search>() == nullptr)
        m_visit.reset(); // nobody goes on under another's name
    const auto timeout = screen_timeout_ms();
    m_reset_at_ms = timeout == never ? never : now_ms() + timeout;
    changed();
}

void KioskApp::go_idle() {
    if (m_staff) {
        show(screen::Staff{});
        return load_staff();
    }
    m_language = m_settings.language;
    if (m_out_of_order)
        return show(*m_out_of_order);
    m_slides = make_slides(config().event, m_event_settings, m_ports.clock->now(), *m_ports.catalogue);
    show(screen::Idle{now_ms(), 0});
}

void KioskApp::say(Message notice) {
    m_notice = std::move(notice);
    m_notice_until_ms = now_ms() + m_settings.notice_ms;
    changed();
}

void KioskApp::play(Cue cue) {
    if (cue == Cue::None)
        return;
    m_cue = cue;
    ++m_cue_number;
    changed();
}

// ---- time ----

std::int64_t KioskApp::screen_timeout_ms() const {
    const bool default_language = m_language == m_settings.language;
    struct Timeouts {
        const Settings& settings;
        bool default_language;
        std::int64_t operator()(const screen::Idle&) const { return default_language ? never : settings.search_ms; }
        std::int64_t operator()(const screen::OutOfOrder&) const { return default_language ? never : settings.search_ms; }
        std::int64_t operator()(const screen::Confirm&) const { return settings.confirm_ms; }
        std::int64_t operator()(const screen::Form&) const { return settings.form_ms; }
        std::int64_t operator()(const screen::Result&) const { return settings.result_ms; }
        std::int64_t operator()(const screen::Search& search) const { return search.pick ? settings.interview_ms : settings.search_ms; }
        std::int64_t operator()(const screen::SecondFactor&) const { return settings.search_ms; }
        std::int64_t operator()(const screen::StaffPin&) const { return settings.confirm_ms; }
        std::int64_t operator()(const screen::Staff&) const { return settings.staff_ms; }
        std::int64_t operator()(const screen::Interview&) const { return settings.interview_ms; }
        std::int64_t operator()(const screen::LeadForm&) const { return settings.interview_ms; }
        std::int64_t operator()(const screen::OutcomeForm&) const { return settings.interview_ms; }
        std::int64_t operator()(const screen::SessionForm&) const { return settings.interview_ms; }
        std::int64_t operator()(const screen::MeetingForm&) const { return settings.form_ms; }
        std::int64_t operator()(const screen::Meeting& meeting) const {
            return meeting.only_tells() ? settings.slip_ms : settings.search_ms;
        }
    };
    return std::visit(Timeouts{m_settings, default_language}, m_screen);
}

std::optional<std::int64_t> KioskApp::countdown_s() const {
    if (m_reset_at_ms == never || on_screen<screen::Idle>() != nullptr || on_screen<screen::OutOfOrder>() != nullptr)
        return std::nullopt;
    const auto left = m_reset_at_ms - now_ms();
    if (left > m_settings.countdown_from_ms)
        return std::nullopt;
    return seconds_up(left);
}

std::int64_t KioskApp::pin_lock_s() const { return seconds_up(m_pin_gate.locked_until_ms() - now_ms()); }
std::int64_t KioskApp::minute_number() const { return m_ports.clock->now().unix_ms / core::minute_ms; }

void KioskApp::time_out() {
    if (on_screen<screen::Interview>() != nullptr) {
        take_entry();
        keep_draft();
    }
    if (on_screen<screen::Staff>() != nullptr)
        m_staff.reset();
    if (on_screen<screen::Idle>() != nullptr) {
        m_language = m_settings.language; // nothing else changes: the slides go on
        m_reset_at_ms = never;
        return changed();
    }
    go_idle();
}

void KioskApp::tick() {
    const auto now = now_ms();
    if (now >= m_reset_at_ms)
        time_out();
    if (now >= m_notice_until_ms) {
        m_notice = {};
        m_notice_until_ms = never;
        changed();
    }
    start_waiting();
    if (minute_number() != m_shown_minute)
        changed();
    if (m_status_stale && now - m_status_read_ms >= status_every_ms)
        refresh_status();
    tick_idle();
    tick_staff();
    tick_bookings();
    if (countdown_s() != m_shown_countdown_s)
        changed();
}

void KioskApp::tick_idle() {
    auto* idle = on_screen<screen::Idle>();
    if (idle == nullptr || m_slides.empty())
        return;
    const auto quiet = now_ms() - std::max(idle->since_ms, m_last_touch_ms) - m_settings.slides_after_ms;
    const auto turns = static_cast<std::size_t>(quiet < 0 ? 0 : 1 + quiet / m_settings.slide_ms);
    const auto slide = turns % (m_slides.size() + 1);
    if (slide == idle->slide)
        return;
    if (slide == 1) // a new round: the programme has moved on
        m_slides = make_slides(config().event, m_event_settings, m_ports.clock->now(), *m_ports.catalogue);
    idle->slide = std::min(slide, m_slides.size());
    changed();
}

void KioskApp::tick_staff() {
    const auto now = now_ms();
    if (m_staff && m_staff->asks_undo && now - m_staff->asked_undo_ms >= m_settings.undo_question_ms) {
        m_staff->asks_undo.reset();
        changed();
    }
    if (m_staff && on_screen<screen::Staff>() != nullptr &&
        now - m_staff->loaded_ms >= (m_staff->outdated ? staff_reload_ms : m_settings.staff_refresh_ms))
        load_staff();
    if (on_screen<screen::StaffPin>() != nullptr) {
        if (pin_lock_s() != m_shown_lock_s)
            changed();
    }
}

std::int64_t KioskApp::next_deadline_ms() const {
    const auto now = now_ms();
    const auto wall = m_ports.clock->now().unix_ms;
    auto due = now + (core::minute_ms - wall % core::minute_ms);
    const auto at = [&due](std::int64_t moment) { due = std::min(due, moment); };
    at(m_reset_at_ms);
    at(m_notice_until_ms);
    for (const auto& waiting : m_waiting)
        at(ready_at_ms(waiting));
    if (m_status_stale)
        at(m_status_read_ms + status_every_ms);
    at(bookings_due_ms());
    if (m_reset_at_ms != never && on_screen<screen::Idle>() == nullptr && on_screen<screen::OutOfOrder>() == nullptr) {
        const auto left = m_reset_at_ms - now;
        at(left > m_settings.countdown_from_ms ? m_reset_at_ms - m_settings.countdown_from_ms
                                               : m_reset_at_ms - (seconds_up(left) - 1) * second_ms);
    }
    if (const auto* idle = on_screen<screen::Idle>(); idle != nullptr && !m_slides.empty()) {
        const auto first = std::max(idle->since_ms, m_last_touch_ms) + m_settings.slides_after_ms;
        at(now < first ? first : now + m_settings.slide_ms - (now - first) % m_settings.slide_ms);
    }
    if (m_staff && on_screen<screen::Staff>() != nullptr)
        at(m_staff->loaded_ms + (m_staff->outdated ? staff_reload_ms : m_settings.staff_refresh_ms));
    if (m_staff && m_staff->asks_undo)
        at(m_staff->asked_undo_ms + m_settings.undo_question_ms);
    if (on_screen<screen::StaffPin>() != nullptr && m_pin_gate.locked())
        at(m_pin_gate.locked_until_ms() - (seconds_up(m_pin_gate.locked_until_ms() - now) - 1) * second_ms);
    return due;
}

} // namespace kiosk::app
