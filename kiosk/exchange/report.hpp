// SPDX-License-Identifier: Apache-2.0
#pragma once
// The report of an event: the sections that its plugins declare, filled with figures. Purpose: every figure is computed
// from rows, each time; what the kiosk has no record of is said to be not recorded, never made up; a figure that nobody
// knows is named. Confidential sections are left out unless asked for, and marked. Ownership: values, borrows the
// request. Threads: the store's. Failure: the store's errors. Memory: with the number of people, about 200 bytes each
// where attendance by day or session is asked for.
#include "core/catalogue.hpp"
#include "core/ports.hpp"
#include "exchange/figures.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::exchange {

struct ReportSection {
    std::string id;
    core::LocalText title;
    std::vector<std::string> figures; // ids
    bool confidential = false;
};

struct ReportRequest {
    core::Store* store = nullptr;
    const core::EventConfig* config = nullptr;
    const core::Catalogue* texts = nullptr;
    core::Language language = core::Language::Chinese;
    std::vector<ReportSection> sections;
    std::vector<core::Question> questions; // asked of registrants beside the configuration's: the plugins' own
    bool confidential = false;             // confidential sections too, with names in full
    bool rounded = false;                  // headline figures as "30+"
    core::Instant now;
};

struct ReportCell {
    std::string text;
    std::optional<std::int64_t> count; // where it is one; text is the same in digits
};

struct ReportTable {
    std::vector<std::string> head;
    std::vector<std::vector<ReportCell>> rows;
};

struct ReportFigure {
    enum class State : std::uint8_t { Known = 1, NotRecorded, Unknown };
    std::string id;
    std::string label;
    State state = State::Known;
    std::optional<std::int64_t> count;
    std::string text; // of a single value; as displayed
    std::optional<ReportTable> table;
};

struct ReportPart {
    std::string id;
    std::string title;
    bool confidential = false;
    std::vector<ReportFigure> figures;
};

struct Report {
    std::vector<ReportPart> parts;
    std::size_t withheld = 0;             // confidential sections that were left out
    std::vector<std::string> unknown;     // figure ids that nobody knows, each once
};

core::Result<Report> make_report(const ReportRequest& request);
std::string report_markdown(const ReportRequest& request, const Report& report);
std::string report_json(const ReportRequest& request, const Report& report); // one object, exact figures

// What every event can be told of, for event types whose plugin is missing.
std::vector<ReportSection> default_sections(const core::Catalogue& texts);
// "34" → "30+", "172" → "170+", "12634" → "12000+": as public texts give them. Exact tens and one digit stay.
std::string rounded_count(std::int64_t count);

} // namespace kiosk::exchange
