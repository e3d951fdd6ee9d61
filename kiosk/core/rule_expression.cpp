// SPDX-License-Identifier: Apache-2.0
// JsonLogic's own operators; those of check-in rules are in rule_checkin.cpp. "and", "or" and "if" stop where the
// answer is known, as everywhere; what is not reached can't fail.
#include "core/rule_expression.hpp"

#include "core/letters.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <tuple>

namespace kiosk::core {

struct OperatorTable {
    static constexpr std::size_t many = 10'000;
    static constexpr std::array operators{
        Operator{"var", 0, 2, &Evaluation::op_var},
        Operator{"missing", 0, many, &Evaluation::op_missing},
        Operator{"missing_some", 2, 2, &Evaluation::op_missing_some},
        Operator{"if", 0, many, &Evaluation::op_if},
        Operator{"?:", 0, many, &Evaluation::op_if},
        Operator{"and", 1, many, &Evaluation::op_and},
        Operator{"or", 1, many, &Evaluation::op_or},
        Operator{"!", 1, 1, &Evaluation::op_not},
        Operator{"!!", 1, 1, &Evaluation::op_truth},
        Operator{"==", 2, 2, &Evaluation::op_equal},
        Operator{"===", 2, 2, &Evaluation::op_same},
        Operator{"!=", 2, 2, &Evaluation::op_not_equal},
        Operator{"!==", 2, 2, &Evaluation::op_not_same},
        Operator{"<", 2, 3, &Evaluation::op_less},
        Operator{"<=", 2, 3, &Evaluation::op_less_equal},
        Operator{">", 2, 3, &Evaluation::op_more},
        Operator{">=", 2, 3, &Evaluation::op_more_equal},
        Operator{"max", 1, many, &Evaluation::op_max},
        Operator{"min", 1, many, &Evaluation::op_min},
        Operator{"+", 0, many, &Evaluation::op_add},
        Operator{"-", 1, 2, &Evaluation::op_subtract},
        Operator{"*", 1, many, &Evaluation::op_multiply},
        Operator{"/", 2, 2, &Evaluation::op_divide},
        Operator{"%", 2, 2, &Evaluation::op_remainder},
        Operator{"map", 2, 2, &Evaluation::op_map},
        Operator{"filter", 2, 2, &Evaluation::op_filter},
        Operator{"reduce", 2, 3, &Evaluation::op_reduce},
        Operator{"all", 2, 2, &Evaluation::op_all},
        Operator{"none", 2, 2, &Evaluation::op_none},
        Operator{"some", 2, 2, &Evaluation::op_some},
        Operator{"merge", 0, many, &Evaluation::op_merge},
        Operator{"in", 2, 2, &Evaluation::op_in},
        Operator{"cat", 0, many, &Evaluation::op_cat},
        Operator{"substr", 2, 3, &Evaluation::op_substr},
        Operator{"log", 1, 1, &Evaluation::op_log},
        Operator{"count", 0, many, &Evaluation::op_count},
        Operator{"buildTime", 1, 2, &Evaluation::op_build_time},
        Operator{"isBefore", 2, 3, &Evaluation::op_is_before},
        Operator{"isAfter", 2, 3, &Evaluation::op_is_after},
        Operator{"objectList", 0, many, &Evaluation::op_object_list},
        Operator{"lookup", 2, 3, &Evaluation::op_lookup},
        Operator{"inList", 2, 2, &Evaluation::op_in_list},
        Operator{"entries_since", 1, 1, &Evaluation::op_entries_since},
        Operator{"entries_before", 1, 1, &Evaluation::op_entries_before},
        Operator{"entries_days_since", 1, 1, &Evaluation::op_entries_days_since},
        Operator{"entries_days_before", 1, 1, &Evaluation::op_entries_days_before},
    };
};

const Operator* find_operator(std::string_view name) {
    const auto* found = std::ranges::find(OperatorTable::operators, name, &Operator::name);
    return found == OperatorTable::operators.end() ? nullptr : found;
}

// --- running -------------------------------------------------------------------------------------------------------

Evaluation::Evaluation(const RuleFacts& facts) : m_facts(facts), m_root(facts_as_data()) {}

Result<RuleValue> Evaluation::run(const Expression& expression) {
    auto value = evaluate(expression, m_root);
    if (m_error)
        return std::unexpected(*m_error);
    return value;
}

Result<bool> Evaluation::holds(const Expression& expression) {
    const bool holds = truth(evaluate(expression, m_root));
    if (m_error)
        return std::unexpected(*m_error);
    return holds;
}

RuleValue Evaluation::evaluate(const Expression& expression, Data data) {
    if (!spend(1))
        return {};
    if (expression.op)
        return (this->*expression.op->apply)(expression.arguments, data);
    return expression.list ? RuleValue(all_arguments(expression.arguments, data)) : expression.literal;
}

RuleValue Evaluation::argument(Arguments arguments, std::size_t index, Data data) {
    return index < arguments.size() ? evaluate(arguments[index], data) : RuleValue();
}

RuleValue::List Evaluation::all_arguments(Arguments arguments, Data data) {
    RuleValue::List values;
    for (const auto& each : arguments) {
        values.push_back(evaluate(each, data));
        if (m_error)
            return {};
    }
    return values;
}

bool Evaluation::truth(const RuleValue& value) {
    if (value.object())
        error("an object where true or false is wanted");
    return !m_error && value.truthy();
}

bool Evaluation::spend(std::size_t steps) {
    if (m_error)
        return false;
    if (steps > static_cast<std::size_t>(m_steps_left)) {
        (void)too_large();
        return false;
    }
    m_steps_left -= static_cast<int>(steps);
    return true;
}

RuleValue Evaluation::error(std::string what) {
    if (!m_error)
        m_error = fail(ErrorCode::Invalid, "error.rule_value", std::move(what)).error();
    return {};
}

RuleValue Evaluation::too_large() {
    if (!m_error)
        m_error = fail(ErrorCode::TooLarge, "error.rule_too_large").error();
    return {};
}

// --- data ----------------------------------------------------------------------------------------------------------

const RuleValue* Evaluation::find(const RuleValue& name, Data data) const {
    const auto path = name.as_text();
    const RuleValue* at = &data;
    if (path.empty())
        return at;
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find('.', begin), path.size());
        const auto key = std::string_view(path).substr(begin, end - begin);
        begin = end + 1;
        if (const auto* object = at->object()) {
            const auto found = object->find(key);
            if (found == object->end())
                return nullptr;
            at = &found->second;
        } else if (const auto* list = at->list()) {
            const double index = key.empty() ? -1 : number_in(key);
            if (!(index >= 0 && index < static_cast<double>(list->size())) || index != std::trunc(index))
                return nullptr;
            at = &(*list)[static_cast<std::size_t>(index)];
        } else {
            return nullptr;
        }
    }
    return at;
}

