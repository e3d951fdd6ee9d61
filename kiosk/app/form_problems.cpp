// SPDX-License-Identifier: Apache-2.0
#include "app/form_problems.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::app {

namespace {

using Arguments = std::vector<std::pair<std::string, std::string>>;

// "<base>.between", "<base>.least" or "<base>.most", whichever the limits are; empty without any.
Message limits_text(std::string_view base, const core::Question& question) {
    Arguments arguments;
    if (question.min)
        arguments.emplace_back("min", std::to_string(*question.min));
    if (question.max)
        arguments.emplace_back("max", std::to_string(*question.max));
    if (arguments.empty())
        return {};
    const std::string_view which = question.min && question.max ? ".between" : question.min ? ".least" : ".most";
    return {std::string(base) + std::string(which), std::move(arguments)};
}

Message format_problem(FieldKind kind) {
    switch (kind) {
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
    case FieldKind::Signature:
        return {"form.problem.signature", {}};
    default:
        return {"form.problem.format", {}};
    }
}

} // namespace

// Told beforehand, where somebody could otherwise only guess.
Message limits_of(const core::Question& question) {
    auto limits = question;
    switch (question.type) {
    case core::QuestionType::Number:
        return limits_text("form.limits.number", question);
    case core::QuestionType::Multiple:
        if (limits.min && *limits.min <= 1)
            limits.min.reset();
        return limits_text("form.limits.choices", limits);
    default:
        return {};
    }
}

Message problem_text(FieldKind kind, core::AnswerProblem problem) {
    switch (problem) {
    case core::AnswerProblem::None:
        return {};
    case core::AnswerProblem::Missing:
        return {kind == FieldKind::Signature                 ? "form.problem.sign"
                : kind == FieldKind::List                    ? "form.problem.rows"
                : takes_text(kind) || kind == FieldKind::Contact ? "form.problem.missing"
                                                                 : "form.problem.choose",
                {}};
    case core::AnswerProblem::NotAnOption:
        return {"form.problem.choose", {}};
    case core::AnswerProblem::MustAccept:
        return {"form.problem.must_accept", {}};
    case core::AnswerProblem::TooLong:
        return {"form.problem.too_long", {}};
    case core::AnswerProblem::Format:
        break;
    }
    return format_problem(kind);
}

// A good answer but for the question's limits: then those are what to say.
Message limits_problem(const core::Question& question, const core::Answer& answer) {
    auto unlimited = question;
    unlimited.min.reset();
    unlimited.max.reset();
    if (core::check_answer(unlimited, &answer) != core::AnswerProblem::None)
        return {};
    switch (question.type) {
    case core::QuestionType::Number:
        return limits_text("form.problem.number", question);
    case core::QuestionType::Multiple:
        return limits_text("form.problem.choices", question);
    case core::QuestionType::List:
        return limits_text("form.problem.rows", question);
    default:
        return limits_text("form.problem.characters", question);
    }
}

} // namespace kiosk::app
