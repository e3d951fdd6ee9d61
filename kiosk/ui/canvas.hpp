// SPDX-License-Identifier: Apache-2.0
#pragma once
// One frame being drawn. Purpose: what screens draw with: text in boxes, surfaces, touch, motion, and the sentences of
// the catalogue; and the check of the layout, which notes every text that is cut, too small, too faint or in the way
// of another. Ownership: borrows everything; lives for one frame. Threads: the render thread.
// Units: those of the theme (the shorter side is 800); the canvas scales and snaps to pixels.
#include "app/view.hpp"
#include "ui/geometry.hpp"
#include "ui/text.hpp"
#include "ui/theme.hpp"

#include <imgui.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::ui {

struct PixelSize {
    int width = 0, height = 0;
};

// The pointer (finger or mouse) since the last frame, in pixels, and the time.
struct Input {
    Vec pointer{-1, -1};
    bool down = false;
    bool pressed = false;  // went down
    bool released = false; // came up
    std::vector<Vec> trail; // where it was on the way, oldest first: a signature wants every point
    int tab = 0;            // of a keyboard: to the next target (1) or the one before (-1)
    Vec arrow;              // … or to the nearest one in that direction
    bool activate = false;  // … and do what a touch of it would
    double now_ms = 0;
};

// What can be touched, and how a keyboard's focus treats it.
enum class TargetKind : std::uint8_t {
    Plain = 1,
    Key,  // of the keyboard on the screen: may stand closer, and is no place for the focus of a real one
    Text, // takes what is typed as soon as the focus is there
};

struct Target {
    std::string id;
    Rect box;
    TargetKind kind = TargetKind::Plain;
};

// What the window remembers between frames and the application need not know.
struct UiState {
    std::string active;                       // what the finger went down on
    std::map<std::string, double> started_ms; // of animations
    std::map<std::string, std::size_t> first_row; // of lists longer than their place
    std::string chosen_reason;                // of an override, before it is confirmed
    std::string screen;                       // which screen was drawn last
    std::int64_t countdown_from = 0;          // the longest the countdown of this screen has shown
    std::string wrong;                        // the fields that were wrong in the last frame
    std::string menu;                         // which list of choices is open over the screen
    std::vector<Target> targets;              // of the last frame, in the order in which they were drawn
    std::string typing;                       // the target that takes what is typed
    std::string ring;                         // the target with the keyboard's focus
    bool ring_shown = false;                  // somebody works with the keyboard, not with a finger
    std::string activated;                    // by the keyboard, in this frame
    std::string stroke_of;                    // the signature that is being drawn
    std::vector<app::Point> stroke;
    std::string dragged;                      // the booking on the board that goes along with the finger
    Vec drag_from;
    std::size_t strokes_before = 0;           // until there are more, the last stroke is shown from here
};

enum class Fault : std::uint8_t {
    Cut = 1,     // text ends in an ellipsis
    Overflow,    // text is larger than its box
    TooSmall,    // under the smallest size of the theme
    TooFaint,    // contrast under 4.5 (7 for what decides)
    Overlap,     // two texts in one place
    OffScreen,   // partly outside the screen
    NoGlyph,     // a character no font has
    SmallTarget, // something to touch that a finger misses
    NoText,      // a key that the catalogue does not have
};
std::string_view to_string(Fault fault);

struct LayoutFault {
    Fault fault = Fault::Cut;
    std::string text;
    Rect box;
};

struct Look {
    Size size = Size::Body;
    Weight weight = Weight::Regular;
    Color color;
    Align align = Align::Left;
    int lines = 1;
    bool decides = false;               // what a person acts on: contrast 7
    bool balanced = true;               // lines of like length; not for what is being typed
    Size smallest = Size{};             // may shrink down to this size to fit; none: it may not
    enum class Vertical : std::uint8_t { Middle = 1, Top, Bottom } vertical = Vertical::Middle;
};

struct Frame {
    ImDrawList* list = nullptr;
    TextEngine* text = nullptr;
    const Theme* theme = nullptr;
    const core::Catalogue* texts = nullptr;
    UiState* state = nullptr;
    Input input;
    PixelSize size;
    core::Language language = core::Language::Chinese;
    bool motion = true;
    TextureId shadow = 0;
};

