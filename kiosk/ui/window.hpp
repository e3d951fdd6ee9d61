// SPDX-License-Identifier: Apache-2.0
#pragma once
// The window on the screen. Purpose: shows Views, hands back Intents, and sleeps in between: it draws only when the
// View changed, a new preview frame arrived, a finger moves or something still moves.
// Ownership: owns SDL's video, the GL context, the drawing and the sound; borrows themes and catalogue, which must
// outlive it. Threads: made and used on one thread (the main one); only wake() may be called from any thread.
// Failure: create() says what the display lacks; without a sound device it is silent.
//
//     auto themes = ui::load_themes(assets);
//     auto window = ui::Window::create(options, *themes, catalogue);
//     (*window)->on_key([&](const ui::KeyEvent& key) { … wedge.key(key.scancode, key.shift, …); return swallow; });
//     (*window)->on_text([&](std::string_view, std::uint64_t) { return wedge.bursting(); });
//     app.on_change([&] { window->wake(); });  scanner.on_frame([&] { window->wake(); });
//     while (!turn.quit) {
//         auto view = app.view();                                  // shared_ptr<const View>
//         turn = (*window)->turn(*view, &preview, wait_ms);
//         for (auto& intent : turn.intents) app.post(std::move(intent));
//     }
#include "app/view.hpp"
#include "core/result.hpp"
#include "ui/canvas.hpp"
#include "ui/picture.hpp"
#include "ui/theme.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::ui {

struct WindowOptions {
    bool full_screen = true;
    PixelSize size{1280, 800}; // where not full screen
    std::string title = "Xiangdao";
    bool sound = true;
    bool show_pointer = true; // a touch screen has none
};

// A key as the keyboard sent it, whatever the language of typing: a keyboard-wedge scanner speaks in these.
struct KeyEvent {
    int scancode = 0;        // SDL_Scancode
    bool shift = false;
    bool caps_lock = false;
    std::uint64_t at_ms = 0; // of SDL's clock
    bool down = false;
    bool repeated = false;   // held, sent again by the system
};

struct Turn {
    std::vector<app::Intent> intents;
    bool quit = false;  // the window was closed
    bool drawn = false; // a frame was shown
};

class Window {
public:
    static core::Result<std::unique_ptr<Window>> create(const WindowOptions& options, const ThemeSet& themes,
                                                        const core::Catalogue& texts);
    ~Window();
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    // Hooks see every key and text before the window does; where they answer true, the window leaves it alone.
    void on_key(std::function<bool(const KeyEvent&)> hook);
    void on_text(std::function<bool(std::string_view utf8, std::uint64_t at_ms)> hook);

    // Waits for something to happen (at most `wait_ms`), draws where that changes the screen, and answers what was
    // touched and typed. `preview` may be null.
    Turn turn(const app::View& view, app::PreviewSource* preview, int wait_ms);

    void wake(); // from any thread: ends the wait of turn()
    void reset_composition(); // throws away what an input method was composing: a scanner's keys got into it

    PixelSize size() const;
    core::Result<Picture> screenshot(const app::View& view, app::PreviewSource* preview); // draws, without showing
    const std::vector<LayoutFault>& faults() const; // of the frame drawn last

private:
    struct State;
    explicit Window(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

// Draws Views into pictures of any size without showing anything; needs a display server for its GL context.
class Painter {
public:
    static core::Result<std::unique_ptr<Painter>> create(const ThemeSet& themes, const core::Catalogue& texts);
    ~Painter();
    Painter(const Painter&) = delete;
    Painter& operator=(const Painter&) = delete;

    core::Result<Picture> paint(const app::View& view, app::PreviewSource* preview, PixelSize size);
    const std::vector<LayoutFault>& faults() const; // of the picture painted last

private:
    struct State;
    explicit Painter(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

// One View as a PNG file.
core::Status render_to_png(const app::View& view, app::PreviewSource* preview, PixelSize size, const ThemeSet& themes,
                           const core::Catalogue& texts, const std::filesystem::path& path);

} // namespace kiosk::ui
