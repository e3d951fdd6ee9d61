// SPDX-License-Identifier: Apache-2.0
#include "ui/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kiosk::ui {

namespace {

constexpr float shorter_side = 800; // the unit in which the theme counts
constexpr double contrast_to_read = 4.5;
constexpr double contrast_to_decide = 7.0;
constexpr int layers = 2, shapes_layer = 0, text_layer = 1;
constexpr float slack = 2; // rounding to pixels and an accent's overhang are no fault

// The shadow texture: a blurred rounded square, drawn as nine slices.
constexpr float shadow_corner = 0.375F; // share of the texture that is a corner

double ease_out(double t) { return 1 - (1 - t) * (1 - t) * (1 - t); }

Size smaller(Size size) { return static_cast<Size>(static_cast<int>(size) - 1); }

} // namespace

std::string_view to_string(Fault fault) {
    switch (fault) {
    case Fault::Cut: return "cut";
    case Fault::Overflow: return "overflow";
    case Fault::TooSmall: return "too small";
    case Fault::TooFaint: return "too faint";
    case Fault::Overlap: return "overlap";
    case Fault::OffScreen: return "off screen";
    case Fault::NoGlyph: return "no glyph";
    case Fault::SmallTarget: return "small target";
    case Fault::NoText: return "no text";
    }
    return "";
}

Canvas::Canvas(const Frame& frame) : m_frame(frame) {
    const auto width = static_cast<float>(frame.size.width), height = static_cast<float>(frame.size.height);
    m_scale = std::max(0.01F, std::min(width, height) / shorter_side);
    m_screen = {0, 0, width / m_scale, height / m_scale};
    m_background = frame.theme->paper;
    m_frame.list->ChannelsSplit(layers);
}

void Canvas::finish() {
    if (!m_finished)
        m_frame.list->ChannelsMerge();
    m_finished = true;
}

std::string Canvas::tr(std::string_view key, const Arguments& arguments) {
    return say(core::Message{std::string(key), arguments});
}

std::string Canvas::say(const core::Message& message) {
    if (message.empty())
        return {};
    if (!m_frame.texts->has(message.key))
        note(Fault::NoText, message.key, {});
    return m_frame.texts->text(m_frame.language, message);
}

Vec Canvas::measure(std::string_view words, Size size, Weight weight, float max_width, int lines) {
    const auto& picture = m_frame.text->picture({words, theme().size(size) * m_scale, weight,
                                                 static_cast<int>(std::floor(max_width * m_scale)), lines, Align::Left, true});
    return {static_cast<float>(picture.width) / m_scale, static_cast<float>(picture.height) / m_scale};
}

Canvas::Fitted Canvas::fit(std::string_view words, const Look& look, float width) {
    auto fitted = look;
    while (true) {
        const auto& picture = m_frame.text->picture({words, theme().size(fitted.size) * m_scale, look.weight,
                                                     std::max(1, static_cast<int>(std::ceil(width * m_scale)) + 1), look.lines, look.align, look.balanced});
        if (!picture.cut || look.smallest == Size{} || fitted.size <= look.smallest)
            return {fitted, static_cast<float>(picture.height) / m_scale};
        fitted.size = smaller(fitted.size);
    }
}

