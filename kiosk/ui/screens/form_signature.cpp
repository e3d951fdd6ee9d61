// SPDX-License-Identifier: Apache-2.0
// Signing with a finger. What is being drawn is the window's own until the finger is lifted; then the stroke is the
// application's, and what comes back from there is what is shown.
#include "ui/screens/form_field.hpp"

#include "core/signature.hpp"

#include <algorithm>

namespace kiosk::ui {

namespace {

constexpr float shape = static_cast<float>(core::signature_height) / static_cast<float>(core::signature_width);
constexpr float pen = 4;
constexpr float least_height_steps = 18;
constexpr float most_height_steps = 44;

float bar_height(const Canvas& canvas, const FieldSetting& setting) {
    return setting.form.read_only ? 0 : canvas.theme().target + canvas.step(2);
}

} // namespace

float signature_height(Canvas& canvas, const FieldSetting& setting, float room) {
    const float bar = bar_height(canvas, setting);
    const float pad = std::min({setting.width * shape, canvas.step(most_height_steps), room - bar});
    return std::max(pad, canvas.step(least_height_steps)) + bar;
}

void draw_strokes(Canvas& canvas, Rect pad, const std::vector<app::Stroke>& strokes, Color color) {
    for (const auto& stroke : strokes) {
        std::vector<Vec> points;
        points.reserve(stroke.size());
        for (const auto& point : stroke)
            points.push_back({pad.x + point.x * pad.w, pad.y + point.y * pad.h});
        if (points.size() == 1)
            canvas.disc(points.front(), pen / 2, color);
        else
            canvas.path(points, color, pen);
    }
}

void draw_signature(Canvas& canvas, const app::FieldView& field, const FieldSetting& setting, Rect box) {
    const auto& theme = canvas.theme();
    auto& ui = canvas.state();
    const float bar_high = bar_height(canvas, setting);
    Rect bar = box.cut_bottom(bar_high);
    const Rect pad{box.x, box.y, std::min(box.w, box.h / shape), std::min(box.h, box.w * shape)};
    const auto id = "sign:" + field.id;
    const bool can_sign = !setting.form.read_only;
    if (can_sign)
        canvas.touch(id, pad);

    canvas.fill(pad, theme.raised, theme.radius);
    canvas.outline(pad, field.problem.empty() ? mix(theme.line, theme.ink_soft, 0.35) : theme.stop.fill, 2, theme.radius);
    const float foot = pad.bottom() - pad.h * 0.24F;
    canvas.line({pad.x + canvas.step(3), foot}, {pad.right() - canvas.step(3), foot}, theme.line, 2);

    const auto place = [&](Vec pixel) {
        return app::Point{std::clamp((pixel.x / canvas.scale() - pad.x) / pad.w, 0.0F, 1.0F),
                          std::clamp((pixel.y / canvas.scale() - pad.y) / pad.h, 0.0F, 1.0F)};
    };
    const auto& in = canvas.input();
    const bool drawing = can_sign && ui.active == id && ui.activated != id;
    if (drawing && in.pressed) {
        ui.stroke_of = id;
        ui.stroke.assign(1, place(in.pointer));
        ui.strokes_before = field.strokes.size();
    }
    if (drawing && ui.stroke_of == id && !in.pressed && (in.down || in.released)) {
        for (const auto& point : in.trail)
            ui.stroke.push_back(place(point));
        ui.stroke.push_back(place(in.pointer));
        if (in.released)
            canvas.emit(app::intent::AddStroke{field.id, ui.stroke});
    }
    if (ui.stroke_of == id && ui.active != id && field.strokes.size() > ui.strokes_before) {
        ui.stroke.clear(); // it has come back
        ui.stroke_of.clear();
    }
    draw_strokes(canvas, pad, field.strokes, theme.ink);
    if (ui.stroke_of == id)
        draw_strokes(canvas, pad, {ui.stroke}, theme.ink);
    else if (field.strokes.empty()) {
        const Canvas::On on(canvas, theme.raised);
        Look hint{Size::Body, Weight::Regular, theme.ink_soft, Align::Center};
        hint.smallest = Size::Small;
        Rect words = pad.inset(canvas.step(2));
        words.h = pad.h * 0.6F;
        canvas.text(words, canvas.tr(can_sign ? "ui.form.sign_here" : "ui.form.answer_none"), hint);
    }
    if (!can_sign)
        return;
    bar.cut_top(canvas.step(2));
    auto look = plain_look(canvas);
    look.icon = Icon::Undo;
    look.enabled = !field.strokes.empty();
    const auto again = canvas.tr("ui.form.sign_again");
    if (button(canvas, "sign-clear:" + field.id, bar.cut_left(button_width(canvas, again, look)), again, look))
        canvas.emit(app::intent::ClearSignature{field.id});
    bar.cut_left(theme.gap);
    // A name typed is no signature: who can't draw one is helped by staff.
    auto help = plain_look(canvas);
    help.icon = Icon::Bell;
    const auto words = canvas.tr("ui.form.sign_help");
    if (button(canvas, "sign-help:" + field.id, bar.cut_left(std::min(bar.w, button_width(canvas, words, help))), words, help))
        canvas.emit(app::intent::CallStaff{});
}

} // namespace kiosk::ui
