// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finder patterns: the three squares in a code's corners. Purpose: where codes could be, in a black and white picture,
// and which three squares belong together. Ownership: values. Threads: any. Failure: none; bounded in number.
#include "scanning/image.hpp"
#include "scanning/zxing.hpp"

#include <cstdint>
#include <vector>

namespace kiosk::scanning {

struct Finder {
    PixelPoint centre;
    float module_px = 0; // mean of both directions
    int seen = 0;        // rows that showed it
};

// The most often seen first. Stops looking at `deadline_us` of the thread's processor time: noise is full of them.
std::vector<Finder> find_finders(GreyView black_and_white, std::size_t most, std::int64_t deadline_us);

// Processor time of the calling thread: a busy machine must not make a frame look expensive.
std::int64_t thread_cpu_us();

// Three of them as a code's top left, top right and bottom left (as they would stand upright), best first.
struct Corner {
    Finder top_left, top_right, bottom_left;
    float doubt = 0; // how far from a square; less is better
};
std::vector<Corner> find_corners(const std::vector<Finder>& finders, std::size_t most);

} // namespace kiosk::scanning
