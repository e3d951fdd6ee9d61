// SPDX-License-Identifier: Apache-2.0
// export --bookings
#include "exchange/atomic_file.hpp"
#include "exchange/booking_art.hpp"
#include "exchange/booking_calendar.hpp"
#include "exchange/booking_export.hpp"
#include "exchange/day_plan.hpp"
#include "main/kioskctl/commands_export.hpp"

#include <algorithm>

namespace kioskctl {

namespace {

using namespace kiosk;
using core::ErrorCode;
using core::fail;

// Beginning or end of a uid, where only one has it.
core::Result<exchange::BookingRow> find_row(const exchange::BookingRows& bookings, const std::string& wanted) {
    const exchange::BookingRow* found = nullptr;
    for (const auto& row : bookings.rows) {
        const auto& uid = row.booking.request.uid;
        if (uid != wanted && !uid.starts_with(wanted) && !uid.ends_with(wanted))
            continue;
        if (found != nullptr)
            return fail(ErrorCode::Conflict, "error.booking_ambiguous", wanted);
        found = &row;
    }
    if (found == nullptr)
        return fail(ErrorCode::NotFound, "error.no_booking", wanted);
    return *found;
}

core::Result<std::uint64_t> export_slip(const exchange::BookingExport& request, const BookingExportCall& call) {
    KIOSK_TRY(const auto bookings, exchange::booking_rows(request));
    KIOSK_TRY(const auto row, find_row(bookings, call.slip));
    const auto art = exchange::make_slip_art(request, row, call.person);
    if (call.file.ends_with(".pdf")) {
        KIOSK_CHECK(exchange::slip_pdf(art, call.file));
        return 1;
    }
    KIOSK_TRY(const auto png, exchange::slip_png(art));
    KIOSK_TRY(auto file, exchange::AtomicFile::create(call.file));
    KIOSK_CHECK(file.write(png));
    KIOSK_CHECK(file.commit());
    return 1;
}

} // namespace

Outcome export_bookings(Context& context, const BookingExportCall& call) {
    KIOSK_TRY(const auto venue, context.open_event());
    exchange::BookingExport request;
    request.base = export_request(context, *venue, call.disclosure);
    request.confidential_for = call.confidential_for;
    const auto ends = [&](const char* ending) { return call.file.ends_with(ending); };
    std::uint64_t rows = 0;
    std::size_t withheld = 0;
    if (!call.slip.empty()) {
        if (!ends(".png") && !ends(".pdf"))
            return fail(ErrorCode::Invalid, "error.slip_file", call.file);
        KIOSK_TRY(rows, export_slip(request, call));
    } else if (ends(".csv") || ends(".xlsx")) {
        KIOSK_TRY(const auto report, ends(".csv") ? exchange::export_bookings_csv(request, call.file)
                                                  : exchange::export_bookings_xlsx(request, call.file));
        rows = report.rows;
        withheld = report.withheld;
    } else if (ends(".ics")) {
        KIOSK_TRY(rows, exchange::export_booking_calendar(request, {call.person, call.unit}, call.file));
    } else if (ends(".pdf")) {
        KIOSK_TRY(const auto report, exchange::export_day_plan(request, call.file, call.unit));
        rows = report.bookings;
    } else {
        return fail(ErrorCode::Invalid, "error.bookings_file", call.file);
    }
    KIOSK_CHECK(note_export(*venue, call.confidential_for.empty() ? "bookings" : "bookings, confidential",
                            request.base.disclosure, rows));
    context.say("cli.export.bookings", {{"count", std::to_string(rows)}, {"file", call.file}});
    if (withheld > 0)
        context.say("cli.export.withheld", {{"count", std::to_string(withheld)}});
    context.emit({{"file", call.file}, {"bookings", rows}, {"withheld", withheld}});
    return exit_done;
}

} // namespace kioskctl
