// SPDX-License-Identifier: Apache-2.0
#include "core/duplicates.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace kiosk::core {

std::vector<DuplicateEntry> find_duplicates(const EventConfig& config, std::span<const StoredScan> scans) {
    using Place = std::tuple<std::string, std::string, std::int32_t>; // door, ticket, day
    std::map<Place, std::vector<const StoredScan*>> by_place;
    for (const auto& scan : scans) {
        const auto& record = scan.record;
        const auto* door = config.checkpoint(record.checkpoint);
        if (!door || door->allow_multiple || scan.undone || record.outcome != Outcome::Admitted ||
            record.ticket.empty())
            continue;
        const auto day = door->scope == Scope::Day ? config.event.timezone.day_number(record.at) : 0;
        by_place[{record.checkpoint, record.ticket, day}].push_back(&scan);
    }

    std::vector<DuplicateEntry> found;
    for (auto& [place, standing] : by_place) {
        std::ranges::sort(standing, [](const StoredScan* a, const StoredScan* b) {
            return std::tie(a->record.at, a->id) < std::tie(b->record.at, b->id);
        });
        const bool reentry = config.checkpoint(std::get<0>(place))->allow_reentry;
        DuplicateEntry entry{std::get<0>(place), std::get<1>(place), {}, 0};
        bool entered = false, last_was_exit = false;
        for (const auto* scan : standing) {
            const bool is_exit = scan->record.direction == Direction::Exit;
            if (!is_exit) {
                entry.entries.push_back(*scan);
                const bool allowed = !entered || (reentry && last_was_exit) || !scan->record.override_staff.empty();
                entry.too_many += allowed ? 0 : 1;
                entered = true;
            }
            last_was_exit = is_exit;
        }
        if (entry.too_many > 0)
            found.push_back(std::move(entry));
    }
    return found;
}

} // namespace kiosk::core
