// SPDX-License-Identifier: Apache-2.0
#include "core/signature.hpp"

#include <charconv>
#include <cmath>

namespace kiosk::core {

namespace {

constexpr double shortest_line = 120; // of all strokes together, in units of the field

bool read_number(std::string_view& text, std::int32_t most, std::int32_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0 || number > most)
        return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

double distance(const SignaturePoint& a, const SignaturePoint& b) {
    return std::hypot(static_cast<double>(a.x - b.x), static_cast<double>(a.y - b.y));
}

// Points nearer than `gap` to the last one that was kept are left out; a stroke keeps its ends.
std::string written(const std::vector<SignatureStroke>& strokes, double gap) {
    std::string text;
    for (const auto& stroke : strokes) {
        if (stroke.empty())
            continue;
        if (!text.empty())
            text += ';';
        const SignaturePoint* last = nullptr;
        for (std::size_t i = 0; i < stroke.size(); ++i) {
            const auto& point = stroke[i];
            const bool is_end = i == 0 || i + 1 == stroke.size();
            if (last != nullptr && (point == *last || (!is_end && distance(*last, point) < gap)))
                continue;
            if (last != nullptr)
                text += ' ';
            text += std::to_string(point.x) + ',' + std::to_string(point.y);
            last = &point;
        }
    }
    return text;
}

} // namespace

std::string signature_text(const std::vector<SignatureStroke>& strokes) {
    constexpr double finest = 4, coarsest = 256;
    std::string text;
    for (double gap = finest; gap <= coarsest; gap *= 2) {
        text = written(strokes, gap);
        if (text.size() <= max_signature_bytes)
            return text;
    }
    return {}; // thousands of dots: no signature
}

Result<std::vector<SignatureStroke>> parse_signature(std::string_view text) {
    if (text.size() > max_signature_bytes)
        return fail(ErrorCode::TooLarge, "error.signature", std::to_string(text.size()) + " bytes");
    const auto wrong = [] { return fail(ErrorCode::Invalid, "error.signature"); };
    std::vector<SignatureStroke> strokes;
    while (!text.empty()) {
        auto& stroke = strokes.emplace_back();
        for (bool more = true; more;) {
            SignaturePoint point;
            if (!read_number(text, signature_width, point.x) || !text.starts_with(','))
                return wrong();
            text.remove_prefix(1);
            if (!read_number(text, signature_height, point.y))
                return wrong();
            stroke.push_back(point);
            more = text.starts_with(' ');
            if (more)
                text.remove_prefix(1);
        }
        if (text.empty())
            break;
        if (!text.starts_with(';') || text.size() == 1)
            return wrong();
        text.remove_prefix(1);
    }
    return strokes;
}

bool is_signature(std::string_view text) {
    const auto strokes = parse_signature(text);
    if (!strokes)
        return false;
    double length = 0;
    for (const auto& stroke : *strokes)
        for (std::size_t i = 1; i < stroke.size(); ++i)
            length += distance(stroke[i - 1], stroke[i]);
    return length >= shortest_line;
}

} // namespace kiosk::core
