// SPDX-License-Identifier: Apache-2.0
#pragma once
// A spreadsheet that is written row by row: the adapter of libxlsxwriter. Purpose: rows go straight to disk, so memory
// does not grow with them; every text is written as a text cell, so nothing in it can be a formula; the library does not
// look at each write, so the finished file is read back before it takes its name, and a full disk never leaves a short
// list. Ownership: owns workbook and file. Threads: one. Failure: DiskFull, Io, TooLarge; the target is as it was.
#include "core/result.hpp"
#include "core/time.hpp"
#include "exchange/atomic_file.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::exchange {

enum class CellStyle : std::uint8_t { Title = 1, Heading, Label, Number, Text, Wrapped, Moment, Hint };

class Workbook {
public:
    using Sheet = std::size_t;

    static core::Result<Workbook> create(const std::filesystem::path& target);
    Workbook(Workbook&& other) noexcept;
    Workbook& operator=(Workbook&&) = delete;
    ~Workbook();

    // The name is made fit for a spreadsheet: at most 31 characters, none of []:*?/\, different from all others.
    core::Result<Sheet> add_sheet(std::string_view name);
    void width(Sheet sheet, std::uint32_t first_column, std::uint32_t last_column, double letters);
    void height(Sheet sheet, std::uint32_t row, double points);
    // Rows of one sheet in order, from the top; different sheets as they come.
    void text(Sheet sheet, std::uint32_t row, std::uint32_t column, std::string_view value,
              CellStyle style = CellStyle::Text);
    void number(Sheet sheet, std::uint32_t row, std::uint32_t column, double value);
    void moment(Sheet sheet, std::uint32_t row, std::uint32_t column, const core::CivilTime& at);
    void headings(Sheet sheet, const std::vector<std::string>& texts); // the first row, which stays in view
    // Columns of the values in rows `first` to `last` of column 1, named by column 0; beside them.
    void chart(Sheet sheet, std::string_view title, std::uint32_t first, std::uint32_t last);

    core::Status finish();

    static constexpr std::uint32_t max_rows = 1'048'576;

private:
    struct Impl;
    explicit Workbook(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::exchange
