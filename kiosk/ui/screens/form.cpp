// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/screens.hpp"

#include <cmath>
#include <numeric>

namespace kiosk::ui {

namespace {

using app::FieldKind;
using app::FieldView;

constexpr float field_height_steps = 9; // of a text field
constexpr std::size_t columns_above = 3; // this many options or more stand in columns where there is room

std::string typed(const FieldView& field) {
    const auto* text = std::get_if<std::string>(&field.value);
    return text ? *text : std::string();
}

bool holds(const FieldView& field, const std::string& id) {
    if (const auto* one = std::get_if<std::string>(&field.value))
        return *one == id;
    if (const auto* several = std::get_if<std::vector<std::string>>(&field.value))
        return std::find(several->begin(), several->end(), id) != several->end();
    return false;
}

std::optional<bool> yes_or_no(const FieldView& field) {
    const auto* value = std::get_if<bool>(&field.value);
    return value && field.answered ? std::optional(*value) : std::nullopt;
}

std::string placeholder(Canvas& canvas, const FieldView& field) {
    switch (field.kind) {
    case FieldKind::Date: return canvas.tr("ui.form.date");
    case FieldKind::Time: return canvas.tr("ui.form.time");
    case FieldKind::DateTime: return canvas.tr("ui.form.date_time");
    case FieldKind::Phone: return canvas.tr("ui.form.phone");
    case FieldKind::Email: return canvas.tr("ui.form.email");
    default: return canvas.tr("ui.form.touch");
    }
}

// One field with its label, its box and what is wrong with it.
class Field {
public:
    Field(Canvas& canvas, const FieldView& field, bool focused, std::string_view preedit, float width)
        : m_canvas(canvas), m_field(field), m_focused(focused), m_preedit(preedit), m_width(width) {
        m_label = canvas.say(field.label);
        if (!field.required && field.kind != FieldKind::Consent)
            m_label += canvas.tr("ui.form.optional");
        m_help = canvas.say(field.help);
        m_problem = canvas.say(field.problem);
        const auto options = field.options.size();
        const float narrow = canvas.step(38);
        m_columns = options >= columns_above ? std::max<std::size_t>(1, static_cast<std::size_t>((width + canvas.theme().gap) / narrow)) : std::max<std::size_t>(1, std::min<std::size_t>(options, width > narrow * 1.7F ? 2 : 1));
        m_columns = std::min<std::size_t>(m_columns, 3);
        if (options > 0) { // as few columns as the rows allow: four stand two by two, not three and one
            const auto rows = (options + m_columns - 1) / m_columns;
            m_columns = (options + rows - 1) / rows;
        }
    }

    float height() {
        return label_height() + body_height() + (m_problem.empty() ? 0 : m_canvas.step(1.5F) + m_canvas.theme().small * 1.4F);
    }

    void draw(Rect box) {
        const auto& theme = m_canvas.theme();
        if (m_field.kind != FieldKind::Consent) {
            Look label{Size::Body, Weight::Bold, theme.ink};
            label.lines = 2;
            label.decides = true;
            label.vertical = Look::Vertical::Top;
            const float high = words_height();
            m_canvas.text(box.cut_top(high), m_label, label);
            if (!m_help.empty()) {
                box.cut_top(m_canvas.step(1));
                Look help{Size::Small, Weight::Regular, theme.ink_soft};
                help.lines = 2;
                help.vertical = Look::Vertical::Top;
                m_canvas.text(box.cut_top(help_height()), m_help, help);
            }
            box.cut_top(m_canvas.step(1.5F));
        }
        draw_body(box.cut_top(body_height()));
        if (!m_problem.empty()) {
            box.cut_top(m_canvas.step(1.5F));
            problem_line(m_canvas, box, m_problem);
        }
    }

private:
    float words_height() { return m_canvas.measure(m_label, Size::Body, Weight::Bold, m_width, 2).y; }
    float help_height() { return m_help.empty() ? 0 : m_canvas.measure(m_help, Size::Small, Weight::Regular, m_width, 2).y; }
    float label_height() {
        if (m_field.kind == FieldKind::Consent)
            return 0;
        return words_height() + (m_help.empty() ? 0 : help_height() + m_canvas.step(1)) + m_canvas.step(1.5F);
    }
    float consent_text_width() const { return m_width - m_canvas.step(4 + 2 + 5); }
    float body_height() {
        const float target = m_canvas.theme().target, gap = m_canvas.theme().gap;
        switch (m_field.kind) {
        case FieldKind::YesNo: return target + m_canvas.step(1);
        case FieldKind::Single:
        case FieldKind::Multiple: {
            const auto rows = static_cast<float>((m_field.options.size() + m_columns - 1) / m_columns);
            return rows * (target + m_canvas.step(1)) + (rows - 1) * gap;
        }
        case FieldKind::Consent: {
            float words = m_canvas.measure(m_label, Size::Body, Weight::Regular, consent_text_width(), 4).y;
            if (!m_help.empty())
                words += m_canvas.step(1) + m_canvas.measure(m_help, Size::Small, Weight::Regular, consent_text_width(), 3).y;
            return std::max(target + m_canvas.step(2), words + m_canvas.step(5));
        }
        case FieldKind::Multiline: return m_canvas.step(field_height_steps + 5);
        default: return m_canvas.step(field_height_steps);
        }
    }

