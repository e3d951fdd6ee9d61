// SPDX-License-Identifier: Apache-2.0
#include "exchange/spreadsheet_text.hpp"

#include <algorithm>
#include <array>

namespace kiosk::exchange {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Length of the well-formed UTF-8 sequence at the start, or 0.
std::size_t sequence_length(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead <= 0xDF ? 2 : (lead & 0xF0) == 0xE0 ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    if (length == 0 || length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80)
            return 0;
    if (length >= 3) {
        const auto second = static_cast<unsigned char>(text[1]);
        if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
            (lead == 0xF4 && second > 0x8F))
            return 0;
    }
    return length;
}

} // namespace

bool starts_formula(std::string_view text) {
    constexpr std::array<std::string_view, 10> starts{"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"};
    return std::any_of(starts.begin(), starts.end(), [&](auto start) { return text.starts_with(start); });
}

bool loses_itself(std::string_view text) {
    if (text.empty() || text.size() > 40 || !is_digit(text[0]))
        return false;
    const auto digits = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_digit));
    if (digits == text.size())
        return digits >= 10 || (text[0] == '0' && digits > 1);
    // 12E5, 12.5e+3
    if (const auto e = text.find_first_of("eE"); e != std::string_view::npos)
        return text.substr(0, e).find_first_not_of("0123456789.") == std::string_view::npos && e + 1 < text.size() &&
               text.substr(e + 1).find_first_not_of("0123456789+-") == std::string_view::npos;
    // 3-4, 12/05, 2026-11: dates to a spreadsheet
    return text.find_first_not_of("0123456789-/") == std::string_view::npos && text.size() <= 10;
}

std::string csv_cell(std::string_view text) {
    std::string cell;
    if (starts_formula(text))
        cell.push_back('\'');
    cell += text;
    if (loses_itself(text))
        cell += '\t';
    // The semicolon too: where it stands often enough, a reader could take it for the separator.
    if (cell.find_first_of(",;\"\r\n\t") == std::string::npos)
        return cell;
    std::string quoted(1, '"');
    for (const char c : cell) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted += '"';
}

std::string clean_text(std::string_view text, std::size_t max_bytes) {
    std::string out;
    while (!text.empty()) {
        const auto length = sequence_length(text);
        const auto part = length == 0 ? std::string_view("\uFFFD") : text.substr(0, length);
        if (out.size() + part.size() > max_bytes)
            break;
        const auto byte = static_cast<unsigned char>(part[0]);
        if (byte >= 0x20 && byte != 0x7F && part != "\uFFFE" && part != "\uFFFF")
            out += part;
        else if (byte == '\n' || byte == '\t')
            out += part;
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

} // namespace kiosk::exchange
