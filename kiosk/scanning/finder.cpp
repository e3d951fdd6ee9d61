// SPDX-License-Identifier: Apache-2.0
#include "scanning/finder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <optional>

namespace kiosk::scanning {
namespace {

// Black, white, black, white, black as 1:1:3:1:1, with the play that blur and small modules need.
bool like_finder(const std::array<int, 5>& runs) {
    int total = 0;
    for (const int run : runs) {
        if (run == 0)
            return false;
        total += run;
    }
    if (total < 8)
        return false;
    const float module = static_cast<float>(total) / 7.0F;
    const float play = module * 0.6F + 0.6F;
    return std::abs(module - static_cast<float>(runs[0])) < play &&
           std::abs(module - static_cast<float>(runs[1])) < play &&
           std::abs(3 * module - static_cast<float>(runs[2])) < 1.8F * play &&
           std::abs(module - static_cast<float>(runs[3])) < play &&
           std::abs(module - static_cast<float>(runs[4])) < play;
}

struct Cross {
    float centre = 0;
    int total = 0;
};

// The pattern along one line through a point inside the middle square.
std::optional<Cross> cross(const std::uint8_t* at, std::ptrdiff_t step, int before, int after, int longest) {
    std::array<int, 5> runs{};
    int i = 0;
    for (; i <= before && at[-i * step] == 0 && runs[2] <= longest; ++i)
        ++runs[2];
    const int back = i;
    int up = i;
    for (; up <= before && at[-up * step] != 0 && runs[1] <= longest; ++up)
        ++runs[1];
    for (; up <= before && at[-up * step] == 0 && runs[0] <= longest; ++up)
        ++runs[0];
    int down = 1;
    for (; down <= after && at[down * step] == 0 && runs[2] <= 2 * longest; ++down)
        ++runs[2];
    const int forth = down;
    for (; down <= after && at[down * step] != 0 && runs[3] <= longest; ++down)
        ++runs[3];
    for (; down <= after && at[down * step] == 0 && runs[4] <= longest; ++down)
        ++runs[4];
    if (!like_finder(runs))
        return std::nullopt;
    return Cross{static_cast<float>(forth - back) / 2.0F, runs[0] + runs[1] + runs[2] + runs[3] + runs[4]};
}

class Collector {
  public:
    explicit Collector(GreyView picture) : m_picture(picture) {}

    void row(int y) {
        const auto* pixels = m_picture.row(y);
        std::array<int, 5> runs{};
        std::array<int, 5> starts{};
        int x = 0;
        const int width = m_picture.width;
        int filled = 0;
        while (x < width) {
            const bool black = pixels[x] == 0;
            const int start = x;
            const auto level = pixels[x];
            while (x < width && pixels[x] == level)
                ++x;
            if (filled == 0 && !black)
                continue;
            if (filled == 5) {
                std::shift_left(runs.begin(), runs.end(), 1);
                std::shift_left(starts.begin(), starts.end(), 1);
                --filled;
            }
            runs[static_cast<std::size_t>(filled)] = x - start;
            starts[static_cast<std::size_t>(filled)] = start;
            ++filled;
            if (black && filled == 5 && like_finder(runs))
                candidate(starts[2] + runs[2] / 2, y, runs[0] + runs[1] + runs[2] + runs[3] + runs[4]);
        }
    }

    std::vector<Finder> take(std::size_t most) {
        // Noise shows the pattern in a row; a square of three modules shows it in many.
        std::erase_if(m_found, [](const Finder& finder) {
            return finder.seen < 2 || static_cast<float>(finder.seen) < finder.module_px * 0.4F;
        });
        std::ranges::sort(m_found, [](const Finder& a, const Finder& b) { return a.seen > b.seen; });
        if (m_found.size() > most)
            m_found.resize(most);
        return std::move(m_found);
    }

