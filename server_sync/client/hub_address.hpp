// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub that a database is enrolled at, kept beside it as "<database>.hub". Purpose: address, pins and token survive a
// restart and never travel with a copy of the database. Ownership: values. Threads: one writer. Failure: NotFound where
// there is none, Corrupt for what can't be read, DiskFull or Io; the file is there as a whole or as it was before.
#include "client/wire.hpp"

#include <filesystem>

namespace kiosk::sync::client {

std::filesystem::path hub_address_path(const std::filesystem::path& database);
kiosk::core::Result<HubAddress> load_hub_address(const std::filesystem::path& database);
kiosk::core::Status save_hub_address(const std::filesystem::path& database, const HubAddress& address);
// The pins to know the hub by from now on, once it announced some under one of the known ones. What it no longer names is
// retired, as long as it still names one of them; otherwise (something before it ends the TLS) the known ones stay as well.
std::vector<std::string> pins_after(const std::vector<std::string>& known, const std::vector<std::string>& announced);
kiosk::core::Status remove_hub_address(const std::filesystem::path& database); // also where there is none

} // namespace kiosk::sync::client
