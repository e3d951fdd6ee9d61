// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a Database is made of; seen only by the files of this folder that implement it. Ownership: Database owns it.
// Threads: as Database. Failure: as Database.
#include "storage/connection.hpp"
#include "storage/database.hpp"
#include "storage/doors.hpp"
#include "storage/identity.hpp"
#include "storage/journal.hpp"
#include "storage/lease_table.hpp"
#include "storage/projections.hpp"
#include "storage/search_index.hpp"

namespace kiosk::storage {

struct Database::Impl {
    Impl(std::string path_, Options options_, bool read_only_)
        : path(std::move(path_)), options(std::move(options_)), read_only(read_only_),
          connection(path, read_only_ ? Connection::Mode::ReadOnly : Connection::Mode::ReadWrite, options.vfs) {}

    std::string path;
    Options options;
    bool read_only = false;
    WriterLock lock; // before the connection, so that it is released after it is closed
    Connection connection;
    Journal journal{connection, *options.hasher};
    SearchIndex search{connection};
    Projections projections{connection, journal, search};
    Doors doors{connection, journal};
    LeaseTable leases{connection};
    Opened opened = Opened::Same;
    std::optional<std::int64_t> clock_offset_ms;
    std::int64_t data_version = 0; // readers: what is held in memory is of that version
    bool stale = false;            // a transaction failed: what is held in memory must be read again

    void configure();      // pragmas
    core::Status migrate();
    core::Status fold_new_kinds();
    core::Status take_identity();
    void load();
    // Before each call: what others committed is taken into account.
    void refresh();
    // A transaction around `work` (which answers a Result). Whatever goes wrong, nothing of it stays.
    template <typename Work> auto transact(std::string_view context, Work&& work) -> std::invoke_result_t<Work>;
    // Readers see one state of the database during a call, what they hold in memory included.
    struct Snapshot {
        explicit Snapshot(Impl& impl) : connection(impl.connection), taken(impl.read_only && !impl.connection.in_transaction()) {
            if (taken)
                connection.exec("BEGIN");
        }
        ~Snapshot() {
            if (taken)
                connection.rollback();
        }
        Snapshot(const Snapshot&) = delete;
        Snapshot& operator=(const Snapshot&) = delete;
        Connection& connection;
        bool taken;
    };
    // A read: guard with refresh.
    template <typename Work> auto ask(std::string_view context, Work&& work) -> std::invoke_result_t<Work> {
        return guard(connection, context, [&] {
            const Snapshot snapshot(*this);
            refresh();
            return work();
        });
    }
    std::string new_token() const;
    core::Status checkpoint(bool truncate);
    void undone(const std::string& target); // an undo of that scan was committed

    struct Ingested {
        core::Hlc clock;
        std::vector<core::ScanRecord> scans;
        std::vector<std::string> undone;
        bool erased = false;
        bool from_hub = false;
        std::uint64_t removed = 0; // twins that gave way to the hub's
    };
    void give_way(std::int64_t id, IngestReport& report, Ingested& done);
    bool ingest_one(core::Operation operation, IngestReport& report, Ingested& done);
    core::Result<IngestReport> ingest_all(std::span<const core::Operation> operations, const SyncMark* mark);
    core::Status check_leases(const core::BookingActRecord& confirmation);
    core::Status check_confirmed(const core::BookingActRecord& confirmation);
    void set_aside(const core::Operation& operation, std::string_view verdict);
};

constexpr std::int64_t row_limit(std::size_t limit) {
    return limit > 1'000'000 ? 1'000'000 : static_cast<std::int64_t>(limit);
}

template <typename Work>
auto Database::Impl::transact(std::string_view context, Work&& work) -> std::invoke_result_t<Work> {
    if (read_only)
        return core::fail(core::ErrorCode::Denied, "error.database_read_only", path);
    auto result = guard(connection, context, [&]() -> std::invoke_result_t<Work> {
        refresh();
        Query(connection, "BEGIN IMMEDIATE").run();
        auto done = work();
        if (done)
            Query(connection, "COMMIT").run();
        return done;
    });
    if (!result) {
        connection.rollback();
        stale = true;
    }
    return result;
}

} // namespace kiosk::storage
