// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a plugin declares, as the rest of the kiosk uses it: checked, and with its texts in both languages.
// Ownership: values. Threads: any.
#include "core/model.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kiosk::plugin_host {

// Where the answer to a field goes. Bound fields are properties of the person or consents; the host has them anyway.
enum class Binding : std::uint8_t { Answer = 1, Name, Phone, Email, Organisation, Title, Consent };

struct FormField {
    core::Question question;
    core::LocalText help; // may be empty
    Binding binding = Binding::Answer;
};

struct FormStep {
    std::string id;
    core::LocalText title;
    std::vector<FormField> fields;
};

using Form = std::vector<FormStep>;

// The plugin's own questions: the fields that are not bound.
std::vector<core::Question> own_questions(const Form& form);

struct FieldProblem {
    std::string field;
    core::LocalText text;
};

struct AgendaBlock {
    std::string kind;
    core::LocalText title;
    std::int64_t start_min = 0; // after the event's start
    std::int64_t length_min = 0;
};

struct ReportSection {
    std::string id;
    core::LocalText title;
    std::vector<std::string> figures;
    bool confidential = false;
};

} // namespace kiosk::plugin_host
