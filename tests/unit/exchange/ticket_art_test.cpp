// SPDX-License-Identifier: Apache-2.0
#include "exchange_fixture.hpp"

#include "exchange/ticket_art.hpp"

#include <cairo.h>

#if __has_include(<ZXing/ReaderOptions.h>)
#include <ZXing/ReadBarcode.h>
#else
#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>
#endif

#include <cstring>

// cairo 1.16 loses 768 bytes for each OpenType font that it embeds in a PDF. Only the sheets are not watched.
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
using FontsUnwatched = __lsan::ScopedDisabler;
#else
struct FontsUnwatched {
    FontsUnwatched() {} // not trivial, so that an unused variable is no warning
};
#endif

using namespace kiosk;

namespace {

const std::string signed_code = "XD1:" + std::string("6BFOXN*TS0BI$ZD4N9:9S6RCVN5+O30K3/XIV0W23NTDE") + "VWK G2EP4J0BGJLFX3R3VHXK.PJ:2DPF6R:5SVBHABVCNN95SWMPHQUHQN%A400H%UBT16Y5+Z9XV7N31*/";

exchange::TicketArt art(std::string code = signed_code) {
    core::Registration registration;
    registration.ticket = "G3BBWJ17C0";
    registration.ticket_type = "std";
    registration.person.name = "王谷雨";
    registration.person.organisation = "松果示例软件";
    return exchange::make_ticket_art(test::salon(), registration, std::move(code), test::exchange_texts(), core::Language::Chinese);
}

struct Memory {
    const std::string& bytes;
    std::size_t at = 0;
};

cairo_surface_t* load_png(const std::string& png) {
    Memory memory{png};
    auto* surface = cairo_image_surface_create_from_png_stream(
        [](void* from, unsigned char* out, unsigned int size) {
            auto& source = *static_cast<Memory*>(from);
            if (size > source.bytes.size() - source.at)
                return CAIRO_STATUS_READ_ERROR;
            std::memcpy(out, source.bytes.data() + source.at, size);
            source.at += size;
            return CAIRO_STATUS_SUCCESS;
        },
        &memory);
    REQUIRE(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS);
    return surface;
}

std::string decode(cairo_surface_t* surface) {
    const ZXing::ImageView view(cairo_image_surface_get_data(surface), cairo_image_surface_get_width(surface),
                                cairo_image_surface_get_height(surface), ZXing::ImageFormat::BGRX,
                                cairo_image_surface_get_stride(surface));
#if __has_include(<ZXing/ReaderOptions.h>)
    ZXing::ReaderOptions options;
    options.setFormats(ZXing::BarcodeFormat::QRCode);
    options.setTextMode(ZXing::TextMode::Plain);
    return ZXing::ReadBarcode(view, options).text();
#else
    ZXing::DecodeHints hints;
    hints.setFormats(ZXing::BarcodeFormat::QRCode);
    return ZXing::ReadBarcode(view, hints).text();
#endif
}

} // namespace

TEST_CASE("exchange: a ticket's picture reads back", "[exchange][ticket]") {
    for (const auto& code : {signed_code, std::string("G3BBWJ17C0"), std::string("https://example.com/t?code=g3Bb")}) {
        const auto png = exchange::ticket_png(art(code));
        REQUIRE(png.has_value());
        auto* surface = load_png(*png);
        CHECK(cairo_image_surface_get_width(surface) == 900);
        CHECK(decode(surface) == code);
        cairo_surface_destroy(surface);
    }
}

TEST_CASE("exchange: a ticket's QR code has four light modules around it", "[exchange][ticket]") {
    const auto png = exchange::ticket_png(art());
    REQUIRE(png.has_value());
    auto* surface = load_png(*png);
    const auto* data = cairo_image_surface_get_data(surface);
    const auto stride = cairo_image_surface_get_stride(surface);
    const auto dark = [&](int x, int y) { return data[y * stride + x * 4 + 1] == 0 && data[y * stride + x * 4 + 2] == 0; };
    // The first black row below the tear line is the upper edge of the finder patterns; its run is seven modules.
    int top = 500;
    int left = 900;
    for (; top < 1100 && left == 900; ++top)
        for (int x = 130; x < 770 && left == 900; ++x)
            if (dark(x, top))
                left = x;
    --top;
    int run = 0;
    while (dark(left + run, top))
        ++run;
    REQUIRE(run % 7 == 0);
    const int module = run / 7;
    CHECK(module >= 8);
    for (int y = top - 4 * module; y < top; ++y)
        for (int x = left - 4 * module; x < left + run; ++x)
            REQUIRE(data[y * stride + x * 4] == 255);
    for (int y = top; y < top + run; ++y)
        for (int x = left - 4 * module; x < left; ++x)
            REQUIRE(data[y * stride + x * 4] == 255);
    cairo_surface_destroy(surface);
}

