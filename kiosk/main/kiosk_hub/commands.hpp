// SPDX-License-Identifier: Apache-2.0
#pragma once
// What organizers ask a hub on its own machine: codes, users, devices, quarantine, its health. Purpose: a command is run
// by the process that has the store: the hub itself where it runs (asked over its own HTTPS with the folder's token),
// this process where none does. The same function does it there and here. Ownership: borrows. Threads: run_command from
// any. Failure: exit codes 0 done, 1 failed, 2 wrong use, 3 found something to look at (doctor).
#include "main/kiosk_hub/open_hub.hpp"
#include "main/kiosk_hub/words.hpp"

#include <string>
#include <vector>

namespace kiosk_hub {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_wrong = 2;
constexpr int exit_findings = 3;

struct CommandAnswer {
    int code = exit_done;
    std::string out;
    std::string error;
    std::string qr; // text to be shown as a code as well
};

// {"code", EVENT, "hub"|""}, {"users.add", NAME, ROLE}, {"users.list"}, {"users.revoke", NAME}, {"devices.list"},
// {"devices.revoke", EVENT, DEVICE}, {"devices.lost", EVENT, DEVICE}, {"quarantine.list", AFTER}, {"doctor"}, {"recovered"}
CommandAnswer run_command(OpenHub& opened, const Words& words, const std::vector<std::string>& command);

std::string encode(const CommandAnswer& answer);

// Asks the hub that runs with this folder, or does it here; either way the answer is in the language of `words`.
CommandAnswer send_command(const HubFolder& folder, const std::string& database, const std::string& hub_url,
                           const Words& words, const std::vector<std::string>& command);

// After pg_restore, or on a standby that had not got everything: a new epoch, and kiosks send what is missing. Not while
// a hub runs with this folder.
CommandAnswer mark_restored(const HubFolder& folder, const std::string& database, const Words& words);

// The path of such a command on the hub's own HTTPS.
inline constexpr std::string_view command_path = "/local/command";

} // namespace kiosk_hub
