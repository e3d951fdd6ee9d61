// SPDX-License-Identifier: Apache-2.0
#include "ui/theme.hpp"

#include "resources/resources.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

constexpr double readable_contrast = 4.5;

double luminance(Color color) {
    const auto linear = [](std::uint8_t channel) {
        const double share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b);
}

std::optional<int> hex_digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return std::nullopt;
}

// Reads tokens one after the other and keeps the first one that is missing or wrong.
struct Reader {
    const toml::table& table;
    std::string wrong;

    void note(std::string_view section, std::string_view key) {
        if (wrong.empty())
            wrong = std::string(section) + "." + std::string(key);
    }
    Color color(std::string_view key) {
        const auto text = table["colours"][key].value<std::string>();
        const auto parsed = text ? parse_color(*text) : std::nullopt;
        if (!parsed)
            note("colours", key);
        return parsed.value_or(Color{});
    }
    Pair pair(std::string_view key) { return {color(key), color("on_" + std::string(key))}; }
    float number(std::string_view section, std::string_view key) {
        const auto value = table[section][key].value<double>();
        if (!value || !std::isfinite(*value) || *value < 0)
            note(section, key);
        return static_cast<float>(value.value_or(0));
    }
    std::string text(std::string_view section, std::string_view key) {
        const auto value = table[section][key].value<std::string>();
        if (!value || value->empty())
            note(section, key);
        return value.value_or("");
    }
};

} // namespace

Color Color::with_alpha(double alpha) const {
    return {r, g, b, static_cast<std::uint8_t>(std::lround(std::clamp(alpha, 0.0, 1.0) * 255.0))};
}

std::optional<Color> parse_color(std::string_view hex) {
    if (hex.size() != 7 || hex[0] != '#')
        return std::nullopt;
    std::uint8_t channels[3] = {};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto high = hex_digit(hex[1 + 2 * i]);
        const auto low = hex_digit(hex[2 + 2 * i]);
        if (!high || !low)
            return std::nullopt;
        channels[i] = static_cast<std::uint8_t>(*high * 16 + *low);
    }
    return Color{channels[0], channels[1], channels[2], 255};
}

Color mix(Color from, Color to, double share) {
    const auto blend = [share](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::uint8_t>(std::lround(a + (b - a) * share));
    };
    return {blend(from.r, to.r), blend(from.g, to.g), blend(from.b, to.b), blend(from.a, to.a)};
}

double contrast(Color one, Color other) {
    const double a = luminance(one), b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

Color away_from(Color color) {
    constexpr Color black{0, 0, 0, 255}, white{255, 255, 255, 255};
    return contrast(color, white) >= contrast(color, black) ? white : black;
}

float Theme::size(Size which) const {
    switch (which) {
    case Size::Small: return small;
    case Size::Body: return body;
    case Size::Large: return large;
    case Size::Title: return title;
    case Size::Display: return display;
    }
    return body;
}

Theme Theme::with_accent(std::string_view hex) const {
    Theme themed = *this;
    if (const auto color = parse_color(hex)) {
        themed.accent.fill = *color;
        if (contrast(*color, themed.accent.on) < readable_contrast)
            themed.accent.on = away_from(*color);
    }
    return themed;
}

core::Result<Theme> parse_theme(std::string_view toml_text, const std::string& name) {
    const auto parsed = toml::parse(toml_text, name);
    if (!parsed)
        return core::fail(core::ErrorCode::Invalid, "ui.error.theme",
                          name + ": " + std::string(parsed.error().description()));
    Reader read{parsed.table(), {}};
    Theme theme;
    theme.paper = read.color("paper");
    theme.raised = read.color("raised");
    theme.line = read.color("line");
    theme.ink = read.color("ink");
    theme.ink_soft = read.color("ink_soft");
    theme.accent = read.pair("accent");
    theme.good = read.pair("good");
    theme.wait = read.pair("wait");
    theme.stop = read.pair("stop");
    theme.plate = read.pair("plate");
    theme.found = read.color("found");
    theme.family = read.text("type", "family");
    theme.small = read.number("type", "small");
    theme.body = read.number("type", "body");
    theme.large = read.number("type", "large");
    theme.title = read.number("type", "title");
    theme.display = read.number("type", "display");
    theme.step = read.number("shape", "step");
    theme.radius = read.number("shape", "radius");
    theme.sheet_radius = read.number("shape", "sheet_radius");
    theme.shadow_blur = read.number("shape", "shadow_blur");
    theme.shadow_drop = read.number("shape", "shadow_drop");
    theme.shadow_opacity = read.number("shape", "shadow_opacity");
    theme.target = read.number("touch", "target");
    theme.gap = read.number("touch", "gap");
    theme.main_action = read.number("touch", "main_action");
    theme.appear_ms = read.number("motion", "appear_ms");
    theme.press_ms = read.number("motion", "press_ms");
    if (!read.wrong.empty())
        return core::fail(core::ErrorCode::Invalid, "ui.error.theme", name + ": " + read.wrong);
    return theme;
}

core::Result<ThemeSet> load_themes(const std::filesystem::path& assets) {
    const auto load = [&assets](const char* file) -> core::Result<Theme> {
        KIOSK_TRY(const auto text, resources::read_file(assets / "themes" / file));
        return parse_theme(text, file);
    };
    KIOSK_TRY(auto light, load("light.toml"));
    KIOSK_TRY(auto dark, load("dark.toml"));
    return ThemeSet{std::move(light), std::move(dark)};
}

} // namespace kiosk::ui