Rect Canvas::text(Rect box, std::string_view words, const Look& look) {
    if (words.empty())
        return {box.x, box.y, 0, 0};
    auto size = look.size;
    // One pixel of grace: a box made to measure must not cut its text by rounding.
    const int width = static_cast<int>(std::ceil(box.w * m_scale)) + 1;
    const auto request = [&] {
        return TextRequest{words, theme().size(size) * m_scale, look.weight, std::max(1, width), look.lines, look.align, look.balanced};
    };
    const auto* picture = &m_frame.text->picture(request());
    const auto fits = [&] {
        return !picture->cut && static_cast<float>(picture->height) <= (box.h + slack) * m_scale;
    };
    while (!fits() && look.smallest != Size{} && size > look.smallest) {
        size = smaller(size);
        picture = &m_frame.text->picture(request());
    }

    const float w = static_cast<float>(picture->width) / m_scale, h = static_cast<float>(picture->height) / m_scale;
    Rect taken{box.x, box.y, w, h};
    if (look.align == Align::Center)
        taken.x = box.x + (box.w - w) / 2;
    else if (look.align == Align::Right)
        taken.x = box.right() - w;
    if (look.vertical == Look::Vertical::Middle)
        taken.y = box.y + (box.h - h) / 2;
    else if (look.vertical == Look::Vertical::Bottom)
        taken.y = box.bottom() - h;

    if (picture->texture != 0) {
        const auto origin = snapped({taken.x, taken.y});
        const ImVec2 from(origin.x + static_cast<float>(picture->bitmap_x), origin.y + static_cast<float>(picture->bitmap_y));
        const ImVec2 to(from.x + static_cast<float>(picture->bitmap_width), from.y + static_cast<float>(picture->bitmap_height));
        m_frame.list->ChannelsSetCurrent(text_layer);
        m_frame.list->AddImage(reinterpret_cast<ImTextureID>(picture->texture), from, to, ImVec2(picture->u0, picture->v0),
                               ImVec2(picture->u1, picture->v1), ink(look.color));
        m_frame.list->ChannelsSetCurrent(shapes_layer);
    }

    if (picture->cut)
        note(Fault::Cut, words, taken);
    if (h > box.h + slack || w > box.w + slack)
        note(Fault::Overflow, words, taken);
    if (theme().size(size) < theme().small)
        note(Fault::TooSmall, words, taken);
    if (picture->missing > 0)
        note(Fault::NoGlyph, words, taken);
    if (contrast(look.color, m_background) < (look.decides ? contrast_to_decide : contrast_to_read))
        note(Fault::TooFaint, words, taken);
    if (taken.x < -slack || taken.y < -slack || taken.right() > m_screen.w + slack || taken.bottom() > m_screen.h + slack)
        note(Fault::OffScreen, words, taken);
    const Rect core_box = taken.inset(slack, slack);
    for (const auto& [other, said] : m_written)
        if (core_box.overlaps(other))
            note(Fault::Overlap, std::string(words) + " / " + said, taken);
    m_written.emplace_back(core_box, words);
    return taken;
}

void Canvas::fill(Rect box, Color color, float radius) {
    m_frame.list->AddRectFilled(snapped({box.x, box.y}), snapped({box.right(), box.bottom()}), ink(color), radius * m_scale);
}

void Canvas::outline(Rect box, Color color, float thickness, float radius) {
    const float half = thickness / 2; // inside the box, so that neighbours never touch
    const auto from = snapped({box.x, box.y}), to = snapped({box.right(), box.bottom()});
    const float in = half * m_scale;
    m_frame.list->AddRect(ImVec2(from.x + in, from.y + in), ImVec2(to.x - in, to.y - in), ink(color),
                          std::max(0.0F, radius * m_scale - in), 0, thickness * m_scale);
}

void Canvas::shadow(Rect box, float radius) {
    const float blur = theme().shadow_blur, corner = blur + radius;
    box.y += theme().shadow_drop;
    const Rect out = box.inset(-blur);
    const float xs[4] = {out.x, out.x + 2 * corner, out.right() - 2 * corner, out.right()};
    const float ys[4] = {out.y, out.y + 2 * corner, out.bottom() - 2 * corner, out.bottom()};
    const float xm = (xs[0] + xs[3]) / 2, ym = (ys[0] + ys[3]) / 2;
    const float x_cut[4] = {xs[0], std::min(xs[1], xm), std::max(xs[2], xm), xs[3]};
    const float y_cut[4] = {ys[0], std::min(ys[1], ym), std::max(ys[2], ym), ys[3]};
    constexpr float uv[4] = {0, shadow_corner, 1 - shadow_corner, 1};
    const auto tint = ink(Color{0, 0, 0, 255}.with_alpha(static_cast<double>(theme().shadow_opacity)));
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) {
            if (row == 1 && column == 1)
                continue; // under the surface that throws it
            m_frame.list->AddImage(reinterpret_cast<ImTextureID>(m_frame.shadow), pixel({x_cut[column], y_cut[row]}),
                                   pixel({x_cut[column + 1], y_cut[row + 1]}), ImVec2(uv[column], uv[row]),
                                   ImVec2(uv[column + 1], uv[row + 1]), tint);
        }
}

void Canvas::line(Vec from, Vec to, Color color, float thickness) { path({from, to}, color, thickness); }

void Canvas::path(const std::vector<Vec>& points, Color color, float thickness, bool closed) {
    if (points.size() < 2)
        return;
    // The toolkit's own ends are blunt and its joints pointed: strokes are laid one by one with a disc at each end.
    const auto count = points.size();
    for (std::size_t i = 0; i + 1 < count + (closed ? 1 : 0); ++i)
        m_frame.list->AddLine(pixel(points[i]), pixel(points[(i + 1) % count]), ink(color), thickness * m_scale);
    for (const auto& point : points)
        disc(point, thickness / 2, color);
}

void Canvas::disc(Vec center, float radius, Color color) {
    m_frame.list->AddCircleFilled(pixel(center), radius * m_scale, ink(color));
}

void Canvas::circle(Vec center, float radius, Color color, float thickness) {
    m_frame.list->AddCircle(pixel(center), radius * m_scale, ink(color), 0, thickness * m_scale);
}

