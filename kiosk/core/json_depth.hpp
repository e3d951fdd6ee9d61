// SPDX-License-Identifier: Apache-2.0
#pragma once
// A bound on outside JSON before it is parsed. Purpose: the JSON library copies, compares and writes nested values
// by recursion, so a file of nothing but brackets would overflow the stack. Pure. Threads: any. Failure: none.
#include <string_view>

namespace kiosk::core {

constexpr int max_json_depth = 256; // a rule of the deepest kind within a document, and room to spare

// Lists and objects nested at most `limit` deep? The text need not be valid JSON.
bool json_nests_within(std::string_view text, int limit = max_json_depth);

} // namespace kiosk::core