    void draw_body(Rect box) {
        switch (m_field.kind) {
        case FieldKind::YesNo: draw_yes_no(box); break;
        case FieldKind::Single:
        case FieldKind::Multiple: draw_options(box); break;
        case FieldKind::Consent: draw_consent(box); break;
        default: draw_text(box); break;
        }
    }

    void draw_text(Rect box) {
        FieldLook look;
        const auto value = typed(m_field);
        look.value = value;
        const auto hint = placeholder(m_canvas, m_field);
        look.placeholder = hint;
        look.focused = m_focused;
        look.preedit = m_focused ? m_preedit : std::string_view();
        look.wrong = !m_problem.empty();
        if (m_field.kind == FieldKind::Multiline) {
            look.lines = 3;
            look.size = Size::Body;
        }
        if (field_box(m_canvas, "field:" + m_field.id, box, look))
            m_canvas.emit(app::intent::FocusField{m_field.id});
    }

    void draw_yes_no(Rect box) {
        const auto value = yes_or_no(m_field);
        const float half = std::min((box.w - m_canvas.theme().gap) / 2, m_canvas.step(40));
        if (choice(m_canvas, "yes:" + m_field.id, box.cut_left(half), m_canvas.tr("ui.yes"), value == true, ChoiceKind::One))
            m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{true}});
        box.cut_left(m_canvas.theme().gap);
        if (choice(m_canvas, "no:" + m_field.id, box.cut_left(half), m_canvas.tr("ui.no"), value == false, ChoiceKind::One))
            m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{false}});
    }

    void draw_options(Rect box) {
        const float gap = m_canvas.theme().gap, high = m_canvas.theme().target + m_canvas.step(1);
        const auto columns = static_cast<float>(m_columns);
        const float wide = (box.w - gap * (columns - 1)) / columns;
        const bool several = m_field.kind == FieldKind::Multiple;
        for (std::size_t i = 0; i < m_field.options.size(); ++i) {
            const auto& option = m_field.options[i];
            const Rect place{box.x + static_cast<float>(i % m_columns) * (wide + gap),
                             box.y + static_cast<float>(i / m_columns) * (high + gap), wide, high};
            const bool chosen = holds(m_field, option.id);
            if (!choice(m_canvas, m_field.id + ":" + option.id, place, m_canvas.say(option.text), chosen, several ? ChoiceKind::Many : ChoiceKind::One))
                continue;
            if (!several) {
                m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{option.id}});
                continue;
            }
            std::vector<std::string> now;
            for (const auto& other : m_field.options) // in the order in which they stand
                if (holds(m_field, other.id) != (other.id == option.id))
                    now.push_back(other.id);
            m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{std::move(now)}});
        }
    }

    void draw_consent(Rect box) {
        const auto& theme = m_canvas.theme();
        const bool given = yes_or_no(m_field).value_or(false);
        const auto touch = m_canvas.touch("consent:" + m_field.id, box);
        const auto ground = mix(given ? mix(theme.raised, theme.accent.fill, 0.12) : theme.raised, theme.ink, 0.1 * touch.press);
        m_canvas.fill(box, ground, theme.radius);
        m_canvas.outline(box, !m_problem.empty() ? theme.stop.fill : given ? theme.accent.fill : theme.line, given ? 3 : 2, theme.radius);
        const Canvas::On on(m_canvas, ground);
        Rect inner = box.inset(m_canvas.step(2.5F), m_canvas.step(1));
        const float mark = m_canvas.step(4);
        const Rect mark_box = inner.cut_left(mark).centered(mark, mark);
        if (given) {
            m_canvas.fill(mark_box, theme.accent.fill, theme.radius / 2);
            draw_icon(m_canvas, Icon::Check, mark_box.inset(m_canvas.step(0.5F)), theme.accent.on, 3);
        } else {
            m_canvas.outline(mark_box, m_problem.empty() ? theme.ink_soft : theme.stop.fill, 2, theme.radius / 2);
        }
        inner.cut_left(m_canvas.step(2));
        inner.w = consent_text_width();
        Look words{Size::Body, Weight::Regular, theme.ink};
        words.lines = 4;
        words.decides = true;
        words.vertical = Look::Vertical::Top;
        const float high = m_canvas.measure(m_label, Size::Body, Weight::Regular, inner.w, 4).y;
        const float help = m_help.empty() ? 0 : m_canvas.measure(m_help, Size::Small, Weight::Regular, inner.w, 3).y + m_canvas.step(1);
        inner = inner.centered(inner.w, high + help);
        m_canvas.text(inner.cut_top(high), m_label, words);
        if (!m_help.empty()) {
            inner.cut_top(m_canvas.step(1));
            Look soft{Size::Small, Weight::Regular, theme.ink_soft};
            soft.lines = 3;
            soft.vertical = Look::Vertical::Top;
            m_canvas.text(inner, m_help, soft);
        }
        if (touch.tapped)
            m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{!given}});
    }

    Canvas& m_canvas;
    const FieldView& m_field;
    bool m_focused;
    std::string_view m_preedit;
    float m_width;
    std::size_t m_columns = 1;
    std::string m_label, m_help, m_problem;
};

