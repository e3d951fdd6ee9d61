// SPDX-License-Identifier: Apache-2.0
// The smaller tables of the SQLite store: who the hub is, devices, codes, users, leases, quarantine, audit, facts.
#include "hub/lease_rows.hpp"
#include "hub/sqlite_impl.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

namespace {

std::int64_t at_most(std::size_t limit) { return static_cast<std::int64_t>(std::min<std::size_t>(limit, 1'000'000)); }

std::optional<std::string> meta(Connection& connection, const std::string& key) {
    Query row(connection, "SELECT value FROM meta WHERE key = ?", key);
    return row.next() ? std::optional(row.text(0)) : std::nullopt;
}

void set_meta(Connection& connection, const std::string& key, const std::string& value) {
    Query(connection, "INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value).run();
}

std::optional<core::Instant> instant(Query& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional(core::Instant{row.integer(column)});
}

std::optional<std::int64_t> milliseconds(const std::optional<core::Instant>& at) {
    return at ? std::optional(at->unix_ms) : std::nullopt;
}

// Of whole rows, in the table's order: event, resource, holder, subject, starts, ends, counted, count, incarnation, …
void read_leases(Query& row, std::vector<core::HeldLease>& rows) {
    while (row.next())
        rows.push_back({{row.text(3), instant(row, 4), instant(row, 5), row.integer(7)}, row.text(2), row.text(8),
                        unstored(row.integer(9)), row.integer(10), row.text(11), unstored(row.integer(12))});
}

std::vector<core::HeldLease> read_leases(Connection& connection, const std::string& event, const LeaseSelection& selection) {
    std::vector<core::HeldLease> rows;
    if (!selection.subjects) {
        Query all(connection, "SELECT * FROM leases WHERE event = ? ORDER BY resource, holder", event);
        read_leases(all, rows);
        return rows;
    }
    const auto subjects = subjects_of(selection);
    for (const auto& subject : subjects) {
        Query some(connection, "SELECT * FROM leases WHERE event = ? AND subject = ?", event, subject);
        read_leases(some, rows);
    }
    if (selection.holder.empty())
        return rows;
    std::vector<core::HeldLease> older;
    Query others(connection, "SELECT * FROM leases WHERE event = ? AND holder = ? AND incarnation <> ?", event,
                 selection.holder, selection.incarnation);
    read_leases(others, older);
    for (auto& row : older)
        if (!std::ranges::binary_search(subjects, row.resource.subject))
            rows.push_back(std::move(row));
    return rows;
}

} // namespace

Result<HubIdentity> SqliteStore::identity() {
    return m_impl->read("identity", [&](Connection& reader) -> Result<HubIdentity> {
        std::map<std::string, std::string> values;
        Query row(reader, "SELECT key, value FROM meta WHERE key IN ('hub', 'epoch', 'recovering')");
        while (row.next())
            values[row.text(0)] = row.text(1);
        return HubIdentity{values["hub"], values["epoch"], values["recovering"] == "1"};
    });
}

Status SqliteStore::set_epoch(const std::string& epoch, bool recovering) {
    return m_impl->write("epoch", [&]() -> Status {
        set_meta(m_impl->connection, "epoch", epoch);
        set_meta(m_impl->connection, "recovering", recovering ? "1" : "0");
        return {};
    });
}

Status SqliteStore::put_device(const DeviceRow& row) {
    return m_impl->write("device", [&]() -> Status {
        Query(m_impl->connection, "INSERT OR REPLACE INTO devices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row.event,
              row.device, row.token_hash, row.is_hub, row.revoked, row.incarnation, row.cloned_by, row.software,
              row.enrolled_ms, row.seen_ms, row.offset_ms, stored(row.pending), row.confidential)
            .run();
        return {};
    });
}

Result<std::vector<DeviceRow>> SqliteStore::devices() {
    return m_impl->read("devices", [&](Connection& reader) -> Result<std::vector<DeviceRow>> {
        std::vector<DeviceRow> rows;
        Query row(reader, "SELECT event, device, token_hash, is_hub, revoked, incarnation, cloned_by, software,"
                          " enrolled_ms, seen_ms, offset_ms, pending, confidential FROM devices ORDER BY event, device");
        while (row.next())
            rows.push_back({row.text(0), row.text(1), row.text(2), row.integer(3) != 0, row.integer(4) != 0, row.text(5),
                            row.text(6), row.text(7), row.integer(8), row.integer(9), row.integer(10),
                            unstored(row.integer(11)), row.text(12)});
        return rows;
    });
}

Status SqliteStore::put_code(const CodeRow& row) {
    return m_impl->write("code", [&]() -> Status {
        Query(m_impl->connection, "INSERT OR REPLACE INTO codes VALUES (?, ?, ?, ?, ?, ?)", row.code_hash, row.event,
              row.for_hub, row.expires_ms, row.used, row.confidential)
            .run();
        return {};
    });
}

Result<std::optional<CodeRow>> SqliteStore::use_code(const std::string& code_hash, std::int64_t now_ms) {
    return m_impl->write("code", [&]() -> Result<std::optional<CodeRow>> {
        Query row(m_impl->connection,
                  "UPDATE codes SET used = 1 WHERE code_hash = ? AND used = 0 AND expires_ms > ?"
                  " RETURNING event, for_hub, expires_ms, confidential",
                  code_hash, now_ms);
        if (!row.next())
            return std::nullopt;
        CodeRow code{code_hash, row.text(0), row.integer(1) != 0, row.integer(2), true, row.text(3)};
        row.run();
        return code;
    });
}

Status SqliteStore::put_user(const UserRow& row) {
    return m_impl->write("user", [&]() -> Status {
        Query(m_impl->connection, "INSERT OR REPLACE INTO users VALUES (?, ?, ?, ?, ?)", row.name, row.role,
              row.token_hash, row.revoked, row.created_ms)
            .run();
        return {};
    });
}

Result<std::vector<UserRow>> SqliteStore::users() {
    return m_impl->read("users", [&](Connection& reader) -> Result<std::vector<UserRow>> {
        std::vector<UserRow> rows;
        Query row(reader, "SELECT name, role, token_hash, revoked, created_ms FROM users ORDER BY name");
        while (row.next())
            rows.push_back({row.text(0), row.text(1), row.text(2), row.integer(3) != 0, row.integer(4)});
        return rows;
    });
}

Result<std::vector<QuarantineEntry>> SqliteStore::quarantine(std::uint64_t after, std::size_t limit) {
    return m_impl->read("quarantine", [&](Connection& reader) -> Result<std::vector<QuarantineEntry>> {
        std::vector<QuarantineEntry> rows;
        Query row(reader,
                  "SELECT event, via, claimed, verdict, raw, at_ms, number FROM quarantine WHERE number > ?"
                  " ORDER BY number LIMIT ?",
                  stored(std::min(after, max_seq)), at_most(limit));
        while (row.next())
            rows.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5),
                            unstored(row.integer(6))});
        return rows;
    });
}

