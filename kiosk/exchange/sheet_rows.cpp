// SPDX-License-Identifier: Apache-2.0
#include "exchange/sheet_rows.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>

namespace kiosk::exchange {

void SheetRows::begin_row(std::uint64_t number) {
    m_row.number = number;
    m_row.cells.clear();
    m_bytes = 0;
}

void SheetRows::put(std::uint64_t column, std::string_view text, std::uint64_t repeat) {
    if (text.empty() || m_problem)
        return;
    const auto place = m_file + ":" + std::to_string(m_row.number);
    if (column >= max_columns || repeat > max_columns - column)
        return fail(core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_columns", place).error());
    m_bytes += text.size() * repeat;
    if (m_bytes > max_row_bytes)
        return fail(core::fail(core::ErrorCode::TooLarge, "error.exchange.row_too_long", place).error());
    if (m_row.cells.size() < column + repeat)
        m_row.cells.resize(static_cast<std::size_t>(column + repeat));
    for (auto i = column; i < column + repeat; ++i)
        m_row.cells[static_cast<std::size_t>(i)] = text;
}

void SheetRows::end_row(std::uint64_t repeat) {
    if (m_row.cells.empty() || m_problem)
        return;
    if (m_row.number > max_rows || repeat > max_rows - m_row.number + 1)
        return fail(core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_rows", m_file).error());
    m_any = true;
    m_rows.push_back({m_row, repeat});
}

void SheetRows::fail(core::Error error) {
    if (!m_problem)
        m_problem = std::move(error);
}

void SheetRows::reset() {
    m_rows.clear();
    m_row = {};
    m_any = false;
    m_problem.reset();
}

bool SheetRows::take(Row& row) {
    if (m_rows.empty())
        return false;
    auto& first = m_rows.front();
    if (first.repeat > 1) {
        row = first.row;
        ++first.row.number;
        --first.repeat;
    } else {
        row = std::move(first.row);
        m_rows.pop_front();
    }
    return true;
}

core::Status SheetRows::problem() const {
    if (m_problem)
        return std::unexpected(*m_problem);
    return {};
}

std::string number_text(std::string_view written) {
    double value = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
    if (error != std::errc() || end != written.data() + written.size() || !std::isfinite(value))
        return std::string(written);
    if (std::abs(value) < 1e15 && value == std::floor(value))
        return fmt::format("{:.0f}", value == 0 ? 0.0 : value);
    return fmt::format("{:.15g}", value);
}

std::string serial_date_text(double serial, bool since_1904) {
    if (!(serial >= 0 && serial < 2'958'466)) // up to 9999-12-31
        return fmt::format("{:.15g}", serial);
    auto days = static_cast<int>(std::floor(serial));
    auto seconds = static_cast<int>(std::lround((serial - std::floor(serial)) * 86'400));
    if (seconds == 86'400) {
        ++days;
        seconds = 0;
    }
    std::string text;
    if (days > 0 || since_1904) {
        using namespace std::chrono;
        const auto first = since_1904 ? sys_days{year{1904} / 1 / 1} : sys_days{year{1899} / 12 / 30};
        const year_month_day date{first + std::chrono::days{days}};
        text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                           static_cast<unsigned>(date.day()));
    }
    if (seconds > 0 || text.empty()) {
        if (!text.empty())
            text += ' ';
        text += fmt::format("{:02}:{:02}", seconds / 3600, seconds / 60 % 60);
        if (seconds % 60 != 0)
            text += fmt::format(":{:02}", seconds % 60);
    }
    return text;
}

core::Result<std::unique_ptr<RowReader>> open_workbook(const std::filesystem::path& path) {
    KIOSK_TRY(auto archive, ZipArchive::open(path));
    auto file = path.filename().string();
    if (archive.has("content.xml"))
        return open_ods(std::move(archive), std::move(file));
    if (archive.has("[Content_Types].xml") || archive.has("_rels/.rels"))
        return open_xlsx(std::move(archive), std::move(file));
    return core::fail(core::ErrorCode::Invalid, "error.exchange.not_a_table", file);
}

} // namespace kiosk::exchange
