// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the hub's side of the journal is read with, by Database and JournalReader. Purpose: one implementation for the
// writing connection and for one beside it. Threads: those of the connection. Failure: throws SQLite::Exception.
#include "storage/database.hpp"

namespace kiosk::storage {

class Connection;
class Journal;

SyncMark read_sync_mark(Connection& connection);
void write_sync_mark(Connection& connection, const SyncMark& mark); // in a transaction

core::Result<OwnChains> read_chains(Connection& connection, const Journal& journal);
core::Result<std::vector<core::Operation>> read_own_after(Journal& journal, std::string_view incarnation,
                                                          std::uint64_t after, std::size_t limit,
                                                          std::size_t limit_bytes);
core::Result<Arrivals> read_arrived_after(Connection& connection, Journal& journal, std::int64_t cursor,
                                          std::size_t limit);

} // namespace kiosk::storage
