// SPDX-License-Identifier: Apache-2.0
// The questions of core::Store about bookings, what this device holds, and what append() asks of a confirmation.
#include "storage/database_impl.hpp"
#include "storage/sync_mark.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <vector>

namespace kiosk::storage {

namespace {

core::Result<std::vector<core::Booking>> bookings_of(BookingProjection& projection, Query& uids) {
    std::vector<core::Booking> found;
    while (uids.next())
        if (auto booking = projection.find(uids.text(0)))
            found.push_back(std::move(*booking));
    return found;
}

core::Status refused(const std::string& why) { return core::fail(core::ErrorCode::Conflict, "error.booking_conflict", why); }

} // namespace

core::Result<std::vector<core::Booking>> Database::bookings() {
    return m_impl->ask("bookings", [&] {
        Query uids(m_impl->connection, "SELECT uid FROM bookings ORDER BY starts, unit, uid");
        return storage::bookings_of(m_impl->projections.bookings(), uids);
    });
}

core::Result<std::optional<core::Booking>> Database::booking(std::string_view uid) {
    return m_impl->ask("booking", [&]() -> core::Result<std::optional<core::Booking>> {
        return m_impl->projections.bookings().find(uid);
    });
}

core::Result<std::vector<core::Booking>> Database::bookings_of(std::string_view ticket) {
    return m_impl->ask("bookings", [&] {
        Query uids(m_impl->connection,
                   "SELECT b.uid FROM booking_people p JOIN bookings b ON b.uid = p.booking WHERE p.ticket = ? "
                   "ORDER BY b.starts, b.unit, b.uid",
                   ticket);
        return storage::bookings_of(m_impl->projections.bookings(), uids);
    });
}

core::Result<std::vector<core::Booking>> Database::bookings_at(std::string_view unit) {
    return m_impl->ask("bookings", [&] {
        Query uids(m_impl->connection,
                   "SELECT uid, starts, unit FROM bookings WHERE unit = ?1 AND unit <> '' UNION "
                   "SELECT uid, starts, unit FROM bookings WHERE session = ?1 AND session <> '' ORDER BY 2, 3, 1",
                   unit);
        return storage::bookings_of(m_impl->projections.bookings(), uids);
    });
}

core::Result<std::vector<core::Booking>> Database::pending_bookings() {
    return m_impl->ask("bookings", [&] {
        Query uids(m_impl->connection, "SELECT uid FROM bookings WHERE stage = 1 ORDER BY starts, unit, uid");
        return storage::bookings_of(m_impl->projections.bookings(), uids);
    });
}

core::Result<std::vector<core::Lease>> Database::leases() {
    return m_impl->ask("leases", [&]() -> core::Result<std::vector<core::Lease>> {
        const auto* origin = m_impl->journal.current();
        return origin ? m_impl->leases.all(origin->incarnation) : std::vector<core::Lease>{};
    });
}

core::Result<std::vector<core::Lease>> Database::leases_on(std::span<const core::Resource> resources) {
    return m_impl->ask("leases", [&]() -> core::Result<std::vector<core::Lease>> {
        std::set<std::string_view> subjects;
        for (const auto& resource : resources)
            subjects.insert(resource.subject);
        std::vector<core::Lease> found;
        if (const auto* origin = m_impl->journal.current())
            for (const auto subject : subjects)
                std::ranges::move(m_impl->leases.of_subject(origin->incarnation, subject), std::back_inserter(found));
        return found;
    });
}

core::Status Database::change_leases(std::span<const core::Lease> put, std::span<const std::string> drop) {
    if (put.empty() && drop.empty())
        return {};
    return m_impl->transact("leases", [&]() -> core::Status {
        const auto& incarnation = m_impl->journal.current()->incarnation;
        for (const auto& resource : drop)
            m_impl->leases.drop(incarnation, resource);
        for (const auto& lease : put)
            m_impl->leases.put(incarnation, lease);
        return {};
    });
}

core::Result<std::uint64_t> Database::last_booking_seq() {
    return m_impl->ask("bookings", [&]() -> core::Result<std::uint64_t> {
        const auto* origin = m_impl->journal.current();
        if (!origin)
            return std::uint64_t{0};
        Query last(m_impl->connection,
                   "SELECT max((SELECT coalesce(max(operation), ?1) FROM booking_requests WHERE operation BETWEEN ?1 AND ?2), "
                   "(SELECT coalesce(max(operation), ?1) FROM booking_acts WHERE operation BETWEEN ?1 AND ?2))",
                   row_id(origin->number, 0), row_id(origin->number, max_seq));
        return last.next() ? seq_of(last.integer(0)) : 0;
    });
}

core::Result<std::uint64_t> Database::feed_after() {
    return m_impl->ask("sync", [&]() -> core::Result<std::uint64_t> { return read_sync_mark(m_impl->connection).after; });
}

// Does this device hold what a confirmation says that it was made under? `until` is not looked at: it is the hub's time,
// which the application knows and passes to the core; the clock here is the machine's.
core::Status Database::Impl::check_leases(const core::BookingActRecord& confirmation) {
    const auto mark = read_sync_mark(connection);
    if (confirmation.leases.empty()) {
        // A device that never had a hub is alone with its tables and people.
        if (mark.hub.empty())
            return {};
        return refused(confirmation.booking + ": without a lease");
    }
    for (const auto& [text, generation] : confirmation.leases) {
        KIOSK_TRY(const auto needed, core::parse_resource(text));
        const auto held = leases.of_subject(journal.current()->incarnation, needed.subject);
        if (!std::ranges::any_of(held, [&, wanted = generation](const core::Lease& lease) {
                return core::covers(lease.resource, needed) && lease.generation == wanted && !lease.closing &&
                       lease.known_from <= mark.after;
            }))
            return refused(confirmation.booking + ": " + text + " is not held here");
    }
    return {};
}

// After everything of the append was projected: what was confirmed stands, took nothing from anybody, is covered by what it
// names, and no more seats are given out here than this device holds.
core::Status Database::Impl::check_confirmed(const core::BookingActRecord& confirmation) {
    auto& bookings = projections.bookings();
    if (!bookings.is_safe(confirmation.booking))
        return refused(confirmation.booking + ": does not stand");
    const auto booking = bookings.find(confirmation.booking);
    if (!booking || confirmation.leases.empty())
        return {};
    std::vector<core::Resource> named;
    for (const auto& [text, generation] : confirmation.leases) {
        KIOSK_TRY(named.emplace_back(), core::parse_resource(text));
    }
    // As core::resources_of, which knows the event: who is leased whole is covered at this time too.
    const auto& request = booking->request;
    std::vector<core::Resource> needs;
    if (!request.unit.empty())
        needs.push_back(core::unit_resource(request.unit, request.starts, request.ends));
    if (!request.session.empty() && bookings.capacity(request.session))
        needs.push_back(core::seats_resource(request.session, 1));
    if (request.starts < request.ends) // a session without times takes nobody's
        for (const auto& participant : request.participants)
            needs.push_back(core::person_resource(participant.ticket, request.starts, request.ends));
    for (const auto& need : needs)
        if (std::ranges::none_of(named, [&](const core::Resource& resource) { return core::covers(resource, need); }))
            return refused(confirmation.booking + ": without a lease of " + need.subject);
    if (request.session.empty())
        return {};
    const auto seats = core::seats_resource(request.session, 1);
    std::int64_t held = 0;
    for (const auto& lease : leases.of_subject(journal.current()->incarnation, seats.subject))
        held = std::max(held, lease.resource.count);
    if (confirmation.leases.contains(core::resource_text(seats)) &&
        bookings.own_seats(request.session, journal.current()->device) > held)
        return refused(confirmation.booking + ": no seat is left here");
    return {};
}

} // namespace kiosk::storage