TEST_CASE("exchange: tickets with long, empty and broken texts are drawn", "[exchange][ticket]") {
    auto ticket = art();
    for (int i = 0; i < 8; ++i)
        ticket.name += "欧阳霜降Wolfeschlegelsteinhausen";
    ticket.organisation = std::string(2000, 'W');
    ticket.event_title += ticket.name;
    CHECK(exchange::ticket_png(ticket).has_value());
    ticket.name = "𠮷\xFF\xFE";
    ticket.organisation.clear();
    ticket.event_title.clear();
    CHECK(exchange::ticket_png(ticket).has_value());
}

TEST_CASE("exchange: a text that fits no code is an error", "[exchange][ticket]") {
    CHECK_FALSE(exchange::ticket_png(art("")).has_value());
    CHECK_FALSE(exchange::ticket_png(art(std::string(5000, 'x'))).has_value());
    CHECK(exchange::ticket_png(art(std::string(5000, 'x'))).error().message_key == "error.exchange.code_text");
}

TEST_CASE("exchange: a sheet of tickets is paged and every code on it reads", "[exchange][ticket]") {
    const test::TemporaryFolder folder;
    const auto path = folder / "tickets.pdf";
    {
        const FontsUnwatched unwatched;
        auto sheet = exchange::TicketSheet::create(path, "天天象上");
        REQUIRE(sheet.has_value());
        for (int i = 0; i < 13; ++i) {
            auto ticket = art("XD1:TICKET" + std::to_string(100 + i) + signed_code.substr(4));
            REQUIRE(sheet->add(ticket).has_value());
        }
        CHECK_FALSE(std::filesystem::exists(path)); // not there until it is whole
        const auto pages = sheet->finish();
        REQUIRE(pages.has_value());
        CHECK(*pages == 2);
    }
    CHECK(test::read_bytes(path).starts_with("%PDF-"));
    if (std::system("command -v pdftoppm >/dev/null") != 0) {
        WARN("pdftoppm is not installed; the codes were not read back");
        return;
    }
    REQUIRE(std::system(("pdftoppm -r 150 -png " + path.string() + " " + (folder / "page").string()).c_str()) == 0);
    // The first card's code is the upper left one: crop it and read.
    auto* page = load_png(test::read_bytes(folder / "page-1.png"));
    const double dots = 150.0 / 25.4;
    for (int i = 0; i < 10; ++i) {
        const auto left = static_cast<int>((10 + i % 2 * 95 + 47) * dots), top = static_cast<int>((13.5 + i / 2 * 54) * dots);
        const auto width = static_cast<int>(48 * dots), height = static_cast<int>(48 * dots);
        auto* crop = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
        auto* context = cairo_create(crop);
        cairo_set_source_surface(context, page, -left, -top);
        cairo_paint(context);
        cairo_destroy(context);
        CHECK(decode(crop).starts_with("XD1:TICKET" + std::to_string(100 + i)));
        cairo_surface_destroy(crop);
    }
    cairo_surface_destroy(page);
}

TEST_CASE("exchange: a sheet without tickets, or not finished, leaves nothing", "[exchange][ticket]") {
    const test::TemporaryFolder folder;
    {
        const FontsUnwatched unwatched;
        auto sheet = exchange::TicketSheet::create(folder / "a.pdf", "x");
        REQUIRE(sheet.has_value());
        CHECK(sheet->finish().error().message_key == "error.exchange.no_tickets");
        auto dropped = exchange::TicketSheet::create(folder / "b.pdf", "x");
        REQUIRE(dropped->add(art()).has_value());
    }
    CHECK(std::filesystem::is_empty(folder.path()));
}
