// SPDX-License-Identifier: Apache-2.0
#include "unit/plugin_host/schema_check.hpp"

#include "plugin_host/schemas.hpp"

namespace kiosk::test {

std::string schema_problem(const std::string& schema, std::string_view json) {
    using plugin_host::SchemaPart;
    const auto& schemas = plugin_host::SchemaSet::published();
    if (schema == "manifest.json")
        return schemas.manifest_problem(json);
    // "admission.decide.1.json#/definitions/reply" → admission.decide/1
    constexpr std::string_view ending = ".json#/definitions/";
    const auto at = schema.find(ending);
    if (at == std::string::npos)
        return "not a name of a schema: " + schema;
    std::string method = schema.substr(0, at);
    if (const auto dot = method.rfind('.'); dot != std::string::npos)
        method[dot] = '/';
    const std::string part = schema.substr(at + ending.size());
    if (part != "request" && part != "reply")
        return "not a part of a schema: " + part;
    return schemas.problem(method, part == "request" ? SchemaPart::Request : SchemaPart::Reply, json);
}

} // namespace kiosk::test
