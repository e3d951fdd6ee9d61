// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/manifest.hpp"

#include "crypto/crypto.hpp"
#include "plugin_host/json_reader.hpp"
#include "plugin_host/schemas.hpp"
#include "resources/resources.hpp"

namespace kiosk::plugin_host {

namespace {

constexpr std::int64_t max_version = 1'000'000; // of state and questionnaires
constexpr std::size_t max_manifest_bytes = 64u << 10;
constexpr std::size_t max_files = 32;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// "salon", "visit_town"; and with one dot, "visit.customer".
bool is_id(std::string_view text, bool dotted = false) {
    if (text.empty() || text.size() > 32 || !is_lower(text.front()))
        return false;
    std::size_t dots = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.') {
            if (!dotted || ++dots > 1 || i + 1 == text.size() || !is_lower(text[i + 1]))
                return false;
        } else if (!is_lower(text[i]) && !is_digit(text[i]) && text[i] != '_') {
            return false;
        }
    }
    return true;
}

// "area.verb/7"
bool is_method(std::string_view text) {
    const auto dot = text.find('.');
    const auto slash = text.find('/');
    if (text.size() > 64 || dot == std::string_view::npos || slash == std::string_view::npos || dot > slash)
        return false;
    const auto revision = text.substr(slash + 1);
    return is_id(text.substr(0, dot)) && is_id(text.substr(dot + 1, slash - dot - 1)) && !revision.empty() &&
           revision.size() <= 3 && revision.front() != '0' && std::all_of(revision.begin(), revision.end(), is_digit);
}

bool is_version(std::string_view text) {
    std::size_t dots = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '.') {
            ++dots;
            if (i == 0 || i + 1 == text.size() || text[i - 1] == '.')
                return false;
        } else if (!is_digit(text[i])) {
            return false;
        }
    }
    return dots == 2;
}

bool is_library(std::string_view name) {
    return name.ends_with(".so") && is_id(name.substr(0, name.size() - 3));
}

// Nothing that could leave the plugin's folder.
bool is_listed_file(std::string_view name) {
    constexpr std::string_view locale = "locale/", json = ".json";
    if (is_library(name))
        return true;
    return name.starts_with(locale) && name.ends_with(json) && name.size() > locale.size() + json.size() &&
           is_id(name.substr(locale.size(), name.size() - locale.size() - json.size()));
}

core::Digest read_digest(const Json& json, const std::string& where) {
    const Malformed malformed{where, "must be 64 hexadecimal digits"};
    if (!json.is_string() || json.get_ref<const std::string&>().size() != 64)
        throw malformed;
    const auto& text = json.get_ref<const std::string&>();
    const auto value = [&](char c) -> unsigned {
        if (is_digit(c))
            return static_cast<unsigned>(c - '0');
        if (c >= 'a' && c <= 'f')
            return static_cast<unsigned>(c - 'a' + 10);
        throw malformed;
    };
    core::Digest digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<std::uint8_t>(value(text[2 * i]) << 4 | value(text[2 * i + 1]));
    return digest;
}

void read_hashes(const Json& hashes, Manifest& manifest) {
    if (!hashes.is_object() || hashes.size() > max_files)
        throw Malformed{"hashes", "must be an object with at most 32 files"};
    for (const auto& [name, value] : hashes.items()) {
        if (!is_listed_file(name))
            throw Malformed{"hashes", "names a file that a plugin can't have"};
        manifest.hashes.emplace(name, read_digest(value, "hashes." + name));
    }
    if (!manifest.hashes.contains(manifest.library))
        throw Malformed{"hashes", "has no entry for the library"};
}

void read_signature(const Json& document, Manifest& manifest) {
    const Reader reader(document.at("signature"), "signature", {"key", "ed25519"});
    auto raw = crypto::base64_decode(reader.text("ed25519", 128));
    if (!raw || raw->size() != 64)
        reader.wrong("ed25519", "must be a signature in Base64");
    manifest.signature = ManifestSignature{reader.text("key", 64), std::move(*raw)};
    Json bare = document;
    bare.erase("signature");
    manifest.signed_bytes = bare.dump();
}

