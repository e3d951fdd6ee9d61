// SPDX-License-Identifier: Apache-2.0
#pragma once
// The demonstration's people and its afternoon. Purpose: what people offer and need, so that suggestions have something to
// say; and for those who want to see boards, plans, reports and exports full, the whole day as it would have been recorded:
// arrivals, walk-ins, bookings with their outcomes, the closed session. Bookings and the session go through the same desks
// as on the day, with a clock set to the moment. Ownership: borrows the venue. Threads: the store's. Failure: an Error; what
// was written before stays.
#include "main/wiring/event_setup.hpp"

namespace kiosk::wiring {

// After the roster was imported: adds answers and consents to its people.
core::Status add_demo_profiles(Venue& venue, const Demo& demo);
// Everything of the day, in the order in which it happened. The event's dates should lie in the past.
core::Status play_demo_day(Venue& venue, const Demo& demo);

} // namespace kiosk::wiring
