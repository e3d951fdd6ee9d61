// SPDX-License-Identifier: Apache-2.0
// The staff screens: behind a PIN, every action under the name of whoever typed it.
#include "app/agenda.hpp"
#include "app/kiosk_app.hpp"
#include "app/result_text.hpp"

#include <algorithm>
#include <array>

namespace kiosk::app {

namespace {

constexpr std::size_t recent_limit = 50;
constexpr std::int64_t undo_window_ms = 15 * core::minute_ms;

// Why somebody is let in after all. The id goes into the journal, the words are in the catalogue.
constexpr std::array<std::string_view, 6> override_reasons{"identity_checked", "paid_on_site",   "invited_by_host",
                                                           "on_paper_list",    "replaces_guest", "other"};

bool is_organizer(const core::StaffMember& member) {
    constexpr std::array<std::string_view, 4> roles{"organizer", "station_lead", "central", "admin"};
    return std::ranges::any_of(member.roles, [&](const auto& role) { return std::ranges::find(roles, role) != roles.end(); });
}

ChoiceRow choice_of(const DeckChoice& choice) { return {choice.id, choice.label, choice.chosen}; }

std::string error_text(const core::Error& error) {
    return error.context.empty() ? error.message_key : error.message_key + " · " + error.context;
}

} // namespace

// ---- the PIN ----

void KioskApp::on(const intent::OpenStaff&) {
    if (on_screen<screen::Staff>() != nullptr || on_screen<screen::StaffPin>() != nullptr)
        return;
    if (m_staff)
        return go_idle(); // back to the menu: this member of staff has just scanned somebody
    show(screen::StaffPin{});
}

void KioskApp::press_pin(std::string_view key) {
    auto* pin = on_screen<screen::StaffPin>();
    if (m_pin_gate.locked())
        return;
    if (key == "enter")
        return submit_pin();
    if (key == "backspace" && !pin->digits.empty())
        pin->digits.pop_back();
    else if (key == "clear")
        pin->digits.clear();
    else if (key.size() == 1 && key.front() >= '0' && key.front() <= '9' && pin->digits.size() < pin_digits_most)
        pin->digits += key;
    else
        return;
    pin->problem = {};
    changed();
}

void KioskApp::submit_pin() {
    auto* pin = on_screen<screen::StaffPin>();
    changed();
    if (!m_pin_gate.locked() && pin->digits.size() < pin_digits_least) {
        pin->problem = {"staff.pin.too_short", {}};
        return;
    }
    const auto answer = m_pin_gate.attempt(config(), pin->digits);
    pin->digits.clear();
    switch (answer.verdict) {
    case PinGate::Verdict::Right: {
        const auto& member = *config().staff_member(answer.staff);
        m_staff.emplace();
        m_staff->id = member.id;
        m_staff->name = member.name.empty() ? member.id : member.name;
        m_staff->organizer = is_organizer(member);
        return go_idle();
    }
    case PinGate::Verdict::Shared:
        pin->problem = {"staff.pin.shared", {}};
        return;
    case PinGate::Verdict::Locked:
        return; // the screen counts down
    case PinGate::Verdict::Wrong:
        break;
    }
    if (!m_pin_gate.locked())
        pin->problem = {"staff.pin.wrong", {{"left", std::to_string(m_pin_gate.attempts_left())}}};
}

void KioskApp::on(const intent::LeaveStaff&) {
    if (!m_staff)
        return;
    m_staff.reset();
    m_out_of_order.reset(); // staff have looked at it; if it is not over, the next scan says so
    go_idle();
}

// ---- what the tabs show ----

void KioskApp::tell_staff(Message notice) {
    m_staff->notice = std::move(notice);
    load_staff();
}

void KioskApp::load_staff() {
    auto& session = *m_staff;
    session.loaded_ms = now_ms();
    session.outdated = false;
    changed();
    StaffView data;
    core::Status status;
    switch (session.tab) {
    case StaffTab::Counts:
        status = load_counts(data);
        break;
    case StaffTab::Recent:
        status = load_recent(data);
        break;
    case StaffTab::Override:
        load_override(data);
        break;
    case StaffTab::Setup:
        load_setup(data);
        break;
    case StaffTab::System:
        load_system(data);
        break;
    case StaffTab::Interviews:
        status = load_interviews(data);
        break;
    case StaffTab::Leads:
        status = load_leads(data);
        break;
    case StaffTab::Board:
        if (has_meetings())
            status = load_board(data);
        break;
    case StaffTab::Sessions:
        if (has_sessions())
            status = load_sessions(data);
        break;
    }
    if (!status)
        data.notice = {"staff.notice.unreadable", {{"why", error_text(status.error())}}};
    session.data = std::move(data);
}

core::Status KioskApp::load_counts(StaffView& data) {
    KIOSK_TRY(const auto status, m_ports.store->status());
    KIOSK_TRY(const auto counts, m_ports.store->counts());
    data.registered = static_cast<std::int64_t>(status.registrations);
    for (const auto& checkpoint : config().checkpoints) {
        CountRow row;
        row.checkpoint = checkpoint.name;
        row.capacity = core::capacity_of(config(), checkpoint);
        if (const auto found = std::ranges::find(counts, checkpoint.id, &core::CheckpointCounts::checkpoint);
            found != counts.end()) {
            row.admitted = found->admitted;
            row.inside = found->inside;
            row.repeats = found->repeats;
            row.refused = found->refused;
        }
        data.counts.push_back(std::move(row));
    }
    return {};
}

LocalText KioskApp::door_name(const std::string& id) const {
    const auto* door = config().checkpoint(id);
    return door == nullptr || (door->name.zh.empty() && door->name.en.empty()) ? LocalText{id, id} : door->name;
}

ScanRow KioskApp::row_of(const core::StoredScan& scan) {
    ScanRow row;
    row.time = clock_text(config().event.timezone, scan.record.at);
    if (!scan.record.registration.empty())
        if (const auto registration = m_ports.store->registration(scan.record.registration); registration && *registration)
            row.name = (*registration)->person.name;
    row.ticket = scan.record.ticket;
    row.checkpoint = door_name(scan.record.checkpoint);
    row.outcome = scan.record.outcome;
    row.reason = scan.record.reason;
    row.undone = scan.undone;
    row.id = core::to_string(scan.id);
    // As the check-in service decides it; here only so that no button is shown that will be refused.
    const bool own = m_status && scan.id.device == m_status->device;
    const bool recent = m_ports.clock->now() - scan.record.at <= undo_window_ms;
    row.can_undo = scan.record.outcome == core::Outcome::Admitted && !scan.undone &&
                   (m_staff->organizer || (own && recent));
    return row;
}

core::Status KioskApp::load_recent(StaffView& data) {
    KIOSK_TRY(const auto scans, m_ports.store->recent_scans(recent_limit));
    for (const auto& scan : scans)
        data.recent.push_back(row_of(scan));
    load_duplicates(data);
    return {};
}

void KioskApp::load_override(StaffView& data) {
    if (!m_not_admitted || !can_be_overridden(m_not_admitted->row.reason))
        return;
    data.override_target = m_not_admitted->row;
    for (const auto id : override_reasons)
        data.override_reasons.push_back(
            {std::string(id), local_text(*m_ports.catalogue, "staff.override." + std::string(id)), false});
}

void KioskApp::load_setup(StaffView& data) {
    for (const auto& choice : m_ports.deck->events())
        data.events.push_back(choice_of(choice));
    for (const auto& checkpoint : config().checkpoints)
        data.checkpoints.push_back({checkpoint.id, checkpoint.name, checkpoint.id == m_checkpoint});
    for (const auto& choice : m_ports.deck->cameras())
        data.cameras.push_back(choice_of(choice));
}

void KioskApp::load_system(StaffView& data) {
    const auto line = [&](std::string_view name, std::string value) {
        data.system.emplace_back(local_text(*m_ports.catalogue, "staff.system." + std::string(name)), std::move(value));
    };
    // First what somebody can do something about.
    for (const auto& [label, words] : m_ports.deck->system_sentences())
        data.system.emplace_back(label, words.in(m_language));
    refresh_status();
    if (m_status) {
        line("device", m_status->device);
        line("incarnation", m_status->incarnation);
        line("last_seq", std::to_string(m_status->last_seq));
        line("operations", std::to_string(m_status->operations));
        line("pending", std::to_string(m_status->pending));
        line("registrations", std::to_string(m_status->registrations));
    }
    if (m_out_of_order)
        line("error", error_text(m_out_of_order->error));
    for (auto& entry : m_ports.deck->system_info())
        data.system.push_back(std::move(entry));
    if (m_ports.plugins != nullptr)
        data.quarantined = m_ports.plugins->in_quarantine();
    data.can_release = m_staff->organizer;
    if (m_staff->notice.empty())
        data.notice = hub_advice();
}

// ---- what staff do ----

void KioskApp::on(const intent::ChooseTab& chosen) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    m_staff->tab = chosen.tab;
    m_staff->lead.clear();
    m_staff->board = {};
    m_staff->closed = {};
    m_staff->asks_undo.reset();
    tell_staff({});
}

