// SPDX-License-Identifier: Apache-2.0
#pragma once
// An event as a JSON file: its configuration, roster and lists, in the shape of a scenario's seed. Purpose: what
// `kioskctl init` reads, and what scenarios begin with. Pure; refuses what it does not understand. Ownership: values.
// Threads: any. Failure: an Error whose context names the place in the file.
#include "core/closed_sessions.hpp"
#include "core/records.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace kiosk::wiring {

using Json = nlohmann::json;

struct EventFile {
    core::EventConfig config; // keys with their seeds, where the file gives them
    std::map<std::string, std::string> pins; // of staff, by id, in the clear: hash them before they are stored
    std::vector<core::Registration> registrations; // without uids
    std::vector<std::string> revoked;
    std::vector<core::Invitation> invitations;
    std::vector<core::PrivateSession> private_sessions; // of closed ones that say more than their public document; `at` unset
};

core::Result<EventFile> read_event_file(const Json& seed);
core::Result<EventFile> parse_event_file(std::string_view text);
// One registration in the shape of the seed; without a uid.
core::Result<core::Registration> parse_registration(const Json& json);
// One table, desk, booth or room with its slots, likewise; as a document of the configuration.
core::Result<core::ConfigDocument> parse_unit(const Json& json);

// For readers of the same family of files.
std::unexpected<core::Error> wrong(std::string what);
core::Status only_keys(const Json& object, const std::set<std::string, std::less<>>& allowed, const std::string& where);
core::Status check_text(const Json& object, const char* name, const std::string& where);

} // namespace kiosk::wiring
