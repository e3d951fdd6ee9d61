// SPDX-License-Identifier: Apache-2.0
// Figures in words, what an export is called, and its note for the journal.
#include "exchange/attendance_rows.hpp"
#include "exchange/summary_lines.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace kiosk::exchange {

std::string_view to_string(Disclosure disclosure) {
    switch (disclosure) {
    case Disclosure::Full: return "full";
    case Disclosure::Masked: return "masked";
    case Disclosure::Partner: return "partner";
    }
    return "";
}

std::optional<Disclosure> parse_disclosure(std::string_view text) {
    for (const auto disclosure : {Disclosure::Full, Disclosure::Masked, Disclosure::Partner})
        if (to_string(disclosure) == text)
            return disclosure;
    return std::nullopt;
}

std::vector<SummaryLine> summary_lines(const ExportRequest& request, const Figures& figures) {
    const auto text = [&](std::string_view key) { return request.texts->text(request.language, key); };
    std::vector<SummaryLine> lines{
        {text("export.figure.registered"), std::to_string(figures.registered), figures.registered},
        {text("export.figure.present"), std::to_string(figures.present), figures.present},
        {text("export.figure.walk_ins"), std::to_string(figures.walk_ins), figures.walk_ins},
        {text("export.figure.absent"), std::to_string(figures.absent), figures.absent},
        {text("export.figure.rate"), fmt::format("{:.1f}%", figures.rate * 100), std::nullopt},
        {text("export.figure.organisations"), std::to_string(figures.organisations_present), figures.organisations_present},
        {text("export.figure.organisations_registered"), std::to_string(figures.organisations_registered),
         figures.organisations_registered},
        {text("export.figure.entries"), std::to_string(figures.entries), figures.entries},
        {text("export.figure.repeats"), std::to_string(figures.repeats), figures.repeats},
    };
    std::int64_t refused = 0;
    for (const auto& [reason, count] : figures.refused)
        refused += count;
    const auto add = [&](std::string_view key, std::int64_t count) { lines.push_back({text(key), std::to_string(count), count}); };
    add("export.figure.refused", refused);
    add("export.figure.overrides", figures.overrides);
    if (figures.cancelled > 0)
        add("export.figure.cancelled", figures.cancelled);
    if (figures.unlisted > 0)
        add("export.figure.unlisted", figures.unlisted);
    if (figures.bookings.booked > 0) {
        add("export.figure.bookings", figures.bookings.booked);
        add("export.figure.meetings", figures.bookings.met);
        add("export.figure.no_shows", figures.bookings.no_shows);
    }
    return lines;
}

std::string reason_text(const ExportRequest& request, core::Reason reason) {
    const auto id = reason == core::Reason::None ? std::string_view("none") : core::to_string(reason);
    return request.texts->text(request.language, fmt::format("export.reason.{}", id));
}

std::string arrival_text(const ExportRequest& request, const Figures& figures, const ArrivalCount& slot) {
    const auto& zone = request.config->event.timezone;
    const auto civil = zone.civil(slot.from);
    const bool one_day = zone.day_number(figures.arrivals.front().from) == zone.day_number(figures.arrivals.back().from);
    const auto time = fmt::format("{:02}:{:02}", civil.hour, civil.minute);
    return one_day ? time : fmt::format("{:02}-{:02} {}", civil.month, civil.day, time);
}

std::string figures_text(const ExportRequest& request, const Figures& figures) {
    const auto text = [&](std::string_view key) { return request.texts->text(request.language, key); };
    const std::string colon = request.language == core::Language::Chinese ? "：" : ": ";
    std::string out = request.config->event.title.in(request.language) + "\n";
    for (const auto& line : summary_lines(request, figures))
        out += line.label + colon + line.text + "\n";
    if (!figures.refused.empty()) {
        out += "\n" + text("export.figure.refused_by_reason") + "\n";
        for (const auto& [reason, count] : figures.refused)
            out += "  " + reason_text(request, reason) + colon + std::to_string(count) + "\n";
    }
    if (!figures.arrivals.empty()) {
        out += "\n" + text("export.figure.arrivals") + "\n";
        for (const auto& slot : figures.arrivals)
            out += fmt::format("  {}  {}\n", arrival_text(request, figures, slot), slot.people);
    }
    return out;
}

core::Result<Figures> compute_figures(const ExportRequest& request) {
    AttendanceList list(request);
    KIOSK_CHECK(list.gather());
    KIOSK_CHECK(list.write([](const AttendanceRow&) -> core::Status { return {}; }));
    return list.tally().figures();
}

core::OperationDraft make_export_note(std::string_view format, Disclosure disclosure, std::uint64_t rows) {
    const nlohmann::json body = {
        {"what", "export"}, {"format", format}, {"disclosure", to_string(disclosure)}, {"rows", rows}};
    core::OperationDraft draft;
    draft.kind = core::operation_kind::note;
    draft.subject = "export";
    draft.body = body.dump();
    return draft;
}

} // namespace kiosk::exchange
