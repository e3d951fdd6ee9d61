// SPDX-License-Identifier: Apache-2.0
#pragma once
// Draws Views without a display: themes and catalogue of the tree, textures that go nowhere, a clock moved by hand.
#include "resources/resources.hpp"
#include "samples.hpp"
#include "support/catch.hpp"
#include "ui/stage.hpp"

#include <string_view>

namespace kiosk::test {

struct StageFixture {
    ui::NoTextures textures;
    ui::ThemeSet themes = load_themes();
    core::Catalogue texts = load_texts();
    ui::Stage stage{textures, themes, texts};
    ui::PixelSize size{1280, 800};
    double now_ms = 1000;

    static ui::ThemeSet load_themes() {
        auto themes = ui::load_themes(resources::assets_folder());
        REQUIRE(themes);
        return *themes;
    }
    static core::Catalogue load_texts() {
        auto texts = resources::load_catalogue();
        INFO((texts ? "" : texts.error().context));
        REQUIRE(texts);
        return *texts;
    }

    ui::StageFrame draw(const app::View& view, ui::Input input = {}) {
        input.now_ms = now_ms;
        return stage.draw(view, nullptr, size, input);
    }

    // A finger goes down and comes up there; what came of it.
    std::vector<app::Intent> tap(const app::View& view, ui::Vec at) {
        ui::Input input;
        input.pointer = at;
        input.down = input.pressed = true;
        auto intents = draw(view, input).intents;
        input.down = input.pressed = false;
        input.released = true;
        for (auto& intent : draw(view, input).intents)
            intents.push_back(std::move(intent));
        return intents;
    }

    // All that can be reached by touching the screen anywhere.
    std::vector<app::Intent> tap_everywhere(const app::View& view) {
        std::vector<app::Intent> all;
        for (int y = 20; y < size.height; y += 40)
            for (int x = 20; x < size.width; x += 40)
                for (auto& intent : tap(view, {static_cast<float>(x), static_cast<float>(y)}))
                    all.push_back(std::move(intent));
        return all;
    }

    static app::View sample(std::string_view name) {
        for (auto& sample : golden::samples())
            if (sample.name == name)
                return sample.view;
        FAIL("no sample " << name);
        return {};
    }
};

template <typename T>
bool has(const std::vector<app::Intent>& intents) {
    for (const auto& intent : intents)
        if (std::holds_alternative<T>(intent))
            return true;
    return false;
}

} // namespace kiosk::test
