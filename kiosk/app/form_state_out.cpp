// SPDX-License-Identifier: Apache-2.0
// What a form gives out: what is wrong with it, where the keys go, its fields as they are shown and its answers.
#include "app/form_problems.hpp"
#include "app/form_state.hpp"
#include "app/form_values.hpp"
#include "core/signature.hpp"

#include <algorithm>

namespace kiosk::app {

// ---- what is wrong ----

Message FormState::problem_of(const FormField& field, bool drafting, std::vector<CellProblem>* cells) const {
    const auto& id = field.question.id;
    const auto kind = field_kind(field);
    if (field.is_consent)
        return field.question.required && !yes(id) ? problem_text(kind, core::AnswerProblem::MustAccept) : Message{};
    if (!answered(id))
        return field.question.required && !drafting ? problem_text(kind, core::AnswerProblem::Missing) : Message{};
    const auto tidied = tidy(*value(id));
    const auto problem = core::check_answer(field.question, &tidied);
    if (problem == core::AnswerProblem::None)
        return {};
    if (problem == core::AnswerProblem::Format)
        if (auto limits = limits_problem(field.question, tidied); !limits.empty())
            return drafting ? Message{} : limits;
    const auto* rows = rows_of(id);
    if (rows == nullptr)
        return problem_text(kind, problem);
    // Each cell is a question of its own.
    bool wrong = false;
    for (std::size_t row = 0; row < rows->size(); ++row) {
        if (is_blank_row(rows->at(row)))
            continue;
        for (const auto& column : core::columns_of(field.question)) {
            core::Question question;
            question.type = column.type;
            question.options = column.options;
            const core::Answer answer = cell(id, row, column.id);
            const auto found = core::check_answer(question, &answer);
            if (found == core::AnswerProblem::None ||
                (found == core::AnswerProblem::Missing && (!column.required || drafting)))
                continue;
            wrong = true;
            if (cells != nullptr)
                cells->push_back({row, column.id, problem_text(column_kind(column), found)});
        }
    }
    if (!wrong)
        return drafting ? Message{} : problem_text(kind, problem);
    return {"form.problem.cells", {}};
}

bool FormState::check_page(bool drafting) {
    bool good = true;
    for (const auto& field : m_pages.at(m_page).fields) {
        const auto& id = field.question.id;
        forget_problem(id);
        if (!is_shown(field))
            continue;
        std::vector<CellProblem> cells;
        auto problem = problem_of(field, drafting, &cells);
        if (problem.empty())
            continue;
        m_problems.insert_or_assign(id, std::move(problem));
        if (!cells.empty())
            m_cell_problems.insert_or_assign(id, std::move(cells));
        good = false;
    }
    return good;
}

std::vector<MissingRow> FormState::missing() const {
    std::vector<MissingRow> rows;
    for (const auto& page : m_pages)
        for (const auto& field : page.fields)
            if (is_shown(field) && !problem_of(field, false, nullptr).empty())
                rows.push_back({field.question.id, field.question.text, page.title, answered(field.question.id)});
    return rows;
}

// ---- where keys go ----

Focus FormState::wants_focus() const {
    const auto& fields = m_pages.at(m_page).fields;
    for (const auto& field : fields) {
        const auto& id = field.question.id;
        if (const auto cells = m_cell_problems.find(id); cells != m_cell_problems.end() && !cells->second.empty() && is_shown(field))
            return {id, cells->second.front().row, cells->second.front().column};
        if ((m_problems.contains(id) || m_said.contains(id)) && takes_text(field_kind(field)) && is_shown(field))
            return {id, 0, {}};
    }
    for (const auto& field : fields) {
        if (!field.question.required || !is_shown(field) || answered(field.question.id))
            continue;
        if (takes_text(field_kind(field)))
            return {field.question.id, 0, {}};
        if (field_kind(field) == FieldKind::Contact)
            return {field.question.id, 0, core::columns_of(field.question).front().id};
    }
    return {};
}

Focus FormState::text_after(const Focus& focus) const {
    bool behind = false;
    for (const auto& field : m_pages.at(m_page).fields) {
        const auto& id = field.question.id;
        const auto kind = field_kind(field);
        if (behind && is_shown(field) && !answered(id)) {
            if (takes_text(kind))
                return {id, 0, {}};
            if (kind == FieldKind::Contact)
                return {id, 0, core::columns_of(field.question).front().id};
        }
        behind = behind || id == focus.id;
    }
    return {};
}

bool FormState::is_open() const {
    return std::ranges::any_of(m_pages.at(m_page).fields, [&](const FormField& field) {
        return !takes_text(field_kind(field)) && is_shown(field) && !answered(field.question.id);
    });
}

Focus FormState::cell_after(const Focus& focus) const {
    const auto* field = find(focus.id);
    if (field == nullptr || !has_cells(field_kind(*field)))
        return {};
    const auto& columns = core::columns_of(field->question);
    auto row = focus.row;
    auto at = static_cast<std::size_t>(std::ranges::find(columns, focus.column, &core::QuestionColumn::id) - columns.begin());
    for (++at; row < rows(focus.id); at = 0, ++row)
        if (at < columns.size())
            return {focus.id, row, columns[at].id};
    return {};
}

// ---- out ----

FieldView FormState::field_view(const FormField& field) const {
    const auto& id = field.question.id;
    FieldView view;
    view.id = id;
    view.kind = field_kind(field);
    view.label = field.question.text;
    view.help = field.help;
    view.limits = limits_of(field.question);
    view.required = field.question.required;
    view.options = field.question.options;
    if (const auto* answer = value(id)) {
        view.value = *answer;
        view.answered = answered(id);
    }
    if (const auto problem = m_problems.find(id); problem != m_problems.end())
        view.problem = problem->second;
    if (const auto said = m_said.find(id); said != m_said.end())
        view.said = said->second;
    if (view.kind == FieldKind::Signature)
        if (const auto strokes = core::parse_signature(text(id)))
            for (const auto& stroke : *strokes) {
                auto& drawn = view.strokes.emplace_back();
                for (const auto& point : stroke)
                    drawn.push_back({static_cast<float>(point.x) / core::signature_width,
                                     static_cast<float>(point.y) / core::signature_height});
            }
    if (!has_cells(view.kind))
        return view;
    view.columns = core::columns_of(field.question);
    if (const auto cells = m_cell_problems.find(id); cells != m_cell_problems.end())
        view.cell_problems = cells->second;
    if (view.kind == FieldKind::Contact)
        return view;
    const auto most = std::min<std::int64_t>(field.question.max.value_or(core::max_answer_rows), core::max_answer_rows);
    view.can_add_row = static_cast<std::int64_t>(rows(id)) < most;
    view.can_restore_row = view.can_add_row && m_removed.contains(id);
    for (const auto& column : view.columns) {
        double sum = 0;
        bool any = false;
        for (std::size_t row = 0; column.type == core::QuestionType::Number && row < rows(id); ++row)
            if (const auto number = number_in(cell(id, row, column.id))) {
                sum += *number;
                any = true;
            }
        view.totals.push_back(any ? number_text(sum) : std::string{});
    }
    return view;
}

std::vector<FieldView> FormState::fields() const {
    std::vector<FieldView> views;
    for (const auto& field : m_pages.at(m_page).fields)
        if (is_shown(field))
            views.push_back(field_view(field));
    return views;
}

core::Answers FormState::answers() const {
    core::Answers answers;
    for (const auto& page : m_pages)
        for (const auto& field : page.fields)
            if (answered(field.question.id) && !field.is_consent && is_shown(field))
                answers.insert_or_assign(field.question.id, tidy(*value(field.question.id)));
    return answers;
}

core::Answers FormState::declared_answers() const {
    core::Answers answers;
    for (const auto& page : m_pages)
        for (const auto& field : page.fields)
            if (answered(field.question.id) && is_shown(field))
                answers.insert_or_assign(field.declared_as.empty() ? field.question.id : field.declared_as,
                                         tidy(*value(field.question.id)));
    return answers;
}

core::Consents FormState::consents() const {
    core::Consents consents;
    for (const auto& page : m_pages)
        for (const auto& field : page.fields)
            if (field.is_consent && value(field.question.id) != nullptr)
                consents.insert_or_assign(field.question.id, yes(field.question.id));
    return consents;
}

std::pair<std::size_t, std::size_t> FormState::progress() const {
    std::size_t given = 0, asked = 0;
    for (const auto& page : m_pages)
        for (const auto& field : page.fields)
            if (is_shown(field)) {
                ++asked;
                given += answered(field.question.id) ? 1 : 0;
            }
    return {given, asked};
}

} // namespace kiosk::app
