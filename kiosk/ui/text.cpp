// SPDX-License-Identifier: Apache-2.0
#include "ui/text.hpp"

#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace kiosk::ui {

namespace {

constexpr int page_pixels = 2048;
constexpr std::size_t pages_kept = 3;
constexpr int gap_pixels = 1; // between pictures, so that filtering never bleeds
constexpr std::size_t longest_text_bytes = 2000;
constexpr double line_spacing = 0.9;  // of the font's own 1.45 em
constexpr double top_of_em = 0.88;    // a Chinese character reaches from here above the baseline …
constexpr double foot_of_em = 0.12;   // … to here below it

template <typename T>
struct Unref {
    void operator()(T* object) const { g_object_unref(object); }
};
using LayoutPointer = std::unique_ptr<PangoLayout, Unref<PangoLayout>>;

struct Surface {
    cairo_surface_t* surface = nullptr;
    cairo_t* cairo = nullptr;
    Surface(int width, int height)
        : surface(cairo_image_surface_create(CAIRO_FORMAT_A8, width, height)), cairo(cairo_create(surface)) {}
    ~Surface() {
        cairo_destroy(cairo);
        cairo_surface_destroy(surface);
    }
    Surface(const Surface&) = delete;
    Surface& operator=(const Surface&) = delete;
};

// Names come from files and scanners: bounded, and valid UTF-8 whatever arrived.
std::string presentable(std::string_view text) {
    if (text.size() > longest_text_bytes) {
        std::size_t end = longest_text_bytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
            --end;
        text = text.substr(0, end);
    }
    char* valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
    std::string out = valid;
    g_free(valid);
    return out;
}

int line_count(PangoLayout* layout) { return pango_layout_get_line_count(layout); }

void set_words(PangoLayout* layout, const std::string& text) {
    pango_layout_set_text(layout, text.c_str(), static_cast<int>(text.size()));
}

// Two lines that break where a clause ends, where that is near the middle and both fit; else nothing.
bool break_after_clause(PangoLayout* layout, const std::string& text) {
    constexpr double nearest = 0.3; // neither line shorter than this share of the text
    std::size_t best = std::string::npos;
    const auto off_middle = [&text](std::size_t at) { return std::abs(static_cast<double>(at) / static_cast<double>(text.size()) - 0.5); };
    for (const std::string_view end : {"，", "。", "；", "、", ". ", ", ", "? "})
        for (auto at = text.find(end); at != std::string::npos; at = text.find(end, at + 1)) {
            const auto after = at + end.size();
            if (off_middle(after) <= 0.5 - nearest && (best == std::string::npos || off_middle(after) < off_middle(best)))
                best = after;
        }
    if (best == std::string::npos)
        return false;
    auto broken = text;
    if (broken[best - 1] == ' ')
        broken[best - 1] = '\n';
    else
        broken.insert(best, "\n");
    set_words(layout, broken);
    if (line_count(layout) == 2 && !pango_layout_is_ellipsized(layout))
        return true;
    set_words(layout, text);
    return false;
}

// The narrowest width that needs no more lines: no last line of one lonely character.
void narrow(PangoLayout* layout, int width) {
    const int lines = line_count(layout);
    int fits = width, too_narrow = width / (lines + 1);
    while (fits - too_narrow > 4) {
        const int middle = (fits + too_narrow) / 2;
        pango_layout_set_width(layout, middle * PANGO_SCALE);
        (line_count(layout) == lines && !pango_layout_is_ellipsized(layout) ? fits : too_narrow) = middle;
    }
    pango_layout_set_width(layout, fits * PANGO_SCALE);
}

} // namespace

struct TextEngine::Pango {
    PangoContext* context = nullptr;
    PangoAttrList* attributes = nullptr;

    Pango() {
        context = pango_font_map_create_context(pango_cairo_font_map_get_default());
        cairo_font_options_t* options = cairo_font_options_create();
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_ON);
        pango_cairo_context_set_font_options(context, options);
        cairo_font_options_destroy(options);
        pango_context_set_language(context, pango_language_from_string("zh-Hans"));
        attributes = pango_attr_list_new();
        pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1"));
    }
    ~Pango() {
        pango_attr_list_unref(attributes);
        g_object_unref(context);
    }
    Pango(const Pango&) = delete;
    Pango& operator=(const Pango&) = delete;
};

TextEngine::TextEngine(TextureStore& store, std::string family)
    : m_store(store), m_family(std::move(family)), m_pango(std::make_unique<Pango>()) {}

TextEngine::~TextEngine() {
    for (const auto& page : m_pages)
        m_store.destroy(page.texture);
}

void TextEngine::begin_frame() {
    if (m_pages.size() <= pages_kept)
        return;
    m_pictures.clear();
    while (m_pages.size() > 1) {
        m_store.destroy(m_pages.back().texture);
        m_pages.pop_back();
    }
    m_pages.front() = Page{m_pages.front().texture, 0, 0, 0};
}

