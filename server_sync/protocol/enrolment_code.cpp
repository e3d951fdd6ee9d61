// SPDX-License-Identifier: Apache-2.0
// The text of the hub's QR code: a URI that no browser opens, so that a phone's camera app leaves it alone.
#include "protocol/messages.hpp"

#include <algorithm>
#include <cctype>

namespace kiosk::sync::protocol {

namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;

constexpr std::string_view scheme = "xiangdao-hub:";
constexpr std::size_t max_code_text = 1000;

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '~';
}

std::string percent_encoded(std::string_view text) {
    constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (is_unreserved(c)) {
            out += c;
            continue;
        }
        out += '%';
        out += hex[static_cast<unsigned char>(c) >> 4];
        out += hex[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

Result<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out += text[i];
            continue;
        }
        const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1, low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
        if (high < 0 || low < 0 || high * 16 + low < 0x20)
            return fail(ErrorCode::Invalid, "error.enrolment_code", "a percent sign without two digits");
        out += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return out;
}

// "https://host" or "https://host:port", nothing after it, nobody's name and password in it.
bool is_address(std::string_view url) {
    for (const std::string_view prefix : {"https://", "http://"})
        if (url.starts_with(prefix)) {
            const auto host = url.substr(prefix.size());
            return !host.empty() && std::ranges::all_of(host, [](char c) {
                return is_unreserved(c) || c == ':' || c == '[' || c == ']';
            });
        }
    return false;
}

} // namespace

std::string encode(const EnrolmentCode& code) {
    return std::string(scheme) + "?u=" + percent_encoded(code.url) + "&p=" + percent_encoded(code.pin) +
           "&c=" + percent_encoded(code.code);
}

bool is_enrolment_code(std::string_view text) {
    return text.size() >= scheme.size() && std::ranges::equal(text.substr(0, scheme.size()), scheme, [](char a, char b) {
               return std::tolower(static_cast<unsigned char>(a)) == b;
           });
}

Result<EnrolmentCode> decode_enrolment_code(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ')
        text.remove_suffix(1);
    if (!is_enrolment_code(text) || text.size() > max_code_text)
        return fail(ErrorCode::Invalid, "error.enrolment_code", "it does not begin with xiangdao-hub:");
    text.remove_prefix(scheme.size());
    if (text.starts_with('?'))
        text.remove_prefix(1);
    EnrolmentCode code;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto field = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (field.size() < 2 || field[1] != '=')
            continue; // a later version's
        KIOSK_TRY(auto value, percent_decoded(field.substr(2)));
        if (field[0] == 'u')
            code.url = std::move(value);
        else if (field[0] == 'p')
            code.pin = std::move(value);
        else if (field[0] == 'c')
            code.code = std::move(value);
    }
    while (code.url.ends_with('/'))
        code.url.pop_back();
    if (!is_address(code.url) || code.code.empty())
        return fail(ErrorCode::Invalid, "error.enrolment_code", "the hub's address or the one-time code is missing");
    return code;
}

} // namespace kiosk::sync::protocol
