// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/schemas.hpp"

#include "core/result.hpp"
#include "plugin_host/schema_texts.hpp"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>

namespace kiosk::plugin_host {

namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

constexpr std::size_t max_problem_bytes = 300;

// "form.describe/1" → "form.describe.1.json"
std::string file_of(std::string_view method) {
    std::string file(method);
    std::replace(file.begin(), file.end(), '/', '.');
    return file + ".json";
}

Json parse_schema(std::string_view text) {
    // valijson does not follow references into another file, so common.json is joined in (see ready()).
    std::string joined(text);
    constexpr std::string_view elsewhere = "common.json#/";
    for (auto at = joined.find(elsewhere); at != std::string::npos; at = joined.find(elsewhere, at))
        joined.replace(at, elsewhere.size(), "#/");
    return Json::parse(joined);
}

// "<root>", "[steps]", "[0]", "[fields]" → "steps[0].fields"
std::string place_of(const std::vector<std::string>& context) {
    std::string place;
    for (const std::string& part : context) {
        if (part.size() < 3 || part.front() != '[')
            continue;
        const std::string name = part.substr(1, part.size() - 2);
        const bool is_index = std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
        place += is_index ? part : (place.empty() ? name : "." + name);
    }
    return place;
}

// The plugin chose part of these words: they go to a log, so only so much and no control characters.
std::string tamed(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    if (text.size() > max_problem_bytes) {
        auto end = max_problem_bytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) // not within a character
            --end;
        text.resize(end);
        text += "…";
    }
    return text;
}

} // namespace

struct SchemaSet::Impl {
    std::mutex mutex;
    std::map<std::string, std::unique_ptr<valijson::Schema>, std::less<>> ready_schemas;
    valijson::Validator validator{valijson::Validator::kStrongTypes}; // keeps the regular expressions that it has made

    // `pointer` is "#/definitions/reply", or empty for the whole file.
    const valijson::Schema& ready(const std::string& file, std::string_view text, std::string_view pointer) {
        auto& schema = ready_schemas[file + std::string(pointer)];
        if (!schema) {
            Json combined = parse_schema(text);
            combined["definitions"].update(parse_schema(published().text("common.json")).at("definitions"));
            if (!pointer.empty())
                combined["$ref"] = pointer;
            auto made = std::make_unique<valijson::Schema>();
            const Adapter adapter(combined);
            valijson::SchemaParser().populateSchema(adapter, *made);
            schema = std::move(made);
        }
        return *schema;
    }

    std::string problem(const std::string& file, std::string_view pointer, const Json& document) {
        const std::string_view text = published().text(file);
        if (text.empty())
            return "there is no schema " + tamed(file);
        const std::lock_guard lock(mutex);
        try {
            const valijson::Schema& schema = ready(file, text, pointer);
            const Adapter target(document);
            // Almost everything fits: only what does not is gone through again for a reason.
            if (validator.validate(schema, target, nullptr))
                return {};
            valijson::ValidationResults results;
            validator.validate(schema, target, &results);
            valijson::ValidationResults::Error first; // the innermost comes first
            results.popError(first);
            const std::string place = place_of(first.context);
            return tamed((place.empty() ? "" : place + ": ") + first.description);
        } catch (const std::exception& error) { // of the JSON library, the regular expressions, or no memory
            return tamed(std::string("can't be checked: ") + error.what());
        }
    }
};

SchemaSet::SchemaSet() : m_impl(std::make_unique<Impl>()) {}
SchemaSet::~SchemaSet() = default;

const SchemaSet& SchemaSet::published() {
    static const SchemaSet set;
    return set;
}

std::vector<std::string> SchemaSet::methods() const {
    std::vector<std::string> names;
    constexpr std::string_view ending = ".json";
    for (const SchemaText& text : schema_texts()) {
        std::string name(text.file.substr(0, text.file.size() - ending.size()));
        const auto dot = name.rfind('.');
        if (dot == std::string::npos) // common, manifest
            continue;
        name[dot] = '/';
        names.push_back(std::move(name));
    }
    return names;
}

bool SchemaSet::has(std::string_view method) const {
    return method.find('/') != std::string_view::npos && !text(file_of(method)).empty();
}

std::string_view SchemaSet::text(std::string_view file) const {
    for (const SchemaText& text : schema_texts())
        if (text.file == file)
            return text.json;
    return {};
}

std::string SchemaSet::document_problem(std::string_view method, SchemaPart part, const Json& document) const {
    return m_impl->problem(file_of(method), part == SchemaPart::Request ? "#/definitions/request" : "#/definitions/reply",
                           document);
}

std::string SchemaSet::problem(std::string_view method, SchemaPart part, std::string_view json) const {
    const Json document = Json::parse(json, nullptr, false);
    return document.is_discarded() ? "not JSON" : document_problem(method, part, document);
}

std::string SchemaSet::manifest_document_problem(const Json& document) const {
    return m_impl->problem("manifest.json", {}, document);
}

std::string SchemaSet::manifest_problem(std::string_view json) const {
    const Json document = Json::parse(json, nullptr, false);
    return document.is_discarded() ? "not JSON" : manifest_document_problem(document);
}

} // namespace kiosk::plugin_host
