// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub's memory: the log of operations, devices, codes, leases, quarantine. Purpose: the port that the SQLite store
// (store_sqlite.hpp) and the PostgreSQL store (store_postgres.hpp) implement and one set of tests holds both to.
// Ownership: values in and out. Threads: write calls come from one thread at a time (the writer), reads may come from
// any at the same time. Failure: Result; DiskFull, Io, Unavailable (the database server is away); after an error nothing
// of the call was written. Every write is durable when it returns.
#include "core/leases.hpp"
#include "core/operation.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::sync::hub {

using kiosk::core::Digest;
using kiosk::core::OperationId;
using kiosk::core::Result;
using kiosk::core::Status;

struct HubIdentity {
    std::string hub;       // random, for good
    std::string epoch;     // random, new whenever the store was restored from a backup
    bool recovering = false; // was restored: devices may offer what they have of others
};

// What is to be kept of one operation. `line` and `personal` as protocol/operation_json.hpp makes them.
struct NewOperation {
    OperationId id;
    std::string kind;
    Digest hash{};
    std::string line;
    std::string personal;            // fragment, or empty
    std::vector<std::string> owners; // whose personal part it is: erasing any of them removes it
    std::string erases;              // of a personal.erase: the uid
    std::string confidential;        // the closed session whose devices alone get it, or empty
};
struct QuarantineEntry {
    std::string event;
    std::string via;      // device that brought it
    std::string claimed;  // the operation id that it claims, "DEVICE/INCARNATION/SEQ", or empty
    std::string verdict;
    std::string raw;      // at most protocol::max_operation_bytes; without its personal part once that had to go
    std::int64_t at_ms = 0;
    std::uint64_t number = 0; // given by the store
};

// One push of one device. Everything of all jobs of a commit() is one transaction.
struct PushJob {
    std::string event;
    std::string via;          // the device (or hub) whose token it came with
    std::int64_t at_ms = 0;   // the hub's clock
    // Each item is either taken or put into quarantine right away (verdict not empty); in the request's order.
    struct Item {
        NewOperation operation;
        QuarantineEntry quarantine; // where quarantine.verdict is not empty
    };
    std::vector<Item> items;
    // Answer with the contiguous numbers of these chains ("DEVICE", "INCARNATION") even where no item is of them.
    std::vector<std::pair<std::string, std::string>> chains;
};
enum class Taken : std::uint8_t {
    Stored = 1,
    Duplicate,
    Conflict,    // this identity is known with another hash: the newcomer went to quarantine, verdict "conflict"
    Quarantined, // as the job said
};
struct PushDone {
    std::vector<Taken> taken; // one per item
    // (device, incarnation) → highest n such that 1…n are all stored or in quarantine. Of every chain named or touched.
    std::map<std::pair<std::string, std::string>, std::uint64_t> contiguous;
    std::uint64_t latest = 0; // newest feed number of the event, after this commit
};

struct FeedItem {
    std::uint64_t number = 0;
    std::string line;
    std::string personal; // fragment; empty where there is none or it was erased
};

struct DeviceRow {
    std::string event;
    std::string device;
    std::string token_hash;   // hex of BLAKE2b of the token
    bool is_hub = false;
    bool revoked = false;
    std::string incarnation;  // the newest that spoke
    std::string cloned_by;    // an older incarnation that spoke after the newest: two machines, one name; empty: none
    std::string software;
    std::int64_t enrolled_ms = 0;
    std::int64_t seen_ms = 0;
    std::int64_t offset_ms = 0; // hub minus device, as of the last push
    std::uint64_t pending = 0;  // as of the last push: last seq minus contiguous
    std::string confidential;   // which closed sessions it gets: "*" all, "" none, or ids, sorted, with commas
};

struct CodeRow { // one-time enrolment codes
    std::string code_hash;
    std::string event; // empty: whatever the device brings
    bool for_hub = false;
    std::int64_t expires_ms = 0;
    bool used = false;
    std::string confidential; // as in DeviceRow: what whoever enrols with it gets
};

struct UserRow { // organizers
    std::string name;
    std::string role; // viewer, organizer, admin
    std::string token_hash;
    bool revoked = false;
    std::int64_t created_ms = 0;
};

// The leases of one event, or a part of them, inside the transaction that changes them.
struct LeaseTable {
    std::vector<core::HeldLease> rows; // by resource and holder, each once
    std::uint64_t generation = 0;      // the event's counter
    // How far the hub has that journal without gaps; as it stands in this transaction.
    std::function<std::uint64_t(const std::string& device, const std::string& incarnation)> contiguous;
};
// Which rows: those of these subjects and of the whole event ("event"), and those that `holder` has under another
// incarnation than `incarnation`, where given. Without subjects: all.
struct LeaseSelection {
    std::optional<std::vector<std::string>> subjects;
    std::string holder;
    std::string incarnation;
};

struct AuditRow {
    std::int64_t at_ms = 0;
    std::string who;  // user or device
    std::string what; // "device.revoke k1": ids only, never personal data
};

