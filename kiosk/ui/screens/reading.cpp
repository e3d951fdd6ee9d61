// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/reading.hpp"

#include <vector>

namespace kiosk::ui {

namespace {

constexpr int most_lines = 60;
constexpr std::size_t longest_part = 600; // bytes: about 200 characters of Chinese

// Paragraphs; a long one in parts that end with a sentence, so that a page never has to begin within one.
std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    const auto add = [&](std::string_view words) {
        if (words.find_first_not_of(" \r\t") != std::string_view::npos)
            parts.emplace_back(words);
    };
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        auto left = line;
        while (left.size() > longest_part) {
            std::size_t cut = 0;
            for (const std::string_view end : {"。", "；", ". ", "; ", "，", ", ", " "}) {
                if (const auto at = left.rfind(end, longest_part - end.size()); at != std::string_view::npos && at > 0) {
                    cut = at + end.size();
                    break;
                }
            }
            if (cut == 0) { // not one mark in it: between two characters
                cut = longest_part;
                while (cut > 1 && (static_cast<unsigned char>(left[cut]) & 0xC0U) == 0x80U)
                    --cut;
            }
            add(left.substr(0, cut));
            left.remove_prefix(cut);
        }
        add(left);
    }
    return parts;
}

} // namespace

void reading(Canvas& canvas, const std::string& id, Rect box, std::string_view text) {
    const auto& theme = canvas.theme();
    const auto parts = parts_of(text);
    const float gap = canvas.step(1.5F);
    std::vector<float> heights;
    for (const auto& part : parts)
        heights.push_back(canvas.measure(part, Size::Body, Weight::Regular, box.w, most_lines).y);
    const auto starts = [&](float room) {
        std::vector<std::size_t> first;
        float used = 0;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            if (first.empty() || used + heights[i] > room) {
                first.push_back(i);
                used = 0;
            }
            used += heights[i] + gap;
        }
        return first;
    };
    auto pages = starts(box.h);
    Rect pager;
    if (pages.size() > 1) {
        pager = box.cut_bottom(theme.target);
        box.cut_bottom(canvas.step(2));
        pages = starts(box.h);
    }
    if (pages.empty())
        return;
    const auto page = page_rows(canvas, id, pages.size(), 1, pager);
    const auto last = page + 1 < pages.size() ? pages[page + 1] : parts.size();
    Look look{Size::Body, Weight::Regular, theme.ink};
    look.lines = most_lines;
    look.balanced = false;
    look.vertical = Look::Vertical::Top;
    for (std::size_t i = pages[page]; i < last; ++i) {
        canvas.text(box.cut_top(heights[i]), parts[i], look);
        box.cut_top(gap);
    }
}

} // namespace kiosk::ui
