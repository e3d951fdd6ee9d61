// SPDX-License-Identifier: Apache-2.0
#pragma once
// Figures of the business area. Internal to the report's files. Pure. Purpose: use by slot, states, tables, purposes,
// outcomes, no-shows, who met whom; all as things stand at the time of the report. Bookings that are confidential are in
// confidential sections alone. Failure: none; an event without a business area has no record of it.
#include "exchange/report_data.hpp"

namespace kiosk::exchange {

bool is_booking_figure(std::string_view id);
// Fills in a figure of that id; false where it is none of these.
bool make_booking_figure(const ReportRequest& request, const ReportData& data, bool confidential, ReportFigure& figure);

} // namespace kiosk::exchange
