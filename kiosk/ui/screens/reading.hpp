// SPDX-License-Identifier: Apache-2.0
#pragma once
// Long texts that are to be read: an agreement, minutes. Ownership: none. Threads: the render thread.
#include "ui/widgets.hpp"

#include <string>
#include <string_view>

namespace kiosk::ui {

// In pages with buttons to turn them, where it is longer than its place; as large as body.
void reading(Canvas& canvas, const std::string& id, Rect box, std::string_view text);

} // namespace kiosk::ui
