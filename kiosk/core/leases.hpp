// SPDX-License-Identifier: Apache-2.0
#pragma once
// Leases: who may confirm bookings of what. Purpose: the resources of bookings, what it means to hold one, and how the hub
// deals them out. Each resource has one holder at a time, the hub or one device; only the holder confirms. Pure.
// Ownership: values. Threads: any. Failure: parsing answers Invalid.
//
// A resource is a subject and a time: a unit or a person from `starts` to `ends`, or the whole person; or seats, which are
// counted. Two of the same subject whose times overlap are in each other's way (touching is no overlap), so that moved
// slots and units with other slots need no special care.
#include "core/model.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

struct Resource {
    std::string subject; // "unit:T1", "person:A1B2C3", "seats:cd1", "event" (all of it: a venue hub's)
    std::optional<Instant> starts; // both or none; none: all day. Whole seconds
    std::optional<Instant> ends;
    std::int64_t count = 1; // of seats
    bool is_counted() const { return subject.starts_with("seats:"); }
    friend auto operator<=>(const Resource&, const Resource&) = default;
};
Resource unit_resource(std::string_view unit, Instant starts, Instant ends);
Resource person_resource(std::string_view ticket);                            // all day
Resource person_resource(std::string_view ticket, Instant starts, Instant ends);
Resource seats_resource(std::string_view session, std::int64_t count);

// "unit:T1@1763616600-1763617800" (seconds), "person:A1B2C3", "seats:cd1": names it on the wire, in bodies and in tables.
// The count is not part of it.
std::string resource_text(const Resource& resource);
Result<Resource> parse_resource(std::string_view text);
bool overlap(const Resource& one, const Resource& other); // same subject and times that overlap
bool covers(const Resource& held, const Resource& needed); // same subject, and the needed time lies within

// One that this device holds, as its own store remembers it; bound to the incarnation, so a copy holds nothing.
struct Lease {
    Resource resource;
    std::uint64_t generation = 0; // grows whenever the resource was taken from a holder that did not give it back
    std::uint64_t known_from = 0; // feed number that must have been read before it may be used
    std::optional<Instant> until; // by the hub's clock: the start of its time; its end where it was granted while running
    bool closing = false;         // is being given back: not usable any more
    friend bool operator==(const Lease&, const Lease&) = default;
};

// Which of `needs` are not covered by leases that may be used: the feed was read up to `feed_after`; `now` (the hub's clock
// as this device knows it) is before `until`. Seats: `used_seats` are those that this device has confirmed and that stand,
// by session.
struct Cover {
    std::vector<Resource> missing; // must be asked for
    bool feed_behind = false;      // nothing is missing but the feed must be read first
    std::map<std::string, std::uint64_t> generations; // resource_text of the need → of the lease that covers it
};
Cover cover(std::span<const Lease> leases, std::span<const Resource> needs, std::uint64_t feed_after, Instant now,
            const std::map<std::string, std::int64_t>& used_seats);

// ---- at the hub ----

// One row of who holds what. The rules are here, the rows are the hub's store's.
struct HeldLease {
    Resource resource;
    std::string holder; // device
    std::string incarnation;
    std::uint64_t generation = 0;
    std::int64_t granted_ms = 0;
    std::string booking;        // uid that it was asked for, or empty: a hint that it is in use
    std::uint64_t closing_seq = 0; // being given back: free once the hub has the holder's journal up to here; 0: not
    friend bool operator==(const HeldLease&, const HeldLease&) = default;
};

struct LeaseWanted {
    Resource resource;
    std::int64_t capacity = 1; // of seats: how many there are in all
    std::string booking;       // uid, or empty
    bool holds = false;        // the asker holds it already, as far as it knows
};
struct LeaseGranted {
    Resource resource;       // as it is held now; of seats with the count
    bool held = false;
    bool taken = false;      // not held, and in use by a booking: it can't be had
    std::string holder;      // not held: the device that holds it, or empty: the hub's own reasons
    std::uint64_t generation = 0;
};
struct Asker {
    std::string device;
    std::string incarnation;
    std::int64_t now_ms = 0;
};

// Grants all of `wanted` or, where `all_or_nothing`, none. Rows of an older incarnation of the asker are taken over with
// a new generation. `next_generation` is the event's counter, raised where one is given. Call expire() before.
std::vector<LeaseGranted> grant(std::vector<HeldLease>& rows, std::span<const LeaseWanted> wanted, bool all_or_nothing,
                                const Asker& asker, std::uint64_t& next_generation);
// Marks as closing, or removes where the hub has the holder's journal up to `closing_seq` (it has it up to `journal_seq`). Unknown ones are no error.
// Of seats, `resource.count` is how many the device keeps; the rest is free at once, for what it keeps covers what it used.
// `as_of_ms`: the hub's time of the last answer that the device had read when it said so; what was granted after it is not
// meant: a request that comes late takes nothing from its own device. 0: not known.
void give_back(std::vector<HeldLease>& rows, const Resource& resource, const Asker& asker, std::uint64_t closing_seq,
               std::uint64_t journal_seq, std::int64_t as_of_ms = 0);
// Rows whose time has begun are the hub's again; those that were granted while it ran, when it ends.
void expire(std::vector<HeldLease>& rows, std::int64_t now_ms);
// An organizer says that this device is gone for good: all its rows go, and whatever it confirmed under them that the hub
// has not seen will be displaced.
std::size_t take_from_lost(std::vector<HeldLease>& rows, std::string_view device, std::uint64_t& next_generation);
// The device came back under another incarnation (restored, copied): what the older one held is the hub's again, with a new
// generation. Before grant(), which else takes over only what is wanted.
std::size_t take_from_older(std::vector<HeldLease>& rows, const Asker& asker, std::uint64_t& next_generation);
// ---- at a hub that was put back from a backup ----
//
// It does not know what it granted since. So it waits until every device of the event has said what it holds (`awaited`: who
// has not), and grants nothing new before.

// What the asker says it holds is its own, whatever the backup says of devices that are still awaited; what it does not name
// is not. Where somebody who has spoken holds it, it stays theirs. Only once the hub has all of the asker's journal.
void take_report(std::vector<HeldLease>& rows, std::span<const LeaseWanted> wanted, std::span<const std::string> awaited,
                 const Asker& asker, std::uint64_t generation);
// Meanwhile: held is what the asker's rows cover already; everything else has to wait and is nobody's doing.
std::vector<LeaseGranted> grant_nothing_new(std::span<const HeldLease> rows, std::span<const LeaseWanted> wanted,
                                            bool all_or_nothing, const Asker& asker);

constexpr std::int64_t lease_margin_ms = 2'000; // the hub waits so much longer than the holder, whose clock may differ

// What this device should hold without having asked: its share of the future slots of every unit (with its host's time),
// most of those of units that stand beside it, spread over the devices otherwise. Deterministic; devices sorted.
// Only what nobody holds is dealt, at most `limit`.
std::vector<LeaseWanted> deal(const EventConfig& config, std::span<const HeldLease> rows,
                              std::span<const std::string> devices, std::string_view device, Instant now,
                              std::size_t limit);

} // namespace kiosk::core
