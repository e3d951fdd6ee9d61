// SPDX-License-Identifier: Apache-2.0
#include "scanning/decoder.hpp"

#include "scanning/finder.hpp"
#include "scanning/grid_reader.hpp"
#include "scanning/picture.hpp"

#include <algorithm>
#include <chrono>
#include <span>

namespace kiosk::scanning {
namespace {

// Of processor time: what a frame may cost when nothing reads, short of the 33 ms between two frames by what one
// step can overrun, since the clock is asked between steps only.
constexpr std::int64_t thorough_us = 26'000;
constexpr std::int64_t live_us = 12'000;
// Grids over junk must not eat the time of the passes that follow.
constexpr std::int64_t grid_us = 5'000;

constexpr std::size_t most_finders = 24;
constexpr std::size_t most_corners = 8;

} // namespace

struct Decoder::State {
    GreyImage black_and_white; // adaptive threshold of the frame
    GreyImage first, second, third;
    GridReader grid;
    std::size_t next_extra = 0;
    std::int64_t deadline_us = 0;
    std::int64_t budget_us = thorough_us;
    std::int64_t base_us = 0; // what the base pass took

    bool late() const { return thread_cpu_us() > deadline_us; }

    static std::vector<FoundCode> found(std::vector<EngineCode> codes, float scale = 1, PixelPoint origin = {}) {
        std::vector<FoundCode> result;
        for (auto& code : codes) {
            for (auto& corner : code.corners)
                corner = {corner.x / scale + origin.x, corner.y / scale + origin.y};
            result.push_back({std::move(code.text), code.corners});
        }
        return result;
    }

    // Grids over what looks like finder patterns in `threshold`, read in `grey`; both of the same size.
    std::vector<FoundCode> by_grid(GreyView grey, GreyView threshold, float scale = 1, PixelPoint origin = {}) {
        if (late())
            return {};
        const auto corners = find_corners(find_finders(threshold, most_finders, deadline_us), most_corners);
        if (corners.empty())
            return {};
        const auto junk_us = thread_cpu_us() + grid_us * budget_us / thorough_us;
        auto code = grid.read(grey, corners, junk_us, deadline_us);
        return code ? found({std::move(*code)}, scale, origin) : std::vector<FoundCode>{};
    }

    // The library once more, on a picture made for it; only where there is time for what the base pass took.
    std::vector<FoundCode> by_library(GreyView picture, const EngineOptions& options, float scale = 1,
                                      PixelPoint origin = {}) {
        if (thread_cpu_us() + base_us > deadline_us)
            return {};
        return found(read_codes(picture, options), scale, origin);
    }

    // ---- the extra passes, in the order of what they bring for their time ----

