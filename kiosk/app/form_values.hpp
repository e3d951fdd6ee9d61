// SPDX-License-Identifier: Apache-2.0
#pragma once
// Values of form fields as people type and touch them. Purpose: what the files of FormState share: shapes, blanks, tidying,
// numbers. Ownership: values. Threads: any. Failure: none.
#include "app/form_state.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kiosk::app {

// Does the answer have this field's shape? Whether it is a good answer is checked when the page is left.
bool fits(const FormField& field, const core::Answer& answer);
bool is_blank_row(const core::AnswerRow& row);
core::Answer tidy(const core::Answer& answer); // as it is answered: trimmed, without rows and cells in which nothing stands
bool is_nothing(const core::Answer& answer);
FieldKind column_kind(const core::QuestionColumn& column);
// Digits with at most one point: what can be added up; and back, as a whole number where it is one.
std::optional<double> number_in(std::string_view text);
std::string number_text(double number);

} // namespace kiosk::app