Result<std::uint64_t> SqliteStore::quarantine_count() {
    return m_impl->read("quarantine", [&](Connection& reader) -> Result<std::uint64_t> {
        // Nothing is ever deleted from it, and numbers have no gaps.
        Query row(reader, "SELECT coalesce(max(number), 0) FROM quarantine");
        row.next();
        return unstored(row.integer(0));
    });
}

Result<std::uint64_t> SqliteStore::empty_quarantine(std::int64_t before_ms) {
    auto& impl = *m_impl;
    return impl.write("quarantine", [&]() -> Result<std::uint64_t> {
        std::uint64_t count = 0;
        for (;; ++count) { // one at a time: each may be large
            std::uint64_t number = 0;
            std::string raw;
            {
                Query row(impl.connection, "SELECT number, raw FROM quarantine WHERE at_ms < ? AND bare = 0 LIMIT 1", before_ms);
                if (!row.next())
                    return count;
                number = unstored(row.integer(0));
                raw = row.text(1);
            }
            impl.empty_quarantined(number, without_personal(raw));
        }
    });
}

Status SqliteStore::change_leases(const std::string& event, const LeaseSelection& selection,
                                  const std::function<void(LeaseTable&)>& change) {
    auto& connection = m_impl->connection;
    return m_impl->write("leases", [&]() -> Status {
        const auto before = read_leases(connection, event, selection);
        LeaseTable table;
        table.rows = before;
        {
            Query row(connection, "SELECT generation FROM lease_generations WHERE event = ?", event);
            table.generation = row.next() ? unstored(row.integer(0)) : 0;
        }
        table.contiguous = [&](const std::string& device, const std::string& incarnation) -> std::uint64_t {
            Query row(connection,
                      "SELECT contiguous FROM chains JOIN events ON events.number = chains.event"
                      " WHERE events.event = ? AND device = ? AND incarnation = ?",
                      event, device, incarnation);
            return row.next() ? unstored(row.integer(0)) : 0;
        };
        const auto generation_before = table.generation;
        change(table);
        const auto changes = lease_changes(before, table.rows);
        for (const auto* row : changes.gone)
            Query(connection, "DELETE FROM leases WHERE event = ? AND resource = ? AND holder = ?", event,
                  core::resource_text(row->resource), row->holder)
                .run();
        for (const auto* row : changes.put) {
            const auto& resource = row->resource;
            Query insert(connection, "INSERT INTO leases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", event,
                         core::resource_text(resource), row->holder, resource.subject, milliseconds(resource.starts),
                         milliseconds(resource.ends), resource.is_counted(), resource.count, row->incarnation,
                         stored(row->generation), row->granted_ms, row->booking, stored(row->closing_seq));
            insert.run();
        }
        if (table.generation != generation_before)
            Query(connection, "INSERT OR REPLACE INTO lease_generations VALUES (?, ?)", event, stored(table.generation)).run();
        return {};
    });
}

