// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the staff's tabs share, and the tabs that have a file of their own. Ownership: none. Threads: the render thread.
#include "ui/widgets.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::ui {

void heading(Canvas& canvas, Rect& area, std::string_view words);
void empty_place(Canvas& canvas, Rect area, Icon icon, std::string_view words);

// At the right end of a bar, as wide as its words; the bar is what is left of it. True: it was touched.
bool button_at_right(Canvas& canvas, Rect& bar, const std::string& id, const std::string& label, Icon icon);

// Above a list: how something comes into it, and the button that does it. True: it was touched.
struct ListHint {
    std::string id; // of the button
    std::string_view words_key, button_key;
    Icon button_icon = Icon::Plus;
    std::optional<Icon> icon; // before the words
};
bool list_hint(Canvas& canvas, Rect& area, const ListHint& hint);

// A card of rows of one height with a line between them, and the way to the others below it where not all fit.
struct CardRows {
    std::string id; // of the place in the list
    std::size_t count = 0;
    float high = 0;   // of a row
    float side = 2.5F; // steps at its left and right
    float above_pager = 2;
};
void card_rows(Canvas& canvas, Rect area, const CardRows& rows, const std::function<void(Rect row, std::size_t index)>& draw);

void draw_interviews(Canvas& canvas, const app::StaffView& staff, Rect area);
void draw_leads(Canvas& canvas, const app::StaffView& staff, Rect area);
void draw_board(Canvas& canvas, const app::StaffView& staff, Rect area);
void draw_sessions(Canvas& canvas, const app::StaffView& staff, Rect area);
void quorum_light(Canvas& canvas, Rect box, core::Quorum quorum, std::string_view words, Size size); // amber, green, red

} // namespace kiosk::ui
