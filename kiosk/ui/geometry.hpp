// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rectangles that are cut into parts. Purpose: every screen is laid out by cutting its rectangle from the edges, so
// that nothing can overlap by construction. Ownership: values. Units: those of the theme.
#include <algorithm>

namespace kiosk::ui {

struct Vec {
    float x = 0, y = 0;
};

struct Rect {
    float x = 0, y = 0, w = 0, h = 0;

    float right() const { return x + w; }
    float bottom() const { return y + h; }
    Vec center() const { return {x + w / 2, y + h / 2}; }
    bool contains(Vec p) const { return p.x >= x && p.y >= y && p.x < right() && p.y < bottom(); }
    bool overlaps(const Rect& o) const { return x < o.right() && o.x < right() && y < o.bottom() && o.y < bottom(); }

    Rect inset(float all) const { return inset(all, all); }
    Rect inset(float dx, float dy) const { return {x + dx, y + dy, std::max(0.0F, w - 2 * dx), std::max(0.0F, h - 2 * dy)}; }

    // Cut a strip off one side; what is left stays in this rectangle.
    Rect cut_top(float amount) {
        const Rect part{x, y, w, amount};
        y += amount;
        h -= amount;
        return part;
    }
    Rect cut_bottom(float amount) {
        h -= amount;
        return {x, y + h, w, amount};
    }
    Rect cut_left(float amount) {
        const Rect part{x, y, amount, h};
        x += amount;
        w -= amount;
        return part;
    }
    Rect cut_right(float amount) {
        w -= amount;
        return {x + w, y, amount, h};
    }

    // A rectangle of that size in the middle of this one.
    Rect centered(float width, float height) const { return {x + (w - width) / 2, y + (h - height) / 2, width, height}; }
};

} // namespace kiosk::ui
