// SPDX-License-Identifier: Apache-2.0
#include "exchange/ticket_art.hpp"

#include "exchange/drawing.hpp"

#include <fmt/format.h>

#include <qrencode.h>

#include <algorithm>
#include <cmath>

namespace kiosk::exchange {
namespace {

using namespace drawing;

constexpr int quiet_modules = 4;

struct FreeCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
};
using Code = std::unique_ptr<QRcode, FreeCode>;

core::Result<Code> encode(const std::string& text) {
    if (text.empty() || text.find('\0') != std::string::npos)
        return core::fail(core::ErrorCode::Invalid, "error.exchange.code_text");
    // The library chooses alphanumeric mode by itself where the text allows it; letters keep their case.
    Code code(QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
    if (!code)
        return core::fail(core::ErrorCode::Invalid, "error.exchange.code_text", std::to_string(text.size()) + " bytes");
    return code;
}

// Draws the code with its quiet zone into a square; a module is `grid` units or a multiple of them, so that pixels are
// not mixed. Runs of dark modules are one rectangle: fewer edges for a printer to get wrong.
void draw_code(cairo_t* to, const QRcode& code, double x, double y, double side, double grid) {
    const int modules = code.width + 2 * quiet_modules;
    double module = side / modules;
    if (grid > 0)
        module = std::max(grid, std::floor(module / grid) * grid);
    const double used = module * modules;
    const double left = grid > 0 ? std::round(x + (side - used) / 2) : x + (side - used) / 2;
    const double top = grid > 0 ? std::round(y + (side - used) / 2) : y + (side - used) / 2;
    set_colour(to, raised);
    cairo_rectangle(to, x, y, side, side);
    cairo_fill(to);
    cairo_save(to);
    cairo_set_antialias(to, CAIRO_ANTIALIAS_NONE);
    cairo_set_source_rgb(to, 0, 0, 0);
    for (int row = 0; row < code.width; ++row)
        for (int column = 0; column < code.width;) {
            int end = column;
            while (end < code.width && (code.data[row * code.width + end] & 1) != 0)
                ++end;
            if (end > column)
                cairo_rectangle(to, left + (quiet_modules + column) * module, top + (quiet_modules + row) * module,
                                (end - column) * module, module);
            column = end + 1;
        }
    cairo_fill(to);
    cairo_restore(to);
}

// "G3BBWJ17C0" → "G3BBW J17C0": halves are read out more safely than ten letters.
std::string grouped(std::string_view ticket) {
    return ticket.size() == 10 ? fmt::format("{} {}", ticket.substr(0, 5), ticket.substr(5)) : std::string(ticket);
}

void draw_portrait(cairo_t* to, const TicketArt& art, const QRcode& code) {
    constexpr double width = 900, height = 1320, edge = 64, inner = width - 2 * edge;
    set_colour(to, paper);
    cairo_paint(to);
    // The head of the card in the accent, its body white.
    fill_box(to, 24, 24, width - 48, height - 48, 28, raised);
    cairo_save(to);
    cairo_rectangle(to, 0, 0, width, 236);
    cairo_clip(to);
    fill_box(to, 24, 24, width - 48, height - 48, 28, accent);
    cairo_restore(to);
    // Title and line stand in the middle of the head, whether the title takes one line or two.
    const TextStyle title_style{46, 32, Weight::Bold, on_accent, 2, PANGO_ALIGN_LEFT, false};
    const TextStyle line_style{26, 20, Weight::Regular, on_accent, 1, PANGO_ALIGN_LEFT, false};
    const auto title = fit_text(to, inner, art.event_title, title_style);
    const auto where = fit_text(to, inner, art.event_line, line_style);
    const double head = 24 + (212 - title.height - where.height - 4) / 2;
    paint_text(to, edge, head, title, on_accent);
    paint_text(to, edge, head + title.height + 4, where, on_accent);

    double y = 268;
    y += draw_text(to, edge, y, inner, art.name, {72, 40, Weight::Bold, ink, 1, PANGO_ALIGN_LEFT, false}) + 4;
    y += draw_text(to, edge, y, inner, art.organisation, {30, 24, Weight::Regular, ink_soft, 1, PANGO_ALIGN_LEFT, false}) + 4;
    draw_text(to, edge, y, inner, art.ticket_type, {30, 24, Weight::Bold, accent, 1, PANGO_ALIGN_LEFT, false});

    // The line along which a ticket would be torn.
    constexpr double tear = 486;
    constexpr double dashes[] = {2, 14};
    cairo_save(to);
    cairo_set_line_width(to, 4);
    cairo_set_line_cap(to, CAIRO_LINE_CAP_ROUND);
    cairo_set_dash(to, dashes, 2, 0);
    set_colour(to, line);
    cairo_move_to(to, edge, tear);
    cairo_line_to(to, width - edge, tear);
    cairo_stroke(to);
    cairo_restore(to);

    constexpr double side = 640;
    draw_code(to, code, (width - side) / 2, 506, side, 1);
    draw_text(to, edge, 1152, inner, grouped(art.ticket), {40, 24, Weight::Bold, ink, 1, PANGO_ALIGN_CENTER, true});
    draw_text(to, edge, 1216, inner, art.hint, {26, 20, Weight::Regular, ink_soft, 1, PANGO_ALIGN_CENTER, false});
}

// One ticket of the sheet, in millimetres (the context is scaled).
constexpr double card_width = 95, card_height = 54;

void draw_card(cairo_t* to, const TicketArt& art, const QRcode& code) {
    set_colour(to, accent);
    cairo_rectangle(to, 0, 0, 3, card_height);
    cairo_fill(to);
    constexpr double side = 45;
    draw_code(to, code, card_width - side - 1.5, 1.5, side, 0);
    draw_text(to, card_width - side - 1.5, 47, side, grouped(art.ticket), {3.4, 2.2, Weight::Bold, ink, 1, PANGO_ALIGN_CENTER, true});

    constexpr double left = 7, width = card_width - side - 1.5 - left - 1.5;
    double y = 4;
    y += draw_text(to, left, y, width, art.event_title, {4, 3, Weight::Bold, accent, 3, PANGO_ALIGN_LEFT, false}) + 0.6;
    draw_text(to, left, y, width, art.event_line, {2.7, 2.2, Weight::Regular, ink_soft, 2, PANGO_ALIGN_LEFT, false});
    y = 25;
    y += draw_text(to, left, y, width, art.name, {7, 4.2, Weight::Bold, ink, 2, PANGO_ALIGN_LEFT, false}) + 0.3;
    y += draw_text(to, left, y, width, art.organisation, {3.2, 2.6, Weight::Regular, ink_soft, 2, PANGO_ALIGN_LEFT, false}) + 0.3;
    draw_text(to, left, y, width, art.ticket_type, {3.2, 2.4, Weight::Bold, ink, 1, PANGO_ALIGN_LEFT, false});
}

} // namespace

TicketArt make_ticket_art(const core::EventConfig& config, const core::Registration& registration,
                          std::string code_text, const core::Catalogue& texts, core::Language language) {
    const auto& event = config.event;
    const auto starts = event.timezone.civil(event.starts);
    TicketArt art;
    art.event_title = event.title.in(language);
    constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    art.event_line = language == core::Language::Chinese
                         ? fmt::format("{}月{}日 {:02}:{:02}", starts.month, starts.day, starts.hour, starts.minute)
                         : fmt::format("{} {} {:02}:{:02}", starts.day, months[std::clamp(starts.month, 1, 12) - 1], starts.hour, starts.minute);
    if (const auto& venue = event.venue.in(language); !venue.empty())
        art.event_line += " · " + venue;
    art.name = registration.person.name;
    art.organisation = registration.person.organisation;
    const auto* type = config.ticket_type(registration.ticket_type);
    art.ticket_type = type != nullptr ? type->name.in(language) : registration.ticket_type;
    art.ticket = registration.ticket;
    art.code_text = std::move(code_text);
    art.hint = texts.text(language, "ticket.hint");
    return art;
}

core::Result<std::string> ticket_png(const TicketArt& art) {
    KIOSK_TRY(const auto code, encode(art.code_text));
    const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, 900, 1320));
    {
        const Context context(cairo_create(surface.get()));
        draw_portrait(context.get(), art, *code);
    }
    return png_of(surface.get());
}