  private:
    void candidate(int x, int y, int total) {
        const auto vertical = cross(m_picture.row(y) + x, m_picture.stride, y, m_picture.height - 1 - y, total);
        if (!vertical || vertical->total * 5 < total * 2 || vertical->total * 2 > total * 5)
            return;
        const float centre_y = static_cast<float>(y) + vertical->centre;
        const int middle = std::clamp(static_cast<int>(std::lround(centre_y)), 0, m_picture.height - 1);
        if (m_picture.row(middle)[x] != 0)
            return;
        const auto across = cross(m_picture.row(middle) + x, 1, x, m_picture.width - 1 - x, total);
        if (!across)
            return;
        const PixelPoint centre{static_cast<float>(x) + across->centre + 0.5F, centre_y + 0.5F};
        const float module = static_cast<float>(across->total + vertical->total) / 14.0F;
        // Rows come in order: only patterns seen a few rows ago can be this one.
        std::erase_if(m_active, [&](std::size_t index) {
            return static_cast<float>(y) - m_found[index].centre.y > m_found[index].module_px * 4 + 2;
        });
        for (const auto index : m_active) {
            auto& known = m_found[index];
            const float dx = known.centre.x - centre.x, dy = known.centre.y - centre.y;
            if (std::abs(dx) < module * 2 && std::abs(dy) < module * 2 && known.module_px < module * 1.6F &&
                module < known.module_px * 1.6F) {
                const float share = 1.0F / static_cast<float>(++known.seen);
                known.centre.x -= dx * share;
                known.centre.y -= dy * share;
                known.module_px += (module - known.module_px) * share;
                return;
            }
        }
        if (m_found.size() < 4'000) {
            m_active.push_back(m_found.size());
            m_found.push_back({centre, module, 1});
        }
    }

    GreyView m_picture;
    std::vector<Finder> m_found;
    std::vector<std::size_t> m_active;
};

float length(PixelPoint a, PixelPoint b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

} // namespace

std::int64_t thread_cpu_us() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
}

std::vector<Finder> find_finders(GreyView picture, std::size_t most, std::int64_t deadline_us) {
    Collector collector(picture);
    for (int y = 0; y < picture.height; ++y) {
        if (y % 32 == 0 && thread_cpu_us() > deadline_us)
            break;
        collector.row(y);
    }
    return collector.take(most);
}

std::vector<Corner> find_corners(const std::vector<Finder>& finders, std::size_t most) {
    std::vector<Corner> corners;
    for (std::size_t a = 0; a < finders.size(); ++a)
        for (std::size_t b = 0; b < finders.size(); ++b)
            for (std::size_t c = b + 1; c < finders.size(); ++c) {
                if (a == b || a == c)
                    continue;
                const auto &corner = finders[a], &one = finders[b], &two = finders[c];
                const float largest = std::max({corner.module_px, one.module_px, two.module_px});
                const float smallest = std::min({corner.module_px, one.module_px, two.module_px});
                if (largest > smallest * 1.7F)
                    continue;
                const float to_one = length(corner.centre, one.centre), to_two = length(corner.centre, two.centre);
                const float module = (corner.module_px + one.module_px + two.module_px) / 3;
                // 14 modules apart in the smallest code, 170 in the largest.
                if (std::min(to_one, to_two) < module * 9 || std::max(to_one, to_two) > module * 210)
                    continue;
                const float ratio = std::max(to_one, to_two) / std::min(to_one, to_two);
                const float ux = (one.centre.x - corner.centre.x) / to_one,
                            uy = (one.centre.y - corner.centre.y) / to_one;
                const float vx = (two.centre.x - corner.centre.x) / to_two,
                            vy = (two.centre.y - corner.centre.y) / to_two;
                const float cosine = std::abs(ux * vx + uy * vy);
                if (ratio > 2.2F || cosine > 0.65F)
                    continue;
                Corner found;
                found.top_left = corner;
                const bool clockwise = ux * vy - uy * vx > 0;
                found.top_right = clockwise ? one : two;
                found.bottom_left = clockwise ? two : one;
                const float seen = static_cast<float>(std::min({corner.seen, one.seen, two.seen}));
                found.doubt = (ratio - 1) + cosine + (largest / smallest - 1) + 0.6F / (1.0F + seen / module);
                corners.push_back(found);
            }
    std::ranges::sort(corners, {}, &Corner::doubt);
    if (corners.size() > most)
        corners.resize(most);
    return corners;
}

} // namespace kiosk::scanning
