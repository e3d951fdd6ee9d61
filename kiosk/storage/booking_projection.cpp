// SPDX-License-Identifier: Apache-2.0
#include "storage/booking_projection.hpp"

#include "storage/stored_operation.hpp"

#include <algorithm>
#include <tuple>

namespace kiosk::storage {

namespace {

// The statements below say "stage IN (2, 3, 4)" for core::stands.
static_assert(static_cast<int>(core::BookingStage::Confirmed) == 2 && static_cast<int>(core::BookingStage::Started) == 3 &&
              static_cast<int>(core::BookingStage::Finished) == 4);

} // namespace

std::optional<BookingProjection::Row> BookingProjection::row(std::string_view uid) {
    Query stored(m_connection, "SELECT stage, displaced, session, confirmed FROM bookings WHERE uid = ?", uid);
    if (!stored.next())
        return std::nullopt;
    return Row{static_cast<core::BookingStage>(stored.integer(0)), stored.integer(1) != 0, stored.text(2),
               stored.integer(3)};
}

std::optional<core::Booking> BookingProjection::fold(std::string_view uid) {
    std::int64_t operation = 0;
    std::optional<core::BookingRequest> request;
    {
        Query stored(m_connection,
                     "SELECT b.operation, r.body, p.content FROM bookings b JOIN booking_requests r ON "
                     "r.operation = b.operation LEFT JOIN personal p ON p.operation = b.operation WHERE b.uid = ?",
                     uid);
        if (!stored.next())
            return std::nullopt;
        operation = stored.integer(0);
        auto decoded = decode_stored(stored_operation(stored, 1, core::operation_kind::booking_request, uid),
                                   core::decode_booking_request);
        if (!decoded) // only a damaged file has such a row; verify() tells
            return std::nullopt;
        request = std::move(*decoded);
    }
    std::vector<core::StoredAct> acts;
    Query rows(m_connection,
               "SELECT a.operation, a.hlc, a.body, p.content FROM booking_acts a LEFT JOIN personal p ON p.operation = "
               "a.operation WHERE a.booking = ?",
               uid);
    while (rows.next())
        if (auto act = decode_stored(stored_operation(rows, 2, core::operation_kind::booking_act, uid), core::decode_booking_act))
            acts.push_back({m_journal.operation_id(rows.integer(0)), {static_cast<std::uint64_t>(rows.integer(1))},
                            std::move(*act)});
    return core::fold_booking(*request, m_journal.operation_id(operation), acts);
}

std::optional<core::Booking> BookingProjection::find(std::string_view uid) {
    if (const auto known = m_known.find(uid); known != m_known.end())
        return known->second;
    auto booking = fold(uid);
    const auto stored = row(uid);
    if (booking && stored && stored->displaced) {
        booking->stage = core::BookingStage::Displaced;
        booking->reason = core::BookingReason::Displaced;
    }
    if (booking)
        m_known.emplace(uid, *booking);
    return booking;
}

std::vector<std::string> BookingProjection::registrations_of(std::string_view uid) {
    std::vector<std::string> found;
    Query rows(m_connection, "SELECT registration FROM booking_people WHERE booking = ? AND registration <> ''", uid);
    while (rows.next())
        found.push_back(rows.text(0));
    return found;
}

void BookingProjection::touch(Touched& touched, const std::string& uid) {
    if (touched.contains(uid))
        return;
    const auto stored = row(uid);
    touched[uid] = stored && stored->stands();
}

void BookingProjection::apply_request(std::int64_t id, const core::Operation& operation,
                                      const core::BookingRequest& request) {
    Query(m_connection, "INSERT OR REPLACE INTO booking_requests VALUES (?, ?, ?, ?)", id, request.uid,
          operation.hlc.value, operation.body)
        .run();
    Touched touched;
    std::set<std::string> sessions;
    {
        Query stored(m_connection,
                     "SELECT r.hlc, r.operation, b.session FROM bookings b JOIN booking_requests r ON r.operation = "
                     "b.operation WHERE b.uid = ?",
                     request.uid);
        if (stored.next()) {
            if (m_journal.is_later(operation, stored.integer(0), stored.integer(1)))
                return; // a request never changes: the first one counts
            sessions.insert(stored.text(2));
            for (const auto& rival : rivals(request.uid))
                touch(touched, rival);
        }
    }
    Query(m_connection, "DELETE FROM booked WHERE booking = ?", request.uid).run();
    Query(m_connection, "DELETE FROM booking_people WHERE booking = ?", request.uid).run();
    touched[request.uid] = false;
    Query(m_connection, "INSERT OR REPLACE INTO bookings VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)", request.uid, id,
          request.unit, request.session, request.starts.unix_ms, request.ends.unix_ms,
          static_cast<int>(core::BookingStage::Requested))
        .run();
    for (const auto& participant : request.participants)
        if (!participant.ticket.empty())
            Query(m_connection, "INSERT OR IGNORE INTO booking_people VALUES (?, ?, ?)", participant.ticket, request.uid,
                  participant.registration)
                .run();
    sessions.insert(request.session);
    refold(request.uid);
    for (const auto& rival : rivals(request.uid))
        touch(touched, rival);
    settle(touched, sessions);
}

void BookingProjection::apply_act(std::int64_t id, const core::Operation& operation, const core::BookingActRecord& act) {
    Query(m_connection, "INSERT OR REPLACE INTO booking_acts VALUES (?, ?, ?, ?)", id, act.booking, operation.hlc.value,
          operation.body)
        .run();
    const auto before = row(act.booking);
    if (!before || !refold(act.booking))
        return; // its request is still on the way, or nobody else is concerned
    Touched touched{{act.booking, before->stands()}};
    for (const auto& rival : rivals(act.booking))
        touch(touched, rival);
    settle(touched, {before->session});
}

bool BookingProjection::refold(const std::string& uid) {
    m_known.erase(uid);
    const auto before = row(uid);
    const auto booking = fold(uid);
    const auto stage = booking ? booking->stage : core::BookingStage::Requested;
    const auto confirmed = booking ? m_journal.find(booking->confirmed_by).value_or(0) : 0;
    Query(m_connection, "UPDATE bookings SET stage = ?, confirmed = ? WHERE uid = ?", static_cast<int>(stage), confirmed, uid)
        .run();
    return before && (before->confirmed != confirmed || before->is_confirmed() != core::stands(stage));
}

// As core::share_a_resource says: the same time and the same unit or person, or twice the same person in a session.
std::vector<std::string> BookingProjection::rivals(std::string_view uid) {
    std::vector<std::string> found;
    Query rows(m_connection,
               "SELECT o.uid FROM bookings b JOIN bookings o ON o.unit = b.unit "
               "WHERE b.uid = ?1 AND o.uid <> ?1 AND o.unit <> '' AND o.stage IN (2, 3, 4) "
               "AND o.starts < b.ends AND o.ends > b.starts "
               "UNION "
               "SELECT o.uid FROM bookings b JOIN booking_people mine ON mine.booking = b.uid "
               "JOIN booking_people theirs ON theirs.ticket = mine.ticket JOIN bookings o ON o.uid = theirs.booking "
               "WHERE b.uid = ?1 AND o.uid <> ?1 AND o.stage IN (2, 3, 4) "
               "AND ((o.starts < b.ends AND o.ends > b.starts) OR (o.session = b.session AND o.session <> ''))",
               uid);
    while (rows.next())
        found.push_back(rows.text(0));
    return found;
}

std::vector<std::string> BookingProjection::crowd(const std::string& session) {
    std::vector<std::string> found;
    const auto seats = session.empty() ? std::nullopt : capacity(session);
    if (!seats)
        return found;
    std::int64_t taken = 0;
    Query rows(m_connection,
               "SELECT uid, (SELECT count(*) FROM booking_people p WHERE p.booking = b.uid) FROM bookings b "
               "WHERE session = ? AND session <> '' AND stage IN (2, 3, 4)",
               session);
    while (rows.next()) {
        found.push_back(rows.text(0));
        taken += rows.integer(1);
    }
    if (taken <= *seats)
        found.clear();
    return found;
}

bool BookingProjection::is_displaced(std::string_view uid, Folded& folded, std::string_view but_for) {
    const auto read = [&](std::string_view which) -> const std::optional<core::Booking>& {
        const auto known = folded.find(which);
        return known != folded.end() ? known->second : folded.emplace(which, fold(which)).first->second;
    };
    const auto booking = read(uid);
    if (!booking)
        return false;
    const auto& session = booking->request.session;
    auto others = rivals(uid);
    for (auto& other : crowd(session))
        others.push_back(std::move(other));
    std::ranges::sort(others);
    others.erase(std::ranges::unique(others).begin(), others.end()); // who shares a person is in both
    std::vector<core::Booking> neighbours;
    for (const auto& other : others)
        if (other != uid && other != but_for)
            if (const auto& neighbour = read(other))
                neighbours.push_back(*neighbour);
    return core::is_displaced(*booking, neighbours, session.empty() ? std::nullopt : capacity(session));
}

// `touched`: what changed and what shares something with it. Seats are everybody's in the session who may be one too many.
void BookingProjection::settle(Touched& touched, const std::set<std::string>& sessions) {
    for (const auto& session : sessions) {
        for (const auto& uid : crowd(session))
            touch(touched, uid);
        Query fallen(m_connection,
                     "SELECT uid FROM bookings WHERE session = ? AND session <> '' AND stage IN (2, 3, 4) AND displaced = 1",
                     session);
        while (fallen.next())
            touch(touched, fallen.text(0));
    }
    // First what falls, then what stands in its place: `booked` refuses overlaps at every moment.
    Folded folded;
    std::vector<std::string> standing;
    for (const auto& [uid, stood] : touched) {
        const auto stored = row(uid);
        if (!stored)
            continue;
        const bool displaced = stored->is_confirmed() && is_displaced(uid, folded);
        if (displaced != stored->displaced) {
            m_known.erase(uid);
            Query(m_connection, "UPDATE bookings SET displaced = ? WHERE uid = ?", displaced, uid).run();
        }
        const bool stands = stored->is_confirmed() && !displaced;
        if (stood && !stands)
            Query(m_connection, "DELETE FROM booked WHERE booking = ?", uid).run();
        else if (stands && !stood)
            standing.push_back(uid);
    }
    for (const auto& uid : standing)
        book(uid);
}

std::optional<std::int64_t> BookingProjection::capacity(const std::string& session) {
    Query document(m_connection,
                   "SELECT seats FROM (SELECT CASE WHEN json_valid(doc) THEN json_extract(doc, '$.capacity') END AS seats "
                   "FROM documents WHERE entity = 'session' AND id = ?) WHERE typeof(seats) = 'integer'",
                   session);
    return document.next() ? std::optional(document.integer(0)) : std::nullopt;
}

void BookingProjection::capacity_changed(const std::string& session) {
    if (session.empty())
        return;
    Touched touched;
    settle(touched, {session});
}

void BookingProjection::book(const std::string& uid) {
    Query(m_connection,
          "INSERT INTO booked SELECT 'unit:' || unit, starts, ends, uid FROM bookings WHERE uid = ? AND unit <> '' AND "
          "starts < ends",
          uid)
        .run();
    Query(m_connection,
          "INSERT INTO booked SELECT 'person:' || p.ticket, b.starts, b.ends, b.uid FROM bookings b JOIN booking_people p ON "
          "p.booking = b.uid WHERE b.uid = ? AND b.starts < b.ends",
          uid)
        .run();
    // One seat for a person, also where the session has no times or was moved.
    Query(m_connection,
          "INSERT INTO booked SELECT 'seats:' || b.session || '/' || p.ticket, 0, 1, b.uid FROM bookings b JOIN "
          "booking_people p ON p.booking = b.uid WHERE b.uid = ? AND b.session <> ''",
          uid)
        .run();
}

bool BookingProjection::is_safe(const std::string& uid) {
    const auto stored = row(uid);
    if (!stored || !stored->stands() || !crowd(stored->session).empty())
        return false;
    Folded folded;
    return std::ranges::all_of(rivals(uid), [&](const std::string& rival) { return is_displaced(rival, folded, uid); });
}

std::int64_t BookingProjection::own_seats(const std::string& session, std::string_view device) {
    std::int64_t seats = 0;
    Query rows(m_connection,
               "SELECT confirmed, (SELECT count(*) FROM booking_people p WHERE p.booking = b.uid) FROM bookings b "
               "WHERE session = ? AND session <> '' AND stage IN (2, 3, 4) AND displaced = 0 AND confirmed > 0",
               session);
    while (rows.next())
        if (m_journal.operation_id(rows.integer(0)).device == device)
            seats += rows.integer(1);
    return seats;
}

void BookingProjection::clear() {
    forget();
    m_connection.exec("DELETE FROM booked; DELETE FROM booking_people; DELETE FROM bookings; DELETE FROM booking_acts;"
                      "DELETE FROM booking_requests");
}

void BookingProjection::for_each_line(const VisitLine& visit) {
    const auto id_text = [&](Query& query, int column) {
        return query.integer(column) == 0 ? std::string() : core::to_string(m_journal.operation_id(query.integer(column)));
    };
    {
        Query rows(m_connection, "SELECT uid, operation, unit, session, starts, ends, stage, displaced, confirmed "
                                 "FROM bookings ORDER BY uid");
        while (rows.next()) {
            DumpLine line;
            line << rows.text(0) << id_text(rows, 1) << rows.text(2) << rows.text(3) << rows.integer(4) << rows.integer(5)
                 << rows.integer(6) << rows.integer(7) << id_text(rows, 8);
            visit("bookings", line.text());
        }
    }
    {
        Query rows(m_connection, "SELECT ticket, booking, registration FROM booking_people ORDER BY ticket, booking");
        while (rows.next()) {
            DumpLine line;
            line << rows.text(0) << rows.text(1) << rows.text(2);
            visit("booking_people", line.text());
        }
    }
    Query rows(m_connection, "SELECT subject, starts, ends, booking FROM booked ORDER BY subject, starts");
    while (rows.next()) {
        DumpLine line;
        line << rows.text(0) << rows.integer(1) << rows.integer(2) << rows.text(3);
        visit("booked", line.text());
    }
}

void BookingProjection::for_each_line_of(std::int64_t origin, const VisitLine& visit) {
    const auto first = row_id(origin, 1), last = row_id(origin, max_seq);
    const auto lines = [&](const std::string& table, Query query) {
        while (query.next()) {
            DumpLine line;
            line << core::to_string(m_journal.operation_id(query.integer(0))) << query.text(1) << query.integer(2)
                 << query.text(3);
            visit(table, line.text());
        }
    };
    lines("booking_requests", Query(m_connection,
                                    "SELECT operation, booking, hlc, body FROM booking_requests WHERE operation BETWEEN ? "
                                    "AND ? ORDER BY operation",
                                    first, last));
    lines("booking_acts", Query(m_connection,
                                "SELECT operation, booking, hlc, body FROM booking_acts WHERE operation BETWEEN ? AND ? "
                                "ORDER BY operation",
                                first, last));
}

} // namespace kiosk::storage
