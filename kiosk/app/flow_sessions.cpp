// SPDX-License-Identifier: Apache-2.0
// Sessions behind closed doors: what staff see and do, what the door says to everybody, and the agreement signed there.
// Every right is judged by the same rules as the desk judges by; here only so that no button is shown that will be refused.
#include "app/agenda.hpp"
#include "app/event_settings.hpp"
#include "app/kiosk_app.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <array>

namespace kiosk::app {

using core::SessionAct;
using core::SessionReason;

namespace {

constexpr std::string_view signature_field = "nda_signature";

std::string state_word(const core::Session& session) {
    return session.cancelled ? "cancelled" : std::string(core::to_string(session.state));
}

std::string_view warning_word(core::SessionWarning::Kind kind) {
    using enum core::SessionWarning::Kind;
    switch (kind) {
    case Clash: return "clash";
    case Rivals: return "rivals";
    case MissingContact: return "missing_contact";
    case OverMaximum: return "over_maximum";
    case UnderMinimum: return "under_minimum";
    case NoNdaText: return "no_nda_text";
    case NoHost: return "no_host";
    }
    return "no_host";
}

std::string shown_name(const core::InvitedPerson& person) {
    return person.registration.person.name.empty() ? person.invitation.ticket : person.registration.person.name;
}

// The sentence, with only the arguments that it uses, and what to do about it.
Message warning_text(const core::SessionWarning& warning, const SessionDetails& known, const std::string& other) {
    using enum core::SessionWarning::Kind;
    std::string people;
    for (const auto& ticket : warning.tickets) {
        const auto found = std::ranges::find(known.people, ticket, [](const auto& person) { return person.invitation.ticket; });
        people += (people.empty() ? "" : ", ") + (found == known.people.end() ? ticket : shown_name(*found));
    }
    Message text{"session.advice." + std::string(warning_word(warning.kind)), {}};
    if (warning.kind == Clash || warning.kind == Rivals || warning.kind == MissingContact)
        text.args.emplace_back("people", people);
    if (warning.kind == Clash || warning.kind == Rivals || warning.kind == OverMaximum || warning.kind == UnderMinimum)
        text.args.emplace_back("other", other);
    return text;
}

// How many are there, and what that means, in one word and a colour.
Message light_text(const core::Session& session, std::int64_t inside) {
    switch (core::quorum_of(session, inside)) {
    case core::Quorum::Few: return {"session.light.few", {{"count", std::to_string(session.minimum.value_or(0) - inside)}}};
    case core::Quorum::Enough: return {"session.light.enough", {}};
    case core::Quorum::Full: return {"session.light.full", {}};
    }
    return {"session.light.enough", {}};
}

std::int64_t inside_of(const core::EventConfig& config, core::Store& store, const std::string& session) {
    std::int64_t inside = 0;
    for (const auto& door : config.checkpoints)
        if (door.session == session)
            if (const auto counted = store.occupancy(door.id, std::nullopt)) // a light that can't be read is amber
                inside += *counted;
    return inside;
}

std::string seats_name(const std::string& organisation, const std::string& role) { return organisation + "\n" + role; }

bool has_role(const core::EventConfig& config, std::string_view staff, std::string_view role) {
    const auto* member = config.staff_member(staff);
    return member != nullptr && std::ranges::find(member->roles, role) != member->roles.end();
}

} // namespace

// ---- the door ----

const core::Session* KioskApp::session_of_door() const {
    const auto* door = config().checkpoint(m_checkpoint);
    const auto* session = door != nullptr && door->session ? config().session(*door->session) : nullptr;
    return session != nullptr && session->is_closed_door() ? session : nullptr;
}

std::optional<DoorSession> KioskApp::door_session() const {
    const auto* session = session_of_door();
    if (session == nullptr)
        return std::nullopt;
    const auto row = row_of(*session);
    return DoorSession{row.title, row.room, row.time, row.until, row.cancelled, row.quorum, row.light};
}

// What is to be agreed to, in its own words; where this device hasn't got them, what holds everywhere.
void KioskApp::read_nda(screen::Form& form) const {
    const auto* session = session_of_door();
    if (session == nullptr)
        return;
    form.reading = local_text(*m_ports.catalogue, "nda.generic");
    const auto all = m_ports.store->private_sessions();
    if (!all)
        return;
    const auto found = std::ranges::find(*all, session->id, &core::PrivateSession::session);
    if (found == all->end() || (found->nda_text.zh.empty() && found->nda_text.en.empty()))
        return;
    form.reading = found->nda_text;
    form.reading_version = found->nda_version;
}

FormField KioskApp::nda_signature() const {
    FormField field;
    field.question.id = signature_field;
    field.question.type = core::QuestionType::Signature;
    field.question.required = true;
    field.question.text = local_text(*m_ports.catalogue, "nda.signature");
    return field;
}

// ---- for whoever is invited ----

// At their next scan, as requests for a table are: in the business area, or from the door where there is none. A kiosk that is not given what is confidential
// knows of none. What it is about and who else comes is not told.
std::vector<MeetingLine> KioskApp::invitations_for(const std::string& ticket) {
    std::vector<MeetingLine> lines;
    const auto open = m_ports.sessions == nullptr ? core::Result<std::vector<core::Invitation>>{} : m_ports.sessions->open_invitations(ticket);
    if (!open)
        return lines; // a scan stays a scan
    for (const auto& invitation : *open) {
        const auto row = row_of(*m_ports.sessions->config().session(invitation.session));
        MeetingLine line;
        line.id = std::string(invitation_prefix) + row.id;
        line.session = row.title;
        line.table = row.room;
        line.time = row.time;
        line.until = row.until;
        line.day = row.day;
        line.state = {"session.invited.state", {}};
        line.can_answer = true;
        lines.push_back(std::move(line));
    }
    return lines;
}

void KioskApp::answer_invitation(const std::string& session, bool accept) {
    const auto result = m_ports.sessions->answer(session, m_visit->ticket, accept);
    if (!result)
        return out_of_order(result.error(), std::nullopt);
    m_status_stale = true;
    const bool done = result->reason == SessionReason::None;
    const Message said{std::string("session.invited.") + (!done ? "over" : accept ? "accepted" : "declined"), {}};
    if (!has_meetings())
        return show_invitations(said);
    show_meeting_home();
    say(said);
}

// ---- what staff see ----

// There is one, or the event is made for them and whoever is logged in may create the first.
bool KioskApp::has_sessions() const {
    if (m_ports.sessions == nullptr)
        return false;
    constexpr std::string_view kind = "closed_door";
    const auto& event = config().event;
    const bool meant = event.type == kind || std::ranges::find(event.addons, kind) != event.addons.end();
    return std::ranges::any_of(config().sessions, &core::Session::is_closed_door) || (meant && sees_sessions());
}

bool KioskApp::sees_sessions() const {
    return m_staff && (core::may_approve(config(), m_staff->id) || has_role(config(), m_staff->id, "session_host"));
}

bool KioskApp::on_session() const {
    return m_staff && on_screen<screen::Staff>() != nullptr && m_staff->tab == StaffTab::Sessions && !m_staff->closed.open.empty();
}

SessionRow KioskApp::row_of(const core::Session& session) const {
    const auto& zone = config().event.timezone;
    SessionRow row;
    row.id = session.id;
    row.title = session.public_title;
    if (row.title.zh.empty() && row.title.en.empty())
        row.title = local_text(*m_ports.catalogue, "session.untitled");
    row.room = session.room;
    if (session.starts) {
        row.time = clock_text(zone, *session.starts);
        if (zone.day_number(*session.starts) != zone.day_number(m_ports.clock->now()))
            row.day = date_text(zone, *session.starts);
    }
    if (session.ends)
        row.until = clock_text(zone, *session.ends);
    row.state = session.state;
    row.cancelled = session.cancelled;
    row.state_text = {"session.state." + state_word(session), {}};
    row.inside = inside_of(config(), *m_ports.store, session.id);
    row.minimum = session.minimum;
    row.maximum = session.capacity;
    row.quorum = core::quorum_of(session, row.inside);
    row.light = light_text(session, row.inside);
    return row;
}

core::Status KioskApp::load_sessions(StaffView& data) {
    auto& desk = *m_ports.sessions;
    auto& closed = m_staff->closed;
    KIOSK_CHECK(desk.reload()); // another device's acts may have arrived
    const bool sees = sees_sessions();
    SessionsView view;
    for (const auto& session : desk.config().sessions) {
        if (!session.is_closed_door())
            continue;
        auto row = row_of(session);
        std::optional<SessionDetails> known;
        if (sees) {
            KIOSK_TRY(known, desk.details(session.id));
            row.private_title = known->details.title;
            row.warnings = known->warnings.size();
        }
        if (session.id == closed.open) {
            if (known) {
                view.open = detail_of(*known);
            } else {
                view.open.emplace();
                view.open->row = row;
            }
        }
        view.rows.push_back(std::move(row));
    }
    std::ranges::stable_sort(view.rows, {}, [&](const SessionRow& row) {
        const auto* session = desk.config().session(row.id);
        return session->starts.value_or(core::Instant{});
    });
    if (!view.open)
        closed = {}; // it has gone
    view.can_create = sees; // who runs sessions creates them
    data.closed = std::move(view);
    return {};
}

SessionDetail KioskApp::detail_of(const SessionDetails& known) {
    const auto& closed = m_staff->closed;
    const auto& config_now = m_ports.sessions->config();
    SessionDetail detail;
    detail.row = row_of(known.session);
    detail.row.private_title = known.details.title;
    detail.row.warnings = known.warnings.size();
    detail.may_see = true;
    if (!known.details.host.empty()) {
        const auto found = std::ranges::find(known.people, known.details.host, [](const auto& person) { return person.invitation.ticket; });
        if (found != known.people.end())
            detail.host = shown_name(*found);
        else if (const auto person = registration_of(known.details.host))
            detail.host = person->person.name;
    }
    detail.host_organisation = known.details.host_org;
    if (const auto person = registration_of(known.details.note_taker))
        detail.note_taker = person->person.name;
    detail.level = {"session.level." + std::string(core::to_string(known.details.level)), {}};
    detail.nda = known.session.nda;
    detail.nda_version = known.details.nda_version;
    for (const auto& warning : known.warnings) {
        auto other = warning.other;
        if (warning.kind == core::SessionWarning::Kind::Clash) {
            // A number says nothing to anybody: the other session's name, or that it is a meeting.
            const auto* session = config_now.session(other);
            other = session != nullptr ? session->shown_title().in(m_language)
                                       : m_ports.catalogue->text(m_language, "session.other.meeting");
        }
        detail.warnings.push_back(warning_text(warning, known, other));
    }

    const auto judged = [&](SessionAct act, std::string text = {}) {
        return core::may_act(config_now, known.session.id, known.standing, {known.session.id, act, m_staff->id, m_ports.clock->now(), std::move(text)}) ==
               SessionReason::None;
    };
    detail.can_submit = judged(SessionAct::Submit);
    detail.can_approve = judged(SessionAct::Approve);
    detail.can_reject = judged(SessionAct::Reject);
    detail.can_lock = judged(SessionAct::Lock);
    detail.can_write = judged(SessionAct::Minutes, "-");
    detail.can_invite = core::may_invite(config_now, known.session.id, known.standing, m_staff->id) == SessionReason::None;
    detail.can_change = judged(SessionAct::Change);
    detail.can_cancel = judged(SessionAct::Cancel);
    detail.asks_lock = closed.asks == SessionAct::Lock && detail.can_lock;
    detail.asks_change = closed.asks == SessionAct::Change && detail.can_change;
    detail.asks_cancel = closed.asks == SessionAct::Cancel && detail.can_cancel;

    // At one of its doors, by their latest scan there.
    const auto is_inside = [&](const std::string& ticket) {
        const auto scans = m_ports.store->standing_scans(ticket);
        bool inside = false;
        if (scans)
            for (const auto& scan : *scans)
                if (const auto* door = config_now.checkpoint(scan.record.checkpoint); door != nullptr && door->session == known.session.id)
                    inside = scan.record.direction == core::Direction::Entry;
        return inside;
    };
    for (const auto& person : known.people) {
        const auto& invitation = person.invitation;
        InvitationRow row;
        row.ticket = invitation.ticket;
        row.name = shown_name(person);
        row.organisation = person.registration.person.organisation;
        row.role = {"session.role." + (invitation.role.empty() ? "guest" : invitation.role), {}};
        row.status = invitation.status;
        row.status_text = {"session.invitation." + std::string(core::to_string(invitation.status)), {}};
        row.nda_signed = invitation.nda_signed;
        row.inside = is_inside(invitation.ticket);
        row.can_revoke = detail.can_invite && invitation.status != core::InvitationStatus::Revoked && invitation.status != core::InvitationStatus::Declined;
        row.asks_revoke = row.can_revoke && closed.revokes == invitation.ticket;
        detail.people.push_back(std::move(row));
    }
    for (const auto& quota : known.quotas) {
        QuotaRow row{quota.organisation, {"session.role." + (quota.role.empty() ? "guest" : quota.role), {}}, quota.seats, 0, quota.role, false};
        row.named = std::ranges::count_if(known.people, [&](const core::InvitedPerson& person) {
            const auto status = person.invitation.status;
            return status != core::InvitationStatus::Revoked && status != core::InvitationStatus::Declined &&
                   core::fold(person.registration.person.organisation) == core::fold(quota.organisation);
        });
        row.asks_remove = closed.removes == seats_name(quota.organisation, quota.role);
        detail.quotas.push_back(std::move(row));
    }
    if (known.standing.state == core::SessionState::Rejected)
        detail.rejected_because = known.standing.rejected_because;
    detail.cancelled_because = known.standing.cancelled_because;
    detail.minutes = known.standing.minutes;
    detail.minutes_by = staff_name(known.standing.minutes_by);
    detail.points = known.standing.points;
    detail.invite = closed.invite;
    detail.part = closed.part;
    return detail;
}

// ---- what staff do ----

void KioskApp::tell_session(const core::Result<SessionResult>& result, std::string_view done) {
    m_staff->closed.ask_nothing();
    if (!result) {
        const auto why = m_ports.catalogue->text(m_language, result.error().message_key);
        return tell_staff({"staff.notice.not_saved", {{"why", why}}});
    }
    m_status_stale = true;
    if (m_ports.check_in->reload()) // the door goes by it at once
        read_config();
    if (result->reason == SessionReason::None)
        return tell_staff({"session.notice." + std::string(done), {}});
    Message why{"session.reason." + std::string(core::to_string(result->reason)), {}};
    if (result->reason == SessionReason::WrongState)
        why.args.emplace_back("state", m_ports.catalogue->text(m_language, "session.state." + std::string(core::to_string(result->state))));
    tell_staff(std::move(why));
}

void KioskApp::on(const intent::OpenSession& open) {
    if (!m_staff || on_screen<screen::Staff>() == nullptr || m_staff->tab != StaffTab::Sessions)
        return;
    m_staff->closed = {};
    m_staff->closed.open = open.id;
    tell_staff({});
}

void KioskApp::on(const intent::ShowSessionPart& part) {
    if (!on_session())
        return;
    m_staff->closed.ask_nothing();
    m_staff->closed.part = part.part;
    tell_staff({});
}

void KioskApp::on(const intent::ActOnSession& wanted) {
    if (!on_session() || !sees_sessions())
        return;
    auto& closed = m_staff->closed;
    const auto session = closed.open;
    switch (wanted.act) {
    case SessionAct::Submit: return tell_session(m_ports.sessions->submit(session, m_staff->id), "submitted");
    case SessionAct::Approve: return tell_session(m_ports.sessions->approve(session, m_staff->id), "approved");
    case SessionAct::Lock:
        return asks_first(wanted.act) ? void() : tell_session(m_ports.sessions->lock(session, m_staff->id), "locked");
    case SessionAct::Cancel: return asks_first(wanted.act) ? void() : show_session_form(wanted.act);
    case SessionAct::Change: {
        const auto known = m_ports.sessions->details(session);
        if (!known)
            return tell_session(std::unexpected(known.error()), "");
        const auto state = known->standing.state; // of these two somebody has to approve it again
        const bool starts_over = state == core::SessionState::Submitted || state == core::SessionState::Approved;
        return starts_over && asks_first(wanted.act) ? void() : show_setup_form(session);
    }
    case SessionAct::Reject:
    case SessionAct::Minutes:
    case SessionAct::Point: return show_session_form(wanted.act);
    case SessionAct::Accept: // only by whoever is invited
    case SessionAct::Decline: return;
    }
}

// What can't be taken back lightly is touched twice, and the first touch says what it means.
bool KioskApp::asks_first(SessionAct act) {
    auto& closed = m_staff->closed;
    if (closed.asks == act)
        return false;
    closed.ask_nothing();
    closed.asks = act;
    tell_staff({"session.ask." + std::string(core::to_string(act)), {}});
    return true;
}

void KioskApp::on(const intent::RevokeInvitation& revoke) {
    if (!on_session() || !sees_sessions())
        return;
    auto& closed = m_staff->closed;
    if (closed.revokes != revoke.ticket) {
        closed.ask_nothing();
        closed.revokes = revoke.ticket;
        return tell_staff({});
    }
    tell_session(m_ports.sessions->revoke(closed.open, revoke.ticket, m_staff->id), "revoked");
}

void KioskApp::take_session_code(const std::string& code) {
    if (!sees_sessions())
        return tell_staff({"session.reason.not_allowed", {}});
    auto& closed = m_staff->closed;
    closed.ask_nothing();
    // Looked up as every code is, but not as a visit to this door: whoever is not invited yet is just who is meant.
    const auto seen = m_ports.check_in->preview(new_attempt(code, "qr").request);
    if (!seen || !seen->registration) {
        play(Cue::Stop);
        return tell_staff({"session.notice.unknown_code", {}});
    }
    ask_to_invite(*seen->registration);
}

void KioskApp::ask_to_invite(const core::Registration& registration) {
    const auto& person = registration.person;
    m_staff->closed.ask_nothing();
    m_staff->closed.invite = InviteQuestion{registration.ticket, person.name.empty() ? registration.ticket : person.name, person.organisation};
    tell_staff({});
}

void KioskApp::on(const intent::InviteScanned& answer) {
    if (!on_session() || !sees_sessions() || !m_staff->closed.invite)
        return;
    const auto who = *m_staff->closed.invite;
    if (!answer.invite) {
        m_staff->closed.invite.reset();
        return tell_staff({});
    }
    const auto result = m_ports.sessions->invite(m_staff->closed.open, who.ticket, "", m_staff->id);
    const bool at_once = result && result->invitation && *result->invitation != core::InvitationStatus::Draft;
    tell_session(result, at_once ? "invited" : "invited_draft");
}

// ---- seats of organisations ----

void KioskApp::on(const intent::StepSeats& step) {
    if (!on_session() || !sees_sessions())
        return;
    const auto known = m_ports.sessions->details(m_staff->closed.open);
    if (!known)
        return tell_session(std::unexpected(known.error()), "");
    for (auto quota : known->quotas) {
        if (quota.organisation != step.organisation || quota.role != step.role_id)
            continue;
        quota.seats += step.by;
        quota.by = m_staff->id;
        if (quota.seats >= 1) // none at all is said by removing it
            return tell_session(m_ports.sessions->set_quota(quota), "seats");
    }
}

void KioskApp::on(const intent::RemoveSeats& remove) {
    if (!on_session() || !sees_sessions())
        return;
    auto& closed = m_staff->closed;
    const auto name = seats_name(remove.organisation, remove.role_id);
    if (closed.removes != name) {
        closed.ask_nothing();
        closed.removes = name;
        return tell_staff({"session.ask.seats", {}});
    }
    tell_session(m_ports.sessions->set_quota({closed.open, remove.organisation, 0, remove.role_id, m_staff->id}), "seats_removed");
}

} // namespace kiosk::app
