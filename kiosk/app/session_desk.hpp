// SPDX-License-Identifier: Apache-2.0
#pragma once
// The service for sessions behind closed doors. Purpose: what staff do to them, as durable operations; what the door and
// the staff's page show of them. The admission itself is CheckIn's. Ownership: borrows its ports. Threads: the application
// thread. Failure: an Error means that nothing was saved.
#include "core/closed_sessions.hpp"
#include "core/load_config.hpp"
#include "core/ports.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::app {

struct SessionServices {
    core::Store* store = nullptr;
    const core::Clock* clock = nullptr;
    core::Random* random = nullptr;
};

struct SessionResult {
    core::SessionReason reason = core::SessionReason::None; // None: done
    core::SessionState state = core::SessionState::Draft;   // of the session, as it then is
    std::optional<core::InvitationStatus> invitation;       // of invite and revoke
};

struct SessionDetails {
    core::Session session;
    core::PrivateSession details;
    core::SessionStanding standing;
    std::vector<core::InvitedPerson> people; // in order of role, name
    std::vector<core::OrganisationQuota> quotas;
    std::vector<core::SessionWarning> warnings;
    std::int64_t inside = 0; // at its doors, now
    core::Quorum quorum = core::Quorum::Few;
};

class SessionDesk {
public:
    static core::Result<SessionDesk> create(SessionServices services);
    core::Status reload();
    const core::EventConfig& config() const { return *m_config; }

    // Creates or changes one: the public document and the private part. A submitted or approved one goes back to draft.
    core::Result<SessionResult> set(const core::Session& session, core::PrivateSession details, const std::string& staff);
    core::Result<SessionResult> submit(const std::string& session, const std::string& staff);
    core::Result<SessionResult> approve(const std::string& session, const std::string& staff); // and its draft invitations
    core::Result<SessionResult> reject(const std::string& session, const std::string& staff, const std::string& why);
    core::Result<SessionResult> cancel(const std::string& session, const std::string& staff, const std::string& why);
    core::Result<SessionResult> invite(const std::string& session, const std::string& ticket, const std::string& role,
                                       const std::string& staff);
    core::Result<SessionResult> revoke(const std::string& session, const std::string& ticket, const std::string& staff);
    // By whoever is invited: only for themselves, and only what was approved.
    core::Result<SessionResult> answer(const std::string& session, const std::string& ticket, bool accept);
    core::Result<std::vector<core::Invitation>> open_invitations(const std::string& ticket); // that wait for an answer
    core::Result<SessionResult> set_quota(const core::OrganisationQuota& quota); // no seats: it has no quota any more
    core::Result<SessionResult> minutes(const std::string& session, const std::string& text, const std::string& staff);
    core::Result<SessionResult> point(const std::string& session, const std::string& text, const std::string& staff);
    core::Result<SessionResult> lock(const std::string& session, const std::string& staff);

    core::Result<SessionDetails> details(const std::string& session);

private:
    explicit SessionDesk(SessionServices services) : m_services(services) {}
    core::Result<SessionResult> act(core::SessionActRecord record);

    SessionServices m_services;
    std::shared_ptr<const core::EventConfig> m_config;
};

} // namespace kiosk::app
