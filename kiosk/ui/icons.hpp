// SPDX-License-Identifier: Apache-2.0
#pragma once
// Icons drawn as strokes on a 24 × 24 grid, so that they are sharp at 32 and at 240. Ownership: none.
#include "ui/canvas.hpp"

namespace kiosk::ui {

enum class Icon : std::uint8_t {
    Check = 1, Repeat, Stop, Pencil, Help, Hourglass, Person, PersonPlus, Search, Backspace, Globe, Camera, CameraOff,
    Back, Next, Up, Down, Shift, Enter, Close, Printer, Calendar, Pin, Cloud, CloudOff, Saved, Undo, Lock, Gear, Chart,
    List, Door, Code, Wrench, Bell, Space, Plus, Minus, Clock, Form, Flag, People, Table, Move,
};

void draw_icon(Canvas& canvas, Icon icon, Rect box, Color color, float stroke = 2.0F);

} // namespace kiosk::ui
