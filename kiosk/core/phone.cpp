// SPDX-License-Identifier: Apache-2.0
#include "core/phone.hpp"

#include "core/names.hpp"

namespace kiosk::core {

std::string phone_key(std::string_view phone) {
    const auto folded = fold(phone);
    std::string digits;
    bool international = false;
    for (const char c : folded) {
        if (c == '+' && digits.empty())
            international = true;
        if (c >= '0' && c <= '9')
            digits += c;
    }
    if (digits.starts_with("00")) {
        international = true;
        digits.erase(0, 2);
    }
    // Without a "+", 86 is a country code only before eleven digits: a mobile number has eleven of its own.
    if (digits.starts_with("86") && (international || digits.size() == 13))
        digits.erase(0, 2);
    return digits;
}

} // namespace kiosk::core
