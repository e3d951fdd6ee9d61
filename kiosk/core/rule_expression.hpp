// SPDX-License-Identifier: Apache-2.0
#pragma once
// A parsed rule and its evaluation, for this folder's own use. Purpose: the operators, standard and those of check-in
// rules. Ownership: an expression owns its arguments; an evaluation borrows the facts. Threads: an expression is
// immutable; an evaluation belongs to one thread. Failure: the first error ends the evaluation and is its result.
#include "core/jsonlogic.hpp"
#include "core/rule_value.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::core {

constexpr int max_rule_depth = 64;
constexpr int max_rule_steps = 10'000;
constexpr std::size_t max_rule_bytes = 65'536;

class Evaluation;

struct Operator {
    std::string_view name;
    std::size_t fewest; // arguments
    std::size_t most;
    RuleValue (Evaluation::*apply)(std::span<const struct Expression> arguments, const RuleValue& data);
};
const Operator* find_operator(std::string_view name);

struct Expression {
    const Operator* op = nullptr; // null: `list` says what the rest is
    bool list = false;            // the arguments are the members of a list
    RuleValue literal;
    std::vector<Expression> arguments;
};

class Evaluation {
public:
    explicit Evaluation(const RuleFacts& facts);

    Result<RuleValue> run(const Expression& expression);
    Result<bool> holds(const Expression& expression);

private:
    friend struct OperatorTable;
    using Arguments = std::span<const Expression>;
    using Data = const RuleValue&;

    // Null after an error; whoever loops or has side effects looks at m_error.
    RuleValue evaluate(const Expression& expression, Data data);
    RuleValue argument(Arguments arguments, std::size_t index, Data data);
    RuleValue::List all_arguments(Arguments arguments, Data data);
    // An object has no truth value here: it is a rule written wrongly, and must not let everybody in.
    bool truth(const RuleValue& value);
    bool spend(std::size_t steps);
    RuleValue error(std::string what);
    RuleValue too_large();
    std::optional<double> finite(double number);
    std::optional<Instant> moment(const RuleValue& value);

    RuleValue variable(const RuleValue& name, Data data, const RuleValue* otherwise);
    const RuleValue* find(const RuleValue& name, Data data) const;
    RuleValue missing_of(const RuleValue::List& names, Data data);
    RuleValue facts_as_data() const;
    std::optional<int> order(const RuleValue& a, const RuleValue& b);
    template <typename Test> RuleValue compared(Arguments arguments, Data data, Test test);
    template <typename Test> RuleValue ordered(Arguments arguments, Data data, Test test);
    template <typename Each> bool for_each(Arguments arguments, Data data, Each each);
    RuleValue custom_time(const RuleValue& value);
    RuleValue is_before(const RuleValue& a, const RuleValue& b, const RuleValue& tolerance);
    template <typename Test> double count_entries(Test test) const;
    template <typename Test> double count_entry_days(Test test) const;

    RuleValue op_var(Arguments, Data);
    RuleValue op_missing(Arguments, Data);
    RuleValue op_missing_some(Arguments, Data);
    RuleValue op_if(Arguments, Data);
    RuleValue op_and(Arguments, Data);
    RuleValue op_or(Arguments, Data);
    RuleValue op_not(Arguments, Data);
    RuleValue op_truth(Arguments, Data);
    RuleValue op_equal(Arguments, Data);
    RuleValue op_same(Arguments, Data);
    RuleValue op_not_equal(Arguments, Data);
    RuleValue op_not_same(Arguments, Data);
    RuleValue op_less(Arguments, Data);
    RuleValue op_less_equal(Arguments, Data);
    RuleValue op_more(Arguments, Data);
    RuleValue op_more_equal(Arguments, Data);
    RuleValue op_max(Arguments, Data);
    RuleValue op_min(Arguments, Data);
    RuleValue op_add(Arguments, Data);
    RuleValue op_subtract(Arguments, Data);
    RuleValue op_multiply(Arguments, Data);
    RuleValue op_divide(Arguments, Data);
    RuleValue op_remainder(Arguments, Data);
    RuleValue op_map(Arguments, Data);
    RuleValue op_filter(Arguments, Data);
    RuleValue op_reduce(Arguments, Data);
    RuleValue op_all(Arguments, Data);
    RuleValue op_none(Arguments, Data);
    RuleValue op_some(Arguments, Data);
    RuleValue op_merge(Arguments, Data);
    RuleValue op_in(Arguments, Data);
    RuleValue op_cat(Arguments, Data);
    RuleValue op_substr(Arguments, Data);
    RuleValue op_log(Arguments, Data);
    RuleValue op_count(Arguments, Data);

    RuleValue op_build_time(Arguments, Data);
    RuleValue op_is_before(Arguments, Data);
    RuleValue op_is_after(Arguments, Data);
    RuleValue op_object_list(Arguments, Data);
    RuleValue op_lookup(Arguments, Data);
    RuleValue op_in_list(Arguments, Data);
    RuleValue op_entries_since(Arguments, Data);
    RuleValue op_entries_before(Arguments, Data);
    RuleValue op_entries_days_since(Arguments, Data);
    RuleValue op_entries_days_before(Arguments, Data);

    const RuleFacts& m_facts;
    const RuleValue m_root; // what {"var": …} looks into, outside of lists
    int m_steps_left = max_rule_steps;
    std::optional<Error> m_error;
};

} // namespace kiosk::core
