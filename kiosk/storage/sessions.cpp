// SPDX-License-Identifier: Apache-2.0
// The questions of core::Store about sessions behind closed doors and who is invited: everything that was said of them,
// the latest where only that counts.
#include "storage/database_impl.hpp"
#include "storage/stored_operation.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace kiosk::storage {

namespace {

using Stamp = std::tuple<core::Hlc, core::OperationId>;

// Columns: operation, hlc, body, personal content, session; one statement each, as Query wants literals.
#define KIOSK_RECORD_COLUMNS "SELECT s.operation, o.hlc, o.body, p.content, s.session "
#define KIOSK_RECORD_TABLES                                                                                            \
    "FROM session_records s JOIN operations o ON o.id = s.operation LEFT JOIN personal p ON p.operation = s.operation "

Stamp stamp_of(const Journal& journal, Query& row) {
    return {core::Hlc{static_cast<std::uint64_t>(row.integer(1))}, journal.operation_id(row.integer(0))};
}

// Of each key the latest.
template <typename Key, typename Value>
void keep_latest(std::map<Key, std::pair<Stamp, Value>>& latest, Key key, Stamp stamp, Value value) {
    const auto [at, fresh] = latest.try_emplace(std::move(key), stamp, value);
    if (!fresh && at->second.first < stamp)
        at->second = {std::move(stamp), std::move(value)};
}

// As staff made them, and then answered. Columns: session, ticket, role, status, nda, hlc.
core::Result<std::vector<core::Invitation>> invitations_of(Database& database, Query& rows) {
    std::vector<core::Invitation> found;
    std::map<std::string, std::vector<core::StoredSessionAct>> acts;
    while (rows.next()) {
        core::Invitation invitation{rows.text(0), rows.text(1), rows.text(2),
                                    static_cast<core::InvitationStatus>(rows.integer(3)), rows.integer(4) != 0};
        if (!acts.contains(invitation.session)) {
            KIOSK_TRY(acts[invitation.session], database.session_acts(invitation.session));
        }
        invitation.status = core::answered(invitation, core::Hlc{static_cast<std::uint64_t>(rows.integer(5))},
                                           acts[invitation.session]);
        found.push_back(std::move(invitation));
    }
    return found;
}

} // namespace

core::Result<std::vector<core::PrivateSession>> Database::private_sessions() {
    return m_impl->ask("sessions", [&]() -> core::Result<std::vector<core::PrivateSession>> {
        std::map<std::string, std::pair<Stamp, core::PrivateSession>> latest;
        Query rows(m_impl->connection, KIOSK_RECORD_COLUMNS KIOSK_RECORD_TABLES "WHERE s.kind = 1");
        while (rows.next()) {
            KIOSK_TRY(auto session, decode_stored(stored_operation(rows, 2, core::operation_kind::session_set, rows.text(4)),
                                                  core::decode_private_session));
            keep_latest(latest, rows.text(4), stamp_of(m_impl->journal, rows), std::move(session));
        }
        std::vector<core::PrivateSession> found;
        for (auto& [session, entry] : latest)
            found.push_back(std::move(entry.second));
        return found;
    });
}

core::Result<std::vector<core::StoredSessionAct>> Database::session_acts(std::string_view session) {
    return m_impl->ask("sessions", [&]() -> core::Result<std::vector<core::StoredSessionAct>> {
        std::vector<core::StoredSessionAct> found;
        Query rows(m_impl->connection, KIOSK_RECORD_COLUMNS KIOSK_RECORD_TABLES "WHERE s.kind = 2 AND s.session = ?",
                   session);
        while (rows.next()) {
            KIOSK_TRY(auto act, decode_stored(stored_operation(rows, 2, core::operation_kind::session_act, session),
                                              core::decode_session_act));
            auto [hlc, id] = stamp_of(m_impl->journal, rows);
            found.push_back({std::move(id), hlc, std::move(act)});
        }
        std::ranges::sort(found, [](const auto& a, const auto& b) { return std::tie(a.hlc, a.id) < std::tie(b.hlc, b.id); });
        return found;
    });
}

core::Result<std::vector<core::OrganisationQuota>> Database::quotas(std::string_view session) {
    return m_impl->ask("quotas", [&]() -> core::Result<std::vector<core::OrganisationQuota>> {
        std::map<std::pair<std::string, std::string>, std::pair<Stamp, core::OrganisationQuota>> latest;
        Query rows(m_impl->connection, KIOSK_RECORD_COLUMNS KIOSK_RECORD_TABLES "WHERE s.kind = 3 AND s.session = ?",
                   session);
        while (rows.next()) {
            KIOSK_TRY(auto quota, decode_stored(stored_operation(rows, 2, core::operation_kind::quota_set, session),
                                                core::decode_quota));
            if (!quota.organisation.empty()) // its name was erased, or is not here: nobody's
                keep_latest(latest, std::pair(quota.organisation, quota.role), stamp_of(m_impl->journal, rows), quota);
        }
        std::vector<core::OrganisationQuota> found;
        for (auto& [key, entry] : latest)
            found.push_back(std::move(entry.second));
        return found;
    });
}

core::Result<std::optional<core::Invitation>> Database::invitation(std::string_view session, std::string_view ticket) {
    return m_impl->ask("invitation", [&]() -> core::Result<std::optional<core::Invitation>> {
        Query rows(m_impl->connection,
                   "SELECT session, ticket, role, status, nda, hlc FROM invitations WHERE session = ? AND ticket = ?",
                   session, ticket);
        KIOSK_TRY(auto found, storage::invitations_of(*this, rows));
        if (found.empty())
            return std::nullopt;
        return std::move(found.front());
    });
}

core::Result<std::vector<core::Invitation>> Database::invitations(std::string_view session) {
    return m_impl->ask("invitations", [&] {
        Query rows(m_impl->connection,
                   "SELECT session, ticket, role, status, nda, hlc FROM invitations WHERE session = ? ORDER BY ticket", session);
        return storage::invitations_of(*this, rows);
    });
}

core::Result<std::vector<core::Invitation>> Database::invitations_of(std::string_view ticket) {
    return m_impl->ask("invitations", [&] {
        Query rows(m_impl->connection,
                   "SELECT session, ticket, role, status, nda, hlc FROM invitations WHERE ticket = ? ORDER BY session", ticket);
        return storage::invitations_of(*this, rows);
    });
}

} // namespace kiosk::storage
