// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"
#include "ui/screens/staff_parts.hpp"

#include <cmath>

namespace kiosk::ui {

namespace {

Pair sync_colors(const Theme& theme, app::SyncView::State state) {
    switch (state) {
    case app::SyncView::State::Replicated: return theme.good;
    case app::SyncView::State::Behind:
    case app::SyncView::State::Offline: return theme.wait;
    case app::SyncView::State::Trouble: return theme.stop;
    case app::SyncView::State::LocalOnly: break;
    }
    return {theme.ink_soft, theme.paper};
}

Icon sync_icon(app::SyncView::State state) {
    switch (state) {
    case app::SyncView::State::Replicated:
    case app::SyncView::State::Behind: return Icon::Cloud;
    case app::SyncView::State::Offline:
    case app::SyncView::State::Trouble: return Icon::CloudOff;
    case app::SyncView::State::LocalOnly: break;
    }
    return Icon::Saved;
}

void agenda_part(Canvas& canvas, Rect box, std::string_view label_key, const app::AgendaLine& line, bool current) {
    const auto& theme = canvas.theme();
    const auto time_width = std::ceil(canvas.measure(line.time, Size::Large, Weight::Bold).x) + canvas.step(2.5F);
    const auto color = current ? theme.accent.fill : theme.ink;
    const float block = theme.small + theme.body + canvas.step(1.5F);
    box = box.centered(box.w, block);
    canvas.text(box.cut_left(time_width), line.time, {Size::Large, Weight::Bold, color});
    Look small{Size::Small, Weight::Regular, theme.ink_soft};
    canvas.text(box.cut_top(theme.small), canvas.tr(label_key), small);
    box.cut_top(canvas.step(1.5F));
    Look words{Size::Body, Weight::Bold, theme.ink};
    words.smallest = Size::Small;
    canvas.text(box, agenda_words(canvas, line, false), words);
}

void agenda(Canvas& canvas, const app::Header& head, Rect box) {
    if (!head.now && !head.next)
        return;
    card(canvas, box);
    const Canvas::On on(canvas, canvas.theme().raised);
    Rect inner = box.inset(canvas.step(3), canvas.step(1));
    if (head.now && head.next) {
        agenda_part(canvas, inner.cut_left(inner.w / 2 - canvas.step(2)), "ui.agenda.now", *head.now, true);
        const Rect gap = inner.cut_left(canvas.step(4));
        canvas.fill({gap.center().x - 1, gap.y + canvas.step(1.5F), 2, gap.h - canvas.step(3)}, canvas.theme().line);
        agenda_part(canvas, inner, "ui.agenda.next", *head.next, false);
    } else {
        agenda_part(canvas, inner, head.now ? "ui.agenda.now" : "ui.agenda.next", head.now ? *head.now : *head.next, head.now.has_value());
    }
}

// Which door this is, and whether what it saved has been copied.
void status(Scene& scene, Rect box) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const auto& head = scene.view.header;
    const float side = theme.body * 1.25F;
    const auto saying = canvas.say(scene.view.sync.text);
    const float sync_width = std::ceil(canvas.measure(saying, Size::Small).x) + side + canvas.step(1) + 1;
    Rect right = box.cut_right(std::min(sync_width, box.w * 0.72F));
    draw_icon(canvas, sync_icon(scene.view.sync.state), right.cut_left(side).centered(side, side),
              sync_colors(theme, scene.view.sync.state).fill);
    right.cut_left(canvas.step(1));
    canvas.text(right, saying, {Size::Small, Weight::Regular, theme.ink_soft});
    box.w -= canvas.step(2);
    if (const auto& door = canvas.say(head.checkpoint); !door.empty()) {
        draw_icon(canvas, Icon::Door, box.cut_left(side).centered(side, side), theme.ink_soft);
        box.cut_left(canvas.step(1));
        Look look{Size::Small, Weight::Bold, theme.ink};
        canvas.text(box, door, look);
    }
}

// Of a session behind closed doors: when, where, and whether there are enough people. Nothing else.
void door_card(Canvas& canvas, const app::DoorSession& door, Rect box) {
    const auto& theme = canvas.theme();
    card(canvas, box);
    const Canvas::On on(canvas, theme.raised);
    Rect inner = box.inset(canvas.step(3), canvas.step(1));
    if (door.cancelled) {
        canvas.text(inner, canvas.tr("ui.session.cancelled"), {Size::Body, Weight::Bold, theme.stop.fill, Align::Center});
        return;
    }
    const auto light = canvas.say(door.light);
    const float wide = std::ceil(canvas.measure(light, Size::Large, Weight::Bold).x) + canvas.step(5);
    quorum_light(canvas, inner.cut_right(std::min(wide, inner.w / 2)), door.quorum, light, Size::Large);
    inner.cut_right(canvas.step(2));
    auto words = door.time + (door.until.empty() ? "" : "–" + door.until);
    if (const auto& room = canvas.say(door.room); !room.empty())
        words += (words.empty() ? "" : " · ") + room;
    Look look{Size::Large, Weight::Bold, theme.ink};
    look.smallest = Size::Small;
    canvas.text(inner, words, look);
}

struct Buttons {
    bool search, walk_in;
};

// The business area: a place of its own, away from what brings people in.
void area_button(Canvas& canvas, Rect box) {
    auto look = plain_look(canvas);
    look.icon = Icon::Table;
    look.size = Size::Large;
    look.border = canvas.theme().accent.fill;
    if (button(canvas, "meetings", box, canvas.tr("ui.idle.meetings"), look))
        canvas.emit(app::intent::OpenMeetings{});
}

float buttons_height(const Canvas& canvas, const Buttons& has) {
    const auto& theme = canvas.theme();
    return (has.search ? theme.main_action : 0) + (has.search && has.walk_in ? theme.gap : 0) +
           (has.walk_in ? theme.target + canvas.step(1) : 0);
}

void buttons(Canvas& canvas, Rect box, const Buttons& has) {
    if (has.search) {
        auto look = main_look(canvas);
        look.icon = Icon::Search;
        if (button(canvas, "search", box.cut_top(canvas.theme().main_action), canvas.tr("ui.idle.search"), look))
            canvas.emit(app::intent::OpenSearch{});
        box.cut_top(canvas.theme().gap);
    }
    if (has.walk_in) {
        auto look = plain_look(canvas);
        look.icon = Icon::PersonPlus;
        if (button(canvas, "walk_in", box.cut_top(canvas.theme().target + canvas.step(1)), canvas.tr("ui.idle.walk_in"), look))
            canvas.emit(app::intent::OpenWalkIn{});
    }
}

std::string place_and_date(Canvas& canvas, const app::Header& head) {
    auto words = canvas.say(head.date);
    if (const auto& venue = canvas.say(head.venue); !venue.empty())
        words += (words.empty() ? "" : " · ") + venue;
    return words;
}

// The event, and what to do: the largest words on the screen. Slides take the invitation's second line in turn.
void invitation(Scene& scene, const app::IdleView& idle, Rect box, Align align) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    Look title{Size::Title, Weight::Bold, theme.ink, align};
    title.lines = 2;
    title.smallest = Size::Large;
    title.vertical = Look::Vertical::Top;
    title.decides = true;
    const auto event = canvas.say(idle.door ? idle.door->title : scene.view.header.event_title);
    const auto placed = canvas.text(box.cut_top(canvas.measure(event, Size::Title, Weight::Bold, box.w, 2).y), event, title);
    box.y = placed.bottom() + canvas.step(6);
    box.h = std::max(0.0F, box.h - canvas.step(6));

