// SPDX-License-Identifier: Apache-2.0
#pragma once
// Forms as they are declared: steps of fields that the host draws. Purpose: what a plugin asks of a registrant or in a
// questionnaire, checked and in both languages; how the forms of several plugins become one; how a form is pinned, so
// that what was answered can be read for as long as it is kept. Pure. Ownership: values. Threads: any.
#include "core/model.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

// Where the answer to a field goes. Bound fields are properties of the person or consents; the host has them anyway.
enum class Binding : std::uint8_t { Own = 1, Name, Phone, Email, Organisation, Title, Consent };

// An answer that makes a lead (core/leads.hpp) once the form is final.
struct LeadRule {
    std::string type;
    std::vector<std::string> values; // option ids, or "yes"; empty: any answer
};

struct FormField {
    Question question;
    LocalText help; // may be empty
    Binding binding = Binding::Own;
    std::vector<LeadRule> leads;
};

struct FormStep {
    std::string id;
    LocalText title;
    std::vector<FormField> fields;
};

using Form = std::vector<FormStep>;

// The form's own questions: the fields that are not bound.
std::vector<Question> own_questions(const Form& form);
const FormField* find_field(const Form& form, std::string_view id);

// The forms of an event type and its add-ons as one. Nothing is asked twice: fields that are bound to the same property
// (consents: with the same id), and fields of the same id and type, are asked where they come first; they are required
// if one of them is, have the options and columns of all, and the narrower limits. A field whose id is taken by one of
// another type stays as "<step>.<id>". Steps of the same id are one step.
Form merge_forms(std::span<const Form> forms);

// Is this field asked, given the answers so far? The whole chain of fields that it depends on must be.
bool is_asked(const Form& form, const FormField& field, const Answers& answers);

struct FieldProblem {
    std::string field;
    LocalText text; // what to do
};

// What a plugin says of answers: what is wrong beyond types, and values that follow from other answers.
struct Validation {
    std::vector<FieldProblem> problems;
    Answers values; // offered where the field is empty
};

// A questionnaire that a plugin offers to staff.
struct QuestionnaireInfo {
    std::string plugin;
    std::string id;
    std::int64_t version = 1;
    LocalText name;
};

// A form as JSON, to be pinned as a configuration document (entity "form", id of pinned_form_id()).
std::string form_json(const Form& form);
Result<Form> parse_form(std::string_view json);
std::string pinned_form_id(const QuestionnaireInfo& questionnaire); // "visit_enterprise/deep/1"

} // namespace kiosk::core
