// SPDX-License-Identifier: Apache-2.0
// Who may do what to a closed session, and what staff should look at before they approve it.
#include "core/closed_sessions.hpp"
#include "core/json_words.hpp"
#include "core/names.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace kiosk::core {

namespace {

constexpr Words<SessionReason, 15> reasons{{{SessionReason::None, ""},
                                            {SessionReason::UnknownSession, "unknown_session"},
                                            {SessionReason::NotClosedDoor, "not_closed_door"},
                                            {SessionReason::StaffMissing, "staff_missing"},
                                            {SessionReason::NotAllowed, "not_allowed"},
                                            {SessionReason::OwnSession, "own_session"},
                                            {SessionReason::WrongState, "wrong_state"},
                                            {SessionReason::Locked, "locked"},
                                            {SessionReason::UnknownPerson, "unknown_person"},
                                            {SessionReason::NotInvited, "not_invited"},
                                            {SessionReason::AlreadyInvited, "already_invited"},
                                            {SessionReason::TooManySeats, "too_many_seats"},
                                            {SessionReason::TextMissing, "text_missing"},
                                            {SessionReason::CancelledSession, "cancelled_session"},
                                            {SessionReason::TextTooLong, "text_too_long"}}};

bool has_role(const EventConfig& config, std::string_view staff, std::string_view role) {
    const auto* member = config.staff_member(staff);
    return member && std::ranges::find(member->roles, role) != member->roles.end();
}

// Who runs sessions: at its table, or above it.
bool may_run(const EventConfig& config, std::string_view staff) {
    return has_role(config, staff, "session_host") || may_approve(config, staff);
}

// Before anything else: is there such a session, who asks, and can anything still change?
SessionReason open_to(const EventConfig& config, std::string_view session, const SessionStanding& standing,
                      std::string_view staff) {
    const auto* known = config.session(session);
    if (!known)
        return SessionReason::UnknownSession;
    if (!known->is_closed_door())
        return SessionReason::NotClosedDoor;
    if (staff.empty())
        return SessionReason::StaffMissing;
    if (standing.cancelled)
        return SessionReason::CancelledSession;
    return standing.state == SessionState::Locked ? SessionReason::Locked : SessionReason::None;
}

SessionReason may_judge(const EventConfig& config, const SessionStanding& standing, std::string_view staff) {
    if (standing.state != SessionState::Submitted)
        return SessionReason::WrongState;
    if (staff == standing.creator || staff == standing.editor)
        return SessionReason::OwnSession;
    return may_approve(config, staff) ? SessionReason::None : SessionReason::NotAllowed;
}

SessionReason may_write(const EventConfig& config, const SessionStanding& standing, const SessionActRecord& act) {
    if (!may_run(config, act.staff))
        return SessionReason::NotAllowed;
    if (standing.state != SessionState::Approved)
        return SessionReason::WrongState;
    if (act.text.find_first_not_of(" \t\r\n") == std::string::npos)
        return SessionReason::TextMissing;
    const auto characters = std::ranges::count_if(act.text, [](char c) { return (c & 0xC0) != 0x80; });
    return characters > static_cast<std::ptrdiff_t>(max_session_text) ? SessionReason::TextTooLong : SessionReason::None;
}

bool is_expected(InvitationStatus status) {
    return status != InvitationStatus::Declined && status != InvitationStatus::Revoked;
}

bool overlap_in_time(const Session& session, const std::optional<Instant>& starts, const std::optional<Instant>& ends) {
    return session.starts && session.ends && starts && ends && *starts < *session.ends && *session.starts < *ends;
}

} // namespace

std::string_view to_string(SessionReason reason) { return word_of(reasons, reason); }

bool may_approve(const EventConfig& config, std::string_view staff) {
    constexpr std::array<std::string_view, 4> approvers{"organizer", "station_lead", "central", "admin"};
    return std::ranges::any_of(approvers, [&](std::string_view role) { return has_role(config, staff, role); });
}

