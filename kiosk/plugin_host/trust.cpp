// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/trust.hpp"

#include "crypto/crypto.hpp"
#include "resources/resources.hpp"

namespace kiosk::plugin_host {

using core::ErrorCode;
using core::fail;

core::Status check_signature(const Manifest& manifest, const TrustPolicy& policy) {
    if (!manifest.signature) {
        if (policy.require_signature)
            return fail(ErrorCode::Denied, "error.plugin_signature", manifest.id + ": not signed");
        return {};
    }
    const auto key = policy.keys.find(manifest.signature->key);
    if (key == policy.keys.end()) {
        if (policy.require_signature)
            return fail(ErrorCode::Denied, "error.plugin_signature", manifest.id + ": signed by a key unknown here");
        return {};
    }
    if (!crypto::Sodium().verify_ed25519(key->second, manifest.signed_bytes, manifest.signature->ed25519))
        return fail(ErrorCode::Denied, "error.plugin_signature", manifest.id + ": the signature does not fit");
    return {};
}

core::Result<std::string> read_verified(const Manifest& manifest, std::string_view file, std::size_t limit_bytes) {
    const auto path = manifest.folder / file;
    const auto expected = manifest.hashes.find(file);
    if (expected == manifest.hashes.end())
        return fail(ErrorCode::Corrupt, "error.plugin_hash", path.string() + ": not listed in the manifest");
    KIOSK_TRY(auto bytes, resources::read_file(path, limit_bytes));
    if (crypto::Sodium().blake2b_256(bytes) != expected->second)
        return fail(ErrorCode::Corrupt, "error.plugin_hash", path.string());
    return bytes;
}

} // namespace kiosk::plugin_host
