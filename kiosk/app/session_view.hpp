// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the window shows of sessions behind closed doors, and what it may say back of them. Purpose: part of the contract
// of view.hpp, which includes it: the staff's list and one session of it, and what its door says to everybody. Ownership:
// values. Threads: made on the application thread, read on the render thread. Whatever is private is in it only where the
// member of staff may see it: the window leaves nothing out.
#include "core/catalogue.hpp"
#include "core/closed_sessions.hpp"
#include "core/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::app {

using core::LocalText;
using core::Message;

// What its door says: no names, no private title.
struct DoorSession {
    LocalText title;
    LocalText room;
    std::string time;  // "16:00"; empty: not known
    std::string until; // "17:30"
    bool cancelled = false;
    core::Quorum quorum = core::Quorum::Few;
    Message light; // "two more needed"
};

struct SessionRow {
    std::string id;
    LocalText title;         // public
    LocalText private_title; // empty for those who may not see it
    LocalText room;
    LocalText day;           // empty: today
    std::string time;
    std::string until;
    core::SessionState state = core::SessionState::Draft;
    bool cancelled = false;
    Message state_text;
    std::int64_t inside = 0;
    std::optional<std::int64_t> minimum;
    std::optional<std::int64_t> maximum;
    core::Quorum quorum = core::Quorum::Few;
    Message light;
    std::size_t warnings = 0; // of those who may see them
};

struct InvitationRow {
    std::string ticket;
    std::string name;
    std::string organisation;
    Message role;
    core::InvitationStatus status = core::InvitationStatus::Draft;
    Message status_text;
    bool nda_signed = false;
    bool inside = false;
    bool can_revoke = false;
    bool asks_revoke = false; // waits for a second touch
};

struct QuotaRow {
    std::string organisation;
    Message role;
    std::int64_t seats = 0;
    std::int64_t named = 0; // of its people who are invited, in whatever role
    std::string role_id;
    bool asks_remove = false; // waits for a second touch
};

// A code that was scanned while the session was open.
struct InviteQuestion {
    std::string ticket;
    std::string name;
    std::string organisation;
};

// Before the id of a line of the business area's page that is an invitation: the rest is the session's.
constexpr std::string_view invitation_prefix = "session:";

enum class SessionPart : std::uint8_t { About = 1, People, Words, Seats };

struct SessionDetail {
    SessionPart part = SessionPart::About; // which is shown
    SessionRow row;
    bool may_see = false; // else everything below is empty
    std::string host;
    std::string host_organisation;
    std::string note_taker;
    Message level;
    bool nda = false;
    std::string nda_version;
    std::vector<Message> warnings;
    std::vector<InvitationRow> people;
    std::vector<QuotaRow> quotas;
    std::string rejected_because;
    std::string cancelled_because;
    std::string minutes;
    std::string minutes_by;
    std::vector<std::string> points; // oldest first
    bool can_submit = false;
    bool can_approve = false;
    bool can_reject = false;
    bool can_lock = false;
    bool can_write = false; // minutes and points
    bool can_invite = false;
    bool asks_lock = false;
    bool can_change = false; // and deal out seats
    bool asks_change = false; // it would be a draft again
    bool can_cancel = false;
    bool asks_cancel = false;
    std::optional<InviteQuestion> invite;
};

struct SessionsView {
    std::vector<SessionRow> rows; // by time
    std::optional<SessionDetail> open;
    bool can_create = false;
};

namespace intent {
struct OpenSession { std::string id; };    // empty: back to the list
// Lock and Cancel ask first, and Change where it makes a draft of it; all that needs words or choices opens a form.
struct ActOnSession { core::SessionAct act = core::SessionAct::Submit; };
struct NewSession {};
struct FindGuest {};   // to invite, by name
struct AddSeats {};    // for an organisation that is looked up
struct StepSeats { std::string organisation, role_id; int by = 1; };
struct RemoveSeats { std::string organisation, role_id; }; // the first touch asks
struct RevokeInvitation { std::string ticket; }; // the first touch asks
struct ShowSessionPart { SessionPart part = SessionPart::About; };
struct InviteScanned { bool invite = true; };    // false: not after all
} // namespace intent

} // namespace kiosk::app
