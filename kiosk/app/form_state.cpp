// SPDX-License-Identifier: Apache-2.0
#include "app/form_state.hpp"

#include "app/text_entry.hpp"

#include <algorithm>

namespace kiosk::app {

namespace {

constexpr std::size_t short_fields_a_page = 2;
constexpr std::size_t choices_beside_another = 4;

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
        return chosen != nullptr && has_option(field, *chosen);
    }
    case FieldKind::Contact:
    case FieldKind::List:
        return std::holds_alternative<core::AnswerRows>(answer);
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

bool is_nothing(const core::Answer& answer) {
    if (const auto* text = std::get_if<std::string>(&answer))
        return trimmed(*text).empty();
    if (const auto* chosen = std::get_if<std::vector<std::string>>(&answer))
        return chosen->empty();
    if (const auto* rows = std::get_if<core::AnswerRows>(&answer))
        return rows->empty();
    return false;
}

core::Answer tidy(const core::Answer& answer) {
    if (const auto* text = std::get_if<std::string>(&answer))
        return trimmed(*text);
    return answer;
}

Message problem_text(const FormField& field, core::AnswerProblem problem) {
    switch (problem) {
    case core::AnswerProblem::None:
        return {};
    case core::AnswerProblem::Missing:
        return {takes_text(field_kind(field)) ? "form.problem.missing" : "form.problem.choose", {}};
    case core::AnswerProblem::NotAnOption:
        return {"form.problem.choose", {}};
    case core::AnswerProblem::MustAccept:
        return {"form.problem.must_accept", {}};
    case core::AnswerProblem::TooLong:
        return {"form.problem.too_long", {}};
    case core::AnswerProblem::Format:
        break;
    }
    switch (field_kind(field)) {
    case FieldKind::Phone:
        return {"form.problem.phone", {}};
    case FieldKind::Email:
        return {"form.problem.email", {}};
    case FieldKind::Number:
        return {"form.problem.number", {}};
    case FieldKind::Date:
        return {"form.problem.date", {}};
    case FieldKind::Time:
        return {"form.problem.time", {}};
    case FieldKind::DateTime:
        return {"form.problem.datetime", {}};
    default:
        return {"form.problem.format", {}};
    }
}

} // namespace

FieldKind field_kind(const FormField& field) {
    using enum core::QuestionType;
    if (field.is_consent)
        return FieldKind::Consent;
    switch (field.question.type) {
    case Text:
        return FieldKind::Text;
    case TextArea:
        return FieldKind::Multiline;
    case Number:
        return FieldKind::Number;
    case YesNo:
        return FieldKind::YesNo;
    case Single:
        return FieldKind::Single;
    case Multiple:
        return FieldKind::Multiple;
    case Date:
        return FieldKind::Date;
    case Time:
        return FieldKind::Time;
    case DateTime:
        return FieldKind::DateTime;
    case Email:
        return FieldKind::Email;
    case Phone:
        return FieldKind::Phone;
    case Country:
        return FieldKind::Country;
    case Contact:
        return FieldKind::Contact;
    case List:
        return FieldKind::List;
    case Signature:
        return FieldKind::Signature;
    }
    return FieldKind::Text;
}

bool takes_text(FieldKind kind) {
    return kind != FieldKind::YesNo && kind != FieldKind::Single && kind != FieldKind::Multiple &&
           kind != FieldKind::Consent && kind != FieldKind::Contact && kind != FieldKind::List &&
           kind != FieldKind::Signature;
}

bool takes_digits_only(FieldKind kind) {
    return kind == FieldKind::Number || kind == FieldKind::Phone || kind == FieldKind::Date || kind == FieldKind::Time ||
           kind == FieldKind::DateTime;
}

void FormState::add_page(std::vector<FormField> fields) {
    if (!fields.empty())
        m_pages.push_back(std::move(fields));
}

const FormField* FormState::find(std::string_view id) const {
    for (const auto& page : m_pages)
        for (const auto& field : page)
            if (field.question.id == id)
                return &field;
    return nullptr;
}

void FormState::go_to_page_of(std::string_view id) {
    for (std::size_t page = 0; page < m_pages.size(); ++page)
        for (const auto& field : m_pages[page])
            if (field.question.id == id)
                m_page = page;
}

