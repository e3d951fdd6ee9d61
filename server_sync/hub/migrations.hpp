// SPDX-License-Identifier: Apache-2.0
#pragma once
// The schemas of the hub's stores, oldest first; version n is what the first n of them make. Purpose: texts of
// migrations/*.sql and migrations_postgres/*.sql, part of the program. Ownership: static. Threads: any. Failure: none.
#include <span>
#include <string_view>

namespace kiosk::sync::hub {

std::span<const std::string_view> sqlite_migrations();
std::span<const std::string_view> postgres_migrations();

} // namespace kiosk::sync::hub
