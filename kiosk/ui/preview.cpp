// SPDX-License-Identifier: Apache-2.0
#include "ui/preview.hpp"

#include "ui/icons.hpp"

#include <cmath>

namespace kiosk::ui {

namespace {

constexpr double scan_line_period_ms = 2400;

void finder(Canvas& canvas, Rect box, Color color) {
    // Four corners that say "put it here".
    const float length = canvas.step(6), thickness = canvas.step(0.75F);
    const float l = box.x, t = box.y, r = box.right(), b = box.bottom();
    canvas.path({{l, t + length}, {l, t}, {l + length, t}}, color, thickness);
    canvas.path({{r - length, t}, {r, t}, {r, t + length}}, color, thickness);
    canvas.path({{r, b - length}, {r, b}, {r - length, b}}, color, thickness);
    canvas.path({{l + length, b}, {l, b}, {l, b - length}}, color, thickness);
}

void waiting(Canvas& canvas, Rect box, Icon icon, std::string_view key) {
    const auto& on = canvas.theme().plate.on;
    const float side = canvas.step(11);
    Rect middle = box.inset(canvas.step(4), 0);
    const float height = side + canvas.step(3) + canvas.theme().body * 3;
    middle = middle.centered(middle.w, std::min(height, box.h));
    draw_icon(canvas, icon, middle.cut_top(side).centered(side, side), on, 1.5F);
    middle.cut_top(canvas.step(3));
    Look look{Size::Body, Weight::Regular, on, Align::Center};
    look.lines = 2;
    look.decides = true;
    look.vertical = Look::Vertical::Top;
    canvas.text(middle, canvas.tr(key), look);
}

} // namespace

Preview::~Preview() {
    if (m_texture != 0)
        m_store.destroy(m_texture);
}

void Preview::update(app::PreviewSource* source) {
    auto frame = source ? source->newest() : nullptr;
    if (!frame || (m_frame && frame->number == m_frame->number))
        return;
    const auto bytes = static_cast<std::size_t>(frame->width) * static_cast<std::size_t>(frame->height) * 3;
    if (frame->width <= 0 || frame->height <= 0 || frame->rgb.size() < bytes)
        return;
    if (frame->width != m_width || frame->height != m_height) {
        if (m_texture != 0)
            m_store.destroy(m_texture);
        m_texture = m_store.create(TextureKind::Rgb, frame->width, frame->height);
        m_width = frame->width;
        m_height = frame->height;
    }
    m_store.upload(m_texture, TextureKind::Rgb, 0, 0, m_width, m_height, frame->rgb.data(), m_width * 3);
    m_frame = std::move(frame);
}

void Preview::draw(Canvas& canvas, Rect box, app::ScannerState state) {
    const auto& theme = canvas.theme();
    canvas.shadow(box, theme.sheet_radius);
    canvas.fill(box, theme.plate.fill, theme.sheet_radius);
    const Canvas::On on(canvas, theme.plate.fill);
    const bool live = state == app::ScannerState::Live && m_frame && m_texture != 0;
    if (!live) {
        switch (state) {
        case app::ScannerState::Lost: waiting(canvas, box, Icon::CameraOff, "ui.scanner.lost"); break;
        case app::ScannerState::Off: waiting(canvas, box, Icon::Code, "ui.scanner.off"); break;
        case app::ScannerState::Starting:
        case app::ScannerState::Live: waiting(canvas, box, Icon::Camera, "ui.scanner.starting"); break;
        }
        return;
    }

    // Fills the box, cut at the sides that are too much; mirrored, as people know themselves.
    const float frame_shape = static_cast<float>(m_width) / static_cast<float>(m_height), box_shape = box.w / box.h;
    Vec share{1, 1};
    if (frame_shape > box_shape)
        share.x = box_shape / frame_shape;
    else
        share.y = frame_shape / box_shape;
    const Vec from{(1 - share.x) / 2, (1 - share.y) / 2};
    canvas.image(m_texture, box, {1 - from.x, from.y}, {from.x, 1 - from.y}, theme.sheet_radius);

    canvas.clip(box);
    const Rect aim = box.inset(canvas.step(4));
    finder(canvas, aim, theme.plate.on);
    if (m_frame->codes.empty()) {
        // Moves with the picture only: it never asks for a frame of its own.
        const double phase = std::fmod(canvas.input().now_ms, scan_line_period_ms) / scan_line_period_ms;
        const auto share_down = static_cast<float>(phase < 0.5 ? phase * 2 : 2 - phase * 2);
        const float y = aim.y + aim.h * share_down;
        canvas.fill({aim.x + canvas.step(3), y - 1.5F, aim.w - canvas.step(6), 3}, theme.plate.on.with_alpha(0.7), 1.5F);
    }
    for (const auto& code : m_frame->codes) {
        std::vector<Vec> corners;
        for (const auto& point : code)
            corners.push_back({box.x + (1 - (point.x - from.x) / share.x) * box.w, box.y + (point.y - from.y) / share.y * box.h});
        // Seen on a white screen and on a dark coat alike.
        canvas.path(corners, theme.plate.on, canvas.step(1.75F), true);
        canvas.path(corners, theme.found, canvas.step(1), true);
    }
    canvas.unclip();
}

} // namespace kiosk::ui