struct EventRow {
    std::string event;
    std::uint64_t latest = 0; // feed number
    std::uint64_t operations = 0;
    std::int64_t last_ms = 0; // when the last operation came
};

struct OperationHead {
    std::uint64_t seq = 0;
    Digest hash{};
};

// Values of the fact "rights/EVENT" of a venue's hub: does it hold the event? Set by its relay; a hub without a central one
// has no such fact and grants by its own right.
inline constexpr std::string_view rights_wanted = "wanted";       // not yet; is asked for all the time
inline constexpr std::string_view rights_held = "held";           // and stays so while the line is cut
inline constexpr std::string_view rights_releasing = "releasing"; // an organizer gives them back; leases come in first
inline constexpr std::string_view rights_released = "released";   // and they are not asked for again

class Store {
public:
    virtual ~Store() = default;

    virtual Result<HubIdentity> identity() = 0;
    virtual Status set_epoch(const std::string& epoch, bool recovering) = 0;

    // All jobs in one transaction; durable on return. Feed numbers are given in the order of jobs and items and grow by
    // commits: whoever read up to n never finds something new below n. Numbers are per event, from 1, without gaps.
    virtual Result<std::vector<PushDone>> commit(std::span<const PushJob> jobs) = 0;

    // number > after, in order, at most `limit` items and about `limit_bytes`; operations of (skip.device,
    // skip.incarnation) are left out where given. `scanned_to`: go on after this (it may skip what was left out).
    struct FeedPage {
        std::vector<FeedItem> items;
        std::uint64_t scanned_to = 0;
        std::uint64_t latest = 0;
    };
    struct Skip {
        std::string device;
        std::string incarnation; // empty: leaves out what came via this device (a relaying hub)
    };
    // What is confidential of sessions that `scope` (hub/scope.hpp) does not name is left out as well.
    virtual Result<FeedPage> feed(const std::string& event, std::uint64_t after, std::size_t limit,
                                  std::size_t limit_bytes, const std::optional<Skip>& skip,
                                  const std::string& scope = "*") = 0;
    // Is any of the feed's first `up_to` operations confidential?
    virtual Result<bool> any_confidential(const std::string& event, std::uint64_t up_to) = 0;
    virtual Result<std::uint64_t> latest(const std::string& event) = 0;
    virtual Result<std::optional<OperationHead>> operation_head(const std::string& event, const std::string& device,
                                                                const std::string& incarnation, std::uint64_t seq) = 0;
    // The highest stored number of that chain, gaps or not; 0 where there is none.
    virtual Result<std::uint64_t> highest(const std::string& event, const std::string& device,
                                          const std::string& incarnation) = 0;
    virtual Result<std::vector<EventRow>> events() = 0;

    virtual Status put_device(const DeviceRow& row) = 0; // by (event, device)
    virtual Result<std::vector<DeviceRow>> devices() = 0;
    virtual Status put_code(const CodeRow& row) = 0;
    // Marks it used and answers it, in one transaction; absent where unknown, used or expired.
    virtual Result<std::optional<CodeRow>> use_code(const std::string& code_hash, std::int64_t now_ms) = 0;
    virtual Status put_user(const UserRow& row) = 0; // by name
    virtual Result<std::vector<UserRow>> users() = 0;

    // Whoever is erased is erased here as well (hub/quarantine.hpp): in the erasure's own commit, and when it comes later.
    // Numbers, verdicts and what counts as received stay; the same bytes sent again stay the same entry.
    virtual Result<std::vector<QuarantineEntry>> quarantine(std::uint64_t after, std::size_t limit) = 0;
    virtual Result<std::uint64_t> quarantine_count() = 0;
    // Takes what is personal out of every entry that came before; answers of how many. In one transaction.
    virtual Result<std::uint64_t> empty_quarantine(std::int64_t before_ms) = 0;

    // Read-modify-write of leases of one event, in one transaction; nobody else changes any of the event meanwhile, in
    // whatever process. `change` gets the selected rows and leaves the new ones; it may be called again. The database
    // itself refuses two holders of one thing at one time (seats apart): then nothing was written.
    virtual Status change_leases(const std::string& event, const LeaseSelection& selection,
                                 const std::function<void(LeaseTable&)>& change) = 0;
    virtual Result<std::vector<core::HeldLease>> leases(const std::string& event) = 0; // by resource, holder

    virtual Status audit(const AuditRow& row) = 0;
    virtual Result<std::vector<AuditRow>> audit_log(std::size_t limit) = 0; // newest first

    // Small facts of the program: where the relay to a central hub stands, and so on.
    virtual Result<std::optional<std::string>> fact(const std::string& key) = 0;
    virtual Status set_fact(const std::string& key, const std::string& value) = 0;

    // Something was committed by another process on the same database (PostgreSQL); absent where that can't be.
    // Called from a thread of the store; must not block.
    virtual void on_foreign_commit(std::function<void()> hook) = 0;
    // For /healthz: can it write now?
    virtual Status check() = 0;
};

} // namespace kiosk::sync::hub