bool FormState::previous_page() {
    if (m_page == 0)
        return false;
    --m_page;
    return true;
}

bool FormState::set(std::string_view id, const core::Answer& answer) {
    const auto* field = find(id);
    if (field == nullptr || !fits(*field, answer))
        return false;
    if (is_nothing(answer))
        m_values.erase(std::string(id));
    else
        m_values.insert_or_assign(std::string(id), answer);
    m_problems.erase(std::string(id));
    return true;
}

void FormState::set_problem(std::string_view id, Message problem) {
    m_problems.insert_or_assign(std::string(id), std::move(problem));
}

const core::Answer* FormState::value(std::string_view id) const {
    const auto found = m_values.find(id);
    return found == m_values.end() ? nullptr : &found->second;
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

bool FormState::is_shown(const FormField& field) const { return field.unless.empty() || !yes(field.unless); }

bool FormState::check_page() {
    bool good = true;
    for (const auto& field : m_pages.at(m_page)) {
        const auto& id = field.question.id;
        m_problems.erase(id);
        if (!is_shown(field))
            continue;
        core::AnswerProblem problem = core::AnswerProblem::None;
        if (field.is_consent) {
            if (field.question.required && !yes(id))
                problem = core::AnswerProblem::MustAccept;
        } else if (const auto* answer = value(id); answer != nullptr) {
            const auto tidied = tidy(*answer);
            problem = core::check_answer(field.question, &tidied);
        } else if (field.question.required) {
            problem = core::AnswerProblem::Missing;
        }
        if (problem != core::AnswerProblem::None) {
            m_problems.insert_or_assign(id, problem_text(field, problem));
            good = false;
        }
    }
    return good;
}

std::string FormState::wants_focus() const {
    for (const auto& field : m_pages.at(m_page))
        if (m_problems.contains(field.question.id) && takes_text(field_kind(field)) && is_shown(field))
            return field.question.id;
    for (const auto& field : m_pages.at(m_page))
        if (field.question.required && takes_text(field_kind(field)) && is_shown(field) &&
            value(field.question.id) == nullptr)
            return field.question.id;
    return {};
}

std::vector<FieldView> FormState::fields() const {
    std::vector<FieldView> views;
    for (const auto& field : m_pages.at(m_page)) {
        if (!is_shown(field))
            continue;
        FieldView view;
        view.id = field.question.id;
        view.kind = field_kind(field);
        view.label = field.question.text;
        view.help = field.help;
        view.required = field.question.required;
        view.options = field.question.options;
        if (const auto* answer = value(field.question.id)) {
            view.value = *answer;
            view.answered = true;
        }
        if (const auto problem = m_problems.find(field.question.id); problem != m_problems.end())
            view.problem = problem->second;
        views.push_back(std::move(view));
    }
    return views;
}

core::Answers FormState::answers() const {
    core::Answers answers;
    for (const auto& page : m_pages)
        for (const auto& field : page)
            if (const auto* answer = value(field.question.id); answer != nullptr && !field.is_consent && is_shown(field))
                answers.insert_or_assign(field.question.id, tidy(*answer));
    return answers;
}

core::Consents FormState::consents() const {
    core::Consents consents;
    for (const auto& page : m_pages)
        for (const auto& field : page)
            if (field.is_consent && value(field.question.id) != nullptr)
                consents.insert_or_assign(field.question.id, yes(field.question.id));
    return consents;
}

std::vector<std::vector<FormField>> paged(std::vector<FormField> fields) {
    std::vector<std::vector<FormField>> pages;
    bool full = true;
    for (auto& field : fields) {
        const auto kind = field_kind(field);
        const bool alone = kind == FieldKind::Multiline || field.question.options.size() > choices_beside_another;
        const auto depends_on_page = [&](const std::vector<FormField>& page) {
            return field.question.depends_on && std::ranges::any_of(page, [&](const FormField& other) {
                       return other.question.id == field.question.depends_on->question;
                   });
        };
        // Consents are read together, apart from questions.
        if (full || alone || depends_on_page(pages.back()) || pages.back().front().is_consent != field.is_consent)
            pages.emplace_back();
        const bool consent = field.is_consent;
        pages.back().push_back(std::move(field));
        full = alone || (!consent && pages.back().size() >= short_fields_a_page);
    }
    return pages;
}

} // namespace kiosk::app
