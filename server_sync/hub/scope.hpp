// SPDX-License-Identifier: Apache-2.0
#pragma once
// Of which closed sessions a device gets what is confidential. Purpose: the right as one text, the same in the store, on
// the wire and in the audit trail: "*" all, "" none, or ids of sessions, sorted, each once, with commas. Ownership: values.
// Threads: any. Failure: Invalid where a text can't be such a right.
#include "core/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kiosk::sync::hub {

constexpr std::string_view scope_all = "*";

// Of what somebody typed: "cd2, cd1" is "cd1,cd2".
core::Result<std::string> parse_scope(std::string_view text);
std::vector<std::string> sessions_of_scope(std::string_view scope);
// May a device of that scope have what belongs to this session? `session` empty: it is not confidential.
bool scope_has(std::string_view scope, std::string_view session);

} // namespace kiosk::sync::hub
