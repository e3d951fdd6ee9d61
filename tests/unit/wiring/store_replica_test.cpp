// SPDX-License-Identifier: Apache-2.0
// The journal as the sync client sees it: on one thread, and beside the thread that owns it.
#include "main/wiring/store_replica.hpp"

#include "support/storage_fixture.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

using namespace kiosk;
using namespace kiosk::test;
using kiosk::wiring::StoreGate;
using kiosk::wiring::StoreReplica;
using sync::client::FeedMark;

namespace {

// A thread with a queue, as the application's: what is in the queue when it ends is dropped.
class Owner {
public:
    Owner() : m_thread([this] { loop(); }) {}
    ~Owner() { stop(); }
    void post(std::function<void()> task) {
        const std::scoped_lock lock(m_mutex);
        if (m_stopping)
            return;
        m_tasks.push_back(std::move(task));
        m_wake.notify_all();
    }
    // What is posted from now on waits until release().
    void hold() {
        const std::scoped_lock lock(m_mutex);
        m_held = true;
    }
    void release() {
        const std::scoped_lock lock(m_mutex);
        m_held = false;
        m_wake.notify_all();
    }
    std::size_t waiting() {
        const std::scoped_lock lock(m_mutex);
        return m_tasks.size();
    }
    std::size_t done() const { return m_done; }
    void stop() {
        {
            const std::scoped_lock lock(m_mutex);
            m_stopping = true;
            m_wake.notify_all();
        }
        if (m_thread.joinable())
            m_thread.join();
    }

private:
    void loop() {
        for (;;) {
            std::function<void()> task;
            {
                std::unique_lock lock(m_mutex);
                m_wake.wait(lock, [this] { return m_stopping || (!m_held && !m_tasks.empty()); });
                if (m_stopping)
                    return;
                task = std::move(m_tasks.front());
                m_tasks.pop_front();
            }
            ++m_done; // before: whoever waits for the task may look at once when it is over
            task();
        }
    }

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::function<void()>> m_tasks;
    bool m_stopping = false;
    bool m_held = false;
    std::atomic<std::size_t> m_done{0};
    std::thread m_thread;
};

std::vector<core::Operation> made_elsewhere(const TempFolder& folder, int count) {
    Ports ports;
    const auto other = open(folder / "other.db", ports, "k2");
    for (int i = 0; i < count; ++i)
        append(*other, note("n" + std::to_string(i)));
    return all_operations(*other);
}

} // namespace

TEST_CASE("store replica: chains, pages and marks on the caller's thread", "[wiring][sync]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "k1.db", ports);
    StoreReplica replica(*database, "DEMO");
    auto standing = need(replica.standing());
    CHECK(standing.device == "k1");
    CHECK(standing.event == "DEMO");
    REQUIRE(standing.chains.size() == 1);
    CHECK(standing.chains.front().present);
    CHECK(standing.chains.front().last_seq == 0);
    CHECK(standing.chains.front().last_hash.empty());
    for (int i = 0; i < 5; ++i)
        append(*database, note("n"));
    standing = need(replica.standing());
    const auto incarnation = standing.chains.front().incarnation;
    CHECK(standing.chains.front().last_seq == 5);
    CHECK(standing.chains.front().last_hash.size() == 64);
    CHECK(standing.pending() == 5);
    const auto page = need(replica.own_after(incarnation, 2, 2, 1'000'000));
    REQUIRE(page.size() == 2);
    CHECK(page.front().id.seq == 3);

    need(replica.acknowledge(incarnation, 4));
    CHECK(need(replica.standing()).pending() == 1);
    need(replica.acknowledge(incarnation, 1)); // a hub restored from a backup
    CHECK(need(replica.standing()).pending() == 4);

    std::size_t told = 0;
    bool told_config = false;
    replica.on_arrival([&](const StoreReplica::Arrived& arrived) {
        told += arrived.operations;
        told_config = told_config || arrived.config;
    });
    const auto theirs = made_elsewhere(folder, 7);
    const FeedMark mark{"hub-1", "e1", 42, 0, true};
    need(replica.ingest(theirs, mark));
    CHECK(need(replica.standing()).mark == mark);
    CHECK(told == 7);
    CHECK_FALSE(told_config);
    const auto others = need(replica.others_after(0, 5));
    CHECK(others.operations.size() == 5);
    CHECK(need(replica.others_after(others.next, 5)).operations.size() == 2);

    need(replica.begin_incarnation());
    standing = need(replica.standing());
    REQUIRE(standing.chains.size() == 2);
    CHECK(standing.chains.back().present);
    CHECK(standing.chains.back().incarnation != incarnation);
    require_sound(*database);
}

TEST_CASE("store replica: a configuration that arrives is told", "[wiring][sync]") {
    TempFolder folder;
    Ports ports, others;
    const auto other = open(folder / "other.db", others, "k2");
    append(*other, core::make_config({"checkpoint", "main", R"({"id":"main"})"}));
    const auto database = open(folder / "k1.db", ports);
    StoreReplica replica(*database, "");
    bool config = false;
    replica.on_arrival([&](const StoreReplica::Arrived& arrived) { config = arrived.config; });
    need(replica.ingest(all_operations(*other), {"hub", "e", 1, 0, false}));
    CHECK(config);
}

