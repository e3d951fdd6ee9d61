// SPDX-License-Identifier: Apache-2.0
#include "scanning/preview.hpp"

#include "scanning/picture.hpp"

#include <algorithm>

namespace kiosk::scanning {
namespace {

std::uint8_t to_byte(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

void fit(GreyView from, GreyImage& to, Size box) {
    const Size size = fit_into({from.width, from.height}, box);
    if (size.width == from.width && size.height == from.height)
        copy(from, to);
    else
        shrink(from, to, size);
}

} // namespace

void fill_frame(GreyView picture, Frame& frame) {
    fit(picture, frame.grey, live_frame_size);
    thread_local GreyImage small;
    fit(frame.grey.view(), small, preview_size);
    frame.preview_width = small.width;
    frame.preview_height = small.height;
    frame.rgb.resize(small.pixels.size() * 3);
    for (std::size_t i = 0; i < small.pixels.size(); ++i)
        frame.rgb[i * 3] = frame.rgb[i * 3 + 1] = frame.rgb[i * 3 + 2] = small.pixels[i];
}

void fill_frame(const Yuv& picture, Frame& frame) {
    fit(picture.y, frame.grey, live_frame_size);
    thread_local GreyImage small;
    fit(frame.grey.view(), small, preview_size);
    frame.preview_width = small.width;
    frame.preview_height = small.height;
    frame.rgb.resize(small.pixels.size() * 3);
    // BT.601 in 1/256; BT.709 differs by what no eye sees in a preview.
    const int gain = picture.full_range ? 256 : 298, lift = picture.full_range ? 0 : 16;
    const int red_v = picture.full_range ? 359 : 409, green_u = picture.full_range ? 88 : 100;
    const int green_v = picture.full_range ? 183 : 208, blue_u = picture.full_range ? 454 : 516;
    for (int row = 0; row < small.height; ++row) {
        const auto* y = small.row(row);
        const auto* u = picture.u.row(row * picture.u.height / small.height);
        const auto* v = picture.v.row(row * picture.v.height / small.height);
        auto* out = frame.rgb.data() + static_cast<std::ptrdiff_t>(row) * small.width * 3;
        for (int x = 0; x < small.width; ++x) {
            const int chroma = x * picture.u.width / small.width;
            const int light = (y[x] - lift) * gain + 128;
            const int du = u[chroma] - 128, dv = v[chroma] - 128;
            out[x * 3] = to_byte((light + red_v * dv) >> 8);
            out[x * 3 + 1] = to_byte((light - green_u * du - green_v * dv) >> 8);
            out[x * 3 + 2] = to_byte((light + blue_u * du) >> 8);
        }
    }
}

} // namespace kiosk::scanning