void read_questionnaires(const Reader& reader, Manifest& manifest) {
    for (const Json& item : reader.list("questionnaires", 16)) {
        const Reader one(item, "questionnaires", {"id", "version", "name"});
        core::QuestionnaireInfo info{manifest.id, one.text("id", 32), one.integer("version", 1, max_version), {}};
        if (!is_id(info.id) || info.id == "registration")
            one.wrong("id", "must be lower-case letters, digits and underscores, and not registration");
        for (const auto& other : manifest.questionnaires)
            if (other.id == info.id)
                one.wrong("id", "is there twice");
        const Reader name(one.at("name"), "questionnaires.name", {"zh", "en"});
        info.name = {name.text("zh", 200), name.text("en", 200)};
        manifest.questionnaires.push_back(std::move(info));
    }
}

Manifest read(const Json& document, const std::filesystem::path& folder) {
    const Reader reader(document, "",
                        {"format", "id", "version", "type", "event_types", "name", "abi", "methods", "state",
                         "questionnaires", "reads", "library", "hashes", "signature"});
    if (reader.integer("format", 1, 1'000'000) != 1)
        reader.wrong("format", "is newer than this kiosk understands");

    Manifest manifest;
    manifest.folder = folder;
    manifest.id = reader.text("id", 32);
    if (!is_id(manifest.id))
        reader.wrong("id", "must be lower-case letters, digits and underscores");
    manifest.version = reader.text("version", 20);
    if (!is_version(manifest.version))
        reader.wrong("version", "must be three numbers, as in 1.0.0");

    const std::string type = reader.text("type", 20);
    if (type != "event_type" && type != "add_on")
        reader.wrong("type", "must be event_type or add_on");
    manifest.type = type == "event_type" ? PluginType::EventType : PluginType::AddOn;
    if (reader.has("event_types")) {
        if (manifest.type == PluginType::AddOn)
            reader.wrong("event_types", "is for event types only");
        manifest.event_types = reader.texts("event_types", 16, 65);
        for (const auto& name : manifest.event_types)
            if (!is_id(name, true))
                reader.wrong("event_types", "must be names such as salon or visit.customer");
    } else if (manifest.type == PluginType::EventType) {
        manifest.event_types = {manifest.id};
    }

    const Reader name(reader.at("name"), "name", {"zh", "en"});
    manifest.name = {name.text("zh", 200), name.text("en", 200)};
    const Reader abi(reader.at("abi"), "abi", {"major", "minor"});
    manifest.abi_major = static_cast<std::uint32_t>(abi.integer("major", 1, 1000));
    manifest.abi_minor = static_cast<std::uint32_t>(abi.integer("minor", 0, 1000));

    manifest.methods = reader.texts("methods", 32, 80);
    if (manifest.methods.empty())
        reader.wrong("methods", "is empty");
    for (const auto& method : manifest.methods)
        if (!is_method(method))
            reader.wrong("methods", "must be names such as admission.decide/1");
    if (reader.has("state"))
        manifest.state_version = reader.integer("state", 1, max_version);
    if (reader.has("questionnaires"))
        read_questionnaires(reader, manifest);
    if (reader.has("reads")) {
        const Reader reads(reader.at("reads"), "reads", {"answers"});
        if (reads.has("answers"))
            manifest.reads_answers = reads.texts("answers", 64, 64);
    }

    manifest.library = reader.text("library", 40);
    if (!is_library(manifest.library))
        reader.wrong("library", "must be the name of a .so file in the plugin's folder");
    read_hashes(reader.at("hashes"), manifest);
    if (reader.has("signature"))
        read_signature(document, manifest);
    return manifest;
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

} // namespace

bool Manifest::has_method(std::string_view method) const {
    return contains(methods, method);
}
bool Manifest::serves(std::string_view event_type) const {
    return type == PluginType::EventType && contains(event_types, event_type);
}
bool Manifest::reads_answer(std::string_view question) const {
    return contains(reads_answers, question);
}

core::Result<Manifest> parse_manifest(std::string_view json, const std::filesystem::path& folder) {
    return read_document(json, max_manifest_bytes, "error.plugin_manifest", (folder / "manifest.json").string(),
                         [&](const Json& document) {
                             std::string problem = SchemaSet::published().manifest_problem(document);
                             Manifest manifest = read(document, folder); // says it in plainer words where it can
                             if (!problem.empty())
                                 throw Malformed{std::move(problem), "(schema)"};
                             return manifest;
                         });
}

core::Result<Manifest> read_manifest(const std::filesystem::path& folder) {
    KIOSK_TRY(const auto bytes, resources::read_file(folder / "manifest.json", max_manifest_bytes));
    return parse_manifest(bytes, folder);
}

} // namespace kiosk::plugin_host