RuleValue Evaluation::variable(const RuleValue& name, Data data, const RuleValue* otherwise) {
    const auto* found = find(name, data);
    if (found && (!found->is_null() || !otherwise))
        return *found;
    if (otherwise)
        return *otherwise;
    // Within map and its like, a member may lack what others have. A fact that doesn't exist is a mistake.
    if (data.object() == m_root.object())
        return error("unknown variable " + shortened(name.as_text()));
    return {};
}

RuleValue Evaluation::op_var(Arguments arguments, Data data) {
    const auto name = argument(arguments, 0, data);
    const auto otherwise = argument(arguments, 1, data);
    return m_error ? RuleValue() : variable(name, data, arguments.size() > 1 ? &otherwise : nullptr);
}

RuleValue Evaluation::missing_of(const RuleValue::List& names, Data data) {
    RuleValue::List missing;
    if (!spend(names.size()))
        return {};
    for (const auto& name : names) {
        const auto* found = find(name, data);
        if (!found || found->is_null() || (found->text() && found->text()->empty()))
            missing.push_back(name);
    }
    return RuleValue(std::move(missing));
}

RuleValue Evaluation::op_missing(Arguments arguments, Data data) {
    const auto names = all_arguments(arguments, data);
    if (!names.empty() && names.front().list())
        return missing_of(*names.front().list(), data);
    return missing_of(names, data);
}

