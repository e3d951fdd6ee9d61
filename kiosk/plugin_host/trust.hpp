// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which plugins may run. Purpose: nothing of a plugin is used before its hash has been checked, and, where the
// organizer wants it, who signed the manifest that holds the hashes; the venue's list of trusted keys; how a manifest
// is signed. Ownership: values. Threads: any. Failure: Denied for a wrong or missing signature, Corrupt for a file that
// is not the one of the manifest, Invalid for a list of keys that can't be read.
#include "plugin_host/manifest.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace kiosk::plugin_host {

struct TrustPolicy {
    std::map<std::string, std::string, std::less<>> keys; // name → Ed25519 public key, 32 raw bytes
    bool require_signature = false;                       // a signature by a known key is checked in any case
};

enum class SignatureState : std::uint8_t { None = 1, Good, UnknownKey, Wrong };
SignatureState signature_state(const Manifest& manifest, const TrustPolicy& policy);
core::Status check_signature(const Manifest& manifest, const TrustPolicy& policy);

// The whole file, checked against the manifest: what is returned is what was hashed.
core::Result<std::string> read_verified(const Manifest& manifest, std::string_view file, std::size_t limit_bytes);
// All the files that the manifest lists.
core::Status check_files(const Manifest& manifest);

// The list of keys beside the database: {"require": false, "keys": [{"name", "ed25519"}]}. No file: nothing is required
// and no key known. One that can't be read must not open the door to everything: load_trust() fails, and
// nothing_trusted() is what to go on with.
std::filesystem::path trust_file(const std::filesystem::path& database); // "<database>.trust.json"
core::Result<TrustPolicy> load_trust(const std::filesystem::path& database);
core::Status save_trust(const std::filesystem::path& database, const TrustPolicy& policy);
TrustPolicy nothing_trusted();
bool is_key_name(std::string_view name); // 1 to 64 of letters, digits, '_', '-', '.', '@'

// folder/manifest.json with a signature by that key. What is signed was checked: a manifest whose files are other ones
// is not.
core::Status sign_plugin(const std::filesystem::path& folder, std::string_view key_name, std::string_view seed);

} // namespace kiosk::plugin_host
