// SPDX-License-Identifier: Apache-2.0
#pragma once
// Attendance out of the store: CSV, XLSX, JSON. Purpose: files that open right in a spreadsheet, with formulas made
// harmless, whole or masked. Ownership: borrows everything. Threads: the store's. Failure: an Error (DiskFull, Io),
// and then the target is as it was. Memory: about 56 bytes a person, whatever the format.
#include "core/catalogue.hpp"
#include "core/ports.hpp"
#include "exchange/figures.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::exchange {

enum class Disclosure : std::uint8_t {
    Full = 1,
    Masked,  // names, phones, emails, ticket codes masked; no titles, notes and answers
    Partner, // full, but only people who consented to share their contact data
};
std::string_view to_string(Disclosure disclosure); // "full", "masked", "partner"
std::optional<Disclosure> parse_disclosure(std::string_view text);

struct ExportRequest {
    core::Store* store = nullptr;
    const core::EventConfig* config = nullptr;
    const core::Catalogue* texts = nullptr;
    core::Language language = core::Language::Chinese;
    Disclosure disclosure = Disclosure::Full;
    core::Instant now; // stands in the files as the time of the export
    std::function<void(std::uint64_t rows, std::uint64_t expected)> on_progress; // every 500 rows; may be empty
};

struct ExportReport {
    std::uint64_t rows = 0; // people in the file
    Figures figures;
};

core::Result<ExportReport> export_csv(const ExportRequest& request, const std::filesystem::path& path);
core::Result<ExportReport> export_xlsx(const ExportRequest& request, const std::filesystem::path& path);
core::Result<ExportReport> export_json(const ExportRequest& request, const std::filesystem::path& path);

// The figures without a file, for summaries on screen.
core::Result<Figures> compute_figures(const ExportRequest& request);
// Figures as lines of plain text, in the request's language.
std::string figures_text(const ExportRequest& request, const Figures& figures);
std::string figures_json(const Figures& figures); // one JSON object

// The journal's note of an export, for the caller to append. `format`: csv, xlsx, json, pdf, png.
core::OperationDraft make_export_note(std::string_view format, Disclosure disclosure, std::uint64_t rows);

} // namespace kiosk::exchange
