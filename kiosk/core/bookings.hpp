// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bookings of the business area and of session seats. Purpose: what a booking is, the operations that make one, the fold of
// these operations into what stands, and the rules by which one may be made, moved, started and ended. Pure: time
// arrives as an argument. The window, kioskctl and the hub call the same functions. Ownership: values. Threads: any.
// Failure: decoding answers Invalid and what is wrong; a rule that says no is a decision with a reason, not an error.
//
// A booking is one `booking.request`, which never changes, and any number of `booking.act`. What stands is a function
// of the set of them. A booking whose act `cancel`, `decline`, `refuse` or `no_show` exists is released for good, whatever
// else exists: what was freed may have been given to others. Moving one is releasing it and requesting another that
// names it (`replaces`).
#include "core/leases.hpp"
#include "core/model.hpp"
#include "core/operation.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

// Who takes part. The ticket is how people are known at doors; the uid is how their personal data is found and erased.
struct Participant {
    std::string ticket;
    std::string registration; // uid; empty where the roster does not hold the ticket
    friend bool operator==(const Participant&, const Participant&) = default;
};

struct BookingRequest {
    std::string uid; // UUIDv7
    std::string unit;    // of a unit's slot…
    std::string slot;
    std::string session; // …or a seat in a session; then unit and slot are empty
    Instant starts;      // as the slot stood when it was asked for; this is what was booked, wherever the slot moves
    Instant ends;
    std::vector<Participant> participants; // first who asks
    std::vector<std::string> must_accept;  // tickets that have to agree at their next scan; empty: everybody has
    std::string purpose; // a lead type (leads.hpp) or empty
    std::string by;      // staff id, or empty: somebody at the kiosk
    std::string replaces; // uid of the booking that this one was moved from, or empty
    std::string confidential; // session whose devices alone get it, or empty
    Instant at;
    std::string topic; // personal part, at most 60 characters
};

enum class BookingAct : std::uint8_t {
    Confirm = 1, // by the holder of everything that it needs
    Accept,      // a participant agrees
    Decline,     // a participant does not
    Cancel,
    Refuse,      // it can't be had: `reason`
    Arrive,      // a participant was scanned for it
    Start,       // both are there
    Finish,
    NoShow,      // written when the freed unit is given to others; before, it follows from the time alone
    Outcome,     // what came of it; the latest stands
};
std::string_view to_string(BookingAct act);
std::optional<BookingAct> parse_booking_act(std::string_view text);

enum class BookingReason : std::uint8_t {
    None = 0,
    UnknownUnit, UnknownSlot, UnknownBooking, Blocked /* the slot */, SlotEnded, UnitTaken, PersonTaken, TooManyPeople,
    TooFewPeople, SamePersonTwice, Unknown /* a person */, Ambiguous, Cancelled /* a registration, or the booking */,
    PersonBlocked, Revoked, TooManyBookings, NotCheckedIn /* where the event wants it, and to start */, NoConsent, Full,
    Declined, Lapsed /* unanswered at the slot's start */, NotConfirmed, NoShow, AlreadyStarted, AlreadyDone, NotStarted,
    HeldElsewhere /* of a pending one */, MustAccept /* of a pending one */, NotParticipant, NotAllowed, Displaced,
};
std::string_view to_string(BookingReason reason); // "unit_taken"; empty for None
std::optional<BookingReason> parse_booking_reason(std::string_view text);

struct BookingActRecord {
    std::string booking; // uid
    BookingAct act = BookingAct::Confirm;
    std::string ticket;  // of Accept, Decline, Arrive; who asked, of Cancel
    std::string by;      // staff id, or empty
    BookingReason reason = BookingReason::None;
    Instant at;
    // Of Confirm: what it was confirmed under. resource_text() → generation of the lease.
    std::map<std::string, std::uint64_t> leases;
    std::string outcome; // of Outcome: "met", "follow_up", "no_interest"
    std::string lead;    // of Outcome: uid of the lead that was made, or empty
    std::string note;    // personal part
};

namespace operation_kind {
inline constexpr std::string_view booking_request = "booking.request";
inline constexpr std::string_view booking_act = "booking.act";
} // namespace operation_kind

OperationDraft make_booking_request(const BookingRequest& request);
OperationDraft make_booking_act(const BookingActRecord& act, const BookingRequest& of);
Result<BookingRequest> decode_booking_request(const Operation& operation);
Result<BookingActRecord> decode_booking_act(const Operation& operation);

// What stands, without regard to the time of day. The order is the order of storage columns: append only.
enum class BookingStage : std::uint8_t {
    Requested = 1, Confirmed, Started, Finished, Cancelled, Declined, Refused, NoShow,
    Displaced, // confirmed, and so was another one of a newer lease
};

struct Booking {
    BookingRequest request;
    OperationId id;           // of the request
    BookingStage stage = BookingStage::Requested;
    BookingReason reason = BookingReason::None;
    std::vector<std::string> accepted; // tickets
    std::vector<std::string> arrived;
    std::map<std::string, std::uint64_t> leases; // of the confirmation that counts
    OperationId confirmed_by; // of that confirmation; seq 0: none
    Hlc confirmed_hlc;
    std::optional<Instant> started, ended; // of the acts that count
    std::string outcome, outcome_note, lead;
    bool all_accepted() const;
};

