// SPDX-License-Identifier: Apache-2.0
#pragma once
// The screens, one file each. Each draws its part of the View into the area that header and keyboard leave, and emits
// what was touched. Ownership: none. Threads: the render thread.
#include "ui/preview.hpp"
#include "ui/widgets.hpp"

namespace kiosk::ui {

struct Scene {
    Canvas& canvas;
    const app::View& view;
    Preview& preview;
    Rect area;      // what is left of the screen above the keyboard
    bool keyboard;  // one is open below
};

void draw_idle(Scene scene, const app::IdleView& idle);
void draw_confirm(Scene scene, const app::ConfirmView& confirm);
void draw_form(Scene scene, const app::FormView& form);
void draw_result(Scene scene, const app::ResultView& result);
void draw_search(Scene scene, const app::SearchView& search);
void draw_second_factor(Scene scene, const app::SecondFactorView& factor);
void draw_staff_pin(Scene scene, const app::StaffPinView& pin);
void draw_staff(Scene scene, const app::StaffView& staff);
void draw_interview_end(Scene scene, const app::InterviewEndView& end);
void draw_setup(Scene scene, const app::SetupView& setup);
void draw_meeting(Scene scene, const app::MeetingView& meeting);
void draw_slip(Scene scene, const app::MeetingSlipPage& slip); // of draw_meeting: what came of it
Pair slip_pair(const Theme& theme, app::MeetingSlipPage::State state);
void draw_out_of_order(Scene scene, const app::OutOfOrderView& out);

// The colour under everything on this screen.
Pair ground_of(const Theme& theme, const app::View& view);

} // namespace kiosk::ui
