// SPDX-License-Identifier: Apache-2.0
#pragma once
// A signature drawn with a finger, as text. Purpose: strokes of points on a field of 1000 × 400 become
// "x,y x,y …;x,y …" (whole numbers), small enough for an answer and readable without any library. Pure. Threads: any.
// Failure: parse answers Invalid for a text that is none, or TooLarge; a mark too small to be a signature is for
// is_signature to say.
#include "core/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

constexpr std::int32_t signature_width = 1000;
constexpr std::int32_t signature_height = 400;
constexpr std::size_t max_signature_bytes = 16'000;

struct SignaturePoint {
    std::int32_t x = 0;
    std::int32_t y = 0;
    friend bool operator==(const SignaturePoint&, const SignaturePoint&) = default;
};
using SignatureStroke = std::vector<SignaturePoint>;

// Points that add nothing are left out until it fits max_signature_bytes.
std::string signature_text(const std::vector<SignatureStroke>& strokes);
Result<std::vector<SignatureStroke>> parse_signature(std::string_view text);
// Long enough to be more than a touch by mistake.
bool is_signature(std::string_view text);

} // namespace kiosk::core
