// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of one session behind closed doors that have a file of their own. Ownership: none. Threads: the render thread.
#include "ui/widgets.hpp"

#include <string>
#include <vector>

namespace kiosk::ui {

std::string joined(const std::vector<std::string>& words); // those that say something, with a dot between them
void session_people(Canvas& canvas, Rect area, const app::SessionDetail& detail);
void session_seats(Canvas& canvas, Rect area, const app::SessionDetail& detail);

} // namespace kiosk::ui
