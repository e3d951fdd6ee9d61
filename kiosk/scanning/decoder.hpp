// SPDX-License-Identifier: Apache-2.0
#pragma once
// QR codes in a grey frame: a base pass on every frame, then passes that see what the base pass does not (uneven
// light, small, blurred, inverted, bent codes). Ownership: owns its working images; use one Decoder for long.
// Threads: one at a time. Failure: nothing read is an empty list, never an error. A text counts only when the symbol's
// own error correction vouches for it and the modules that every code has are where they belong: no read is better
// than a wrong one.
#include "core/result.hpp"
#include "scanning/image.hpp"
#include "scanning/zxing.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kiosk::scanning {

struct FoundCode {
    std::string text;
    std::array<PixelPoint, 4> corners{}; // in pixels of the frame
};

class Decoder {
  public:
    Decoder();
    ~Decoder();
    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;

    // The base pass, and where it reads nothing one extra pass; which one rotates from frame to frame.
    std::vector<FoundCode> decode_live(GreyView frame);
    // The base pass, and where it reads nothing every extra pass in turn until one reads. Bounded: see the decision
    // record on what a frame may cost.
    std::vector<FoundCode> decode_thorough(GreyView frame);
    // Processor time that decode_thorough may take, in place of its own bound: for tests on slow (sanitized) builds.
    void allow_us(std::int64_t budget_us);
    // What the library alone reads, for comparison.
    std::vector<FoundCode> decode_plain(GreyView frame);

  private:
    struct State;
    std::unique_ptr<State> m_state;
};

struct DecodedPicture {
    std::vector<std::string> texts;
    double milliseconds = 0; // of decoding alone, without reading the file
};

// A picture file, scaled like a live frame (at most 1280×720), decoded thoroughly.
core::Result<DecodedPicture> decode_picture(const std::filesystem::path& path);

} // namespace kiosk::scanning
