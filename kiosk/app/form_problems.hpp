// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is said about an answer: limits beforehand, and afterwards what to do about it. Pure. Threads: any.
#include "app/form_state.hpp"

namespace kiosk::app {

Message limits_of(const core::Question& question); // empty where nobody needs to be told
Message problem_text(FieldKind kind, core::AnswerProblem problem);
// Of an answer that is good but for the question's limits; empty for every other.
Message limits_problem(const core::Question& question, const core::Answer& answer);

} // namespace kiosk::app
