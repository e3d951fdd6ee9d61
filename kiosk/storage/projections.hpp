// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations folded into rows. Purpose: what each kind of operation changes in the projection tables, so that the same
// set of operations gives the same rows whatever the order in which they came (docs/decisions/0002). Ownership:
// borrows connection, journal and search index. Threads: those of the connection. Failure: throws SQLite::Exception;
// apply() is to be called in the transaction that writes the operation.
#include "core/ports.hpp"
#include "storage/journal.hpp"
#include "storage/search_index.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kiosk::storage {

struct Revocation {
    std::string ticket;
};
struct Erasure {
    std::string uid;
};
struct Note {};

// What an operation says; monostate for a kind that is not known here, or a body that can't be read.
using Decoded = std::variant<std::monostate, core::ConfigDocument, core::Registration, Revocation, core::ScanRecord,
                             core::UndoRecord, core::Invitation, Erasure, Note, core::Response, core::Lead>;
core::Result<Decoded> decode(const core::Operation& operation);
// Whose personal part it is: a registration's uid, a response's own, or the subject where the kind is not known. A lead
// is of the registration and the response that it was made from, and of itself: erasing any of them erases it. The
// first one is written beside the personal part.
std::vector<std::string> owners_of(const core::Operation& operation, const Decoded& decoded);

class Projections {
public:
    Projections(Connection& connection, Journal& journal, SearchIndex& search)
        : m_connection(connection), m_journal(journal), m_search(search) {}

    void load();
    std::uint64_t registrations() const { return m_registrations; }

    bool is_erased(std::string_view uid);
    bool is_erased(const std::vector<std::string>& owners); // any of them
    void apply(std::int64_t id, const core::Operation& operation, const Decoded& decoded);
    void clear();

    // One line per row, without anything that is local to this file, in an order that depends on content alone.
    void for_each_line(const std::function<void(const std::string& table, const std::string& line)>& visit);

    core::StoredScan scan_row(Query& query) const; // of the columns below
    static constexpr int scan_columns = 17;

private:
    void apply_registration(std::int64_t id, const core::Operation& operation, const core::Registration& registration);
    void apply_document(std::int64_t id, const core::Operation& operation, const core::ConfigDocument& document);
    void apply_invitation(std::int64_t id, const core::Operation& operation, const core::Invitation& invitation);
    void apply_scan(std::int64_t id, const core::ScanRecord& scan);
    void apply_undo(std::int64_t id, const core::Operation& operation, const core::UndoRecord& undo);
    void apply_erasure(const std::string& uid);
    void apply_response(std::int64_t id, const core::Operation& operation, const core::Response& response);
    void apply_lead(std::int64_t id, const core::Operation& operation, const core::Lead& lead);
    // Later by (clock, operation id): the last writer wins.
    bool is_later(const core::Operation& operation, std::int64_t stored_hlc, std::int64_t stored_id) const;

    Connection& m_connection;
    Journal& m_journal;
    SearchIndex& m_search;
    std::int64_t m_last_number = 0; // of registrations
    std::uint64_t m_registrations = 0;
    std::uint64_t m_erasures = 0;
};

// The columns of scan_row(), for a SELECT … FROM scans s LEFT JOIN undos u ON u.target = s.id LEFT JOIN personal p ON
// p.operation = s.id.
#define KIOSK_SCAN_COLUMNS                                                                                             \
    "s.id, s.checkpoint, s.ticket, s.registration, s.session, s.direction, s.outcome, s.reason, s.at_ms, s.key, "      \
    "s.method, s.override_staff, s.override_reason, s.overridden, s.consents, u.target, p.content"
#define KIOSK_SCAN_TABLES                                                                                              \
    "scans s LEFT JOIN undos u ON u.target = s.id LEFT JOIN personal p ON p.operation = s.id"

} // namespace kiosk::storage
