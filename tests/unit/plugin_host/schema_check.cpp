// SPDX-License-Identifier: Apache-2.0
#include "unit/plugin_host/schema_check.hpp"

#include "resources/resources.hpp"

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include <exception>
#include <stdexcept>

namespace kiosk::test {

using Json = nlohmann::json;

namespace {

Json load(const std::string& file) {
    auto text = resources::read_file(std::string(XIANGDAO_SOURCE_DIR "/plugins/sdk/schemas/") + file);
    if (!text)
        throw std::runtime_error("no schema " + file);
    // valijson does not follow references within another file, so common.json is joined in below.
    const std::string elsewhere = "common.json#/";
    for (auto at = text->find(elsewhere); at != std::string::npos; at = text->find(elsewhere, at))
        text->replace(at, elsewhere.size(), "#/");
    return Json::parse(*text);
}

} // namespace

std::string schema_problem(const std::string& schema, std::string_view json) {
    try {
        const auto hash = schema.find('#');
        Json combined = load(schema.substr(0, hash));
        combined["definitions"].update(load("common.json").at("definitions"));
        if (hash != std::string::npos)
            combined["$ref"] = schema.substr(hash);
        const valijson::adapters::NlohmannJsonAdapter adapter(combined);
        valijson::Schema rules;
        valijson::SchemaParser parser;
        parser.populateSchema(adapter, rules);

        const Json document = Json::parse(json);
        const valijson::adapters::NlohmannJsonAdapter target(document);
        valijson::Validator validator(valijson::Validator::kStrongTypes);
        valijson::ValidationResults results;
        if (validator.validate(rules, target, &results))
            return {};
        valijson::ValidationResults::Error error;
        std::string text = "does not fit the schema";
        while (results.popError(error)) {
            text += "; ";
            for (const auto& part : error.context)
                text += part;
            text += ": " + error.description;
        }
        return text;
    } catch (const std::exception& error) {
        return std::string("schema check failed: ") + error.what();
    }
}

} // namespace kiosk::test
