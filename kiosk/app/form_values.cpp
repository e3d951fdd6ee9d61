// SPDX-License-Identifier: Apache-2.0
#include "app/form_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace kiosk::app {

namespace {

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

bool has_option(const FormField& field, std::string_view id) {
    return std::ranges::any_of(field.question.options, [&](const auto& option) { return option.id == id; });
}

} // namespace

bool fits(const FormField& field, const core::Answer& answer) {
    switch (field_kind(field)) {
    case FieldKind::YesNo:
    case FieldKind::Consent:
        return std::holds_alternative<bool>(answer);
    case FieldKind::Single: {
        const auto* chosen = std::get_if<std::string>(&answer);
        return chosen != nullptr && (chosen->empty() || has_option(field, *chosen)); // empty takes it back
    }
    case FieldKind::Contact:
    case FieldKind::List: {
        const auto* rows = std::get_if<core::AnswerRows>(&answer);
        return rows != nullptr && rows->size() <= (field_kind(field) == FieldKind::Contact ? 1 : core::max_answer_rows);
    }
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

bool is_blank_row(const core::AnswerRow& row) {
    return std::ranges::all_of(row, [](const auto& cell) { return trimmed(cell.second).empty(); });
}

core::Answer tidy(const core::Answer& answer) {
    if (const auto* text = std::get_if<std::string>(&answer))
        return trimmed(*text);
    if (const auto* rows = std::get_if<core::AnswerRows>(&answer)) {
        core::AnswerRows kept;
        for (const auto& row : *rows) {
            if (is_blank_row(row))
                continue;
            auto& cells = kept.emplace_back();
            for (const auto& [column, cell] : row)
                if (auto text = trimmed(cell); !text.empty())
                    cells.emplace(column, std::move(text));
        }
        return kept;
    }
    return answer;
}

bool is_nothing(const core::Answer& answer) {
    const auto tidied = tidy(answer);
    if (const auto* text = std::get_if<std::string>(&tidied))
        return text->empty();
    if (const auto* chosen = std::get_if<std::vector<std::string>>(&tidied))
        return chosen->empty();
    if (const auto* rows = std::get_if<core::AnswerRows>(&tidied))
        return rows->empty();
    return false;
}

FieldKind column_kind(const core::QuestionColumn& column) {
    FormField cell;
    cell.question.type = column.type;
    return field_kind(cell);
}

std::optional<double> number_in(std::string_view text) {
    const auto plain = trimmed(text);
    double number = 0;
    const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
    if (plain.empty() || error != std::errc{} || end != plain.data() + plain.size() || std::abs(number) > 1e12)
        return std::nullopt;
    return number;
}

std::string number_text(double number) {
    if (number == std::floor(number))
        return std::to_string(static_cast<long long>(number));
    auto text = std::to_string(number);
    while (text.ends_with('0'))
        text.pop_back();
    return text;
}

} // namespace kiosk::app
