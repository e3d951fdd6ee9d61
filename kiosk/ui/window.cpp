// SPDX-License-Identifier: Apache-2.0
#include "ui/window.hpp"

#include "ui/gl.hpp"
#include "ui/sound.hpp"
#include "ui/stage.hpp"

#include <SDL.h>

#include <algorithm>
#include <atomic>

namespace kiosk::ui {

namespace {

constexpr int frame_ms = 16;              // while something moves
constexpr double corner_hold_ms = 2000;   // a long press on the top-left corner opens the staff's door
constexpr double corner_units = 96;       // how large that corner is
constexpr double still_units = 24;        // a finger that moves further is not resting

double clock_ms() {
    return static_cast<double>(SDL_GetPerformanceCounter()) * 1000 / static_cast<double>(SDL_GetPerformanceFrequency());
}

// SDL's video with a window and a GL context in it.
struct Sdl {
    SDL_Window* window = nullptr;
    SDL_GLContext context = nullptr;
    bool video = false;

    Sdl() = default;
    Sdl(const Sdl&) = delete;
    Sdl& operator=(const Sdl&) = delete;
    ~Sdl() {
        if (context)
            SDL_GL_DeleteContext(context);
        if (window)
            SDL_DestroyWindow(window);
        if (video)
            SDL_QuitSubSystem(SDL_INIT_VIDEO);
    }

    core::Status open(const WindowOptions& options, bool hidden) {
        SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
        SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
        SDL_SetHint(SDL_HINT_IME_SHOW_UI, "1");
        if (SDL_InitSubSystem(SDL_INIT_VIDEO) != 0)
            return failed();
        video = true;
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, SDL_GL_CONTEXT_PROFILE_CORE);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, 3);
        SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, 3);
        SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
        SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
        Uint32 flags = SDL_WINDOW_OPENGL | SDL_WINDOW_ALLOW_HIGHDPI;
        flags |= hidden ? SDL_WINDOW_HIDDEN : options.full_screen ? SDL_WINDOW_FULLSCREEN_DESKTOP : SDL_WINDOW_RESIZABLE;
        window = SDL_CreateWindow(options.title.c_str(), SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                  options.size.width, options.size.height, flags);
        if (!window)
            return failed();
        context = SDL_GL_CreateContext(window);
        if (!context)
            return failed();
        SDL_GL_SetSwapInterval(1);
        // Nothing is typed into yet: input methods stay out of a scanner's way until a field has the focus.
        SDL_StopTextInput();
        return {};
    }

    static core::Status failed() { return core::fail(core::ErrorCode::Unavailable, "ui.error.display", SDL_GetError()); }
};

// Where typed text goes; empty where it goes nowhere.
bool takes_text(const app::View& view) {
    if (const auto* form = std::get_if<app::FormView>(&view.body))
        return !form->focus.empty() && view.keyboard.has_value();
    return std::holds_alternative<app::SearchView>(view.body) || std::holds_alternative<app::SecondFactorView>(view.body) ||
           std::holds_alternative<app::StaffPinView>(view.body);
}

} // namespace

struct Window::State {
    State(const ThemeSet& theme_set, const core::Catalogue& catalogue) : themes(theme_set), texts(catalogue) {}

    const ThemeSet& themes;
    const core::Catalogue& texts;
    Sdl sdl; // first made, last gone
    std::unique_ptr<Gl> gl;
    std::unique_ptr<Stage> stage;
    Sound sound;
    Uint32 wake_event = 0;
    std::atomic<bool> wake_pending{false};

    std::function<bool(const KeyEvent&)> key_hook;
    std::function<bool(std::string_view, std::uint64_t)> text_hook;

