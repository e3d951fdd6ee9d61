// SPDX-License-Identifier: Apache-2.0
#pragma once
// Scenario files: an event, steps at given times on given devices, and what must come out. Purpose: reads one file and
// refuses everything it does not understand, so that a typo can't make a case pass. Pure; bounded (16 MiB, 64 devices,
// 100,000 steps). Ownership: values. Threads: any. Failure: an Error whose context names the place in the file.
#include "main/wiring/event_file.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::replay {

using Json = nlohmann::json;

constexpr std::size_t max_scenario_bytes = 16u << 20;

struct Step {
    std::size_t number = 0; // the first is 1
    std::string action;     // "scan", "undo", …
    std::optional<core::Instant> at;
    std::string device;     // empty where no device acts
    Json fields;            // the whole step
    Json expect;            // object, maybe empty
};

// What a device holds before the first step.
struct SeedLeases {
    std::vector<std::string> units, people;
    std::map<std::string, std::int64_t> seats; // session → how many
};

struct Scenario {
    std::string name;
    wiring::EventFile seed;
    std::vector<std::string> devices;
    std::map<std::string, std::string> gates;
    std::map<std::string, bool> keys_only; // devices that start without registrations
    bool hub = true;
    std::optional<std::map<std::string, SeedLeases>> leases; // by device; absent: dealt out
    std::vector<Step> steps;
};

core::Result<Scenario> parse_scenario(std::string_view text);

} // namespace kiosk::replay
