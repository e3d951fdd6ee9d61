// SPDX-License-Identifier: Apache-2.0
#pragma once
// Phone numbers as people write them. Purpose: one form under which two ways of writing the same number are equal.
// Pure. Threads: any. Failure: none; a text without digits gives an empty key.
#include <string>
#include <string_view>

namespace kiosk::core {

// Digits only, full-width ones folded, China's country code (+86, 0086) dropped: "+86 138-0000 1234" → "13800001234".
std::string phone_key(std::string_view phone);

} // namespace kiosk::core
