// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the pages of the business area share: how a standing looks. Ownership: none. Threads: the render thread.
#include "ui/screens/screens.hpp"

namespace kiosk::ui {

// Colour, icon and word together: never colour alone.
Pair status_pair(const Theme& theme, core::BookingStatus status);
Icon status_icon(core::BookingStatus status);
std::string status_word(Canvas& canvas, core::BookingStatus status);

void draw_meeting_home(Scene scene, const app::MeetingHomePage& home);
// One line, as large as it may be and no smaller than `smallest`.
Look words_look(Size size, Weight weight, Color color, Size smallest, Align align = Align::Left);

} // namespace kiosk::ui
