// SPDX-License-Identifier: Apache-2.0
// Leases of a hub that was put back from a backup: what devices say they hold, and what waits until all of them have.
#include "core/leases.hpp"

#include <algorithm>
#include <set>

namespace kiosk::core {

namespace {

bool in_the_way(const HeldLease& row, const Resource& resource) {
    return row.resource.subject == "event" || resource.subject == "event" || overlap(row.resource, resource);
}

} // namespace

void take_report(std::vector<HeldLease>& rows, std::span<const LeaseWanted> wanted, std::span<const std::string> awaited,
                 const Asker& asker, std::uint64_t generation) {
    std::vector<HeldLease> own;
    std::erase_if(rows, [&](HeldLease& row) {
        if (row.holder != asker.device)
            return false;
        own.push_back(std::move(row));
        return true;
    });
    std::set<std::string> named;
    for (const auto& want : wanted) {
        const auto& resource = want.resource;
        if (!want.holds || (resource.is_counted() && resource.count <= 0) || !named.insert(resource_text(resource)).second)
            continue;
        if (!resource.is_counted()) {
            // The asker itself is believed as well, which may name two that overlap.
            const auto may_be_wrong = [&](const HeldLease& row) {
                return row.holder != asker.device && std::ranges::find(awaited, row.holder) != awaited.end();
            };
            if (std::ranges::any_of(rows, [&](const HeldLease& row) {
                    return in_the_way(row, resource) && !row.resource.is_counted() && !may_be_wrong(row);
                }))
                continue;
            std::erase_if(rows, [&](const HeldLease& row) {
                return in_the_way(row, resource) && may_be_wrong(row) &&
                       (!row.resource.is_counted() || resource.subject == "event");
            });
        }
        HeldLease row{resource, asker.device, asker.incarnation, generation, asker.now_ms, want.booking, 0};
        // What the backup knows of it stays: when it was granted decides when it ends.
        const auto known = std::ranges::find_if(own, [&](const HeldLease& before) {
            return before.incarnation == asker.incarnation && before.resource.subject == resource.subject &&
                   before.resource.starts == resource.starts && before.resource.ends == resource.ends;
        });
        if (known != own.end()) {
            row.generation = known->generation;
            row.granted_ms = known->granted_ms;
            if (row.booking.empty())
                row.booking = known->booking;
        }
        rows.push_back(std::move(row));
    }
}

std::vector<LeaseGranted> grant_nothing_new(std::span<const HeldLease> rows, std::span<const LeaseWanted> wanted,
                                            bool all_or_nothing, const Asker& asker) {
    std::vector<LeaseGranted> answers;
    answers.reserve(wanted.size());
    for (const auto& want : wanted) {
        const auto own = std::ranges::find_if(rows, [&](const HeldLease& row) {
            return row.holder == asker.device && row.incarnation == asker.incarnation && row.closing_seq == 0 &&
                   (want.resource.is_counted() ? row.resource.subject == want.resource.subject
                                               : covers(row.resource, want.resource));
        });
        LeaseGranted answer{want.resource, false, false, {}, 0};
        if (want.resource.is_counted())
            answer.resource.count = 0;
        if (own != rows.end()) {
            answer.held = !want.resource.is_counted() || own->resource.count >= want.resource.count;
            answer.resource = own->resource;
            answer.generation = own->generation;
        }
        answers.push_back(std::move(answer));
    }
    if (all_or_nothing && !std::ranges::all_of(answers, &LeaseGranted::held))
        for (auto& answer : answers) {
            answer.held = false;
            if (!answer.resource.is_counted())
                answer.generation = 0;
        }
    return answers;
}

} // namespace kiosk::core
