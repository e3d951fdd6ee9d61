// SPDX-License-Identifier: Apache-2.0
#include "core/forms.hpp"

#include "core/questions.hpp"

#include <algorithm>

namespace kiosk::core {

namespace {

FormField* find_mutable(Form& form, std::string_view id) {
    for (auto& step : form)
        for (auto& field : step.fields)
            if (field.question.id == id)
                return &field;
    return nullptr;
}

// The field of `form` that asks the same: the same property of the person, the same consent, the same question.
FormField* same_as(Form& form, const FormField& field) {
    for (auto& step : form)
        for (auto& other : step.fields) {
            if (other.binding != field.binding)
                continue;
            const bool property = field.binding != Binding::Own && field.binding != Binding::Consent;
            if (property || (other.question.id == field.question.id && other.question.type == field.question.type))
                return &other;
        }
    return nullptr;
}

template <typename Item> void add_missing(std::vector<Item>& to, const std::vector<Item>& from) {
    for (const auto& item : from)
        if (std::ranges::find(to, item.id, &Item::id) == to.end())
            to.push_back(item);
}

void narrow(Question& into, const Question& from) {
    into.required = into.required || from.required;
    if (from.ask_at == AskAt::CheckIn)
        into.ask_at = AskAt::CheckIn;
    add_missing(into.options, from.options);
    add_missing(into.columns, from.columns);
    if (from.min)
        into.min = into.min ? std::max(*into.min, *from.min) : *from.min;
    if (from.max)
        into.max = into.max ? std::min(*into.max, *from.max) : *from.max;
    if (!from.depends_on)
        into.depends_on.reset(); // one of them asks it of everybody
}

bool is_chain_asked(const Form& form, const FormField& field, const Answers& answers, std::size_t steps) {
    if (!field.question.depends_on)
        return true;
    const auto* parent = find_field(form, field.question.depends_on->question);
    // A form can't wait for itself: fields depend on earlier ones only, but a merged one is looked at all the same.
    return steps < 64 && parent != nullptr && is_asked(field.question, "", answers) &&
           is_chain_asked(form, *parent, answers, steps + 1);
}

} // namespace

std::vector<Question> own_questions(const Form& form) {
    std::vector<Question> questions;
    for (const auto& step : form)
        for (const auto& field : step.fields)
            if (field.binding == Binding::Own)
                questions.push_back(field.question);
    return questions;
}

const FormField* find_field(const Form& form, std::string_view id) {
    return find_mutable(const_cast<Form&>(form), id);
}

bool is_asked(const Form& form, const FormField& field, const Answers& answers) {
    return is_chain_asked(form, field, answers, 0);
}

Form merge_forms(std::span<const Form> forms) {
    Form merged;
    for (const auto& form : forms)
        for (const auto& step : form) {
            std::vector<FormField> fresh;
            for (const auto& field : step.fields) {
                if (auto* known = same_as(merged, field)) {
                    narrow(known->question, field.question);
                    known->leads.insert(known->leads.end(), field.leads.begin(), field.leads.end());
                    continue;
                }
                auto added = field;
                if (find_field(merged, field.question.id) != nullptr)
                    added.question.id = step.id + "." + field.question.id;
                fresh.push_back(std::move(added));
            }
            const auto there = std::ranges::find(merged, step.id, &FormStep::id);
            if (there != merged.end())
                std::ranges::move(fresh, std::back_inserter(there->fields));
            else if (!fresh.empty())
                merged.push_back({step.id, step.title, std::move(fresh)});
        }
    return merged;
}

} // namespace kiosk::core
