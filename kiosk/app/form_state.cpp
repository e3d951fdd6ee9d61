// SPDX-License-Identifier: Apache-2.0
#include "app/form_state.hpp"

#include "app/form_problems.hpp"
#include "core/signature.hpp"

#include <algorithm>
#include <set>
#include <charconv>
#include <cmath>
#include <optional>

namespace kiosk::app {

namespace {

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

bool has_option(const FormField& field, std::string_view id) {
    return std::ranges::any_of(field.question.options, [&](const auto& option) { return option.id == id; });
}

// Does the answer have this field's shape? Whether it is a good answer is checked when the page is left.
bool fits(const FormField& field, const core::Answer& answer) {
    switch (field_kind(field)) {
    case FieldKind::YesNo:
    case FieldKind::Consent:
        return std::holds_alternative<bool>(answer);
    case FieldKind::Single: {
        const auto* chosen = std::get_if<std::string>(&answer);
        return chosen != nullptr && (chosen->empty() || has_option(field, *chosen)); // empty takes it back
    }
    case FieldKind::Contact:
    case FieldKind::List: {
        const auto* rows = std::get_if<core::AnswerRows>(&answer);
        return rows != nullptr && rows->size() <= (field_kind(field) == FieldKind::Contact ? 1 : core::max_answer_rows);
    }
    case FieldKind::Multiple: {
        const auto* chosen = std::get_if<std::vector<std::string>>(&answer);
        return chosen != nullptr && std::ranges::all_of(*chosen, [&](const auto& id) { return has_option(field, id); });
    }
    default: {
        const auto* typed = std::get_if<std::string>(&answer);
        return typed != nullptr && typed->size() <= core::max_answer_bytes_of(field.question.type);
    }
    }
}

bool is_blank_row(const core::AnswerRow& row) {
    return std::ranges::all_of(row, [](const auto& cell) { return trimmed(cell.second).empty(); });
}

// As it is answered: trimmed, without rows and cells in which nothing stands.
core::Answer tidy(const core::Answer& answer) {
    if (const auto* text = std::get_if<std::string>(&answer))
        return trimmed(*text);
    if (const auto* rows = std::get_if<core::AnswerRows>(&answer)) {
        core::AnswerRows kept;
        for (const auto& row : *rows) {
            if (is_blank_row(row))
                continue;
            auto& cells = kept.emplace_back();
            for (const auto& [column, cell] : row)
                if (auto text = trimmed(cell); !text.empty())
                    cells.emplace(column, std::move(text));
        }
        return kept;
    }
    return answer;
}

bool is_nothing(const core::Answer& answer) {
    const auto tidied = tidy(answer);
    if (const auto* text = std::get_if<std::string>(&tidied))
        return text->empty();
    if (const auto* chosen = std::get_if<std::vector<std::string>>(&tidied))
        return chosen->empty();
    if (const auto* rows = std::get_if<core::AnswerRows>(&tidied))
        return rows->empty();
    return false;
}

FieldKind column_kind(const core::QuestionColumn& column) {
    FormField cell;
    cell.question.type = column.type;
    return field_kind(cell);
}

// Digits with at most one point, as a whole number where it is one: what can be added up.
std::optional<double> number_in(std::string_view text) {
    const auto plain = trimmed(text);
    double number = 0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
    if (plain.empty() || error != std::errc{} || end != plain.data() + plain.size() || std::abs(number) > 1e12)
        return std::nullopt;
    return number;
}

std::string number_text(double number) {
    if (number == std::floor(number))
        return std::to_string(static_cast<long long>(number));
    auto text = std::to_string(number);
    while (text.ends_with('0'))
        text.pop_back();
    return text;
}

} // namespace

// ---- pages ----

void FormState::add_page(std::vector<FormField> fields, std::string step, LocalText title) {
    if (!fields.empty())
        m_pages.push_back({std::move(step), std::move(title), std::move(fields)});
}

const FormField* FormState::find(std::string_view id) const {
    for (const auto& page : m_pages)
        for (const auto& field : page.fields)
            if (field.question.id == id)
                return &field;
    return nullptr;
}

const FormField* FormState::find_declared(std::string_view id) const {
    for (const auto& page : m_pages)
        for (const auto& field : page.fields)
            if (field.declared_as.empty() ? field.question.id == id : field.declared_as == id)
                return &field;
    return nullptr;
}

bool FormState::is_shown(const FormField& field) const { return is_shown(field, 0); }

// The whole chain of fields on which it depends must be asked; `depth` ends a circle of them.
bool FormState::is_shown(const FormField& field, std::size_t depth) const {
    if (!field.unless.empty() && yes(field.unless))
        return false;
    const auto& depends_on = field.question.depends_on;
    const auto* parent = depends_on ? find_declared(depends_on->question) : nullptr;
    if (parent == nullptr)
        return true; // answered elsewhere: whoever put the field here knows
    if (depth > 32 || !is_shown(*parent, depth + 1))
        return false;
    core::Answers answers;
    if (const auto* answer = value(parent->question.id))
        answers.emplace(depends_on->question, *answer);
    auto question = field.question;
    question.ticket_types.reset();
    return core::is_asked(question, m_ticket_type, answers);
}

bool FormState::is_shown(const Page& page) const {
    return std::ranges::any_of(page.fields, [&](const auto& field) { return is_shown(field, 0); });
}

std::size_t FormState::next_shown() const {
    auto next = m_page + 1;
    while (next < m_pages.size() && !is_shown(m_pages[next]))
        ++next;
    return next;
}

std::size_t FormState::page() const {
    std::size_t number = 0;
    for (std::size_t page = 0; page < m_page; ++page)
        number += is_shown(m_pages[page]) ? 1 : 0;
    return number;
}

std::size_t FormState::pages() const {
    return static_cast<std::size_t>(std::ranges::count_if(m_pages, [&](const auto& page) { return is_shown(page); }));
}

bool FormState::ends_step() const {
    const auto next = next_shown();
    return next >= m_pages.size() || m_pages[next].step != step();
}

void FormState::put_optional_steps_last() {
    std::set<std::string> needed;
    for (const auto& page : m_pages)
        for (const auto& field : page.fields)
            if (field.question.required && !field.question.depends_on)
                needed.insert(page.step);
    // What decides whether something there is asked has to come before it.
    for (bool more = true; more;) {
        more = false;
        for (const auto& page : m_pages)
            for (const auto& field : page.fields)
                if (needed.contains(page.step) && field.question.depends_on)
                    for (const auto& other : m_pages)
                        for (const auto& parent : other.fields)
                            if (parent.question.id == field.question.depends_on->question)
                                more = needed.insert(other.step).second || more;
    }
    std::ranges::stable_partition(m_pages, [&](const Page& page) { return needed.contains(page.step); });
}

bool FormState::rest_is_optional() const {
    if (on_last_page())
        return false;
    for (auto at = next_shown(); at < m_pages.size(); ++at)
        for (const auto& field : m_pages[at].fields)
            if (field.question.required && is_shown(field) && !answered(field.question.id))
                return false;
    return true;
}

std::vector<StepView> FormState::steps() const {
    std::vector<StepView> views;
    std::vector<bool> begun;
    for (std::size_t at = 0; at < m_pages.size(); ++at) {
        const auto& page = m_pages[at];
        if (!is_shown(page))
            continue;
        if (views.empty() || views.back().id != page.step) {
            views.push_back({page.step, page.title, false, true});
            begun.push_back(false);
        }
        auto& view = views.back();
        view.current = view.current || at == m_page;
        for (const auto& field : page.fields) {
            if (!is_shown(field))
                continue;
            begun.back() = begun.back() || answered(field.question.id);
            if (!problem_of(field, false, nullptr).empty())
                view.complete = false;
        }
    }
    for (std::size_t i = 0; i < views.size(); ++i)
        views[i].complete = views[i].complete && begun[i]; // nobody has looked at it yet: that is not done
    return views;
}

bool FormState::is_ahead(std::string_view id) const {
    for (auto page = m_page + 1; page < m_pages.size(); ++page)
        if (std::ranges::any_of(m_pages[page].fields, [&](const auto& field) { return field.question.id == id; }))
            return true;
    return false;
}

void FormState::go_to_page_of(std::string_view id) {
    for (std::size_t page = 0; page < m_pages.size(); ++page)
        for (const auto& field : m_pages[page].fields)
            if (field.question.id == id)
                m_page = page;
}

void FormState::go_to_step(std::string_view step) {
    for (std::size_t page = 0; page < m_pages.size(); ++page)
        if (m_pages[page].step == step && is_shown(m_pages[page])) {
            m_page = page;
            return;
        }
}

void FormState::next_page() {
    if (const auto next = next_shown(); next < m_pages.size())
        m_page = next;
}

bool FormState::previous_page() {
    auto before = m_page;
    while (before > 0)
        if (is_shown(m_pages[--before])) {
            m_page = before;
            return true;
        }
    return false;
}

// ---- answers ----

bool FormState::set(std::string_view id, const core::Answer& answer) {
    const auto* field = find(id);
    if (field == nullptr || !fits(*field, answer))
        return false;
    if (is_nothing(answer))
        m_values.erase(std::string(id));
    else
        m_values.insert_or_assign(std::string(id), answer);
    forget_problem(id);
    return true;
}

void FormState::offer(std::string_view id, core::QuestionOption option) {
    for (auto& page : m_pages)
        for (auto& field : page.fields)
            if (auto& options = field.question.options; field.question.id == id && std::ranges::find(options, option.id, &core::QuestionOption::id) == options.end())
                options.insert(options.end() - (options.empty() ? 0 : 1), option);
}

void FormState::forget_problem(std::string_view id) {
    const std::string key(id);
    m_problems.erase(key);
    m_said.erase(key);
    m_cell_problems.erase(key);
}

void FormState::set_problem(std::string_view id, Message problem) {
    m_problems.insert_or_assign(std::string(id), std::move(problem));
}

void FormState::set_said(std::string_view id, LocalText said) {
    m_said.insert_or_assign(std::string(id), std::move(said));
}

const core::Answer* FormState::value(std::string_view id) const {
    const auto found = m_values.find(id);
    return found == m_values.end() ? nullptr : &found->second;
}

bool FormState::answered(std::string_view id) const {
    const auto* answer = value(id);
    return answer != nullptr && !is_nothing(*answer);
}

std::string FormState::text(std::string_view id) const {
    const auto* answer = value(id);
    const auto* typed = answer == nullptr ? nullptr : std::get_if<std::string>(answer);
    return typed == nullptr ? "" : *typed;
}

bool FormState::yes(std::string_view id) const {
    const auto* answer = value(id);
    const auto* chosen = answer == nullptr ? nullptr : std::get_if<bool>(answer);
    return chosen != nullptr && *chosen;
}

// ---- lists and contacts ----

const core::AnswerRows* FormState::rows_of(std::string_view id) const {
    const auto* answer = value(id);
    return answer == nullptr ? nullptr : std::get_if<core::AnswerRows>(answer);
}

core::AnswerRows* FormState::rows_to_change(std::string_view id) {
    const auto* field = find(id);
    if (field == nullptr || !has_cells(field_kind(*field)))
        return nullptr;
    auto [found, made] = m_values.try_emplace(std::string(id), core::AnswerRows{});
    return std::get_if<core::AnswerRows>(&found->second);
}

const core::QuestionColumn* FormState::column(std::string_view id, std::string_view column) const {
    const auto* field = find(id);
    if (field == nullptr || !has_cells(field_kind(*field)))
        return nullptr;
    const auto& columns = core::columns_of(field->question);
    const auto found = std::ranges::find(columns, column, &core::QuestionColumn::id);
    return found == columns.end() ? nullptr : &*found;
}

std::size_t FormState::rows(std::string_view id) const {
    const auto* field = find(id);
    if (field != nullptr && field_kind(*field) == FieldKind::Contact)
        return 1;
    const auto* rows = rows_of(id);
    return rows == nullptr ? 0 : rows->size();
}

std::string FormState::cell(std::string_view id, std::size_t row, std::string_view column) const {
    const auto* rows = rows_of(id);
    if (rows == nullptr || row >= rows->size())
        return {};
    const auto found = rows->at(row).find(std::string(column));
    return found == rows->at(row).end() ? std::string{} : found->second;
}

bool FormState::set_cell(std::string_view id, std::size_t row, std::string_view column_id, std::string value) {
    const auto* which = column(id, column_id);
    if (which == nullptr || row >= rows(id) || value.size() > core::max_cell_bytes)
        return false;
    if (which->type == core::QuestionType::Single && !value.empty() &&
        std::ranges::find(which->options, value, &core::QuestionOption::id) == which->options.end())
        return false;
    auto& changed = *rows_to_change(id);
    if (changed.size() <= row)
        changed.resize(row + 1); // the contact's
    if (value.empty())
        changed[row].erase(std::string(column_id));
    else
        changed[row].insert_or_assign(std::string(column_id), std::move(value));
    if (find(id)->question.type == core::QuestionType::Contact && is_blank_row(changed.front()))
        m_values.erase(std::string(id));
    m_problems.erase(std::string(id));
    m_said.erase(std::string(id));
    if (const auto found = m_cell_problems.find(id); found != m_cell_problems.end())
        std::erase_if(found->second, [&](const auto& wrong) { return wrong.row == row && wrong.column == column_id; });
    return true;
}

bool FormState::step_cell(std::string_view id, std::size_t row, std::string_view column_id, int by) {
    const auto* which = column(id, column_id);
    if (which == nullptr || which->type != core::QuestionType::Number)
        return false;
    const auto stepped = std::max(0.0, number_in(cell(id, row, column_id)).value_or(0) + by);
    return set_cell(id, row, column_id, number_text(stepped));
}

bool FormState::add_row(std::string_view id) {
    const auto* field = find(id);
    if (field == nullptr || field_kind(*field) != FieldKind::List || rows(id) >= core::max_answer_rows ||
        (field->question.max && rows(id) >= static_cast<std::size_t>(std::max<std::int64_t>(*field->question.max, 0))))
        return false;
    rows_to_change(id)->emplace_back();
    m_problems.erase(std::string(id));
    return true;
}

bool FormState::remove_row(std::string_view id, std::size_t row) {
    const auto* field = find(id);
    if (field == nullptr || field_kind(*field) != FieldKind::List || row >= rows(id))
        return false;
    auto& changed = *rows_to_change(id);
    m_removed.insert_or_assign(std::string(id), Removed{row, changed[row]});
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(row));
    if (changed.empty())
        m_values.erase(std::string(id));
    forget_problem(id); // rows have other numbers now
    return true;
}

