// SPDX-License-Identifier: Apache-2.0
// A report as Markdown and as JSON.
#include "exchange/report.hpp"
#include "exchange/spreadsheet_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace kiosk::exchange {

namespace {

using Json = nlohmann::ordered_json;
using State = ReportFigure::State;

// What somebody typed must not become a heading, a link, a table's border or markup of the page that shows it.
std::string markdown_text(std::string_view text) {
    std::string out;
    for (const char c : clean_text(text)) {
        if (c == '\n' || c == '\r') {
            out += ' ';
            continue;
        }
        if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos)
            out += '\\';
        out += c;
    }
    return out;
}

class MarkdownWriter {
public:
    MarkdownWriter(const ReportRequest& request, const Report& report) : m_request(request), m_report(report) {}
    std::string write();

private:
    std::string text(std::string_view key, std::vector<std::pair<std::string, std::string>> args = {}) const {
        return m_request.texts->text(m_request.language, core::Message{std::string(key), std::move(args)});
    }
    std::string day_and_time(core::Instant at) const {
        const auto civil = m_request.config->event.timezone.civil(at);
        return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", civil.year, civil.month, civil.day, civil.hour, civil.minute);
    }
    std::string joined(const std::vector<std::string>& parts) const {
        return fmt::format("{}", fmt::join(parts, m_request.language == core::Language::Chinese ? "、" : ", "));
    }
    void row(const std::vector<std::string>& cells) {
        m_out += "|";
        for (const auto& cell : cells)
            m_out += " " + cell + " |";
        m_out += "\n";
    }
    void rule(std::size_t columns, std::size_t numbers_from) {
        m_out += "|";
        for (std::size_t i = 0; i < columns; ++i)
            m_out += i >= numbers_from ? " ---: |" : " --- |";
        m_out += "\n";
    }
    void write_part(const ReportPart& part);
    void write_table(const ReportFigure& figure, bool headed);

    const ReportRequest& m_request;
    const Report& m_report;
    std::string m_out;
};

void MarkdownWriter::write_table(const ReportFigure& figure, bool headed) {
    if (headed)
        m_out += "### " + markdown_text(figure.label) + "\n\n";
    const auto& table = *figure.table;
    if (table.rows.empty()) {
        m_out += text("report.empty") + "\n\n";
        return;
    }
    std::vector<std::string> cells;
    for (const auto& head : table.head)
        cells.push_back(markdown_text(head));
    row(cells);
    // Columns of counts stand to the right.
    std::size_t first_number = table.head.size();
    while (first_number > 0 && table.rows.front()[first_number - 1].count)
        --first_number;
    rule(table.head.size(), first_number);
    for (const auto& line : table.rows) {
        cells.clear();
        for (const auto& cell : line)
            cells.push_back(markdown_text(cell.text));
        row(cells);
    }
    m_out += "\n";
}

void MarkdownWriter::write_part(const ReportPart& part) {
    m_out += "## " + markdown_text(part.title) +
             (part.confidential ? text("report.confidential_mark") : std::string()) + "\n\n";
    std::vector<const ReportFigure*> singles, tables;
    std::vector<std::string> unrecorded, unknown;
    for (const auto& figure : part.figures) {
        if (figure.state == State::NotRecorded)
            unrecorded.push_back(markdown_text(figure.label));
        else if (figure.state == State::Unknown)
            unknown.push_back(markdown_text(figure.id));
        else {
            if (!figure.text.empty())
                singles.push_back(&figure);
            if (figure.table)
                tables.push_back(&figure);
        }
    }
    if (!singles.empty()) {
        row({text("report.head.item"), text("report.head.figure")});
        rule(2, 1);
        for (const auto* figure : singles)
            row({markdown_text(figure->label), figure->text});
        m_out += "\n";
    }
    for (const auto* figure : tables)
        write_table(*figure, tables.size() > 1 || figure->id.starts_with("answers_"));
    if (!unrecorded.empty())
        m_out += text("report.not_recorded", {{"figures", joined(unrecorded)}}) + "\n\n";
    if (!unknown.empty())
        m_out += text("report.unknown", {{"figures", joined(unknown)}}) + "\n\n";
}

std::string MarkdownWriter::write() {
    const auto& event = m_request.config->event;
    m_out = "# " + markdown_text(event.title.in(m_request.language).empty() ? event.code : event.title.in(m_request.language)) + "\n\n";
    m_out += day_and_time(event.starts) + (event.ends ? " – " + day_and_time(*event.ends) : std::string());
    if (const auto& venue = event.venue.in(m_request.language); !venue.empty())
        m_out += " · " + markdown_text(venue);
    m_out += "\n\n";
    if (m_request.confidential)
        m_out += "> " + text("report.confidential_note") + "\n\n";
    for (const auto& part : m_report.parts)
        write_part(part);
    if (m_report.withheld > 0)
        m_out += text("report.withheld", {{"count", std::to_string(m_report.withheld)}}) + "\n\n";
    m_out += text("report.generated", {{"time", day_and_time(m_request.now)}}) + "\n";
    return m_out;
}

Json cell_value(const ReportCell& cell) { return cell.count ? Json(*cell.count) : Json(cell.text); }

Json figure_value(const ReportFigure& figure) {
    Json json{{"id", figure.id}, {"label", figure.label}};
    if (figure.state != State::Known) {
        json["state"] = figure.state == State::NotRecorded ? "not_recorded" : "unknown";
        return json;
    }
    if (figure.count)
        json["count"] = *figure.count;
    if (!figure.text.empty())
        json["text"] = figure.text;
    if (figure.table) {
        json["head"] = figure.table->head;
        json["rows"] = Json::array();
        for (const auto& line : figure.table->rows) {
            auto row = Json::array();
            for (const auto& cell : line)
                row.push_back(cell_value(cell));
            json["rows"].push_back(std::move(row));
        }
    }
    return json;
}

} // namespace

std::string report_markdown(const ReportRequest& request, const Report& report) {
    return MarkdownWriter(request, report).write();
}

std::string report_json(const ReportRequest& request, const Report& report) {
    const auto& event = request.config->event;
    Json json{{"format", 1},
              {"event", {{"code", event.code}, {"type", event.type}, {"title_zh", event.title.zh},
                         {"title_en", event.title.en}, {"starts", event.timezone.rfc3339(event.starts)}}},
              {"generated", event.timezone.rfc3339(request.now)},
              {"confidential", request.confidential},
              {"withheld", report.withheld},
              {"unknown", report.unknown},
              {"sections", Json::array()}};
    for (const auto& part : report.parts) {
        Json section{{"id", part.id}, {"title", part.title}, {"confidential", part.confidential}, {"figures", Json::array()}};
        for (const auto& figure : part.figures)
            section["figures"].push_back(figure_value(figure));
        json["sections"].push_back(std::move(section));
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace kiosk::exchange
