// SPDX-License-Identifier: Apache-2.0
#include "exchange_fixture.hpp"

#include "exchange/sheet_rows.hpp"

#include <fmt/format.h>
#include <xlsxwriter.h>

using namespace kiosk;
using test::Cells;
using test::cells_of;
using test::error_of;

namespace {

std::unique_ptr<exchange::RowReader> open(const std::filesystem::path& path) {
    auto reader = exchange::open_table(path);
    REQUIRE(reader.has_value());
    return std::move(*reader);
}

// With `inline_strings` as most ticket systems and streaming libraries write it, without as Excel does.
void write_sample(const std::filesystem::path& path, bool inline_strings) {
    lxw_workbook_options options{};
    options.constant_memory = inline_strings ? LXW_TRUE : LXW_FALSE;
    auto* book = workbook_new_opt(path.c_str(), &options);
    auto* empty = workbook_add_worksheet(book, "说明");
    static_cast<void>(empty);
    auto* sheet = workbook_add_worksheet(book, "名单");
    worksheet_write_string(sheet, 0, 0, "姓名", nullptr);
    worksheet_write_string(sheet, 0, 1, "手机", nullptr);
    worksheet_write_string(sheet, 0, 3, "有效期", nullptr);
    worksheet_write_string(sheet, 1, 0, "=王&<谷>雨", nullptr);
    worksheet_write_number(sheet, 1, 1, 13800138000.0, nullptr);
    auto* date = workbook_add_format(book);
    format_set_num_format(date, "yyyy\"年\"m\"月\"d\"日\" hh:mm");
    lxw_datetime when{2026, 11, 20, 13, 30, 0};
    worksheet_write_datetime(sheet, 1, 3, &when, date);
    worksheet_write_formula_str(sheet, 3, 0, "=A2&\"x\"", nullptr, "王谷雨x");
    worksheet_write_boolean(sheet, 3, 1, 1, nullptr);
    worksheet_write_number(sheet, 3, 2, 0.1, nullptr);
    auto* second = workbook_add_worksheet(book, "其他");
    worksheet_write_string(second, 0, 0, "不要读到这里", nullptr);
    REQUIRE(workbook_close(book) == LXW_NO_ERROR);
}

std::string ods_content(const std::string& rows) {
    return "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\">"
           "<office:body><office:spreadsheet><table:table table:name=\"空\"/><table:table table:name=\"名单\">" +
           rows + "</table:table><table:table table:name=\"后\"><table:table-row><table:table-cell><text:p>no</text:p>"
           "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>";
}

} // namespace

TEST_CASE("exchange: XLSX with shared and with inline strings", "[exchange][xlsx]") {
    const test::TemporaryFolder folder;
    for (const bool inline_strings : {false, true}) {
        CAPTURE(inline_strings);
        write_sample(folder / "roster.xlsx", inline_strings);
        const auto reader = open(folder / "roster.xlsx");
        exchange::Row row;
        std::vector<std::uint64_t> numbers;
        Cells cells;
        while (*reader->next(row)) {
            numbers.push_back(row.number);
            cells.push_back(row.cells);
        }
        CHECK(numbers == std::vector<std::uint64_t>{1, 2, 4});
        CHECK(cells == Cells{{"姓名", "手机", "", "有效期"},
                             {"=王&<谷>雨", "13800138000", "", "2026-11-20 13:30"},
                             {"王谷雨x", "TRUE", "0.1"}});
        CHECK(reader->info().sheet == "名单");
        REQUIRE(reader->rewind());
        CHECK(cells_of(*reader) == cells);
    }
}

