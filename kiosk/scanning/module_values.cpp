// SPDX-License-Identifier: Apache-2.0
#include "scanning/module_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace kiosk::scanning {
namespace {

constexpr int taps = 9; // a module and its eight neighbours
constexpr int unknowns = taps + 1;

// Solves the normal equations in place; false where they say nothing.
bool solve(std::array<std::array<double, unknowns + 1>, unknowns>& m) {
    for (std::size_t i = 0; i < unknowns; ++i) {
        std::size_t best = i;
        for (std::size_t r = i + 1; r < unknowns; ++r)
            if (std::abs(m[r][i]) > std::abs(m[best][i]))
                best = r;
        if (std::abs(m[best][i]) < 1e-9)
            return false;
        std::swap(m[i], m[best]);
        for (std::size_t r = 0; r < unknowns; ++r) {
            if (r == i)
                continue;
            const double factor = m[r][i] / m[i][i];
            for (std::size_t c = i; c <= unknowns; ++c)
                m[r][c] -= factor * m[i][c];
        }
    }
    for (std::size_t i = 0; i < unknowns; ++i)
        m[i][unknowns] /= m[i][i];
    return true;
}

} // namespace

std::vector<float> levelled(const ModuleValues& values) {
    const int side = values.side;
    const int radius = 5;
    const auto at = [side](int x, int y) { return static_cast<std::size_t>(y * side + x); };
    // Sums over a window by one running table each: all, and the dark ones with their number.
    const auto table = [&](auto value) {
        std::vector<float> sums(static_cast<std::size_t>((side + 1) * (side + 1)), 0.0F);
        for (int y = 0; y < side; ++y) {
            float line = 0;
            for (int x = 0; x < side; ++x) {
                line += value(x, y);
                sums[static_cast<std::size_t>((y + 1) * (side + 1) + x + 1)] =
                    sums[static_cast<std::size_t>(y * (side + 1) + x + 1)] + line;
            }
        }
        return sums;
    };
    struct Window {
        int left, top, right, bottom;
    };
    const auto window = [&](int x, int y) {
        return Window{std::max(0, x - radius), std::max(0, y - radius), std::min(side, x + radius + 1),
                      std::min(side, y + radius + 1)};
    };
    const auto sum = [side](const std::vector<float>& sums, Window w) {
        const auto p = [&](int x, int y) { return sums[static_cast<std::size_t>(y * (side + 1) + x)]; };
        return p(w.right, w.bottom) - p(w.left, w.bottom) - p(w.right, w.top) + p(w.left, w.top);
    };
    const auto all = table([&](int x, int y) { return values.grey[at(x, y)]; });
    std::vector<float> threshold(values.grey.size());
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const auto w = window(x, y);
            threshold[at(x, y)] = sum(all, w) / static_cast<float>((w.right - w.left) * (w.bottom - w.top));
        }
    std::vector<float> span(values.grey.size(), 1.0F);
    for (int round = 0; round < 2; ++round) {
        const auto dark = table(
            [&](int x, int y) { return values.grey[at(x, y)] < threshold[at(x, y)] ? values.grey[at(x, y)] : 0.0F; });
        const auto count =
            table([&](int x, int y) { return values.grey[at(x, y)] < threshold[at(x, y)] ? 1.0F : 0.0F; });
        std::vector<float> next(threshold);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const auto w = window(x, y);
                const auto n = static_cast<float>((w.right - w.left) * (w.bottom - w.top));
                const float darks = sum(count, w);
                if (darks < 1 || darks > n - 1)
                    continue;
                const float low = sum(dark, w) / darks, high = (sum(all, w) - sum(dark, w)) / (n - darks);
                next[at(x, y)] = (low + high) / 2;
                span[at(x, y)] = std::max(4.0F, (high - low) / 2);
            }
        threshold = std::move(next);
    }
    std::vector<float> level(values.grey.size());
    for (std::size_t i = 0; i < level.size(); ++i)
        level[i] = std::clamp((values.grey[i] - threshold[i]) / span[i], -2.0F, 2.0F);
    return level;
}

