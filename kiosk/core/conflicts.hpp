// SPDX-License-Identifier: Apache-2.0
#pragma once
// Conflicts: entries that were made apart, and what organizers said of them. Purpose: a conflict is a duplicate entry
// (duplicates.hpp); it is settled by a note that names its scans, written on any device and by the hub. Another scan that
// joins it opens it again. Pure: the same set of operations gives the same list everywhere, in whatever order they came.
// Ownership: values. Threads: any. Failure: a note that can't be read settles nothing.
#include "core/duplicates.hpp"
#include "core/operation.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kiosk::core {

struct Conflict {
    std::string id; // of door, ticket and scans: another scan makes another id
    DuplicateEntry entry;
    std::int32_t day = 0; // of a door that counts by day, in the event's zone; 0: of the whole event
    bool resolved = false;
    std::string resolved_by; // staff or user
    Instant resolved_at;
    std::string note; // personal part: empty where it was erased
};

// What a note of {"what":"conflict.resolved"} says. Either way of naming the scans is enough.
struct ConflictResolution {
    std::string conflict;             // id
    std::vector<std::string> entries; // operation ids of the scans that were looked at
    std::string by;
    std::string note;
    Instant at;
    Hlc hlc;
    OperationId operation;
};

inline constexpr std::string_view conflict_resolved = "conflict.resolved";

std::string conflict_id(const DuplicateEntry& entry, const Hasher& hasher);
// All of them, settled ones too, by door and ticket. `notes` may hold notes of any kind.
std::vector<Conflict> find_conflicts(const EventConfig& config, std::span<const StoredScan> scans,
                                     std::span<const Operation> notes, const Hasher& hasher);
OperationDraft make_conflict_resolution(const Conflict& conflict, std::string_view by, std::string_view note);
Result<ConflictResolution> decode_conflict_resolution(const Operation& operation);

} // namespace kiosk::core