    Input input;
    std::optional<double> corner_since; // when the finger went down on the corner
    Vec corner_at;
    std::optional<std::uint64_t> drawn_revision;
    std::uint64_t drawn_preview = 0;
    std::optional<std::uint64_t> heard_cue;
    bool dirty = true;     // something happened that may have changed the screen
    bool animating = false;
    bool typing = false;
    bool swallow_space = false; // its key has set something off: it is no text
    std::vector<LayoutFault> faults;

    PixelSize pixels() const {
        PixelSize size;
        SDL_GL_GetDrawableSize(sdl.window, &size.width, &size.height);
        return size;
    }

    Vec to_pixels(int x, int y) const {
        int width = 0, height = 0;
        SDL_GetWindowSize(sdl.window, &width, &height);
        const auto size = pixels();
        return {static_cast<float>(x) * static_cast<float>(size.width) / static_cast<float>(std::max(1, width)),
                static_cast<float>(y) * static_cast<float>(size.height) / static_cast<float>(std::max(1, height))};
    }

    double unit() const {
        const auto size = pixels();
        return std::min(size.width, size.height) / 800.0;
    }

    void pressed(Vec at) {
        input.pointer = at;
        input.down = input.pressed = true;
        if (std::max(at.x, at.y) < static_cast<float>(corner_units * unit())) {
            corner_since = clock_ms();
            corner_at = at;
        }
    }
    void moved(Vec at) {
        if (corner_since && std::max(std::abs(at.x - corner_at.x), std::abs(at.y - corner_at.y)) > static_cast<float>(still_units * unit()))
            corner_since.reset();
        if (input.down) {
            dirty = true;
            constexpr std::size_t most_points = 512; // a frame's worth is a few
            if (input.trail.size() < most_points)
                input.trail.push_back(at);
        }
        input.pointer = at;
    }

    void handle(const SDL_Event& event, const app::View& view, Turn& turn);
    void key(const SDL_KeyboardEvent& event, Turn& turn);
    void draw(const app::View& view, app::PreviewSource* preview, Turn& turn);
};

Window::Window(std::unique_ptr<State> state) : m_state(std::move(state)) {}

Window::~Window() {
    m_state->stage.reset(); // before the context that holds its textures
    m_state->gl.reset();
}

core::Result<std::unique_ptr<Window>> Window::create(const WindowOptions& options, const ThemeSet& themes, const core::Catalogue& texts) {
    auto state = std::make_unique<State>(themes, texts);
    KIOSK_CHECK(state->sdl.open(options, false));
    KIOSK_TRY(state->gl, Gl::create());
    state->stage = std::make_unique<Stage>(*state->gl, themes, texts);
    SDL_ShowCursor(options.show_pointer ? SDL_ENABLE : SDL_DISABLE);
    if (options.sound)
        state->sound.open();
    state->wake_event = SDL_RegisterEvents(1);
    return std::unique_ptr<Window>(new Window(std::move(state)));
}

void Window::on_key(std::function<bool(const KeyEvent&)> hook) { m_state->key_hook = std::move(hook); }
void Window::on_text(std::function<bool(std::string_view, std::uint64_t)> hook) { m_state->text_hook = std::move(hook); }

void Window::wake() {
    if (m_state->wake_pending.exchange(true))
        return; // one is on its way: the queue never fills with them
    SDL_Event event{};
    event.type = m_state->wake_event;
    SDL_PushEvent(&event);
}

void Window::reset_composition() {
    if (m_state->typing) {
        SDL_StopTextInput();
        SDL_StartTextInput();
    }
}

PixelSize Window::size() const { return m_state->pixels(); }
const std::vector<LayoutFault>& Window::faults() const { return m_state->faults; }

