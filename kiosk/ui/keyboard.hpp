// SPDX-License-Identifier: Apache-2.0
#pragma once
// The keyboard on the screen: pinyin, Latin and digits, with the candidates of the input method above it. It draws a
// KeyboardView and emits key presses; what they mean is decided elsewhere. Ownership: none. Threads: the render thread.
#include "ui/canvas.hpp"

namespace kiosk::ui {

// How much of the screen's foot it takes, so that screens lay themselves out above it.
float keyboard_height(const Canvas& canvas, const app::KeyboardView& keyboard);

// `numbers_only`: where nothing but digits makes sense, the digits' layout is a plain pad.
void draw_keyboard(Canvas& canvas, const app::KeyboardView& keyboard, std::string_view enter_label, bool numbers_only);

} // namespace kiosk::ui
