// SPDX-License-Identifier: Apache-2.0
// Attendance as a workbook, and the adapter of libxlsxwriter. Rows go straight to disk (constant memory), one sheet
// after the other; every text is written as a text cell, so nothing in it can be a formula. The library does not look
// at each write, so the finished file is read back before it takes its name: a full disk never leaves a short list.
#include "exchange/atomic_file.hpp"
#include "exchange/attendance_rows.hpp"
#include "exchange/spreadsheet_text.hpp"
#include "exchange/summary_lines.hpp"
#include "exchange/zip_archive.hpp"

#include <xlsxwriter.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <sys/statvfs.h>

namespace kiosk::exchange {
namespace {

struct CloseWorkbook { // only where something failed before
    void operator()(lxw_workbook* book) const { workbook_close(book); }
};

struct Formats {
    lxw_format* title = nullptr;
    lxw_format* heading = nullptr;
    lxw_format* label = nullptr;
    lxw_format* number = nullptr;
    lxw_format* text = nullptr;
    lxw_format* moment = nullptr;
    lxw_format* hint = nullptr;
};

class AttendanceWorkbook {
public:
    AttendanceWorkbook(const ExportRequest& request, const AtomicFile& file) : m_request(request) {
        m_folder = file.partial_path().parent_path().string();
        lxw_workbook_options options{};
        options.constant_memory = LXW_TRUE;
        options.tmpdir = m_folder.data(); // a full disk shows in one place
        m_book.reset(workbook_new_opt(file.partial_path().c_str(), &options));
    }
    bool opened() const { return m_book != nullptr; }

    core::Status write(AttendanceList& list);
    lxw_error close() { return workbook_close(m_book.release()); }

private:
    std::string text(std::string_view key) const { return m_request.texts->text(m_request.language, key); }
    void make_formats();
    void write_text(lxw_worksheet* sheet, lxw_row_t row, lxw_col_t column, std::string_view value, lxw_format* format) {
        const auto clean = clean_text(value);
        worksheet_write_string(sheet, row, column, clean.c_str(), format);
    }
    void write_headings(lxw_worksheet* sheet, const std::vector<std::string>& headings);
    void write_summary(const Figures& figures);
    core::Status write_attendance(AttendanceList& list);
    void write_organisations(const AttendanceList& list);
    void write_empty(lxw_worksheet* sheet, const std::vector<std::string_view>& keys, std::string_view hint_key);

    const ExportRequest& m_request;
    std::string m_folder;
    std::unique_ptr<lxw_workbook, CloseWorkbook> m_book;
    Formats m_formats;
    lxw_worksheet* m_summary = nullptr;
    lxw_worksheet* m_attendance = nullptr;
    lxw_worksheet* m_organisations = nullptr;
};

void AttendanceWorkbook::make_formats() {
    const auto make = [&] {
        auto* format = workbook_add_format(m_book.get());
        format_set_font_name(format, "Noto Sans CJK SC"); // programs without it take their own sans serif
        format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
        return format;
    };
    m_formats.title = make();
    format_set_bold(m_formats.title);
    format_set_font_size(m_formats.title, 16);
    m_formats.heading = make();
    format_set_bold(m_formats.heading);
    format_set_bg_color(m_formats.heading, 0xE8EEF4);
    format_set_bottom(m_formats.heading, LXW_BORDER_THIN);
    format_set_num_format(m_formats.heading, "@");
    m_formats.label = make();
    m_formats.number = make();
    format_set_num_format(m_formats.number, "0");
    format_set_align(m_formats.number, LXW_ALIGN_RIGHT);
    m_formats.text = make();
    format_set_num_format(m_formats.text, "@"); // stays text when somebody edits the cell
    m_formats.moment = make();
    format_set_num_format(m_formats.moment, "yyyy-mm-dd hh:mm:ss");
    format_set_align(m_formats.moment, LXW_ALIGN_LEFT);
    m_formats.hint = make();
    format_set_font_color(m_formats.hint, 0x667788);
}

void AttendanceWorkbook::write_headings(lxw_worksheet* sheet, const std::vector<std::string>& headings) {
    for (std::size_t i = 0; i < headings.size(); ++i)
        write_text(sheet, 0, static_cast<lxw_col_t>(i), headings[i], m_formats.heading);
    worksheet_freeze_panes(sheet, 1, 0);
}

core::Status AttendanceWorkbook::write_attendance(AttendanceList& list) {
    auto* sheet = m_attendance;
    const auto columns = attendance_columns(m_request, list);
    std::vector<std::string> headings;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const auto column = static_cast<lxw_col_t>(i);
        worksheet_set_column(sheet, column, column, columns[i].width, nullptr);
        headings.push_back(columns[i].heading);
    }
    write_headings(sheet, headings);
    lxw_row_t at = 0;
    return list.write([&](const AttendanceRow& row) -> core::Status {
        if (++at >= LXW_ROW_MAX)
            return core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_for_xlsx");
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto column = static_cast<lxw_col_t>(i);
            switch (columns[i].kind) {
            case AttendanceColumn::Kind::Text:
                if (const auto value = columns[i].text(row); !value.empty())
                    write_text(sheet, at, column, value, m_formats.text);
                break;
            case AttendanceColumn::Kind::Count:
                worksheet_write_number(sheet, at, column, static_cast<double>(columns[i].count(row)), m_formats.number);
                break;
            case AttendanceColumn::Kind::Moment:
                if (const auto& when = columns[i].moment(row)) {
                    const auto civil = m_request.config->event.timezone.civil(*when);
                    lxw_datetime value{civil.year, civil.month, civil.day, civil.hour, civil.minute,
                                       static_cast<double>(civil.second)};
                    worksheet_write_datetime(sheet, at, column, &value, m_formats.moment);
                }
                break;
            }
        }
        return {};
    });
}

