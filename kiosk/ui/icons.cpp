// SPDX-License-Identifier: Apache-2.0
#include "ui/icons.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kiosk::ui {

namespace {

// Draws in grid units onto the canvas.
struct Pen {
    Canvas& canvas;
    Rect box;
    Color color;
    float stroke;
    float unit;

    Vec at(float x, float y) const { return {box.x + x * unit, box.y + y * unit}; }
    void line(std::initializer_list<Vec> points, bool closed = false) const {
        std::vector<Vec> placed;
        for (const auto& point : points)
            placed.push_back(at(point.x, point.y));
        canvas.path(placed, color, stroke * unit, closed);
    }
    void ring(float x, float y, float radius) const { canvas.circle(at(x, y), radius * unit, color, stroke * unit); }
    void dot(float x, float y, float radius) const { canvas.disc(at(x, y), radius * unit, color); }
    void arc(float x, float y, float radius, float from, float to) const {
        canvas.arc(at(x, y), radius * unit, from, to, color, stroke * unit);
    }
    void frame(float x, float y, float w, float h, float radius) const {
        const float half = stroke / 2;
        canvas.outline({at(x - half, y - half).x, at(x - half, y - half).y, (w + stroke) * unit, (h + stroke) * unit}, color,
                       stroke * unit, (radius + half) * unit);
    }
    // An arrow head whose point is at (x, y), looking along (dx, dy).
    void head(float x, float y, float dx, float dy, float length) const {
        line({{x - (dx + dy) * length, y - (dy - dx) * length}, {x, y}, {x - (dx - dy) * length, y - (dy + dx) * length}});
    }
};

void person(const Pen& p, float x) {
    p.ring(x, 8, 4);
    p.arc(x, 21.5F, 7.5F, 0.75F, 1.25F);
}

void cloud(const Pen& p) {
    p.arc(7.5F, 14.5F, 4.5F, 0.5F, 0.98F);
    p.arc(12.5F, 11, 5.5F, 0.78F, 1.22F);
    p.arc(17.5F, 15, 4, 0.02F, 0.5F);
    p.line({{7.5F, 19}, {17.5F, 19}});
}

} // namespace

