// SPDX-License-Identifier: Apache-2.0
// A signature's text, from another device or a form that was filled in elsewhere: what is read is written back alike.
#include "core/signature.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace kiosk::core;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input(reinterpret_cast<const char*>(data), size);
    const auto strokes = parse_signature(input);
    KIOSK_ASSERT(!is_signature(input) || strokes.has_value());
    if (!strokes)
        return 0;
    for (const auto& stroke : *strokes)
        for (const auto& point : stroke)
            KIOSK_ASSERT(point.x >= 0 && point.x <= signature_width && point.y >= 0 && point.y <= signature_height);
    const auto text = signature_text(*strokes);
    KIOSK_ASSERT(text.size() <= max_signature_bytes);
    KIOSK_ASSERT(text.empty() || parse_signature(text).has_value());
    return 0;
}
