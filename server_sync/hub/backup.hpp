// SPDX-License-Identifier: Apache-2.0
#pragma once
// Backup and restoring of the hub's SQLite store. Purpose: a copy that is whole or not there, also while the hub runs; and
// putting one back such that every kiosk notices (a new epoch, recovering) and sends what the copy does not have. For
// PostgreSQL the operator uses pg_dump and pg_restore, then Store::set_epoch. Ownership: paths. Threads: any. Failure:
// Result; NotFound, Invalid (no hub's file), NewerVersion, Corrupt, Unavailable (the hub runs: stop it before restoring),
// DiskFull, Io. What stood at the target is never deleted.
#include "core/ports.hpp"

#include <string>

namespace kiosk::sync::hub {

// A compact copy of what is committed now; written beside `destination`, synced and renamed into place.
core::Status backup_store(const std::string& store, const std::string& destination);

// Answers where the former file is kept, "<target>.replaced-N"; empty where there was none.
core::Result<std::string> restore_store(const std::string& backup, const std::string& target, core::Random& random);

} // namespace kiosk::sync::hub
