// SPDX-License-Identifier: Apache-2.0
#include "scanning/grid_reader.hpp"

#include "scanning/grid.hpp"
#include "scanning/module_values.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace kiosk::scanning {

using namespace grid;

namespace {

constexpr std::size_t most_flat = 10;
constexpr std::size_t most_settled = 4;
constexpr float surely_the_size = 0.93F; // of the timing pattern
constexpr float surely_a_code = 0.82F;   // of the known modules, which junk meets by half and a bit

// One way to lay a grid over one corner.
struct Hypothesis {
    std::size_t corner;
    int side;
    Perspective perspective;
    float module_px;
    float score;
};

// Tables of known modules are made once for each size.
const KnownModules& known_modules(int side) {
    thread_local std::array<std::unique_ptr<KnownModules>, 41> tables;
    auto& table = tables[static_cast<std::size_t>((side - 17) / 4)];
    if (!table)
        table = std::make_unique<KnownModules>(side);
    return *table;
}

} // namespace

struct GridReader::State {
    // A module near the node that moves: where it is now, how much it follows, and what is expected of it.
    struct Follower {
        Vector at;
        float weight;
        float follows;
        int expected;
    };

    GreyView picture;
    std::vector<Contrast> contrasts; // one for each corner
    std::vector<Hypothesis> hypotheses;
    std::vector<Follower> followers;
    const Contrast* at_hand = nullptr; // that of the corner at hand
    GreyImage mean;
    GreyImage symbol;
    std::int64_t deadline_us = 0;
    const Hypothesis* sure = nullptr; // surely a code, the surest so far
    float surest = 0;

    bool late() const { return thread_cpu_us() > deadline_us; }

    // How far a point is above the brightness around it; known modules tell the sign, for others both are good.
    float contrast(Vector at) const { return at_hand->at(at); }

    float standing_out(const Warp& warp, const KnownModules& known, int x, int y) const {
        const float value = contrast(warp(static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F));
        const int expected = known.at(x, y);
        return expected == 0 ? std::abs(value) : static_cast<float>(expected) * value;
    }

    // Width of a finder pattern through its centre along a direction, in pixels, by its outermost edges.
    float finder_width(const Finder& finder, Vector direction) const {
        const auto reach = [&](float sense) {
            // From the middle outwards: dark (1.5 modules), light (1), dark (1), light.
            int edge = 0;
            bool dark = true;
            for (float d = 0; d < finder.module_px * 7; d += 0.25F) {
                const bool now = contrast(finder.centre + direction * (sense * d)) < 0;
                if (now != dark) {
                    dark = now;
                    if (++edge == 3)
                        return d;
                }
            }
            return finder.module_px * 3.5F;
        };
        return reach(1) + reach(-1);
    }

    float alignment_score(Vector centre, Vector right, Vector down) const {
        float score = -contrast(centre) * 2;
        for (int y = -2; y <= 2; ++y)
            for (int x = -2; x <= 2; ++x) {
                const int ring = std::max(std::abs(x), std::abs(y));
                if (ring == 0)
                    continue;
                const float value = contrast(centre + right * static_cast<float>(x) + down * static_cast<float>(y));
                score += ring == 1 ? value : -value * 0.75F;
            }
        return score;
    }

    // The best place of the alignment pattern near where it should be. Returns how well it stands out.
    float find_alignment(Vector expected, Vector right, Vector down, float reach, Vector& found) const {
        float best = -1e9F;
        const auto search = [&](Vector middle, float span, float step) {
            for (float dy = -span; dy <= span; dy += step)
                for (float dx = -span; dx <= span; dx += step) {
                    const Vector centre = middle + right * dx + down * dy;
                    const float score =
                        alignment_score(centre, right, down) - 1.5F * (dx * dx + dy * dy) / (reach * reach + 1);
                    if (score > best) {
                        best = score;
                        found = centre;
                    }
                }
        };
        search(expected, reach, reach > 5 ? 0.9F : 0.6F);
        search(found, 0.6F, 0.2F);
        return best;
    }

