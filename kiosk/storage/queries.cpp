// SPDX-License-Identifier: Apache-2.0
// The questions of core::Store, and reading the journal.
#include "core/phone.hpp"
#include "storage/database_impl.hpp"

#include <algorithm>

namespace kiosk::storage {

namespace {

// Columns: body, personal content (may be NULL).
core::Result<core::Registration> registration_row(Query& query) {
    core::Operation operation;
    operation.kind = core::operation_kind::registration_set;
    operation.body = query.text(0);
    if (!query.is_null(1))
        operation.personal = query.text(1);
    return core::decode_registration(operation);
}

core::Result<std::vector<core::Registration>> registration_rows(Query& query) {
    std::vector<core::Registration> found;
    while (query.next()) {
        KIOSK_TRY(found.emplace_back(), registration_row(query));
    }
    return found;
}

bool earlier(const core::StoredScan& a, const core::StoredScan& b) {
    return a.record.at != b.record.at ? a.record.at < b.record.at : a.id < b.id;
}

#define KIOSK_REGISTRATION_FROM                                                                                        \
    "registrations r JOIN operations o ON o.id = r.operation LEFT JOIN personal p ON p.operation = o.id"

} // namespace

core::Result<std::vector<core::ConfigDocument>> Database::config() {
    return m_impl->ask("config", [&]() -> core::Result<std::vector<core::ConfigDocument>> {
        std::vector<core::ConfigDocument> documents;
        Query rows(m_impl->connection, "SELECT entity, id, doc FROM documents ORDER BY entity, id");
        while (rows.next())
            documents.push_back({rows.text(0), rows.text(1), rows.text(2)});
        return documents;
    });
}

core::Result<std::optional<core::ConfigDocument>> Database::config_document(std::string_view entity,
                                                                            std::string_view id) {
    return m_impl->ask("config", [&]() -> core::Result<std::optional<core::ConfigDocument>> {
        Query row(m_impl->connection, "SELECT doc FROM documents WHERE entity = ? AND id = ?", entity, id);
        if (!row.next())
            return std::nullopt;
        return core::ConfigDocument{std::string(entity), std::string(id), row.text(0)};
    });
}

core::Result<std::vector<core::Registration>> Database::registrations_by_ticket(std::string_view ticket) {
    return m_impl->ask("registrations", [&]() -> core::Result<std::vector<core::Registration>> {
        Query rows(m_impl->connection,
                   "SELECT o.body, p.content FROM " KIOSK_REGISTRATION_FROM " WHERE r.ticket = ? ORDER BY r.uid", ticket);
        return registration_rows(rows);
    });
}

core::Result<std::optional<core::Registration>> Database::registration(std::string_view uid) {
    return m_impl->ask("registration", [&]() -> core::Result<std::optional<core::Registration>> {
        Query row(m_impl->connection, "SELECT o.body, p.content FROM " KIOSK_REGISTRATION_FROM " WHERE r.uid = ?", uid);
        if (!row.next())
            return std::nullopt;
        return registration_row(row);
    });
}

core::Result<std::vector<core::Registration>> Database::registrations_by_phone(std::string_view phone) {
    return m_impl->ask("registrations", [&]() -> core::Result<std::vector<core::Registration>> {
        Query rows(m_impl->connection,
                   "SELECT o.body, p.content FROM people q JOIN registrations r ON r.number = q.number "
                   "JOIN operations o ON o.id = r.operation LEFT JOIN personal p ON p.operation = o.id "
                   "WHERE q.phone_key = ? AND q.phone_key <> '' ORDER BY r.uid",
                   core::phone_key(phone));
        return registration_rows(rows);
    });
}

core::Result<bool> Database::is_revoked(std::string_view ticket) {
    return m_impl->ask("revocations", [&]() -> core::Result<bool> {
        return Query(m_impl->connection, "SELECT 1 FROM revocations WHERE ticket = ?", ticket).next();
    });
}

core::Result<std::vector<core::StoredScan>> Database::standing_scans(std::string_view ticket) {
    return m_impl->ask("scans", [&]() -> core::Result<std::vector<core::StoredScan>> {
        std::vector<core::StoredScan> found;
        Query rows(m_impl->connection,
                   "SELECT " KIOSK_SCAN_COLUMNS " FROM " KIOSK_SCAN_TABLES
                   " WHERE s.ticket = ? AND s.outcome = 1 AND u.target IS NULL",
                   ticket);
        while (rows.next())
            found.push_back(m_impl->projections.scan_row(rows));
        std::ranges::sort(found, earlier);
        return found;
    });
}

core::Result<std::optional<core::StoredScan>> Database::admitted_scan_by_key(std::string_view key) {
    return m_impl->ask("scans", [&]() -> core::Result<std::optional<core::StoredScan>> {
        std::optional<core::StoredScan> first;
        Query rows(m_impl->connection,
                   "SELECT " KIOSK_SCAN_COLUMNS " FROM " KIOSK_SCAN_TABLES
                   " WHERE s.key = ? AND s.outcome = 1 AND s.key <> ''",
                   key);
        while (rows.next())
            if (auto scan = m_impl->projections.scan_row(rows); !first || earlier(scan, *first))
                first = std::move(scan);
        return first;
    });
}

core::Result<std::int64_t> Database::occupancy(std::string_view checkpoint, std::optional<core::TimeRange> range) {
    return m_impl->ask("occupancy", [&]() -> core::Result<std::int64_t> {
        return m_impl->doors.occupancy(checkpoint, range);
    });
}

core::Result<std::vector<core::CheckpointCounts>> Database::counts() {
    return m_impl->ask("counts", [&]() -> core::Result<std::vector<core::CheckpointCounts>> {
        return m_impl->doors.counts();
    });
}

core::Result<std::vector<core::StoredScan>> Database::recent_scans(std::size_t limit) {
    return m_impl->ask("scans", [&]() -> core::Result<std::vector<core::StoredScan>> {
        // The last ones of every device, then the last ones of those: no index on time is needed for it.
        std::vector<core::StoredScan> found;
        for (const auto& origin : m_impl->journal.origins()) {
            Query rows(m_impl->connection,
                       "SELECT " KIOSK_SCAN_COLUMNS " FROM " KIOSK_SCAN_TABLES
                       " WHERE s.id BETWEEN ? AND ? ORDER BY s.id DESC LIMIT ?",
                       row_id(origin.number, 1), row_id(origin.number, max_seq), row_limit(limit));
            while (rows.next())
                found.push_back(m_impl->projections.scan_row(rows));
        }
        std::ranges::sort(found, [](const auto& a, const auto& b) { return earlier(b, a); });
        if (found.size() > limit)
            found.resize(limit);
        return found;
    });
}

core::Result<std::vector<core::SearchHit>> Database::search(std::string_view folded_query, std::size_t limit) {
    return m_impl->ask("search", [&]() -> core::Result<std::vector<core::SearchHit>> {
        std::vector<core::SearchHit> hits;
        for (const auto number : m_impl->search.find(folded_query, limit)) {
            Query row(m_impl->connection,
                      "SELECT r.uid, r.ticket, p.name, p.organisation, p.phone, r.status "
                      "FROM people p JOIN registrations r ON r.number = p.number WHERE p.number = ?",
                      number);
            if (row.next())
                hits.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4),
                                static_cast<core::RegistrationStatus>(row.integer(5))});
        }
        return hits;
    });
}

