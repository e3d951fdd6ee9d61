// SPDX-License-Identifier: Apache-2.0
#pragma once
// Checks JSON against the published schemas of plugins/sdk/schemas. Purpose: keeps schemas, host and plugins one.
// Threads: one. Failure: the first problem as text; empty where there is none.
#include <string>
#include <string_view>

namespace kiosk::test {

// `schema` is a file name with an optional pointer: "admission.decide.1.json#/definitions/reply".
std::string schema_problem(const std::string& schema, std::string_view json);

} // namespace kiosk::test
