// SPDX-License-Identifier: Apache-2.0
#include "app/text_entry.hpp"

#include <algorithm>
#include <cstdint>

namespace kiosk::app {

namespace {

struct Character {
    char32_t code = 0;
    std::size_t bytes = 0; // 0: not valid UTF-8
};

Character first_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = lead < 0x80 ? 1 : lead >> 5 == 0x6 ? 2 : lead >> 4 == 0xe ? 3 : lead >> 3 == 0x1e ? 4 : 0;
    if (bytes == 0 || bytes > text.size())
        return {};
    char32_t code = bytes == 1 ? lead : lead & (0x7fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if (next >> 6 != 0x2)
            return {};
        code = code << 6 | (next & 0x3fu);
    }
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest[bytes] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return {};
    return {code, bytes};
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x2028 || code == 0x2029 ||
           (code >= 0x200b && code <= 0x200f) || (code >= 0x202a && code <= 0x202e) || // zero width, direction marks
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff;
}

// Stands behind the character it belongs to and is nothing without it.
bool is_mark(char32_t code) {
    return (code >= 0x300 && code <= 0x36f) || (code >= 0xfe00 && code <= 0xfe0f) || (code >= 0xe0100 && code <= 0xe01ef);
}

bool is_digit_text(std::string_view key) {
    return key.size() == 1 && std::string_view("0123456789+-:./ ").find(key.front()) != std::string_view::npos;
}

std::string upper(std::string_view letter) {
    std::string text(letter);
    if (text.size() == 1 && text.front() >= 'a' && text.front() <= 'z')
        text.front() = static_cast<char>(text.front() - 'a' + 'A');
    return text;
}

} // namespace

std::string printable(std::string_view utf8) {
    std::string text;
    while (!utf8.empty()) {
        const auto character = first_character(utf8);
        if (character.bytes > 0 && !is_control(character.code))
            text.append(utf8.substr(0, character.bytes));
        utf8.remove_prefix(std::max<std::size_t>(character.bytes, 1));
    }
    return text;
}

std::size_t count_characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

void TextEntry::open(std::string text, Layout layout, std::size_t max_characters, bool digits_only) {
    close();
    m_text = std::move(text);
    m_max_characters = max_characters;
    m_digits_only = digits_only;
    m_layout = layout == Layout::Pinyin && !pinyin_works() ? Layout::Latin : layout;
    m_open = true;
}

void TextEntry::close() {
    if (m_composer != nullptr)
        m_composer->clear();
    m_text.clear();
    m_shift = false;
    m_open = false;
}

bool TextEntry::composing() const { return pinyin_works() && !m_composer->composition().empty(); }

TextEntry::Effect TextEntry::append(std::string_view utf8) {
    auto room = m_max_characters - std::min(m_max_characters, count_characters(m_text));
    auto effect = Effect::None;
    while (!utf8.empty() && room > 0) {
        const auto character = first_character(utf8);
        if (character.bytes == 0)
            break;
        const auto piece = utf8.substr(0, character.bytes);
        utf8.remove_prefix(character.bytes);
        if (m_digits_only && !is_digit_text(piece))
            continue;
        m_text.append(piece);
        --room;
        effect = Effect::Changed;
    }
    return effect;
}

void TextEntry::erase_last() {
    bool was_mark = true;
    while (was_mark && !m_text.empty()) {
        auto start = m_text.size() - 1;
        while (start > 0 && (static_cast<unsigned char>(m_text[start]) & 0xc0) == 0x80)
            --start;
        was_mark = is_mark(first_character(std::string_view(m_text).substr(start)).code);
        m_text.resize(start);
    }
}

TextEntry::Effect TextEntry::press_composing(std::string_view key) {
    if (key == "backspace")
        return m_composer->backspace() ? Effect::Changed : Effect::None;
    if (key == "space")
        return m_composer->composition().candidates.empty() ? settle() : pick(0);
    if (key == "enter")
        return settle();
    if (key.size() == 1 && key.front() >= '1' && key.front() <= '9')
        return pick(static_cast<std::size_t>(key.front() - '1'));
    return Effect::None;
}

TextEntry::Effect TextEntry::press(std::string_view key) {
    if (!m_open)
        return Effect::None;
    if (key == "clear") {
        if (m_composer != nullptr)
            m_composer->clear();
        m_text.clear();
        return Effect::Changed;
    }
    if (key == "shift") {
        m_shift = !m_shift;
        return Effect::Changed;
    }
    const bool letter = key.size() == 1 && ((key.front() >= 'a' && key.front() <= 'z') || key.front() == '\'');
    if (m_layout == Layout::Pinyin && letter && !m_shift && pinyin_works() && (key != "'" || composing())) {
        append(m_composer->press(key.front()));
        return Effect::Changed;
    }
    if (composing()) {
        if (const auto effect = press_composing(key); effect != Effect::None)
            return effect;
        settle(); // any other key ends what was being composed
    }
    if (key == "backspace") {
        if (m_text.empty())
            return Effect::None;
        erase_last();
        return Effect::Changed;
    }
    if (key == "enter")
        return Effect::Entered;
    if (key == "space")
        return m_text.empty() ? Effect::None : append(" ");
    if (count_characters(key) != 1)
        return Effect::None; // a name that we don't know
    const bool was_shift = std::exchange(m_shift, false);
    const auto effect = append(was_shift ? upper(key) : printable(key));
    return was_shift ? Effect::Changed : effect;
}

TextEntry::Effect TextEntry::type(std::string_view utf8) {
    if (!m_open)
        return Effect::None;
    const auto settled = settle();
    const auto typed = append(printable(utf8));
    return typed != Effect::None ? typed : settled;
}

TextEntry::Effect TextEntry::pick(std::size_t candidate) {
    if (!m_open || !composing() || candidate >= m_composer->composition().candidates.size())
        return Effect::None;
    append(m_composer->pick(candidate));
    return Effect::Changed;
}

TextEntry::Effect TextEntry::turn_page(int by) {
    if (!m_open || !composing())
        return Effect::None;
    m_composer->turn_page(by);
    return Effect::Changed;
}

TextEntry::Effect TextEntry::set_layout(Layout layout) {
    if (!m_open || layout == m_layout || (layout == Layout::Pinyin && (!pinyin_works() || m_digits_only)))
        return Effect::None;
    settle();
    m_layout = layout;
    m_shift = false;
    return Effect::Changed;
}

TextEntry::Effect TextEntry::settle() {
    if (!composing())
        return Effect::None;
    append(printable(m_composer->take_letters()));
    return Effect::Changed;
}

std::string TextEntry::text_with_letters() const {
    auto text = m_text;
    if (composing())
        for (const char byte : m_composer->composition().preedit)
            if (byte != '\'' && byte != ' ')
                text += byte;
    return text;
}

KeyboardView TextEntry::view() const {
    KeyboardView view;
    view.layout = m_layout;
    view.shift = m_shift;
    view.pinyin_available = pinyin_works() && !m_digits_only;
    if (composing()) {
        const auto& composition = m_composer->composition();
        view.preedit = composition.preedit;
        view.candidates = composition.candidates;
        view.has_previous_page = composition.has_previous_page;
        view.has_next_page = composition.has_next_page;
    }
    return view;
}

} // namespace kiosk::app
