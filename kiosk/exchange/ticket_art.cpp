// SPDX-License-Identifier: Apache-2.0
#include "exchange/ticket_art.hpp"

#include "exchange/atomic_file.hpp"

#include <fmt/format.h>

#include <cairo-pdf.h>
#include <cairo.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

#include <algorithm>
#include <cmath>

namespace kiosk::exchange {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double points_per_mm = 72.0 / 25.4;
constexpr int quiet_modules = 4;

// The colours of the light theme; paper does not know themes.
struct Colour {
    double red, green, blue;
};
constexpr Colour accent{0x1A / 255.0, 0x55 / 255.0, 0x96 / 255.0};
constexpr Colour on_accent{1, 1, 1};
constexpr Colour paper{0xF7 / 255.0, 0xF5 / 255.0, 0xF0 / 255.0};
constexpr Colour raised{1, 1, 1};
constexpr Colour line{0xE2 / 255.0, 0xDE / 255.0, 0xD4 / 255.0};
constexpr Colour ink{0x16 / 255.0, 0x20 / 255.0, 0x2B / 255.0};
constexpr Colour ink_soft{0x4A / 255.0, 0x55 / 255.0, 0x60 / 255.0};

struct FreeCode {
    void operator()(QRcode* code) const { QRcode_free(code); }
};
using Code = std::unique_ptr<QRcode, FreeCode>;

struct FreeObject {
    void operator()(void* object) const { g_object_unref(object); }
};
using Layout = std::unique_ptr<PangoLayout, FreeObject>;

struct FreeContext {
    void operator()(cairo_t* context) const { cairo_destroy(context); }
};
using Context = std::unique_ptr<cairo_t, FreeContext>;

struct FreeSurface {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, FreeSurface>;

core::Result<Code> encode(const std::string& text) {
    if (text.empty() || text.find('\0') != std::string::npos)
        return core::fail(core::ErrorCode::Invalid, "error.exchange.code_text");
    // The library chooses alphanumeric mode by itself where the text allows it; letters keep their case.
    Code code(QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1));
    if (!code)
        return core::fail(core::ErrorCode::Invalid, "error.exchange.code_text", std::to_string(text.size()) + " bytes");
    return code;
}

void set_colour(cairo_t* to, const Colour& colour) { cairo_set_source_rgb(to, colour.red, colour.green, colour.blue); }

void fill_box(cairo_t* to, double x, double y, double width, double height, double radius, const Colour& colour) {
    cairo_new_sub_path(to);
    cairo_arc(to, x + width - radius, y + radius, radius, -pi / 2, 0);
    cairo_arc(to, x + width - radius, y + height - radius, radius, 0, pi / 2);
    cairo_arc(to, x + radius, y + height - radius, radius, pi / 2, pi);
    cairo_arc(to, x + radius, y + radius, radius, pi, 3 * pi / 2);
    cairo_close_path(to);
    set_colour(to, colour);
    cairo_fill(to);
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

enum class Weight : std::uint8_t { Regular = 1, Bold };

struct TextStyle {
    double size = 24;     // of the letters, in the surface's units
    double least = 24;    // shrinks down to this before it is cut short
    Weight weight = Weight::Regular;
    Colour colour = ink;
    int lines = 1;
    PangoAlignment align = PANGO_ALIGN_LEFT;
    bool tabular = false;
};

// Text that was fitted into a width, and the height that it takes.
struct FittedText {
    Layout layout;
    double height = 0;
};

FittedText fit_text(cairo_t* to, double width, std::string_view text, const TextStyle& style) {
    Layout layout(pango_cairo_create_layout(to));
    auto* const context = pango_layout_get_context(layout.get());
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    // The sheet counts in millimetres: letters rounded to whole units would stand apart like teeth.
    pango_context_set_round_glyph_positions(context, FALSE);
    auto* const options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_layout_context_changed(layout.get());
    auto* description = pango_font_description_from_string("Noto Sans CJK SC, Noto Sans, sans-serif");
    pango_font_description_set_weight(description, style.weight == Weight::Bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    // Names come from a roster: bytes that are no text must not stop the sheet.
    char* const valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
    pango_layout_set_text(layout.get(), valid, -1);
    g_free(valid);
    if (style.tabular) {
        auto* attributes = pango_attr_list_new();
        pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum"));
        pango_attr_list_insert(attributes, pango_attr_letter_spacing_new(static_cast<int>(style.size * 0.08 * PANGO_SCALE)));
        pango_layout_set_attributes(layout.get(), attributes);
        pango_attr_list_unref(attributes);
    }
    pango_layout_set_alignment(layout.get(), style.align);
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
    for (double size = style.size;; size = std::max(style.least, size * 0.92)) {
        pango_font_description_set_absolute_size(description, size * PANGO_SCALE);
        pango_layout_set_font_description(layout.get(), description);
        pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
        pango_layout_set_height(layout.get(), -style.lines);
        if (size <= style.least || pango_layout_is_ellipsized(layout.get()) == FALSE)
            break;
    }
    pango_font_description_free(description);
    int height = 0;
    pango_layout_get_size(layout.get(), nullptr, &height);
    return {std::move(layout), static_cast<double>(height) / PANGO_SCALE};
}

void paint_text(cairo_t* to, double x, double y, const FittedText& text, const Colour& colour) {
    set_colour(to, colour);
    cairo_move_to(to, x, y);
    pango_cairo_show_layout(to, text.layout.get());
}

// Draws text into a width and returns the height that it took.
double draw_text(cairo_t* to, double x, double y, double width, std::string_view text, const TextStyle& style) {
    if (text.empty())
        return 0;
    const auto fitted = fit_text(to, width, text, style);
    paint_text(to, x, y, fitted, style.colour);
    return fitted.height;
}

// "G3BBWJ17C0" → "G3BBW J17C0": halves are read out more safely than ten letters.
std::string grouped(std::string_view ticket) {
    return ticket.size() == 10 ? fmt::format("{} {}", ticket.substr(0, 5), ticket.substr(5)) : std::string(ticket);
}

cairo_status_t append_to_string(void* to, const unsigned char* bytes, unsigned int size) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
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
    std::string png;
    const auto status = cairo_surface_write_to_png_stream(surface.get(), append_to_string, &png);
    if (status != CAIRO_STATUS_SUCCESS)
        return core::fail(core::ErrorCode::Internal, "error.exchange.draw", cairo_status_to_string(status));
    return png;
}

struct TicketSheet::Impl {
    explicit Impl(AtomicFile to) : file(std::move(to)) {}

    static constexpr int columns = 2, rows = 5;
    static constexpr double page_width = 210, page_height = 297;
    static constexpr double left = (page_width - columns * card_width) / 2;
    static constexpr double top = (page_height - rows * card_height) / 2;

    AtomicFile file; // outlives the surface, which writes to it
    core::Status written;
    Surface surface;
    Context context;
    int on_page = 0;
    std::uint64_t pages = 0;

    static cairo_status_t write(void* self, const unsigned char* bytes, unsigned int size) {
        auto& impl = *static_cast<Impl*>(self);
        if (impl.written)
            impl.written = impl.file.write({reinterpret_cast<const char*>(bytes), size});
        return impl.written ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
    }

    // Short lines beyond the grid's edges: the tickets themselves stay clean when they are cut.
    void draw_cut_marks() {
        auto* to = context.get();
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
    KIOSK_TRY(auto file, AtomicFile::create(path));
    auto impl = std::make_unique<Impl>(std::move(file));
    impl->surface.reset(cairo_pdf_surface_create_for_stream(&Impl::write, impl.get(), Impl::page_width * points_per_mm,
                                                            Impl::page_height * points_per_mm));
    cairo_pdf_surface_set_metadata(impl->surface.get(), CAIRO_PDF_METADATA_TITLE, std::string(title).c_str());
    impl->context.reset(cairo_create(impl->surface.get()));
    cairo_scale(impl->context.get(), points_per_mm, points_per_mm);
    return TicketSheet(std::move(impl));
}

core::Status TicketSheet::add(const TicketArt& art) {
    auto& impl = *m_impl;
    KIOSK_TRY(const auto code, encode(art.code_text));
    auto* to = impl.context.get();
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
    return impl.written;
}

core::Result<std::uint64_t> TicketSheet::finish() {
    auto& impl = *m_impl;
    if (impl.pages == 0)
        return core::fail(core::ErrorCode::NotFound, "error.exchange.no_tickets");
    cairo_show_page(impl.context.get());
    impl.context.reset();
    cairo_surface_finish(impl.surface.get());
    const auto status = cairo_surface_status(impl.surface.get());
    KIOSK_CHECK(impl.written);
    if (status != CAIRO_STATUS_SUCCESS)
        return core::fail(core::ErrorCode::Internal, "error.exchange.draw", cairo_status_to_string(status));
    KIOSK_CHECK(impl.file.commit());
    return impl.pages;
}

} // namespace kiosk::exchange
