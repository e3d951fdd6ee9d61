// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small colour pictures for the live preview. Ownership: fills the caller's frame. Threads: any. Failure: none.
#include "scanning/frame_source.hpp"

namespace kiosk::scanning {

inline constexpr Size preview_size{640, 640};

// A picture as cameras give it: brightness in full, colour at half size (I420).
struct Yuv {
    GreyView y, u, v;
    bool full_range = false; // 0…255 instead of 16…235
};

// Grey for decoding and the preview, both of `picture`.
void fill_frame(const Yuv& picture, Frame& frame);
// Without colours.
void fill_frame(GreyView picture, Frame& frame);

} // namespace kiosk::scanning
