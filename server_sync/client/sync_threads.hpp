// SPDX-License-Identifier: Apache-2.0
#pragma once
// A SyncClient at work on two threads, one that pushes and one that follows the feed. Purpose: what a kiosk and a venue
// hub run. Ownership: borrows client and wires; owns the threads. Threads: everything here may be called from any; the
// callbacks come from the two threads, one at a time. Failure: none; troubles are in the client's status.
#include "client/sync_client.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <thread>

namespace kiosk::sync::client {

class SyncThreads {
public:
    struct Options {
        // After a step that changed what there is to tell; counters alone are told at most every `status_every_ms`.
        std::function<void(const SyncStatus&)> on_status;
        // The hub announced other pins: keep the address, and tell the wires.
        std::function<void(const HubAddress&)> on_hub;
        std::int64_t status_every_ms = 250;
    };
    SyncThreads(SyncClient& client, Wire& push_wire, Wire& feed_wire, Options options);
    ~SyncThreads(); // stops

    void changed(); // something was written, or the network came back
    void stop();    // ends a long poll under way and waits for both threads; later calls do nothing

private:
    void run(bool pushing);
    void wait(bool pushing, const StepResult& step);
    void tell(bool at_rest);

    SyncClient& m_client;
    Wire& m_push_wire;
    Wire& m_feed_wire;
    const Options m_options;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false;
    unsigned m_running = 0;
    std::uint64_t m_changes = 0;

    std::mutex m_telling;
    SyncStatus m_told;
    HubAddress m_told_hub;
    bool m_told_once = false;
    std::chrono::steady_clock::time_point m_told_at;

    std::mutex m_joining;
    std::thread m_push_thread, m_feed_thread;
};

} // namespace kiosk::sync::client
