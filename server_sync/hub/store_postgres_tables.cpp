// SPDX-License-Identifier: Apache-2.0
// The smaller tables of the PostgreSQL store: who the hub is, devices, codes, users, leases, quarantine, audit, facts.
#include "hub/lease_rows.hpp"
#include "hub/postgres_impl.hpp"

#include <nlohmann/json.hpp>

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

std::optional<core::Instant> instant(const pqxx::row& row, int column) {
    return row[column].is_null() ? std::nullopt : std::optional(core::Instant{integer(row, column)});
}

constexpr std::string_view lease_columns = "SELECT subject, starts_ms, ends_ms, count, holder, incarnation, generation,"
                                           " granted_ms, booking, closing_seq FROM leases WHERE event = $1";

std::vector<core::HeldLease> lease_rows(const pqxx::result& result) {
    std::vector<core::HeldLease> rows;
    for (const auto& row : result)
        rows.push_back({{text(row, 0), instant(row, 1), instant(row, 2), integer(row, 3)}, text(row, 4), text(row, 5),
                        from_bigint(integer(row, 6)), integer(row, 7), text(row, 8), from_bigint(integer(row, 9))});
    return rows;
}

std::vector<core::HeldLease> read_leases(Transaction& transaction, const std::string& event,
                                         const LeaseSelection& selection) {
    const std::string columns(lease_columns);
    if (!selection.subjects)
        return lease_rows(transaction.exec_params(columns + " ORDER BY resource COLLATE \"C\", holder COLLATE \"C\"",
                                                  as_text(event)));
    HexArray subjects;
    for (const auto& subject : subjects_of(selection))
        subjects.add(as_text(subject));
    return lease_rows(transaction.exec_params(
        columns + " AND (subject IN (SELECT convert_from(decode(s, 'hex'), 'UTF8') FROM unnest($2::text[]) s)"
                  " OR (holder = $3 AND incarnation <> $4))",
        as_text(event), subjects.text(), as_text(selection.holder), as_text(selection.incarnation)));
}

// All of them in one statement: a deal is hundreds of rows.
void write_leases(Transaction& transaction, const std::string& event, const LeaseChanges& changes) {
    using nlohmann::json;
    json gone = json::array(), put = json::array();
    for (const auto* row : changes.gone)
        gone.push_back({{"resource", as_text(core::resource_text(row->resource))}, {"holder", as_text(row->holder)}});
    const auto milliseconds = [](const std::optional<core::Instant>& at) { return at ? json(at->unix_ms) : json(); };
    for (const auto* row : changes.put)
        put.push_back({{"resource", as_text(core::resource_text(row->resource))},
                       {"holder", as_text(row->holder)},
                       {"subject", as_text(row->resource.subject)},
                       {"starts_ms", milliseconds(row->resource.starts)},
                       {"ends_ms", milliseconds(row->resource.ends)},
                       {"counted", row->resource.is_counted()},
                       {"count", row->resource.count},
                       {"incarnation", as_text(row->incarnation)},
                       {"generation", as_bigint(row->generation)},
                       {"granted_ms", row->granted_ms},
                       {"booking", as_text(row->booking)},
                       {"closing_seq", as_bigint(row->closing_seq)}});
    if (!gone.empty())
        transaction.exec_params("DELETE FROM leases l USING jsonb_to_recordset($2::jsonb) AS r (resource text, holder text)"
                                " WHERE l.event = $1 AND l.resource = r.resource AND l.holder = r.holder",
                                as_text(event), gone.dump());
    if (!put.empty())
        transaction.exec_params(
            "INSERT INTO leases SELECT $1, resource, holder, subject, starts_ms, ends_ms, counted, count, incarnation,"
            " generation, granted_ms, booking, closing_seq FROM jsonb_to_recordset($2::jsonb) AS r (resource text,"
            " holder text, subject text, starts_ms bigint, ends_ms bigint, counted boolean, count bigint, incarnation text,"
            " generation bigint, granted_ms bigint, booking text, closing_seq bigint)",
            as_text(event), put.dump());
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
            "INSERT INTO devices VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
            " ON CONFLICT (event, device) DO UPDATE SET token_hash = excluded.token_hash, is_hub = excluded.is_hub,"
            " revoked = excluded.revoked, incarnation = excluded.incarnation, cloned_by = excluded.cloned_by,"
            " software = excluded.software, enrolled_ms = excluded.enrolled_ms, seen_ms = excluded.seen_ms,"
            " offset_ms = excluded.offset_ms, pending = excluded.pending, confidential = excluded.confidential",
            as_text(row.event), as_text(row.device), as_text(row.token_hash), row.is_hub, row.revoked,
            as_text(row.incarnation), as_text(row.cloned_by), as_text(row.software), row.enrolled_ms, row.seen_ms,
            row.offset_ms, as_bigint(row.pending), as_text(row.confidential));
        return {};
    });
}

