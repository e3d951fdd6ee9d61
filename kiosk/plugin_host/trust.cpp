// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/trust.hpp"

#include "crypto/crypto.hpp"
#include "plugin_host/json_reader.hpp"
#include "resources/resources.hpp"

#include <system_error>

namespace kiosk::plugin_host {

namespace fs = std::filesystem;
using core::ErrorCode;
using core::fail;

namespace {

constexpr std::size_t max_trust_bytes = 256u << 10;
constexpr std::size_t max_keys = 256;
constexpr std::size_t max_file_bytes = 64u << 20;
constexpr std::size_t key_bytes = 32;

TrustPolicy read_policy(const Json& json) {
    TrustPolicy policy;
    const Reader reader(json, "", {"require", "keys"});
    policy.require_signature = reader.flag("require");
    for (const Json& item : reader.list("keys", max_keys)) {
        const Reader one(item, "keys[" + std::to_string(policy.keys.size()) + "]", {"name", "ed25519"});
        auto name = one.text("name", 64);
        if (!is_key_name(name))
            one.wrong("name", "must be letters, digits, '_', '-', '.' and '@'");
        auto key = crypto::base64_decode(one.text("ed25519", 64));
        if (!key || key->size() != key_bytes)
            one.wrong("ed25519", "must be 32 bytes in Base64");
        if (!policy.keys.emplace(std::move(name), std::move(*key)).second)
            one.wrong("name", "is there twice");
    }
    return policy;
}

} // namespace

SignatureState signature_state(const Manifest& manifest, const TrustPolicy& policy) {
    if (!manifest.signature)
        return SignatureState::None;
    const auto key = policy.keys.find(manifest.signature->key);
    if (key == policy.keys.end())
        return SignatureState::UnknownKey;
    const bool good =
        crypto::Sodium().verify_ed25519(key->second, manifest.signed_bytes, manifest.signature->ed25519);
    return good ? SignatureState::Good : SignatureState::Wrong;
}

core::Status check_signature(const Manifest& manifest, const TrustPolicy& policy) {
    constexpr const char* message_key = "error.plugin_signature";
    switch (signature_state(manifest, policy)) {
    case SignatureState::Good:
        return {};
    case SignatureState::None:
        if (policy.require_signature)
            return fail(ErrorCode::Denied, message_key, manifest.id + ": not signed");
        return {};
    case SignatureState::UnknownKey:
        if (policy.require_signature)
            return fail(ErrorCode::Denied, message_key, manifest.id + ": signed by a key unknown here");
        return {};
    case SignatureState::Wrong:
        break;
    }
    return fail(ErrorCode::Denied, message_key, manifest.id + ": the signature does not fit");
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

core::Status check_files(const Manifest& manifest) {
    for (const auto& [file, hash] : manifest.hashes)
        KIOSK_CHECK(read_verified(manifest, file, max_file_bytes));
    return {};
}

fs::path trust_file(const fs::path& database) {
    fs::path path = database;
    path += ".trust.json";
    return path;
}

core::Result<TrustPolicy> load_trust(const fs::path& database) {
    const fs::path file = trust_file(database);
    std::error_code error;
    // Only "not there" is no list; one that may not be looked at is not read as "everybody is welcome".
    if (fs::symlink_status(file, error).type() == fs::file_type::not_found)
        return TrustPolicy();
    auto bytes = resources::read_file(file, max_trust_bytes);
    if (!bytes)
        return fail(bytes.error().code, "error.plugin_trust_file", bytes.error().context);
    return read_document(*bytes, max_trust_bytes, "error.plugin_trust_file", file.string(), read_policy);
}

core::Status save_trust(const fs::path& database, const TrustPolicy& policy) {
    Json keys = Json::array();
    for (const auto& [name, key] : policy.keys)
        keys.push_back({{"name", name}, {"ed25519", crypto::base64_encode(key)}});
    const Json json{{"require", policy.require_signature}, {"keys", std::move(keys)}};
    return resources::write_file_atomically(trust_file(database), json.dump(2) + "\n");
}

TrustPolicy nothing_trusted() {
    TrustPolicy policy;
    policy.require_signature = true;
    return policy;
}

bool is_key_name(std::string_view name) {
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.' || c == '@';
    };
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), fits);
}

core::Status sign_plugin(const fs::path& folder, std::string_view key_name, std::string_view seed) {
    if (!is_key_name(key_name))
        return fail(ErrorCode::Invalid, "error.plugin_key_name", std::string(key_name.substr(0, 100)));
    KIOSK_TRY(const auto manifest, read_manifest(folder));
    KIOSK_CHECK(check_files(manifest));
    const fs::path file = folder / "manifest.json";
    KIOSK_TRY(const auto bytes, resources::read_file(file, max_trust_bytes));
    Json document = Json::parse(bytes, nullptr, false);
    if (!document.is_object())
        return fail(ErrorCode::Invalid, "error.plugin_manifest", file.string());
    document.erase("signature");
    KIOSK_TRY(const auto signature, crypto::Sodium().sign_ed25519(seed, document.dump()));
    document["signature"] = {{"key", key_name}, {"ed25519", crypto::base64_encode(signature)}};
    return resources::write_file_atomically(file, document.dump(2) + "\n");
}

} // namespace kiosk::plugin_host
