// SPDX-License-Identifier: Apache-2.0
// Attendance as a workbook of six sheets: summary, attendance, organisations, bookings, leads, feedback.
#include "exchange/attendance_rows.hpp"
#include "exchange/booking_export.hpp"
#include "exchange/lead_export.hpp"
#include "exchange/summary_lines.hpp"
#include "exchange/workbook.hpp"

#include <fmt/format.h>

namespace kiosk::exchange {
namespace {

class AttendanceWorkbook {
public:
    AttendanceWorkbook(const ExportRequest& request, Workbook& book) : m_request(request), m_book(book) {}
    core::Status write(AttendanceList& list);

private:
    std::string text(std::string_view key) const { return m_request.texts->text(m_request.language, key); }
    void write_summary(Workbook::Sheet sheet, const Figures& figures);
    core::Status write_attendance(Workbook::Sheet sheet, AttendanceList& list);
    void write_organisations(Workbook::Sheet sheet, const AttendanceList& list);
    void write_empty(Workbook::Sheet sheet, const std::vector<std::string_view>& keys, std::string_view hint_key);

    const ExportRequest& m_request;
    Workbook& m_book;
};

core::Status AttendanceWorkbook::write_attendance(Workbook::Sheet sheet, AttendanceList& list) {
    const auto columns = attendance_columns(m_request, list);
    std::vector<std::string> headings;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto column = static_cast<std::uint32_t>(i);
        m_book.width(sheet, column, column, columns[i].width);
        headings.push_back(columns[i].heading);
    }
    m_book.headings(sheet, headings);
    std::uint32_t at = 0;
    return list.write([&](const AttendanceRow& row) -> core::Status {
        if (++at >= Workbook::max_rows)
            return core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_for_xlsx");
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto column = static_cast<std::uint32_t>(i);
            switch (columns[i].kind) {
            case AttendanceColumn::Kind::Text:
                if (const auto value = columns[i].text(row); !value.empty())
                    m_book.text(sheet, at, column, value);
                break;
            case AttendanceColumn::Kind::Count:
                m_book.number(sheet, at, column, static_cast<double>(columns[i].count(row)));
                break;
            case AttendanceColumn::Kind::Moment:
                if (const auto& when = columns[i].moment(row))
                    m_book.moment(sheet, at, column, m_request.config->event.timezone.civil(*when));
                break;
            }
        }
        return {};
    });
}

void AttendanceWorkbook::write_organisations(Workbook::Sheet sheet, const AttendanceList& list) {
    m_book.width(sheet, 0, 0, 36);
    m_book.width(sheet, 1, 2, 12);
    m_book.headings(sheet, {text("export.column.organisation"), text("export.figure.present"),
                            text("export.figure.registered")});
    std::uint32_t at = 0;
    for (const auto& organisation : list.tally().organisations()) {
        m_book.text(sheet, ++at, 0, organisation.name);
        m_book.number(sheet, at, 1, static_cast<double>(organisation.present));
        m_book.number(sheet, at, 2, static_cast<double>(organisation.registered));
    }
    if (at == 0)
        m_book.text(sheet, 2, 0, text("export.hint.organisations"), CellStyle::Hint);
    else if (list.tally().organisations_cut())
        m_book.text(sheet, at + 2, 0, text("export.hint.organisations_cut"), CellStyle::Hint);
}

void AttendanceWorkbook::write_empty(Workbook::Sheet sheet, const std::vector<std::string_view>& keys,
                                     std::string_view hint_key) {
    std::vector<std::string> headings;
    for (const auto key : keys)
        headings.push_back(text(key));
    m_book.width(sheet, 0, static_cast<std::uint32_t>(keys.size() - 1), 16);
    m_book.headings(sheet, headings);
    m_book.text(sheet, 2, 0, text(hint_key), CellStyle::Hint);
}