struct TicketSheet::Impl {
    explicit Impl(PdfFile to) : pdf(std::move(to)) {}

    static constexpr int columns = 2, rows = 5;
    static constexpr double page_width = 210, page_height = 297;
    static constexpr double left = (page_width - columns * card_width) / 2;
    static constexpr double top = (page_height - rows * card_height) / 2;

    PdfFile pdf;
    int on_page = 0;
    std::uint64_t pages = 0;

    // Short lines beyond the grid's edges: the tickets themselves stay clean when they are cut.
    void draw_cut_marks() {
        auto* to = pdf.context();
        cairo_set_line_width(to, 0.15);
        cairo_set_source_rgb(to, 0.45, 0.45, 0.45);
        for (int column = 0; column <= columns; ++column)
            for (const double y : {top - 6, top + rows * card_height + 2}) {
                cairo_move_to(to, left + column * card_width, y);
                cairo_line_to(to, left + column * card_width, y + 4);
            }
        for (int row = 0; row <= rows; ++row)
            for (const double x : {left - 6, left + columns * card_width + 2}) {
                cairo_move_to(to, x, top + row * card_height);
                cairo_line_to(to, x + 4, top + row * card_height);
            }
        cairo_stroke(to);
    }
};

TicketSheet::TicketSheet(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
TicketSheet::TicketSheet(TicketSheet&&) noexcept = default;
TicketSheet::~TicketSheet() = default;

core::Result<TicketSheet> TicketSheet::create(const std::filesystem::path& path, std::string_view title) {
    KIOSK_TRY(auto pdf, PdfFile::create(path, title, Impl::page_width, Impl::page_height));
    auto impl = std::make_unique<Impl>(std::move(pdf));
    return TicketSheet(std::move(impl));
}

core::Status TicketSheet::add(const TicketArt& art) {
    auto& impl = *m_impl;
    KIOSK_TRY(const auto code, encode(art.code_text));
    auto* to = impl.pdf.context();
    if (impl.on_page == Impl::columns * Impl::rows) {
        cairo_show_page(to);
        impl.on_page = 0;
    }
    if (impl.on_page == 0) {
        ++impl.pages;
        impl.draw_cut_marks();
    }
    cairo_save(to);
    cairo_translate(to, Impl::left + impl.on_page % Impl::columns * card_width,
                    Impl::top + impl.on_page / Impl::columns * card_height);
    cairo_rectangle(to, 0, 0, card_width, card_height);
    cairo_clip(to);
    draw_card(to, art, *code);
    cairo_restore(to);
    ++impl.on_page;
    return impl.pdf.written();
}

core::Result<std::uint64_t> TicketSheet::finish() {
    auto& impl = *m_impl;
    if (impl.pages == 0)
        return core::fail(core::ErrorCode::NotFound, "error.exchange.no_tickets");
    cairo_show_page(impl.pdf.context());
    KIOSK_CHECK(impl.pdf.finish());
    return impl.pages;
}

} // namespace kiosk::exchange
