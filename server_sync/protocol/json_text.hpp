// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writing JSON by hand where there is much of it. Purpose: append_quoted for texts, base64 for digests. Internal to this
// folder. Ownership: appends to the caller's text. Threads: any. Failure: none; bytes that are no UTF-8 are written as
// they are, and whoever reads them refuses them.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::sync::protocol {

inline void append_quoted(std::string& out, std::string_view text) {
    constexpr char hex[] = "0123456789abcdef";
    out += '"';
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        out.append(text, plain, i - plain);
        plain = i + 1;
        out += '\\';
        if (c == '"' || c == '\\') {
            out += static_cast<char>(c);
        } else {
            out += "u00";
            out += hex[c >> 4];
            out += hex[c & 15];
        }
    }
    out.append(text, plain, std::string_view::npos);
    out += '"';
}

inline void append_base64(std::string& out, std::string_view bytes) {
    constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : bytes) {
        bits = (bits << 8) | static_cast<std::uint8_t>(c);
        count += 8;
        while (count >= 6) {
            count -= 6;
            out += letters[(bits >> count) & 63];
        }
    }
    if (count > 0)
        out += letters[(bits << (6 - count)) & 63];
    // Without padding: the reader knows how long it must be.
}

inline int base64_value(char c) {
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

// Exactly `size` bytes, or nothing. Padding is accepted.
inline bool read_base64(std::string_view text, char* out, std::size_t size) {
    while (!text.empty() && text.back() == '=')
        text.remove_suffix(1);
    if (text.size() != (size * 8 + 5) / 6)
        return false;
    std::uint32_t bits = 0;
    int count = 0;
    std::size_t written = 0;
    for (const char c : text) {
        const int value = base64_value(c);
        if (value < 0)
            return false;
        bits = (bits << 6) | static_cast<std::uint32_t>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[written++] = static_cast<char>((bits >> count) & 255);
        }
    }
    return written == size && (bits & ((1u << count) - 1)) == 0;
}

} // namespace kiosk::sync::protocol
