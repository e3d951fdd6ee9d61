// SPDX-License-Identifier: Apache-2.0
#pragma once
// A table as a stream of rows. Purpose: CSV, XLSX and ODS look alike to the import. Ownership: a reader owns its file
// and reuses the row that it is given. Threads: one. Failure: an Error says what is wrong with the file, in `context`
// where; after an error a reader can only be rewound. Memory does not grow with the file.
#include "core/result.hpp"
#include "exchange/byte_source.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kiosk::exchange {

constexpr std::size_t max_row_bytes = 1u << 20;
constexpr std::size_t max_columns = 1000;
constexpr std::uint64_t max_rows = 1'000'000;

struct Row {
    std::uint64_t number = 0; // as a spreadsheet program numbers it: the first row is 1
    std::vector<std::string> cells; // UTF-8; trailing cells may be missing

    std::string_view cell(std::size_t column) const {
        return column < cells.size() ? std::string_view(cells[column]) : std::string_view();
    }
    bool blank() const; // white space only
};

enum class TableFormat : std::uint8_t { Csv = 1, Xlsx, Ods };

struct TableInfo {
    TableFormat format = TableFormat::Csv;
    std::string file;      // name without folders
    std::string encoding;  // CSV
    char separator = 0;    // CSV
    std::string sheet;     // XLSX, ODS: the name of the sheet that is read
};

class RowReader {
public:
    virtual ~RowReader() = default;
    // False at the end. Rows without any cell may be left out; their number is counted.
    virtual core::Result<bool> next(Row& row) = 0;
    virtual core::Status rewind() = 0;
    virtual const TableInfo& info() const = 0;
    virtual double progress() const = 0; // 0 to 1, of the bytes
};

// What the file is, is told by its first bytes, not by its name.
core::Result<std::unique_ptr<RowReader>> open_table(const std::filesystem::path& path);

core::Result<std::unique_ptr<RowReader>> open_csv(std::unique_ptr<ByteSource> source);
core::Result<std::unique_ptr<RowReader>> open_workbook(const std::filesystem::path& path); // XLSX or ODS

} // namespace kiosk::exchange