void AttendanceWorkbook::write_organisations(const AttendanceList& list) {
    auto* sheet = m_organisations;
    worksheet_set_column(sheet, 0, 0, 36, nullptr);
    worksheet_set_column(sheet, 1, 2, 12, nullptr);
    write_headings(sheet, {text("export.column.organisation"), text("export.figure.present"), text("export.figure.registered")});
    lxw_row_t at = 0;
    for (const auto& organisation : list.tally().organisations()) {
        write_text(sheet, ++at, 0, organisation.name, m_formats.text);
        worksheet_write_number(sheet, at, 1, static_cast<double>(organisation.present), m_formats.number);
        worksheet_write_number(sheet, at, 2, static_cast<double>(organisation.registered), m_formats.number);
    }
    if (at == 0)
        write_text(sheet, 2, 0, text("export.hint.organisations"), m_formats.hint);
    else if (list.tally().organisations_cut())
        write_text(sheet, at + 2, 0, text("export.hint.organisations_cut"), m_formats.hint);
}

void AttendanceWorkbook::write_empty(lxw_worksheet* sheet, const std::vector<std::string_view>& keys,
                                     std::string_view hint_key) {
    std::vector<std::string> headings;
    for (const auto key : keys)
        headings.push_back(text(key));
    worksheet_set_column(sheet, 0, static_cast<lxw_col_t>(keys.size() - 1), 16, nullptr);
    write_headings(sheet, headings);
    write_text(sheet, 2, 0, text(hint_key), m_formats.hint);
}

void AttendanceWorkbook::write_summary(const Figures& figures) {
    auto* sheet = m_summary;
    const auto& event = m_request.config->event;
    worksheet_set_column(sheet, 0, 0, 30, nullptr);
    worksheet_set_column(sheet, 1, 1, 18, nullptr);
    const auto when = [&](core::Instant at) {
        const auto civil = event.timezone.civil(at);
        std::array<char, 32> out{};
        std::snprintf(out.data(), out.size(), "%04d-%02d-%02d %02d:%02d", civil.year, civil.month, civil.day, civil.hour, civil.minute);
        return std::string(out.data());
    };
    worksheet_set_row(sheet, 0, 30, nullptr);
    write_text(sheet, 0, 0, event.title.in(m_request.language), m_formats.title);
    lxw_row_t at = 1;
    const auto pair = [&](const std::string& label, const std::string& value) {
        write_text(sheet, at, 0, label, m_formats.label);
        write_text(sheet, at++, 1, value, m_formats.text);
    };
    pair(text("export.figure.time"), when(event.starts) + (event.ends ? " – " + when(*event.ends) : std::string()));
    if (const auto& venue = event.venue.in(m_request.language); !venue.empty())
        pair(text("export.figure.venue"), venue);
    pair(text("export.figure.generated"), when(m_request.now));
    pair(text("export.figure.disclosure"), text("export.disclosure." + std::string(to_string(m_request.disclosure))));
    ++at;
    for (const auto& line : summary_lines(m_request, figures)) {
        write_text(sheet, at, 0, line.label, m_formats.label);
        if (line.count)
            worksheet_write_number(sheet, at, 1, static_cast<double>(*line.count), m_formats.number);
        else
            write_text(sheet, at, 1, line.text, m_formats.number);
        ++at;
    }
    if (!figures.refused.empty()) {
        write_text(sheet, ++at, 0, text("export.figure.refused_by_reason"), m_formats.heading);
        write_text(sheet, at++, 1, text("export.figure.count"), m_formats.heading);
        for (const auto& [reason, count] : figures.refused) {
            write_text(sheet, at, 0, reason_text(m_request, reason), m_formats.label);
            worksheet_write_number(sheet, at++, 1, static_cast<double>(count), m_formats.number);
        }
    }
    if (figures.arrivals.empty())
        return;
    write_text(sheet, ++at, 0, text("export.figure.arrivals"), m_formats.heading);
    write_text(sheet, at++, 1, text("export.figure.people"), m_formats.heading);
    const auto first = at;
    for (const auto& slot : figures.arrivals) {
        write_text(sheet, at, 0, arrival_text(m_request, figures, slot), m_formats.label);
        worksheet_write_number(sheet, at++, 1, static_cast<double>(slot.people), m_formats.number);
    }
    auto* chart = workbook_add_chart(m_book.get(), LXW_CHART_COLUMN);
    auto* series = chart_add_series(chart, nullptr, nullptr);
    const auto name = text("export.sheet.summary");
    chart_series_set_categories(series, name.c_str(), first, 0, at - 1, 0);
    chart_series_set_values(series, name.c_str(), first, 1, at - 1, 1);
    chart_title_set_name(chart, text("export.figure.arrivals").c_str());
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    worksheet_insert_chart(sheet, 1, 3, chart);
}

