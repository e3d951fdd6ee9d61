// SPDX-License-Identifier: Apache-2.0
#pragma once
// The lines of a summary, shared by the plain text and the spreadsheet. Ownership: values. Threads: any. Failure: none.
#include "exchange/attendance_export.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::exchange {

struct SummaryLine {
    std::string label;
    std::string text;
    std::optional<std::int64_t> count; // where it is a whole number
};

std::vector<SummaryLine> summary_lines(const ExportRequest& request, const Figures& figures);
std::string reason_text(const ExportRequest& request, core::Reason reason);
// "13:15", with the date where the event has several days.
std::string arrival_text(const ExportRequest& request, const Figures& figures, const ArrivalCount& slot);

} // namespace kiosk::exchange
