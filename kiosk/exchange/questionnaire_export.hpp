// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answered questionnaires as a workbook. Purpose: an index sheet with one row per response, then one sheet per group of
// questions (the steps of the pinned forms) with one row per response, and for each list that anybody filled in a sheet
// with one row per line of it, so that an analyst can filter and count; the group's sheet shows the list in one cell.
// Interviews are confidential: this is for organizers, and never part of the attendance exports. Ownership: borrows
// everything. Threads: the store's. Failure: the store's errors and the file's; a response whose form is not here is
// listed in the index and its answers stand under their ids. Memory: the forms, whatever the number of responses.
#include "exchange/attendance_export.hpp"

namespace kiosk::exchange {

struct QuestionnaireReport {
    std::uint64_t responses = 0;
    std::uint64_t drafts = 0; // of those
    std::uint64_t without_form = 0;
};

// The request's disclosure is not looked at: it is all or nothing, and who may have it is the caller's to ask.
core::Result<QuestionnaireReport> export_questionnaires(const ExportRequest& request,
                                                        const std::filesystem::path& path);

} // namespace kiosk::exchange
