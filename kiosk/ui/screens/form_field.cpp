// SPDX-License-Identifier: Apache-2.0
#include "ui/screens/form_field.hpp"

#include <algorithm>
#include <cmath>

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

} // namespace

Field::Field(Canvas& canvas, const FieldView& field, const FieldSetting& setting)
    : m_canvas(canvas), m_field(field), m_setting(setting) {
    m_label = canvas.say(field.label);
    if (!field.required && field.kind != FieldKind::Consent && !setting.form.read_only)
        m_label += canvas.tr("ui.form.optional");
    m_help = setting.form.read_only ? std::string() : canvas.say(field.help);
    if (const auto limits = canvas.say(field.limits); !limits.empty() && !setting.form.read_only)
        m_help += (m_help.empty() ? "" : canvas.tr("ui.form.and")) + limits;
    m_problem = canvas.say(field.said);
    if (m_problem.empty())
        m_problem = canvas.say(field.problem);
    const auto options = field.options.size();
    const float narrow = canvas.step(38);
    m_columns = options >= columns_above ? std::max<std::size_t>(1, static_cast<std::size_t>((setting.width + canvas.theme().gap) / narrow))
                                         : std::max<std::size_t>(1, std::min<std::size_t>(options, setting.width > narrow * 1.7F ? 2 : 1));
    m_columns = std::min<std::size_t>(m_columns, 3);
    if (options > 0) { // as few columns as the rows allow: four stand two by two, not three and one
        const auto rows = (options + m_columns - 1) / m_columns;
        m_columns = (options + rows - 1) / rows;
    }
}

float Field::height() { return label_height() + body_height() + problem_height(); }

float Field::problem_height() const { return m_problem.empty() ? 0 : m_canvas.step(1.5F) + m_canvas.theme().small * 1.4F; }

void Field::draw_label(Rect& box) {
    const auto& theme = m_canvas.theme();
    if (m_field.kind == FieldKind::Consent)
        return;
    Look label{Size::Body, Weight::Bold, theme.ink};
    label.lines = 2;
    label.decides = true;
    label.vertical = Look::Vertical::Top;
    m_canvas.text(box.cut_top(words_height()), m_label, label);
    if (!m_help.empty()) {
        box.cut_top(m_canvas.step(1));
        Look help{Size::Small, Weight::Regular, theme.ink_soft};
        help.lines = 2;
        help.vertical = Look::Vertical::Top;
        m_canvas.text(box.cut_top(help_height()), m_help, help);
    }
    box.cut_top(m_canvas.step(1.5F));
}

void Field::draw(Rect box) {
    draw_label(box);
    draw_body(box.cut_top(body_height()));
    if (!m_problem.empty()) {
        box.cut_top(m_canvas.step(1.5F));
        problem_line(m_canvas, box, m_problem);
    }
}

float Field::words_height() { return m_canvas.measure(m_label, Size::Body, Weight::Bold, m_setting.width, 2).y; }

float Field::help_height() {
    return m_help.empty() ? 0 : m_canvas.measure(m_help, Size::Small, Weight::Regular, m_setting.width, 2).y;
}

float Field::label_height() {
    if (m_field.kind == FieldKind::Consent)
        return 0;
    return words_height() + (m_help.empty() ? 0 : help_height() + m_canvas.step(1)) + m_canvas.step(1.5F);
}

float Field::consent_text_width() const { return m_setting.width - m_canvas.step(4 + 2 + 5); }