void progress(Canvas& canvas, Rect box, std::size_t page, std::size_t pages) {
    if (pages < 2)
        return;
    const auto& theme = canvas.theme();
    const auto words = canvas.tr("ui.form.page", {{"page", std::to_string(page)}, {"pages", std::to_string(pages)}});
    const float width = std::ceil(canvas.measure(words, Size::Small).x) + 1;
    canvas.text(box.cut_right(width), words, {Size::Small, Weight::Regular, theme.ink_soft, Align::Right});
    box.cut_right(canvas.step(2));
    const float gap = canvas.step(1), count = static_cast<float>(pages), high = canvas.step(1);
    const float wide = (box.w - gap * (count - 1)) / count;
    for (std::size_t i = 0; i < pages; ++i) {
        const Rect bar{box.x + static_cast<float>(i) * (wide + gap), box.center().y - high / 2, wide, high};
        canvas.fill(bar, i < page ? theme.accent.fill : theme.line, high / 2);
    }
}

// Draws whole fields only, starting so that the one with the focus is among them; what does not fit is a touch away.
void fields(Scene& scene, const app::FormView& form, Rect area) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    const std::string_view preedit = scene.view.keyboard ? std::string_view(scene.view.keyboard->preedit) : std::string_view();
    std::vector<Field> all;
    std::vector<float> heights;
    std::size_t focus = 0;
    for (std::size_t i = 0; i < form.fields.size(); ++i) {
        const bool focused = scene.keyboard && form.fields[i].id == form.focus;
        if (focused)
            focus = i;
        all.emplace_back(canvas, form.fields[i], focused, preedit, area.w);
        heights.push_back(all.back().height());
    }
    const float gap = canvas.step(4), pager = theme.target + canvas.step(2);
    const auto ends = [&](std::size_t first, float room) {
        float used = 0;
        std::size_t at = first;
        while (at < all.size() && (at == first || used + heights[at] <= room)) {
            used += heights[at] + gap;
            ++at;
        }
        return at;
    };
    auto& first = canvas.state().first_row["form"];
    if (first >= all.size())
        first = 0;
    const bool everything = ends(0, area.h) == all.size();
    if (everything)
        first = 0;
    const float room = everything || scene.keyboard ? area.h : area.h - pager;
    if (scene.keyboard && !form.focus.empty())
        while (focus < first || focus >= ends(first, room))
            first = focus < first ? focus : first + 1;
    const auto last = ends(first, room);
    Rect list = area;
    for (std::size_t i = first; i < last; ++i) {
        all[i].draw(list.cut_top(heights[i]));
        list.cut_top(gap);
    }
    if (everything || scene.keyboard)
        return;
    Rect bar = area.cut_bottom(theme.target);
    auto up = plain_look(canvas), down = plain_look(canvas);
    up.icon = Icon::Up;
    down.icon = Icon::Down;
    up.enabled = first > 0;
    down.enabled = last < all.size();
    const auto up_words = canvas.tr("ui.form.above"), down_words = canvas.tr("ui.form.below");
    if (up.enabled && button(canvas, "form:up", bar.cut_left(button_width(canvas, up_words, up)), up_words, up))
        --first;
    if (down.enabled && button(canvas, "form:down", bar.cut_right(button_width(canvas, down_words, down)), down_words, down))
        first = last;
}

} // namespace

