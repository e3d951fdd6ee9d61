// SPDX-License-Identifier: Apache-2.0
#include "exchange/drawing.hpp"

#include <cairo-pdf.h>

#include <algorithm>

namespace kiosk::exchange::drawing {
namespace {

constexpr double pi = 3.14159265358979323846;
constexpr double points_per_mm = 72.0 / 25.4;

cairo_status_t append_to_string(void* to, const unsigned char* bytes, unsigned int size) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
}

} // namespace

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

double draw_text(cairo_t* to, double x, double y, double width, std::string_view text, const TextStyle& style) {
    if (text.empty())
        return 0;
    const auto fitted = fit_text(to, width, text, style);
    paint_text(to, x, y, fitted, style.colour);
    return fitted.height;
}

core::Result<std::string> png_of(cairo_surface_t* surface) {
    std::string png;
    const auto status = cairo_surface_write_to_png_stream(surface, append_to_string, &png);
    if (status != CAIRO_STATUS_SUCCESS)
        return core::fail(core::ErrorCode::Internal, "error.exchange.draw", cairo_status_to_string(status));
    return png;
}

struct PdfFile::Impl {
    explicit Impl(AtomicFile to) : file(std::move(to)) {}

    AtomicFile file; // outlives the surface, which writes to it
    core::Status written;
    Surface surface;
    Context context;

    static cairo_status_t write(void* self, const unsigned char* bytes, unsigned int size) {
        auto& impl = *static_cast<Impl*>(self);
        if (impl.written)
            impl.written = impl.file.write({reinterpret_cast<const char*>(bytes), size});
        return impl.written ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
    }
};

PdfFile::PdfFile(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
PdfFile::PdfFile(PdfFile&&) noexcept = default;
PdfFile::~PdfFile() = default;

core::Result<PdfFile> PdfFile::create(const std::filesystem::path& path, std::string_view title, double width_mm,
                                      double height_mm) {
    KIOSK_TRY(auto file, AtomicFile::create(path));
    auto impl = std::make_unique<Impl>(std::move(file));
    impl->surface.reset(cairo_pdf_surface_create_for_stream(&Impl::write, impl.get(), width_mm * points_per_mm,
                                                            height_mm * points_per_mm));
    cairo_pdf_surface_set_metadata(impl->surface.get(), CAIRO_PDF_METADATA_TITLE, std::string(title).c_str());
    impl->context.reset(cairo_create(impl->surface.get()));
    cairo_scale(impl->context.get(), points_per_mm, points_per_mm);
    return PdfFile(std::move(impl));
}

cairo_t* PdfFile::context() const { return m_impl->context.get(); }
void PdfFile::page_size(double width_mm, double height_mm) {
    cairo_pdf_surface_set_size(m_impl->surface.get(), width_mm * points_per_mm, height_mm * points_per_mm);
}
core::Status PdfFile::written() const { return m_impl->written; }

core::Status PdfFile::finish() {
    auto& impl = *m_impl;
    impl.context.reset();
    cairo_surface_finish(impl.surface.get());
    const auto status = cairo_surface_status(impl.surface.get());
    KIOSK_CHECK(impl.written);
    if (status != CAIRO_STATUS_SUCCESS)
        return core::fail(core::ErrorCode::Internal, "error.exchange.draw", cairo_status_to_string(status));
    return impl.file.commit();
}

} // namespace kiosk::exchange::drawing
