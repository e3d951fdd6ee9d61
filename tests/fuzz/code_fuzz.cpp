// SPDX-License-Identifier: Apache-2.0
// Anything that a scanner, a camera or a keyboard can deliver as a code.
#include "core/ticket.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

using namespace kiosk::core;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(reinterpret_cast<const char*>(data), size);

    const auto code = normalise_code(input);
    KIOSK_ASSERT(code.size() <= max_code_bytes);
    KIOSK_ASSERT(normalise_code(code) == code);
    KIOSK_ASSERT(std::ranges::none_of(code, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }));

    for (const auto& text : {input, code, "https://example.com/" + input, "http://e.cn/?ticket=" + input + "#" + input})
        if (const auto carried = code_in_url(text))
            KIOSK_ASSERT(!carried->empty() && normalise_code(*carried) == *carried);

    KIOSK_ASSERT(base45_decode(base45_encode(input)) == input);
    if (const auto bytes = base45_decode(input))
        KIOSK_ASSERT(base45_encode(*bytes) == input);
    return 0;
}
