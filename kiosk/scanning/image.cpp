// SPDX-License-Identifier: Apache-2.0
#include "scanning/image.hpp"

#include "core/result.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace kiosk::scanning {
namespace {

std::uint8_t clamp_to_byte(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

// Calls each(y, sums) for every row, where sums[x] is the sum over (2·radius+1)² pixels around (x, y). Column sums
// slide down, one row in and one row out; a running sum slides along them.
template <typename Each> void for_each_box_row(GreyView from, int radius, Each each) {
    const int width = from.width;
    const int height = from.height;
    thread_local std::vector<std::uint16_t> columns;
    thread_local std::vector<std::uint32_t> sums;
    columns.assign(static_cast<std::size_t>(width), 0);
    sums.resize(static_cast<std::size_t>(width));
    auto* column = columns.data();
    const auto row_at = [&](int y) { return from.row(std::clamp(y, 0, height - 1)); };
    for (int y = -radius; y <= radius; ++y) {
        const auto* source = row_at(y);
        for (int x = 0; x < width; ++x)
            column[x] = static_cast<std::uint16_t>(column[x] + source[x]);
    }
    for (int y = 0; y < height; ++y) {
        std::uint32_t running = 0;
        for (int x = -radius; x <= radius; ++x)
            running += column[std::clamp(x, 0, width - 1)];
        auto* sum = sums.data();
        const int inner_end = width - radius - 1; // none where the picture is narrower than the box
        int x = 0;
        for (; x < std::min(radius, width); ++x) {
            sum[x] = running;
            running += column[std::min(x + radius + 1, width - 1)];
            running -= column[0];
        }
        for (; x < inner_end; ++x) {
            sum[x] = running;
            running += column[x + radius + 1];
            running -= column[x - radius];
        }
        for (; x < width; ++x) {
            sum[x] = running;
            running += column[width - 1];
            running -= column[std::max(x - radius, 0)];
        }
        each(y, sum);
        const auto* in = row_at(y + radius + 1);
        const auto* out = row_at(y - radius);
        for (int i = 0; i < width; ++i)
            column[i] = static_cast<std::uint16_t>(column[i] + in[i] - out[i]);
    }
}

// 2^24 / area, so that a mean is one multiplication. Sums stay under 2^24 / 255 · area < 2^32 for radius ≤ 127.
std::uint64_t reciprocal(int radius) {
    const auto side = static_cast<std::uint64_t>(2 * radius + 1);
    return ((1ULL << 24) + side * side / 2) / (side * side);
}

} // namespace

void GreyImage::resize(int w, int h) {
    KIOSK_ASSERT(w >= 0 && h >= 0);
    width = w;
    height = h;
    pixels.resize(static_cast<std::size_t>(w) * static_cast<std::size_t>(h));
}

Size fit_into(Size picture, Size box) {
    if (picture.width <= box.width && picture.height <= box.height)
        return picture;
    const double scale =
        std::min(static_cast<double>(box.width) / picture.width, static_cast<double>(box.height) / picture.height);
    return {std::max(1, static_cast<int>(std::lround(picture.width * scale))),
            std::max(1, static_cast<int>(std::lround(picture.height * scale)))};
}

void copy(GreyView from, GreyImage& to) {
    to.resize(from.width, from.height);
    for (int y = 0; y < from.height; ++y)
        std::memcpy(to.row(y), from.row(y), static_cast<std::size_t>(from.width));
}

void invert(GreyView from, GreyImage& to) {
    to.resize(from.width, from.height);
    for (int y = 0; y < from.height; ++y) {
        const auto* source = from.row(y);
        auto* target = to.row(y);
        for (int x = 0; x < from.width; ++x)
            target[x] = static_cast<std::uint8_t>(255 - source[x]);
    }
}

void shrink(GreyView from, GreyImage& to, Size size) {
    KIOSK_ASSERT(size.width > 0 && size.height > 0 && size.width <= from.width && size.height <= from.height);
    to.resize(size.width, size.height);
    if (size.width * 2 == from.width && size.height * 2 == from.height) { // previews and the halved pass
        for (int y = 0; y < size.height; ++y) {
            const auto *above = from.row(2 * y), *below = from.row(2 * y + 1);
            auto* target = to.row(y);
            for (int x = 0; x < size.width; ++x)
                target[x] = static_cast<std::uint8_t>(
                    (above[2 * x] + above[2 * x + 1] + below[2 * x] + below[2 * x + 1] + 2) >> 2);
        }
        return;
    }
    const double step_x = static_cast<double>(from.width) / size.width;
    const double step_y = static_cast<double>(from.height) / size.height;
    // Rows are summed with weights into `line`, then columns likewise; weights are in 1/256 of a pixel.
    thread_local std::vector<std::uint32_t> line;
    line.resize(static_cast<std::size_t>(from.width));
    for (int y = 0; y < size.height; ++y) {
        const double top = y * step_y;
        const double bottom = std::min((y + 1) * step_y, static_cast<double>(from.height));
        std::fill(line.begin(), line.end(), 0U);
        std::uint32_t weight_y = 0;
        for (int sy = static_cast<int>(top); sy < from.height && sy < bottom; ++sy) {
            const double covered = std::min(bottom, sy + 1.0) - std::max(top, static_cast<double>(sy));
            const auto weight = static_cast<std::uint32_t>(std::lround(covered * 256.0));
            if (weight == 0)
                continue;
            weight_y += weight;
            const auto* source = from.row(sy);
            for (int x = 0; x < from.width; ++x)
                line[static_cast<std::size_t>(x)] += weight * source[x];
        }
        auto* target = to.row(y);
        for (int x = 0; x < size.width; ++x) {
            const double left = x * step_x;
            const double right = std::min((x + 1) * step_x, static_cast<double>(from.width));
            double sum = 0, weight_x = 0;
            for (int sx = static_cast<int>(left); sx < from.width && sx < right; ++sx) {
                const double covered = std::min(right, sx + 1.0) - std::max(left, static_cast<double>(sx));
                sum += covered * line[static_cast<std::size_t>(sx)];
                weight_x += covered;
            }
            target[x] = clamp_to_byte(static_cast<int>(std::lround(sum / (weight_x * std::max(weight_y, 1U)))));
        }
    }
}

void enlarge(GreyView from, GreyImage& to, Size size) {
    to.resize(size.width, size.height);
    struct Tap {
        int left, right;
        std::uint16_t weight; // of the right one, in 1/256
    };
    const auto tap_at = [](int index, int source, int target) {
        const double at = std::clamp((index + 0.5) * source / target - 0.5, 0.0, source - 1.0);
        const int left = static_cast<int>(at);
        return Tap{left, std::min(left + 1, source - 1), static_cast<std::uint16_t>((at - left) * 256.0)};
    };
    thread_local std::vector<Tap> taps;
    taps.resize(static_cast<std::size_t>(size.width));
    for (int x = 0; x < size.width; ++x)
        taps[static_cast<std::size_t>(x)] = tap_at(x, from.width, size.width);
    thread_local std::vector<std::uint16_t> blended;
    blended.resize(static_cast<std::size_t>(from.width));
    for (int y = 0; y < size.height; ++y) {
        const auto tap = tap_at(y, from.height, size.height);
        const auto* above = from.row(tap.left);
        const auto* below = from.row(tap.right);
        auto* line = blended.data();
        const int weight = tap.weight;
        for (int x = 0; x < from.width; ++x)
            line[x] = static_cast<std::uint16_t>(above[x] * (256 - weight) + below[x] * weight);
        auto* target = to.row(y);
        const auto* table = taps.data();
        for (int x = 0; x < size.width; ++x) {
            const std::uint32_t right = table[x].weight;
            target[x] = static_cast<std::uint8_t>(
                (line[table[x].left] * (256U - right) + line[table[x].right] * right + 32768U) >> 16);
        }
    }
}

void box_mean(GreyView from, GreyImage& to, int radius) {
    KIOSK_ASSERT(radius > 0 && radius <= 127);
    to.resize(from.width, from.height);
    const auto scale = reciprocal(radius);
    for_each_box_row(from, radius, [&](int y, const std::uint32_t* sums) {
        auto* target = to.row(y);
        for (int x = 0; x < from.width; ++x)
            target[x] = static_cast<std::uint8_t>((sums[x] * scale) >> 24);
    });
}

void soften(GreyView from, GreyImage& to) {
    to.resize(from.width, from.height);
    thread_local std::vector<std::uint16_t> line;
    line.resize(static_cast<std::size_t>(from.width) + 2);
    for (int y = 0; y < from.height; ++y) {
        const auto* above = from.row(std::max(y - 1, 0));
        const auto* here = from.row(y);
        const auto* below = from.row(std::min(y + 1, from.height - 1));
        auto* sums = line.data() + 1;
        for (int x = 0; x < from.width; ++x)
            sums[x] = static_cast<std::uint16_t>(above[x] + 2 * here[x] + below[x]);
        sums[-1] = sums[0];
        sums[from.width] = sums[from.width - 1];
        auto* target = to.row(y);
        for (int x = 0; x < from.width; ++x)
            target[x] = static_cast<std::uint8_t>((sums[x - 1] + 2 * sums[x] + sums[x + 1] + 8) >> 4);
    }
}

void sharpen(GreyView from, GreyImage& to, int radius, int amount_16) {
    KIOSK_ASSERT(radius > 0 && radius <= 127);
    to.resize(from.width, from.height);
    const auto scale = reciprocal(radius);
    for_each_box_row(from, radius, [&](int y, const std::uint32_t* sums) {
        const auto* source = from.row(y);
        auto* target = to.row(y);
        for (int x = 0; x < from.width; ++x) {
            const int mean = static_cast<int>((sums[x] * scale) >> 24);
            target[x] = clamp_to_byte(source[x] + (((source[x] - mean) * amount_16) >> 4));
        }
    });
}

void adaptive_threshold(GreyView from, GreyImage& to, int radius, int offset) {
    KIOSK_ASSERT(radius > 0 && radius <= 127);
    to.resize(from.width, from.height);
    const int area = (2 * radius + 1) * (2 * radius + 1);
    const int shift = offset * area;
    for_each_box_row(from, radius, [&](int y, const std::uint32_t* sums) {
        const auto* source = from.row(y);
        auto* target = to.row(y);
        for (int x = 0; x < from.width; ++x)
            target[x] = source[x] * area + shift < static_cast<int>(sums[x]) ? 0 : 255;
    });
}

void stretch_locally(GreyView from, GreyImage& to, int tile) {
    KIOSK_ASSERT(tile >= 8);
    to.resize(from.width, from.height);
    const int columns = (from.width + tile - 1) / tile;
    const int rows = (from.height + tile - 1) / tile;
    std::vector<std::uint8_t> low(static_cast<std::size_t>(columns * rows), 255);
    std::vector<std::uint8_t> high(low.size(), 0);
    for (int y = 0; y < from.height; ++y) {
        const auto* source = from.row(y);
        for (int c = 0; c < columns; ++c) {
            auto& lowest = low[static_cast<std::size_t>(y / tile * columns + c)];
            auto& highest = high[static_cast<std::size_t>(y / tile * columns + c)];
            std::uint8_t l = lowest, h = highest;
            for (int x = c * tile; x < std::min((c + 1) * tile, from.width); ++x) {
                l = std::min(l, source[x]);
                h = std::max(h, source[x]);
            }
            lowest = l;
            highest = h;
        }
    }
    // Range of the tile and its neighbours, so that seams don't show.
    for (int y = 0; y < from.height; ++y) {
        const int r = y / tile;
        const auto* source = from.row(y);
        auto* target = to.row(y);
        for (int c = 0; c < columns; ++c) {
            int l = 255, h = 0;
            for (int nr = std::max(r - 1, 0); nr <= std::min(r + 1, rows - 1); ++nr)
                for (int nc = std::max(c - 1, 0); nc <= std::min(c + 1, columns - 1); ++nc) {
                    l = std::min<int>(l, low[static_cast<std::size_t>(nr * columns + nc)]);
                    h = std::max<int>(h, high[static_cast<std::size_t>(nr * columns + nc)]);
                }
            const int scale = (255 << 8) / std::max(h - l, 24);
            for (int x = c * tile; x < std::min((c + 1) * tile, from.width); ++x)
                target[x] = clamp_to_byte(((source[x] - l) * scale) >> 8);
        }
    }
}

void histogram(GreyView from, int step, std::uint32_t (&counts)[256]) {
    std::fill(std::begin(counts), std::end(counts), 0U);
    for (int y = 0; y < from.height; y += step) {
        const auto* source = from.row(y);
        for (int x = 0; x < from.width; x += step)
            ++counts[source[x]];
    }
}

} // namespace kiosk::scanning
