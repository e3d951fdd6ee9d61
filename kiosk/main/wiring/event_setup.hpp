// SPDX-License-Identifier: Apache-2.0
#pragma once
// A new event in a database. Purpose: what `kioskctl init` does: configuration, keys, lists, staff PINs; for the
// demonstration its roster as well, with all dates moved to today. Ownership: borrows the venue. Threads: the store's.
// Failure: an Error; what was written before stays and the command can be run again.
#include "main/wiring/event_file.hpp"
#include "main/wiring/venue.hpp"

#include <filesystem>

namespace kiosk::wiring {

// Where the event's signing seed lies: beside the database, readable by its owner alone, never inside it.
std::filesystem::path seed_file(const std::filesystem::path& database);
core::Result<std::string> load_seed(const std::filesystem::path& database);

// Writes everything of the file. Makes a signing key where the file brings none and none is there yet.
core::Status set_up_event(Venue& venue, EventFile file);

// The event file of assets/demo, with every date moved so that the event is on the day of `now` in its own zone.
struct Demo {
    EventFile file;
    std::filesystem::path roster;
    std::vector<std::string> wrong_event_codes;
    Json day; // what demo_day.hpp reads
};
core::Result<Demo> load_demo(core::Instant now);

} // namespace kiosk::wiring
