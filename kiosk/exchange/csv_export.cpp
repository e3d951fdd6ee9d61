// SPDX-License-Identifier: Apache-2.0
// Attendance as CSV: UTF-8 with byte order mark and CRLF, which is what Excel opens without asking.
#include "exchange/atomic_file.hpp"
#include "exchange/attendance_rows.hpp"
#include "exchange/spreadsheet_text.hpp"

namespace kiosk::exchange {

core::Result<ExportReport> export_csv(const ExportRequest& request, const std::filesystem::path& path) {
    KIOSK_TRY(auto file, AtomicFile::create(path));
    AttendanceList list(request);
    KIOSK_CHECK(list.gather());
    const auto columns = attendance_columns(request, list);

    std::string line = "\xEF\xBB\xBF";
    for (std::size_t i = 0; i < columns.size(); ++i)
        line += (i == 0 ? "" : ",") + csv_cell(columns[i].heading);
    KIOSK_CHECK(file.write(line += "\r\n"));
    KIOSK_CHECK(list.write([&](const AttendanceRow& row) -> core::Status {
        line.clear();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto& column = columns[i];
            if (i > 0)
                line += ',';
            switch (column.kind) {
            case AttendanceColumn::Kind::Text: line += csv_cell(column.text(row)); break;
            case AttendanceColumn::Kind::Count: line += std::to_string(column.count(row)); break;
            case AttendanceColumn::Kind::Moment: line += list.time_text(column.moment(row)); break;
            }
        }
        line += "\r\n";
        return file.write(line);
    }));
    KIOSK_CHECK(file.commit());
    return ExportReport{list.rows(), list.tally().figures()};
}

} // namespace kiosk::exchange
