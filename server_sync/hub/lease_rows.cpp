// SPDX-License-Identifier: Apache-2.0
#include "hub/lease_rows.hpp"

#include <algorithm>
#include <tuple>

namespace kiosk::sync::hub {

namespace {

auto key(const core::HeldLease& row) {
    return std::tie(row.resource.subject, row.resource.starts, row.resource.ends, row.holder);
}

std::vector<const core::HeldLease*> sorted(const std::vector<core::HeldLease>& rows) {
    std::vector<const core::HeldLease*> list;
    list.reserve(rows.size());
    for (const auto& row : rows)
        list.push_back(&row);
    std::ranges::sort(list, [](const auto* one, const auto* other) { return key(*one) < key(*other); });
    return list;
}

} // namespace

LeaseChanges lease_changes(const std::vector<core::HeldLease>& before, const std::vector<core::HeldLease>& after) {
    LeaseChanges changes;
    const auto old_rows = sorted(before);
    const auto new_rows = sorted(after);
    auto old_row = old_rows.begin();
    auto new_row = new_rows.begin();
    while (old_row != old_rows.end() || new_row != new_rows.end()) {
        if (new_row == new_rows.end() || (old_row != old_rows.end() && key(**old_row) < key(**new_row))) {
            changes.gone.push_back(*old_row++);
        } else if (old_row == old_rows.end() || key(**new_row) < key(**old_row)) {
            changes.put.push_back(*new_row++);
        } else {
            if (**old_row != **new_row) {
                changes.gone.push_back(*old_row);
                changes.put.push_back(*new_row);
            }
            ++old_row;
            ++new_row;
        }
    }
    return changes;
}

std::vector<std::string> subjects_of(const LeaseSelection& selection) {
    std::vector<std::string> subjects{"event"};
    if (selection.subjects)
        subjects.insert(subjects.end(), selection.subjects->begin(), selection.subjects->end());
    std::ranges::sort(subjects);
    const auto rest = std::ranges::unique(subjects);
    subjects.erase(rest.begin(), rest.end());
    return subjects;
}

} // namespace kiosk::sync::hub
