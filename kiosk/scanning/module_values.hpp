// SPDX-License-Identifier: Apache-2.0
#pragma once
// From one grey value a module to black or white. Purpose: the decision where neighbours shine into each other.
// Ownership: values. Threads: any. Failure: none.
#include <cstdint>
#include <vector>

namespace kiosk::scanning {

struct ModuleValues {
    int side = 0;
    std::vector<float> grey; // side × side
};
using ModuleBits = std::vector<std::uint8_t>; // side × side, 1 is dark

// −1 … 1 by the black and white of each module's neighbourhood; dark is negative.
std::vector<float> levelled(const ModuleValues& values);
// Dark where the value is negative, after `strength` times the difference from its four neighbours is added.
ModuleBits decide(const std::vector<float>& values, int side, float strength);
// Learns how neighbours shine into each other from a first decision, then finds the bits that explain the values.
ModuleBits explain(const std::vector<float>& values, int side, const ModuleBits& first);

} // namespace kiosk::scanning
