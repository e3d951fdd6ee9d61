// SPDX-License-Identifier: Apache-2.0
// What the screen says of the hub, and how a kiosk is told which one is its own. Who stands before it can't do that: the
// code counts on the staff's system page only.
#include "app/agenda.hpp"
#include "app/kiosk_app.hpp"

#include <nlohmann/json.hpp>

namespace kiosk::app {

using notice::HubTrouble;

namespace {

// The end of a text key for each trouble; empty where there is nothing to say.
std::string_view name_of(HubTrouble trouble) {
    switch (trouble) {
    case HubTrouble::None: return "";
    case HubTrouble::NotEnrolled: return "not_enrolled";
    case HubTrouble::Unreachable: return "unreachable";
    case HubTrouble::Portal: return "portal";
    case HubTrouble::OtherKey: return "other_key";
    case HubTrouble::Revoked: return "revoked";
    case HubTrouble::Cloned: return "cloned";
    case HubTrouble::HubFails: return "hub_fails";
    case HubTrouble::OtherVersion: return "other_version";
    case HubTrouble::StoreFails: return "store_fails";
    }
    return "";
}

// These end by themselves.
bool passes(HubTrouble trouble) {
    return trouble == HubTrouble::None || trouble == HubTrouble::Unreachable || trouble == HubTrouble::HubFails;
}

} // namespace

void KioskApp::hear_of(const notice::HubChanged& hub) {
    m_hub = hub;
    m_settings.hub_configured = hub.configured;
    m_status_stale = true;
    changed();
}

SyncView KioskApp::sync() const {
    SyncView sync;
    sync.behind = m_status ? m_status->pending : 0;
    const std::pair<std::string, std::string> count{"count", std::to_string(sync.behind)};
    if (!m_settings.hub_configured) {
        sync.state = SyncView::State::LocalOnly;
        sync.text = {"sync.local", {}};
    } else if (m_hub.trouble == HubTrouble::Unreachable && m_hub.since) {
        sync.state = SyncView::State::Offline;
        sync.text = {"sync.unreachable", {count, {"time", clock_text(config().event.timezone, *m_hub.since)}}};
    } else if (!passes(m_hub.trouble)) {
        sync.state = SyncView::State::Trouble;
        sync.text = {"sync." + std::string(name_of(m_hub.trouble)), {count}};
    } else if (!m_hub.reachable) {
        sync.state = SyncView::State::Offline;
        sync.text = {"sync.offline", {count}};
    } else if (sync.behind > 0) {
        sync.state = SyncView::State::Behind;
        sync.text = {"sync.behind", {count}};
    } else {
        sync.state = SyncView::State::Replicated;
        sync.text = {"sync.replicated", {}};
    }
    return sync;
}

Message KioskApp::hub_advice() const {
    if (!m_settings.hub_configured || m_hub.trouble == HubTrouble::None)
        return {};
    return {"staff.hub." + std::string(name_of(m_hub.trouble)), {}};
}

// ---- enrolment ----

void KioskApp::take_hub_code(const std::string& text) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr)
        return say({"notice.hub_code.staff_first", {}});
    if (m_staff->tab != StaffTab::System)
        return tell_staff({"staff.notice.hub_code_system", {}});
    const auto begun = m_ports.deck->enrol(text);
    if (begun)
        m_enrolling_staff = m_staff->id;
    tell_staff(begun ? Message{"staff.notice.enrolling", {}}
                     : Message{"staff.notice.not_possible", {{"why", m_ports.catalogue->text(m_language, begun.error().message_key)}}});
}

void KioskApp::hear_of(const notice::Enrolment& enrolment) {
    if (enrolment.step == notice::Enrolment::Step::Done) {
        m_settings.hub_configured = true;
        // Where this kiosk's data goes from now on is somebody's doing.
        const nlohmann::json body{{"what", "hub.enrolled"}, {"hub", enrolment.hub}, {"staff", m_enrolling_staff}};
        const core::OperationDraft draft{std::string(core::operation_kind::note), {}, body.dump(), {}};
        static_cast<void>(m_ports.store->append({&draft, 1})); // a full disk shows itself with the next scan
    }
    m_status_stale = true;
    changed();
    if (m_staff && on_screen<screen::Staff>() != nullptr)
        m_staff->notice = enrolment.text;
    else
        say(enrolment.text);
}

// ---- entries made apart ----

void KioskApp::load_duplicates(StaffView& data) {
    for (const auto& item : m_duplicates) {
        DuplicateRow row;
        row.ticket = item.ticket;
        if (!item.registration.empty())
            if (const auto found = m_ports.store->registration(item.registration); found && *found)
                row.name = (*found)->person.name;
        row.checkpoint = door_name(item.checkpoint);
        for (const auto& entry : item.entries)
            row.entries.push_back(clock_text(config().event.timezone, entry.at) + " " + entry.device);
        data.duplicates.push_back(std::move(row));
    }
}

} // namespace kiosk::app
