// SPDX-License-Identifier: Apache-2.0
#include "exchange/cell_values.hpp"
#include "exchange/spreadsheet_text.hpp"
#include "support/catch.hpp"

using namespace kiosk;

TEST_CASE("exchange: formulas are made harmless and come back as they were", "[exchange][csv]") {
    for (const std::string text : {"=1+1", "+49170", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0"}) {
        CAPTURE(text);
        CHECK(exchange::starts_formula(text));
        auto cell = exchange::csv_cell(text);
        if (cell.front() == '"')
            cell = cell.substr(1, cell.size() - 2);
        CHECK(cell.front() == '\'');
        CHECK(exchange::without_guard(cell) == text);
    }
    CHECK(exchange::csv_cell("王谷雨") == "王谷雨");
    CHECK(exchange::csv_cell("O'Brien") == "O'Brien");
    CHECK(exchange::without_guard("'tis") == "'tis");
}

TEST_CASE("exchange: numbers that a spreadsheet would spoil stay text", "[exchange][csv]") {
    CHECK(exchange::csv_cell("13800138000") == "\"13800138000\t\"");
    CHECK(exchange::csv_cell("007") == "\"007\t\"");
    CHECK(exchange::csv_cell("12E45") == "\"12E45\t\"");
    CHECK(exchange::csv_cell("3-4") == "\"3-4\t\"");
    CHECK(exchange::csv_cell("12345") == "12345");
    CHECK(exchange::csv_cell("G3BBWJ17C0") == "G3BBWJ17C0");
    CHECK(exchange::csv_cell("2026-11-20 13:05:00") == "2026-11-20 13:05:00");
    CHECK(exchange::csv_cell("a,\"b\"\n") == "\"a,\"\"b\"\"\n\"");
    CHECK(exchange::csv_cell("a; b") == "\"a; b\"");
    CHECK(exchange::csv_cell("") == "");
}

TEST_CASE("exchange: only text reaches XML and JSON", "[exchange][xlsx]") {
    CHECK(exchange::clean_text("王\x01\x1F谷\xFF雨\xED\xA0\x80") == "王谷\uFFFD雨\uFFFD\uFFFD\uFFFD");
    CHECK(exchange::clean_text("王谷雨", 7) == "王谷");
    CHECK(exchange::clean_text("𠮷\n\t") == "𠮷\n\t");
}
