// SPDX-License-Identifier: Apache-2.0
// The last look before an interview is final: what is still to be answered, or that it can't be changed afterwards.
#include "ui/screens/screens.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

void missing_rows(Canvas& canvas, const app::InterviewEndView& end, Rect area) {
    const auto& theme = canvas.theme();
    const float high = canvas.step(10);
    const auto fits = [&] { return static_cast<std::size_t>(std::max(1.0F, (area.h - canvas.step(1)) / high)); };
    auto fitting = fits();
    Rect pager;
    if (end.missing.size() > fitting) {
        pager = area.cut_bottom(theme.target);
        area.cut_bottom(canvas.step(2));
        fitting = fits();
    }
    const auto first = page_rows(canvas, "missing", end.missing.size(), fitting, pager);
    const auto last = std::min(end.missing.size(), first + fitting);
    Rect table = area;
    table.h = static_cast<float>(last - first) * high + canvas.step(1);
    card(canvas, table);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = table.inset(canvas.step(2.5F), canvas.step(0.5F));
    auto look = plain_look(canvas);
    look.size = Size::Small;
    const auto label = canvas.tr("ui.interview.go_on");
    const float action = button_width(canvas, label, look);
    for (std::size_t i = first; i < last; ++i) {
        const auto& row = end.missing[i];
        Rect line = inner.cut_top(high);
        if (i != first)
            canvas.fill({line.x, line.y, line.w, 1}, theme.line);
        if (button(canvas, "missing:" + row.id, line.cut_right(action).centered(action, theme.target), label, look))
            canvas.emit(app::intent::JumpToField{row.id});
        line.cut_right(canvas.step(2));
        line = line.centered(line.w, theme.body + canvas.step(1) + theme.small);
        Look name{Size::Body, Weight::Bold, theme.ink};
        name.smallest = Size::Small;
        canvas.text(line.cut_top(theme.body), canvas.say(row.label), name);
        line.cut_top(canvas.step(1));
        canvas.text(line, canvas.say(row.step) + " · " + canvas.tr(row.wrong ? "ui.interview.end_wrong" : "ui.interview.end_empty"),
                    {Size::Small, Weight::Regular, theme.ink_soft});
    }
}

} // namespace

void draw_interview_end(Scene scene, const app::InterviewEndView& end) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    header(canvas, scene.view, scene.area, head);
    Rect area = scene.area;
    area = area.centered(std::min(area.w - 2 * margin(canvas), canvas.step(120)), area.h);
    area.cut_top(canvas.step(1));
    Look title{Size::Title, Weight::Bold, theme.ink};
    title.smallest = Size::Large;
    canvas.text(area.cut_top(theme.title), canvas.tr("ui.interview.end_title"), title);
    area.cut_top(canvas.step(2));
    auto what = canvas.say(end.name);
    for (const auto& part : {end.organisation, end.respondent})
        if (!part.empty())
            what += " · " + part;
    what += " · " + canvas.tr("ui.interview.progress", {{"answered", std::to_string(end.answered)}, {"asked", std::to_string(end.asked)}});
    Look soft{Size::Body, Weight::Regular, theme.ink_soft};
    soft.lines = 2;
    soft.vertical = Look::Vertical::Top;
    canvas.text(area.cut_top(canvas.measure(what, Size::Body, Weight::Regular, area.w, 2).y), what, soft);
    area.cut_top(canvas.step(4));

    area.cut_bottom(canvas.step(4));
    Rect bar = area.cut_bottom(theme.main_action);
    area.cut_bottom(canvas.step(3));
    auto finish = main_look(canvas);
    finish.icon = Icon::Lock;
    if (!end.missing.empty())
        finish.icon = Icon::Pencil; // the way on is to what is missing
    const auto label = canvas.tr(end.missing.empty() ? "ui.interview.finish" : "ui.interview.go_on");
    const Rect place = canvas.portrait() ? bar : bar.cut_right(std::max(canvas.step(40), button_width(canvas, label, finish)));

    if (!end.missing.empty()) {
        canvas.text(area.cut_top(theme.large), canvas.tr("ui.interview.end_missing", {{"count", std::to_string(end.missing.size())}}),
                    {Size::Large, Weight::Bold, theme.wait.fill});
        area.cut_top(canvas.step(3));
        missing_rows(canvas, end, area);
    } else {
        const float side = canvas.step(6);
        const auto ready = canvas.tr("ui.interview.end_ready");
        std::string leads;
        for (const auto& lead : end.leads)
            leads += (leads.empty() ? "" : canvas.tr("ui.form.comma")) + canvas.say(lead);
        if (!leads.empty())
            leads = canvas.tr("ui.interview.end_leads", {{"types", leads}});
        const float wide = area.w - side - canvas.step(6 + 3);
        const float ready_high = canvas.measure(ready, Size::Large, Weight::Bold, wide, 3).y;
        const float leads_high = leads.empty() ? 0 : canvas.step(2) + canvas.measure(leads, Size::Body, Weight::Regular, wide, 3).y;
        Rect box = area.cut_top(ready_high + leads_high + canvas.step(8));
        card(canvas, box);
        const Canvas::On on(canvas, theme.raised);
        Rect inner = box.inset(canvas.step(3), canvas.step(4));
        Rect mark = inner.cut_left(side);
        mark = mark.cut_top(side);
        canvas.disc(mark.center(), side / 2, theme.good.fill);
        draw_icon(canvas, Icon::Check, mark.inset(canvas.step(1.25F)), theme.good.on, 2.6F);
        inner.cut_left(canvas.step(3));
        inner.w = wide;
        Look words{Size::Large, Weight::Bold, theme.ink};
        words.lines = 3;
        words.decides = true;
        words.vertical = Look::Vertical::Top;
        canvas.text(inner.cut_top(ready_high), ready, words);
        if (!leads.empty()) {
            inner.cut_top(canvas.step(2));
            soft.lines = 3;
            canvas.text(inner, leads, soft);
        }
    }
    if (!button(canvas, "finish", place, label, finish))
        return;
    if (end.missing.empty())
        canvas.emit(app::intent::Confirm{});
    else
        canvas.emit(app::intent::JumpToField{end.missing.front().id});
}

} // namespace kiosk::ui
