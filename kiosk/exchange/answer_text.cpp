// SPDX-License-Identifier: Apache-2.0
#include "exchange/answer_text.hpp"

#include "core/questions.hpp"

#include <algorithm>
#include <variant>

namespace kiosk::exchange {

namespace {

std::string option_text(const std::vector<core::QuestionOption>& options, const std::string& id,
                        core::Language language) {
    const auto option = std::ranges::find(options, id, &core::QuestionOption::id);
    if (option == options.end() || option->text.in(language).empty())
        return id;
    return option->text.in(language);
}

} // namespace

std::string cell_text(const core::QuestionColumn& column, const core::AnswerRow& row, core::Language language) {
    const auto cell = row.find(column.id);
    return cell == row.end() ? std::string() : option_text(column.options, cell->second, language);
}

std::string column_text(const core::QuestionColumn& column, const AnswerStyle& style) {
    if (const auto& text = column.text.in(style.language); !text.empty())
        return text;
    const auto key = "export.contact." + column.id;
    return style.texts->has(key) ? style.texts->text(style.language, key) : column.id;
}

std::string answer_text(const core::Question& question, const core::Answer& answer, const AnswerStyle& style) {
    const auto text = [&](std::string_view key) { return style.texts->text(style.language, key); };
    if (const auto* yes = std::get_if<bool>(&answer))
        return text(*yes ? "export.yes" : "export.no");
    if (const auto* typed = std::get_if<std::string>(&answer)) {
        if (question.type == core::QuestionType::Signature) // strokes are nothing to read
            return typed->empty() ? std::string() : text("export.signed");
        return option_text(question.options, *typed, style.language);
    }
    std::string joined;
    if (const auto* chosen = std::get_if<std::vector<std::string>>(&answer)) {
        for (const auto& id : *chosen)
            joined += (joined.empty() ? "" : "; ") + option_text(question.options, id, style.language);
        return joined;
    }
    for (const auto& row : std::get<core::AnswerRows>(answer)) {
        std::string line;
        const auto& columns = core::columns_of(question);
        if (columns.empty()) // a list whose question is not known any more
            for (const auto& [id, cell] : row)
                line += (line.empty() ? "" : "; ") + id + " " + cell;
        for (const auto& column : columns)
            if (const auto cell = cell_text(column, row, style.language); !cell.empty())
                line += (line.empty() ? "" : "; ") + cell;
        if (!line.empty())
            joined += (joined.empty() ? "" : std::string(style.row_break)) + line;
    }
    return joined;
}

} // namespace kiosk::exchange
