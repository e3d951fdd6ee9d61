// SPDX-License-Identifier: Apache-2.0
#pragma once
// The journal and its projections in one SQLite file: the product's core::Store. Purpose: every append is one
// transaction (operations, hash chain, projection rows), durable when it returns. Ownership: borrows the ports of its
// Options, which must outlive it. Threads: one thread at a time; backup() and the static functions from any.
// Failure: Result; DiskFull, Io, Corrupt, NewerVersion, Unavailable (another program writes to it). After an error
// nothing of the call was written. On-disk format: kiosk/docs/journal-format.md.
#include "core/ports.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kiosk::storage {

struct Options {
    std::string device; // stable name of this machine; may be empty where the database exists
    const core::Clock* clock = nullptr;
    core::Random* random = nullptr;
    const core::Hasher* hasher = nullptr;
    std::string vfs; // SQLite's file layer, for tests (crash_vfs.hpp); empty: the system's
    // What tells this file on this machine from its copies; empty: platform_fingerprint() in identity.hpp.
    std::function<std::string(const std::string& path)> fingerprint;
};

// Why the present incarnation was begun at this opening.
enum class Opened : std::uint8_t { Same = 1, Created, Copied, Renamed };

struct IngestReport {
    std::uint64_t added = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t aside = 0; // conflicting or not what they claim: kept as they came, projected to nothing
    bool began_incarnation = false; // somebody knows operations of ours that we don't: this file is an old image
};

// Where a reader of the journal stands; both parts grow. Own operations come in their order, others in order of arrival.
struct JournalCursor {
    std::int64_t own = 0;
    std::int64_t arrival = 0;
};
struct JournalPage {
    std::vector<core::Operation> operations;
    JournalCursor next;
};

// Where the hub's feed was read up to; written in the transaction that writes what was read.
struct SyncMark {
    std::string hub;
    std::string epoch;
    std::uint64_t after = 0;
    std::int64_t relayed = 0; // JournalCursor::arrival up to which others' operations were offered to a restored hub
    bool relay_due = false;
    // Of which closed sessions the feed brought what is confidential, as the hub names them; absent in older files, which
    // got everything.
    std::string scope = "*";
    friend bool operator==(const SyncMark&, const SyncMark&) = default;
};

// One incarnation of this device as it stands in this file.
struct OwnChain {
    std::string incarnation;
    std::uint64_t last_seq = 0;
    core::Digest last_hash{}; // zero for seq 0
    std::uint64_t acknowledged = 0;
    bool present = false;
};
struct OwnChains {
    std::string device;
    std::vector<OwnChain> chains; // of this device's present name; the present one last
    SyncMark mark;
};
struct Arrivals {
    std::vector<core::Operation> operations;
    std::int64_t next = 0; // cursor
};

struct Finding {
    enum class Kind : std::uint8_t { File = 1, Gap, Chain, Hash, Personal, Projection, Search } kind = Kind::File;
    std::string what; // operation id, table or SQLite's own words; never personal data
};
struct VerifyReport {
    std::uint64_t operations = 0;
    std::uint64_t incarnations = 0;
    std::uint64_t missing = 0; // seqs of others that have not arrived; not a fault
    std::uint64_t erased = 0;  // personal parts that were erased
    std::uint64_t aside = 0;
    std::vector<Finding> findings; // at most 100
    bool ok() const { return findings.empty(); }
};

using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

class Database final : public core::Store {
public:
    // Creates it where there is none. A copy, or an old image put back, begins a new incarnation.
    static core::Result<std::unique_ptr<Database>> open(const std::string& path, Options options);
    // For tools beside a running kiosk: sees what is committed, writes nothing. Only `hasher` is needed, for verify().
    static core::Result<std::unique_ptr<Database>> open_read_only(const std::string& path, Options options);
    ~Database() override;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    Opened opened() const;
    const std::string& path() const;

    core::Result<core::Receipt> append(std::span<const core::OperationDraft> drafts) override;
    // The personal row of that registration, the answers given with its scans and what leads say of it are gone, here
    // and wherever this operation arrives; also from the write-ahead log. Older backups keep them until they are rotated
    // out. A response's uid takes its answers and its leads' words, a lead's uid its own; an interview stays when one of
    // those who gave it is erased: it speaks for the organisation (who wants it gone too erases it by its own uid).
    core::Status erase(std::string_view uid);
    // Estimated hub time minus device time, written with every operation from now on.
    void set_clock_offset(std::optional<std::int64_t> offset_ms);

    // Operations of others (or our own, coming back), in any order, as often as they like.
    core::Result<IngestReport> ingest(std::span<const core::Operation> operations);
    // The same from the hub's feed, with how far it was read. Where the hub has another operation under a number than we
    // do (not of our present incarnation), the hub's stands and ours goes aside.
    core::Result<IngestReport> ingest(std::span<const core::Operation> operations, const SyncMark& mark);
    core::Result<SyncMark> sync_mark();
    core::Status set_sync_mark(const SyncMark& mark);
    // The hub knows more of our present incarnation than we do, or is suspected to: go on under a new one.
    core::Status begin_incarnation();
    // Numbers of the present incarnation after `common` were given twice, here and by a machine that this file is an old
    // image of. What stands there is written anew, in its order and with its own times, under a new incarnation; the
    // operations that the hub has under these numbers will come from there.
    core::Status fork_after(std::uint64_t common);
    // For whoever copies the journal elsewhere; JournalReader does the same beside the writing program.
    core::Result<OwnChains> own_chains();
    // Of one own incarnation after that number, in order: as many as fit both limits, at least one where there is one.
    core::Result<std::vector<core::Operation>> own_after(std::string_view incarnation, std::uint64_t after,
                                                         std::size_t limit, std::size_t limit_bytes);
    core::Result<Arrivals> arrived_after(std::int64_t cursor, std::size_t limit); // of others, in order of arrival
    core::Result<JournalPage> operations_after(JournalCursor cursor, std::size_t limit);
    core::Result<std::optional<core::Operation>> operation(const core::OperationId& id);
    // The hub has everything of ours up to `seq` (of the present incarnation, or of the one named).
    core::Status acknowledge(std::uint64_t seq);
    core::Status acknowledge(std::string_view incarnation, std::uint64_t seq);
    // The same by the hub's own word, which may be less than before: it was restored from a backup.
    core::Status set_acknowledged(std::string_view incarnation, std::uint64_t seq);