core::Status AttendanceWorkbook::write(AttendanceList& list) {
    make_formats();
    const auto add = [&](std::string_view key) { return workbook_add_worksheet(m_book.get(), text(key).c_str()); };
    m_summary = add("export.sheet.summary");
    m_attendance = add("export.sheet.attendance");
    m_organisations = add("export.sheet.organisations");
    auto* bookings = add("export.sheet.bookings");
    auto* leads = add("export.sheet.leads");
    auto* feedback = add("export.sheet.feedback");
    if (m_summary == nullptr || m_attendance == nullptr || m_organisations == nullptr || bookings == nullptr ||
        leads == nullptr || feedback == nullptr)
        return core::fail(core::ErrorCode::Internal, "error.exchange.write", "sheet names");

    // The list first: writing it is what counts the organisations. The sheets' order was fixed above.
    KIOSK_CHECK(write_attendance(list));
    write_organisations(list);
    write_summary(list.tally().figures());
    write_empty(bookings, {"export.column.table", "export.column.slot", "export.column.party_a", "export.column.party_b",
                           "export.column.topic", "export.column.status", "export.column.outcome"}, "export.hint.bookings");
    write_empty(leads, {"export.column.lead_type", "export.column.organisation", "export.column.name", "export.column.owner",
                        "export.column.status", "export.column.due", "export.column.note"}, "export.hint.leads");
    write_empty(feedback, {"export.column.overall", "export.column.value", "export.column.ease", "export.column.quality",
                           "export.column.comment"}, "export.hint.feedback");
    return {};
}

// Are all rows in the second sheet of the finished file?
core::Status check_rows(const std::filesystem::path& path, std::uint64_t rows) {
    KIOSK_TRY(const auto archive, ZipArchive::open(path));
    KIOSK_TRY(auto stream, archive.stream("xl/worksheets/sheet2.xml"));
    constexpr std::string_view mark = "<row ";
    std::string block(256 * 1024, '\0');
    std::size_t kept = 0;
    std::uint64_t found = 0;
    while (true) {
        KIOSK_TRY(const auto count, stream.read(block.data() + kept, block.size() - kept));
        if (count == 0)
            break;
        const std::string_view part(block.data(), kept + count);
        for (auto at = part.find(mark); at != std::string_view::npos; at = part.find(mark, at + mark.size()))
            ++found;
        // What may be the beginning of a mark goes before the next block.
        kept = std::min(mark.size() - 1, part.size());
        std::memmove(block.data(), part.data() + part.size() - kept, kept);
    }
    if (found != rows + 1) // and the headings
        return core::fail(core::ErrorCode::Io, "error.exchange.write", path.filename().string() + ": rows are missing");
    return {};
}

core::Status write_error(const std::filesystem::path& path, std::uint64_t rows, std::string context) {
    struct statvfs space{};
    // The library does not say why it failed, and its temporary files are gone by now: less room than they need is why.
    if (::statvfs(path.parent_path().empty() ? "." : path.parent_path().c_str(), &space) == 0 &&
        static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize < (2u << 20) + rows * 2048)
        return core::fail(core::ErrorCode::DiskFull, "error.disk_full", path.string());
    return core::fail(core::ErrorCode::Io, "error.exchange.write", std::move(context));
}

} // namespace

core::Result<ExportReport> export_xlsx(const ExportRequest& request, const std::filesystem::path& path) {
    KIOSK_TRY(auto file, AtomicFile::create(path));
    AttendanceList list(request);
    KIOSK_CHECK(list.gather());
    AttendanceWorkbook book(request, file);
    if (!book.opened())
        return std::unexpected(write_error(path, list.rows(), path.string()).error());
    KIOSK_CHECK(book.write(list));
    if (const auto error = book.close(); error != LXW_NO_ERROR)
        return std::unexpected(write_error(path, list.rows(), path.string() + ": " + lxw_strerror(error)).error());
    if (auto complete = check_rows(file.partial_path(), list.rows()); !complete)
        return std::unexpected(write_error(path, list.rows(), complete.error().context).error());
    KIOSK_CHECK(file.commit());
    return ExportReport{list.rows(), list.tally().figures()};
}

} // namespace kiosk::exchange
