// SPDX-License-Identifier: Apache-2.0
#pragma once
// Follow-ups out of the store: a sheet of the attendance workbook, or a file of their own. Purpose: open ones first, one
// a row, with words instead of ids. Masked: names masked, no notes. Partner: only of people who agreed to share.
// Ownership: borrows everything. Threads: the store's. Failure: the store's errors and the file's.
#include "exchange/attendance_export.hpp"
#include "exchange/workbook.hpp"

namespace kiosk::exchange {

// Answers how many rows were written; where there is none, a hint stands in the sheet.
core::Result<std::uint64_t> write_leads(const ExportRequest& request, Workbook& book, Workbook::Sheet sheet);
core::Result<std::uint64_t> export_leads_xlsx(const ExportRequest& request, const std::filesystem::path& path);
core::Result<std::uint64_t> export_leads_csv(const ExportRequest& request, const std::filesystem::path& path);

} // namespace kiosk::exchange