RuleValue Evaluation::op_missing_some(Arguments arguments, Data data) {
    const auto wanted = argument(arguments, 0, data).as_number();
    const auto names = argument(arguments, 1, data);
    if (!names.list())
        return error("missing_some wants a list");
    auto missing = missing_of(*names.list(), data);
    if (m_error)
        return {};
    const auto present = names.list()->size() - missing.list()->size();
    return static_cast<double>(present) >= wanted ? RuleValue(RuleValue::List()) : missing;
}

// --- logic ---------------------------------------------------------------------------------------------------------

RuleValue Evaluation::op_if(Arguments arguments, Data data) {
    std::size_t i = 0;
    for (; i + 1 < arguments.size(); i += 2)
        if (truth(evaluate(arguments[i], data)))
            return evaluate(arguments[i + 1], data);
    return argument(arguments, i, data);
}

RuleValue Evaluation::op_and(Arguments arguments, Data data) {
    RuleValue value;
    for (const auto& each : arguments) {
        value = evaluate(each, data);
        if (!truth(value))
            break;
    }
    return value;
}

RuleValue Evaluation::op_or(Arguments arguments, Data data) {
    RuleValue value;
    for (const auto& each : arguments) {
        value = evaluate(each, data);
        if (truth(value) || m_error)
            break;
    }
    return value;
}

RuleValue Evaluation::op_not(Arguments arguments, Data data) {
    return RuleValue(!truth(argument(arguments, 0, data)));
}
RuleValue Evaluation::op_truth(Arguments arguments, Data data) {
    return RuleValue(truth(argument(arguments, 0, data)));
}

template <typename Test> RuleValue Evaluation::compared(Arguments arguments, Data data, Test test) {
    const auto values = all_arguments(arguments, data);
    if (m_error)
        return {};
    const auto& [a, b] = std::tie(values[0], values[1]);
    const bool one_time = (a.instant() == nullptr) != (b.instant() == nullptr);
    if (one_time && !a.is_null() && !b.is_null())
        return error("a time is compared with something else");
    return RuleValue(test(a, b));
}

RuleValue Evaluation::op_equal(Arguments arguments, Data data) {
    return compared(arguments, data, loosely_equal);
}
RuleValue Evaluation::op_same(Arguments arguments, Data data) {
    return compared(arguments, data, strictly_equal);
}
RuleValue Evaluation::op_not_equal(Arguments arguments, Data data) {
    return compared(arguments, data, std::not_fn(loosely_equal));
}
RuleValue Evaluation::op_not_same(Arguments arguments, Data data) {
    return compared(arguments, data, std::not_fn(strictly_equal));
}

std::optional<int> Evaluation::order(const RuleValue& a, const RuleValue& b) {
    if ((a.instant() == nullptr) != (b.instant() == nullptr)) {
        error("a time is compared with something else");
        return std::nullopt;
    }
    return compare(a, b);
}

template <typename Test> RuleValue Evaluation::ordered(Arguments arguments, Data data, Test test) {
    const auto values = all_arguments(arguments, data);
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
        const auto result = order(values[i], values[i + 1]);
        if (!result || !test(*result))
            return RuleValue(false);
    }
    return RuleValue(true);
}

RuleValue Evaluation::op_less(Arguments arguments, Data data) {
    return ordered(arguments, data, [](int order) { return order < 0; });
}
RuleValue Evaluation::op_less_equal(Arguments arguments, Data data) {
    return ordered(arguments, data, [](int order) { return order <= 0; });
}
RuleValue Evaluation::op_more(Arguments arguments, Data data) {
    return ordered(arguments, data, [](int order) { return order > 0; });
}
RuleValue Evaluation::op_more_equal(Arguments arguments, Data data) {
    return ordered(arguments, data, [](int order) { return order >= 0; });
}