TEST_CASE("exchange: XLSX rich text, phonetic hints, missing references, absolute parts", "[exchange][xlsx]") {
    const test::TemporaryFolder folder;
    const std::string relations = "<Relationships xmlns=\"r\">"
                                  "<Relationship Id=\"rId1\" Type=\"t/worksheet\" Target=\"/book/sheets/s.xml\"/>"
                                  "<Relationship Id=\"rId2\" Type=\"t/sharedStrings\" Target=\"strings.xml\"/></Relationships>";
    test::write_zip(folder / "odd.xlsx",
                    {{"[Content_Types].xml", "<Types/>"},
                     {"_rels/.rels", "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"book/wb.xml\"/></Relationships>"},
                     {"book/wb.xml", "<x:workbook xmlns:x=\"m\" xmlns:r=\"q\"><x:sheets><x:sheet name=\"H\" state=\"hidden\" sheetId=\"1\" r:id=\"rId9\"/>"
                                     "<x:sheet name=\"S\" sheetId=\"2\" r:id=\"rId1\"/></x:sheets></x:workbook>"},
                     {"book/_rels/wb.xml.rels", relations},
                     {"book/strings.xml", "<sst xmlns=\"m\"><si><r><t>王</t></r><r><rPr/><t>谷雨</t></r><rPh sb=\"0\"><t>wang</t></rPh></si></sst>"},
                     {"book/sheets/s.xml", "<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row><x:c t=\"s\"><x:v>0</x:v></x:c><x:c><x:v>1.38E10</x:v></x:c>"
                                           "<x:c t=\"e\"><x:v>#N/A</x:v></x:c><x:c><x:f>HYPERLINK(1)</x:f></x:c></x:row></x:sheetData></x:worksheet>"}});
    CHECK(cells_of(*open(folder / "odd.xlsx")) == Cells{{"王谷雨", "13800000000", "", "=HYPERLINK(1)"}});
}

TEST_CASE("exchange: ODS with repeated rows and cells, values and comments", "[exchange][ods]") {
    const test::TemporaryFolder folder;
    const std::string rows =
        "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>姓名</text:p></table:table-cell>"
        "<table:table-cell table:number-columns-repeated=\"2\"><office:annotation><text:p>comment</text:p></office:annotation>"
        "<text:p>a<text:s text:c=\"2\"/>b</text:p><text:p>c</text:p></table:table-cell>"
        "<table:table-cell table:number-columns-repeated=\"16381\"/></table:table-row>"
        "<table:table-row table:number-rows-repeated=\"3\"><table:table-cell/></table:table-row>"
        "<table:table-row table:number-rows-repeated=\"2\">"
        "<table:table-cell office:value-type=\"float\" office:value=\"13800138000\"><text:p>1.38E+10</text:p></table:table-cell>"
        "<table:table-cell office:value-type=\"date\" office:date-value=\"2026-11-20T13:00:00\"><text:p>11/20</text:p></table:table-cell>"
        "<table:table-cell office:value-type=\"boolean\" office:boolean-value=\"true\"><text:p>真</text:p></table:table-cell></table:table-row>"
        "<table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    test::write_zip(folder / "roster.ods", {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
                                            {"content.xml", ods_content(rows)}});
    const auto reader = open(folder / "roster.ods");
    exchange::Row row;
    std::vector<std::uint64_t> numbers;
    Cells cells;
    while (*reader->next(row)) {
        numbers.push_back(row.number);
        cells.push_back(row.cells);
    }
    CHECK(cells == Cells{{"姓名", "a  b\nc", "a  b\nc"},
                         {"13800138000", "2026-11-20 13:00:00", "TRUE"},
                         {"13800138000", "2026-11-20 13:00:00", "TRUE"}});
    CHECK(numbers == std::vector<std::uint64_t>{1, 5, 6});
    CHECK(reader->info().sheet == "名单");
    REQUIRE(reader->rewind());
    CHECK(cells_of(*reader) == cells);
}