bool FormState::restore_row(std::string_view id) {
    const auto removed = m_removed.find(id);
    if (removed == m_removed.end() || !add_row(id))
        return false;
    auto& changed = *rows_to_change(id);
    changed.pop_back();
    const auto at = std::min(removed->second.row, changed.size());
    changed.insert(changed.begin() + static_cast<std::ptrdiff_t>(at), std::move(removed->second.cells));
    m_removed.erase(removed);
    m_cell_problems.erase(std::string(id));
    return true;
}

// ---- signatures ----

bool FormState::add_stroke(std::string_view id, const Stroke& stroke) {
    const auto* field = find(id);
    if (field == nullptr || field_kind(*field) != FieldKind::Signature || stroke.empty())
        return false;
    auto strokes = core::parse_signature(text(id)).value_or(std::vector<core::SignatureStroke>{});
    core::SignatureStroke drawn;
    for (const auto& point : stroke)
        drawn.push_back({static_cast<std::int32_t>(std::lround(std::clamp(point.x, 0.0F, 1.0F) * core::signature_width)),
                         static_cast<std::int32_t>(std::lround(std::clamp(point.y, 0.0F, 1.0F) * core::signature_height))});
    strokes.push_back(std::move(drawn));
    return set(id, core::signature_text(strokes));
}

bool FormState::clear(std::string_view id) {
    if (find(id) == nullptr)
        return false;
    m_values.erase(std::string(id));
    forget_problem(id);
    return true;
}

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
