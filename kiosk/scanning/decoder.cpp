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
        const auto corners = find_corners(find_finders(threshold, most_finders), most_corners);
        if (corners.empty())
            return {};
        auto code = grid.read(grey, corners, deadline_us);
        return code ? found({std::move(*code)}, scale, origin) : std::vector<FoundCode>{};
    }

    // ---- the extra passes, in the order of what they bring for their time ----

    std::vector<FoundCode> bent(GreyView frame) {
        adaptive_threshold(frame, black_and_white, 15, 3);
        return by_grid(frame, black_and_white.view());
    }
    std::vector<FoundCode> thresholded(GreyView frame) {
        adaptive_threshold(frame, black_and_white, 15, 2);
        return found(read_codes(black_and_white.view(), {.threshold = EngineThreshold::Fixed}));
    }
    std::vector<FoundCode> inverted(GreyView frame) {
        invert(frame, first);
        auto codes = found(read_codes(first.view()));
        if (codes.empty()) {
            adaptive_threshold(first.view(), black_and_white, 15, 3);
            codes = by_grid(first.view(), black_and_white.view());
        }
        return codes;
    }
    std::vector<FoundCode> halved(GreyView frame) {
        const Size size{std::max(1, frame.width / 2), std::max(1, frame.height / 2)};
        const float scale = static_cast<float>(size.width) / static_cast<float>(frame.width);
        shrink(frame, first, size);
        auto codes = found(read_codes(first.view()), scale);
        if (codes.empty()) {
            adaptive_threshold(first.view(), black_and_white, 15, 2);
            codes = by_grid(first.view(), black_and_white.view(), scale);
        }
        return codes;
    }
    // People hold codes to the middle: a part of the frame at twice the size, as large as time allows.
    std::vector<FoundCode> doubled(GreyView frame) {
        const int width = std::min(frame.width, 720), height = std::min(frame.height, 480);
        const int left = (frame.width - width) / 2, top = (frame.height - height) / 2;
        enlarge(frame.crop(left, top, width, height), first, {width * 2, height * 2});
        const PixelPoint origin{static_cast<float>(left), static_cast<float>(top)};
        adaptive_threshold(first.view(), black_and_white, 20, 3);
        auto codes = by_grid(first.view(), black_and_white.view(), 2, origin);
        if (codes.empty() && !late()) {
            sharpen(first.view(), second, 4, 24);
            codes = found(read_codes(second.view(), {.downscale = false}), 2, origin);
        }
        return codes;
    }
    std::vector<FoundCode> softened(GreyView frame) {
        soften(frame, second);
        soften(second.view(), first);
        adaptive_threshold(first.view(), black_and_white, 12, 1);
        auto codes = by_grid(first.view(), black_and_white.view());
        if (codes.empty() && !late())
            codes = found(read_codes(black_and_white.view(), {.threshold = EngineThreshold::Fixed, .downscale = false}));
        return codes;
    }

    using Pass = std::vector<FoundCode> (State::*)(GreyView);
    static constexpr std::array<Pass, 6> extra_passes{&State::bent,   &State::inverted, &State::doubled,
                                                      &State::halved, &State::softened, &State::thresholded};
};

Decoder::Decoder() : m_state(std::make_unique<State>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

void Decoder::allow_us(std::int64_t budget_us) { m_state->budget_us = budget_us; }

std::vector<FoundCode> Decoder::decode_plain(GreyView frame) { return State::found(read_codes(frame)); }

std::vector<FoundCode> Decoder::decode_live(GreyView frame) {
    m_state->deadline_us = thread_cpu_us() + live_us;
    auto codes = decode_plain(frame);
    if (codes.empty()) {
        const auto pass = State::extra_passes[m_state->next_extra++ % State::extra_passes.size()];
        codes = (m_state.get()->*pass)(frame);
    }
    return codes;
}

std::vector<FoundCode> Decoder::decode_thorough(GreyView frame) {
    m_state->deadline_us = thread_cpu_us() + m_state->budget_us;
    auto codes = decode_plain(frame);
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
