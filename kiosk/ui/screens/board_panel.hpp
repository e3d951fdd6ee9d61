// SPDX-License-Identifier: Apache-2.0
#pragma once
// What stands beside the staff's board: one booking, or a slot that nobody has. Ownership: none. Threads: the render thread.
#include "ui/widgets.hpp"

#include <string>

namespace kiosk::ui {

void draw_board_detail(Canvas& canvas, const app::BoardDetail& detail, Rect area);
void draw_board_slot(Canvas& canvas, const app::BoardSlot& slot, Rect area);

// In a dense table a long name ends in an ellipsis; the panel has all of it.
std::string shortened(Canvas& canvas, const std::string& words, Size size, Weight weight, float width);

} // namespace kiosk::ui
