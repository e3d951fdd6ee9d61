// SPDX-License-Identifier: Apache-2.0
#pragma once
// The published schemas of plugins/sdk/schemas, built into the program. Purpose: host, checker and tests hold requests,
// replies and manifests against the same files; the only adapter over valijson. Ownership: one set a process; each
// schema is made ready when it is first needed. Threads: any. Failure: what does not fit is the answer, as text.
#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::plugin_host {

enum class SchemaPart : std::uint8_t { Request = 1, Reply };

class SchemaSet {
  public:
    static const SchemaSet& published();
    ~SchemaSet();
    SchemaSet(const SchemaSet&) = delete;
    SchemaSet& operator=(const SchemaSet&) = delete;

    std::vector<std::string> methods() const; // "admission.decide/1", …
    bool has(std::string_view method) const;
    std::string_view text(std::string_view file) const; // of "common.json"; empty where there is no such file

    // The first thing that does not fit and its place ("steps[0].fields[2].type: …"); empty where all is well.
    std::string problem(std::string_view method, SchemaPart part, std::string_view json) const;
    std::string manifest_problem(std::string_view json) const;
    // The same of a document that is parsed already; of nothing that merely converts to one, as every text does.
    template <std::same_as<nlohmann::json> Document>
    std::string problem(std::string_view method, SchemaPart part, const Document& document) const {
        return document_problem(method, part, document);
    }
    template <std::same_as<nlohmann::json> Document> std::string manifest_problem(const Document& document) const {
        return manifest_document_problem(document);
    }

  private:
    SchemaSet();
    std::string document_problem(std::string_view method, SchemaPart part, const nlohmann::json& document) const;
    std::string manifest_document_problem(const nlohmann::json& document) const;

    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::plugin_host