    float known_score(const Warp& warp, const KnownModules& known) const {
        float right = 0;
        int count = 0;
        const int side = known.side();
        for (int i = 8; i < side - 8; ++i)
            for (const bool across : {true, false}) {
                const int x = across ? i : 6, y = across ? 6 : i;
                right += standing_out(warp, known, x, y) > 0 ? 1.0F : 0.0F;
                ++count;
            }
        return right / static_cast<float>(count);
    }

    // How well the modules around a node stand out if it moves by `step` (in pixels of the picture).
    float standing_around(Vector step) const {
        float sum = 0;
        for (const auto& module : followers) {
            const float value = contrast(module.at + step * module.follows);
            sum +=
                module.weight * (module.expected == 0 ? std::abs(value) : static_cast<float>(module.expected) * value);
        }
        return sum;
    }

    // How far the net is bent at a node that is shifted so.
    static float bend(const Warp& warp, int i, int j, Vector shift) {
        float bent = 0;
        int neighbours = 0;
        for (const auto& [di, dj] : {std::pair{1, 0}, std::pair{-1, 0}, std::pair{0, 1}, std::pair{0, -1}}) {
            const int ni = i + di, nj = j + dj;
            if (ni < 0 || nj < 0 || ni >= warp.nodes() || nj >= warp.nodes())
                continue;
            const Vector d = shift - warp.shift(ni, nj);
            bent += d.x * d.x + d.y * d.y;
            ++neighbours;
        }
        return bent / static_cast<float>(neighbours);
    }

    float standing(const Warp& warp, const KnownModules& known, int stride) const {
        float sum = 0;
        int count = 0;
        for (int y = 0; y < known.side(); y += stride)
            for (int x = 0; x < known.side(); x += stride, ++count)
                sum += standing_out(warp, known, x, y);
        return sum / static_cast<float>(count);
    }

    // Paper around a cup bends all of the net at once, by more than its nodes could find one by one.
    void roll(Warp& warp, const KnownModules& known) const {
        const auto n = static_cast<float>(known.side());
        const int stride = std::max(1, known.side() / 18);
        for (const bool along_x : {true, false}) {
            const auto before = warp;
            auto trial = warp;
            float best = standing(warp, known, stride) * 1.03F;
            for (float arch = -3.5F; arch <= 3.5F; arch += 0.5F)
                for (float squeeze = -1.5F; squeeze <= 1.5F; squeeze += 0.5F) {
                    if (late())
                        return;
                    for (int j = 0; j < warp.nodes(); ++j)
                        for (int i = 0; i < warp.nodes(); ++i) {
                            // Finder patterns stay; in between an arch across and a squeeze along.
                            const float u = (static_cast<float>(along_x ? i : j) * warp.cell() - 3.5F) / (n - 7);
                            const float up = arch * 4 * u * (1 - u),
                                        aside = squeeze * 10.4F * u * (1 - u) * (1 - 2 * u);
                            trial.shift(i, j) = before.shift(i, j) + (along_x ? Vector{aside, up} : Vector{up, aside});
                        }
                    if (const float s = standing(trial, known, stride); s > best) {
                        best = s;
                        warp = trial;
                    }
                }
        }
    }

