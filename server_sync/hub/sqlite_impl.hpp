// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the files of the SQLite store share. Purpose: the writing connection with its transactions and checkpoints, and the
// readers. Ownership: one Impl a store. Threads: write() one at a time (it locks), read() any. Failure: Result; SQLiteCpp
// throws inside the two only.
#include "hub/commit_plan.hpp"
#include "hub/store_sqlite.hpp"
#include "storage/connection.hpp"
#include "storage/identity.hpp"

#include <sqlite3.h>

#include <mutex>

namespace kiosk::sync::hub {

using kiosk::storage::Blob;
using kiosk::storage::Connection;
using kiosk::storage::guard;
using kiosk::storage::Query;

constexpr std::uint32_t hub_application_id = 0x58444831; // "XDH1", in the file's header

constexpr int checkpoint_pages = 2000;

// A number that SQLite gives back as we gave it.
inline std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }
inline std::uint64_t unstored(std::int64_t value) { return static_cast<std::uint64_t>(value); }
inline std::int64_t row_id(const EventState& event, std::uint64_t number) {
    return event.number * stored(max_feed_number + 1) + stored(number);
}

// A prepared statement of the path that every operation takes: no copies, no look-up.
class FastStatement {
public:
    FastStatement(Connection& connection, const char* sql);
    ~FastStatement();
    FastStatement(const FastStatement&) = delete;
    FastStatement& operator=(const FastStatement&) = delete;
    void bind(int index, std::int64_t value) { sqlite3_bind_int64(m_statement, index, value); }
    void bind(int index, std::string_view text); // must stay until run()
    void bind(int index, const Digest& digest);
    void run(); // throws

private:
    sqlite3* m_handle;
    sqlite3_stmt* m_statement = nullptr;
};

struct SqliteStore::Impl {
    Impl(const std::string& path, SqliteStoreOptions options);
    ~Impl();

    std::string path;
    SqliteStoreOptions options;
    kiosk::storage::WriterLock lock;

    std::mutex readers_mutex;
    std::vector<std::unique_ptr<Connection>> readers; // idle ones

    std::mutex writer_mutex;
    Connection connection; // writes and checkpoints
    std::unique_ptr<FastStatement> insert_operation;
    std::map<std::string, EventState> events; // what is held of them; empty: read again
    int log_pages = 0;
    int checkpoint_at = checkpoint_pages;
    int restart_at = checkpoint_pages * 8;
    bool truncate_due = false; // something was erased: the log must not keep it

    Status migrate();
    Status prepare();
    void checkpoint_where_due() noexcept;
    EventState& event_state(const std::string& event); // in a transaction; throws
    void write_plan(const Plan& plan);                 // in a transaction; throws
    void empty_quarantined(std::uint64_t number, const std::string& raw); // as well

    template <typename Work>
    auto write(const char* context, Work&& work) -> std::invoke_result_t<Work> {
        const std::lock_guard hold(writer_mutex);
        const struct Rollback { // also where `work` throws something of its own
            Impl& impl;
            ~Rollback() {
                if (!impl.connection.in_transaction())
                    return;
                impl.connection.rollback();
                impl.events.clear();
            }
        } rollback{*this};
        auto done = guard(connection, context, [&]() -> std::invoke_result_t<Work> {
            Query(connection, "BEGIN IMMEDIATE").run();
            auto result = work();
            if (result)
                Query(connection, "COMMIT").run();
            return result;
        });
        if (!done) {
            connection.rollback();
            events.clear();
        } else {
            checkpoint_where_due();
        }
        return done;
    }

    template <typename Work>
    auto read(const char* context, Work&& work) -> std::invoke_result_t<Work, Connection&> {
        std::unique_ptr<Connection> reader;
        {
            const std::lock_guard hold(readers_mutex);
            if (!readers.empty()) {
                reader = std::move(readers.back());
                readers.pop_back();
            }
        }
        if (!reader) {
            KIOSK_TRY(reader, open_reader());
        }
        auto done = guard(*reader, context, [&] { return work(*reader); });
        if (done) {
            const std::lock_guard hold(readers_mutex);
            readers.push_back(std::move(reader));
        }
        return done;
    }
    Result<std::unique_ptr<Connection>> open_reader();
};

} // namespace kiosk::sync::hub