    core::Result<std::vector<core::ConfigDocument>> config() override;
    core::Result<std::optional<core::ConfigDocument>> config_document(std::string_view entity,
                                                                      std::string_view id) override;
    core::Result<std::vector<core::Registration>> registrations_by_ticket(std::string_view ticket) override;
    core::Result<std::optional<core::Registration>> registration(std::string_view uid) override;
    core::Result<std::vector<core::Registration>> registrations_by_phone(std::string_view phone) override;
    core::Result<bool> is_revoked(std::string_view ticket) override;
    core::Result<std::optional<core::Invitation>> invitation(std::string_view session, std::string_view ticket) override;
    core::Result<std::vector<core::StoredScan>> standing_scans(std::string_view ticket) override;
    core::Result<std::optional<core::StoredScan>> admitted_scan_by_key(std::string_view key) override;
    core::Result<std::int64_t> occupancy(std::string_view checkpoint, std::optional<core::TimeRange> range) override;
    core::Result<std::vector<core::StoredScan>> recent_scans(std::size_t limit) override;
    core::Result<std::vector<core::CheckpointCounts>> counts() override;
    core::Result<std::vector<core::SearchHit>> search(std::string_view folded_query, std::size_t limit) override;
    core::Status for_each_registration(const std::function<bool(const core::Registration&)>& visit) override;
    core::Status for_each_scan(const std::function<bool(const core::StoredScan&)>& visit) override;
    core::Result<std::vector<core::Response>> responses() override;
    core::Result<std::optional<core::Response>> response(std::string_view uid) override;
    core::Status for_each_response(const std::function<bool(const core::Response&)>& visit) override;
    core::Result<std::vector<core::Lead>> leads() override;
    core::Result<std::optional<core::Lead>> lead(std::string_view uid) override;
    core::Result<std::vector<core::Lead>> lead_history(std::string_view uid) override;
    core::Result<std::vector<core::Booking>> bookings() override;
    core::Result<std::optional<core::Booking>> booking(std::string_view uid) override;
    core::Result<std::vector<core::Booking>> bookings_of(std::string_view ticket) override;
    core::Result<std::vector<core::Booking>> bookings_at(std::string_view unit) override;
    core::Result<std::vector<core::Booking>> pending_bookings() override;
    core::Result<std::vector<core::Lease>> leases() override;
    core::Result<std::vector<core::Lease>> leases_on(std::span<const core::Resource> resources) override;
    core::Status change_leases(std::span<const core::Lease> put, std::span<const std::string> drop) override;
    core::Result<std::uint64_t> last_booking_seq() override;
    core::Result<std::uint64_t> feed_after() override;
    core::Result<std::vector<core::PrivateSession>> private_sessions() override;
    core::Result<std::vector<core::StoredSessionAct>> session_acts(std::string_view session) override;
    core::Result<std::vector<core::Invitation>> invitations(std::string_view session) override;
    core::Result<std::vector<core::Invitation>> invitations_of(std::string_view ticket) override;
    core::Result<std::vector<core::OrganisationQuota>> quotas(std::string_view session) override;
    core::Result<core::JournalStatus> status() override;

    // Notes, newest first (by clock).
    core::Result<std::vector<core::Operation>> notes(std::size_t limit);

    // Everything that can be checked: the file, every chain, every personal digest, and that the projections are what
    // the journal makes. Findings are in the report; an Error means that it could not be checked.
    core::Result<VerifyReport> verify(const Progress& progress = {});
    core::Status rebuild(const Progress& progress = {});
    // Projections as text, the same for the same set of operations.
    core::Result<std::string> dump_projections();
    // Small upkeep for a quiet moment: search index, write-ahead log. Never needed for correctness.
    core::Status tidy();

    // A compact copy, consistent while others write; written beside `destination`, synced and renamed into place.
    // Whoever opens the copy begins a new incarnation. May be called from another thread.
    core::Status backup(const std::string& destination) const;

    struct Impl;

private:
    explicit Database(std::unique_ptr<Impl> impl);
    static core::Result<std::unique_ptr<Database>> open_as(const std::string& path, Options options, bool read_only);
    std::unique_ptr<Impl> m_impl;
};

// The same as Database::backup, for a database that somebody else has open.
core::Status backup_database(const std::string& source, const std::string& destination);
// Puts a backup in place of `target`, which must not be open. What was there is kept as "<target>.replaced-N", whose
// name is the answer (empty where there was nothing).
core::Result<std::string> restore_database(const std::string& backup, const std::string& target);

// The statements that make an empty database of the newest version; for benchmarks and tools.
std::span<const std::string_view> migrations();

} // namespace kiosk::storage