    std::vector<FoundCode> folded(GreyView frame) {
        adaptive_threshold(frame, black_and_white, 15, 3);
        return by_grid(frame, black_and_white.view());
    }
    std::vector<FoundCode> inverted(GreyView frame) {
        invert(frame, first);
        adaptive_threshold(first.view(), black_and_white, 15, 3);
        auto codes = by_grid(first.view(), black_and_white.view());
        return codes.empty() ? by_library(first.view(), {}) : codes;
    }
    // Out of focus: the finder patterns' rings come back.
    std::vector<FoundCode> sharpened(GreyView frame) {
        soften(frame, second); // noise first, or there is nothing but
        soften(second.view(), first);
        sharpen(first.view(), second, 5, 48);
        adaptive_threshold(second.view(), black_and_white, 20, 4);
        return by_grid(frame, black_and_white.view());
    }
    // People hold codes to the middle: a part of the frame at twice the size, as large as time allows. Small pictures
    // are enlarged more.
    std::vector<FoundCode> doubled(GreyView frame) {
        const int width = std::min(frame.width, 720), height = std::min(frame.height, 480);
        const int left = (frame.width - width) / 2, top = (frame.height - height) / 2;
        const int times = width <= 180 && height <= 180 ? 4 : 2;
        enlarge(frame.crop(left, top, width, height), first, {width * times, height * times});
        const auto scale = static_cast<float>(times);
        const PixelPoint origin{static_cast<float>(left), static_cast<float>(top)};
        adaptive_threshold(first.view(), black_and_white, 20, 3);
        auto codes = by_grid(first.view(), black_and_white.view(), scale, origin);
        if (codes.empty() && !late()) {
            sharpen(first.view(), second, 4, 24);
            codes = by_library(second.view(), {.downscale = false}, scale, origin);
        }
        return codes;
    }
    // Noise, moiré, modules drawn as dots.
    std::vector<FoundCode> halved(GreyView frame) {
        const Size size{std::max(1, frame.width / 2), std::max(1, frame.height / 2)};
        const float scale = static_cast<float>(size.width) / static_cast<float>(frame.width);
        shrink(frame.crop(0, 0, std::max(1, size.width * 2 > frame.width ? frame.width : size.width * 2),
                          std::max(1, size.height * 2 > frame.height ? frame.height : size.height * 2)),
               first, size);
        adaptive_threshold(first.view(), black_and_white, 15, 3);
        auto codes = by_grid(first.view(), black_and_white.view(), scale);
        return codes.empty() ? by_library(first.view(), {}, scale) : codes;
    }
    std::vector<FoundCode> softened(GreyView frame) {
        soften(frame, second);
        soften(second.view(), first);
        adaptive_threshold(first.view(), black_and_white, 12, 2);
        auto codes = by_grid(first.view(), black_and_white.view());
        return codes.empty()
                   ? by_library(black_and_white.view(), {.threshold = EngineThreshold::Fixed, .downscale = false})
                   : codes;
    }
    std::vector<FoundCode> thresholded(GreyView frame) {
        adaptive_threshold(frame, black_and_white, 15, 2);
        return by_library(black_and_white.view(), {.threshold = EngineThreshold::Fixed});
    }

    using Pass = std::vector<FoundCode> (State::*)(GreyView);
    static constexpr std::array<Pass, 7> extra_passes{&State::folded,     &State::inverted, &State::sharpened,
                                                      &State::doubled,    &State::halved,   &State::softened,
                                                      &State::thresholded};

    std::vector<FoundCode> base(GreyView frame, std::int64_t budget) {
        const auto start = thread_cpu_us();
        deadline_us = start + budget;
        auto codes = found(read_codes(frame));
        base_us = thread_cpu_us() - start;
        return codes;
    }
};

Decoder::Decoder() : m_state(std::make_unique<State>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

void Decoder::allow_us(std::int64_t budget_us) {
    m_state->budget_us = budget_us;
}

std::vector<FoundCode> Decoder::decode_plain(GreyView frame) {
    return State::found(read_codes(frame));
}

std::vector<FoundCode> Decoder::decode_live(GreyView frame) {
    auto codes = m_state->base(frame, live_us);
    if (codes.empty()) {
        const auto pass = State::extra_passes[m_state->next_extra++ % State::extra_passes.size()];
        codes = (m_state.get()->*pass)(frame);
    }
    return codes;
}

std::vector<FoundCode> Decoder::decode_thorough(GreyView frame) {
    auto codes = m_state->base(frame, m_state->budget_us);
    for (const auto pass : State::extra_passes) {
        if (!codes.empty() || m_state->late())
            break;
        codes = (m_state.get()->*pass)(frame);
    }
    return codes;
}

core::Result<DecodedPicture> decode_picture(const std::filesystem::path& path) {
    KIOSK_TRY(const auto picture, load_picture(path));
    thread_local Decoder decoder;
    const auto start = std::chrono::steady_clock::now();
    const auto codes = decoder.decode_thorough(picture.view());
    DecodedPicture result;
    result.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    for (const auto& code : codes)
        if (std::ranges::find(result.texts, code.text) == result.texts.end())
            result.texts.push_back(code.text);
    return result;
}

} // namespace kiosk::scanning
