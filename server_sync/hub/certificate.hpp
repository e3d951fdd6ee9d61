// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub's key and certificate. Purpose: made once in the data folder (ECDSA P-256, self-signed, the key readable by
// its owner alone) or given as PEM files; the pin that enrolment codes carry. Kiosks trust the key, not the name or the
// dates in the certificate. Ownership: values. Threads: any. Failure: Io for files, Invalid where they don't fit.
#include "core/result.hpp"

#include <filesystem>
#include <string>

namespace kiosk::sync::hub {

struct Certificate {
    std::string chain_pem; // the hub's own first
    std::string key_pem;
    std::string pin;       // base64 SHA-256 of the SPKI
};

// "hub.crt" and "hub.key" of the folder; made where there are none. A key without its certificate gets a new one, so
// that the pin stays.
kiosk::core::Result<Certificate> load_or_make_certificate(const std::filesystem::path& folder);
kiosk::core::Result<Certificate> load_certificate(const std::filesystem::path& chain, const std::filesystem::path& key);

// The key that the hub goes over to: made ahead ("next.key"), so that its pin can be announced; absent: empty.
kiosk::core::Result<std::string> next_pin(const std::filesystem::path& folder);
kiosk::core::Result<std::string> plan_next_key(const std::filesystem::path& folder);
// The planned key becomes the key; the old one is kept as "hub.key.old".
kiosk::core::Status switch_to_next_key(const std::filesystem::path& folder);

// A new file readable by its owner alone, whole or not at all (written aside, synced, renamed).
kiosk::core::Status write_private_file(const std::filesystem::path& path, std::string_view text);

} // namespace kiosk::sync::hub
