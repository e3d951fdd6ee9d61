// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a change of leases writes. Purpose: both stores hand out the rows that a change may look at and write back only the
// ones that differ. Ownership: LeaseChanges points into the vectors that it was made of. Threads: any. Failure: none here;
// two rows of one resource and holder are refused by the database.
#include "hub/store.hpp"

#include <string>
#include <vector>

namespace kiosk::sync::hub {

struct LeaseChanges {
    std::vector<const core::HeldLease*> gone; // by resource and holder; also those that are written anew
    std::vector<const core::HeldLease*> put;
    bool empty() const { return gone.empty() && put.empty(); }
};
LeaseChanges lease_changes(const std::vector<core::HeldLease>& before, const std::vector<core::HeldLease>& after);

// Subjects that a selection names, each once; the one that stands for the whole event among them.
std::vector<std::string> subjects_of(const LeaseSelection& selection);

} // namespace kiosk::sync::hub
