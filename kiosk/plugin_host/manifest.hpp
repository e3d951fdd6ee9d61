// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a plugin says of itself. Purpose: reads and checks manifest.json without running any of the plugin's code.
// Bounded (64 KiB) and strict: an unknown key is an error, so a typo can't be silently ignored. The shape is
// plugins/sdk/schemas/manifest.json. Ownership: values. Threads: any. Failure: an Error that names file and place.
#include "core/forms.hpp"
#include "core/model.hpp"
#include "core/operation.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::plugin_host {

enum class PluginType : std::uint8_t { EventType = 1, AddOn };

struct ManifestSignature {
    std::string key;     // name of the signing key
    std::string ed25519; // 64 raw bytes
};

struct Manifest {
    std::filesystem::path folder;
    std::string id;
    std::string version;
    PluginType type = PluginType::EventType;
    std::vector<std::string> event_types; // of an event type: those that it serves
    core::LocalText name;
    std::uint32_t abi_major = 0;
    std::uint32_t abi_minor = 0;
    std::vector<std::string> methods;
    std::int64_t state_version = 1;                          // of the answers that it reads and asks for
    std::vector<core::QuestionnaireInfo> questionnaires;     // for staff to fill in
    std::vector<std::string> reads_answers;                  // questions whose answers it may see
    std::string library;                                     // file name within the folder
    std::map<std::string, core::Digest, std::less<>> hashes; // BLAKE2b-256 of library and locale files
    std::optional<ManifestSignature> signature;
    std::string signed_bytes; // what the signature is over

    bool has_method(std::string_view method) const;
    bool serves(std::string_view event_type) const;
    bool reads_answer(std::string_view question) const;
};

core::Result<Manifest> parse_manifest(std::string_view json, const std::filesystem::path& folder);
core::Result<Manifest> read_manifest(const std::filesystem::path& folder); // folder/manifest.json

} // namespace kiosk::plugin_host
