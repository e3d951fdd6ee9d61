// SPDX-License-Identifier: Apache-2.0
#include "client/sync_threads.hpp"
#include "fake_hub.hpp"

#include <atomic>
#include <condition_variable>
#include <thread>

using namespace kiosk;
using namespace kiosk::test;

namespace {

// A wire whose long polls wait until there is news or somebody interrupts.
class WaitingWire final : public client::Wire {
public:
    explicit WaitingWire(FakeHub& hub) : m_hub(hub) {}
    std::atomic<bool> cut = false;

    core::Result<client::WireAnswer> exchange(const client::WireRequest& request) override {
        std::unique_lock lock(m_mutex);
        m_interrupted = false;
        const bool waits = request.path.find("&wait=0") == std::string::npos && request.method == "GET";
        if (waits) {
            const auto after = std::stoull(FakeHub::query(request.path, "after"));
            while (!m_interrupted && !cut && !has_more(after))
                m_wake.wait_for(lock, std::chrono::milliseconds(2));
            ++polls;
        }
        if (m_interrupted)
            return core::fail(ErrorCode::Unavailable, "error.sync.interrupted");
        if (cut)
            return core::fail(ErrorCode::Unavailable, "error.sync.unreachable", "cut");
        return m_hub.answer(request);
    }
    core::Result<client::WireAnswer> download(const client::WireRequest&,
                                              const std::function<bool(std::string_view)>&) override {
        return core::fail(ErrorCode::Internal, "error.internal");
    }
    void interrupt() override {
        const std::lock_guard lock(m_mutex);
        m_interrupted = true;
        m_wake.notify_all();
    }
    std::atomic<int> polls = 0;

private:
    bool has_more(std::uint64_t after) {
        const std::lock_guard lock(m_hub.mutex);
        return m_hub.log.size() > after;
    }
    FakeHub& m_hub;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_interrupted = false;
};

class SteadyClock final : public core::Clock {
public:
    core::Instant now() const override { return {1'795'151'100'000 + boot_ms()}; }
    std::int64_t boot_ms() const override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }
};

struct Running {
    FakeHub& hub;
    FakeReplica replica;
    SteadyClock clock;
    CountingRandom random;
    crypto::Sodium hasher;
    WaitingWire push_wire{hub}, feed_wire{hub};
    client::SyncClient client;
    std::mutex mutex;
    std::vector<client::SyncStatus> told;
    std::vector<client::HubAddress> hubs;
    std::optional<client::SyncThreads> threads;

    Running(FakeHub& hub_, const std::string& device, const std::string& token)
        : hub(hub_), replica(device),
          client(replica, push_wire, feed_wire, clock, random, hasher,
                 {"https://hub", {"A"}, token, device, "ev", "hub-1"}, options()) {}
    static client::ClientOptions options() {
        client::ClientOptions options;
        options.first_retry_ms = 5;
        options.longest_retry_ms = 50;
        return options;
    }
    void start() {
        threads.emplace(client, push_wire, feed_wire,
                        client::SyncThreads::Options{[this](const client::SyncStatus& status) {
                                                         const std::lock_guard lock(mutex);
                                                         told.push_back(status);
                                                     },
                                                     [this](const client::HubAddress& address) {
                                                         const std::lock_guard lock(mutex);
                                                         hubs.push_back(address);
                                                     }});
    }
    bool wait_until(const std::function<bool()>& true_now) {
        for (int i = 0; i < 20'000; ++i) {
            if (true_now())
                return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return false;
    }
    bool has_all() { return wait_until([this] {
        const auto status = client.status();
        const std::lock_guard lock(hub.mutex);
        return status.pending == 0 && status.reachable && replica.standing()->mark.after == hub.log.size();
    }); }
};

} // namespace

TEST_CASE("sync threads: what one kiosk writes the other one has, also after the line was cut", "[sync_client][threads]") {
    FakeHub hub;
    hub.pins = {"A", "B"};
    Running one(hub, "k1", "token-1"), two(hub, "k2", "token-2");
    one.replica.write(30);
    one.start();
    two.start();
    REQUIRE(two.wait_until([&] { return two.replica.standing()->mark.after == 30; }));
    for (auto* wire : {&one.push_wire, &one.feed_wire})
        wire->cut = true;
    REQUIRE(one.wait_until([&] { return one.client.status().trouble == Trouble::Unreachable; }));
    one.replica.write(20);
    one.threads->changed();
    for (auto* wire : {&one.push_wire, &one.feed_wire})
        wire->cut = false;
    REQUIRE(two.wait_until([&] { return two.replica.standing()->mark.after == 50; }));
    two.replica.write(7);
    two.threads->changed();
    REQUIRE(one.wait_until([&] { return one.replica.standing()->mark.after == 57; }));
    REQUIRE(one.has_all());
    one.threads->stop();
    one.threads->stop();
    two.threads.reset();
    const std::lock_guard lock(one.mutex);
    REQUIRE_FALSE(one.told.empty());
    CHECK(std::ranges::any_of(one.told, [](const auto& status) { return status.trouble == Trouble::Unreachable; }));
    REQUIRE(one.hubs.size() == 1);
    CHECK(one.hubs[0].pins == std::vector<std::string>{"A", "B"});
}

TEST_CASE("sync threads: stopping ends a long poll", "[sync_client][threads]") {
    FakeHub hub;
    Running one(hub, "k1", "token-1");
    one.start();
    REQUIRE(one.wait_until([&] { return one.client.status().reachable; }));
    one.threads->stop(); // the fake poll would never end by itself
    const auto polls = one.feed_wire.polls.load();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK(one.feed_wire.polls == polls);
}

TEST_CASE("sync threads: started and stopped at any moment", "[sync_client][threads]") {
    FakeHub hub;
    Running one(hub, "k1", "token-1");
    for (int i = 0; i < 30; ++i) {
        one.replica.write(1);
        one.start();
        if (i % 3 != 0)
            std::this_thread::sleep_for(std::chrono::microseconds(200 * i));
        one.threads.reset();
    }
    one.start();
    REQUIRE(one.wait_until([&] { return one.client.status().pending == 0 && one.client.status().reachable; }));
    one.threads.reset();
    CHECK(hub.log.size() == 30);
}
