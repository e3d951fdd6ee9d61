// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the staff's tabs share, and the tabs that have a file of their own. Ownership: none. Threads: the render thread.
#include "ui/widgets.hpp"

#include <string_view>

namespace kiosk::ui {

void heading(Canvas& canvas, Rect& area, std::string_view words);
void empty_place(Canvas& canvas, Rect area, Icon icon, std::string_view words);

void draw_interviews(Canvas& canvas, const app::StaffView& staff, Rect area);
void draw_leads(Canvas& canvas, const app::StaffView& staff, Rect area);
void draw_board(Canvas& canvas, const app::StaffView& staff, Rect area);
void draw_sessions(Canvas& canvas, const app::StaffView& staff, Rect area);
void quorum_light(Canvas& canvas, Rect box, core::Quorum quorum, std::string_view words, Size size); // amber, green, red

} // namespace kiosk::ui
