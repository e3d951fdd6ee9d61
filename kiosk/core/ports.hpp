// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the core needs of the outside: interfaces that the application is written against and that storage, crypto and
// the tests implement. Ownership: whoever creates an implementation keeps it alive longer than its users. Threads:
// a Store is used from one thread (the application thread) unless said otherwise; Clock and Random from any.
#include "core/admission.hpp"
#include "core/bookings.hpp"
#include "core/closed_sessions.hpp"
#include "core/leads.hpp"
#include "core/operation.hpp"
#include "core/records.hpp"
#include "core/responses.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() const = 0;              // what the machine believes
    virtual std::int64_t boot_ms() const = 0;     // CLOCK_BOOTTIME; never goes back
};

class Random {
public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;
};

// UUIDv7 text ("0193…-7…") and a ticket code of ten Crockford Base32 characters.
std::string make_uid(Instant now, Random& random);
std::string make_ticket_code(Random& random);

class Hasher {
public:
    virtual ~Hasher() = default;
    virtual Digest blake2b_256(std::string_view bytes) const = 0;
};

struct StoredScan {
    OperationId id;
    ScanRecord record;
    bool undone = false;
};

// Where an append landed; it is durable when the call returns.
struct Receipt {
    OperationId last;
    Hlc hlc;
};

struct SearchHit {
    std::string registration; // uid
    std::string ticket;
    std::string name;
    std::string organisation;
    std::string phone;
    RegistrationStatus status = RegistrationStatus::Confirmed;
};

struct CheckpointCounts {
    std::string checkpoint;
    std::int64_t admitted = 0; // tickets with an entry that stands
    std::int64_t inside = 0;   // of those, tickets whose latest scan that stands is an entry
    std::int64_t entries = 0;
    std::int64_t repeats = 0;
    std::int64_t refused = 0;
};

struct JournalStatus {
    std::string device;
    std::string incarnation;
    std::uint64_t last_seq = 0;
    std::uint64_t pending = 0; // own operations that the hub has not acknowledged
    std::uint64_t operations = 0;
    std::uint64_t registrations = 0;
};

struct TimeRange {
    Instant from;
    Instant until; // exclusive
};

class Store {
public:
    virtual ~Store() = default;

    // One transaction for all of them: identity, clocks, hash chain and projection rows. Durable on return; on an
    // error nothing was written (DiskFull, Io, Corrupt).
    virtual Result<Receipt> append(std::span<const OperationDraft> drafts) = 0;

    virtual Result<std::vector<ConfigDocument>> config() = 0;
    // One of them, such as the form that a questionnaire was answered with ("form", pinned_form_id()).
    virtual Result<std::optional<ConfigDocument>> config_document(std::string_view entity, std::string_view id) = 0;
    virtual Result<std::vector<Registration>> registrations_by_ticket(std::string_view ticket) = 0;
    virtual Result<std::optional<Registration>> registration(std::string_view uid) = 0;
    // Numbers are the same where core::phone_key of both is.
    virtual Result<std::vector<Registration>> registrations_by_phone(std::string_view phone) = 0;
    virtual Result<bool> is_revoked(std::string_view ticket) = 0;
    virtual Result<std::optional<Invitation>> invitation(std::string_view session, std::string_view ticket) = 0;

    // Admitted and not undone scans of one ticket at every checkpoint, oldest first (by time, then operation id).
    virtual Result<std::vector<StoredScan>> standing_scans(std::string_view ticket) = 0;
    virtual Result<std::optional<StoredScan>> admitted_scan_by_key(std::string_view key) = 0;
    // Tickets whose latest standing scan at that checkpoint (in that range, where given) is an entry.
    virtual Result<std::int64_t> occupancy(std::string_view checkpoint, std::optional<TimeRange> range) = 0;
    virtual Result<std::vector<StoredScan>> recent_scans(std::size_t limit) = 0; // newest first, all outcomes
    virtual Result<std::vector<CheckpointCounts>> counts() = 0;

    // `folded_query` as search_query() makes it. At most `limit` rows; exact matches first. Cancelled ones included.
    virtual Result<std::vector<SearchHit>> search(std::string_view folded_query, std::size_t limit) = 0;

    // In order of uid (operation id); the callback returns false to stop. Memory does not grow with the table.
    virtual Status for_each_registration(const std::function<bool(const Registration&)>& visit) = 0;
    virtual Status for_each_scan(const std::function<bool(const StoredScan&)>& visit) = 0;

    // Questionnaires: of each the version that stands (responses.hpp), with answers. Newest first, by the time of
    // saving.
    virtual Result<std::vector<Response>> responses() = 0;
    virtual Result<std::optional<Response>> response(std::string_view uid) = 0;
    // One after the other, in order of uid, for exports: memory does not grow with their number.
    virtual Status for_each_response(const std::function<bool(const Response&)>& visit) = 0;

    // Follow-ups: of each the version that stands. Open ones first, by due date (those without one last), priority, uid.
    virtual Result<std::vector<Lead>> leads() = 0;
    virtual Result<std::optional<Lead>> lead(std::string_view uid) = 0;
    virtual Result<std::vector<Lead>> lead_history(std::string_view uid) = 0; // every version, oldest first

    // Bookings: as they stand, displaced ones told. In order of slot start, unit, uid. A confirmation that append() is
    // given must be under leases that this device holds and may use, and nothing that stands may share its unit or people:
    // else Conflict and nothing is written.
    virtual Result<std::vector<Booking>> bookings() = 0;
    virtual Result<std::optional<Booking>> booking(std::string_view uid) = 0;
    virtual Result<std::vector<Booking>> bookings_of(std::string_view ticket) = 0;  // participant
    virtual Result<std::vector<Booking>> bookings_at(std::string_view unit) = 0;    // unit, or session for seats
    virtual Result<std::vector<Booking>> pending_bookings() = 0; // Requested and not refused, oldest slot first

    // What this device, in its present incarnation, holds. Not in the journal: a copy of the file holds nothing.
    virtual Result<std::vector<Lease>> leases() = 0;
    virtual Result<std::vector<Lease>> leases_on(std::span<const Resource> resources) = 0; // those of the same subjects
    // By resource_text, all in one transaction, durable on return: `put` replaces, `drop` removes.
    virtual Status change_leases(std::span<const Lease> put, std::span<const std::string> drop) = 0;
    // Number of the last own operation about bookings: a lease may be free once the hub has the journal up to it.
    virtual Result<std::uint64_t> last_booking_seq() = 0;
    virtual Result<std::uint64_t> feed_after() = 0; // how far the hub's feed was read; 0 where there is no hub

    // Closed sessions; empty where this device is not given them.
    virtual Result<std::vector<PrivateSession>> private_sessions() = 0;
    virtual Result<std::vector<StoredSessionAct>> session_acts(std::string_view session) = 0;
    virtual Result<std::vector<Invitation>> invitations(std::string_view session) = 0;
    virtual Result<std::vector<Invitation>> invitations_of(std::string_view ticket) = 0;
    virtual Result<std::vector<OrganisationQuota>> quotas(std::string_view session) = 0;

    virtual Result<JournalStatus> status() = 0;
};

} // namespace kiosk::core
