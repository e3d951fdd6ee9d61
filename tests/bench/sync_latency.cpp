// SPDX-License-Identifier: Apache-2.0
// From a check-in that is durable on one kiosk to the moment at which another has it in its own database, over a hub on
// loopback with TLS; both kiosks run their sync threads as in the program.
#include "sync_bench.hpp"

#include "client/sync_threads.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace {

using namespace kiosk;
using namespace kiosk::bench;

// The thread that owns a kiosk's database.
class Owner {
public:
    Owner() : m_thread([this] { loop(); }) {}
    ~Owner() {
        post({});
        m_thread.join();
    }
    void post(std::function<void()> task) {
        {
            const std::lock_guard lock(m_mutex);
            m_tasks.push_back(std::move(task));
        }
        m_wake.notify_one();
    }

private:
    void loop() {
        for (;;) {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [this] { return !m_tasks.empty(); });
            auto task = std::move(m_tasks.front());
            m_tasks.pop_front();
            lock.unlock();
            if (!task)
                return;
            task();
        }
    }
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::function<void()>> m_tasks;
    std::thread m_thread;
};

struct Running {
    explicit Running(KioskEnd& kiosk, HubEnd& hub)
        : gate(*kiosk.database, [this](std::function<void()> task) { owner.post(std::move(task)); }),
          replica(need(storage::JournalReader::open((kiosk.folder / "kiosk.db").string(), hub.sodium)), gate, "BENCH"),
          push_wire(hub.wire()), feed_wire(hub.wire()),
          client(replica, *push_wire, *feed_wire, hub.clock, hub.random, hub.sodium, kiosk.address, {}) {
        replica.on_arrival([this](const wiring::StoreReplica::Arrived& news) {
            {
                const std::lock_guard lock(mutex);
                arrived += news.operations;
            }
            wake.notify_all();
        });
        threads.emplace(client, *push_wire, *feed_wire, sync::client::SyncThreads::Options{});
    }
    ~Running() {
        gate.close();
        threads.reset();
    }
    std::uint64_t seen() {
        const std::lock_guard lock(mutex);
        return arrived;
    }

    Owner owner;
    wiring::StoreGate gate;
    wiring::StoreReplica replica;
    std::unique_ptr<sync::client::CurlWire> push_wire, feed_wire;
    sync::client::SyncClient client;
    std::mutex mutex;
    std::condition_variable wake;
    std::uint64_t arrived = 0;
    std::optional<sync::client::SyncThreads> threads;
};

} // namespace

int main() {
    constexpr int check_ins = 300;
    HubEnd hub;
    KioskEnd first(hub, "k1", "BENCH", 0), second(hub, "k2", "BENCH", 0);
    Running writer(first, hub), reader(second, hub);
    std::this_thread::sleep_for(std::chrono::milliseconds(500)); // both are waiting on the feed by then

    std::vector<double> milliseconds;
    for (int i = 0; i < check_ins; ++i) {
        const auto expected = reader.seen() + 1;
        double durable = 0;
        need(writer.gate.run([&](storage::Database& database) -> core::Status {
            const auto draft = door_scan(hub.random, hub.clock.now());
            need(database.append({&draft, 1}));
            durable = now_us();
            return {};
        }));
        writer.threads->changed();
        std::unique_lock lock(reader.mutex);
        if (!reader.wake.wait_for(lock, std::chrono::seconds(30), [&] { return reader.arrived >= expected; })) {
            fmt::print(stderr, "bench: check-in {} was not seen within 30 s\n", i);
            return 1;
        }
        milliseconds.push_back((now_us() - durable) / 1000);
        lock.unlock();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    print("sync_latency", "seen_elsewhere_p50", percentile(milliseconds, 0.5), "ms");
    print("sync_latency", "seen_elsewhere_p99", percentile(milliseconds, 0.99), "ms");
    return 0;
}
