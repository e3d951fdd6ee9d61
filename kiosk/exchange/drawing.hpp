// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every picture and page of exchange/ is drawn with: the adapter of Pango and Cairo. Internal to the files that draw
// tickets, slips and plans. Purpose: fitted text in whatever script, colours for paper, PNG and PDF out. Ownership: handles
// own what they hold. Threads: one for each surface. Failure: Internal where the library says so; DiskFull, Io of the file.
#include "core/result.hpp"
#include "exchange/atomic_file.hpp"

#include <cairo.h>
#include <pango/pangocairo.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace kiosk::exchange::drawing {

// The colours of the light theme; paper does not know themes.
struct Colour {
    double red, green, blue;
};
inline constexpr Colour accent{0x1A / 255.0, 0x55 / 255.0, 0x96 / 255.0};
inline constexpr Colour on_accent{1, 1, 1};
inline constexpr Colour paper{0xF7 / 255.0, 0xF5 / 255.0, 0xF0 / 255.0};
inline constexpr Colour raised{1, 1, 1};
inline constexpr Colour line{0xE2 / 255.0, 0xDE / 255.0, 0xD4 / 255.0};
inline constexpr Colour ink{0x16 / 255.0, 0x20 / 255.0, 0x2B / 255.0};
inline constexpr Colour ink_soft{0x4A / 255.0, 0x55 / 255.0, 0x60 / 255.0};

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

void set_colour(cairo_t* to, const Colour& colour);
void fill_box(cairo_t* to, double x, double y, double width, double height, double radius, const Colour& colour);

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

FittedText fit_text(cairo_t* to, double width, std::string_view text, const TextStyle& style);
void paint_text(cairo_t* to, double x, double y, const FittedText& text, const Colour& colour);
// Draws text into a width and returns the height that it took.
double draw_text(cairo_t* to, double x, double y, double width, std::string_view text, const TextStyle& style);

core::Result<std::string> png_of(cairo_surface_t* surface);

// A PDF whose pages are drawn one after the other, in millimetres. The file takes its name with finish(), not before.
class PdfFile {
public:
    static core::Result<PdfFile> create(const std::filesystem::path& path, std::string_view title, double width_mm,
                                        double height_mm);
    PdfFile(PdfFile&&) noexcept;
    PdfFile& operator=(PdfFile&&) = delete;
    ~PdfFile();

    cairo_t* context() const; // cairo_show_page() ends a page
    void page_size(double width_mm, double height_mm); // of the page that begins
    core::Status written() const;
    core::Status finish();

private:
    struct Impl;
    explicit PdfFile(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::exchange::drawing