// --- numbers -------------------------------------------------------------------------------------------------------

std::optional<double> Evaluation::finite(double number) {
    if (std::isfinite(number))
        return number;
    error("not a number");
    return std::nullopt;
}

namespace {

// JavaScript's parseFloat takes null and truth values for no numbers, where Number() does not.
double parsed_number(const RuleValue& value) {
    const bool none = value.is_null() || value.boolean() || (value.text() && value.text()->empty());
    return none ? std::nan("") : value.as_number();
}

} // namespace

RuleValue Evaluation::op_add(Arguments arguments, Data data) {
    double sum = 0;
    for (const auto& each : all_arguments(arguments, data))
        sum += parsed_number(each);
    const auto result = finite(sum);
    return result ? RuleValue(*result) : RuleValue();
}

RuleValue Evaluation::op_multiply(Arguments arguments, Data data) {
    double product = 1;
    for (const auto& each : all_arguments(arguments, data))
        product *= parsed_number(each);
    const auto result = finite(product);
    return result ? RuleValue(*result) : RuleValue();
}

RuleValue Evaluation::op_subtract(Arguments arguments, Data data) {
    const double first = argument(arguments, 0, data).as_number();
    const double second = argument(arguments, 1, data).as_number();
    const auto result = finite(arguments.size() == 1 ? -first : first - second);
    return result ? RuleValue(*result) : RuleValue();
}

RuleValue Evaluation::op_divide(Arguments arguments, Data data) {
    const double dividend = argument(arguments, 0, data).as_number();
    const double divisor = argument(arguments, 1, data).as_number();
    if (divisor == 0)
        return error("division by zero");
    const auto result = finite(dividend / divisor);
    return result ? RuleValue(*result) : RuleValue();
}

RuleValue Evaluation::op_remainder(Arguments arguments, Data data) {
    const double dividend = argument(arguments, 0, data).as_number();
    const double divisor = argument(arguments, 1, data).as_number();
    if (divisor == 0)
        return error("division by zero");
    const auto result = finite(std::fmod(dividend, divisor));
    return result ? RuleValue(*result) : RuleValue();
}

RuleValue Evaluation::op_max(Arguments arguments, Data data) {
    double most = -HUGE_VAL;
    for (const auto& each : all_arguments(arguments, data))
        most = std::isnan(each.as_number()) ? each.as_number() : std::max(most, each.as_number());
    const auto result = finite(most);
    return result ? RuleValue(*result) : RuleValue();
}

RuleValue Evaluation::op_min(Arguments arguments, Data data) {
    double least = HUGE_VAL;
    for (const auto& each : all_arguments(arguments, data))
        least = std::isnan(each.as_number()) ? each.as_number() : std::min(least, each.as_number());
    const auto result = finite(least);
    return result ? RuleValue(*result) : RuleValue();
}

// --- lists ---------------------------------------------------------------------------------------------------------

// Evaluates the second argument for every member of the first; `each` (member, value) says whether to go on.
template <typename Each> bool Evaluation::for_each(Arguments arguments, Data data, Each each) {
    const auto members = argument(arguments, 0, data);
    if (m_error || !members.list())
        return false; // what is no list has no members
    for (const auto& member : *members.list()) {
        const auto value = argument(arguments, 1, member);
        if (m_error || !each(member, value))
            break;
    }
    return !members.list()->empty();
}

RuleValue Evaluation::op_map(Arguments arguments, Data data) {
    RuleValue::List mapped;
    for_each(arguments, data, [&](const RuleValue&, const RuleValue& value) {
        mapped.push_back(value);
        return true;
    });
    return RuleValue(std::move(mapped));
}

RuleValue Evaluation::op_filter(Arguments arguments, Data data) {
    RuleValue::List kept;
    for_each(arguments, data, [&](const RuleValue& member, const RuleValue& value) {
        if (truth(value))
            kept.push_back(member);
        return true;
    });
    return RuleValue(std::move(kept));
}

