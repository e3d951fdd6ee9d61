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
};

// A code that was scanned while the session was open.
struct InviteQuestion {
    std::string ticket;
    std::string name;
    std::string organisation;
};

enum class SessionPart : std::uint8_t { About = 1, People, Words };

struct SessionDetail {
    SessionPart part = SessionPart::About; // which is shown
    SessionRow row;
    bool may_see = false; // else everything below is empty
    std::string host;
    std::string host_organisation;
    Message level;
    bool nda = false;
    std::string nda_version;
    std::vector<Message> warnings;
    std::vector<InvitationRow> people;
    std::vector<QuotaRow> quotas;
    std::string rejected_because;
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
    std::optional<InviteQuestion> invite;
};

struct SessionsView {
    std::vector<SessionRow> rows; // by time
    std::optional<SessionDetail> open;
};

namespace intent {
struct OpenSession { std::string id; };    // empty: back to the list
struct ActOnSession { core::SessionAct act = core::SessionAct::Submit; }; // Lock asks first; Reject, Minutes and Point open a form
struct RevokeInvitation { std::string ticket; }; // the first touch asks
struct ShowSessionPart { SessionPart part = SessionPart::About; };
struct InviteScanned { bool invite = true; };    // false: not after all
} // namespace intent

} // namespace kiosk::app
