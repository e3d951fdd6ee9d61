// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hard cases for the scanner, rendered: what stands before a kiosk on a bad day. Seeded, so that the same cases come
// every time. Ownership: values. Threads: any.
#include "scanning/scene.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace rendered {

struct Case {
    std::string kind; // "low contrast", …
    std::string text;
    kiosk::scanning::Modules code;
    kiosk::scanning::Scene scene;
};

std::vector<Case> hard_cases(std::size_t of_each_kind, std::uint32_t seed);
// Frames without any code: noise, stripes, text-like clutter, finder patterns that belong to nothing.
std::vector<kiosk::scanning::GreyImage> empty_frames(std::size_t count, std::uint32_t seed);

} // namespace rendered
