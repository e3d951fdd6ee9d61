// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bookings folded into rows. Purpose: what requests and acts make of each booking, who falls where two were confirmed for
// the same unit, person or seat, and the rows of `booked` that the database keeps free of overlaps. What stands is a
// function of the set of operations: whenever a booking changes, it and those that share something with it are judged
// again. Ownership: borrows connection and journal. Threads: those of the connection. Failure: throws SQLite::Exception;
// what changes something is to be called in the transaction that writes the operation.
#include "core/bookings.hpp"
#include "storage/dump_line.hpp"
#include "storage/journal.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::storage {

class BookingProjection {
public:
    BookingProjection(Connection& connection, Journal& journal) : m_connection(connection), m_journal(journal) {}

    void apply_request(std::int64_t id, const core::Operation& operation, const core::BookingRequest& request);
    void apply_act(std::int64_t id, const core::Operation& operation, const core::BookingActRecord& act);
    void capacity_changed(const std::string& session); // its document was written
    void clear();
    // What find() remembers: after a rollback, and when a personal part came or went.
    void forget() { m_known.clear(); }

    // As it stands, Displaced told; with topic and notes where they are here.
    std::optional<core::Booking> find(std::string_view uid);
    // Registrations that take part, as far as the request is here.
    std::vector<std::string> registrations_of(std::string_view uid);

    // For append(): it stands, and nothing that stood falls because of it.
    bool is_safe(const std::string& uid);
    std::optional<std::int64_t> capacity(const std::string& session); // where its document is here and says
    // Seats of that session that this device's own confirmations hold, whatever incarnation confirmed them.
    std::int64_t own_seats(const std::string& session, std::string_view device);

    void for_each_line(const VisitLine& visit);
    void for_each_line_of(std::int64_t origin, const VisitLine& visit); // of tables whose rows are operations

private:
    struct Row {
        core::BookingStage stage = core::BookingStage::Requested;
        bool displaced = false;
        std::string session;
        std::int64_t confirmed = 0; // the operation
        bool is_confirmed() const { return core::stands(stage); }
        bool stands() const { return is_confirmed() && !displaced; }
    };
    using Touched = std::map<std::string, bool>; // uid → whether it has rows in `booked`
    using Folded = std::map<std::string, std::optional<core::Booking>, std::less<>>; // read once for each change

    std::optional<Row> row(std::string_view uid);
    std::optional<core::Booking> fold(std::string_view uid); // without regard to others
    void touch(Touched& touched, const std::string& uid);
    std::vector<std::string> rivals(std::string_view uid); // confirmed ones that need the same unit or person then
    bool is_displaced(std::string_view uid, Folded& folded, std::string_view but_for = {}); // that one apart
    // The columns that need no others. Answers whether others may be judged otherwise because of it.
    bool refold(const std::string& uid);
    void settle(Touched& touched, const std::set<std::string>& sessions);
    // The confirmed ones of a session where there are more than it has seats; else none, and nobody need be asked.
    std::vector<std::string> crowd(const std::string& session);
    void book(const std::string& uid);

    Connection& m_connection;
    Journal& m_journal;
    std::map<std::string, core::Booking, std::less<>> m_known; // what find() answered; a changed booking is dropped
};

} // namespace kiosk::storage
