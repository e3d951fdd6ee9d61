// SPDX-License-Identifier: Apache-2.0
#include "scanning/decoder.hpp"

#include "scanning/picture.hpp"

#include <algorithm>
#include <chrono>

namespace kiosk::scanning {

struct Decoder::State {
    std::size_t next_extra = 0;
    GreyImage first, second;
};

namespace {

std::vector<FoundCode> found(std::vector<EngineCode> codes, float scale = 1.0F) {
    std::vector<FoundCode> result;
    for (auto& code : codes) {
        for (auto& corner : code.corners) {
            corner.x /= scale;
            corner.y /= scale;
        }
        result.push_back({std::move(code.text), code.corners});
    }
    return result;
}

constexpr std::size_t extra_passes = 4;

} // namespace

Decoder::Decoder() : m_state(std::make_unique<State>()) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;

static std::vector<FoundCode> run_extra(GreyView frame, std::size_t pass, GreyImage& first, GreyImage& second) {
    switch (pass) {
    case 0:
        adaptive_threshold(frame, first, 15, 2);
        return found(read_codes(first.view(), {.threshold = EngineThreshold::Fixed}));
    case 1:
        invert(frame, first);
        return found(read_codes(first.view()));
    case 2:
        enlarge(frame, first, {frame.width * 3 / 2, frame.height * 3 / 2});
        sharpen(first.view(), second, 3, 16);
        return found(read_codes(second.view(), {.downscale = false}), 1.5F);
    default:
        soften(frame, second);
        adaptive_threshold(second.view(), first, 15, 1);
        return found(read_codes(first.view(), {.threshold = EngineThreshold::Fixed}));
    }
}

std::vector<FoundCode> Decoder::decode_plain(GreyView frame) { return found(read_codes(frame)); }

std::vector<FoundCode> Decoder::decode_live(GreyView frame) {
    auto codes = decode_plain(frame);
    if (codes.empty())
        codes = run_extra(frame, m_state->next_extra++ % extra_passes, m_state->first, m_state->second);
    return codes;
}

std::vector<FoundCode> Decoder::decode_thorough(GreyView frame) {
    auto codes = decode_plain(frame);
    for (std::size_t pass = 0; codes.empty() && pass < extra_passes; ++pass)
        codes = run_extra(frame, pass, m_state->first, m_state->second);
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
