// SPDX-License-Identifier: Apache-2.0
#pragma once
// The pieces of the grid reader: points, perspective, the modules that every code has, the net that bends, and the
// picture as brightness against its surroundings. Inline, because a frame asks them a million times. Ownership:
// values. Threads: any. Failure: none.
#include "scanning/image.hpp"
#include "scanning/zxing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

namespace kiosk::scanning::grid {

using Vector = PixelPoint;
inline Vector operator+(Vector a, Vector b) {
    return {a.x + b.x, a.y + b.y};
}
inline Vector operator-(Vector a, Vector b) {
    return {a.x - b.x, a.y - b.y};
}
inline Vector operator*(Vector a, float s) {
    return {a.x * s, a.y * s};
}
inline float norm(Vector a) {
    return std::hypot(a.x, a.y);
}

// Brightness at a point, between pixels; the border is repeated.
inline float sample(GreyView picture, Vector at) {
    const float x = std::clamp(at.x - 0.5F, 0.0F, static_cast<float>(picture.width - 1) - 0.001F);
    const float y = std::clamp(at.y - 0.5F, 0.0F, static_cast<float>(picture.height - 1) - 0.001F);
    const int left = static_cast<int>(x), top = static_cast<int>(y);
    const float fx = x - static_cast<float>(left), fy = y - static_cast<float>(top);
    const auto* a = picture.row(top) + left;
    const auto* b = top + 1 < picture.height ? a + picture.stride : a;
    const int right = left + 1 < picture.width ? 1 : 0;
    const float above = static_cast<float>(a[0]) + fx * static_cast<float>(a[right] - a[0]);
    const float below = static_cast<float>(b[0]) + fx * static_cast<float>(b[right] - b[0]);
    return above + fy * (below - above);
}

// From four corners of a square of modules to the picture.
class Perspective {
  public:
    // Points for (low, low), (high, low), (high, high), (low, high).
    Perspective(float low, float high, Vector p0, Vector p1, Vector p2, Vector p3) : m_low(low), m_span(high - low) {
        const float dx1 = p1.x - p2.x, dx2 = p3.x - p2.x, dx3 = p0.x - p1.x + p2.x - p3.x;
        const float dy1 = p1.y - p2.y, dy2 = p3.y - p2.y, dy3 = p0.y - p1.y + p2.y - p3.y;
        const float d = dx1 * dy2 - dx2 * dy1;
        m_g = std::abs(d) < 1e-6F ? 0 : (dx3 * dy2 - dx2 * dy3) / d;
        m_h = std::abs(d) < 1e-6F ? 0 : (dx1 * dy3 - dx3 * dy1) / d;
        m_a = p1.x - p0.x + m_g * p1.x;
        m_b = p3.x - p0.x + m_h * p3.x;
        m_c = p0.x;
        m_d = p1.y - p0.y + m_g * p1.y;
        m_e = p3.y - p0.y + m_h * p3.y;
        m_f = p0.y;
    }
    inline Vector operator()(float x, float y) const {
        const float u = (x - m_low) / m_span, v = (y - m_low) / m_span;
        const float w = std::max(m_g * u + m_h * v + 1, 0.05F); // never at or behind the camera: no infinity, no NaN
        return {(m_a * u + m_b * v + m_c) / w, (m_d * u + m_e * v + m_f) / w};
    }
    // Nothing of the code may lie behind the camera.
    bool sane() const { return 1 + m_g > 0.3F && 1 + m_h > 0.3F && 1 + m_g + m_h > 0.3F; }

  private:
    float m_low, m_span;
    float m_a, m_b, m_c, m_d, m_e, m_f, m_g, m_h;
};

// What is known of every code of this size: −1 dark, 1 light, 0 is data.
class KnownModules {
  public:
    explicit KnownModules(int side);
    int at(int x, int y) const { return m_known[static_cast<std::size_t>(y * m_side + x)]; }
    int side() const { return m_side; }

    static std::vector<int> alignment_centres(int side);