void Window::State::key(const SDL_KeyboardEvent& event, Turn& turn) {
    const KeyEvent raw{event.keysym.scancode, (event.keysym.mod & KMOD_SHIFT) != 0, (event.keysym.mod & KMOD_CAPS) != 0,
                       event.timestamp, event.state == SDL_PRESSED, event.repeat != 0};
    if (key_hook && key_hook(raw))
        return;
    if (!raw.down)
        return;
    dirty = true;
    switch (event.keysym.sym) {
    case SDLK_F12: turn.intents.emplace_back(app::intent::OpenStaff{}); break;
    case SDLK_ESCAPE: turn.intents.emplace_back(app::intent::Back{}); break;
    case SDLK_RETURN:
    case SDLK_KP_ENTER:
        if (stage->ring_on_button())
            input.activate = true;
        else
            turn.intents.emplace_back(app::intent::PressKey{"enter"});
        break;
    case SDLK_SPACE:
        if (stage->ring_on_button())
            input.activate = swallow_space = true;
        break;
    case SDLK_TAB: input.tab = raw.shift ? -1 : 1; break;
    case SDLK_LEFT: input.arrow = {-1, 0}; break;
    case SDLK_RIGHT: input.arrow = {1, 0}; break;
    case SDLK_UP: input.arrow = {0, -1}; break;
    case SDLK_DOWN: input.arrow = {0, 1}; break;
    case SDLK_BACKSPACE: turn.intents.emplace_back(app::intent::PressKey{"backspace"}); break;
    default: break;
    }
}

void Window::State::handle(const SDL_Event& event, const app::View& view, Turn& turn) {
    if (event.type == wake_event) {
        wake_pending = false;
        return;
    }
    switch (event.type) {
    case SDL_QUIT: turn.quit = true; break;
    case SDL_WINDOWEVENT: dirty = true; break;
    case SDL_MOUSEBUTTONDOWN:
        if (event.button.button == SDL_BUTTON_LEFT) {
            pressed(to_pixels(event.button.x, event.button.y));
            dirty = true;
        }
        break;
    case SDL_MOUSEBUTTONUP:
        if (event.button.button == SDL_BUTTON_LEFT) {
            input.pointer = to_pixels(event.button.x, event.button.y);
            input.down = false;
            input.released = true;
            corner_since.reset();
            dirty = true;
        }
        break;
    case SDL_MOUSEMOTION: moved(to_pixels(event.motion.x, event.motion.y)); break;
    case SDL_KEYDOWN:
    case SDL_KEYUP: key(event.key, turn); break;
    case SDL_TEXTINPUT:
        if (std::exchange(swallow_space, false) && std::string_view(event.text.text) == " ")
            break;
        if (!(text_hook && text_hook(event.text.text, event.text.timestamp)) && takes_text(view))
            turn.intents.emplace_back(app::intent::TypeText{event.text.text});
        dirty = true;
        break;
    default: break;
    }
}

void Window::State::draw(const app::View& view, app::PreviewSource* preview, Turn& turn) {
    const auto size = pixels();
    if (size.width <= 0 || size.height <= 0)
        return;
    input.now_ms = clock_ms();
    auto frame = stage->draw(view, preview, size, input);
    gl->draw(frame.draw, size, frame.ground);
    SDL_GL_SwapWindow(sdl.window);
    // What a touch changed in the window's own memory (a page turned, a reason chosen) shows in the next frame.
    dirty = input.pressed || input.released || input.tab != 0 || input.activate || input.arrow.x != 0 || input.arrow.y != 0;
    input.pressed = input.released = input.activate = false;
    input.tab = 0;
    input.arrow = {};
    input.trail.clear();
    animating = frame.animating;
    drawn_revision = view.revision;
    drawn_preview = stage->preview_shown();
    turn.drawn = true;
    faults = std::move(frame.faults);
    for (auto& intent : frame.intents)
        turn.intents.push_back(std::move(intent));
}

