// SPDX-License-Identifier: Apache-2.0
// Tables on a touch screen. Where the columns fit beside each other it is a table with a head; where they don't, each
// row is a card with its cells below each other. Rows that don't fit are a page away; the one being edited never is.
#include "ui/screens/form_field.hpp"

#include <algorithm>
#include <cmath>

namespace kiosk::ui {

namespace {

using app::FieldView;
using core::QuestionColumn;
using core::QuestionType;

constexpr float hair = 2;

const core::AnswerRows& rows_of(const FieldView& field) {
    static const core::AnswerRows none;
    const auto* rows = std::get_if<core::AnswerRows>(&field.value);
    return rows ? *rows : none;
}

const app::CellProblem* problem_of(const FieldView& field, std::size_t row, const std::string& column) {
    for (const auto& problem : field.cell_problems)
        if (problem.row == row && (column.empty() || problem.column == column))
            return &problem;
    return nullptr;
}

bool has_focus(const FieldView& field, const FieldSetting& setting, std::size_t row, const std::string& column) {
    const auto& form = setting.form;
    return setting.typing && form.focus == field.id && form.focus_row == row && form.focus_column == column;
}

float least_width(Canvas& canvas, QuestionType type) {
    switch (type) {
    case QuestionType::Number: return 2 * canvas.theme().target + canvas.step(10);
    case QuestionType::Single: return canvas.step(17);
    default: return canvas.step(19);
    }
}

float share_of(QuestionType type) { return type == QuestionType::Number ? 0.3F : type == QuestionType::Single ? 1.6F : 2.4F; }

// Where everything of one table stands; made anew each frame.
struct Layout {
    bool wide = true;
    bool edits = true;
    std::vector<float> widths; // of the columns, where wide
    std::size_t per_line = 1;  // cells beside each other, where not
    float gap = 0, head = 0, cell = 0, row = 0, problem = 0, foot = 0, totals = 0;
};

Layout layout_of(Canvas& canvas, const FieldView& field, const FieldSetting& setting) {
    const auto& theme = canvas.theme();
    Layout layout;
    layout.edits = !setting.form.read_only;
    layout.gap = canvas.step(1);
    layout.cell = theme.target;
    const float action = layout.edits ? theme.target + layout.gap : 0;
    float least = action, shares = 0;
    for (const auto& column : field.columns) {
        least += least_width(canvas, column.type) + layout.gap;
        shares += share_of(column.type);
    }
    layout.wide = least <= setting.width;
    if (layout.wide) {
        const float spare = setting.width - least + layout.gap;
        for (const auto& column : field.columns)
            layout.widths.push_back(least_width(canvas, column.type) + spare * share_of(column.type) / std::max(shares, 0.1F));
        layout.head = theme.small * 2.6F;
        layout.row = layout.cell + layout.gap;
    } else {
        layout.per_line = setting.width >= canvas.step(60) ? 2 : 1;
        const auto lines = static_cast<float>((field.columns.size() + layout.per_line - 1) / layout.per_line);
        const float label = theme.small + canvas.step(1);
        layout.row = theme.target + lines * (label + layout.cell + layout.gap) + canvas.step(3);
    }
    layout.problem = theme.small * 1.6F;
    const bool sums = std::any_of(field.totals.begin(), field.totals.end(), [](const auto& total) { return !total.empty(); });
    layout.totals = sums && !setting.typing ? theme.body + canvas.step(2) : 0;
    layout.foot = setting.typing || !layout.edits ? 0 : theme.target + canvas.step(2);
    return layout;
}

float row_height(const Layout& layout, const FieldView& field, std::size_t row) {
    return layout.row + (problem_of(field, row, {}) != nullptr ? layout.problem : 0);
}

void cell_frame(Canvas& canvas, Rect box, bool focused, bool wrong) {
    const auto& theme = canvas.theme();
    canvas.fill(box, theme.raised, theme.radius);
    const auto edge = wrong ? theme.stop.fill : focused ? theme.accent.fill : mix(theme.line, theme.ink_soft, 0.35);
    canvas.outline(box, edge, focused || wrong ? hair * 1.5F : hair, theme.radius);
}

// What stands in a cell that is not being typed in: from its beginning, on two lines where one is too short.
void cell_text(Canvas& canvas, Rect box, std::string_view words, std::string_view hint, Align align = Align::Left) {
    const auto& theme = canvas.theme();
    const Canvas::On on(canvas, theme.raised);
    Look look{Size::Body, Weight::Regular, words.empty() ? theme.ink_soft : theme.ink, align};
    look.smallest = Size::Small;
    if (!words.empty() && canvas.measure(words, Size::Body).x > box.w) {
        look.size = Size::Small;
        look.lines = 2;
        look.balanced = false;
    }
    canvas.text(box, words.empty() ? hint : words, look);
}

void typed_cell(Canvas& canvas, const std::string& id, Rect box, const FieldView& field, const FieldSetting& setting,
                std::size_t row, const QuestionColumn& column) {
    const auto cell = cell_of(field, row, column.id);
    const bool focused = has_focus(field, setting, row, column.id), wrong = problem_of(field, row, column.id) != nullptr;
    bool tapped = false;
    if (focused) {
        FieldLook look;
        look.value = cell;
        look.preedit = setting.preedit;
        look.focused = true;
        look.wrong = wrong;
        look.size = Size::Body;
        tapped = field_box(canvas, id, box, look);
    } else {
        tapped = canvas.touch(id, box, TargetKind::Text).tapped;
        cell_frame(canvas, box, false, wrong);
        const bool number = column.type == QuestionType::Number;
        cell_text(canvas, box.inset(canvas.step(number ? 0.5F : 1.5F), 0), cell, number ? "–" : canvas.tr("ui.form.cell"),
                  number ? Align::Center : Align::Left);
    }
    if (tapped)
        canvas.emit(app::intent::FocusCell{field.id, row, column.id});
}

void number_cell(Canvas& canvas, const std::string& id, Rect box, const FieldView& field, const FieldSetting& setting,
                 std::size_t row, const QuestionColumn& column) {
    const float target = canvas.theme().target;
    auto look = plain_look(canvas);
    if (icon_button(canvas, id + ":minus", box.cut_left(target), Icon::Minus, look))
        canvas.emit(app::intent::StepCell{field.id, row, column.id, -1});
    if (icon_button(canvas, id + ":plus", box.cut_right(target), Icon::Plus, look))
        canvas.emit(app::intent::StepCell{field.id, row, column.id, 1});
    typed_cell(canvas, id, box.inset(canvas.step(0.5F), 0), field, setting, row, column);
}

void choice_cell(Canvas& canvas, const std::string& id, Rect box, const FieldView& field, const FieldSetting& setting,
                 std::size_t row, const QuestionColumn& column) {
    const bool focused = has_focus(field, setting, row, column.id);
    const bool tapped = canvas.touch(id, box).tapped;
    cell_frame(canvas, box, focused, problem_of(field, row, column.id) != nullptr);
    Rect inner = box.inset(canvas.step(1.5F), 0);
    const float side = canvas.step(2.5F);
    const Rect mark = inner.cut_right(side).centered(side, side);
    draw_icon(canvas, focused ? Icon::Up : Icon::Down, mark, canvas.theme().ink_soft);
    inner.cut_right(canvas.step(0.5F));
    cell_text(canvas, inner, cell_words(canvas, column, cell_of(field, row, column.id)), canvas.tr("ui.form.pick"));
    if (tapped)
        canvas.emit(app::intent::FocusCell{focused ? std::string() : field.id, row, column.id});
}

void draw_cell(Canvas& canvas, Rect box, const FieldView& field, const FieldSetting& setting, std::size_t row,
               const QuestionColumn& column) {
    const auto id = "cell:" + field.id + ":" + std::to_string(row) + ":" + column.id;
    if (setting.form.read_only) {
        const auto words = cell_words(canvas, column, cell_of(field, row, column.id));
        const bool number = column.type == QuestionType::Number;
        cell_text(canvas, box.inset(canvas.step(1), 0), words, "–", number ? Align::Center : Align::Left);
        return;
    }
    switch (column.type) {
    case QuestionType::Number: number_cell(canvas, id, box, field, setting, row, column); break;
    case QuestionType::Single: choice_cell(canvas, id, box, field, setting, row, column); break;
    default: typed_cell(canvas, id, box, field, setting, row, column); break;
    }
}

void remove_button(Canvas& canvas, Rect box, const FieldView& field, std::size_t row) {
    auto look = quiet_look(canvas);
    look.pair.on = canvas.theme().ink_soft;
    if (icon_button(canvas, "remove:" + field.id + ":" + std::to_string(row), box, Icon::Close, look))
        canvas.emit(app::intent::RemoveRow{field.id, row});
}

void draw_row(Canvas& canvas, Rect box, const Layout& layout, const FieldView& field, const FieldSetting& setting, std::size_t row) {
    const auto& theme = canvas.theme();
    const auto* problem = problem_of(field, row, {});
    if (problem != nullptr)
        problem_line(canvas, box.cut_bottom(layout.problem).inset(0, canvas.step(0.25F)), canvas.say(problem->text));
    if (layout.wide) {
        box.cut_bottom(layout.gap);
        if (layout.edits)
            remove_button(canvas, box.cut_right(theme.target), field, row);
        for (std::size_t i = 0; i < field.columns.size(); ++i) {
            draw_cell(canvas, box.cut_left(layout.widths[i]), field, setting, row, field.columns[i]);
            box.cut_left(layout.gap);
        }
        return;
    }
    box.cut_bottom(canvas.step(2));
    canvas.fill(box, mix(theme.paper, theme.ink, 0.04), theme.radius);
    const Canvas::On on(canvas, mix(theme.paper, theme.ink, 0.04));
    Rect inner = box.inset(canvas.step(1.5F), 0);
    Rect head = inner.cut_top(theme.target);
    if (layout.edits)
        remove_button(canvas, head.cut_right(theme.target), field, row);
    canvas.text(head, canvas.tr("ui.form.row", {{"number", std::to_string(row + 1)}}), {Size::Small, Weight::Bold, theme.ink_soft});
    const float wide = (inner.w - layout.gap * static_cast<float>(layout.per_line - 1)) / static_cast<float>(layout.per_line);
    for (std::size_t i = 0; i < field.columns.size(); i += layout.per_line) {
        Rect labels = inner.cut_top(theme.small + canvas.step(1));
        Rect cells = inner.cut_top(layout.cell);
        inner.cut_top(layout.gap);
        for (std::size_t j = i; j < std::min(i + layout.per_line, field.columns.size()); ++j) {
            Look label{Size::Small, Weight::Regular, theme.ink_soft};
            canvas.text(labels.cut_left(wide), column_label(canvas, field, field.columns[j]), label);
            draw_cell(canvas, cells.cut_left(wide), field, setting, row, field.columns[j]);
            labels.cut_left(layout.gap);
            cells.cut_left(layout.gap);
        }
    }
}

void draw_head(Canvas& canvas, Rect box, const Layout& layout, const FieldView& field) {
    for (std::size_t i = 0; i < field.columns.size(); ++i) {
        Look look{Size::Small, Weight::Bold, canvas.theme().ink_soft};
        look.lines = 2;
        const bool number = field.columns[i].type == QuestionType::Number;
        look.align = number ? Align::Center : Align::Left;
        Rect place = box.cut_left(layout.widths[i]);
        if (!number)
            place.cut_left(canvas.step(1));
        canvas.text(place, column_label(canvas, field, field.columns[i]), look);
        box.cut_left(layout.gap);
    }
}

void draw_totals(Canvas& canvas, Rect box, const Layout& layout, const FieldView& field) {
    const auto& theme = canvas.theme();
    const Look word{Size::Small, Weight::Bold, theme.ink_soft};
    if (!layout.wide) {
        std::string words;
        for (std::size_t i = 0; i < field.totals.size(); ++i)
            if (!field.totals[i].empty())
                words += (words.empty() ? "" : "  ·  ") + column_label(canvas, field, field.columns[i]) + " " + field.totals[i];
        canvas.text(box, canvas.tr("ui.form.total") + "  " + words, {Size::Body, Weight::Bold, theme.ink});
        return;
    }
    bool named = false;
    for (std::size_t i = 0; i < field.columns.size(); ++i) {
        const Rect place = box.cut_left(layout.widths[i]);
        box.cut_left(layout.gap);
        if (!field.totals[i].empty()) {
            canvas.text(place, (named ? "" : canvas.tr("ui.form.total") + " ") + field.totals[i], {Size::Body, Weight::Bold, theme.ink, Align::Center});
            named = true;
        } else if (i == 0) {
            canvas.text(place.inset(canvas.step(1), 0), canvas.tr("ui.form.total"), word);
            named = true;
        }
    }
}

void draw_foot(Canvas& canvas, Rect bar, const FieldView& field, Rect& pager) {
    bar.cut_top(canvas.step(2));
    auto add = plain_look(canvas);
    add.icon = Icon::Plus;
    add.enabled = field.can_add_row;
    const auto label = canvas.tr("ui.form.add_row");
    if (button(canvas, "add:" + field.id, bar.cut_left(button_width(canvas, label, add)), label, add))
        canvas.emit(app::intent::AddRow{field.id});
    bar.cut_left(canvas.theme().gap);
    if (field.can_restore_row) {
        auto restore = plain_look(canvas);
        restore.icon = Icon::Undo;
        const auto words = canvas.tr("ui.form.restore_row");
        const float wide = std::min(button_width(canvas, words, restore), bar.w);
        if (button(canvas, "restore:" + field.id, bar.cut_left(wide), words, restore))
            canvas.emit(app::intent::RestoreRow{field.id});
        bar.cut_left(canvas.theme().gap);
    }
    const float need = 2 * canvas.theme().target + canvas.step(18);
    pager = bar.cut_right(std::min(bar.w, need));
}

} // namespace

std::string cell_of(const FieldView& field, std::size_t row, const std::string& column) {
    const auto& rows = rows_of(field);
    if (row >= rows.size())
        return {};
    const auto found = rows[row].find(column);
    return found == rows[row].end() ? std::string() : found->second;
}

std::string cell_words(Canvas& canvas, const QuestionColumn& column, const std::string& cell) {
    for (const auto& option : column.options)
        if (option.id == cell)
            return canvas.say(option.text);
    return cell;
}

std::string column_label(Canvas& canvas, const FieldView& field, const QuestionColumn& column) {
    return field.kind == app::FieldKind::Contact ? canvas.tr("ui.contact." + column.id) : canvas.say(column.text);
}

float table_height(Canvas& canvas, const FieldView& field, const FieldSetting& setting, float room) {
    const auto layout = layout_of(canvas, field, setting);
    float rows = 0;
    for (std::size_t row = 0; row < rows_of(field).size(); ++row)
        rows += row_height(layout, field, row);
    if (rows == 0)
        rows = canvas.step(9);
    return std::min(layout.head + rows + layout.totals + layout.foot, std::max(room, layout.head + layout.row));
}

void draw_table(Canvas& canvas, const FieldView& field, const FieldSetting& setting, Rect box) {
    const auto layout = layout_of(canvas, field, setting);
    const auto count = rows_of(field).size();
    Rect pager;
    if (layout.foot > 0)
        draw_foot(canvas, box.cut_bottom(layout.foot), field, pager);
    if (count == 0) {
        Look none{Size::Body, Weight::Regular, canvas.theme().ink_soft};
        none.lines = 2;
        none.smallest = Size::Small;
        canvas.text(box, canvas.tr(setting.form.read_only ? "ui.form.answer_none" : "ui.form.no_rows"), none);
        return;
    }
    Rect totals;
    if (layout.totals > 0)
        totals = box.cut_bottom(layout.totals);
    if (layout.wide)
        draw_head(canvas, box.cut_top(layout.head), layout, field);

    // As many whole rows as there is room for, among them the one with the focus.
    auto& first = canvas.state().first_row["rows:" + field.id];
    const auto ends = [&](std::size_t from) {
        float used = 0;
        auto at = from;
        while (at < count && (at == from || used + row_height(layout, field, at) <= box.h + 1))
            used += row_height(layout, field, at++);
        return at;
    };
    first = std::min(first, count - 1);
    if (ends(0) == count)
        first = 0;
    const bool mine = setting.typing && setting.form.focus == field.id;
    if (mine)
        while (setting.form.focus_row < first || setting.form.focus_row >= ends(first))
            first = setting.form.focus_row < first ? setting.form.focus_row : first + 1;
    if (pager.w > 0 && ends(0) < count)
        page_rows(canvas, "rows:" + field.id, count, ends(first) - first, pager);
    first = std::min(first, count - 1);
    const auto last = ends(first);
    for (std::size_t row = first; row < last; ++row)
        draw_row(canvas, box.cut_top(row_height(layout, field, row)), layout, field, setting, row);
    if (layout.totals > 0) {
        totals.y = box.y;
        draw_totals(canvas, totals, layout, field);
    }
}

// ---- contact ----

namespace {

struct ContactLayout {
    std::size_t across = 2;
    float label = 0, cell = 0, gap = 0;
};

ContactLayout contact_layout(Canvas& canvas, const FieldSetting& setting) {
    return {setting.width >= canvas.step(60) ? std::size_t{2} : std::size_t{1}, canvas.theme().small + canvas.step(1), canvas.step(9), canvas.step(2)};
}

} // namespace

float contact_height(Canvas& canvas, const FieldView& field, const FieldSetting& setting) {
    const auto layout = contact_layout(canvas, setting);
    const auto lines = static_cast<float>((field.columns.size() + layout.across - 1) / layout.across);
    float height = lines * (layout.label + layout.cell + layout.gap) - layout.gap;
    for (std::size_t i = 0; i < field.columns.size(); i += layout.across)
        for (std::size_t j = i; j < std::min(i + layout.across, field.columns.size()); ++j)
            if (problem_of(field, 0, field.columns[j].id) != nullptr) {
                height += canvas.theme().small * 1.6F;
                break;
            }
    return height;
}

void draw_contact(Canvas& canvas, const FieldView& field, const FieldSetting& setting, Rect box) {
    const auto& theme = canvas.theme();
    const auto layout = contact_layout(canvas, setting);
    const float wide = (box.w - theme.gap * static_cast<float>(layout.across - 1)) / static_cast<float>(layout.across);
    for (std::size_t i = 0; i < field.columns.size(); i += layout.across) {
        const auto last = std::min(i + layout.across, field.columns.size());
        Rect labels = box.cut_top(layout.label), cells = box.cut_top(layout.cell);
        bool wrong = false;
        for (std::size_t j = i; j < last; ++j)
            wrong = wrong || problem_of(field, 0, field.columns[j].id) != nullptr;
        Rect problems = wrong ? box.cut_top(theme.small * 1.6F) : Rect{};
        box.cut_top(layout.gap);
        for (std::size_t j = i; j < last; ++j) {
            const auto& column = field.columns[j];
            auto words = column_label(canvas, field, column);
            if (!column.required)
                words += canvas.tr("ui.form.optional");
            Look label{Size::Small, Weight::Regular, theme.ink_soft};
            canvas.text(labels.cut_left(wide), words, label);
            const auto id = "cell:" + field.id + ":0:" + column.id;
            typed_cell(canvas, id, cells.cut_left(wide), field, setting, 0, column);
            if (wrong) {
                const Rect place = problems.cut_left(wide);
                if (const auto* problem = problem_of(field, 0, column.id))
                    problem_line(canvas, place, canvas.say(problem->text));
                problems.cut_left(theme.gap);
            }
            labels.cut_left(theme.gap);
            cells.cut_left(theme.gap);
        }
    }
}

// ---- the strip of choices, where the keyboard would be ----

namespace {

std::size_t strip_columns(const Canvas& canvas) { return canvas.portrait() ? 3 : 4; }

} // namespace

const FieldView* choosing(const app::FormView& form, const QuestionColumn** column) {
    for (const auto& field : form.fields)
        for (const auto& candidate : field.columns)
            if (field.id == form.focus && candidate.id == form.focus_column && candidate.type == QuestionType::Single) {
                *column = &candidate;
                return &field;
            }
    return nullptr;
}

float strip_height(Canvas& canvas, const QuestionColumn& column) {
    const auto lines = static_cast<float>((column.options.size() + strip_columns(canvas) - 1) / strip_columns(canvas));
    return canvas.theme().target + canvas.step(1) + lines * (canvas.theme().target + canvas.step(2)) + canvas.step(2);
}

void draw_strip(Canvas& canvas, Rect panel, const app::FormView& form, const FieldView& field, const QuestionColumn& column) {
    const auto& theme = canvas.theme();
    const auto ground = mix(theme.paper, theme.ink, 0.09);
    canvas.shadow({panel.x, panel.y, panel.w, panel.h + theme.sheet_radius}, theme.sheet_radius);
    canvas.fill({panel.x, panel.y, panel.w, panel.h + theme.sheet_radius}, ground, theme.sheet_radius);
    const Canvas::On on(canvas, ground);
    Rect inner = panel.inset(margin(canvas), canvas.step(1));
    Rect head = inner.cut_top(theme.target);
    inner.cut_top(canvas.step(1));
    auto done = quiet_look(canvas);
    const auto label = canvas.tr("ui.keyboard.done");
    if (button(canvas, "strip:done", head.cut_right(button_width(canvas, label, done)), label, done))
        canvas.emit(app::intent::FocusField{});
    canvas.text(head, column_label(canvas, field, column), {Size::Body, Weight::Bold, theme.ink});
    const auto across = strip_columns(canvas);
    const float wide = (inner.w - theme.gap * static_cast<float>(across - 1)) / static_cast<float>(across);
    const auto cell = cell_of(field, form.focus_row, column.id);
    for (std::size_t i = 0; i < column.options.size(); ++i) {
        const auto& option = column.options[i];
        const Rect place{inner.x + static_cast<float>(i % across) * (wide + theme.gap),
                         inner.y + static_cast<float>(i / across) * (theme.target + canvas.step(2)), wide, theme.target};
        const bool chosen = option.id == cell;
        if (choice(canvas, "strip:" + option.id, place, canvas.say(option.text), chosen, ChoiceKind::One))
            canvas.emit(app::intent::SetCell{field.id, form.focus_row, column.id, chosen && !column.required ? std::string() : option.id});
    }
}

} // namespace kiosk::ui