    const bool slide = idle.slide > 0 && !idle.slide_lines.empty();
    Look call{slide ? Size::Title : Size::Display, Weight::Bold, theme.accent.fill, align};
    call.lines = 2;
    call.smallest = Size::Title;
    call.vertical = Look::Vertical::Top;
    const auto words = canvas.tr("ui.idle.show_code");
    const float height = canvas.measure(words, call.size, Weight::Bold, box.w, 2).y;
    const auto called = canvas.text(box.cut_top(height), words, call);
    box.h = box.bottom() - (called.bottom() + canvas.step(3));
    box.y = called.bottom() + canvas.step(3);

    Look soft{Size::Body, Weight::Regular, theme.ink_soft, align};
    soft.lines = 2;
    soft.vertical = Look::Vertical::Top;
    if (slide) {
        soft.color = theme.ink;
        for (const auto& line : idle.slide_lines) {
            if (box.h < theme.body)
                break;
            const auto done = canvas.text({box.x, box.y, box.w, std::min(box.h, theme.body * 2.4F)}, canvas.say(line), soft);
            box.cut_top(done.h + canvas.step(1.5F));
        }
    } else if (box.h >= theme.body) {
        canvas.text(box, canvas.tr("ui.idle.hold"), soft);
    }
}

void landscape(Scene& scene, const app::IdleView& idle) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(2));
    Rect foot = area.cut_bottom(idle.can_meet ? canvas.step(9) : canvas.step(5));
    if (idle.can_meet) {
        area_button(canvas, foot.cut_left(canvas.step(40)));
        foot.cut_left(canvas.step(4));
    }
    status(scene, foot);
    area.cut_bottom(canvas.step(idle.can_meet ? 2 : 1));
    if (idle.door) {
        door_card(canvas, *idle.door, area.cut_bottom(canvas.step(11)));
        area.cut_bottom(canvas.step(3));
    } else if (scene.view.header.now || scene.view.header.next) {
        agenda(canvas, scene.view.header, area.cut_bottom(canvas.step(11)));
        area.cut_bottom(canvas.step(3));
    }
    area.cut_top(canvas.step(1));
    const float wide = std::min(area.w * 0.54F, area.h * 4 / 3);
    scene.preview.draw(canvas, area.cut_left(wide), scene.view.scanner);
    area.cut_left(canvas.step(6));
    const Buttons has{idle.can_search, idle.can_walk_in};
    buttons(canvas, area.cut_bottom(buttons_height(canvas, has)), has);
    area.cut_bottom(theme.gap);
    area.cut_top(canvas.step(1));
    invitation(scene, idle, area, Align::Left);
}

