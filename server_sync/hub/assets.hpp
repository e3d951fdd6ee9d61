// SPDX-License-Identifier: Apache-2.0
#pragma once
// Files that are part of the program: the OpenAPI document and the organizers' page. Ownership: static. Threads: any.
// Failure: none.
#include <string_view>

namespace kiosk::sync::hub {

std::string_view openapi_text();
std::string_view page_text(); // holds {{nonce}} where the answer's nonce belongs

} // namespace kiosk::sync::hub
