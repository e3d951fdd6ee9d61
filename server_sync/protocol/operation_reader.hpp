// SPDX-License-Identifier: Apache-2.0
#pragma once
// Operations out of a parsed document. Internal to this folder: it is what messages.cpp and operation_json.cpp share.
// Ownership: elements borrow the parser's document, which the next parse of the same thread replaces. Threads: each has
// its parser. Failure: Result.
#include "protocol/operation_json.hpp"

#include <simdjson.h>

namespace kiosk::sync::protocol {

// Parses on this thread's parser; the element is good until the next call.
kiosk::core::Result<simdjson::dom::element> parse_document(std::string_view text, std::size_t limit);
ReadOperation read_element(simdjson::dom::element element, const kiosk::core::Hasher& hasher);
kiosk::core::Result<std::vector<ReadOperation>> read_array(simdjson::dom::array array, const kiosk::core::Hasher& hasher,
                                                           std::size_t limit);

} // namespace kiosk::sync::protocol