void draw_icon(Canvas& canvas, Icon icon, Rect box, Color color, float stroke) {
    const float side = std::min(box.w, box.h);
    const Pen p{canvas, box.centered(side, side), color, stroke, side / 24};
    switch (icon) {
    case Icon::Check: p.line({{4.5F, 12.8F}, {9.8F, 18}, {19.8F, 6.5F}}); break;
    case Icon::Repeat:
        p.arc(12, 12, 8, 0.80F, 1.19F);
        p.arc(12, 12, 8, 0.30F, 0.69F);
        p.line({{20.3F, 5.4F}, {19.4F, 9.2F}, {15.6F, 8.5F}});
        p.line({{3.7F, 18.6F}, {4.6F, 14.8F}, {8.4F, 15.5F}});
        break;
    case Icon::Stop:
        p.line({{6.5F, 6.5F}, {17.5F, 17.5F}});
        p.line({{17.5F, 6.5F}, {6.5F, 17.5F}});
        break;
    case Icon::Pencil:
        p.line({{4.5F, 19.5F}, {5.5F, 15}, {15.5F, 5}, {19, 8.5F}, {9, 18.5F}}, true);
        p.line({{13, 7.5F}, {16.5F, 11}});
        break;
    case Icon::Help:
        p.arc(12, 9.2F, 3.8F, 0.76F, 1.40F);
        p.line({{12, 13.2F}, {12, 14.6F}});
        p.dot(12, 18.4F, stroke * 0.65F);
        break;
    case Icon::Hourglass:
        p.line({{6.5F, 4}, {17.5F, 4}});
        p.line({{6.5F, 20}, {17.5F, 20}});
        p.line({{7.5F, 4}, {7.5F, 7.5F}, {12, 12}, {16.5F, 7.5F}, {16.5F, 4}});
        p.line({{7.5F, 20}, {7.5F, 16.5F}, {12, 12}, {16.5F, 16.5F}, {16.5F, 20}});
        break;
    case Icon::Person: person(p, 12); break;
    case Icon::PersonPlus:
        person(p, 9.5F);
        p.line({{19, 8}, {19, 14}});
        p.line({{16, 11}, {22, 11}});
        break;
    case Icon::Search:
        p.ring(10.5F, 10.5F, 6.5F);
        p.line({{15.4F, 15.4F}, {20.5F, 20.5F}});
        break;
    case Icon::Backspace:
        p.line({{8.5F, 5.5F}, {21, 5.5F}, {21, 18.5F}, {8.5F, 18.5F}, {2.5F, 12}}, true);
        p.line({{11.8F, 9.3F}, {17.2F, 14.7F}});
        p.line({{17.2F, 9.3F}, {11.8F, 14.7F}});
        break;
    case Icon::Globe: {
        p.ring(12, 12, 9);
        p.line({{3, 12}, {21, 12}});
        std::vector<Vec> west, east;
        for (int i = 0; i <= 16; ++i) {
            const float turn = static_cast<float>(i) / 16 * std::numbers::pi_v<float>;
            west.push_back(p.at(12 - 4.2F * std::sin(turn), 12 - 9 * std::cos(turn)));
            east.push_back(p.at(12 + 4.2F * std::sin(turn), 12 - 9 * std::cos(turn)));
        }
        canvas.path(west, color, stroke * p.unit);
        canvas.path(east, color, stroke * p.unit);
        break;
    }
    case Icon::Camera:
    case Icon::CameraOff:
        p.line({{3, 8}, {7.5F, 8}, {9.5F, 5}, {14.5F, 5}, {16.5F, 8}, {21, 8}, {21, 19}, {3, 19}}, true);
        p.ring(12, 13.2F, 3.6F);
        if (icon == Icon::CameraOff)
            p.line({{2.5F, 2.5F}, {21.5F, 21.5F}});
        break;
    case Icon::Back: p.line({{14.5F, 5.5F}, {8, 12}, {14.5F, 18.5F}}); break;
    case Icon::Next: p.line({{9.5F, 5.5F}, {16, 12}, {9.5F, 18.5F}}); break;
    case Icon::Up: p.line({{5.5F, 15}, {12, 8.5F}, {18.5F, 15}}); break;
    case Icon::Down: p.line({{5.5F, 9}, {12, 15.5F}, {18.5F, 9}}); break;
    case Icon::Shift:
        p.line({{12, 4}, {20, 12.5F}, {15.5F, 12.5F}, {15.5F, 19.5F}, {8.5F, 19.5F}, {8.5F, 12.5F}, {4, 12.5F}}, true);
        break;
    case Icon::Enter:
        p.line({{20, 5}, {20, 13.5F}, {5, 13.5F}});
        p.line({{9.5F, 9}, {5, 13.5F}, {9.5F, 18}});
        break;
    case Icon::Close:
        p.line({{6, 6}, {18, 18}});
        p.line({{18, 6}, {6, 18}});
        break;
    case Icon::Printer:
        p.line({{7, 8.5F}, {7, 3.5F}, {17, 3.5F}, {17, 8.5F}});
        p.line({{7, 17}, {3.5F, 17}, {3.5F, 8.5F}, {20.5F, 8.5F}, {20.5F, 17}, {17, 17}});
        p.line({{7, 13.5F}, {17, 13.5F}, {17, 20.5F}, {7, 20.5F}}, true);
        break;
    case Icon::Calendar:
        p.frame(3.5F, 5.5F, 17, 15, 2.5F);
        p.line({{3.5F, 10.5F}, {20.5F, 10.5F}});
        p.line({{8, 3}, {8, 7.5F}});
        p.line({{16, 3}, {16, 7.5F}});
        break;
    case Icon::Pin:
        p.arc(12, 10, 7, 0.70F, 1.30F);
        p.line({{5.4F, 12.3F}, {12, 21.5F}, {18.6F, 12.3F}});
        p.ring(12, 10, 2.4F);
        break;
    case Icon::Cloud: cloud(p); break;
    case Icon::CloudOff:
        cloud(p);
        p.line({{3, 3}, {21, 21}});
        break;
    case Icon::Saved:
        p.frame(3.5F, 3.5F, 17, 17, 4);
        p.line({{7.8F, 12.4F}, {10.8F, 15.4F}, {16.4F, 9}});
        break;
    case Icon::Undo:
        p.arc(12.5F, 13, 7, 0.78F, 1.55F);
        p.line({{4.2F, 4.8F}, {5.6F, 11}, {11.6F, 9.2F}});
        break;
    case Icon::Lock:
        p.frame(4.5F, 10.5F, 15, 10, 2.5F);
        p.arc(12, 8, 4.5F, 0.75F, 1.25F);
        p.line({{7.5F, 8}, {7.5F, 10.5F}});
        p.line({{16.5F, 8}, {16.5F, 10.5F}});
        break;
    case Icon::Gear: {
        p.ring(12, 12, 3);
        p.ring(12, 12, 6.8F);
        for (int i = 0; i < 8; ++i) {
            const float turn = (static_cast<float>(i) + 0.5F) / 8 * 2 * std::numbers::pi_v<float>;
            p.line({{12 + 7.2F * std::cos(turn), 12 + 7.2F * std::sin(turn)}, {12 + 9.6F * std::cos(turn), 12 + 9.6F * std::sin(turn)}});
        }
        break;
    }
    case Icon::Chart:
        p.line({{5, 19.5F}, {5, 12}});
        p.line({{12, 19.5F}, {12, 4.5F}});
        p.line({{19, 19.5F}, {19, 9}});
        break;
    case Icon::List:
        for (const float y : {6.0F, 12.0F, 18.0F}) {
            p.line({{9, y}, {20.5F, y}});
            p.dot(4.2F, y, 1.4F);
        }
        break;
    case Icon::Door:
        p.line({{4, 20.5F}, {20, 20.5F}});
        p.line({{6.5F, 20.5F}, {6.5F, 3.5F}, {17.5F, 3.5F}, {17.5F, 20.5F}});
        p.dot(14, 12.5F, 1.3F);
        break;
    case Icon::Code:
        p.frame(4, 4, 5.5F, 5.5F, 1);
        p.frame(14.5F, 4, 5.5F, 5.5F, 1);
        p.frame(4, 14.5F, 5.5F, 5.5F, 1);
        p.line({{14.5F, 14.5F}, {16.5F, 14.5F}});
        p.line({{20, 14.5F}, {20, 17}});
        p.line({{14.5F, 18.5F}, {14.5F, 20}});
        p.line({{18, 20}, {20, 20}});
        break;
    case Icon::Wrench:
        p.arc(16, 8, 4.8F, 0.24F, 1.01F);
        p.line({{16.2F, 3.2F}, {16.2F, 7.8F}, {20.8F, 7.8F}});
        p.line({{12.4F, 11.6F}, {5, 19}});
        break;
    case Icon::Bell:
        p.arc(12, 10.5F, 6, 0.75F, 1.25F);
        p.line({{6, 10.5F}, {6, 14.5F}, {4, 17.5F}, {20, 17.5F}, {18, 14.5F}, {18, 10.5F}});
        p.line({{12, 2.8F}, {12, 4.5F}});
        p.arc(12, 18.6F, 2.4F, 0.35F, 0.65F);
        break;
    case Icon::Space: p.line({{4, 11}, {4, 16}, {20, 16}, {20, 11}}); break;
    case Icon::Plus:
        p.line({{12, 4}, {12, 20}});
        p.line({{4, 12}, {20, 12}});
        break;
    case Icon::Minus: p.line({{4, 12}, {20, 12}}); break;
    case Icon::Clock:
        p.ring(12, 12, 9);
        p.line({{12, 6.5F}, {12, 12}, {15.5F, 14.5F}});
        break;
    case Icon::Form:
        p.frame(5, 3, 14, 18, 2);
        p.line({{8.5F, 8.5F}, {10, 10}, {12, 7}});
        p.line({{14, 9}, {15.5F, 9}});
        p.line({{8.5F, 15.5F}, {10, 17}, {12, 14}});
        p.line({{14, 16}, {15.5F, 16}});
        break;
    case Icon::People: // two, side by side
        p.ring(7.5F, 9, 3.2F);
        p.arc(7.5F, 20.5F, 6, 0.75F, 1.25F);
        p.ring(16.8F, 9, 3.2F);
        p.arc(16.8F, 20.5F, 6, 0.78F, 1.25F);
        break;
    case Icon::Table: // from the side, with two chairs
        p.line({{7, 10}, {17, 10}});
        p.line({{12, 10}, {12, 20}});
        p.line({{9.5F, 20}, {14.5F, 20}});
        p.line({{3, 7}, {4, 14}, {7, 14}, {7.5F, 20}});
        p.line({{4, 14}, {3.5F, 20}});
        p.line({{21, 7}, {20, 14}, {17, 14}, {16.5F, 20}});
        p.line({{20, 14}, {20.5F, 20}});
        break;
    case Icon::Move:
        p.line({{12, 4}, {12, 20}});
        p.line({{4, 12}, {20, 12}});
        p.line({{9.5F, 6.5F}, {12, 4}, {14.5F, 6.5F}});
        p.line({{9.5F, 17.5F}, {12, 20}, {14.5F, 17.5F}});
        p.line({{6.5F, 9.5F}, {4, 12}, {6.5F, 14.5F}});
        p.line({{17.5F, 9.5F}, {20, 12}, {17.5F, 14.5F}});
        break;
    case Icon::Flag:
        p.line({{6, 3}, {6, 21}});
        p.line({{6, 4.5F}, {18, 4.5F}, {15, 9}, {18, 13.5F}, {6, 13.5F}});
        break;
    }
}

} // namespace kiosk::ui
