// SPDX-License-Identifier: Apache-2.0
#pragma once
// The look as data. Purpose: the tokens of assets/themes/*.toml (colours, type sizes, spacing, motion) and the few
// computations on colours that the screens need. Lengths are in units of an 800-unit shorter side.
// Ownership: values. Threads: any. Failure: loading names the file and the token that is missing or wrong.
#include "core/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::ui {

struct Color {
    std::uint8_t r = 0, g = 0, b = 0, a = 255;
    bool operator==(const Color&) const = default;
    Color with_alpha(double alpha) const;
};

std::optional<Color> parse_color(std::string_view hex); // "#1A5596"
Color mix(Color from, Color to, double share);          // share 0 is `from`
double contrast(Color one, Color other);                // WCAG: 1…21, of opaque colours
Color away_from(Color color);                           // black or white, whichever is further from it

enum class Size : std::uint8_t { Small = 1, Body, Large, Title, Display };

// A colour and what may be written on it.
struct Pair {
    Color fill;
    Color on;
};

struct Theme {
    Color paper, raised, line, ink, ink_soft;
    Pair accent, good, wait, stop, plate;
    Color found; // the outline of a code in the live picture

    std::string family;
    float small = 0, body = 0, large = 0, title = 0, display = 0;

    float step = 0, radius = 0, sheet_radius = 0;
    float shadow_blur = 0, shadow_drop = 0, shadow_opacity = 0;
    float target = 0, gap = 0, main_action = 0;
    float appear_ms = 0, press_ms = 0;

    float size(Size which) const;

    // This theme with the event's own accent. What is written on it is the theme's own colour where that can be read
    // (4.5 to 1), else black or white, whichever reads better. An empty or malformed accent changes nothing.
    Theme with_accent(std::string_view hex) const;
};

core::Result<Theme> parse_theme(std::string_view toml, const std::string& name);

struct ThemeSet {
    Theme light;
    Theme dark;
};
core::Result<ThemeSet> load_themes(const std::filesystem::path& assets); // assets/themes/{light,dark}.toml

} // namespace kiosk::ui
