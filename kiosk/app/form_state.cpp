// SPDX-License-Identifier: Apache-2.0
// What goes into a form: pages, answers, rows, signatures. What it gives out is in form_state_out.cpp.
#include "app/form_state.hpp"

#include "app/form_values.hpp"
#include "core/signature.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace kiosk::app {

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

void FormState::set_options(std::string_view id, std::vector<core::QuestionOption> options) {
    const bool known = std::ranges::find(options, text(id), &core::QuestionOption::id) != options.end();
    for (auto& page : m_pages)
        for (auto& field : page.fields)
            if (field.question.id == id)
                field.question.options = std::move(options);
    if (!known)
        clear(id);
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

} // namespace kiosk::app
