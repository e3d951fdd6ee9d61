// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one file pair that knows ZXing-cpp: 1.4 (Debian 12: DecodeHints, Result) and 2.x (Debian 13: ReaderOptions,
// Barcode). Purpose: QR codes of one grey picture. Ownership: values. Threads: any. Failure: what the library throws
// ends here as "nothing read"; an abort inside it is why the scanner is a process of its own.
#include "scanning/image.hpp"

#include <array>
#include <string>
#include <vector>

namespace kiosk::scanning {

struct PixelPoint {
    float x = 0, y = 0;
};

struct EngineCode {
    std::string text;                    // UTF-8; empty where the code was found but not read
    std::array<PixelPoint, 4> corners{}; // clockwise from the code's own top left, in pixels of the picture
};

enum class EngineThreshold : std::uint8_t {
    Local = 1, // the library's own local average
    Global,    // one threshold for the picture, from its histogram
    Fixed,     // 127: the picture is black and white already
};

struct EngineOptions {
    EngineThreshold threshold = EngineThreshold::Local;
    bool downscale = true; // look at a shrunken copy as well (worth 4 points of recall)
    bool pure = false;     // the picture is one upright code and nothing else
    bool unread = false;   // also report codes that were found but not read, with an empty text
};

std::vector<EngineCode> read_codes(GreyView picture, const EngineOptions& options = {});

} // namespace kiosk::scanning
