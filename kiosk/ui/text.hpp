// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text as pictures. Purpose: shapes, wraps and shortens text with Pango and keeps each drawn string in an atlas, so
// that any script shows right (𠮷 and 𬱖 too, which the toolkit's own 16-bit characters can't hold) and nothing is
// baked that is not in use. Ownership: owns the atlas pages in the store. Threads: the render thread. Failure: a font
// that is not installed is replaced by fontconfig's nearest; missing glyphs are counted in the picture.
#include "ui/texture.hpp"
#include "ui/theme.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kiosk::ui {

enum class Weight : std::uint8_t { Regular = 1, Bold };
enum class Align : std::uint8_t { Left = 1, Center, Right };

struct TextRequest {
    std::string_view text;
    float pixels = 24;
    Weight weight = Weight::Regular;
    int max_width = 0; // in pixels; 0 is one line as long as it gets
    int max_lines = 1;
    Align align = Align::Left; // of the lines within max_width
    bool balanced = true;      // wrapped lines are made about equally long, and break after a clause where one ends
};

// The visual box counts a line as one em from the top of a Chinese character to its foot: what the eye sees, not the
// font's generous line. `bitmap_x/y` place the bitmap within that box.
struct TextPicture {
    TextureId texture = 0;
    float u0 = 0, v0 = 0, u1 = 0, v1 = 0;
    int bitmap_x = 0, bitmap_y = 0, bitmap_width = 0, bitmap_height = 0;
    int width = 0, height = 0;
    int lines = 0;
    bool cut = false;   // it did not fit and ends in an ellipsis
    int missing = 0;    // characters that no installed font has
};

class TextEngine {
public:
    TextEngine(TextureStore& store, std::string family);
    ~TextEngine();
    TextEngine(const TextEngine&) = delete;
    TextEngine& operator=(const TextEngine&) = delete;

    // Forgets everything when the atlas has grown past its bound; never in the middle of a frame, where pictures
    // handed out are still to be drawn.
    void begin_frame();

    // Valid until the next begin_frame().
    const TextPicture& picture(const TextRequest& request);

    std::size_t cached() const { return m_pictures.size(); }
    std::size_t pages() const { return m_pages.size(); }

private:
    struct Pango; // keeps the library out of this header
    struct Page {
        TextureId texture = 0;
        int shelf_y = 0, shelf_height = 0, next_x = 0;
    };
    struct Place {
        TextureId texture = 0;
        int x = 0, y = 0;
    };
    Place place(int width, int height);
    TextPicture draw(const TextRequest& request);

    TextureStore& m_store;
    std::string m_family;
    std::unique_ptr<Pango> m_pango;
    std::vector<Page> m_pages;
    std::unordered_map<std::string, TextPicture> m_pictures;
    std::string m_key; // scratch, so that a hit allocates nothing
};

} // namespace kiosk::ui