Result<std::vector<core::HeldLease>> SqliteStore::leases(const std::string& event) {
    return m_impl->read("leases", [&](Connection& reader) -> Result<std::vector<core::HeldLease>> {
        return read_leases(reader, event, {});
    });
}

Status SqliteStore::audit(const AuditRow& row) {
    return m_impl->write("audit", [&]() -> Status {
        Query(m_impl->connection, "INSERT INTO audit (at_ms, who, what) VALUES (?, ?, ?)", row.at_ms, row.who, row.what)
            .run();
        return {};
    });
}

Result<std::vector<AuditRow>> SqliteStore::audit_log(std::size_t limit) {
    return m_impl->read("audit", [&](Connection& reader) -> Result<std::vector<AuditRow>> {
        std::vector<AuditRow> rows;
        Query row(reader, "SELECT at_ms, who, what FROM audit ORDER BY number DESC LIMIT ?", at_most(limit));
        while (row.next())
            rows.push_back({row.integer(0), row.text(1), row.text(2)});
        return rows;
    });
}

Result<std::optional<std::string>> SqliteStore::fact(const std::string& key) {
    return m_impl->read("fact", [&](Connection& reader) -> Result<std::optional<std::string>> {
        return meta(reader, "fact." + key);
    });
}

Status SqliteStore::set_fact(const std::string& key, const std::string& value) {
    return m_impl->write("fact", [&]() -> Status {
        set_meta(m_impl->connection, "fact." + key, value);
        return {};
    });
}

Status SqliteStore::check() {
    return m_impl->write("check", [&]() -> Status {
        const auto last = meta(m_impl->connection, "checked");
        set_meta(m_impl->connection, "checked", last == "1" ? "0" : "1");
        return {};
    });
}

} // namespace kiosk::sync::hub
