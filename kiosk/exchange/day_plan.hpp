// SPDX-License-Identifier: Apache-2.0
#pragma once
// The day's plan on paper: an overview of all tables, then a page for each table that can stand on it, with lines to write
// on where a slot is free. Purpose: a business area that works when the screens don't. Every day of the event that has slots
// gets its own pages. Ownership: borrows. Threads: the store's. Failure: NotFound where the event has no tables or no such
// unit; the store's errors; DiskFull, Io.
#include "exchange/booking_export.hpp"

#include <filesystem>
#include <string>

namespace kiosk::exchange {

struct PlanReport {
    std::uint64_t pages = 0;
    std::uint64_t bookings = 0; // that stand on them; a hidden one is "taken" and counts
};
// `unit`: the pages of this one alone, without the overview; empty: all.
core::Result<PlanReport> export_day_plan(const BookingExport& request, const std::filesystem::path& path,
                                         const std::string& unit = {});

} // namespace kiosk::exchange