TEST_CASE("exchange: truncated, damaged and foreign zip files", "[exchange][xlsx]") {
    const test::TemporaryFolder folder;
    write_sample(folder / "whole.xlsx", false);
    const auto whole = test::read_bytes(folder / "whole.xlsx");
    for (const auto keep : {whole.size() / 10, whole.size() / 2, whole.size() - 30}) {
        test::write_bytes(folder / "cut.xlsx", whole.substr(0, keep));
        CHECK(error_of(exchange::open_table(folder / "cut.xlsx")) == "error.exchange.damaged");
    }
    // Every byte of the second half turned over, one after the other: an error or an answer, never a crash.
    for (std::size_t at = 0; at < whole.size(); at += 37) {
        auto damaged = whole;
        damaged[at] = static_cast<char>(~damaged[at]);
        test::write_bytes(folder / "bad.xlsx", damaged);
        static_cast<void>(error_of(exchange::open_table(folder / "bad.xlsx")));
    }
    test::write_zip(folder / "photos.zip", {{"a.jpg", "jpeg"}});
    CHECK(error_of(exchange::open_table(folder / "photos.zip")) == "error.exchange.not_a_table");
    test::write_zip(folder / "text.docx", {{"[Content_Types].xml", "<Types/>"},
                                           {"_rels/.rels", "<Relationships><Relationship Id=\"a\" Type=\"x/officeDocument\" Target=\"word/document.xml\"/></Relationships>"},
                                           {"word/document.xml", "<document/>"},
                                           {"word/_rels/document.xml.rels", "<Relationships/>"}});
    CHECK(error_of(exchange::open_table(folder / "text.docx")) == "error.exchange.not_a_table");
}

TEST_CASE("exchange: zip bombs, wide sheets, entities and deep nesting are refused", "[exchange][xlsx]") {
    const test::TemporaryFolder folder;
    const auto ods_error = [&](const std::string& content) {
        test::write_zip(folder / "x.ods", {{"content.xml", content}});
        return error_of(exchange::open_table(folder / "x.ods"));
    };
    const auto cell = [](const std::string& text, const std::string& repeat) {
        return "<table:table-row><table:table-cell table:number-columns-repeated=\"" + repeat + "\"><text:p>" + text +
               "</text:p></table:table-cell></table:table-row>";
    };
    CHECK(ods_error(ods_content(cell("x", "1001"))) == "error.exchange.too_many_columns");
    CHECK(ods_error(ods_content(cell("x", "18446744073709551615"))) == "error.exchange.too_many_columns");
    CHECK(ods_error(ods_content(cell(std::string(1 << 16, 'x'), "100"))) == "error.exchange.row_too_long");
    CHECK(ods_error(ods_content(cell(std::string(40 << 20, 'x'), "1"))) == "error.exchange.row_too_long"); // 40 MB from 40 KB
    CHECK(ods_error(ods_content("<table:table-row table:number-rows-repeated=\"18446744073709551615\"><table:table-cell>"
                                "<text:p>x</text:p></table:table-cell></table:table-row>")) == "error.exchange.too_many_rows");
    CHECK(ods_error("<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;&b;\">]>" + ods_content(cell("&c;", "1"))) ==
          "error.exchange.damaged");
    std::string deep;
    for (int i = 0; i < 100'000; ++i)
        deep += "<a>";
    CHECK(ods_error(deep) == "error.exchange.damaged");
}

TEST_CASE("exchange: a spreadsheet's numbers and days as text", "[exchange][xlsx]") {
    CHECK(exchange::number_text("13800138000") == "13800138000");
    CHECK(exchange::number_text("1.3800138E10") == "13800138000");
    CHECK(exchange::number_text("0.10000000000000001") == "0.1");
    CHECK(exchange::number_text("-0") == "0");
    CHECK(exchange::number_text("00123") == "123");
    CHECK(exchange::number_text("abc") == "abc");
    CHECK(exchange::serial_date_text(46346, false) == "2026-11-20");
    CHECK(exchange::serial_date_text(46346.5625, false) == "2026-11-20 13:30");
    CHECK(exchange::serial_date_text(44884, true) == "2026-11-20");
    CHECK(exchange::serial_date_text(0.5, false) == "12:00");
    CHECK(exchange::serial_date_text(46345.9999999, false) == "2026-11-20");
}
