// SPDX-License-Identifier: Apache-2.0
#pragma once
// The files of plugins/sdk/schemas as they are. For schemas.cpp alone. Ownership: static. Threads: any. Failure: none.
#include <span>
#include <string_view>

namespace kiosk::plugin_host {

struct SchemaText {
    std::string_view file; // "admission.decide.1.json"
    std::string_view json;
};
std::span<const SchemaText> schema_texts();

} // namespace kiosk::plugin_host
