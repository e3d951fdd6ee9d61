// SPDX-License-Identifier: Apache-2.0
#pragma once
// A kiosk's end of sync: a real database, the real client, the real wire. Purpose: what fault tests let loose on a hub.
// Ownership: owns its database, wires and client; folder and hub are the caller's. Threads: each is used by one thread
// at a time. Failure: Result; nothing here asserts, so that it can run on any thread and in any process.
#include "client/curl_wire.hpp"
#include "client/sync_client.hpp"
#include "core/operation.hpp"
#include "main/wiring/store_replica.hpp"
#include "main/wiring/system_clock.hpp"
#include "storage/database.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace kiosk::test {

using Deadline = std::chrono::steady_clock::time_point;
Deadline in_seconds(double seconds); // times the slowness of this build

// A wire that gives up sooner than a kiosk at a door would: tests wait for answers that never come.
class ImpatientWire final : public sync::client::Wire {
public:
    ImpatientWire(std::unique_ptr<sync::client::CurlWire> wire, std::int64_t most_ms)
        : m_wire(std::move(wire)), m_most_ms(most_ms) {}
    core::Result<sync::client::WireAnswer> exchange(const sync::client::WireRequest& request) override;
    core::Result<sync::client::WireAnswer> download(const sync::client::WireRequest& request,
                                                    const std::function<bool(std::string_view)>& take) override;
    void interrupt() override { m_wire->interrupt(); }
    std::map<int, std::uint64_t> statuses; // what was answered how often; 0: nothing

private:
    std::unique_ptr<sync::client::CurlWire> m_wire;
    std::int64_t m_most_ms;
};

core::Result<sync::client::HubAddress> enroll_at(const std::string& url, const std::string& pin, const std::string& code,
                                                 const std::string& device, const std::string& incarnation,
                                                 const std::string& event);

class KioskEnd {
public:
    struct Options {
        std::string event = "fault-event";
        std::int64_t patience_ms = 0; // for one exchange; 0: 2 s times the slowness of this build
        std::size_t batch_operations = 500;
        std::size_t feed_limit = 1000;
    };
    // Opens or makes the database, without a hub yet.
    static core::Result<std::unique_ptr<KioskEnd>> open(const std::string& path, const std::string& device,
                                                        std::uint64_t seed, Options options);
    static core::Result<std::unique_ptr<KioskEnd>> open(const std::string& path, const std::string& device,
                                                        std::uint64_t seed) {
        return open(path, device, seed, Options());
    }
    ~KioskEnd();

    // With a code of the hub; `via` is where the wire really goes, a bad line for example (empty: straight there).
    core::Status enroll(const std::string& url, const std::string& pin, const std::string& code, const std::string& via = {});
    core::Status use(const sync::client::HubAddress& address); // enrolled before
    const sync::client::HubAddress& address() const { return m_address; }

    // Scans, people and cancellations, some of them about the same tickets on every kiosk; durable on return. The receipt
    // of the last.
    core::Result<core::Receipt> append(std::size_t count);
    // One push and one pull where they are due; true where something moved.
    bool step();
    // Steps until `done`, or the time is over (false).
    bool run(const std::function<bool(KioskEnd&)>& done, Deadline deadline);
    // The same until everything of ours is acknowledged and nothing known is left to read.
    bool settle(Deadline deadline);
    void hurry(); // the line is well again: what waits for its next try tries now

    sync::client::SyncStatus status() const { return m_client->status(); }
    std::set<sync::client::Trouble>& troubles() { return m_troubles; } // seen since it was cleared
    std::string last_detail() const { return m_detail; }               // of the last trouble
    std::uint64_t pending();
    core::Result<sync::client::Standing> standing() { return m_replica->standing(); }
    storage::Database& database() { return *m_database; }
    const ImpatientWire& push_wire() const { return *m_push_wire; }
    const ImpatientWire& feed_wire() const { return *m_feed_wire; }

private:
    class Source final : public core::Random {
    public:
        explicit Source(std::uint64_t seed) : engine(seed) {}
        void fill(std::span<std::uint8_t> bytes) override {
            for (auto& byte : bytes)
                byte = static_cast<std::uint8_t>(engine());
        }
        std::mt19937_64 engine;
    };
    KioskEnd(std::uint64_t seed, Options options);
    core::OperationDraft draft();

    Options m_options;
    wiring::SystemClock m_clock;
    Source m_random;
    std::string m_device;
    std::uint64_t m_written = 0;
    std::unique_ptr<storage::Database> m_database;
    std::unique_ptr<wiring::StoreReplica> m_replica;
    std::unique_ptr<ImpatientWire> m_push_wire, m_feed_wire;
    std::unique_ptr<sync::client::SyncClient> m_client;
    sync::client::HubAddress m_address;
    Deadline m_push_due{}, m_pull_due{};
    std::set<sync::client::Trouble> m_troubles;
    std::string m_detail;
};

// The hub's feed from its first number on, as it is sent to a device that has nothing.
core::Result<std::vector<core::Operation>> whole_feed(sync::client::Wire& wire, const std::string& token);

} // namespace kiosk::test
