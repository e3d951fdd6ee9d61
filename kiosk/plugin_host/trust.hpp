// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which plugins may run. Purpose: nothing of a plugin is used before its hash has been checked, and, where the
// organizer wants it, who signed the manifest that holds the hashes. Ownership: values. Threads: any. Failure: Denied
// for a wrong or missing signature, Corrupt for a file that is not the one of the manifest.
#include "plugin_host/manifest.hpp"

#include <map>
#include <string>
#include <string_view>

namespace kiosk::plugin_host {

struct TrustPolicy {
    std::map<std::string, std::string, std::less<>> keys; // name → Ed25519 public key, 32 raw bytes
    bool require_signature = false;                       // a signature by a known key is checked in any case
};

core::Status check_signature(const Manifest& manifest, const TrustPolicy& policy);

// The whole file, checked against the manifest: what is returned is what was hashed.
core::Result<std::string> read_verified(const Manifest& manifest, std::string_view file, std::size_t limit_bytes);

} // namespace kiosk::plugin_host
