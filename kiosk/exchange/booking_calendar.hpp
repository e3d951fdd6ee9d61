// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bookings as calendar files. Purpose: one for a person, for a table or room, or for all units; opens in calendar programs.
// What is confidential is in none of them, but that it keeps a unit busy, unless the request says who may see it. A booking
// keeps its UID for ever, so reading a newer file again updates. Ownership: borrows. Threads: the store's. Failure: NotFound
// where there is no such person or unit; the store's errors and the file's.
#include "exchange/booking_export.hpp"
#include "exchange/calendar.hpp"

#include <filesystem>
#include <string>

namespace kiosk::exchange {

struct CalendarScope {
    std::string ticket; // of a person; else
    std::string unit;   // of a table or room; both empty: everything
};
core::Result<CalendarText> booking_calendar(const BookingExport& request, const CalendarScope& scope);
// The number of entries.
core::Result<std::uint64_t> export_booking_calendar(const BookingExport& request, const CalendarScope& scope,
                                                    const std::filesystem::path& path);

} // namespace kiosk::exchange
