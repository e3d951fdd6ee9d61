// SPDX-License-Identifier: Apache-2.0
#include "ui/keyboard.hpp"

#include "ui/widgets.hpp"

#include <array>
#include <cmath>
#include <string>

namespace kiosk::ui {

namespace {

using app::KeyboardView;
using Layout = KeyboardView::Layout;

constexpr std::size_t key_rows = 4;

float key_height(const Canvas& canvas) { return canvas.step(canvas.portrait() ? 9 : 8); }
float key_gap(const Canvas& canvas) { return canvas.step(1); }
float candidate_height(const Canvas& canvas) { return canvas.theme().target; }
bool shows_candidates(const KeyboardView& keyboard) { return keyboard.layout == Layout::Pinyin; }

struct Keys {
    Canvas& canvas;
    const KeyboardView& keyboard;
    Color ground;

    ButtonLook letter() const {
        ButtonLook look;
        look.pair = {canvas.theme().raised, canvas.theme().ink};
        look.size = Size::Large;
        look.weight = Weight::Regular;
        look.key = true;
        return look;
    }
    ButtonLook function() const {
        auto look = letter();
        look.pair.fill = mix(ground, canvas.theme().ink, 0.12);
        look.size = Size::Body;
        return look;
    }
    void press(const std::string& key) const { canvas.emit(app::intent::PressKey{key}); }

