// SPDX-License-Identifier: Apache-2.0
#pragma once
// The local journal as the sync client sees it. Purpose: sync::client::Replica over storage. Two uses: everything on the
// caller's thread (kioskctl, replay), or reads on the sync threads through a connection of their own and writes brought
// to the thread that owns the database, in pieces that a scan never waits long for. Ownership: borrows database and
// gate. Threads: in the second use any; in the first the database's. Failure: Result; Unavailable where the owning
// thread is going away, and then nothing of what was asked is done later behind the caller's back.
#include "client/replica.hpp"
#include "storage/journal_reader.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>

namespace kiosk::wiring {

// Work for another thread, waited for. `post` puts a task into that thread's queue and may drop it when it is ending.
class StoreGate {
public:
    using Work = std::function<core::Status(storage::Database&)>;
    // `post` gets a function to be called on the owning thread.
    StoreGate(storage::Database& database, std::function<void(std::function<void()>)> post)
        : m_database(database), m_post(std::move(post)) {}

    // Blocks until `work` has been done there, or until close(). What had not begun by then never begins.
    core::Status run(const Work& work);
    void close(); // from any thread, before the owning thread ends; run() answers Unavailable from now on

private:
    enum class State : std::uint8_t { Waiting = 1, Running, Done, Abandoned };
    struct Ticket {
        const Work* work = nullptr; // good until the state is Done or Abandoned
        State state = State::Waiting;
        core::Status result;
    };
    void do_it(const std::shared_ptr<Ticket>& ticket);

    storage::Database& m_database;
    std::function<void(std::function<void()>)> m_post;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_closed = false; // guarded by m_mutex, as every ticket's state
};

class StoreReplica final : public sync::client::Replica {
public:
    // What came in with one call, told after it was committed, on the calling thread. There may be no operations in it: the
    // feed was read further and held nothing for this device.
    struct Arrived {
        std::size_t operations = 0;
        std::uint64_t feed = 0; // read up to here
        bool config = false; // one of them changes the event's configuration
    };

    // All on the caller's thread. `event`: the code of the event in it, or empty.
    StoreReplica(storage::Database& database, std::string event);
    // Beside the owning thread.
    StoreReplica(std::unique_ptr<storage::JournalReader> reader, StoreGate& gate, std::string event);

    void on_arrival(std::function<void(const Arrived&)> hook) { m_on_arrival = std::move(hook); }

    core::Result<sync::client::Standing> standing() override;
    core::Result<std::vector<core::Operation>> own_after(const std::string& incarnation, std::uint64_t after,
                                                         std::size_t limit, std::size_t limit_bytes) override;
    core::Result<sync::client::Page> others_after(std::int64_t cursor, std::size_t limit) override;
    core::Status acknowledge(const std::string& incarnation, std::uint64_t seq) override;
    core::Status ingest(std::span<const core::Operation> operations, const sync::client::FeedMark& mark) override;
    core::Status set_mark(const sync::client::FeedMark& mark) override;
    core::Status begin_incarnation() override;
    core::Status fork_after(std::uint64_t common) override;
    void set_clock_offset(std::optional<std::int64_t> offset_ms) override;

    static constexpr std::size_t piece = 100; // operations that are taken in at once beside a kiosk's scans

private:
    core::Status write(const StoreGate::Work& work);

    storage::Database* m_database = nullptr; // one of the two
    std::unique_ptr<storage::JournalReader> m_reader;
    StoreGate* m_gate = nullptr;
    std::mutex m_reading; // the reader is one thread's at a time, and there are two
    std::string m_event;
    std::function<void(const Arrived&)> m_on_arrival;
};

} // namespace kiosk::wiring
