// SPDX-License-Identifier: Apache-2.0
#pragma once
// Many kiosks and a hub in one process, on virtual time: the real core, store and protocol under a network that drops,
// repeats, reorders and lies, disks that forget what was not synced, clocks that jump, machines put back to old images.
// Purpose: one call runs one seed and says whether everything came together afterwards. Ownership: the run owns all of
// its machines and leaves nothing behind (files live in memory). Threads: one; several runs must follow one another.
// Failure: what went wrong is in the report, as sentences.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::simulate {

// A client that is wrong on purpose: the simulation must notice, or it is worth nothing.
enum class Sabotage : std::uint8_t {
    None = 1,
    AcknowledgesTooMuch, // takes the hub's word for more than it said
    SkipsFeed,           // notes the feed as read a little further than it was
    KeepsTwins,          // goes on without writing anew what stands under numbers that were used twice
};

struct Plan {
    std::uint64_t seed = 1;
    int devices = 4;
    double hours = 2;
    bool venue = false; // the kiosks are at a hall's hub, which relays to the central one; an office is at that one
    Sabotage sabotage = Sabotage::None;
    std::function<void(std::string_view line)> trace; // what happens, one line each; may be empty
};

struct Report {
    std::vector<std::string> failures;
    std::uint64_t operations = 0; // on the hub at the end
    std::uint64_t scans = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t bookings = 0, confirmed = 0, booked_at_once = 0, displaced = 0, walk_ups = 0;
    std::uint64_t lost = 0;       // went with a disk before anybody else had them
    std::uint64_t requests = 0;   // that reached the hub
    std::uint64_t crashes = 0, restores = 0, clones = 0, forks = 0, hub_crashes = 0, hub_restores = 0, declared_lost = 0;
    std::int64_t drained_ms = 0;  // after healing, until nothing was pending anywhere
    std::uint64_t digest = 0;     // of everything that happened: the same for the same plan
    bool ok() const { return failures.empty(); }
};

// After healing, everything must have come together within this time.
constexpr std::int64_t quiet_ms = 15 * 60'000;

Report simulate(const Plan& plan);

} // namespace kiosk::simulate
