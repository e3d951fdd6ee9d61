// SPDX-License-Identifier: Apache-2.0
#pragma once
// Grey pictures and the few operations on them that help a code to be read. Purpose: everything the decoder does to a
// frame before it looks again; written for speed (running sums, loops that vectorise, buffers that are used again).
// Ownership: GreyImage owns, GreyView borrows. Threads: plain values. Failure: none; sizes are checked by assertion.
#include <cstddef>
#include <cstdint>
#include <vector>

namespace kiosk::scanning {

struct GreyView {
    const std::uint8_t* data = nullptr;
    int width = 0;
    int height = 0;
    int stride = 0; // bytes from one row to the next
    const std::uint8_t* row(int y) const { return data + static_cast<std::ptrdiff_t>(y) * stride; }
    bool empty() const { return data == nullptr || width <= 0 || height <= 0; }
    GreyView crop(int x, int y, int w, int h) const { return {row(y) + x, w, h, stride}; }
};

struct GreyImage {
    int width = 0;
    int height = 0;
    std::vector<std::uint8_t> pixels;

    GreyImage() = default;
    GreyImage(int w, int h) { resize(w, h); }
    // Keeps the buffer where it is large enough: the decoder works in the same few images for ever.
    void resize(int w, int h);
    std::uint8_t* row(int y) { return pixels.data() + static_cast<std::ptrdiff_t>(y) * width; }
    const std::uint8_t* row(int y) const { return pixels.data() + static_cast<std::ptrdiff_t>(y) * width; }
    GreyView view() const { return {pixels.data(), width, height, width}; }
};

// The largest size of this shape that fits into the box; never larger than it was.
struct Size {
    int width = 0, height = 0;
};
Size fit_into(Size picture, Size box);

void copy(GreyView from, GreyImage& to);
void invert(GreyView from, GreyImage& to);

// Mean over the covered area; for shrinking.
void shrink(GreyView from, GreyImage& to, Size size);
// Bilinear; for growing.
void enlarge(GreyView from, GreyImage& to, Size size);

// Mean over (2·radius+1)² pixels, borders repeated.
void box_mean(GreyView from, GreyImage& to, int radius);
// [1 2 1]² / 16.
void soften(GreyView from, GreyImage& to);
// from + amount × (from − mean over (2·radius+1)²), in place of the mean image. amount in sixteenths.
void sharpen(GreyView from, GreyImage& to, int radius, int amount_16);

// Black where the pixel is more than `offset` below the mean around it.
void adaptive_threshold(GreyView from, GreyImage& to, int radius, int offset);
// Stretches what lies between the darkest and the brightest of each neighbourhood to the full range.
void stretch_locally(GreyView from, GreyImage& to, int tile);

// 256 counts of every `step`-th pixel of every `step`-th row.
void histogram(GreyView from, int step, std::uint32_t (&counts)[256]);

} // namespace kiosk::scanning
