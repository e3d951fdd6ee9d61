// SPDX-License-Identifier: Apache-2.0
#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "ui/theme.hpp"

using namespace kiosk;
using namespace kiosk::ui;

namespace {

std::string light_text() { return resources::read_file(resources::assets_folder() / "themes" / "light.toml").value(); }

std::string without(std::string text, const std::string& line_start) {
    const auto at = text.find("\n" + line_start);
    REQUIRE(at != std::string::npos);
    return text.erase(at, text.find('\n', at + 1) - at);
}

} // namespace

TEST_CASE("ui: colours are read strictly", "[ui][theme]") {
    CHECK(parse_color("#1A5596") == Color{0x1A, 0x55, 0x96, 255});
    CHECK(parse_color("#1a5596") == Color{0x1A, 0x55, 0x96, 255});
    for (const auto* wrong : {"", "1A5596", "#1A559", "#1A55966", "#1A559G", "red"})
        CHECK_FALSE(parse_color(wrong));
}

TEST_CASE("ui: contrast is as WCAG counts it", "[ui][theme]") {
    CHECK(contrast(*parse_color("#000000"), *parse_color("#FFFFFF")) == Approx(21.0));
    CHECK(contrast(*parse_color("#777777"), *parse_color("#FFFFFF")) == Approx(4.48).margin(0.01));
    CHECK(contrast(*parse_color("#123456"), *parse_color("#123456")) == Approx(1.0));
}

TEST_CASE("ui: both themes load and can be read", "[ui][theme]") {
    const auto themes = load_themes(resources::assets_folder());
    REQUIRE(themes);
    for (const auto* theme : {&themes->light, &themes->dark}) {
        CHECK(contrast(theme->ink, theme->paper) >= 7);
        CHECK(contrast(theme->ink, theme->raised) >= 7);
        CHECK(contrast(theme->ink_soft, theme->paper) >= 4.5);
        CHECK(contrast(theme->ink_soft, theme->raised) >= 4.5);
        CHECK(contrast(theme->accent.on, theme->accent.fill) >= 4.5);
        for (const auto& decides : {theme->good, theme->wait, theme->stop})
            CHECK(contrast(decides.on, decides.fill) >= 7);
        CHECK(theme->small >= 20);
        CHECK(theme->target >= 64);
        CHECK(theme->main_action >= 96);
    }
}

TEST_CASE("ui: an event's accent stays readable", "[ui][theme]") {
    const auto theme = parse_theme(light_text(), "light.toml").value();
    const auto dark_accent = theme.with_accent("#5B2A86"); // white reads on it
    CHECK(dark_accent.accent.fill == *parse_color("#5B2A86"));
    CHECK(dark_accent.accent.on == theme.accent.on);
    const auto bright = theme.with_accent("#FFD84D"); // white does not
    CHECK(bright.accent.on == Color{0, 0, 0, 255});
    for (const auto* hex : {"#808080", "#00A0A0", "#FF0000", "#10FF10", "#767676"}) {
        const auto themed = theme.with_accent(hex);
        CHECK(contrast(themed.accent.fill, themed.accent.on) >= 4.5);
    }
    CHECK(theme.with_accent("").accent.fill == theme.accent.fill);
    CHECK(theme.with_accent("blue").accent.fill == theme.accent.fill);
}

TEST_CASE("ui: a theme with a token missing or wrong says which", "[ui][theme]") {
    const auto missing = parse_theme(without(light_text(), "on_good"), "mine.toml");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().context == "mine.toml: colours.on_good");
    const auto negative = parse_theme(without(light_text(), "press_ms") + "\npress_ms = -1\n", "mine.toml");
    REQUIRE_FALSE(negative);
    CHECK(negative.error().context == "mine.toml: motion.press_ms");
    CHECK_FALSE(parse_theme("colours = [", "mine.toml"));
}