    // Moves the net's nodes to where the modules stand out most.
    void settle(Warp& warp, const KnownModules& known) {
        const int side = known.side();
        const float cell = warp.cell();
        // Large codes would take long; every second module tells the same.
        const int stride = side > 60 ? 2 : 1;
        const auto move_node = [&](int i, int j, float step) {
            const float middle_x = static_cast<float>(i) * cell, middle_y = static_cast<float>(j) * cell;
            followers.clear();
            for (int y = std::max(0, static_cast<int>(middle_y - cell));
                 y <= std::min(side - 1, static_cast<int>(middle_y + cell)); y += stride)
                for (int x = std::max(0, static_cast<int>(middle_x - cell));
                     x <= std::min(side - 1, static_cast<int>(middle_x + cell)); x += stride) {
                    const float cx = static_cast<float>(x) + 0.5F, cy = static_cast<float>(y) + 0.5F;
                    const float follows = (1 - std::abs(cx - middle_x) / cell) * (1 - std::abs(cy - middle_y) / cell);
                    if (std::abs(cx - middle_x) >= cell || std::abs(cy - middle_y) >= cell)
                        continue;
                    const int expected = known.at(x, y);
                    followers.push_back({warp(cx, cy), follows * (expected != 0 ? 2.0F : 1.0F), follows, expected});
                }
            // A module's width and height here; the perspective changes little within a cell.
            const float nx = std::clamp(middle_x, 0.5F, static_cast<float>(side) - 0.5F),
                        ny = std::clamp(middle_y, 0.5F, static_cast<float>(side) - 0.5F);
            const Vector right = warp(nx + 0.5F, ny) - warp(nx - 0.5F, ny),
                         below = warp(nx, ny + 0.5F) - warp(nx, ny - 0.5F);
            const Vector start = warp.shift(i, j);
            const auto score = [&](Vector by) {
                // Neighbours pull: a net, not a heap.
                return standing_around(right * by.x + below * by.y) * (1 - 0.06F * bend(warp, i, j, start + by));
            };
            float best = score({0, 0});
            Vector chosen = start;
            for (int direction = 0; direction < 8; ++direction) {
                const int k = direction < 4 ? direction : direction + 1;
                const Vector by = Vector{static_cast<float>(k % 3 - 1), static_cast<float>(k / 3 - 1)} * step;
                if (const float s = score(by); s > best) {
                    best = s;
                    chosen = start + by;
                }
            }
            warp.shift(i, j) = chosen;
        };
        for (const float step : {0.4F, 0.4F, 0.2F, 0.2F, 0.1F})
            // From the top left, where the finder pattern holds the net, outwards.
            for (int ring = 0; ring < 2 * warp.nodes() - 1 && !late(); ++ring)
                for (int j = std::max(0, ring - warp.nodes() + 1); j <= std::min(ring, warp.nodes() - 1); ++j)
                    move_node(ring - j, j, step);
    }

