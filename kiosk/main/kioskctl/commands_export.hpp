// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the ways to export share, and the export of bookings. Ownership: callbacks borrow the context and the parser. Threads: one.
#include "exchange/attendance_export.hpp"
#include "main/kioskctl/commands.hpp"

namespace kioskctl {

kiosk::exchange::ExportRequest export_request(const Context& context, kiosk::wiring::Venue& venue,
                                              const std::string& disclosure);
// Who took a list out, and how much of it, is part of the event's record.
core::Status note_export(kiosk::wiring::Venue& venue, std::string_view format, kiosk::exchange::Disclosure disclosure,
                         std::uint64_t rows);

// Bookings into a file whose ending says what it is: a table, a calendar, the day's plan, or one booking's slip.
struct BookingExportCall {
    std::string file;
    std::string disclosure = "full";
    std::string unit, person, slip; // narrows it down
    std::string confidential_for;   // staff id
};
Outcome export_bookings(Context& context, const BookingExportCall& call);

} // namespace kioskctl