void draw_form(Scene scene, const app::FormView& form) {
    auto& canvas = scene.canvas;
    const auto& theme = canvas.theme();
    HeaderLook head;
    head.pair = {theme.paper, theme.ink};
    const bool tight = scene.keyboard && !canvas.portrait();
    if (tight)
        head.title = canvas.say(form.title); // the keyboard takes the room of the large title
    Rect middle = header(canvas, scene.view, scene.area, head);
    const bool wide = !canvas.portrait();
    if (wide && !tight)
        progress(canvas, middle.inset(canvas.step(4), 0), form.page, form.pages); // beside the way back, where there is room

    Rect area = scene.area;
    area = area.centered(std::min(area.w - 2 * margin(canvas), canvas.step(120)), area.h);
    if (!tight) {
        if (!wide && form.pages > 1) {
            progress(canvas, area.cut_top(canvas.step(4)), form.page, form.pages);
            area.cut_top(canvas.step(2));
        } else {
            area.cut_top(canvas.step(1));
        }
        Look title{Size::Title, Weight::Bold, theme.ink};
        title.lines = 2;
        title.smallest = Size::Large;
        title.vertical = Look::Vertical::Top;
        title.decides = true;
        const auto words = canvas.say(form.title);
        canvas.text(area.cut_top(canvas.measure(words, Size::Title, Weight::Bold, area.w, 2).y), words, title);
        if (const auto hint = canvas.say(form.hint); !hint.empty()) {
            area.cut_top(canvas.step(2));
            Look soft{Size::Body, Weight::Regular, theme.ink_soft};
            soft.lines = 2;
            soft.vertical = Look::Vertical::Top;
            canvas.text(area.cut_top(canvas.measure(hint, Size::Body, Weight::Regular, area.w, 2).y), hint, soft);
        }
        area.cut_top(canvas.step(4));
    } else {
        area.cut_top(canvas.step(2));
    }

    // With the keyboard open in landscape its own key is the main action.
    if (!tight) {
        area.cut_bottom(canvas.step(4));
        Rect bar = area.cut_bottom(theme.main_action);
        if (scene.view.resets_in_s && !canvas.portrait()) {
            Rect clock = bar.cut_left(canvas.step(44));
            const float width = std::ceil(canvas.measure(canvas.tr("ui.returns"), Size::Body).x) + theme.target + canvas.step(3);
            countdown(canvas, clock.cut_left(std::min(width, clock.w)), *scene.view.resets_in_s, theme.ink_soft, theme.ink_soft);
        }
        auto next = main_look(canvas);
        const auto label = form.next_label.empty() ? canvas.tr("ui.next") : canvas.say(form.next_label);
        const Rect place = canvas.portrait() ? bar : bar.cut_right(std::max(canvas.step(40), button_width(canvas, label, next)));
        if (button(canvas, "next", place, label, next))
            canvas.emit(app::intent::Confirm{});
        area.cut_bottom(canvas.step(3));
    }
    fields(scene, form, area);
}

} // namespace kiosk::ui
