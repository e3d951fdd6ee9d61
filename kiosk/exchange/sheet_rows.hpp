// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the XLSX and the ODS reader share: the rows that came out of the last block of XML and wait to be taken, with
// the bounds of a row, and numbers and dates as people write them. Ownership: values. Threads: one.
#include "exchange/table.hpp"
#include "exchange/xml_stream.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::exchange {

// Collects cells into rows. A problem stays until the reader starts over.
class SheetRows {
public:
    void begin_row(std::uint64_t number);
    // Empty texts are left out; `repeat` for ODS.
    void put(std::uint64_t column, std::string_view text, std::uint64_t repeat = 1);
    void end_row(std::uint64_t repeat = 1);
    void fail(core::Error error);
    void reset();

    bool take(Row& row);
    bool empty() const { return m_rows.empty(); }
    bool any() const { return m_any; } // has there been a row with a cell at all?
    core::Status problem() const;
    void set_file(std::string file) { m_file = std::move(file); }

private:
    struct Waiting {
        Row row;
        std::uint64_t repeat = 1;
    };
    std::string m_file;
    std::deque<Waiting> m_rows;
    Row m_row;
    std::size_t m_bytes = 0;
    bool m_any = false;
    std::optional<core::Error> m_problem;
};

// 13800138000 rather than 1.38001e+10; `written` is what stands in the file.
std::string number_text(std::string_view written);
// A spreadsheet's date ("serial"): "2026-11-20", with the time of day where there is one, or the time alone.
std::string serial_date_text(double serial, bool since_1904);

core::Result<std::unique_ptr<RowReader>> open_xlsx(ZipArchive archive, std::string file);
core::Result<std::unique_ptr<RowReader>> open_ods(ZipArchive archive, std::string file);

} // namespace kiosk::exchange