SessionReason may_act(const EventConfig& config, std::string_view session, const SessionStanding& standing,
                      const SessionActRecord& act) {
    if (const auto reason = open_to(config, session, standing, act.staff); reason != SessionReason::None)
        return reason;
    switch (act.act) {
    case SessionAct::Submit:
        return standing.state == SessionState::Draft || standing.state == SessionState::Rejected
                   ? SessionReason::None
                   : SessionReason::WrongState;
    case SessionAct::Approve:
    case SessionAct::Reject: return may_judge(config, standing, act.staff);
    case SessionAct::Minutes:
    case SessionAct::Point: return may_write(config, standing, act);
    case SessionAct::Lock:
        if (!may_run(config, act.staff))
            return SessionReason::NotAllowed;
        return standing.state == SessionState::Approved ? SessionReason::None : SessionReason::WrongState;
    case SessionAct::Cancel: return may_approve(config, act.staff) ? SessionReason::None : SessionReason::NotAllowed;
    case SessionAct::Change: return may_run(config, act.staff) ? SessionReason::None : SessionReason::NotAllowed;
    case SessionAct::Accept: // nobody answers for another
    case SessionAct::Decline: return SessionReason::NotAllowed;
    }
    return SessionReason::NotAllowed;
}

SessionReason may_invite(const EventConfig& config, std::string_view session, const SessionStanding& standing,
                         std::string_view staff) {
    return open_to(config, session, standing, staff);
}

bool may_answer(const SessionStanding& standing, const Invitation& invitation) {
    return !standing.cancelled && standing.state == SessionState::Approved &&
           (invitation.status == InvitationStatus::Approved || invitation.status == InvitationStatus::Accepted);
}

InvitationStatus invitation_status(const EventConfig& config, const SessionStanding& standing, std::string_view staff) {
    return standing.state == SessionState::Approved && may_approve(config, staff) ? InvitationStatus::Approved
                                                                                 : InvitationStatus::Draft;
}

std::vector<SessionWarning> session_warnings(const EventConfig& config, const Session& session,
                                             const PrivateSession& details, std::span<const InvitedPerson> people,
                                             std::span<const Invitation> other_invitations) {
    using Kind = SessionWarning::Kind;
    std::vector<SessionWarning> warnings;
    std::vector<std::string> without_phone;
    std::map<std::string, std::vector<std::string>> by_organisation; // folded → tickets
    std::int64_t expected = 0;
    for (const auto& person : people) {
        const auto& ticket = person.invitation.ticket;
        if (!is_expected(person.invitation.status))
            continue;
        ++expected;
        for (const auto& booking : person.bookings)
            if (stands(booking.stage) && booking.request.session != session.id &&
                overlap_in_time(session, booking.request.starts, booking.request.ends))
                warnings.push_back({Kind::Clash, {ticket}, booking.request.uid});
        for (const auto& other : other_invitations) {
            const auto* there = config.session(other.session);
            if (other.ticket == ticket && other.session != session.id && is_expected(other.status) && there &&
                !there->cancelled && overlap_in_time(session, there->starts, there->ends))
                warnings.push_back({Kind::Clash, {ticket}, other.session});
        }
        if (person.registration.person.phone.empty())
            without_phone.push_back(ticket);
        if (auto organisation = fold(person.registration.person.organisation); !organisation.empty())
            by_organisation[std::move(organisation)].push_back(ticket);
    }

    // Named rivals meet where two of them come, or one of them and the host's own people's organisation.
    std::vector<SessionWarning> rivals;
    std::set<std::string> seen{fold(details.host_org)};
    for (const auto& rival : details.rivals)
        if (const auto found = by_organisation.find(fold(rival)); seen.insert(fold(rival)).second && found != by_organisation.end())
            rivals.push_back({Kind::Rivals, found->second, rival});
    if (rivals.size() > (details.host_org.empty() ? 1U : 0U))
        warnings.insert(warnings.end(), rivals.begin(), rivals.end());

    if (!without_phone.empty())
        warnings.push_back({Kind::MissingContact, std::move(without_phone), {}});
    if (session.capacity && expected > *session.capacity)
        warnings.push_back({Kind::OverMaximum, {}, std::to_string(expected)});
    if (session.minimum && expected < *session.minimum)
        warnings.push_back({Kind::UnderMinimum, {}, std::to_string(expected)});
    if (session.nda && details.nda_text.zh.empty() && details.nda_text.en.empty())
        warnings.push_back({Kind::NoNdaText, {}, {}});
    if (details.host.empty())
        warnings.push_back({Kind::NoHost, {}, {}});
    return warnings;
}

// With nobody inside it is never enough, whatever was asked for.
Quorum quorum_of(const Session& session, std::int64_t inside) {
    if (session.capacity && inside >= *session.capacity)
        return Quorum::Full;
    return inside < std::max<std::int64_t>(1, session.minimum.value_or(1)) ? Quorum::Few : Quorum::Enough;
}

} // namespace kiosk::core
