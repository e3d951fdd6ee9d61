// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

#include <cmath>

namespace kiosk::ui {

void draw_out_of_order(Scene scene, const app::OutOfOrderView& out) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    head.back = false;
    const Rect left = header(canvas, scene.view, scene.area, head);
    Look event{Size::Body, Weight::Regular, theme.ink_soft};
    event.smallest = Size::Small;
    canvas.text(left, canvas.say(scene.view.header.event_title), event);

    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(3));
    if (!out.technical.empty()) {
        Look small{Size::Small, Weight::Regular, theme.ink_soft, Align::Center};
        small.lines = 2;
        canvas.text(area.cut_bottom(canvas.step(7)), out.technical, small);
    }
    // Trying again is safe for anybody to ask for; it is not what most people should do, so it stands aside.
    {
        auto look = plain_look(canvas);
        look.icon = Icon::Repeat;
        const auto label = canvas.tr("ui.out.retry");
        const float wide = button_width(canvas, label, look);
        area.cut_bottom(canvas.step(1));
        if (button(canvas, "retry", area.cut_bottom(theme.target).centered(wide, theme.target), label, look))
            canvas.emit(app::intent::Confirm{});
        area.cut_bottom(canvas.step(2));
    }
    area = area.centered(std::min(area.w, canvas.step(112)), area.h);

    struct Line {
        std::string words;
        Look look;
        float before;
    };
    std::vector<Line> lines;
    const auto add = [&](const core::Message& message, Size size, Weight weight, Color color, int count, float before) {
        auto words = canvas.say(message);
        if (words.empty())
            return;
        Look look{size, weight, color, Align::Center};
        look.lines = count;
        look.smallest = Size::Body;
        look.vertical = Look::Vertical::Top;
        look.decides = true;
        const auto fitted = canvas.fit(words, look, area.w);
        lines.push_back({std::move(words), fitted.look, canvas.step(before)});
    };
    add(out.what, Size::Title, Weight::Bold, theme.ink, 2, 5);
    add(out.told, Size::Large, Weight::Regular, theme.ink, 2, 4);
    const auto next = canvas.say(out.next);
    const float next_width = area.w - canvas.step(8);
    const float next_text = next.empty() ? 0 : canvas.measure(next, Size::Large, Weight::Bold, next_width - canvas.step(7), 2).y;
    const float next_height = next.empty() ? 0 : std::max(theme.main_action, next_text + canvas.step(6));
    const float side = canvas.step(20);
    float total = side + (next.empty() ? 0 : canvas.step(6) + next_height);
    for (const auto& line : lines)
        total += line.before + canvas.measure(line.words, line.look.size, line.look.weight, area.w, line.look.lines).y;

    Rect column = area.centered(area.w, std::min(area.h, total));
    const Rect emblem = column.cut_top(side).centered(side, side);
    canvas.disc(emblem.center(), side / 2, theme.wait.fill);
    draw_icon(canvas, Icon::Hourglass, emblem.inset(canvas.step(4.5F)), theme.wait.on, 1.8F);
    for (const auto& line : lines) {
        column.cut_top(line.before);
        const float high = canvas.measure(line.words, line.look.size, line.look.weight, area.w, line.look.lines).y;
        canvas.text(column.cut_top(high), line.words, line.look);
    }
    if (next.empty())
        return;
    column.cut_top(canvas.step(6));
    const float mark = canvas.step(5);
    const float words_width = std::min(next_width - canvas.step(7), std::ceil(canvas.measure(next, Size::Large, Weight::Bold, next_width - canvas.step(7), 2).x) + 1);
    const Rect box = column.cut_top(next_height).centered(words_width + mark + canvas.step(2 + 2 * 5), next_height);
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = box.inset(canvas.step(5), 0);
    draw_icon(canvas, Icon::Pin, inner.cut_left(mark).centered(mark, mark), theme.accent.fill);
    inner.cut_left(canvas.step(2));
    Look where{Size::Large, Weight::Bold, theme.ink};
    where.lines = 2;
    where.smallest = Size::Body;
    where.decides = true;
    canvas.text(inner, next, where);
}

} // namespace kiosk::ui