ModuleBits decide(const std::vector<float>& values, int side, float strength) {
    ModuleBits bits(values.size());
    const auto value = [&](int x, int y) {
        return x < 0 || y < 0 || x >= side || y >= side ? 1.0F : values[static_cast<std::size_t>(y * side + x)];
    };
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side; ++x) {
            const float here = value(x, y);
            const float around = (value(x - 1, y) + value(x + 1, y) + value(x, y - 1) + value(x, y + 1)) / 4;
            bits[static_cast<std::size_t>(y * side + x)] = here + strength * (here - around) < 0 ? 1 : 0;
        }
    return bits;
}

ModuleBits explain(const std::vector<float>& values, int side, const ModuleBits& first) {
    ModuleBits bits = first;
    const auto sign = [&](int x, int y) {
        return x < 0 || y < 0 || x >= side || y >= side || bits[static_cast<std::size_t>(y * side + x)] == 0 ? 1.0F
                                                                                                             : -1.0F;
    };
    std::array<float, taps> kernel{};
    for (int round = 0; round < 3; ++round) {
        std::array<std::array<double, unknowns + 1>, unknowns> normal{};
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                std::array<double, unknowns> row{};
                for (int t = 0; t < taps; ++t)
                    row[static_cast<std::size_t>(t)] = sign(x + t % 3 - 1, y + t / 3 - 1);
                row[taps] = 1;
                const double value = values[static_cast<std::size_t>(y * side + x)];
                for (std::size_t i = 0; i < unknowns; ++i) {
                    for (std::size_t j = i; j < unknowns; ++j)
                        normal[i][j] += row[i] * row[j];
                    normal[i][unknowns] += row[i] * value;
                }
            }
        for (std::size_t i = 0; i < unknowns; ++i) {
            for (std::size_t j = 0; j < i; ++j)
                normal[i][j] = normal[j][i];
            normal[i][i] += 1; // a little, so that an odd grid can't make it explode
        }
        if (!solve(normal))
            return bits;
        for (std::size_t t = 0; t < taps; ++t)
            kernel[t] = static_cast<float>(normal[t][unknowns]);
        const auto offset = static_cast<float>(normal[taps][unknowns]);

        std::vector<float> rest(values.size());
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                float predicted = offset;
                for (int t = 0; t < taps; ++t)
                    predicted += kernel[static_cast<std::size_t>(t)] * sign(x + t % 3 - 1, y + t / 3 - 1);
                rest[static_cast<std::size_t>(y * side + x)] =
                    values[static_cast<std::size_t>(y * side + x)] - predicted;
            }
        for (int sweep = 0; sweep < 4; ++sweep) {
            bool changed = false;
            for (int y = 0; y < side; ++y)
                for (int x = 0; x < side; ++x) {
                    const float change = -2 * sign(x, y); // of this module's sign, if it flips
                    float gain = 0;
                    for (int t = 0; t < taps; ++t) {
                        // The module at (nx, ny) has this one at its tap t.
                        const int nx = x - (t % 3 - 1), ny = y - (t / 3 - 1);
                        if (nx < 0 || ny < 0 || nx >= side || ny >= side)
                            continue;
                        const float r = rest[static_cast<std::size_t>(ny * side + nx)];
                        const float after = r - kernel[static_cast<std::size_t>(t)] * change;
                        gain += r * r - after * after;
                    }
                    if (gain <= 1e-4F)
                        continue;
                    changed = true;
                    bits[static_cast<std::size_t>(y * side + x)] ^= 1U;
                    for (int t = 0; t < taps; ++t) {
                        const int nx = x - (t % 3 - 1), ny = y - (t / 3 - 1);
                        if (nx >= 0 && ny >= 0 && nx < side && ny < side)
                            rest[static_cast<std::size_t>(ny * side + nx)] -=
                                kernel[static_cast<std::size_t>(t)] * change;
                    }
                }
            if (!changed)
                break;
        }
    }
    return bits;
}

} // namespace kiosk::scanning
