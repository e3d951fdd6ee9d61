// SPDX-License-Identifier: Apache-2.0
#pragma once
// Questions asked at the door. Purpose: which are still open for a registration, and whether an answer fits its type.
// Pure. Threads: any.
#include "core/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

enum class AnswerProblem : std::uint8_t { None = 0, Missing, Format, NotAnOption, MustAccept, TooLong };

constexpr std::size_t max_answer_bytes = 4000; // of a text
constexpr std::size_t max_answer_rows = 60;    // of a list
constexpr std::size_t max_cell_bytes = 400;
std::size_t max_answer_bytes_of(QuestionType type); // of the text of an answer: signatures are longer
// The columns of a list; of a contact the four that it always has (their texts come from the catalogue).
const std::vector<QuestionColumn>& columns_of(const Question& question);

AnswerProblem check_answer(const Question& question, const Answer* answer);
// Is it asked at all, given the other answers (depends_on) and the ticket type?
bool is_asked(const Question& question, std::string_view ticket_type, const Answers& answers);
// Ids of the questions that hold this person up at check-in: required and without a fitting answer, and optional ones
// with an answer that doesn't fit. `known` are stored answers, `given` those of this scan, which go before.
std::vector<std::string> open_questions(const EventConfig& config, std::string_view ticket_type, const Answers& known,
                                        const Answers& given);
Answers merged(const Answers& known, const Answers& given);

} // namespace kiosk::core
