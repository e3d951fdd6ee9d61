// SPDX-License-Identifier: Apache-2.0
#include "scanning/wedge.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kiosk::scanning {
namespace {

// USB HID usage numbers of a keyboard, which SDL takes for its scancodes.
constexpr int key_a = 4, key_z = 29, key_1 = 30, key_0 = 39, key_enter = 40, key_tab = 43, key_space = 44;
constexpr int key_minus = 45, key_slash = 56;
constexpr int keypad_divide = 84, keypad_enter = 88, keypad_1 = 89, keypad_0 = 98, keypad_period = 99;

} // namespace

char us_character(int scancode, bool shift, bool caps_lock) {
    if (scancode >= key_a && scancode <= key_z) {
        const char letter = static_cast<char>('a' + (scancode - key_a));
        return shift != caps_lock ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
    if (scancode >= key_1 && scancode <= key_0) {
        constexpr std::string_view plain = "1234567890", shifted = "!@#$%^&*()";
        return (shift ? shifted : plain)[static_cast<std::size_t>(scancode - key_1)];
    }
    if (scancode >= key_minus && scancode <= key_slash) {
        // 50 is the key beside Enter on other boards; scanners never send it.
        constexpr std::string_view plain = "-=[]\\#;'`,./", shifted = "_+{}|~:\"~<>?";
        return (shift ? shifted : plain)[static_cast<std::size_t>(scancode - key_minus)];
    }
    if (scancode >= keypad_1 && scancode <= keypad_0)
        return std::string_view("1234567890")[static_cast<std::size_t>(scancode - keypad_1)];
    if (scancode >= keypad_divide && scancode < keypad_enter)
        return std::string_view("/*-+")[static_cast<std::size_t>(scancode - keypad_divide)];
    switch (scancode) {
    case key_space:
        return ' ';
    case key_enter:
    case keypad_enter:
        return '\n';
    case key_tab:
        return '\t';
    case keypad_period:
        return '.';
    default:
        return 0;
    }
}

void Wedge::restart() {
    m_text.clear();
    m_delivered = 0;
    m_certain = false;
    m_overflow = false;
}

bool Wedge::fast_enough() const {
    const auto gaps = static_cast<std::int64_t>(m_text.size()) - 1;
    return gaps > 0 && m_last_ms - m_first_ms <= gaps * m_options.average_gap_ms;
}

bool Wedge::is_code() const {
    // A key held down repeats as fast as a scanner; no code is one character over and over.
    return m_text.size() >= m_options.shortest_code && !m_overflow && fast_enough() &&
           std::ranges::any_of(m_text, [&](char c) { return c != m_text.front(); });
}

// What has come so far is over: a scan, or typing.
WedgeVerdict Wedge::finish() {
    WedgeVerdict verdict;
    if (is_code()) {
        verdict.take_back = m_delivered;
        verdict.code = std::move(m_text);
    } else if (m_certain && !m_overflow) {
        verdict.give_back = m_text;
    }
    restart();
    return verdict;
}

WedgeVerdict Wedge::key(int scancode, bool shift, bool caps_lock, std::int64_t now_ms) {
    const char character = us_character(scancode, shift, caps_lock);
    if (character == 0)
        return {}; // shift, arrows, function keys: no part of a code, and no end of one
    WedgeVerdict verdict;
    const bool continues = !m_text.empty() && now_ms - m_last_ms <= m_options.longest_gap_ms;
    if (!continues && !m_text.empty())
        verdict = finish();

    if (character == '\n' || character == '\t') {
        if (!continues)
            return verdict; // somebody pressed Enter
        // A burst too long to be a code swallows its Enter as well: it must not press a button.
        const bool swallow = is_code() || m_overflow;
        verdict = finish();
        verdict.swallow = swallow;
        return verdict;
    }

    if (m_text.empty())
        m_first_ms = now_ms;
    m_last_ms = now_ms;
    if (m_overflow) {
        verdict.swallow = true;
        return verdict;
    }
    m_text.push_back(character);
    if (m_text.size() > m_options.longest_code) {
        m_overflow = true;
        m_text.resize(1);
        verdict.swallow = true;
        return verdict;
    }
    if (!m_certain && m_text.size() >= m_options.certain_after && fast_enough() &&
        std::ranges::any_of(m_text, [&](char c) { return c != m_text.front(); })) {
        m_certain = true;
        verdict.take_back += m_delivered;
        m_delivered = 0;
    }
    if (m_certain)
        verdict.swallow = true;
    else
        ++m_delivered;
    return verdict;
}

WedgeVerdict Wedge::tick(std::int64_t now_ms) {
    if (m_text.empty() || now_ms - m_last_ms < m_options.pause_ms)
        return {};
    return finish();
}

std::optional<std::int64_t> Wedge::deadline_ms() const {
    if (m_text.empty())
        return std::nullopt;
    return m_last_ms + m_options.pause_ms;
}

} // namespace kiosk::scanning
