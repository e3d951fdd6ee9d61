// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is on now and next, and moments as people read them. Purpose: the header's words. Pure. Threads: any.
#include "app/view.hpp"
#include "core/model.hpp"

#include <optional>
#include <string>

namespace kiosk::app {

struct NowAndNext {
    std::optional<AgendaLine> now;
    std::optional<AgendaLine> next; // later today
};

// Confidential items are never in it: this goes to public screens.
NowAndNext now_and_next(const core::Event& event, core::Instant now);
// The items of today that have not ended, at most `limit`.
std::vector<AgendaLine> coming_up(const core::Event& event, core::Instant now, std::size_t limit);

std::string clock_text(const core::TimeZone& zone, core::Instant at);    // "13:05"
LocalText date_text(const core::TimeZone& zone, core::Instant at);       // "11月20日" / "20 Nov"

} // namespace kiosk::app