Result<std::vector<DeviceRow>> PostgresStore::devices() {
    return m_impl->read("devices", [&](Transaction& transaction) -> Result<std::vector<DeviceRow>> {
        std::vector<DeviceRow> rows;
        for (const auto& row : transaction.exec(
                 "SELECT event, device, token_hash, is_hub, revoked, incarnation, cloned_by, software, enrolled_ms, seen_ms,"
                 " offset_ms, pending, confidential FROM devices ORDER BY event COLLATE \"C\", device COLLATE \"C\""))
            rows.push_back({text(row, 0), text(row, 1), text(row, 2), boolean(row, 3), boolean(row, 4), text(row, 5),
                            text(row, 6), text(row, 7), integer(row, 8), integer(row, 9), integer(row, 10),
                            from_bigint(integer(row, 11)), text(row, 12)});
        return rows;
    });
}

Status PostgresStore::put_code(const CodeRow& row) {
    return m_impl->write("code", true, [&](Transaction& transaction) -> Status {
        transaction.exec_params("INSERT INTO codes VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (code_hash) DO UPDATE SET"
                                " event = excluded.event, for_hub = excluded.for_hub, expires_ms = excluded.expires_ms,"
                                " used = excluded.used, confidential = excluded.confidential",
                                as_text(row.code_hash), as_text(row.event), row.for_hub, row.expires_ms, row.used,
                                as_text(row.confidential));
        return {};
    });
}

Result<std::optional<CodeRow>> PostgresStore::use_code(const std::string& code_hash, std::int64_t now_ms) {
    return m_impl->write("code", true, [&](Transaction& transaction) -> Result<std::optional<CodeRow>> {
        const auto rows = transaction.exec_params("UPDATE codes SET used = true WHERE code_hash = $1 AND NOT used"
                                                  " AND expires_ms > $2 RETURNING event, for_hub, expires_ms, confidential",
                                                  as_text(code_hash), now_ms);
        if (rows.empty())
            return std::nullopt;
        return CodeRow{code_hash, text(rows[0], 0), boolean(rows[0], 1), integer(rows[0], 2), true, text(rows[0], 3)};
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

Result<std::uint64_t> PostgresStore::empty_quarantine(std::int64_t before_ms) {
    return m_impl->write("quarantine", false, [&](Transaction& transaction) -> Result<std::uint64_t> {
        Impl::lock_quarantine(transaction);
        for (std::uint64_t count = 0;; ++count) { // one at a time: each may be large
            const auto rows = transaction.exec_params(
                "SELECT number, encode(raw, 'hex') FROM quarantine WHERE at_ms < $1 AND NOT bare LIMIT 1", before_ms);
            if (rows.empty())
                return count;
            Impl::empty_quarantined(transaction, from_bigint(integer(rows[0], 0)), without_personal(unhex(text(rows[0], 1))));
        }
    });
}

Status PostgresStore::change_leases(const std::string& event, const LeaseSelection& selection,
                                    const std::function<void(LeaseTable&)>& change) {
    return m_impl->write("leases", false, [&](Transaction& transaction) -> Status {
        // One at a time for an event, whichever process it is.
        transaction.exec_params("SELECT pg_advisory_xact_lock(hashtextextended('xiangdao leases ' || $1, 0))", as_text(event));
        const auto before = read_leases(transaction, event, selection);
        LeaseTable table;
        table.rows = before;
        const auto kept = transaction.exec_params("SELECT generation FROM lease_generations WHERE event = $1", as_text(event));
        table.generation = kept.empty() ? 0 : from_bigint(integer(kept[0], 0));
        table.contiguous = [&](const std::string& device, const std::string& incarnation) -> std::uint64_t {
            const auto rows = transaction.exec_params("SELECT contiguous FROM chains JOIN events ON events.number = chains.event"
                                                      " WHERE events.event = $1 AND device = $2 AND incarnation = $3",
                                                      as_text(event), as_text(device), as_text(incarnation));
            return rows.empty() ? 0 : from_bigint(integer(rows[0], 0));
        };
        const auto generation_before = table.generation;
        change(table);
        write_leases(transaction, event, lease_changes(before, table.rows));
        if (table.generation != generation_before)
            transaction.exec_params("INSERT INTO lease_generations VALUES ($1, $2) ON CONFLICT (event) DO UPDATE"
                                    " SET generation = excluded.generation",
                                    as_text(event), as_bigint(table.generation));
        return {};
    });
}

Result<std::vector<core::HeldLease>> PostgresStore::leases(const std::string& event) {
    return m_impl->read("leases", [&](Transaction& transaction) -> Result<std::vector<core::HeldLease>> {
        return read_leases(transaction, event, {});
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