    ModuleValues sampled(const Warp& warp, int side, float module_px) const {
        ModuleValues values{side, std::vector<float>(static_cast<std::size_t>(side * side))};
        const bool fine = module_px < 2.5F;
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const float cx = static_cast<float>(x) + 0.5F, cy = static_cast<float>(y) + 0.5F;
                float sum = sample(picture, warp(cx, cy));
                if (!fine) {
                    sum *= 2;
                    for (const auto& [dx, dy] : {std::pair{-0.22F, -0.22F}, std::pair{0.22F, -0.22F},
                                                 std::pair{-0.22F, 0.22F}, std::pair{0.22F, 0.22F}})
                        sum += sample(picture, warp(cx + dx, cy + dy));
                    sum /= 6;
                }
                values.grey[static_cast<std::size_t>(y * side + x)] = sum;
            }
        return values;
    }

    // The error correction's word on these bits.
    std::string decode(const ModuleBits& bits, const KnownModules& known) {
        const int side = known.side(), scale = 2, quiet = 4;
        symbol.resize((side + 2 * quiet) * scale, (side + 2 * quiet) * scale);
        std::ranges::fill(symbol.pixels, static_cast<std::uint8_t>(255));
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side; ++x) {
                const int expected = known.at(x, y);
                if (expected < 0 || (expected == 0 && bits[static_cast<std::size_t>(y * side + x)] != 0))
                    for (int sy = 0; sy < scale; ++sy)
                        for (int sx = 0; sx < scale; ++sx)
                            symbol.row((y + quiet) * scale + sy)[(x + quiet) * scale + sx] = 0;
            }
        const auto codes =
            read_codes(symbol.view(), {.threshold = EngineThreshold::Fixed, .downscale = false, .pure = true});
        return codes.empty() ? std::string() : codes.front().text;
    }

    std::string read(const Warp& warp, const KnownModules& known, const Hypothesis& hypothesis) {
        const auto values = sampled(warp, known.side(), hypothesis.module_px);
        const auto level = levelled(values);
        const auto plain = decide(level, known.side(), 0);
        // A grid that does not even meet the timing pattern need not be asked.
        const float met = agreement(plain, known);
        if (met < 0.72F)
            return {};
        if (met > surest) {
            surest = met;
            sure = &hypothesis;
        }
        if (auto text = decode(plain, known); !text.empty())
            return text;
        const auto sharper = decide(level, known.side(), 0.6F);
        if (auto text = decode(sharper, known); !text.empty())
            return text;
        return decode(explain(level, known.side(), sharper), known);
    }

    static float agreement(const ModuleBits& bits, const KnownModules& known) {
        int right = 0, count = 0;
        for (int y = 0; y < known.side(); ++y)
            for (int x = 0; x < known.side(); ++x)
                if (const int expected = known.at(x, y); expected != 0) {
                    ++count;
                    right += (bits[static_cast<std::size_t>(y * known.side() + x)] != 0) == (expected < 0) ? 1 : 0;
                }
        return static_cast<float>(right) / static_cast<float>(count);
    }

    // Ways to lay a grid over a corner, each with how well it meets what every code has.
    // Returns how much of the timing pattern the best of them meets.
    float lay_grids(const Corner& corner, std::size_t index) {
        const Vector a = corner.top_left.centre, b = corner.top_right.centre, c = corner.bottom_left.centre;
        const float module =
            (corner.top_left.module_px + corner.top_right.module_px + corner.bottom_left.module_px) / 3;

        // The brightness around, of the code and a margin.
        const Vector flat = b + c - a;
        const float margin = module * 10;
        const int left = std::clamp(static_cast<int>(std::min({a.x, b.x, c.x, flat.x}) - margin), 0, picture.width - 1);
        const int right =
            std::clamp(static_cast<int>(std::max({a.x, b.x, c.x, flat.x}) + margin), left + 1, picture.width);
        const int top = std::clamp(static_cast<int>(std::min({a.y, b.y, c.y, flat.y}) - margin), 0, picture.height - 1);
        const int bottom =
            std::clamp(static_cast<int>(std::max({a.y, b.y, c.y, flat.y}) + margin), top + 1, picture.height);
        contrasts[index].take(picture, left, top, right, bottom,
                              std::clamp(static_cast<int>(std::lround(module * 4)), 3, 100), mean);
        at_hand = &contrasts[index];
        if (at_hand->empty())
            return 0;

        const Vector along = (b - a) * (1 / norm(b - a)), down = (c - a) * (1 / norm(c - a));
        const float a_along = finder_width(corner.top_left, along), b_along = finder_width(corner.top_right, along);
        const float a_down = finder_width(corner.top_left, down), c_down = finder_width(corner.bottom_left, down);
        const float c_along = finder_width(corner.bottom_left, along), b_down = finder_width(corner.top_right, down);
        const float across = norm(b - a) / ((a_along + b_along) / 14) + 7,
                    tall = norm(c - a) / ((a_down + c_down) / 14) + 7;
        const float estimate = (across + tall) / 2;
        if (estimate < 15 || estimate > 190)
            return 0;

        // Sizes near the estimate; the uncertainty grows with the size.
        const int nearest = std::clamp(static_cast<int>(std::lround((estimate - 17) / 4)), 1, 40);
        const int doubt = 1 + nearest / 12;

        // Where the fourth corner would be: flat on, and by how the finder patterns grow towards the camera.
        const float wb = std::clamp(a_down / std::max(b_down, 1.0F), 0.6F, 1.6F);
        const float wc = std::clamp(a_along / std::max(c_along, 1.0F), 0.6F, 1.6F);
        const Vector deep = (b * wb + c * wc - a) * (1 / std::max(wb + wc - 1, 0.3F));

        // Nearest first; a timing pattern that is met in nearly every module leaves no doubt about the size.
        std::vector<int> numbers{nearest};
        for (int away = 1; away <= doubt; ++away)
            for (const int number : {nearest + away, nearest - away})
                if (number >= 1 && number <= 40)
                    numbers.push_back(number);
        float best_timing = 0;
        for (const int number : numbers) {
            if (late() || best_timing > surely_the_size)
                break;
            const int side = number * 4 + 17;
            const auto& known = known_modules(side);
            const auto n = static_cast<float>(side);
            std::vector<Vector> fourths;
            for (const Vector& guess : {flat, deep}) {
                const Perspective rough(3.5F, n - 3.5F, a, b, guess, c);
                if (!rough.sane())
                    continue;
                if (number >= 2) {
                    // The alignment pattern is three modules inside of the fourth finder that is not there.
                    const Vector expected = rough(n - 6.5F, n - 6.5F);
                    const Vector to_right = rough(n - 5.5F, n - 6.5F) - expected,
                                 to_below = rough(n - 6.5F, n - 5.5F) - expected;
                    Vector found;
                    if (find_alignment(expected, to_right, to_below, 2.5F + n * 0.04F, found) > 0)
                        // Moved by as much as the pattern was off, seen from the opposite finder.
                        fourths.push_back(guess + (found - expected) * ((n - 7) / (n - 10)));
                }
                fourths.push_back(guess);
            }
            for (const Vector& fourth : fourths) {
                const Perspective perspective(3.5F, n - 3.5F, a, b, fourth, c);
                if (!perspective.sane())
                    continue;
                const Warp warp(perspective, side);
                const float timing = known_score(warp, known);
                const float score = timing + 0.01F * standing(warp, known, std::max(2, side / 24));
                best_timing = std::max(best_timing, timing);
                hypotheses.push_back({index, side, perspective, module, score});
            }
        }
        return best_timing;
    }
};

