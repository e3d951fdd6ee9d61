// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts that screens are made of: buttons, cards, choices, fields, header, countdown, notices. Ownership: none;
// each call draws and answers whether it was touched. Threads: the render thread.
#include "ui/canvas.hpp"
#include "ui/icons.hpp"

#include <optional>

namespace kiosk::ui {

// ---- colours in use ----
Pair tone_pair(const Theme& theme, app::Tone tone);
Pair outcome_pair(const Theme& theme, core::Outcome outcome);
Icon outcome_icon(core::Outcome outcome);
std::string_view outcome_key(core::Outcome outcome); // "ui.outcome.admitted", …
std::string reason_key(core::Reason reason);         // "ui.reason.already_in", …

// ---- buttons ----
struct ButtonLook {
    Pair pair;
    std::optional<Color> border;
    Size size = Size::Body;
    Weight weight = Weight::Bold;
    std::optional<Icon> icon;
    bool icon_after = false;
    bool lifted = false; // a soft shadow
    bool enabled = true;
    bool key = false;    // of the on-screen keyboard: may stand closer
};
ButtonLook main_look(const Canvas& canvas);                    // the one main action
ButtonLook plain_look(const Canvas& canvas);                   // beside it
ButtonLook quiet_look(const Canvas& canvas);                   // words alone
ButtonLook bright_look(Pair tone);                             // main action on a coloured screen
ButtonLook ghost_look(Pair tone);                              // beside that
bool button(Canvas& canvas, const std::string& id, Rect box, std::string_view label, const ButtonLook& look);
bool icon_button(Canvas& canvas, const std::string& id, Rect box, Icon icon, const ButtonLook& look);
float button_width(Canvas& canvas, std::string_view label, const ButtonLook& look); // that the label needs

// ---- surfaces ----
void card(Canvas& canvas, Rect box);
// A short word on a rounded patch, as wide as it needs; answers its place.
Rect tag(Canvas& canvas, Vec left_middle, std::string_view label, Pair pair, std::optional<Icon> icon = {});
float tag_width(Canvas& canvas, std::string_view label, bool with_icon);

// ---- choices ----
enum class ChoiceKind : std::uint8_t { One = 1, Many };
bool choice(Canvas& canvas, const std::string& id, Rect box, std::string_view label, bool chosen, ChoiceKind kind,
            int lines = 2);

// ---- fields ----
struct FieldLook {
    std::string_view value;
    std::string_view placeholder;
    std::string_view preedit; // being composed, shown underlined after the value
    bool focused = false;
    bool wrong = false;
    std::optional<Icon> icon;
    Size size = Size::Large;
    int lines = 1;
};
bool field_box(Canvas& canvas, const std::string& id, Rect box, const FieldLook& look); // true where touched

// ---- header: the way out on the left, the clock and the language on the right, on every screen ----
struct HeaderLook {
    Pair pair;            // surface and words
    std::string title;
    bool back = true;
    bool clock = true;
};
float header_height(const Canvas& canvas);
Rect header(Canvas& canvas, const app::View& view, Rect& area, const HeaderLook& look); // answers the middle

// ---- the rest ----
void countdown(Canvas& canvas, Rect box, std::int64_t seconds, Color color, Color soft); // ring, number, sentence
float notice_height(const Canvas& canvas);
void notice(Canvas& canvas, Rect area, std::string_view words); // what just happened, at the foot of the area
void problem_line(Canvas& canvas, Rect box, std::string_view words, Align align = Align::Left,
                  Size size = Size::Small);
float margin(const Canvas& canvas);
std::string agenda_words(Canvas& canvas, const app::AgendaLine& line, bool with_room);

// A list longer than its place: answers the first row to draw and puts page buttons at `pager` where there are more.
std::size_t page_rows(Canvas& canvas, const std::string& id, std::size_t rows, std::size_t fitting, Rect pager);

} // namespace kiosk::ui
