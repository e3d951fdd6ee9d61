// SPDX-License-Identifier: Apache-2.0
// The questions of core::Store about questionnaires and leads: the standing operation of each, decoded.
#include "storage/database_impl.hpp"

#include <algorithm>

namespace kiosk::storage {

namespace {

// Columns: body, personal content (may be NULL).
core::Operation operation_row(Query& query, std::string_view kind) {
    core::Operation operation;
    operation.kind = kind;
    operation.body = query.text(0);
    if (!query.is_null(1))
        operation.personal = query.text(1);
    return operation;
}

core::Result<core::Response> response_row(Query& query) {
    return core::decode_response(operation_row(query, core::operation_kind::response_set));
}
core::Result<core::Lead> lead_row(Query& query) {
    return core::decode_lead(operation_row(query, core::operation_kind::lead_set));
}

#define KIOSK_RESPONSE_FROM                                                                                            \
    "responses r JOIN operations o ON o.id = r.operation LEFT JOIN personal p ON p.operation = o.id"
#define KIOSK_LEAD_FROM "leads l JOIN operations o ON o.id = l.operation LEFT JOIN personal p ON p.operation = o.id"

} // namespace

core::Result<std::vector<core::Response>> Database::responses() {
    return m_impl->ask("responses", [&]() -> core::Result<std::vector<core::Response>> {
        std::vector<core::Response> found;
        Query rows(m_impl->connection,
                   "SELECT o.body, p.content FROM " KIOSK_RESPONSE_FROM " ORDER BY r.at_ms DESC, r.uid DESC");
        while (rows.next()) {
            KIOSK_TRY(found.emplace_back(), response_row(rows));
        }
        return found;
    });
}

core::Result<std::optional<core::Response>> Database::response(std::string_view uid) {
    return m_impl->ask("response", [&]() -> core::Result<std::optional<core::Response>> {
        Query row(m_impl->connection, "SELECT o.body, p.content FROM " KIOSK_RESPONSE_FROM " WHERE r.uid = ?", uid);
        if (!row.next())
            return std::nullopt;
        return response_row(row);
    });
}

core::Status Database::for_each_response(const std::function<bool(const core::Response&)>& visit) {
    return m_impl->ask("responses", [&]() -> core::Status {
        Query rows(m_impl->connection, "SELECT o.body, p.content FROM " KIOSK_RESPONSE_FROM " ORDER BY r.uid");
        while (rows.next()) {
            KIOSK_TRY(const auto response, response_row(rows));
            if (!visit(response))
                break;
        }
        return {};
    });
}

core::Result<std::vector<core::Lead>> Database::leads() {
    return m_impl->ask("leads", [&]() -> core::Result<std::vector<core::Lead>> {
        std::vector<core::Lead> found;
        // 5, 6, 7: won, lost, parked.
        Query rows(m_impl->connection, "SELECT o.body, p.content FROM " KIOSK_LEAD_FROM
                                       " ORDER BY l.status IN (5, 6, 7), l.due = '', l.due, l.priority, l.uid");
        while (rows.next()) {
            KIOSK_TRY(found.emplace_back(), lead_row(rows));
        }
        return found;
    });
}

core::Result<std::optional<core::Lead>> Database::lead(std::string_view uid) {
    return m_impl->ask("lead", [&]() -> core::Result<std::optional<core::Lead>> {
        Query row(m_impl->connection, "SELECT o.body, p.content FROM " KIOSK_LEAD_FROM " WHERE l.uid = ?", uid);
        if (!row.next())
            return std::nullopt;
        return lead_row(row);
    });
}

core::Result<std::vector<core::Lead>> Database::lead_history(std::string_view uid) {
    return m_impl->ask("lead", [&]() -> core::Result<std::vector<core::Lead>> {
        struct Version {
            core::Hlc hlc;
            core::OperationId id; // of two at the same clock, ids decide as in the fold
            core::Lead lead;
        };
        std::vector<Version> versions;
        Query rows(m_impl->connection,
                   "SELECT o.body, p.content, o.hlc, o.id FROM lead_versions v JOIN operations o ON o.id = v.operation "
                   "LEFT JOIN personal p ON p.operation = o.id WHERE v.lead = ?",
                   uid);
        while (rows.next()) {
            KIOSK_TRY(auto lead, lead_row(rows));
            versions.push_back({{static_cast<std::uint64_t>(rows.integer(2))},
                                m_impl->journal.operation_id(rows.integer(3)), std::move(lead)});
        }
        std::ranges::sort(versions, {}, [](const Version& version) { return std::pair(version.hlc, version.id); });
        std::vector<core::Lead> found;
        for (auto& version : versions)
            found.push_back(std::move(version.lead));
        return found;
    });
}

} // namespace kiosk::storage
