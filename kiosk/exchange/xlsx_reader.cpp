// SPDX-License-Identifier: Apache-2.0
// The XLSX reader: the first visible sheet that holds anything, row by row. Shared strings are spooled to disk; inline
// strings (which most ticket systems write), numbers, dates, and the stored results of formulas become texts.
#include "exchange/sheet_rows.hpp"
#include "exchange/spooled_strings.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

namespace kiosk::exchange {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

// "BC12" → 54. Nothing for what is no cell's name.
std::optional<std::uint64_t> column_of(std::string_view reference) {
    std::uint64_t column = 0;
    std::size_t letters = 0;
    while (letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z' && letters < 4)
        column = column * 26 + static_cast<std::uint64_t>(reference[letters++] - 'A' + 1);
    return letters == 0 ? std::nullopt : std::optional(column - 1);
}

// "worksheets/sheet1.xml" beside "xl/workbook.xml", or "/xl/worksheets/sheet1.xml" from the top.
std::string resolve_part(std::string_view base, std::string_view target) {
    if (target.starts_with('/'))
        return std::string(target.substr(1));
    const auto slash = base.rfind('/');
    return std::string(slash == std::string_view::npos ? "" : base.substr(0, slash + 1)).append(target);
}

// Targets of a part's relations, by id and by the last word of their type.
class Relations final : public XmlHandler {
public:
    void start_element(std::string_view name, const XmlAttributes& attributes) override {
        if (name != "Relationship" || by_id.size() >= 10'000)
            return;
        const auto type = attributes.get("Type").value_or("");
        const auto target = std::string(attributes.get("Target").value_or(""));
        by_id.emplace(attributes.get("Id").value_or(""), target);
        by_type.emplace(type.substr(type.rfind('/') + 1), target);
    }
    void end_element(std::string_view) override {}

    std::map<std::string, std::string, std::less<>> by_id, by_type;
};

struct SheetEntry {
    std::string name;
    std::string part;
};

class WorkbookPart final : public XmlHandler {
public:
    void start_element(std::string_view name, const XmlAttributes& attributes) override {
        if (name == "workbookPr") {
            const auto value = attributes.get("date1904").value_or("");
            since_1904 = value == "1" || value == "true";
        } else if (name == "sheet" && attributes.get("state").value_or("visible") == "visible" && sheets.size() < 1000) {
            sheets.push_back({std::string(attributes.get("name").value_or("")),
                              std::string(attributes.get_prefixed(":id").value_or(""))});
        }
    }
    void end_element(std::string_view) override {}

    bool since_1904 = false;
    std::vector<SheetEntry> sheets; // `part` still holds the relation's id
};

// Does a number format show a date or a time? Quoted text, colours in brackets and escapes don't count.
bool is_date_format(std::string_view code) {
    bool quoted = false;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const char c = code[i];
        if (c == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (c == '\\' || c == '_' || c == '*')
            ++i;
        else if (c == '[') {
            const auto end = code.find(']', i);
            const auto inside = code.substr(i + 1, end == std::string_view::npos ? end : end - i - 1);
            if (!inside.empty() && inside.find_first_not_of("hms") == std::string_view::npos)
                return true; // [h]:mm
            if (end == std::string_view::npos)
                return false;
            i = end;
        } else if (std::string_view("ymdhsYMDHS").find(c) != std::string_view::npos)
            return true;
    }
    return false;
}

bool is_builtin_date_format(std::uint64_t id) {
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

class StylesPart final : public XmlHandler {
public:
    void start_element(std::string_view name, const XmlAttributes& attributes) override {
        if (name == "numFmt") {
            const auto id = whole_number(attributes.get("numFmtId").value_or(""));
            if (id && m_formats.size() < 10'000)
                m_formats[*id] = is_date_format(attributes.get("formatCode").value_or(""));
        } else if (name == "cellXfs") {
            m_inside = true;
        } else if (name == "xf" && m_inside && dates.size() < 100'000) {
            const auto id = whole_number(attributes.get("numFmtId").value_or("")).value_or(0);
            const auto own = m_formats.find(id);
            dates.push_back(own != m_formats.end() ? own->second : is_builtin_date_format(id));
        }
    }
    void end_element(std::string_view name) override { m_inside = m_inside && name != "cellXfs"; }

    std::vector<bool> dates; // by the cell's style number

private:
    std::map<std::uint64_t, bool> m_formats;
    bool m_inside = false;
};

class SharedStringsPart final : public XmlHandler {
public:
    explicit SharedStringsPart(SpooledStrings& strings) : m_strings(strings) {}

    void start_element(std::string_view name, const XmlAttributes&) override {
        if (name == "si")
            m_text.clear();
        m_phonetic = m_phonetic || name == "rPh"; // how it is read, not what it says
        m_in_text = name == "t" && !m_phonetic;
    }
    void end_element(std::string_view name) override {
        m_in_text = false;
        if (name == "rPh")
            m_phonetic = false;
        if (name == "si" && m_status)
            m_status = m_strings.append(m_text);
    }
    void text(std::string_view bytes) override {
        if (m_in_text && m_text.size() <= max_row_bytes)
            m_text += bytes;
    }
    core::Status problem() const override { return m_status; }

private:
    SpooledStrings& m_strings;
    std::string m_text;
    bool m_in_text = false, m_phonetic = false;
    core::Status m_status;
};

class SheetPart final : public XmlHandler {
public:
    SheetPart(SheetRows& rows, SpooledStrings& strings, const std::vector<bool>& dates, bool since_1904)
        : m_rows(rows), m_strings(strings), m_dates(dates), m_since_1904(since_1904) {}

    void start_element(std::string_view name, const XmlAttributes& attributes) override {
        m_collect = nullptr;
        if (name == "row") {
            m_row = whole_number(attributes.get("r").value_or("")).value_or(m_row + 1);
            m_rows.begin_row(m_row);
            m_column = 0;
        } else if (name == "c") {
            m_column = column_of(attributes.get("r").value_or("")).value_or(m_column);
            m_type = attributes.get("t").value_or("n");
            m_style = whole_number(attributes.get("s").value_or("")).value_or(0);
            m_value.clear();
            m_formula.clear();
        } else if (name == "v" || (name == "t" && !m_phonetic)) {
            m_collect = &m_value;
        } else if (name == "f") {
            m_collect = &m_formula;
        } else if (name == "rPh") {
            m_phonetic = true;
        }
    }

    void end_element(std::string_view name) override {
        m_collect = nullptr;
        if (name == "rPh") {
            m_phonetic = false;
        } else if (name == "c") {
            m_rows.put(m_column, cell_text());
            ++m_column;
        } else if (name == "row") {
            m_rows.end_row();
        } else if (name == "sheetData") {
            m_done = true;
        }
    }

    void text(std::string_view bytes) override {
        if (m_collect != nullptr && m_collect->size() <= max_row_bytes)
            *m_collect += bytes;
    }
    core::Status problem() const override { return m_rows.problem(); }
    bool enough() const override { return m_done; }

private:
    std::string cell_text() {
        if (m_type == "s") {
            std::string text;
            const auto index = whole_number(m_value);
            if (!index)
                return text;
            if (auto found = m_strings.get(*index, text); !found)
                m_rows.fail(found.error());
            return text;
        }
        if (m_type == "e") // "#N/A" and the like say that there is no value
            return {};
        if (m_type == "b")
            return m_value == "1" ? "TRUE" : "FALSE";
        if (m_value.empty() && !m_formula.empty())
            return "=" + m_formula; // a formula without a stored result stays visible as text
        if (m_type == "n" && !m_value.empty()) {
            if (m_style < m_dates.size() && m_dates[static_cast<std::size_t>(m_style)]) {
                double serial = 0;
                const auto [end, error] = std::from_chars(m_value.data(), m_value.data() + m_value.size(), serial);
                if (error == std::errc() && end == m_value.data() + m_value.size())
                    return serial_date_text(serial, m_since_1904);
            }
            return number_text(m_value);
        }
        return std::move(m_value); // str, inlineStr, d
    }

    SheetRows& m_rows;
    SpooledStrings& m_strings;
    const std::vector<bool>& m_dates;
    bool m_since_1904;
    std::uint64_t m_row = 0, m_column = 0, m_style = 0;
    std::string m_type, m_value, m_formula;
    std::string* m_collect = nullptr;
    bool m_phonetic = false;
    bool m_done = false;
};

class XlsxReader final : public RowReader {
public:
    XlsxReader(ZipArchive archive, SpooledStrings strings, std::string file)
        : m_archive(std::move(archive)), m_strings(std::move(strings)) {
        m_info.format = TableFormat::Xlsx;
        m_rows.set_file(file);
        m_info.file = std::move(file);
    }

    core::Status load();

    core::Result<bool> next(Row& row) override {
        while (!m_rows.take(row)) {
            KIOSK_TRY(const bool more, m_stream->feed());
            if (more || !m_rows.empty())
                continue;
            if (m_rows.any() || m_sheet + 1 >= m_sheets.size())
                return false;
            KIOSK_CHECK(open_sheet(m_sheet + 1));
        }
        return true;
    }
    core::Status rewind() override { return open_sheet(m_rows.any() ? m_sheet : 0); }
    const TableInfo& info() const override { return m_info; }
    double progress() const override { return m_stream->progress(); }

private:
    core::Status read_part(std::string_view part, XmlHandler& handler) const {
        KIOSK_TRY(auto zip_stream, m_archive.stream(part));
        XmlStream stream(std::move(zip_stream), handler);
        return stream.feed_all();
    }
    core::Status open_sheet(std::size_t index) {
        m_sheet = index;
        m_info.sheet = m_sheets[index].name;
        m_rows.reset();
        m_stream.reset();
        m_part = std::make_unique<SheetPart>(m_rows, m_strings, m_dates, m_since_1904);
        KIOSK_TRY(auto zip_stream, m_archive.stream(m_sheets[index].part));
        m_stream.emplace(std::move(zip_stream), *m_part);
        return {};
    }

    ZipArchive m_archive;
    SpooledStrings m_strings;
    TableInfo m_info;
    std::vector<SheetEntry> m_sheets;
    std::vector<bool> m_dates;
    bool m_since_1904 = false;
    std::size_t m_sheet = 0;
    SheetRows m_rows;
    std::unique_ptr<SheetPart> m_part;
    std::optional<XmlStream> m_stream;
};

core::Status XlsxReader::load() {
    std::string workbook = "xl/workbook.xml";
    if (m_archive.has("_rels/.rels")) {
        Relations top;
        KIOSK_CHECK(read_part("_rels/.rels", top));
        if (const auto found = top.by_type.find("officeDocument"); found != top.by_type.end())
            workbook = resolve_part("", found->second);
    }
    WorkbookPart book;
    KIOSK_CHECK(read_part(workbook, book));
    m_since_1904 = book.since_1904;

    const auto slash = workbook.rfind('/');
    const auto folder = slash == std::string::npos ? std::string() : workbook.substr(0, slash + 1);
    Relations relations;
    KIOSK_CHECK(read_part(folder + "_rels/" + workbook.substr(folder.size()) + ".rels", relations));
    for (auto& sheet : book.sheets) {
        const auto target = relations.by_id.find(sheet.part);
        if (target == relations.by_id.end())
            continue;
        sheet.part = resolve_part(workbook, target->second);
        if (m_archive.has(sheet.part) && sheet.part.find("chartsheets/") == std::string::npos)
            m_sheets.push_back(std::move(sheet));
    }
    if (m_sheets.empty()) // a document of another kind, or a workbook without a sheet
        return core::fail(core::ErrorCode::Invalid, "error.exchange.not_a_table", m_info.file);

    if (const auto styles = relations.by_type.find("styles"); styles != relations.by_type.end()) {
        StylesPart part;
        KIOSK_CHECK(read_part(resolve_part(workbook, styles->second), part));
        m_dates = std::move(part.dates);
    }
    if (const auto strings = relations.by_type.find("sharedStrings"); strings != relations.by_type.end()) {
        SharedStringsPart part(m_strings);
        KIOSK_CHECK(read_part(resolve_part(workbook, strings->second), part));
    }
    return open_sheet(0);
}

} // namespace

core::Result<std::unique_ptr<RowReader>> open_xlsx(ZipArchive archive, std::string file) {
    KIOSK_TRY(auto strings, SpooledStrings::create());
    auto reader = std::make_unique<XlsxReader>(std::move(archive), std::move(strings), std::move(file));
    KIOSK_CHECK(reader->load());
    return reader;
}

} // namespace kiosk::exchange
