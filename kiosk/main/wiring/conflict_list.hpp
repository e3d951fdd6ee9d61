// SPDX-License-Identifier: Apache-2.0
#pragma once
// Conflicts of a database. Purpose: core::find_conflicts over what is stored, holding only scans of tickets that came
// more than once; used by kioskctl and by the kiosk's hub link. Threads: the database's. Failure: Result.
#include "core/conflicts.hpp"
#include "storage/database.hpp"

#include <vector>

namespace kiosk::wiring {

core::Result<std::vector<core::Conflict>> load_conflicts(storage::Database& database, const core::EventConfig& config,
                                                         const core::Hasher& hasher);

} // namespace kiosk::wiring
