// SPDX-License-Identifier: Apache-2.0
#pragma once
// Answers as people read them: options by their texts, tables row by row. Purpose: what attendance, questionnaires and
// kioskctl show alike. Pure. Ownership: borrows. Threads: any. Failure: none; what is no option is shown as it is.
#include "core/catalogue.hpp"
#include "core/model.hpp"

#include <string>
#include <string_view>

namespace kiosk::exchange {

struct AnswerStyle {
    core::Language language = core::Language::Chinese;
    const core::Catalogue* texts = nullptr;
    std::string_view row_break = " | "; // between the rows of a list
};

std::string answer_text(const core::Question& question, const core::Answer& answer, const AnswerStyle& style);
// One cell of a list; "" where the row has none.
std::string cell_text(const core::QuestionColumn& column, const core::AnswerRow& row, core::Language language);
// "姓名" of a contact's column, which has no text of its own; else the column's text, or its id.
std::string column_text(const core::QuestionColumn& column, const AnswerStyle& style);

} // namespace kiosk::exchange