void Canvas::arc(Vec center, float radius, float from_turns, float to_turns, Color color, float thickness) {
    constexpr auto turn = 2 * std::numbers::pi_v<float>;
    const float from = (from_turns - 0.25F) * turn, to = (to_turns - 0.25F) * turn; // clockwise from the top
    m_frame.list->PathArcTo(pixel(center), radius * m_scale, from, to, 0);
    m_frame.list->PathStroke(ink(color), 0, thickness * m_scale);
    disc({center.x + radius * std::cos(from), center.y + radius * std::sin(from)}, thickness / 2, color);
    disc({center.x + radius * std::cos(to), center.y + radius * std::sin(to)}, thickness / 2, color);
}

void Canvas::polygon(const std::vector<Vec>& points, Color color) {
    std::vector<ImVec2> pixels;
    pixels.reserve(points.size());
    for (const auto& point : points)
        pixels.push_back(pixel(point));
    m_frame.list->AddConvexPolyFilled(pixels.data(), static_cast<int>(pixels.size()), ink(color));
}

void Canvas::image(TextureId texture, Rect box, Vec uv0, Vec uv1, float radius) {
    m_frame.list->AddImageRounded(reinterpret_cast<ImTextureID>(texture), snapped({box.x, box.y}),
                                  snapped({box.right(), box.bottom()}), ImVec2(uv0.x, uv0.y), ImVec2(uv1.x, uv1.y),
                                  ink({255, 255, 255, 255}), radius * m_scale);
}

void Canvas::clip(Rect box) {
    m_frame.list->PushClipRect(snapped({box.x, box.y}), snapped({box.right(), box.bottom()}), true);
}

void Canvas::unclip() { m_frame.list->PopClipRect(); }

Canvas::Touch Canvas::touch(const std::string& id, Rect box, TargetKind kind) {
    const auto& in = m_frame.input;
    auto& ui = state();
    const float smallest = std::min(box.w, box.h);
    if (kind != TargetKind::Key) {
        ui.targets.push_back({id, box, kind});
        if (ui.ring_shown && ui.ring == id)
            draw_ring(box);
    }
    if (smallest + 0.5F < (kind == TargetKind::Key ? theme().target - theme().step : theme().target))
        note(Fault::SmallTarget, id, box);
    const bool inside = box.contains({in.pointer.x / m_scale, in.pointer.y / m_scale});
    Touch touch;
    if (in.pressed && inside) {
        ui.active = id;
        ui.started_ms["press:" + id] = in.now_ms;
    }
    const bool mine = ui.active == id;
    touch.held = mine && in.down && inside;
    touch.tapped = (mine && in.released && inside) || (ui.activated == id && kind != TargetKind::Key);
    if (const auto found = ui.started_ms.find("press:" + id); found != ui.started_ms.end()) {
        const double duration = theme().press_ms;
        const double share = m_frame.motion && duration > 0 ? std::min(1.0, (in.now_ms - found->second) / duration) : 1.0;
        touch.press = touch.held ? ease_out(share) : 0;
        if (share < 1)
            m_animating = true;
        else if (!touch.held && !mine)
            ui.started_ms.erase(found);
    }
    return touch;
}

// Around the target, not on it: it must be seen on every colour.
void Canvas::draw_ring(Rect box) {
    constexpr float distance = 5, thickness = 3, readable = 3;
    const auto accent = theme().accent.fill;
    outline(box.inset(-distance), contrast(accent, m_background) >= static_cast<double>(readable) ? accent : away_from(m_background),
            thickness, theme().radius + distance);
}

double Canvas::appear(const std::string& name, bool restart) {
    auto& started = state().started_ms;
    auto found = started.find(name);
    if (found == started.end() || restart)
        found = started.insert_or_assign(name, m_frame.input.now_ms).first;
    const double duration = theme().appear_ms;
    if (!m_frame.motion || duration <= 0)
        return 1;
    const double share = std::clamp((m_frame.input.now_ms - found->second) / duration, 0.0, 1.0);
    if (share < 1)
        m_animating = true;
    return ease_out(share);
}

ImU32 Canvas::ink(Color color) const {
    return IM_COL32(color.r, color.g, color.b, static_cast<int>(std::lround(color.a * m_alpha)));
}

ImVec2 Canvas::pixel(Vec point) const { return {point.x * m_scale, (point.y + m_offset_y) * m_scale}; }

ImVec2 Canvas::snapped(Vec point) const {
    const auto exact = pixel(point);
    return {std::round(exact.x), std::round(exact.y)};
}

void Canvas::note(Fault fault, std::string_view text, Rect box) { m_faults.push_back({fault, std::string(text), box}); }

} // namespace kiosk::ui
