// SPDX-License-Identifier: Apache-2.0
#include "exchange/report.hpp"

#include "exchange/report_figures.hpp"

#include <algorithm>

namespace kiosk::exchange {

std::string rounded_count(std::int64_t count) {
    // Two leading digits are enough for a headline; below a hundred, tens.
    std::int64_t step = 10;
    while (count / step >= 100)
        step *= 10;
    const auto down = count / step * step;
    return count < 10 || down == count ? std::to_string(count) : std::to_string(down) + "+";
}

std::vector<ReportSection> default_sections(const core::Catalogue& texts) {
    std::vector<ReportSection> sections{
        {"attendance", {}, {"registered", "present", "walk_ins", "absent", "attendance_rate"}, false},
        {"arrivals", {}, {"arrival_curve"}, false},
        {"organisations", {}, {"organisations"}, false},
        {"tickets", {}, {"tickets_by_type"}, false},
        {"agenda", {}, {"agenda_items"}, false},
        {"leads", {}, {"leads_by_type", "leads_per_100_present"}, true},
    };
    for (auto& section : sections) {
        const auto key = "report.section." + section.id;
        section.title = {texts.text(core::Language::Chinese, key), texts.text(core::Language::English, key)};
    }
    return sections;
}

core::Result<Report> make_report(const ReportRequest& request) {
    Report report;
    std::set<std::string> wanted;
    for (const auto& section : request.sections)
        if (!section.confidential || request.confidential)
            wanted.insert(section.figures.begin(), section.figures.end());
        else
            ++report.withheld;
    ReportData data(request, wanted);
    KIOSK_CHECK(data.gather());
    const auto figures = data.figures();
    for (const auto& section : request.sections) {
        if (section.confidential && !request.confidential)
            continue;
        ReportPart part{section.id, section.title.in(request.language), section.confidential, {}};
        if (part.title.empty())
            part.title = section.id;
        for (const auto& id : section.figures) {
            part.figures.push_back(make_figure(request, data, figures, id, section.confidential));
            if (part.figures.back().state == ReportFigure::State::Unknown &&
                std::ranges::find(report.unknown, id) == report.unknown.end())
                report.unknown.push_back(id);
        }
        report.parts.push_back(std::move(part));
    }
    return report;
}

} // namespace kiosk::exchange
