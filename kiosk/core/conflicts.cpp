// SPDX-License-Identifier: Apache-2.0
#include "core/conflicts.hpp"

#include "core/json_fields.hpp"

#include <algorithm>
#include <tuple>

namespace kiosk::core {

namespace {

constexpr std::size_t id_letters = 32;

std::string hex(const Digest& digest) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const auto byte : digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

bool settles(const ConflictResolution& resolution, const Conflict& conflict) {
    if (resolution.conflict == conflict.id)
        return true;
    return !resolution.entries.empty() && std::ranges::all_of(conflict.entry.entries, [&](const StoredScan& scan) {
        return std::ranges::find(resolution.entries, to_string(scan.id)) != resolution.entries.end();
    });
}

} // namespace

std::string conflict_id(const DuplicateEntry& entry, const Hasher& hasher) {
    std::string text = entry.checkpoint + "\n" + entry.ticket;
    for (const auto& scan : entry.entries)
        text += "\n" + to_string(scan.id);
    return hex(hasher.blake2b_256(text)).substr(0, id_letters);
}

Result<ConflictResolution> decode_conflict_resolution(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::note));
    JsonFields fields(body, "note");
    if (fields.text("what") != conflict_resolved)
        return fail(ErrorCode::Invalid, "error.operation_kind", to_string(operation.id));
    ConflictResolution resolution;
    resolution.conflict = fields.text("conflict");
    resolution.entries = fields.texts("entries");
    resolution.by = fields.text("who");
    KIOSK_CHECK(fields.status());
    if (resolution.conflict.empty() && resolution.entries.empty())
        return fail(ErrorCode::Invalid, "error.field", "note names no conflict");
    if (!operation.personal.empty()) {
        KIOSK_TRY(const auto personal, parse_object(operation.personal, "note"));
        JsonFields own(personal, "note");
        resolution.note = own.text("note");
    }
    resolution.at = operation.wall;
    resolution.hlc = operation.hlc;
    resolution.operation = operation.id;
    return resolution;
}

OperationDraft make_conflict_resolution(const Conflict& conflict, std::string_view by, std::string_view note) {
    Json body{{"what", conflict_resolved},
              {"conflict", conflict.id},
              {"checkpoint", conflict.entry.checkpoint},
              {"ticket", conflict.entry.ticket},
              {"day", conflict.day},
              {"who", by},
              {"entries", Json::array()}};
    for (const auto& scan : conflict.entry.entries)
        body["entries"].push_back(to_string(scan.id));
    // What somebody types may hold a name: it goes with the person's own data when that is erased.
    auto personal = note.empty() ? std::string() : dump_json(Json{{"note", note}});
    auto subject = conflict.entry.ticket;
    for (const auto& scan : conflict.entry.entries)
        if (!scan.record.registration.empty())
            subject = scan.record.registration;
    return {std::string(operation_kind::note), std::move(subject), dump_json(body), std::move(personal)};
}

std::vector<Conflict> find_conflicts(const EventConfig& config, std::span<const StoredScan> scans,
                                     std::span<const Operation> notes, const Hasher& hasher) {
    std::vector<ConflictResolution> resolutions;
    for (const auto& note : notes)
        if (auto resolution = decode_conflict_resolution(note))
            resolutions.push_back(std::move(*resolution));
    std::ranges::sort(resolutions, [](const ConflictResolution& a, const ConflictResolution& b) {
        return std::tie(a.hlc, a.operation) > std::tie(b.hlc, b.operation); // the last word first
    });

    std::vector<Conflict> conflicts;
    for (auto& entry : find_duplicates(config, scans)) {
        Conflict conflict;
        conflict.id = conflict_id(entry, hasher);
        const auto* door = config.checkpoint(entry.checkpoint);
        if (door && door->scope == Scope::Day)
            conflict.day = config.event.timezone.day_number(entry.entries.front().record.at);
        conflict.entry = std::move(entry);
        const auto last = std::ranges::find_if(resolutions, [&](const auto& which) { return settles(which, conflict); });
        if (last != resolutions.end()) {
            conflict.resolved = true;
            conflict.resolved_by = last->by;
            conflict.resolved_at = last->at;
            conflict.note = last->note;
        }
        conflicts.push_back(std::move(conflict));
    }
    return conflicts;
}

} // namespace kiosk::core
