// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything between a View and a list of triangles. Purpose: draws one frame of the right screen, without a window
// or a graphics card of its own, so that tests can lay out and check every screen anywhere. Ownership: owns the drawing
// context, the text atlas and what the screens remember; borrows store, themes and catalogue. Threads: one, the render
// thread; one Stage at a time draws.
#include "app/view.hpp"
#include "ui/canvas.hpp"
#include "ui/preview.hpp"

#include <memory>
#include <vector>

struct ImGuiContext;
struct ImDrawData;

namespace kiosk::ui {

struct StageFrame {
    std::vector<app::Intent> intents;
    std::vector<LayoutFault> faults;
    bool animating = false;      // wants another frame soon
    ImDrawData* draw = nullptr;  // valid until the next frame
    Color ground;                // what to clear the screen with
};

class Stage {
public:
    Stage(TextureStore& store, const ThemeSet& themes, const core::Catalogue& texts);
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    StageFrame draw(const app::View& view, app::PreviewSource* preview, PixelSize size, const Input& input);

    std::uint64_t preview_shown() const { return m_preview.shown(); }
    const TextEngine& text() const { return m_text; }
    // Is the keyboard's focus on something that a touch would set off? Then Space and Enter do that.
    bool ring_on_button() const;
    const std::string& ring() const { return m_state.ring; } // the target with the keyboard's focus

    std::size_t page_of(const std::string& list) const; // its first row on the screen

private:
    const Theme& theme_for(const app::View& view);
    void make_shadow();
    void move_ring(const Input& input, std::vector<app::Intent>& intents);

    TextureStore& m_store;
    const ThemeSet& m_themes;
    const core::Catalogue& m_texts;
    struct Context {
        ImGuiContext* context;
        Context();
        ~Context();
        Context(const Context&) = delete;
        Context& operator=(const Context&) = delete;
    } m_context; // first made, last gone
    TextEngine m_text;
    Preview m_preview;
    UiState m_state;
    Theme m_theme; // with the event's accent
    std::string m_theme_key;
    TextureId m_shadow = 0;
};

} // namespace kiosk::ui
