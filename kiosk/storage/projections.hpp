// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations folded into rows. Purpose: what each kind of operation changes in the projection tables, so that the same
// set of operations gives the same rows whatever the order in which they came (docs/decisions/0002). Ownership:
// borrows connection, journal and search index. Threads: those of the connection. Failure: throws SQLite::Exception;
// apply() is to be called in the transaction that writes the operation.
#include "core/ports.hpp"
#include "storage/booking_projection.hpp"
#include "storage/dump_line.hpp"
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
                             core::UndoRecord, core::Invitation, Erasure, Note, core::Response, core::Lead,
                             core::BookingRequest, core::BookingActRecord, core::PrivateSession, core::SessionActRecord,
                             core::OrganisationQuota>;
core::Result<Decoded> decode(const core::Operation& operation);
// Whose personal part it is: a registration's uid, a response's own, or the subject where the kind is not known. A lead
// is of the registration and the response that it was made from, and of itself: erasing any of them erases it. A booking
// is of those who take part and of itself, what is said of a closed session is the session's. The first one is written
// beside the personal part.
std::vector<std::string> owners_of(const core::Operation& operation, const Decoded& decoded);

class Projections {
public:
    Projections(Connection& connection, Journal& journal, SearchIndex& search)
        : m_connection(connection), m_journal(journal), m_search(search), m_bookings(connection, journal) {}

    void load();
    std::uint64_t registrations() const { return m_registrations; }

    bool is_erased(std::string_view uid);
    // Any of its owners; of an act on a booking also who takes part, as far as that is known here.
    bool is_erased(const core::Operation& operation, const Decoded& decoded);
    void apply(std::int64_t id, const core::Operation& operation, const Decoded& decoded);
    void clear();

    // One line per row, without anything that is local to this file, in an order that depends on content alone.
    void for_each_line(const VisitLine& visit);

    BookingProjection& bookings() { return m_bookings; }
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
    void apply_booking_request(std::int64_t id, const core::Operation& operation, const core::BookingRequest& request);
    void apply_booking_act(std::int64_t id, const core::Operation& operation, const core::BookingActRecord& act);
    enum class SessionRecord : std::uint8_t { Private = 1, Act, Quota };
    void apply_session_record(std::int64_t id, const std::string& session, SessionRecord kind);
    bool is_later(const core::Operation& operation, std::int64_t stored_hlc, std::int64_t stored_id) const {
        return m_journal.is_later(operation, stored_hlc, stored_id); // the last writer wins
    }

    Connection& m_connection;
    Journal& m_journal;
    SearchIndex& m_search;
    BookingProjection m_bookings;
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
