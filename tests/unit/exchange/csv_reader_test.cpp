// SPDX-License-Identifier: Apache-2.0
#include "exchange_fixture.hpp"

using namespace kiosk;
using test::Cells;
using test::cells_of;
using test::csv;
using test::error_of;

namespace {

std::string error_of_text(std::string text, std::string* context = nullptr) {
    return error_of(exchange::open_csv(exchange::make_memory_source(std::move(text), "roster.csv")), context);
}

} // namespace

TEST_CASE("exchange: CSV cells, quotes and line ends", "[exchange][csv]") {
    CHECK(cells_of(*csv("姓名,手机\r\n王谷雨,1380\r\n")) == Cells{{"姓名", "手机"}, {"王谷雨", "1380"}});
    CHECK(cells_of(*csv("a,b\n\"x,\"\"y\"\"\nz\",2")) == Cells{{"a", "b"}, {"x,\"y\"\nz", "2"}});
    CHECK(cells_of(*csv("a,b\r1,2\r")) == Cells{{"a", "b"}, {"1", "2"}});
    CHECK(cells_of(*csv("a,b\r\n\r\n1,\r\n")) == Cells{{"a", "b"}, {""}, {"1", ""}});
    CHECK(cells_of(*csv("a,b\n\"\",\"\"")) == Cells{{"a", "b"}, {"", ""}});
    CHECK(cells_of(*csv("a,b\n1,5\" disk")) == Cells{{"a", "b"}, {"1", "5\" disk"}});
    CHECK(cells_of(*csv("a,b\n\"x\" ,2")) == Cells{{"a", "b"}, {"x", "2"}});
    CHECK(cells_of(*csv("")).empty());
}

TEST_CASE("exchange: CSV separators are told from the first rows", "[exchange][csv]") {
    CHECK(cells_of(*csv("姓名;手机\n王;1,5\n")) == Cells{{"姓名", "手机"}, {"王", "1,5"}});
    CHECK(cells_of(*csv("姓名\t手机\n王\t1\n")) == Cells{{"姓名", "手机"}, {"王", "1"}});
    CHECK(cells_of(*csv("姓名\n王\n")) == Cells{{"姓名"}, {"王"}});
    CHECK(cells_of(*csv("\"a,b,c\";d\n1;2\n")) == Cells{{"a,b,c", "d"}, {"1", "2"}});

    const auto hinted = csv("sep=;\r\na;b,c\r\n");
    exchange::Row row;
    REQUIRE(*hinted->next(row));
    CHECK(row.cells == std::vector<std::string>{"a", "b,c"});
    CHECK(row.number == 2);
}

TEST_CASE("exchange: CSV rows are numbered as a spreadsheet does", "[exchange][csv]") {
    const auto reader = csv("a\n\"two\nlines\"\n\nlast\n");
    exchange::Row row;
    std::vector<std::uint64_t> numbers;
    while (*reader->next(row))
        numbers.push_back(row.number);
    CHECK(numbers == std::vector<std::uint64_t>{1, 2, 3, 4});
    CHECK(row.cells == std::vector<std::string>{"last"});
    REQUIRE(reader->rewind());
    REQUIRE(*reader->next(row));
    CHECK(row.number == 1);
}

TEST_CASE("exchange: CSV encodings", "[exchange][csv]") {
    const Cells expected{{"姓名", "单位"}, {"王谷雨", "松果"}};
    const std::string utf8 = "姓名,单位\n王谷雨,松果\n";
    const std::string gb18030 = "\xD0\xD5\xC3\xFB,\xB5\xA5\xCE\xBB\n\xCD\xF5\xB9\xC8\xD3\xEA,\xCB\xC9\xB9\xFB\n";
    std::string utf16 = "\xFF\xFE";
    for (const char16_t unit : u"姓名\t单位\n王谷雨\t松果\n") {
        if (unit == 0)
            break;
        utf16 += static_cast<char>(unit & 0xFF);
        utf16 += static_cast<char>(unit >> 8);
    }
    CHECK(cells_of(*csv(utf8)) == expected);
    CHECK(cells_of(*csv("\xEF\xBB\xBF" + utf8)) == expected);
    CHECK(cells_of(*csv(gb18030)) == expected);
    CHECK(cells_of(*csv(utf16)) == expected);
    CHECK(csv(utf8)->info().encoding == "UTF-8");
    CHECK(csv(gb18030)->info().encoding == "GB18030");
    // 𠮷 takes four bytes in GB18030.
    CHECK(cells_of(*csv("\x95\x34\xB2\x35\xD3\xEA,a")) == Cells{{"𠮷雨", "a"}});
}

TEST_CASE("exchange: GB18030 that begins after a megabyte of ASCII is recognised, and letters across blocks stay whole",
          "[exchange][csv]") {
    std::string text;
    for (int i = 0; i < 40'000; ++i)
        text += "plain ascii row,1234567\n";
    text += "x"; // odd, so that a two-byte letter falls on a block's edge
    for (int i = 0; i < 100'000; ++i)
        text += "\xCD\xF5";
    text += ",end\n";
    const auto reader = csv(text);
    CHECK(reader->info().encoding == "GB18030");
    const auto cells = cells_of(*reader);
    REQUIRE(cells.size() == 40'001);
    CHECK(cells.back()[0].size() == 1 + 300'000);
    CHECK(cells.back()[0].ends_with("王王"));
}

TEST_CASE("exchange: what is no table says so", "[exchange][csv]") {
    CHECK(error_of_text("a,b\n\xFF\xFF\xFF,\x80\n") == "error.exchange.encoding");
    CHECK(error_of_text("\xEF\xBB\xBF" "a,\xCD\xF5\n") == "error.exchange.encoding");
    CHECK(error_of_text(std::string("a,b\n\0\0", 6)) == "error.exchange.not_a_table");
    std::string context;
    CHECK(error_of_text("a,b\n1,2\n\"open,3\n4,5\n", &context) == "error.exchange.csv_open_quote");
    CHECK(context == "roster.csv:3");
    CHECK(error_of_text("a,b\n\"x\"y,2\n", &context) == "error.exchange.csv_stray_quote");
    CHECK(context == "roster.csv:2");
    CHECK(error_of_text("a\n" + std::string(exchange::max_row_bytes + 1, 'x')) == "error.exchange.row_too_long");
    CHECK(error_of_text("a\n\"" + std::string(exchange::max_row_bytes + 1, 'x')) == "error.exchange.row_too_long");
    CHECK(error_of_text(std::string(exchange::max_columns, ',')) == "error.exchange.too_many_columns");
    CHECK(error_of_text(std::string(exchange::max_columns - 1, ',')).empty());
    std::string rows;
    for (std::uint64_t i = 0; i <= exchange::max_rows; ++i)
        rows += "1\n";
    CHECK(error_of_text(std::move(rows)) == "error.exchange.too_many_rows");
}

TEST_CASE("exchange: files that are missing, folders, old Excel", "[exchange][csv]") {
    const test::TemporaryFolder folder;
    CHECK(error_of(exchange::open_table(folder / "none.csv")) == "error.exchange.no_file");
    CHECK(error_of(exchange::open_table(folder.path())) == "error.exchange.not_a_file");
    test::write_bytes(folder / "old.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more");
    CHECK(error_of(exchange::open_table(folder / "old.xls")) == "error.exchange.old_excel");
}
