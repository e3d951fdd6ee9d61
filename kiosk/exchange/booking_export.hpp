// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bookings of the business area out of the store: CSV, XLSX, calendars, the day's plan on paper. Purpose: one way in which
// a booking becomes words, for all of them: its state at the time of the export, its people as far as the scope lets them be
// named. Bookings of sessions behind closed doors are left out unless a member of staff who may see them asks for them.
// Masked: names masked, no topics and notes. Partner: only bookings whose people all agreed to share their contact data.
// Ownership: borrows everything. Threads: the store's. Failure: the store's errors and the file's; NotFound where the
// unit or person of a calendar does not exist; Invalid where `confidential_for` may not see what is confidential.
#include "core/bookings.hpp"
#include "exchange/attendance_export.hpp"
#include "exchange/workbook.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace kiosk::exchange {

struct BookingExport {
    ExportRequest base;
    std::string confidential_for; // staff id: with what is confidential; empty: without
};

struct BookedPerson {
    std::string ticket;
    std::string name, organisation; // as the scope shows them; empty where they are not known or erased
};

struct BookingRow {
    core::Booking booking;
    core::BookingStanding standing;
    std::string unit; // its label, or the public title of a session
    std::vector<BookedPerson> people;
    std::string status, reason, purpose, topic, outcome, note, lead; // words; lead: its status
    bool confidential = false;
};

struct BookingRows {
    std::vector<BookingRow> rows;  // in order of time, unit
    std::size_t withheld = 0;      // confidential ones that were left out
};
// `with_hidden`: confidential ones stay in the list without people and words, as something that keeps a unit busy.
core::Result<BookingRows> booking_rows(const BookingExport& request, bool with_hidden = false);

struct BookingReport {
    std::uint64_t rows = 0;
    std::size_t withheld = 0;
};
// A sheet of the attendance workbook. Where there is none, a hint stands in the sheet.
core::Result<BookingReport> write_bookings(const BookingExport& request, Workbook& book, Workbook::Sheet sheet);
core::Result<BookingReport> export_bookings_xlsx(const BookingExport& request, const std::filesystem::path& path);
core::Result<BookingReport> export_bookings_csv(const BookingExport& request, const std::filesystem::path& path);

// "T3 洽谈桌": how a unit is called on paper.
std::string unit_label(const core::BookableUnit& unit, const core::Catalogue& texts, core::Language language);
std::string clock_text(const core::EventConfig& config, core::Instant at); // "15:20"
std::string date_text(const core::EventConfig& config, core::Instant at, core::Language language); // "11月20日", "20 Nov"

} // namespace kiosk::exchange
