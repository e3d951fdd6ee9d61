// SPDX-License-Identifier: Apache-2.0
// The smaller tables of the PostgreSQL store: who the hub is, devices, codes, users, leases, quarantine, audit, facts.
#include "hub/postgres_impl.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

using Transaction = pqxx::transaction_base;

namespace {

std::int64_t at_most(std::size_t limit) { return static_cast<std::int64_t>(std::min<std::size_t>(limit, 1'000'000)); }

std::string text(const pqxx::row& row, int column) { return row[column].as<std::string>(); }
std::int64_t integer(const pqxx::row& row, int column) { return row[column].as<std::int64_t>(); }
bool boolean(const pqxx::row& row, int column) { return row[column].as<bool>(); }

void set_meta(Transaction& transaction, const std::string& key, const std::string& value) {
    transaction.exec_params("INSERT INTO meta VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                            as_text(key), as_text(value));
}

std::vector<LeaseRow> read_leases(Transaction& transaction, const std::string& event) {
    std::vector<LeaseRow> rows;
    for (const auto& row : transaction.exec_params("SELECT resource, holder, incarnation, count, granted_ms, lost FROM leases"
                                                   " WHERE event = $1 ORDER BY resource COLLATE \"C\", place",
                                                   as_text(event)))
        rows.push_back({event, text(row, 0), text(row, 1), text(row, 2), integer(row, 3), integer(row, 4), boolean(row, 5)});
    return rows;
}

} // namespace

Result<HubIdentity> PostgresStore::identity() {
    return m_impl->read("identity", [&](Transaction& transaction) -> Result<HubIdentity> {
        std::map<std::string, std::string> values;
        for (const auto& row : transaction.exec("SELECT key, value FROM meta WHERE key IN ('hub', 'epoch', 'recovering')"))
            values[text(row, 0)] = text(row, 1);
        return HubIdentity{values["hub"], values["epoch"], values["recovering"] == "1"};
    });
}

Status PostgresStore::set_epoch(const std::string& epoch, bool recovering) {
    return m_impl->write("epoch", true, [&](Transaction& transaction) -> Status {
        set_meta(transaction, "epoch", epoch);
        set_meta(transaction, "recovering", recovering ? "1" : "0");
        return {};
    });
}

Status PostgresStore::put_device(const DeviceRow& row) {
    return m_impl->write("device", true, [&](Transaction& transaction) -> Status {
        transaction.exec_params(
            "INSERT INTO devices VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            " ON CONFLICT (event, device) DO UPDATE SET token_hash = excluded.token_hash, is_hub = excluded.is_hub,"
            " revoked = excluded.revoked, incarnation = excluded.incarnation, cloned_by = excluded.cloned_by,"
            " software = excluded.software, enrolled_ms = excluded.enrolled_ms, seen_ms = excluded.seen_ms,"
            " offset_ms = excluded.offset_ms, pending = excluded.pending",
            as_text(row.event), as_text(row.device), as_text(row.token_hash), row.is_hub, row.revoked,
            as_text(row.incarnation), as_text(row.cloned_by), as_text(row.software), row.enrolled_ms, row.seen_ms,
            row.offset_ms, as_bigint(row.pending));
        return {};
    });
}

Result<std::vector<DeviceRow>> PostgresStore::devices() {
    return m_impl->read("devices", [&](Transaction& transaction) -> Result<std::vector<DeviceRow>> {
        std::vector<DeviceRow> rows;
        for (const auto& row : transaction.exec(
                 "SELECT event, device, token_hash, is_hub, revoked, incarnation, cloned_by, software, enrolled_ms, seen_ms,"
                 " offset_ms, pending FROM devices ORDER BY event COLLATE \"C\", device COLLATE \"C\""))
            rows.push_back({text(row, 0), text(row, 1), text(row, 2), boolean(row, 3), boolean(row, 4), text(row, 5),
                            text(row, 6), text(row, 7), integer(row, 8), integer(row, 9), integer(row, 10),
                            from_bigint(integer(row, 11))});
        return rows;
    });
}

Status PostgresStore::put_code(const CodeRow& row) {
    return m_impl->write("code", true, [&](Transaction& transaction) -> Status {
        transaction.exec_params("INSERT INTO codes VALUES ($1, $2, $3, $4, $5) ON CONFLICT (code_hash) DO UPDATE SET"
                                " event = excluded.event, for_hub = excluded.for_hub, expires_ms = excluded.expires_ms,"
                                " used = excluded.used",
                                as_text(row.code_hash), as_text(row.event), row.for_hub, row.expires_ms, row.used);
        return {};
    });
}

Result<std::optional<CodeRow>> PostgresStore::use_code(const std::string& code_hash, std::int64_t now_ms) {
    return m_impl->write("code", true, [&](Transaction& transaction) -> Result<std::optional<CodeRow>> {
        const auto rows = transaction.exec_params("UPDATE codes SET used = true WHERE code_hash = $1 AND NOT used"
                                                  " AND expires_ms > $2 RETURNING event, for_hub, expires_ms",
                                                  as_text(code_hash), now_ms);
        if (rows.empty())
            return std::nullopt;
        return CodeRow{code_hash, text(rows[0], 0), boolean(rows[0], 1), integer(rows[0], 2), true};
    });
}

Status PostgresStore::put_user(const UserRow& row) {
    return m_impl->write("user", true, [&](Transaction& transaction) -> Status {
        transaction.exec_params("INSERT INTO users VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO UPDATE SET"
                                " role = excluded.role, token_hash = excluded.token_hash, revoked = excluded.revoked,"
                                " created_ms = excluded.created_ms",
                                as_text(row.name), as_text(row.role), as_text(row.token_hash), row.revoked, row.created_ms);
        return {};
    });
}

Result<std::vector<UserRow>> PostgresStore::users() {
    return m_impl->read("users", [&](Transaction& transaction) -> Result<std::vector<UserRow>> {
        std::vector<UserRow> rows;
        for (const auto& row :
             transaction.exec("SELECT name, role, token_hash, revoked, created_ms FROM users ORDER BY name COLLATE \"C\""))
            rows.push_back({text(row, 0), text(row, 1), text(row, 2), boolean(row, 3), integer(row, 4)});
        return rows;
    });
}

Result<std::vector<QuarantineEntry>> PostgresStore::quarantine(std::uint64_t after, std::size_t limit) {
    return m_impl->read("quarantine", [&](Transaction& transaction) -> Result<std::vector<QuarantineEntry>> {
        std::vector<QuarantineEntry> rows;
        for (const auto& row : transaction.exec_params(
                 "SELECT event, via, encode(claimed, 'hex'), verdict, encode(raw, 'hex'), at_ms, number FROM quarantine"
                 " WHERE number > $1 ORDER BY number LIMIT $2",
                 as_bigint(std::min(after, max_seq)), at_most(limit)))
            rows.push_back({text(row, 0), text(row, 1), unhex(text(row, 2)), text(row, 3), unhex(text(row, 4)),
                            integer(row, 5), from_bigint(integer(row, 6))});
        return rows;
    });
}

Result<std::uint64_t> PostgresStore::quarantine_count() {
    return m_impl->read("quarantine", [&](Transaction& transaction) -> Result<std::uint64_t> {
        // Nothing is ever deleted from it, and numbers have no gaps.
        return from_bigint(integer(transaction.exec("SELECT value FROM counter WHERE name = 'quarantine'")[0], 0));
    });
}

Status PostgresStore::change_leases(const std::string& event,
                                    const std::function<void(std::map<std::string, std::vector<LeaseRow>>&)>& change) {
    return m_impl->write("leases", true, [&](Transaction& transaction) -> Status {
        // One at a time for an event, whichever process it is.
        transaction.exec_params("SELECT pg_advisory_xact_lock(hashtextextended('xiangdao leases ' || $1, 0))", as_text(event));
        std::map<std::string, std::vector<LeaseRow>> before;
        for (auto& row : read_leases(transaction, event))
            before[row.resource].push_back(std::move(row));
        auto after = before;
        change(after);
        for (const auto& [resource, rows] : before)
            if (const auto now = after.find(resource); now == after.end() || now->second != rows)
                transaction.exec_params("DELETE FROM leases WHERE event = $1 AND resource = $2", as_text(event),
                                        as_text(resource));
        for (const auto& [resource, rows] : after) {
            if (const auto then = before.find(resource); then != before.end() && then->second == rows)
                continue;
            std::int64_t place = 0;
            for (const auto& row : rows)
                transaction.exec_params("INSERT INTO leases VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", as_text(event),
                                        as_text(resource), ++place, as_text(row.holder), as_text(row.incarnation), row.count,
                                        row.granted_ms, row.lost);
        }
        return {};
    });
}

Result<std::vector<LeaseRow>> PostgresStore::leases(const std::string& event) {
    return m_impl->read("leases", [&](Transaction& transaction) -> Result<std::vector<LeaseRow>> {
        return read_leases(transaction, event);
    });
}

Status PostgresStore::audit(const AuditRow& row) {
    return m_impl->write("audit", true, [&](Transaction& transaction) -> Status {
        transaction.exec_params("INSERT INTO audit (at_ms, who, what) VALUES ($1, $2, $3)", row.at_ms, as_text(row.who),
                                as_text(row.what));
        return {};
    });
}

Result<std::vector<AuditRow>> PostgresStore::audit_log(std::size_t limit) {
    return m_impl->read("audit", [&](Transaction& transaction) -> Result<std::vector<AuditRow>> {
        std::vector<AuditRow> rows;
        for (const auto& row :
             transaction.exec_params("SELECT at_ms, who, what FROM audit ORDER BY number DESC LIMIT $1", at_most(limit)))
            rows.push_back({integer(row, 0), text(row, 1), text(row, 2)});
        return rows;
    });
}

Result<std::optional<std::string>> PostgresStore::fact(const std::string& key) {
    return m_impl->read("fact", [&](Transaction& transaction) -> Result<std::optional<std::string>> {
        const auto rows = transaction.exec_params("SELECT value FROM meta WHERE key = $1", as_text("fact." + key));
        return rows.empty() ? std::nullopt : std::optional(text(rows[0], 0));
    });
}

Status PostgresStore::set_fact(const std::string& key, const std::string& value) {
    return m_impl->write("fact", true, [&](Transaction& transaction) -> Status {
        set_meta(transaction, "fact." + key, value);
        return {};
    });
}

Status PostgresStore::check() {
    return m_impl->write("check", false, [&](Transaction& transaction) -> Status {
        transaction.exec("UPDATE meta SET value = CASE value WHEN '1' THEN '0' ELSE '1' END WHERE key = 'checked'");
        return {};
    });
}

} // namespace kiosk::sync::hub
