// SPDX-License-Identifier: Apache-2.0
#pragma once
// A venue hub as a client of the central one. Purpose: offers what is in this hub's log to the central hub and takes in
// what that one has, line for line, identities unchanged. To the central hub this hub is a device ("hub-…"); here the
// central hub is one too, and each side leaves out of the feed what came by way of the other: nothing goes in circles.
// Ownership: borrows store, wires, clock, random, hasher. Threads: push() and pull() may run on two threads, with a wire
// each; RelayThreads does that. Failure: never stops for good; a failure is a time to come again (back-off with jitter).
// How far it is, for each epoch of the central hub, is kept in the store; what is sent twice is a duplicate there.
// It also asks the central hub for the rights to the event's bookings (hub/store.hpp: rights_wanted and so on), whenever
// nothing is left to push: then what stood there last is known there.
#include "client/wire.hpp"
#include "core/ports.hpp"
#include "hub/api.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace kiosk::sync::hub {

struct RelayPorts {
    Store* store = nullptr;
    client::Wire* push_wire = nullptr;
    client::Wire* pull_wire = nullptr;
    kiosk::core::Random* random = nullptr;
    const kiosk::core::Hasher* hasher = nullptr;
    std::function<ApiAnswer(const ApiRequest&)> own; // a request to this hub; Server::call
    std::function<void(std::string_view what, std::string_view detail)> log; // no personal data
    // The central hub announced other pins: keep them for good and tell both wires. From the thread that pushes.
    std::function<Status(const std::vector<std::string>& pins)> keep_pins;
};

struct RelayOptions {
    client::HubAddress central;   // with the token that it gave to this hub
    std::string own_token;        // of the device that stands for the central hub here
    std::string own_device;
    std::string incarnation;      // of this hub; any text that stays
    std::int64_t poll_s = 25;
    std::int64_t first_retry_ms = 500;
    std::int64_t longest_retry_ms = 30'000;
    std::int64_t rights_every_ms = 5'000; // they are not asked for more often
    std::int64_t greet_every_ms = 300'000; // also where there is nothing to push: the answer names the hub's pins
};

class Relay {
public:
    struct Step {
        bool progress = false;    // call again at once
        std::int64_t wait_ms = 0; // otherwise
        std::uint64_t moved = 0;
    };
    Relay(RelayPorts ports, RelayOptions options);
    Step push();
    Step pull();

private:
    struct Direction {
        std::string epoch;      // of the central hub, as far as this side knows
        std::uint64_t done = 0; // feed number: here for push, there for pull
        std::uint64_t whole_to = 0; // up to this number nothing is left out: one of the hubs was restored
        bool loaded = false;
        int failures = 0;
    };
    void take_pins(const std::vector<std::string>& announced);
    Step retry(Direction& direction, std::string_view what, std::string_view detail);
    // Answers whether they are as they should be; else soon again, as where something went wrong.
    bool settle_rights();
    Result<bool> ask_for_event(bool give_back, bool holds, const std::string& epoch, std::uint64_t& generation);
    Status load(Direction& direction, std::string_view name, const std::string& epoch);
    Result<bool> was_restored_there(const std::string& epoch); // since this hub was enrolled
    Status keep(const Direction& direction, std::string_view name);
    std::string key(std::string_view name, const std::string& epoch) const;

    RelayPorts m_ports;
    RelayOptions m_options;
    std::optional<std::chrono::steady_clock::time_point> m_rights_asked; // of the thread that pushes
    bool m_rights_settled = false;
    std::chrono::steady_clock::time_point m_greeted; // as well
    Direction m_push;
    Direction m_pull;
    // What either side was told last: the feed is asked all the time and mostly sees first that the other was restored.
    std::mutex m_epoch_mutex;
    std::string m_epoch_of_central;
};

class RelayThreads {
public:
    RelayThreads(Relay& relay, client::Wire& push_wire, client::Wire& pull_wire);
    ~RelayThreads();
    RelayThreads(const RelayThreads&) = delete;
    RelayThreads& operator=(const RelayThreads&) = delete;
    void changed(); // something new is in this hub's log

private:
    template <typename Call>
    void run(Call&& call, bool wakes);

    Relay& m_relay;
    client::Wire& m_push_wire;
    client::Wire& m_pull_wire;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    bool m_stopping = false;
    bool m_changed = false;
    std::thread m_push_thread;
    std::thread m_pull_thread;
};

struct RelayEnrolment {
    client::HubAddress central;
    std::string own_token;
    std::string own_device;
};
// Enrols this hub at the central one with a code made there for hubs ("kiosk-hub code --for-hub"), and the central one
// here. `wire` goes to the code's address with its pin; `own_code` is a code for hubs of this hub.
Result<RelayEnrolment> enroll_at_central(client::Wire& wire, const std::string& url, const std::string& pin,
                                         const std::string& code, const std::string& hub_id, const std::string& version,
                                         const std::function<ApiAnswer(const ApiRequest&)>& own,
                                         const std::function<Result<std::string>(const std::string& event)>& own_code);

} // namespace kiosk::sync::hub