RuleValue Evaluation::op_reduce(Arguments arguments, Data data) {
    const auto members = argument(arguments, 0, data);
    auto accumulator = argument(arguments, 2, data);
    if (!members.list())
        return accumulator;
    for (const auto& member : *members.list()) {
        accumulator =
            argument(arguments, 1, RuleValue(RuleValue::Object{{"current", member}, {"accumulator", accumulator}}));
        if (m_error)
            return {};
    }
    return accumulator;
}

RuleValue Evaluation::op_all(Arguments arguments, Data data) {
    bool all = true;
    const bool any = for_each(arguments, data, [&](const RuleValue&, const RuleValue& value) {
        all = truth(value);
        return all;
    });
    return RuleValue(any && all);
}

RuleValue Evaluation::op_some(Arguments arguments, Data data) {
    bool some = false;
    for_each(arguments, data, [&](const RuleValue&, const RuleValue& value) {
        some = truth(value);
        return !some;
    });
    return RuleValue(some);
}

RuleValue Evaluation::op_none(Arguments arguments, Data data) {
    return RuleValue(!*op_some(arguments, data).boolean());
}

RuleValue Evaluation::op_merge(Arguments arguments, Data data) {
    RuleValue::List merged;
    for (const auto& each : all_arguments(arguments, data)) {
        const auto* list = each.list();
        if (!spend(list ? list->size() : 1))
            return {};
        if (list)
            merged.insert(merged.end(), list->begin(), list->end());
        else
            merged.push_back(each);
    }
    return RuleValue(std::move(merged));
}

RuleValue Evaluation::op_in(Arguments arguments, Data data) {
    const auto wanted = argument(arguments, 0, data);
    const auto where = argument(arguments, 1, data);
    if (const auto* text = where.text()) {
        const auto part = wanted.as_text();
        constexpr std::size_t bytes_a_step = 64;
        return spend((text->size() + part.size()) / bytes_a_step) ? RuleValue(text->find(part) != std::string::npos)
                                                                  : RuleValue();
    }
    const auto* list = where.list();
    if (list && !spend(list->size()))
        return {};
    return RuleValue(list &&
                     std::ranges::any_of(*list, [&](const RuleValue& each) { return strictly_equal(each, wanted); }));
}

RuleValue Evaluation::op_count(Arguments arguments, Data data) {
    double count = 0;
    for (const auto& each : all_arguments(arguments, data))
        count += truth(each) ? 1 : 0;
    return RuleValue(count);
}

// --- texts ---------------------------------------------------------------------------------------------------------

RuleValue Evaluation::op_cat(Arguments arguments, Data data) {
    std::string joined;
    for (const auto& each : all_arguments(arguments, data)) {
        joined += each.as_text();
        if (joined.size() > max_rule_bytes)
            return too_large();
    }
    constexpr std::size_t bytes_a_step = 256;
    return spend(joined.size() / bytes_a_step) ? RuleValue(std::move(joined)) : RuleValue();
}

// As JavaScript's substr, and a negative length leaves that many characters away from the end.
RuleValue Evaluation::op_substr(Arguments arguments, Data data) {
    const auto text = argument(arguments, 0, data).as_text();
    const double start = std::trunc(argument(arguments, 1, data).as_number());
    const double length = std::trunc(argument(arguments, 2, data).as_number());
    if (std::isnan(start) || std::isnan(length))
        return error("substr wants numbers");
    if (!spend(text.size() / 64))
        return {};
    const auto letters = to_letters(text);
    const auto size = static_cast<double>(letters.size());
    const double begin = start < 0 ? std::max(0.0, size + start) : std::min(start, size);
    double end = size;
    if (arguments.size() > 2)
        end = length < 0 ? size + length : std::min(size, begin + length);
    if (end <= begin)
        return RuleValue(std::string());
    return RuleValue(to_utf8(letters.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin))));
}

RuleValue Evaluation::op_log(Arguments arguments, Data data) {
    return argument(arguments, 0, data);
}

} // namespace kiosk::core