core::Status Database::for_each_registration(const std::function<bool(const core::Registration&)>& visit) {
    return m_impl->ask("registrations", [&]() -> core::Status {
        Query rows(m_impl->connection, "SELECT o.body, p.content FROM " KIOSK_REGISTRATION_FROM " ORDER BY r.uid");
        while (rows.next()) {
            KIOSK_TRY(const auto registration, registration_row(rows));
            if (!visit(registration))
                break;
        }
        return {};
    });
}

core::Status Database::for_each_scan(const std::function<bool(const core::StoredScan&)>& visit) {
    return m_impl->ask("scans", [&]() -> core::Status {
        auto origins = m_impl->journal.origins();
        std::ranges::sort(origins, {}, [](const Origin& origin) { return std::pair(origin.device, origin.incarnation); });
        for (const auto& origin : origins) {
            Query rows(m_impl->connection,
                       "SELECT " KIOSK_SCAN_COLUMNS " FROM " KIOSK_SCAN_TABLES " WHERE s.id BETWEEN ? AND ? ORDER BY s.id",
                       row_id(origin.number, 1), row_id(origin.number, max_seq));
            while (rows.next())
                if (!visit(m_impl->projections.scan_row(rows)))
                    return {};
        }
        return {};
    });
}

core::Result<core::JournalStatus> Database::status() {
    return m_impl->ask("status", [&]() -> core::Result<core::JournalStatus> {
        const auto& journal = m_impl->journal;
        core::JournalStatus status;
        if (const auto* origin = journal.current()) {
            status.device = origin->device;
            status.incarnation = origin->incarnation;
        }
        status.last_seq = journal.head().seq;
        status.pending = journal.pending();
        status.operations = journal.size();
        status.registrations = m_impl->projections.registrations();
        return status;
    });
}

core::Result<std::vector<core::Operation>> Database::notes(std::size_t limit) {
    return m_impl->ask("notes", [&]() -> core::Result<std::vector<core::Operation>> {
        std::vector<core::Operation> found;
        Query rows(m_impl->connection,
                   "SELECT n.operation FROM notes n JOIN operations o ON o.id = n.operation ORDER BY o.hlc DESC LIMIT ?",
                   row_limit(limit));
        while (rows.next())
            if (auto operation = m_impl->journal.read(rows.integer(0)))
                found.push_back(std::move(*operation));
        return found;
    });
}

core::Result<std::optional<core::Operation>> Database::operation(const core::OperationId& id) {
    return m_impl->ask("operation", [&]() -> core::Result<std::optional<core::Operation>> {
        const auto row = m_impl->journal.find(id);
        return row ? m_impl->journal.read(*row) : std::nullopt;
    });
}

core::Result<JournalPage> Database::operations_after(JournalCursor cursor, std::size_t limit) {
    return m_impl->ask("journal", [&]() -> core::Result<JournalPage> {
        JournalPage page{{}, cursor};
        for (const auto& origin : m_impl->journal.origins()) {
            if (!origin.own || page.operations.size() >= limit)
                continue;
            m_impl->journal.for_each(std::max(page.next.own, row_id(origin.number, 0)), row_id(origin.number, max_seq),
                                     [&](std::int64_t id, core::Operation& operation) {
                                         page.operations.push_back(std::move(operation));
                                         page.next.own = id;
                                         return page.operations.size() < limit;
                                     });
        }
        if (page.operations.size() < limit) {
            Query rows(m_impl->connection, "SELECT arrival, operation FROM arrivals WHERE arrival > ? ORDER BY arrival LIMIT ?",
                       cursor.arrival, row_limit(limit - page.operations.size()));
            while (rows.next()) {
                if (auto operation = m_impl->journal.read(rows.integer(1)))
                    page.operations.push_back(std::move(*operation));
                page.next.arrival = rows.integer(0);
            }
        }
        return page;
    });
}

} // namespace kiosk::storage
