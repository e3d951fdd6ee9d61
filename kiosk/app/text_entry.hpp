// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one field that keys go to. Purpose: the text of the focused field, the on-screen keyboard's layout and what the
// input method is composing. Ownership: borrows the composer, which may be absent. Threads: the application thread.
// Failure: none; a key that means nothing here is ignored, text beyond the bound is not taken.
#include "app/text_composer.hpp"
#include "app/view.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace kiosk::app {

class TextEntry {
public:
    using Layout = KeyboardView::Layout;
    enum class Effect : std::uint8_t { None = 0, Changed, Entered };

    explicit TextEntry(TextComposer* composer) : m_composer(composer) {}

    // Starts with that text. `digits_only` takes nothing but digits and what stands in a phone number or a date.
    void open(std::string text, Layout layout, std::size_t max_characters, bool digits_only = false);
    void close();
    bool is_open() const { return m_open; }

    // A key of the on-screen keyboard: one character, or "backspace", "space", "enter", "shift", "clear".
    Effect press(std::string_view key);
    Effect type(std::string_view utf8); // from a physical keyboard
    Effect pick(std::size_t candidate);
    Effect turn_page(int by);
    Effect set_layout(Layout layout);
    // Letters that are still being composed become text as they are: nothing that was typed is lost.
    Effect settle();

    bool has_candidates() const { return composing() && !m_composer->composition().candidates.empty(); }
    const std::string& text() const { return m_text; }
    // With the letters that are being composed, for searching while typing: "王" + "gu'yu" → "王guyu".
    std::string text_with_letters() const;
    KeyboardView view() const;

private:
    bool composing() const;
    bool pinyin_works() const { return m_composer != nullptr && m_composer->available(); }
    Effect press_composing(std::string_view key);
    Effect append(std::string_view utf8);
    void erase_last();

    TextComposer* m_composer;
    std::string m_text;
    std::size_t m_max_characters = 0;
    Layout m_layout = Layout::Latin;
    bool m_digits_only = false;
    bool m_shift = false;
    bool m_open = false;
};

// Whole UTF-8 characters only, no control characters; used for everything that arrives as text.
std::string printable(std::string_view utf8);
std::size_t count_characters(std::string_view utf8);

} // namespace kiosk::app