void KioskApp::on(const intent::AskUndo& asked) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    const auto& rows = m_staff->data.recent;
    const auto row = std::ranges::find(rows, asked.id, &ScanRow::id);
    if (row == rows.end() || !row->can_undo)
        return;
    m_staff->asks_undo = asked.id;
    m_staff->asked_undo_ms = now_ms();
    changed();
}

void KioskApp::on(const intent::ConfirmUndo& confirmed) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr || m_staff->asks_undo != confirmed.id)
        return;
    m_staff->asks_undo.reset();
    const auto& rows = m_staff->data.recent;
    const auto row = std::ranges::find(rows, confirmed.id, &ScanRow::id);
    if (row == rows.end())
        return;
    const auto undone = m_ports.check_in->undo_scan(row->ticket, row->id, m_staff->id);
    m_last_code.clear(); // the same person may be scanned again at once
    m_status_stale = true;
    if (!undone)
        return tell_staff({"staff.notice.not_saved", {{"why", error_text(undone.error())}}});
    if (undone->undone)
        return tell_staff({"staff.notice.undone", {{"name", row->name.empty() ? row->ticket : row->name}}});
    const auto reason = undone->reason == core::Reason::Expired ? "late" : undone->reason == core::Reason::Rules ? "elsewhere" : "gone";
    tell_staff({"staff.notice.undo_" + std::string(reason), {}});
}