struct StoredAct {
    OperationId id;
    Hlc hlc;
    BookingActRecord record;
};
// The fold but for Displaced, which needs the neighbours: see is_displaced. `acts` in any order, each once.
Booking fold_booking(const BookingRequest& request, const OperationId& id, std::span<const StoredAct> acts);
bool is_released(BookingStage stage); // never again in anybody's way
bool stands(BookingStage stage);      // Confirmed, Started or Finished: it has its unit and its people

// Two confirmed bookings that need the same unit or person at the same time can only be where a lease was taken from its
// holder (kiosk lost, an old image). Of every such pair exactly one is displaced: that of the older generation on what
// they share; where that does not tell, the later confirmation. Seats: those beyond the capacity, in the same order.
// `beats` also orders seats of one session that share no person; share_a_resource is false for those.
bool beats(const Booking& one, const Booking& other);
bool share_a_resource(const Booking& one, const Booking& other);
// `neighbours`: all that name one of its people, or are at its unit or session; itself among them or not. Those that are
// displaced themselves count as confirmed. `capacity`: of the session, for seats.
bool is_displaced(const Booking& booking, std::span<const Booking> neighbours, std::optional<std::int64_t> capacity);

// What people are told, at a moment. domain.md and scenario.md speak these words.
enum class BookingStatus : std::uint8_t { Pending = 1, Confirmed, CheckedIn, Done, NoShow, Cancelled, Refused };
std::string_view to_string(BookingStatus status); // "checked_in"
std::optional<BookingStatus> parse_booking_status(std::string_view text);
struct BookingStanding {
    BookingStatus status = BookingStatus::Pending;
    BookingReason reason = BookingReason::None;
};
// A confirmed one that nobody started `grace_ms` after its slot began is a no-show; a request that is unanswered when its
// slot begins is refused (lapsed); a displaced one is refused (displaced).
BookingStanding standing_at(const Booking& booking, Instant now, std::int64_t grace_ms);
// Is it in the way of others now? Pending ones are not, and no-shows are not any more.
bool is_active(const Booking& booking, Instant now, std::int64_t grace_ms);

// ---- rules ----

// settings.matchmaking of the event, over the plugin's own (plugin_host's BookingRules).
struct BookingPolicy {
    std::int64_t most_per_person = 4; // active ones; a unit's host at its own unit is not counted
    std::int64_t grace_ms = 7 * 60'000;
    bool needs_check_in = false;      // to book; to start one, everybody has to be in anyway
    std::vector<std::string> purposes; // empty: lead_types
};
BookingPolicy booking_policy(const EventConfig& config);

// What a store knows that matters for one request.
struct PersonFacts {
    std::vector<Registration> registrations; // all with this ticket
    bool revoked = false;
    bool checked_in = false;         // latest standing scan at any door of the event is an entry
    std::vector<Booking> bookings;   // all that name the ticket
};
struct BookingFacts {
    std::map<std::string, PersonFacts> people; // by ticket, of every participant
    std::vector<Booking> at_unit;              // all of that unit, or of that session
};

// What is asked for, before it has a uid and times.
struct BookingWish {
    std::string unit, slot; // or
    std::string session;
    std::vector<std::string> participants; // tickets
    std::vector<std::string> must_accept;
    std::string purpose, topic, by, replaces;
};

// Everything but leases: may it be made, as far as is known here? `request` is filled where it may.
struct BookingDecision {
    BookingReason reason = BookingReason::None; // None: it may
    BookingRequest request;
    std::vector<Resource> needs; // to be held by whoever confirms it
    std::string about;           // the ticket that stands in the way, where it is a person
    // Bookings (uids) that stand but are no-shows by now, of this unit or these people at this time: BookingAct::NoShow has
    // to be written for each of them before the confirmation, in the same append.
    std::vector<std::string> frees;
};
BookingDecision decide_booking(const EventConfig& config, const BookingPolicy& policy, const BookingWish& wish,
                               const BookingFacts& facts, Instant now);
// What a request that exists needs, and whether it may still be had; for pending ones that are tried again.
BookingDecision decide_again(const EventConfig& config, const BookingPolicy& policy, const BookingRequest& request,
                             const BookingFacts& facts, Instant now);
std::vector<Resource> resources_of(const EventConfig& config, const BookingRequest& request);

BookingReason may_cancel(const Booking& booking, Instant now, const BookingPolicy& policy);
// `absent`: participants who are not checked in now.
BookingReason may_start(const Booking& booking, std::span<const std::string> absent, Instant now,
                        const BookingPolicy& policy);
BookingReason may_finish(const Booking& booking, Instant now, const BookingPolicy& policy);

// Slots and units that could be asked for, for a screen: nearest first.
struct FreeSlot {
    std::string unit, slot;
    Instant starts, ends;
    bool held_here = false; // can be confirmed without asking anybody
};
// `bookings`: all of the event. Of units that seat them all; `unit`: of this one only, or empty. Running slots count.
std::vector<FreeSlot> free_slots(const EventConfig& config, const BookingPolicy& policy, std::span<const Booking> bookings,
                                 std::span<const std::string> people, std::string_view unit, std::span<const Lease> leases,
                                 Instant now, std::size_t limit);

} // namespace kiosk::core
