// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk_hub/terminal_code.hpp"

#include <qrencode.h>

#include <memory>

namespace kiosk_hub {

std::string terminal_code(const std::string& text, bool colours) {
    struct Free {
        void operator()(QRcode* code) const { QRcode_free(code); }
    };
    const std::unique_ptr<QRcode, Free> code(QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_L, QR_MODE_8, 1));
    if (!code)
        return {};
    constexpr int margin = 2; // four are asked for, two are enough for every reader and fit 80 columns
    const int width = code->width;
    const auto dark = [&](int x, int y) {
        return x >= 0 && y >= 0 && x < width && y < width && (code->data[y * width + x] & 1) != 0;
    };
    std::string out;
    for (int y = -margin; y < width + margin; y += 2) {
        if (colours)
            out += "\x1b[30;107m";
        for (int x = -margin; x < width + margin; ++x)
            out += dark(x, y) ? (dark(x, y + 1) ? "█" : "▀") : dark(x, y + 1) ? "▄" : " ";
        if (colours)
            out += "\x1b[0m";
        out += '\n';
    }
    return out;
}

} // namespace kiosk_hub