void KioskApp::on(const intent::DoOverride& wanted) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr || !m_not_admitted ||
        std::ranges::find(override_reasons, wanted.reason_id) == override_reasons.end() ||
        !can_be_overridden(m_not_admitted->row.reason))
        return;
    auto pending = m_not_admitted->pending;
    const core::Override override_by{m_staff->id, wanted.reason_id};
    const auto key = core::make_uid(m_ports.clock->now(), *m_ports.random); // a decision of its own
    if (auto* attempt = std::get_if<Attempt>(&pending)) {
        attempt->request.override_by = override_by;
        attempt->request.key = key;
        attempt->method = "staff";
    } else {
        std::get<WalkInRequest>(pending).override_by = override_by;
        std::get<WalkInRequest>(pending).key = key;
    }
    commit(std::move(pending));
}

void KioskApp::on(const intent::ChooseEvent& chosen) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    const auto status = m_ports.deck->choose_event(chosen.id);
    tell_staff(status ? Message{"staff.notice.event_opens", {}}
                      : Message{"staff.notice.not_possible", {{"why", error_text(status.error())}}});
}

void KioskApp::on(const intent::ChooseCheckpoint& chosen) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr || config().checkpoint(chosen.id) == nullptr)
        return;
    m_checkpoint = chosen.id;
    m_ports.deck->checkpoint_chosen(chosen.id);
    m_not_admitted.reset(); // was refused at another door
    m_last_code.clear();
    tell_staff({"staff.notice.checkpoint", {{"name", config().checkpoint(chosen.id)->name.in(m_language)}}});
}

void KioskApp::on(const intent::ReleaseQuarantine&) {
    if (!m_staff || !m_staff->organizer || on_screen<screen::Staff>() == nullptr || m_ports.plugins == nullptr)
        return;
    m_ports.plugins->release_quarantine();
    const bool still = !m_ports.plugins->in_quarantine().empty();
    tell_staff({still ? "staff.notice.still_quarantined" : "staff.notice.released", {}});
}

void KioskApp::on(const intent::ChooseCamera& chosen) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return;
    const auto status = m_ports.deck->choose_camera(chosen.id);
    tell_staff(status ? Message{"staff.notice.camera", {}}
                      : Message{"staff.notice.not_possible", {{"why", error_text(status.error())}}});
}

} // namespace kiosk::app