TEST_CASE("store replica: what arrives is brought to the owning thread in pieces, the mark with the last", "[wiring][sync]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "k1.db", ports);
    append(*database, note("own"));
    const auto theirs = made_elsewhere(folder, 250);
    Owner owner;
    StoreGate gate(*database, [&](std::function<void()> task) { owner.post(std::move(task)); });
    StoreReplica replica(need(storage::JournalReader::open(folder / "k1.db", hasher())), gate, "DEMO");

    const FeedMark mark{"hub-1", "e1", 250, 0, false};
    need(replica.ingest(theirs, mark));
    CHECK(owner.done() == 3);
    const auto standing = need(replica.standing());
    CHECK(standing.mark == mark);
    CHECK(need(replica.others_after(0, 1000)).operations.size() == 250);
    need(replica.acknowledge(standing.chains.front().incarnation, 1));
    CHECK(need(replica.standing()).pending() == 0);

    SECTION("cut off in between, the mark stays where it was and everything can come again") {
        gate.close();
        const auto cut = replica.ingest(theirs, {"hub-1", "e1", 500, 0, false});
        REQUIRE_FALSE(cut);
        CHECK(cut.error().code == core::ErrorCode::Unavailable);
        CHECK(need(replica.standing()).mark == mark);
    }
    gate.close();
    owner.stop();
}

TEST_CASE("store replica: nobody hangs when the owning thread ends, and nothing is done afterwards", "[wiring][sync]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "k1.db", ports);
    Owner owner;
    StoreGate gate(*database, [&](std::function<void()> task) { owner.post(std::move(task)); });
    std::atomic<int> ran{0};
    const auto work = [&](storage::Database&) -> core::Status {
        ++ran;
        return {};
    };
    need(gate.run(work));
    CHECK(ran == 1);

    owner.hold();
    core::Status first, second;
    std::thread one([&] { first = gate.run(work); });
    std::thread two([&] { second = gate.run(work); });
    while (owner.waiting() < 2)
        std::this_thread::yield();
    gate.close();
    one.join();
    two.join();
    owner.release(); // what was posted is called now, and finds that its caller has gone
    owner.stop();
    CHECK(ran == 1);
    REQUIRE_FALSE(first);
    REQUIRE_FALSE(second);
    CHECK(first.error().code == core::ErrorCode::Unavailable);
    CHECK_FALSE(gate.run(work));
}

TEST_CASE("store replica: work that has begun is waited for", "[wiring][sync]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "k1.db", ports);
    Owner owner;
    StoreGate gate(*database, [&](std::function<void()> task) { owner.post(std::move(task)); });
    std::atomic<bool> begun{false}, may_end{false};
    core::Status result = core::fail(core::ErrorCode::Internal, "error.unexpected");
    std::thread caller([&] {
        result = gate.run([&](storage::Database& store) -> core::Status {
            begun = true;
            while (!may_end)
                std::this_thread::yield();
            append(store, note("last"));
            return {};
        });
    });
    while (!begun)
        std::this_thread::yield();
    gate.close();
    may_end = true;
    caller.join();
    need(result);
    owner.stop();
    CHECK(need(database->status()).last_seq == 1);
}

TEST_CASE("store replica: push and pull use it at the same time", "[wiring][sync]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "k1.db", ports);
    const auto theirs = made_elsewhere(folder, 120);
    for (int i = 0; i < 60; ++i)
        append(*database, note("n"));
    Owner owner;
    StoreGate gate(*database, [&](std::function<void()> task) { owner.post(std::move(task)); });
    StoreReplica replica(need(storage::JournalReader::open(folder / "k1.db", hasher())), gate, "DEMO");
    const auto incarnation = need(replica.standing()).chains.front().incarnation;
    std::atomic<bool> pushed_well{true}, pulled_well{true};
    std::thread push([&] {
        for (std::uint64_t seq = 0; seq < 60; seq += 10) {
            const auto page = replica.own_after(incarnation, seq, 10, 1'000'000);
            pushed_well = pushed_well && page && page->size() == 10 && replica.acknowledge(incarnation, seq + 10) &&
                          replica.standing();
        }
    });
    std::thread pull([&] {
        for (std::size_t at = 0; at < theirs.size(); at += 20)
            pulled_well = pulled_well && replica.ingest(std::span(theirs).subspan(at, 20), {"h", "e", at + 20, 0, false}) &&
                          replica.standing();
    });
    push.join();
    pull.join();
    CHECK(pushed_well);
    CHECK(pulled_well);
    const auto standing = need(replica.standing());
    CHECK(standing.pending() == 0);
    CHECK(standing.mark.after == 120);
    gate.close();
    owner.stop();
}