    void letter_key(Rect box, char c) const {
        const bool upper = keyboard.shift && keyboard.layout == Layout::Latin;
        const std::string sent(1, upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
        if (button(canvas, "key:" + std::string(1, c), box, sent, letter()))
            press(sent);
    }
    void named(Rect box, const std::string& key, Icon icon, ButtonLook look) const {
        look.size = Size::Large;
        if (icon_button(canvas, "key:" + key, box, icon, look))
            press(key);
    }
    void layout_key(Rect box, Layout to, std::string_view label) const {
        if (button(canvas, "layout:" + std::to_string(static_cast<int>(to)), box, label, function()))
            canvas.emit(app::intent::SetLayout{to});
    }
    void enter(Rect box, std::string_view label) const {
        ButtonLook look;
        look.pair = canvas.theme().accent;
        look.size = Size::Body;
        look.key = true;
        if (button(canvas, "key:enter", box, label, look))
            press("enter");
    }
};

void candidates(Canvas& canvas, const KeyboardView& keyboard, Rect bar, Color ground) {
    const auto& theme = canvas.theme();
    const Canvas::On on(canvas, ground);
    auto arrow = quiet_look(canvas);
    arrow.key = true;
    const float target = theme.target;
    if (keyboard.has_previous_page || keyboard.has_next_page) {
        arrow.enabled = keyboard.has_next_page;
        if (icon_button(canvas, "candidates:next", bar.cut_right(target), Icon::Next, arrow))
            canvas.emit(app::intent::TurnPage{1});
        arrow.enabled = keyboard.has_previous_page;
        if (icon_button(canvas, "candidates:previous", bar.cut_right(target), Icon::Back, arrow))
            canvas.emit(app::intent::TurnPage{-1});
    }
    if (keyboard.candidates.empty() && keyboard.preedit.empty()) {
        Look hint{Size::Small, Weight::Regular, theme.ink_soft};
        bar.cut_left(canvas.step(1));
        canvas.text(bar, canvas.tr("ui.keyboard.hint"), hint);
        return;
    }
    for (std::size_t i = 0; i < keyboard.candidates.size(); ++i) {
        auto look = quiet_look(canvas);
        look.key = true;
        look.size = Size::Large;
        look.weight = i == 0 ? Weight::Bold : Weight::Regular;
        if (i == 0)
            look.pair = {theme.raised, theme.ink};
        const float width = std::max(target, canvas.measure(keyboard.candidates[i], look.size, look.weight).x + canvas.step(4));
        if (width > bar.w)
            break; // the rest has its own page
        if (button(canvas, "candidate:" + std::to_string(i), bar.cut_left(width), keyboard.candidates[i], look))
            canvas.emit(app::intent::PickCandidate{i});
        bar.cut_left(key_gap(canvas));
    }
}

void letters(const Keys& keys, Rect area, std::string_view enter_label) {
    auto& canvas = keys.canvas;
    const float gap = key_gap(canvas), height = key_height(canvas);
    constexpr std::array<std::string_view, 3> rows{"qwertyuiop", "asdfghjkl", "zxcvbnm"};
    const float key = (area.w - 9 * gap) / 10;
    const auto place = [&](Rect& row, float columns) {
        const Rect box = row.cut_left(columns * key + (columns - 1) * gap);
        row.cut_left(gap);
        return box;
    };
    for (std::size_t r = 0; r < rows.size(); ++r) {
        Rect row = area.cut_top(height);
        area.cut_top(gap);
        if (r == 1)
            row.cut_left((key + gap) / 2);
        if (r == 2) {
            const Rect left = place(row, 1.5F);
            if (keys.keyboard.layout == Layout::Latin) {
                auto look = keys.function();
                if (keys.keyboard.shift)
                    look.pair = {canvas.theme().ink, canvas.theme().paper};
                keys.named(left, "shift", Icon::Shift, look);
            } else if (button(canvas, "key:'", left, canvas.tr("ui.keyboard.divide"), keys.function())) {
                keys.press("'"); // between syllables: xi'an
            }
        }
        for (const char c : rows[r])
            keys.letter_key(place(row, 1), c);
        if (r == 2)
            keys.named(place(row, 1.5F), "backspace", Icon::Backspace, keys.function());
    }
    Rect row = area.cut_top(height);
    keys.layout_key(place(row, 1.5F), Layout::Digits, "123");
    const bool pinyin = keys.keyboard.layout == Layout::Pinyin;
    if (keys.keyboard.pinyin_available)
        keys.layout_key(place(row, 1.5F), pinyin ? Layout::Latin : Layout::Pinyin, canvas.tr(pinyin ? "ui.keyboard.to_latin" : "ui.keyboard.to_pinyin"));
    if (!pinyin) {
        keys.letter_key(place(row, 1), '@');
        keys.letter_key(place(row, 1), '.');
    }
    const float taken = 1.5F + (keys.keyboard.pinyin_available ? 1.5F : 0) + (pinyin ? 0 : 2);
    keys.named(place(row, 10 - taken - 2), "space", Icon::Space, keys.letter());
    keys.enter(place(row, 2), enter_label);
}

// A number and nothing else: the pad of a telephone.
void plain_digits(const Keys& keys, Rect area, std::string_view enter_label) {
    auto& canvas = keys.canvas;
    const float gap = key_gap(canvas);
    area = area.centered(std::min(area.w, canvas.step(70)), area.h);
    const float key = (area.w - 2 * gap) / 3;
    for (const std::string_view row_keys : {"123", "456", "789", "<0>"}) {
        Rect row = area.cut_top(key_height(canvas));
        area.cut_top(gap);
        for (const char c : row_keys) {
            const Rect box = row.cut_left(key);
            row.cut_left(gap);
            if (c == '<')
                keys.named(box, "backspace", Icon::Backspace, keys.function());
            else if (c == '>')
                keys.enter(box, enter_label);
            else
                keys.letter_key(box, c);
        }
    }
}

void digits(const Keys& keys, Rect area, std::string_view enter_label) {
    auto& canvas = keys.canvas;
    const float gap = key_gap(canvas), height = key_height(canvas);
    area = area.centered(std::min(area.w, canvas.step(96)), area.h);
    constexpr std::array<std::string_view, 3> rows{"123-", "456/", "789:"};
    const float key = (area.w - 4 * gap) / 5;
    const auto place = [&](Rect& row, float columns) {
        const Rect box = row.cut_left(columns * key + (columns - 1) * gap);
        row.cut_left(gap);
        return box;
    };
    const Layout letters_layout = keys.keyboard.pinyin_available ? Layout::Pinyin : Layout::Latin;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        Rect row = area.cut_top(height);
        area.cut_top(gap);
        for (const char c : rows[r])
            keys.letter_key(place(row, 1), c);
        if (r == 0)
            keys.named(place(row, 1), "backspace", Icon::Backspace, keys.function());
        else if (r == 1)
            keys.letter_key(place(row, 1), '+');
        else
            keys.letter_key(place(row, 1), '.');
    }
    Rect row = area.cut_top(height);
    keys.layout_key(place(row, 1), letters_layout, letters_layout == Layout::Pinyin ? canvas.tr("ui.keyboard.to_pinyin") : "ABC");
    keys.letter_key(place(row, 1), '0');
    keys.named(place(row, 1), "space", Icon::Space, keys.letter());
    keys.enter(place(row, 2), enter_label);
}

} // namespace

float keyboard_height(const Canvas& canvas, const KeyboardView& keyboard) {
    const float rows = static_cast<float>(key_rows) * key_height(canvas) + static_cast<float>(key_rows - 1) * key_gap(canvas);
    return rows + (shows_candidates(keyboard) ? candidate_height(canvas) + key_gap(canvas) : 0) + 2 * canvas.step(2);
}

void draw_keyboard(Canvas& canvas, const KeyboardView& keyboard, std::string_view enter_label, bool numbers_only) {
    const auto& theme = canvas.theme();
    Rect panel = canvas.screen();
    panel = panel.cut_bottom(keyboard_height(canvas, keyboard));
    const auto ground = mix(theme.paper, theme.ink, 0.09);
    canvas.shadow({panel.x, panel.y, panel.w, panel.h + theme.sheet_radius}, theme.sheet_radius);
    canvas.fill({panel.x, panel.y, panel.w, panel.h + theme.sheet_radius}, ground, theme.sheet_radius);
    const Canvas::On on(canvas, ground);
    const Keys keys{canvas, keyboard, ground};
    Rect inner = panel.inset(canvas.step(2));
    inner = inner.centered(std::min(inner.w, canvas.step(152)), inner.h);
    if (shows_candidates(keyboard)) {
        candidates(canvas, keyboard, inner.cut_top(candidate_height(canvas)), ground);
        inner.cut_top(key_gap(canvas));
    }
    if (keyboard.layout == Layout::Digits && numbers_only)
        plain_digits(keys, inner, enter_label);
    else if (keyboard.layout == Layout::Digits)
        digits(keys, inner, enter_label);
    else
        letters(keys, inner, enter_label);
}

} // namespace kiosk::ui
