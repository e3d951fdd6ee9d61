// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

namespace kiosk::ui {

void draw_confirm(Scene scene, const app::ConfirmView& confirm) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    header(canvas, scene.view, scene.area, head);

    const bool tall = canvas.portrait();
    Rect area = scene.area.inset(margin(canvas), 0);
    if (scene.view.resets_in_s) {
        area.cut_bottom(canvas.step(4));
        countdown(canvas, area.cut_bottom(theme.target), *scene.view.resets_in_s, theme.ink, theme.ink_soft);
        area.cut_bottom(canvas.step(1));
    }
    const float actions = tall ? 2 * theme.main_action + theme.gap : theme.main_action;
    const bool details = !confirm.phone_tail.empty() || !confirm.masked_organisation.empty();
    const float pad = canvas.step(tall ? 6 : 7);
    const float words = theme.title + canvas.step(5) + theme.display + (details ? canvas.step(4) + theme.large : 0);
    Rect box = area.centered(std::min(area.w, canvas.step(108)), words + canvas.step(7) + actions + 2 * pad);
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = box.inset(pad);

    Look question{Size::Title, Weight::Regular, theme.ink, Align::Center};
    question.smallest = Size::Body;
    canvas.text(inner.cut_top(theme.title), canvas.tr("ui.confirm.title"), question);
    inner.cut_top(canvas.step(5));
    Look name{Size::Display, Weight::Bold, theme.ink, Align::Center};
    name.smallest = Size::Large;
    name.decides = true;
    canvas.text(inner.cut_top(theme.display), confirm.masked_name, name);
    if (details) {
        inner.cut_top(canvas.step(4));
        auto said = confirm.masked_organisation;
        if (!confirm.phone_tail.empty()) {
            if (!said.empty())
                said += " · ";
            said += canvas.tr("ui.phone_tail", {{"tail", confirm.phone_tail}});
        }
        Look soft{Size::Large, Weight::Regular, theme.ink_soft, Align::Center};
        soft.smallest = Size::Small;
        canvas.text(inner.cut_top(theme.large), said, soft);
    }

    Rect foot = inner.cut_bottom(actions);
    const Rect yes = tall ? foot.cut_top(theme.main_action) : foot.cut_right(foot.w * 0.6F);
    if (tall)
        foot.cut_top(theme.gap);
    else
        foot.cut_right(theme.gap);
    auto yes_look = main_look(canvas);
    yes_look.icon = Icon::Check;
    if (button(canvas, "confirm", yes, canvas.tr("ui.confirm.yes"), yes_look))
        canvas.emit(app::intent::Confirm{});
    auto no_look = plain_look(canvas);
    no_look.size = Size::Large;
    if (button(canvas, "not_me", foot, canvas.tr("ui.confirm.no"), no_look))
        canvas.emit(app::intent::NotMe{});
}

} // namespace kiosk::ui