const TextPicture& TextEngine::picture(const TextRequest& request) {
    m_key.assign(request.text);
    const auto pixels = static_cast<int>(std::lround(request.pixels * 4));
    for (const int part : {pixels, static_cast<int>(request.weight), request.max_width, request.max_lines,
                           static_cast<int>(request.align), request.balanced ? 1 : 0}) {
        m_key += '\x1f';
        m_key += std::to_string(part);
    }
    if (const auto found = m_pictures.find(m_key); found != m_pictures.end())
        return found->second;
    return m_pictures.emplace(m_key, draw(request)).first->second;
}

TextEngine::Place TextEngine::place(int width, int height) {
    for (auto& page : m_pages) {
        if (page.next_x + width > page_pixels) {
            if (page.shelf_y + page.shelf_height + height > page_pixels)
                continue;
            page.shelf_y += page.shelf_height;
            page.shelf_height = 0;
            page.next_x = 0;
        } else if (page.shelf_y + std::max(page.shelf_height, height) > page_pixels) {
            continue;
        }
        const Place found{page.texture, page.next_x, page.shelf_y};
        page.next_x += width;
        page.shelf_height = std::max(page.shelf_height, height);
        return found;
    }
    m_pages.push_back(Page{m_store.create(TextureKind::Alpha, page_pixels, page_pixels), 0, height, width});
    return {m_pages.back().texture, 0, 0};
}

TextPicture TextEngine::draw(const TextRequest& request) {
    TextPicture picture;
    if (request.text.empty())
        return picture;
    const auto text = presentable(request.text);

    const LayoutPointer layout(pango_layout_new(m_pango->context));
    PangoFontDescription* font = pango_font_description_new();
    pango_font_description_set_family(font, m_family.c_str());
    pango_font_description_set_weight(font, request.weight == Weight::Bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(font, static_cast<double>(request.pixels) * PANGO_SCALE);
    pango_layout_set_font_description(layout.get(), font);
    pango_font_description_free(font);
    pango_layout_set_attributes(layout.get(), m_pango->attributes);
    pango_layout_set_line_spacing(layout.get(), static_cast<float>(line_spacing));
    pango_layout_set_auto_dir(layout.get(), FALSE); // a name in another script still stands where ours would
    if (request.max_lines == 1)
        pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
    if (request.max_width > 0) {
        pango_layout_set_width(layout.get(), request.max_width * PANGO_SCALE);
        pango_layout_set_height(layout.get(), -request.max_lines);
        pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
        pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
        pango_layout_set_alignment(layout.get(), request.align == Align::Center  ? PANGO_ALIGN_CENTER
                                                 : request.align == Align::Right ? PANGO_ALIGN_RIGHT
                                                                                 : PANGO_ALIGN_LEFT);
    }
    set_words(layout.get(), text);
    if (request.balanced && request.max_width > 0 && !pango_layout_is_ellipsized(layout.get()) && line_count(layout.get()) > 1 &&
        !(line_count(layout.get()) == 2 && break_after_clause(layout.get(), text)))
        narrow(layout.get(), request.max_width);

    PangoRectangle ink, logical;
    pango_layout_get_pixel_extents(layout.get(), &ink, &logical);
    const double em = request.pixels;
    const double first_baseline = static_cast<double>(pango_layout_get_baseline(layout.get())) / PANGO_SCALE;
    double last_baseline = first_baseline;
    PangoLayoutIter* iter = pango_layout_get_iter(layout.get());
    do
        last_baseline = static_cast<double>(pango_layout_iter_get_baseline(iter)) / PANGO_SCALE;
    while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);

    picture.lines = pango_layout_get_line_count(layout.get());
    picture.cut = pango_layout_is_ellipsized(layout.get()) != FALSE;
    picture.missing = pango_layout_get_unknown_glyphs_count(layout.get());
    picture.width = logical.width;
    picture.height = static_cast<int>(std::lround(last_baseline - first_baseline + em * (top_of_em + foot_of_em)));
    if (ink.width <= 0 || ink.height <= 0)
        return picture; // only spaces

    picture.bitmap_width = std::min(ink.width + 2, page_pixels - gap_pixels);
    picture.bitmap_height = std::min(ink.height + 2, page_pixels - gap_pixels);
    picture.bitmap_x = ink.x - 1 - logical.x;
    picture.bitmap_y = static_cast<int>(std::lround(ink.y - 1 - (first_baseline - em * top_of_em)));
    const Surface target(picture.bitmap_width, picture.bitmap_height);
    cairo_translate(target.cairo, 1 - ink.x, 1 - ink.y);
    pango_cairo_show_layout(target.cairo, layout.get());
    cairo_surface_flush(target.surface);

    const auto at = place(picture.bitmap_width + gap_pixels, picture.bitmap_height + gap_pixels);
    m_store.upload(at.texture, TextureKind::Alpha, at.x, at.y, picture.bitmap_width, picture.bitmap_height,
                   cairo_image_surface_get_data(target.surface), cairo_image_surface_get_stride(target.surface));
    constexpr auto side = static_cast<float>(page_pixels);
    picture.texture = at.texture;
    picture.u0 = static_cast<float>(at.x) / side;
    picture.v0 = static_cast<float>(at.y) / side;
    picture.u1 = static_cast<float>(at.x + picture.bitmap_width) / side;
    picture.v1 = static_cast<float>(at.y + picture.bitmap_height) / side;
    return picture;
}

} // namespace kiosk::ui