GridReader::GridReader() : m_state(std::make_unique<State>()) {}
GridReader::~GridReader() = default;

std::optional<EngineCode> GridReader::read(GreyView picture, std::span<const Corner> corners, std::int64_t junk_us,
                                           std::int64_t deadline_us) {
    auto& state = *m_state;
    state.picture = picture;
    state.deadline_us = std::min(junk_us, deadline_us);
    state.sure = nullptr;
    state.surest = surely_a_code;
    state.hypotheses.clear();
    if (state.contrasts.size() < corners.size())
        state.contrasts.resize(corners.size());
    for (std::size_t i = 0; i < corners.size() && !state.late(); ++i)
        if (state.lay_grids(corners[i], i) > surely_the_size && corners[i].top_left.seen > 3)
            break;
    std::ranges::sort(state.hypotheses, std::ranges::greater{}, &Hypothesis::score);

    const auto outlined = [](std::string text, const Warp& warp, int side) {
        const auto n = static_cast<float>(side);
        return EngineCode{std::move(text), {warp(0, 0), warp(n, 0), warp(n, n), warp(0, n)}};
    };
    const auto attempt = [&](const Hypothesis& hypothesis, auto bend) -> std::optional<EngineCode> {
        state.at_hand = &state.contrasts[hypothesis.corner];
        const auto& known = known_modules(hypothesis.side);
        Warp warp(hypothesis.perspective, hypothesis.side);
        bend(warp, known);
        auto text = state.read(warp, known, hypothesis);
        return text.empty() ? std::optional<EngineCode>() : outlined(std::move(text), warp, hypothesis.side);
    };
    // Best first, as far as number and time allow: flat paper, which is quickly seen, then folded.
    const auto some = [&](std::size_t most) {
        return std::span(state.hypotheses).first(std::min(most, state.hypotheses.size()));
    };
    for (const auto& hypothesis : some(most_flat)) {
        if (state.late())
            break;
        if (auto code = attempt(hypothesis, [](Warp&, const KnownModules&) {}))
            return code;
    }
    for (const auto& hypothesis : some(most_settled)) {
        if (state.late())
            break;
        if (auto code = attempt(hypothesis, [&](Warp& warp, const KnownModules& known) { state.settle(warp, known); }))
            return code;
    }
    if (state.sure == nullptr)
        return std::nullopt;
    state.deadline_us = deadline_us;
    return attempt(*state.sure, [&](Warp& warp, const KnownModules& known) {
        state.roll(warp, known);
        state.settle(warp, known);
    });
}

} // namespace kiosk::scanning
