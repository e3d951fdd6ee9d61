// SPDX-License-Identifier: Apache-2.0
// The CSV reader: RFC 4180 with what spreadsheet programs really write (semicolons, tabs, "sep=;", lone CR). It pulls
// one row at a time out of a block of 64 KiB; a row is bounded, so a quote that is never closed can't eat the file.
#include "exchange/table.hpp"
#include "exchange/text_source.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kiosk::exchange {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;
constexpr std::size_t sniffed_rows = 10;

std::string at_row(const std::string& file, std::uint64_t row) { return file + ":" + std::to_string(row); }

// The separator that the first rows use most, outside quotes.
char sniff_separator(std::string_view text) {
    constexpr std::array<char, 3> separators{',', ';', '\t'};
    std::array<std::size_t, 3> counts{};
    bool quoted = false;
    std::size_t rows = 0;
    for (const char c : text) {
        if (c == '"')
            quoted = !quoted;
        if (quoted)
            continue;
        for (std::size_t i = 0; i < separators.size(); ++i)
            counts[i] += c == separators[i];
        if (c == '\n' && ++rows == sniffed_rows)
            break;
    }
    const auto most = std::max_element(counts.begin(), counts.end());
    return separators[static_cast<std::size_t>(most - counts.begin())];
}

class CsvReader final : public RowReader {
public:
    CsvReader(TextSource text, std::uint64_t size) : m_text(std::move(text)), m_size(size) {
        m_block.resize(block_bytes);
        m_info.format = TableFormat::Csv;
        m_info.file = m_text.name();
        m_info.encoding = to_string(m_text.encoding());
    }

    core::Status start() {
        KIOSK_CHECK(m_text.rewind());
        m_at = m_filled = 0;
        m_read = 0;
        m_row = 0;
        m_after_cr = false;
        KIOSK_CHECK(fill());
        const std::string_view head(m_block.data(), m_filled);
        // "sep=;" in the first line tells Excel the separator; it is no row of the table.
        if (head.size() > 5 && head.starts_with("sep=") && (head[5] == '\r' || head[5] == '\n')) {
            m_info.separator = head[4];
            m_row = 1;
            m_at = head.substr(5).starts_with("\r\n") ? 7 : 6;
        } else {
            m_info.separator = sniff_separator(head);
        }
        return {};
    }

    core::Result<bool> next(Row& row) override;
    core::Status rewind() override { return start(); }
    const TableInfo& info() const override { return m_info; }
    double progress() const override {
        return m_size == 0 ? 1.0 : std::min(1.0, static_cast<double>(m_read) / static_cast<double>(m_size));
    }

private:
    core::Status fill() {
        KIOSK_TRY(m_filled, m_text.read(m_block.data(), m_block.size()));
        m_at = 0;
        m_read += m_filled;
        return {};
    }

    enum class State : std::uint8_t { CellStart, Plain, Quoted, QuoteInQuoted };

    TextSource m_text;
    std::uint64_t m_size;
    TableInfo m_info;
    std::string m_block;
    std::size_t m_at = 0, m_filled = 0;
    std::uint64_t m_read = 0; // bytes of text, near enough for a progress bar
    std::uint64_t m_row = 0;
    bool m_after_cr = false; // the last row ended with CR; an LF that follows belongs to it
};

core::Result<bool> CsvReader::next(Row& row) {
    auto state = State::CellStart;
    std::size_t used = 0;  // cells of `row` in use; their strings are kept for reuse
    std::size_t bytes = 0; // of this row
    bool any = false;
    const char separator = m_info.separator;

    const auto begin_cell = [&] {
        if (used == row.cells.size())
            row.cells.emplace_back();
        row.cells[used++].clear();
    };
    const auto finish = [&] {
        if (state == State::CellStart)
            begin_cell();
        row.cells.resize(used);
        row.number = ++m_row;
        return true;
    };

    while (true) {
        if (m_at == m_filled) {
            KIOSK_CHECK(fill());
            if (m_filled == 0) {
                if (state == State::Quoted)
                    return core::fail(core::ErrorCode::Invalid, "error.exchange.csv_open_quote",
                                      at_row(m_info.file, m_row + 1));
                if (!any)
                    return false;
                if (m_row >= max_rows)
                    return core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_rows", m_info.file);
                return finish();
            }
        }
        const char c = m_block[m_at];
        if (m_after_cr) {
            m_after_cr = false;
            if (c == '\n') {
                ++m_at;
                continue;
            }
        }
        any = true;
        if (++bytes > max_row_bytes)
            return core::fail(core::ErrorCode::TooLarge, "error.exchange.row_too_long", at_row(m_info.file, m_row + 1));

        if (state == State::Quoted) {
            // A run without quotes is copied as a whole.
            const auto stop = m_block.find('"', m_at);
            const auto end = std::min(stop, m_filled);
            bytes += end - m_at;
            row.cells[used - 1].append(m_block, m_at, end - m_at);
            m_at = end;
            if (end < m_filled) {
                ++m_at;
                state = State::QuoteInQuoted;
            }
            continue;
        }
        if (state == State::QuoteInQuoted && c == '"') {
            row.cells[used - 1] += '"';
            state = State::Quoted;
            ++m_at;
            continue;
        }
        ++m_at;
        if (c == separator) {
            if (state == State::CellStart)
                begin_cell();
            if (used >= max_columns)
                return core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_columns",
                                  at_row(m_info.file, m_row + 1));
            state = State::CellStart;
        } else if (c == '\n' || c == '\r') {
            m_after_cr = c == '\r';
            if (m_row >= max_rows)
                return core::fail(core::ErrorCode::TooLarge, "error.exchange.too_many_rows", m_info.file);
            return finish();
        } else if (state == State::CellStart) {
            begin_cell();
            if (c == '"') {
                state = State::Quoted;
            } else {
                row.cells[used - 1] += c;
                state = State::Plain;
            }
        } else if (state == State::Plain) {
            row.cells[used - 1] += c;
        } else if (c != ' ' && c != '\t') { // text after a closing quote: which cell was meant can't be told
            return core::fail(core::ErrorCode::Invalid, "error.exchange.csv_stray_quote",
                              at_row(m_info.file, m_row + 1));
        }
    }
}

} // namespace

core::Result<std::unique_ptr<RowReader>> open_csv(std::unique_ptr<ByteSource> source) {
    const auto size = source->size();
    KIOSK_TRY(auto text, TextSource::create(std::move(source)));
    auto reader = std::make_unique<CsvReader>(std::move(text), size);
    KIOSK_CHECK(reader->start());
    return reader;
}

} // namespace kiosk::exchange
