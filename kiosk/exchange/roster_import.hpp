// SPDX-License-Identifier: Apache-2.0
#pragma once
// A roster into the store. Purpose: rows become registrations in batches, known people are updated instead of doubled,
// and every row that is not taken is reported with its reason. Ownership: borrows everything. Threads: the store's.
// Failure: an Error where the file can't be read on or the store refuses a batch; `report` then says how far it came,
// and the same import may be run again. Memory: the batch, plus about 32 bytes for each row to find doubles.
#include "core/catalogue.hpp"
#include "core/ports.hpp"
#include "exchange/mapping.hpp"
#include "exchange/table.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace kiosk::exchange {

enum class Severity : std::uint8_t {
    Refused = 1, // the row was not taken
    Noted,       // it was taken, but something in it was not as it should be
};

struct RowProblem {
    Severity severity = Severity::Refused;
    std::uint64_t row = 0;
    std::size_t column = 0; // 1 is the first; 0: the row as a whole
    std::string heading;
    core::Message message;  // "import.refused.…"; args hold row, and what the sentence needs
    std::string value;      // masked
};

struct ImportReport {
    std::uint64_t rows = 0; // below the headings, blank ones left out
    std::uint64_t added = 0;
    std::uint64_t updated = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t refused = 0;
    std::uint64_t noted = 0;
    std::uint64_t codes_made = 0;
    std::vector<RowProblem> problems; // the first max_kept_problems; on_problem sees all
};
constexpr std::size_t max_kept_problems = 10'000;
constexpr std::size_t import_batch = 500;

struct ImportPorts {
    core::Store* store = nullptr;
    core::Random* random = nullptr;
    const core::Clock* clock = nullptr;
};

struct ImportOptions {
    bool dry_run = false; // reads, matches and reports; writes nothing
    std::function<void(const ImportReport& so_far, double progress)> on_progress; // after each batch
    std::function<void(const RowProblem&)> on_problem;
};

// How rows find the people who are there already: by ticket code; rows without one by phone and name, and where there
// is no phone by name, email and organisation. Empty cells leave a value as it is.
core::Status import_roster(RowReader& reader, const Mapping& mapping, const core::EventConfig& config,
                           const ImportPorts& ports, ImportReport& report, const ImportOptions& options = {});

// The journal's note of an import, for the caller to append.
core::OperationDraft make_import_note(const ImportReport& report, const TableInfo& table);

} // namespace kiosk::exchange
