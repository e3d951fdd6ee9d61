// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sessions behind closed doors. Purpose: their private part, what staff did to them, who may do what, whom the door admits,
// and which operations are confidential. A session's state is the fold of its acts in the order of their clocks, judged by
// the same rules again everywhere: an approval by its own creator counts nowhere. Pure. Ownership: values. Threads: any.
// Failure: decoding answers Invalid; a rule that says no is a reason.
#include "core/bookings.hpp"
#include "core/model.hpp"
#include "core/operation.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

// What devices that don't need it never get. The latest one stands.
struct PrivateSession {
    std::string session;
    LocalText title;
    std::string host;       // ticket
    std::string host_org;
    std::string note_taker; // ticket
    Confidentiality level = Confidentiality::Confidential;
    LocalText nda_text;
    std::string nda_version;
    std::vector<std::string> rivals; // organisations that should not meet in it unnoticed
    std::string by;                  // staff
    Instant at;
};

// Change is written with every session.set after the first thing that staff saw: what was submitted or approved is a
// draft again, and whoever changed it can't approve it. So the fold needs the acts alone, in whatever order they came.
// Accept and Decline are the answers of whoever is invited, to an invitation that was approved.
enum class SessionAct : std::uint8_t { Submit = 1, Approve, Reject, Minutes, Point, Lock, Cancel, Change, Accept, Decline };
std::string_view to_string(SessionAct act);
std::optional<SessionAct> parse_session_act(std::string_view text);

constexpr std::size_t max_session_text = 20'000; // characters

struct SessionActRecord {
    std::string session;
    SessionAct act = SessionAct::Submit;
    std::string staff;
    Instant at;
    std::string text; // personal part: minutes, a discussion point, why it was rejected; at most max_session_text characters
    std::string ticket{}; // of Accept and Decline: whose answer it is
};
struct StoredSessionAct {
    OperationId id;
    Hlc hlc;
    SessionActRecord record;
};

// Seats that an organisation fills itself; each name is submitted and approved like any other invitation.
struct OrganisationQuota {
    std::string session;
    std::string organisation;
    std::int64_t seats = 0;
    std::string role = "guest";
    std::string by;
};

namespace operation_kind {
inline constexpr std::string_view session_set = "session.set"; // PrivateSession, the texts in the personal part
inline constexpr std::string_view session_act = "session.act";
inline constexpr std::string_view quota_set = "quota.set";
} // namespace operation_kind

OperationDraft make_private_session(const PrivateSession& session);
OperationDraft make_session_act(const SessionActRecord& act);
OperationDraft make_quota(const OrganisationQuota& quota);
Result<PrivateSession> decode_private_session(const Operation& operation);
Result<SessionActRecord> decode_session_act(const Operation& operation);
Result<OrganisationQuota> decode_quota(const Operation& operation);

struct SessionStanding {
    SessionState state = SessionState::Draft;
    bool cancelled = false;
    std::string creator;  // who submitted it last
    std::string editor;   // who changed it last, where that was told by an act
    std::string approver;
    std::string minutes;  // the latest
    std::string minutes_by;
    std::vector<std::string> points;
    std::string rejected_because;
    std::string cancelled_because;
};
SessionStanding fold_session(const EventConfig& config, std::span<const StoredSessionAct> acts);

// What an invitation comes to. An answer counts where it came after the word of staff: so what they took back stays taken
// back, whatever arrives later, and who is invited again may answer again.
InvitationStatus answered(const Invitation& invitation, Hlc set_at, std::span<const StoredSessionAct> acts);

// Is it confidential, and of which session? Empty: anybody may have it. By kind and body alone, so that the hub can tell
// without knowing the event: session.set, session.act, quota.set, invitation.set; bookings, leads, notes and
// scans that say so.
std::string confidential_session(const Operation& operation);

// ---- who may do what ----

enum class SessionReason : std::uint8_t {
    None = 0, UnknownSession, NotClosedDoor, StaffMissing, NotAllowed /* this role */, OwnSession /* the creator can't approve */,
    WrongState, Locked, UnknownPerson, NotInvited, AlreadyInvited, TooManySeats, TextMissing, CancelledSession,
    TextTooLong,
};
std::string_view to_string(SessionReason reason); // "own_session"; empty for None
std::string_view to_string(SessionState state);   // "submitted"
std::string_view to_string(Confidentiality level); // "strict"
std::optional<Confidentiality> parse_confidentiality(std::string_view text);
SessionReason may_act(const EventConfig& config, std::string_view session, const SessionStanding& standing,
                      const SessionActRecord& act);
// The status that an invitation gets from whoever makes it: approved from those who may approve once the session is, else
// draft; drafts are approved with the session.
SessionReason may_invite(const EventConfig& config, std::string_view session, const SessionStanding& standing,
                         std::string_view staff);
// May whoever is invited answer now? Once it was approved, and for as long as nothing is over.
bool may_answer(const SessionStanding& standing, const Invitation& invitation);
InvitationStatus invitation_status(const EventConfig& config, const SessionStanding& standing, std::string_view staff);
bool may_approve(const EventConfig& config, std::string_view staff); // organizer, station_lead, central, admin

// ---- what staff are told ----

struct SessionWarning {
    enum class Kind : std::uint8_t { Clash = 1, Rivals, MissingContact, OverMaximum, UnderMinimum, NoNdaText, NoHost } kind;
    std::vector<std::string> tickets; // concerned
    std::string other;                // a booking's uid, another session's id, an organisation
};
struct InvitedPerson {
    Invitation invitation;
    Registration registration;
    std::vector<Booking> bookings; // that stand and may clash
};
std::vector<SessionWarning> session_warnings(const EventConfig& config, const Session& session,
                                             const PrivateSession& details, std::span<const InvitedPerson> people,
                                             std::span<const Invitation> other_invitations);

enum class Quorum : std::uint8_t { Few = 1, Enough, Full }; // amber, green, red
Quorum quorum_of(const Session& session, std::int64_t inside);

} // namespace kiosk::core
