// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/conflict_list.hpp"

#include <string>
#include <unordered_map>

namespace kiosk::wiring {

core::Result<std::vector<core::Conflict>> load_conflicts(storage::Database& database, const core::EventConfig& config,
                                                         const core::Hasher& hasher) {
    const auto counts = [](const core::StoredScan& scan) {
        return !scan.undone && scan.record.outcome == core::Outcome::Admitted && !scan.record.ticket.empty();
    };
    const auto place = [](const core::StoredScan& scan) { return scan.record.checkpoint + '\n' + scan.record.ticket; };
    std::unordered_map<std::string, std::uint32_t> times;
    KIOSK_CHECK(database.for_each_scan([&](const core::StoredScan& scan) {
        if (counts(scan))
            ++times[place(scan)];
        return true;
    }));
    std::erase_if(times, [](const auto& entry) { return entry.second < 2; });
    if (times.empty())
        return std::vector<core::Conflict>{};
    std::vector<core::StoredScan> scans;
    KIOSK_CHECK(database.for_each_scan([&](const core::StoredScan& scan) {
        if (counts(scan) && times.contains(place(scan)))
            scans.push_back(scan);
        return true;
    }));
    constexpr std::size_t every_note = 1'000'000;
    KIOSK_TRY(const auto notes, database.notes(every_note));
    return core::find_conflicts(config, scans, notes, hasher);
}

} // namespace kiosk::wiring
