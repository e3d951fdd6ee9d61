// SPDX-License-Identifier: Apache-2.0
#include "scanning/grid.hpp"

namespace kiosk::scanning::grid {

KnownModules::KnownModules(int side) : m_side(side), m_known(static_cast<std::size_t>(side * side), 0) {
    for (int i = 8; i < side - 8; ++i) {
        set(i, 6, i % 2 == 0);
        set(6, i, i % 2 == 0);
    }
    finder(0, 0);
    finder(side - 7, 0);
    finder(0, side - 7);
    const auto centres = alignment_centres(side);
    for (const int y : centres)
        for (const int x : centres) {
            if ((x < 9 && y < 9) || (x < 9 && y > side - 10) || (y < 9 && x > side - 10))
                continue;
            for (int dy = -2; dy <= 2; ++dy)
                for (int dx = -2; dx <= 2; ++dx)
                    set(x + dx, y + dy, std::max(std::abs(dx), std::abs(dy)) != 1);
        }
    if (side >= 45)
        version((side - 17) / 4);
}

std::vector<int> KnownModules::alignment_centres(int side) {
    const int number = (side - 17) / 4;
    if (number < 2)
        return {};
    const int count = number / 7 + 2;
    // Even steps back from the far end, rounded up to even; the first stays at 6. Version 32 is the one exception.
    int step = number == 32 ? 26 : (number * 4 + count * 2 + 1) / (count * 2 - 2) * 2;
    std::vector<int> centres(static_cast<std::size_t>(count), 6);
    int at = side - 7;
    for (std::size_t i = centres.size() - 1; i > 0; --i, at -= step)
        centres[i] = at;
    return centres;
}

void KnownModules::finder(int left, int top) {
    for (int y = -1; y <= 7; ++y)
        for (int x = -1; x <= 7; ++x) {
            const int ring = std::max(std::abs(x - 3), std::abs(y - 3));
            set(left + x, top + y, ring != 2 && ring != 4);
        }
}
void KnownModules::version(int number) {
    int rest = number;
    for (int i = 0; i < 12; ++i)
        rest = (rest << 1) ^ ((rest >> 11) * 0x1F25);
    const int bits = number << 12 | rest;
    for (int i = 0; i < 18; ++i) {
        const bool dark = (bits >> i & 1) != 0;
        set(m_side - 11 + i % 3, i / 3, dark);
        set(i / 3, m_side - 11 + i % 3, dark);
    }
}

} // namespace kiosk::scanning::grid
