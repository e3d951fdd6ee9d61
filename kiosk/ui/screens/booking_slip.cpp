// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

namespace kiosk::ui {

Pair slip_pair(const Theme& theme, app::MeetingSlipPage::State) { return theme.good; }
void draw_slip(Scene, const app::MeetingSlipPage&) {}

} // namespace kiosk::ui