class Canvas {
public:
    explicit Canvas(const Frame& frame);
    ~Canvas() { finish(); }
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;

    // Texts lie above all shapes, in a layer of their own: two textures a frame instead of a change with every word.
    void finish();

    const Theme& theme() const { return *m_frame.theme; }
    UiState& state() { return *m_frame.state; }
    const Input& input() const { return m_frame.input; }
    core::Language language() const { return m_frame.language; }
    float step(float count = 1) const { return m_frame.theme->step * count; }
    Rect screen() const { return m_screen; }
    bool portrait() const { return m_screen.h > m_screen.w; }
    float scale() const { return m_scale; }

    // ---- words ----
    using Arguments = std::vector<std::pair<std::string, std::string>>;
    std::string tr(std::string_view key, const Arguments& arguments = {});
    std::string say(const core::Message& message);
    const std::string& say(const core::LocalText& text) const { return text.in(m_frame.language); }

    // ---- text ----
    Rect text(Rect box, std::string_view words, const Look& look); // answers the place taken
    // The look with the size at which these words fit that width and number of lines, and how high they then are.
    struct Fitted {
        Look look;
        float height = 0;
    };
    Fitted fit(std::string_view words, const Look& look, float width);
    Vec measure(std::string_view words, Size size, Weight weight = Weight::Regular, float max_width = 0, int lines = 1);

    // ---- surfaces and shapes ----
    void fill(Rect box, Color color, float radius = 0);
    void outline(Rect box, Color color, float thickness, float radius = 0);
    void shadow(Rect box, float radius);
    void line(Vec from, Vec to, Color color, float thickness); // round ends
    void path(const std::vector<Vec>& points, Color color, float thickness, bool closed = false);
    void disc(Vec center, float radius, Color color);
    void circle(Vec center, float radius, Color color, float thickness);
    void arc(Vec center, float radius, float from_turns, float to_turns, Color color, float thickness);
    void polygon(const std::vector<Vec>& points, Color color); // convex
    void image(TextureId texture, Rect box, Vec uv0, Vec uv1, float radius);
    void clip(Rect box);
    void unclip();

    // What the texts that follow are written on, for the contrast check; restored at the end of its scope.
    class On {
    public:
        On(Canvas& canvas, Color color) : m_canvas(canvas), m_before(canvas.m_background) { canvas.m_background = color; }
        ~On() { m_canvas.m_background = m_before; }
        On(const On&) = delete;
        On& operator=(const On&) = delete;

    private:
        Canvas& m_canvas;
        Color m_before;
    };
    Color background() const { return m_background; }

    // ---- touch ----
    struct Touch {
        bool tapped = false;
        bool held = false;   // a finger is on it
        double press = 0;    // 0…1 how far the press animation is
    };
    Touch touch(const std::string& id, Rect box, TargetKind kind = TargetKind::Plain);
    template <typename T>
    void emit(T intent) {
        m_intents.emplace_back(std::move(intent));
    }
    void emit_any(app::Intent intent) { m_intents.push_back(std::move(intent)); }

    // ---- motion ----
    // 0…1 since this was first asked for under this name, eased; 1 at once without motion. `restart` begins again.
    double appear(const std::string& name, bool restart = false);
    void lift(double alpha, float offset_y) { m_alpha = alpha; m_offset_y = offset_y; } // of what is drawn next
    bool animating() const { return m_animating; }
    void keep_animating() { m_animating = true; }

    const std::vector<app::Intent>& intents() const { return m_intents; }
    const std::vector<LayoutFault>& faults() const { return m_faults; }

private:
    friend class On;
    ImU32 ink(Color color) const;
    ImVec2 pixel(Vec point) const;
    ImVec2 snapped(Vec point) const;
    void note(Fault fault, std::string_view text, Rect box);
    void draw_ring(Rect box);

    Frame m_frame;
    float m_scale = 1;
    Rect m_screen;
    Color m_background;
    double m_alpha = 1;
    float m_offset_y = 0;
    bool m_animating = false;
    bool m_finished = false;
    std::vector<app::Intent> m_intents;
    std::vector<LayoutFault> m_faults;
    std::vector<std::pair<Rect, std::string>> m_written; // for Overlap
};

} // namespace kiosk::ui
