// SPDX-License-Identifier: Apache-2.0
#include "storage/lease_table.hpp"

namespace kiosk::storage {

namespace {

#define KIOSK_LEASE_COLUMNS "subject, starts, ends, count, generation, known_from, until, closing"

std::vector<core::Lease> leases_of(Query& query) {
    const auto instant = [&](int column) {
        return query.is_null(column) ? std::nullopt : std::optional(core::Instant{query.integer(column)});
    };
    std::vector<core::Lease> found;
    while (query.next()) {
        core::Lease lease;
        lease.resource = {query.text(0), instant(1), instant(2), query.integer(3)};
        lease.generation = static_cast<std::uint64_t>(query.integer(4));
        lease.known_from = static_cast<std::uint64_t>(query.integer(5));
        lease.until = instant(6);
        lease.closing = query.integer(7) != 0;
        found.push_back(std::move(lease));
    }
    return found;
}

std::optional<std::int64_t> ms_of(const std::optional<core::Instant>& at) {
    return at ? std::optional(at->unix_ms) : std::nullopt;
}

} // namespace

std::vector<core::Lease> LeaseTable::all(std::string_view incarnation) {
    Query rows(m_connection, "SELECT " KIOSK_LEASE_COLUMNS " FROM leases WHERE incarnation = ? ORDER BY resource", incarnation);
    return leases_of(rows);
}

std::vector<core::Lease> LeaseTable::of_subject(std::string_view incarnation, std::string_view subject) {
    // Said which index: SQLite takes the table's own key for good enough, and would read all leases for each subject.
    Query rows(m_connection,
               "SELECT " KIOSK_LEASE_COLUMNS " FROM leases INDEXED BY leases_by_subject"
               " WHERE incarnation = ? AND subject = ? ORDER BY resource",
               incarnation, subject);
    return leases_of(rows);
}

void LeaseTable::put(std::string_view incarnation, const core::Lease& lease) {
    const auto& resource = lease.resource;
    Query(m_connection, "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", incarnation,
          core::resource_text(resource), resource.subject, ms_of(resource.starts), ms_of(resource.ends), resource.count,
          lease.generation, lease.known_from, ms_of(lease.until), lease.closing)
        .run();
}

void LeaseTable::drop(std::string_view incarnation, std::string_view resource) {
    Query(m_connection, "DELETE FROM leases WHERE incarnation = ? AND resource = ?", incarnation, resource).run();
}

void LeaseTable::forget_others(std::string_view incarnation) {
    Query(m_connection, "DELETE FROM leases WHERE incarnation <> ?", incarnation).run();
}

} // namespace kiosk::storage
