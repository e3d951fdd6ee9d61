// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/staff_parts.hpp"

namespace kiosk::ui {

void draw_board(Canvas& canvas, const app::StaffView&, Rect area) { heading(canvas, area, canvas.tr("ui.staff.board")); }

} // namespace kiosk::ui
