// SPDX-License-Identifier: Apache-2.0
#pragma once
// Entries that were made apart. Purpose: devices that can't see each other may both admit the same ticket; this finds
// them in the union of what all of them did. Pure; the result does not depend on the order of the input. Threads: any.
#include "core/ports.hpp"

#include <span>
#include <vector>

namespace kiosk::core {

// One ticket that entered more often than its door allowed, in one scope (the event, or one day).
struct DuplicateEntry {
    std::string checkpoint;
    std::string ticket;
    std::vector<StoredScan> entries; // all that stand, oldest first; entries.size() − 1 at most are too many
    std::int64_t too_many = 0;
};

// `scans`: of all devices, each operation once. Undone ones, overrides and doors with allow_multiple make none.
std::vector<DuplicateEntry> find_duplicates(const EventConfig& config, std::span<const StoredScan> scans);

} // namespace kiosk::core
