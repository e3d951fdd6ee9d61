// SPDX-License-Identifier: Apache-2.0
// The ODS reader: the first table that holds anything, row by row. Repeated rows and cells are unfolded; values are
// taken from their attributes where a cell shows them rounded or in a local form.
#include "exchange/sheet_rows.hpp"

#include <charconv>

namespace kiosk::exchange {
namespace {

std::uint64_t repeat_count(const XmlAttributes& attributes, std::string_view name) {
    const auto text = attributes.get(name).value_or("1");
    std::uint64_t value = 1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value == 0 ? 1 : value;
}

class ContentPart final : public XmlHandler {
public:
    ContentPart(SheetRows& rows, TableInfo& info) : m_rows(rows), m_info(info) {}

    void start_element(std::string_view name, const XmlAttributes& attributes) override {
        if (m_done) // the block may hold the beginning of the next table
            return;
        if (name == "table" && m_tables++ == 0) {
            m_info.sheet = attributes.get("name").value_or("");
            m_row = 1;
        } else if (name == "table-row") {
            m_rows.begin_row(m_row);
            m_row_repeat = repeat_count(attributes, "number-rows-repeated");
            m_column = 0;
        } else if (name == "table-cell" || name == "covered-table-cell") {
            m_in_cell = true;
            m_text.clear();
            m_paragraphs = 0;
            m_cell_repeat = repeat_count(attributes, "number-columns-repeated");
            m_value = value_of(attributes);
        } else if (name == "annotation") {
            ++m_annotations; // a comment is no part of the value
        } else if (m_in_cell && m_annotations == 0) {
            if (name == "p" && m_paragraphs++ > 0)
                m_text += '\n';
            else if (name == "s")
                m_text.append(std::min<std::uint64_t>(repeat_count(attributes, "c"), 1000), ' ');
            else if (name == "tab")
                m_text += '\t';
            else if (name == "line-break")
                m_text += '\n';
        }
    }

    void end_element(std::string_view name) override {
        if (m_done)
            return;
        if (name == "table-cell" || name == "covered-table-cell") {
            m_rows.put(m_column, m_value.empty() ? std::string_view(m_text) : std::string_view(m_value), m_cell_repeat);
            m_column += m_cell_repeat;
            m_in_cell = false;
        } else if (name == "table-row") {
            m_rows.end_row(m_row_repeat);
            m_row += m_row_repeat;
        } else if (name == "annotation") {
            --m_annotations;
        } else if (name == "table") {
            --m_tables;
            m_done = m_done || (m_tables == 0 && m_rows.any());
        }
    }

    void text(std::string_view bytes) override {
        if (m_in_cell && m_annotations == 0 && m_paragraphs > 0 && m_text.size() <= max_row_bytes)
            m_text += bytes;
    }
    core::Status problem() const override { return m_rows.problem(); }
    bool enough() const override { return m_done; }

private:
    static std::string value_of(const XmlAttributes& attributes) {
        const auto type = attributes.get("value-type").value_or("");
        if (type == "float" || type == "percentage" || type == "currency")
            return number_text(attributes.get("value").value_or(""));
        if (type == "boolean")
            return attributes.get("boolean-value").value_or("") == "true" ? "TRUE" : "FALSE";
        if (type == "date") { // 2026-11-20T13:00:00
            std::string date(attributes.get("date-value").value_or(""));
            if (const auto t = date.find('T'); t != std::string::npos)
                date[t] = ' ';
            return date;
        }
        return {}; // strings and times: what the cell shows
    }

    SheetRows& m_rows;
    TableInfo& m_info;
    std::string m_text, m_value;
    std::uint64_t m_row = 1, m_row_repeat = 1, m_column = 0, m_cell_repeat = 1;
    int m_tables = 0, m_annotations = 0, m_paragraphs = 0;
    bool m_in_cell = false, m_done = false;
};

class OdsReader final : public RowReader {
public:
    OdsReader(ZipArchive archive, std::string file) : m_archive(std::move(archive)) {
        m_info.format = TableFormat::Ods;
        m_rows.set_file(file);
        m_info.file = std::move(file);
    }

    core::Result<bool> next(Row& row) override {
        while (!m_rows.take(row)) {
            KIOSK_TRY(const bool more, m_stream->feed());
            if (!more && m_rows.empty())
                return false;
        }
        return true;
    }
    core::Status rewind() override {
        m_rows.reset();
        m_stream.reset();
        m_part.emplace(m_rows, m_info);
        KIOSK_TRY(auto zip_stream, m_archive.stream("content.xml"));
        m_stream.emplace(std::move(zip_stream), *m_part);
        return {};
    }
    const TableInfo& info() const override { return m_info; }
    double progress() const override { return m_stream->progress(); }

private:
    ZipArchive m_archive;
    TableInfo m_info;
    SheetRows m_rows;
    std::optional<ContentPart> m_part;
    std::optional<XmlStream> m_stream;
};

} // namespace

core::Result<std::unique_ptr<RowReader>> open_ods(ZipArchive archive, std::string file) {
    auto reader = std::make_unique<OdsReader>(std::move(archive), std::move(file));
    KIOSK_CHECK(reader->rewind());
    return reader;
}

} // namespace kiosk::exchange