float Field::body_height() {
    const float target = m_canvas.theme().target, gap = m_canvas.theme().gap;
    const float room = m_setting.room - label_height() - problem_height();
    switch (m_field.kind) {
    case FieldKind::List: return table_height(m_canvas, m_field, m_setting, room);
    case FieldKind::Signature: return signature_height(m_canvas, m_setting, room);
    default: break;
    }
    if (m_setting.form.read_only && m_field.kind != FieldKind::Consent)
        return std::max(m_canvas.theme().body, m_canvas.measure(answer_words(), Size::Body, Weight::Regular, m_setting.width, 6).y);
    switch (m_field.kind) {
    case FieldKind::Contact: return contact_height(m_canvas, m_field, m_setting);
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

void Field::draw_body(Rect box) {
    switch (m_field.kind) {
    case FieldKind::List: return draw_table(m_canvas, m_field, m_setting, box);
    case FieldKind::Signature: return draw_signature(m_canvas, m_field, m_setting, box);
    default: break;
    }
    if (m_setting.form.read_only && m_field.kind != FieldKind::Consent)
        return draw_answer(box);
    switch (m_field.kind) {
    case FieldKind::Contact: draw_contact(m_canvas, m_field, m_setting, box); break;
    case FieldKind::YesNo: draw_yes_no(box); break;
    case FieldKind::Single:
    case FieldKind::Multiple: draw_options(box); break;
    case FieldKind::Consent: draw_consent(box); break;
    default: draw_text(box); break;
    }
}

// What was answered, as words: of a form that can only be read.
std::string Field::answer_words() {
    if (!m_field.answered)
        return m_canvas.tr("ui.form.answer_none");
    const auto between = m_canvas.tr("ui.form.comma");
    std::string words;
    const auto add = [&](const std::string& word) { words += (words.empty() ? "" : between) + word; };
    if (const auto* yes = std::get_if<bool>(&m_field.value))
        return m_canvas.tr(*yes ? "ui.yes" : "ui.no");
    if (const auto* rows = std::get_if<core::AnswerRows>(&m_field.value)) {
        for (const auto& column : m_field.columns)
            if (const auto cell = rows->empty() ? std::string() : cell_of(m_field, 0, column.id); !cell.empty())
                add(cell);
        return words;
    }
    for (const auto& option : m_field.options)
        if (holds(m_field, option.id))
            add(m_canvas.say(option.text));
    return words.empty() ? typed(m_field) : words;
}

void Field::draw_answer(Rect box) {
    Look look{Size::Body, Weight::Regular, m_field.answered ? m_canvas.theme().ink : m_canvas.theme().ink_soft};
    look.lines = 6;
    look.balanced = false;
    look.vertical = Look::Vertical::Top;
    m_canvas.text(box, answer_words(), look);
}

void Field::draw_text(Rect box) {
    FieldLook look;
    const auto value = typed(m_field);
    look.value = value;
    const auto hint = placeholder(m_canvas, m_field);
    look.placeholder = hint;
    look.focused = focused();
    look.preedit = look.focused ? m_setting.preedit : std::string_view();
    look.wrong = !m_problem.empty();
    if (m_field.kind == FieldKind::Multiline) {
        look.lines = 3;
        look.size = Size::Body;
    }
    if (field_box(m_canvas, "field:" + m_field.id, box, look))
        m_canvas.emit(app::intent::FocusField{m_field.id});
}

void Field::draw_yes_no(Rect box) {
    const auto value = yes_or_no(m_field);
    const float half = std::min((box.w - m_canvas.theme().gap) / 2, m_canvas.step(40));
    if (choice(m_canvas, "yes:" + m_field.id, box.cut_left(half), m_canvas.tr("ui.yes"), value == true, ChoiceKind::One))
        m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{true}});
    box.cut_left(m_canvas.theme().gap);
    if (choice(m_canvas, "no:" + m_field.id, box.cut_left(half), m_canvas.tr("ui.no"), value == false, ChoiceKind::One))
        m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{false}});
}

void Field::draw_options(Rect box) {
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
            // A second touch takes it back where it need not be answered.
            m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{chosen && !m_field.required ? std::string() : option.id}});
            continue;
        }
        std::vector<std::string> now;
        for (const auto& other : m_field.options) // in the order in which they stand
            if (holds(m_field, other.id) != (other.id == option.id))
                now.push_back(other.id);
        m_canvas.emit(app::intent::SetAnswer{m_field.id, core::Answer{std::move(now)}});
    }
}

void Field::draw_consent(Rect box) {
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

} // namespace kiosk::ui
