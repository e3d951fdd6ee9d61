// SPDX-License-Identifier: Apache-2.0
#include "scanning/zxing.hpp"

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>
#if __has_include(<ZXing/Version.h>)
#include <ZXing/Version.h>
#elif __has_include(<ZXing/ZXVersion.h>)
#include <ZXing/ZXVersion.h>
#endif

#include <exception>

namespace kiosk::scanning {
namespace {

#if ZXING_VERSION_MAJOR >= 2
using Options = ZXing::ReaderOptions;
void set_text_mode(Options& options) {
    options.setTextMode(ZXing::TextMode::Plain).setTryInvert(false);
}
#else
using Options = ZXing::DecodeHints;
void set_text_mode(Options&) {} // plain is all it has
#endif

ZXing::Binarizer binarizer(EngineThreshold threshold) {
    switch (threshold) {
    case EngineThreshold::Local:
        return ZXing::Binarizer::LocalAverage;
    case EngineThreshold::Global:
        return ZXing::Binarizer::GlobalHistogram;
    case EngineThreshold::Fixed:
        return ZXing::Binarizer::FixedThreshold;
    }
    return ZXing::Binarizer::LocalAverage;
}

} // namespace

std::vector<EngineCode> read_codes(GreyView picture, const EngineOptions& options) {
    std::vector<EngineCode> codes;
    if (picture.empty())
        return codes;
    Options hints;
    hints.setFormats(ZXing::BarcodeFormat::QRCode)
        .setTryRotate(false) // does nothing for QR
        .setTryHarder(true)
        .setTryDownscale(options.downscale)
        .setIsPure(options.pure)
        .setBinarizer(binarizer(options.threshold))
        .setReturnErrors(options.unread)
        .setMaxNumberOfSymbols(options.pure ? 1 : 8);
    set_text_mode(hints);
    try {
        const ZXing::ImageView view(picture.data, picture.width, picture.height, ZXing::ImageFormat::Lum,
                                    picture.stride);
        for (const auto& found : ZXing::ReadBarcodes(view, hints)) {
            EngineCode code;
            if (found.isValid())
                code.text = found.text();
            if (code.text.empty() && !options.unread)
                continue;
            const auto& position = found.position();
            for (std::size_t i = 0; i < 4; ++i)
                code.corners[i] = {static_cast<float>(position[i].x), static_cast<float>(position[i].y)};
            codes.push_back(std::move(code));
        }
    } catch (const std::exception&) {
        codes.clear();
    }
    return codes;
}

} // namespace kiosk::scanning