void upright(Scene& scene, const app::IdleView& idle) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    Rect area = scene.area.inset(margin(canvas), 0);
    area.cut_bottom(canvas.step(3));
    status(scene, area.cut_bottom(canvas.step(5)));
    area.cut_bottom(canvas.step(1));
    if (idle.door) {
        door_card(canvas, *idle.door, area.cut_bottom(canvas.step(12)));
        area.cut_bottom(canvas.step(4));
    } else if (scene.view.header.now || scene.view.header.next) {
        agenda(canvas, scene.view.header, area.cut_bottom(canvas.step(12)));
        area.cut_bottom(canvas.step(4));
    }
    if (idle.can_meet) {
        area_button(canvas, area.cut_bottom(theme.main_action));
        area.cut_bottom(theme.gap);
    }
    const Buttons has{idle.can_search, idle.can_walk_in};
    buttons(canvas, area.cut_bottom(buttons_height(canvas, has)), has);
    area.cut_bottom(canvas.step(4));
    area.cut_top(canvas.step(2));
    // The picture is as large as the words leave it.
    const float high = std::min(area.w * 0.92F, area.h * 0.66F);
    scene.preview.draw(canvas, area.cut_bottom(high), scene.view.scanner);
    area.cut_bottom(canvas.step(4));
    invitation(scene, idle, area, Align::Center);
}

} // namespace

void draw_idle(Scene scene, const app::IdleView& idle) {
    auto& canvas = scene.canvas;
    HeaderLook look;
    look.pair = {canvas.theme().paper, canvas.theme().ink};
    look.back = false;
    const Rect left = header(canvas, scene.view, scene.area, look);
    Look words{Size::Body, Weight::Regular, canvas.theme().ink_soft};
    words.smallest = Size::Small;
    canvas.text(left, place_and_date(canvas, scene.view.header), words);
    if (canvas.portrait())
        upright(scene, idle);
    else
        landscape(scene, idle);
}

} // namespace kiosk::ui