void AttendanceWorkbook::write_summary(Workbook::Sheet sheet, const Figures& figures) {
    const auto& event = m_request.config->event;
    m_book.width(sheet, 0, 0, 30);
    m_book.width(sheet, 1, 1, 18);
    const auto when = [&](core::Instant at) {
        const auto civil = event.timezone.civil(at);
        return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", civil.year, civil.month, civil.day, civil.hour, civil.minute);
    };
    m_book.height(sheet, 0, 30);
    m_book.text(sheet, 0, 0, event.title.in(m_request.language), CellStyle::Title);
    std::uint32_t at = 1;
    const auto pair = [&](const std::string& label, const std::string& value) {
        m_book.text(sheet, at, 0, label, CellStyle::Label);
        m_book.text(sheet, at++, 1, value);
    };
    pair(text("export.figure.time"), when(event.starts) + (event.ends ? " – " + when(*event.ends) : std::string()));
    if (const auto& venue = event.venue.in(m_request.language); !venue.empty())
        pair(text("export.figure.venue"), venue);
    pair(text("export.figure.generated"), when(m_request.now));
    pair(text("export.figure.disclosure"), text("export.disclosure." + std::string(to_string(m_request.disclosure))));
    ++at;
    for (const auto& line : summary_lines(m_request, figures)) {
        m_book.text(sheet, at, 0, line.label, CellStyle::Label);
        if (line.count)
            m_book.number(sheet, at, 1, static_cast<double>(*line.count));
        else
            m_book.text(sheet, at, 1, line.text, CellStyle::Number);
        ++at;
    }
    if (!figures.refused.empty()) {
        m_book.text(sheet, ++at, 0, text("export.figure.refused_by_reason"), CellStyle::Heading);
        m_book.text(sheet, at++, 1, text("export.figure.count"), CellStyle::Heading);
        for (const auto& [reason, count] : figures.refused) {
            m_book.text(sheet, at, 0, reason_text(m_request, reason), CellStyle::Label);
            m_book.number(sheet, at++, 1, static_cast<double>(count));
        }
    }
    if (figures.arrivals.empty())
        return;
    m_book.text(sheet, ++at, 0, text("export.figure.arrivals"), CellStyle::Heading);
    m_book.text(sheet, at++, 1, text("export.figure.people"), CellStyle::Heading);
    const auto first = at;
    for (const auto& slot : figures.arrivals) {
        m_book.text(sheet, at, 0, arrival_text(m_request, figures, slot), CellStyle::Label);
        m_book.number(sheet, at++, 1, static_cast<double>(slot.people));
    }
    m_book.chart(sheet, text("export.figure.arrivals"), first, at - 1);
}

core::Status AttendanceWorkbook::write(AttendanceList& list) {
    KIOSK_TRY(const auto summary, m_book.add_sheet(text("export.sheet.summary")));
    KIOSK_TRY(const auto attendance, m_book.add_sheet(text("export.sheet.attendance")));
    KIOSK_TRY(const auto organisations, m_book.add_sheet(text("export.sheet.organisations")));
    KIOSK_TRY(const auto bookings, m_book.add_sheet(text("export.sheet.bookings")));
    KIOSK_TRY(const auto leads, m_book.add_sheet(text("export.sheet.leads")));
    KIOSK_TRY(const auto feedback, m_book.add_sheet(text("export.sheet.feedback")));

    // The list first: writing it is what counts the organisations. The sheets' order was fixed above.
    KIOSK_CHECK(write_attendance(attendance, list));
    write_organisations(organisations, list);
    write_summary(summary, list.tally().figures());
    KIOSK_TRY(const auto booking_report, write_bookings({m_request, {}}, m_book, bookings));
    static_cast<void>(booking_report);
    KIOSK_TRY(const auto lead_count, write_leads(m_request, m_book, leads));
    static_cast<void>(lead_count);
    write_empty(feedback, {"export.column.overall", "export.column.value", "export.column.ease", "export.column.quality",
                           "export.column.comment"}, "export.hint.feedback");
    return {};
}

} // namespace

core::Result<ExportReport> export_xlsx(const ExportRequest& request, const std::filesystem::path& path) {
    KIOSK_TRY(auto book, Workbook::create(path));
    AttendanceList list(request);
    KIOSK_CHECK(list.gather());
    KIOSK_CHECK(AttendanceWorkbook(request, book).write(list));
    KIOSK_CHECK(book.finish());
    return ExportReport{list.rows(), list.tally().figures()};
}

} // namespace kiosk::exchange