  private:
    void set(int x, int y, bool dark) {
        if (x >= 0 && y >= 0 && x < m_side && y < m_side)
            m_known[static_cast<std::size_t>(y * m_side + x)] = dark ? -1 : 1;
    }
    void finder(int left, int top);
    void version(int number);

    int m_side;
    std::vector<std::int8_t> m_known;
};

// Perspective plus a net of displaced nodes: paper bends, cloth folds.
class Warp {
  public:
    Warp(const Perspective& perspective, int side)
        : m_perspective(perspective), m_side(side), m_cells(std::clamp(side / 6, 3, 14)),
          m_cell(static_cast<float>(side) / static_cast<float>(m_cells)),
          m_shift(static_cast<std::size_t>((m_cells + 1) * (m_cells + 1))) {}
    int nodes() const { return m_cells + 1; }
    float cell() const { return m_cell; }
    Vector& shift(int i, int j) { return m_shift[static_cast<std::size_t>(j * (m_cells + 1) + i)]; }
    const Vector& shift(int i, int j) const { return m_shift[static_cast<std::size_t>(j * (m_cells + 1) + i)]; }

    // Module coordinates (a centre is at .5) to the picture.
    inline Vector operator()(float x, float y) const {
        const float cx = std::clamp(x / m_cell, 0.0F, static_cast<float>(m_cells) - 0.001F);
        const float cy = std::clamp(y / m_cell, 0.0F, static_cast<float>(m_cells) - 0.001F);
        const int i = static_cast<int>(cx), j = static_cast<int>(cy);
        const float fx = cx - static_cast<float>(i), fy = cy - static_cast<float>(j);
        const Vector s = shift(i, j) * ((1 - fx) * (1 - fy)) + shift(i + 1, j) * (fx * (1 - fy)) +
                         shift(i, j + 1) * ((1 - fx) * fy) + shift(i + 1, j + 1) * (fx * fy);
        return m_perspective(x + s.x, y + s.y); // displaced in modules, so that it scales with the code
    }

  private:
    Perspective m_perspective;
    int m_side;
    int m_cells;
    float m_cell;
    std::vector<Vector> m_shift;
};

// How much brighter each pixel of a part of the picture is than what is around it.
class Contrast {
  public:
    void take(GreyView picture, int left, int top, int right, int bottom, int radius, GreyImage& mean) {
        m_left = left;
        m_top = top;
        m_width = right - left;
        m_height = bottom - top;
        const auto part = picture.crop(left, top, m_width, m_height);
        box_mean(part, mean, radius);
        m_pixels.resize(mean.pixels.size());
        for (int y = 0; y < m_height; ++y) {
            const auto* from = part.row(y);
            const auto* around = mean.row(y);
            auto* to = m_pixels.data() + static_cast<std::ptrdiff_t>(y) * m_width;
            for (int x = 0; x < m_width; ++x)
                to[x] = static_cast<std::int16_t>(from[x] - around[x]);
        }
    }
    float at(Vector point) const {
        const float x =
            std::clamp(point.x - 0.5F - static_cast<float>(m_left), 0.0F, static_cast<float>(m_width) - 1.001F);
        const float y =
            std::clamp(point.y - 0.5F - static_cast<float>(m_top), 0.0F, static_cast<float>(m_height) - 1.001F);
        const int column = static_cast<int>(x), row = static_cast<int>(y);
        const float fx = x - static_cast<float>(column), fy = y - static_cast<float>(row);
        const auto* a = m_pixels.data() + static_cast<std::ptrdiff_t>(row) * m_width + column;
        const auto* b = a + m_width;
        const float above = static_cast<float>(a[0]) + fx * static_cast<float>(a[1] - a[0]);
        const float below = static_cast<float>(b[0]) + fx * static_cast<float>(b[1] - b[0]);
        return above + fy * (below - above);
    }
    bool empty() const { return m_width < 2 || m_height < 2; }

  private:
    int m_left = 0, m_top = 0, m_width = 0, m_height = 0;
    std::vector<std::int16_t> m_pixels;
};

} // namespace kiosk::scanning::grid