Turn Window::turn(const app::View& view, app::PreviewSource* preview, int wait_ms) {
    auto& state = *m_state;
    Turn turn;
    const auto stale = [&] {
        const auto newest = preview ? preview->newest() : nullptr;
        return state.dirty || state.animating || state.drawn_revision != view.revision ||
               (newest && newest->number != state.drawn_preview);
    };
    if (const bool wants = takes_text(view); wants != state.typing) {
        wants ? SDL_StartTextInput() : SDL_StopTextInput();
        state.typing = wants;
    }
    // The tone goes first: it takes longer to reach the ear than the picture the eye.
    if (state.heard_cue && *state.heard_cue != view.cue_number)
        state.sound.play(view.cue, view.volume);
    state.heard_cue = view.cue_number;

    int wait = stale() ? 0 : wait_ms;
    if (state.corner_since)
        wait = std::clamp(static_cast<int>(*state.corner_since + corner_hold_ms - clock_ms()) + 1, 0, wait);
    if (state.animating && state.drawn_revision == view.revision && !state.dirty)
        wait = std::min(wait_ms, frame_ms / 4); // the swap paces it where there is a screen; this, where there is none
    SDL_Event event;
    for (bool more = SDL_WaitEventTimeout(&event, wait) != 0; more; more = SDL_PollEvent(&event) != 0) {
        state.handle(event, view, turn);
        // A press and its release are two frames, however fast they come: each must be seen by the screens.
        if (state.input.pressed || state.input.released || state.input.tab != 0 || state.input.activate ||
            state.input.arrow.x != 0 || state.input.arrow.y != 0)
            break; // … and so is every step of the keyboard's focus
    }
    if (state.corner_since && clock_ms() - *state.corner_since >= corner_hold_ms) {
        state.corner_since.reset();
        turn.intents.emplace_back(app::intent::OpenStaff{});
    }
    if (stale())
        state.draw(view, preview, turn);
    return turn;
}

core::Result<Picture> Window::screenshot(const app::View& view, app::PreviewSource* preview) {
    auto& state = *m_state;
    const auto size = state.pixels();
    auto input = state.input;
    input.pressed = input.released = input.activate = false;
    input.tab = 0;
    input.arrow = {};
    input.now_ms = clock_ms();
    const auto frame = state.stage->draw(view, preview, size, input);
    state.dirty = true;
    return state.gl->draw_picture(frame.draw, size, frame.ground);
}

// ---- pictures without a window ----

struct Painter::State {
    Sdl sdl;
    std::unique_ptr<Gl> gl;
    std::unique_ptr<Stage> stage;
    std::vector<LayoutFault> faults;
};

Painter::Painter(std::unique_ptr<State> state) : m_state(std::move(state)) {}

Painter::~Painter() {
    m_state->stage.reset();
    m_state->gl.reset();
}

core::Result<std::unique_ptr<Painter>> Painter::create(const ThemeSet& themes, const core::Catalogue& texts) {
    auto state = std::make_unique<State>();
    WindowOptions options;
    options.full_screen = false;
    options.size = {64, 64};
    KIOSK_CHECK(state->sdl.open(options, true));
    KIOSK_TRY(state->gl, Gl::create());
    state->stage = std::make_unique<Stage>(*state->gl, themes, texts);
    return std::unique_ptr<Painter>(new Painter(std::move(state)));
}

core::Result<Picture> Painter::paint(const app::View& view, app::PreviewSource* preview, PixelSize size) {
    auto still = view;
    still.motion = false;
    auto frame = m_state->stage->draw(still, preview, size, Input{});
    m_state->faults = std::move(frame.faults);
    return m_state->gl->draw_picture(frame.draw, size, frame.ground);
}

const std::vector<LayoutFault>& Painter::faults() const { return m_state->faults; }

core::Status render_to_png(const app::View& view, app::PreviewSource* preview, PixelSize size, const ThemeSet& themes,
                           const core::Catalogue& texts, const std::filesystem::path& path) {
    KIOSK_TRY(const auto painter, Painter::create(themes, texts));
    KIOSK_TRY(const auto picture, painter->paint(view, preview, size));
    return write_png(picture, path);
}

} // namespace kiosk::ui
