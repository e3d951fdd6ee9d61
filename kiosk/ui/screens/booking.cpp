// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

namespace kiosk::ui {

void draw_meeting(Scene scene, const app::MeetingView& meeting) {
    if (const auto* slip = std::get_if<app::MeetingSlipPage>(&meeting.page))
        draw_slip(scene, *slip);
}

} // namespace kiosk::ui
