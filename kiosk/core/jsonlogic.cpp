// SPDX-License-Identifier: Apache-2.0
#include "core/jsonlogic.hpp"

#include "core/letters.hpp"
#include "core/rule_expression.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace kiosk::core {

struct Rule::Node {
    Expression root;
};

namespace {

using Json = nlohmann::json;

Result<Expression> expression_of(const Json& json, int depth);

Result<RuleValue> literal_of(const Json& json) {
    switch (json.type()) {
    case Json::value_t::null:
        return RuleValue();
    case Json::value_t::boolean:
        return RuleValue(json.get<bool>());
    case Json::value_t::string:
        return RuleValue(json.get<std::string>());
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
        return RuleValue(json.get<double>());
    default:
        return fail(ErrorCode::Invalid, "error.rule_syntax", "an object that has not one operator");
    }
}

Result<std::vector<Expression>> expressions_of(const Json& list, int depth) {
    std::vector<Expression> expressions;
    for (const auto& each : list) {
        KIOSK_TRY(auto expression, expression_of(each, depth));
        expressions.push_back(std::move(expression));
    }
    return expressions;
}

Result<Expression> expression_of(const Json& json, int depth) {
    if (depth > max_rule_depth)
        return fail(ErrorCode::TooLarge, "error.rule_too_large");
    Expression expression;
    if (json.is_array()) {
        expression.list = true;
        KIOSK_TRY(expression.arguments, expressions_of(json, depth + 1));
        return expression;
    }
    if (!json.is_object() || json.size() != 1) {
        KIOSK_TRY(expression.literal, literal_of(json));
        return expression;
    }
    const auto& name = json.begin().key();
    const auto& arguments = json.begin().value();
    expression.op = find_operator(name);
    if (!expression.op)
        return fail(ErrorCode::Invalid, "error.rule_syntax", "unknown operator " + shortened(name));
    if (arguments.is_array()) {
        KIOSK_TRY(expression.arguments, expressions_of(arguments, depth + 1));
    } else { // {"var": "now"} is short for {"var": ["now"]}
        KIOSK_TRY(auto only, expression_of(arguments, depth + 1));
        expression.arguments.push_back(std::move(only));
    }
    if (expression.arguments.size() < expression.op->fewest || expression.arguments.size() > expression.op->most)
        return fail(ErrorCode::Invalid, "error.rule_syntax",
                    fmt::format("{} with {} arguments", name, expression.arguments.size()));
    return expression;
}

// --- in words ------------------------------------------------------------------------------------------------------

// Writes an expression as a formula: signs and names that need no translation.
class Formula {
public:
    explicit Formula(const RuleFacts& facts) : m_facts(facts) {}

    // The part to blame for a rule that doesn't hold.
    const Expression& culprit(const Expression& expression) const {
        if (!expression.op || expression.op->name != "and")
            return expression;
        for (const auto& part : expression.arguments)
            if (!holds(part))
                return culprit(part);
        return expression;
    }

    std::string of(const Expression& expression, int depth = 0) const {
        if (depth > max_depth)
            return "…";
        const auto& arguments = expression.arguments;
        const auto part = [&](std::size_t index) {
            return index < arguments.size() ? of(arguments[index], depth + 1) : std::string();
        };
        if (expression.list)
            return "{" + joined(arguments, ", ", depth) + "}";
        if (!expression.op)
            return shortened(expression.literal.as_text());
        const auto name = expression.op->name;
        if (name == "var" || name == "log")
            return part(0);
        if (name == "and" || name == "or")
            return (depth > 0 ? "(" : "") + joined(arguments, name == "and" ? " && " : " || ", depth) +
                   (depth > 0 ? ")" : "");
        if (name == "!" && arguments.size() == 1)
            return "!(" + part(0) + ")";
        if (name == "isBefore" || name == "isAfter") {
            const bool before = name == "isBefore";
            const bool tolerant = arguments.size() > 2 && (arguments[2].op || !arguments[2].literal.is_null());
            return part(0) + (before ? " < " : " > ") + part(1) +
                   (tolerant ? (before ? " + " : " - ") + part(2) + " min" : std::string());
        }
        if (name == "buildTime")
            return time(expression);
        if (name == "inList")
            return part(0) + " ∈ " + part(1);
        if (name == "objectList")
            return "{" + joined(arguments, ", ", depth) + "}";
        if (name == "lookup")
            return arguments.size() > 2 ? part(2) : part(1);
        constexpr std::array<std::string_view, 14> infix{"==", "===", "!=", "!==", "<", "<=", ">",
                                                         ">=", "+",   "-",  "*",   "/", "%",  "in"};
        if (arguments.size() == 2 && std::ranges::find(infix, name) != infix.end())
            return part(0) + " " + std::string(name) + " " + part(1);
        return std::string(name) + "(" + joined(arguments, ", ", depth) + ")";
    }

    // "entries_today = 2": what the facts in an expression were.
    std::string facts_in(const Expression& expression) const {
        std::vector<std::string> seen;
        collect(expression, seen);
        std::string text;
        for (const auto& each : seen)
            text += (text.empty() ? "" : ", ") + each;
        return text;
    }

private:
    static constexpr int max_depth = 6;
    static constexpr std::size_t max_facts = 4;
    static constexpr std::size_t max_formula = 160;

    bool holds(const Expression& expression) const { return Evaluation(m_facts).holds(expression).value_or(false); }

    std::string joined(const std::vector<Expression>& expressions, std::string_view separator, int depth) const {
        std::string text;
        for (std::size_t i = 0; i < expressions.size(); ++i) {
            if (text.size() > max_formula)
                return text + std::string(separator) + "…";
            text += (i == 0 ? std::string() : std::string(separator)) + of(expressions[i], depth + 1);
        }
        return text;
    }

    std::string written(const RuleValue& value) const {
        if (const auto* at = value.instant(); at && m_facts.event) {
            const auto civil = m_facts.event->timezone.civil(*at);
            return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", civil.year, civil.month, civil.day, civil.hour,
                               civil.minute);
        }
        return value.is_null() ? "–" : shortened(value.as_text());
    }

    std::string time(const Expression& expression) const {
        const auto at = Evaluation(m_facts).run(expression);
        return at ? written(*at) : std::string("?");
    }

    void collect(const Expression& expression, std::vector<std::string>& seen) const {
        if (seen.size() >= max_facts)
            return;
        const bool variable = expression.op && expression.op->name == "var" && !expression.arguments.empty();
        const bool counted = expression.op && expression.op->name.starts_with("entries_");
        if (variable || counted) {
            const auto value = Evaluation(m_facts).run(expression);
            if (!value || value->object())
                return;
            auto text = of(expression) + " = " + written(*value);
            if (std::ranges::find(seen, text) == seen.end())
                seen.push_back(std::move(text));
            return;
        }
        for (const auto& each : expression.arguments)
            collect(each, seen);
    }

    const RuleFacts& m_facts;
};

} // namespace

Result<Rule> Rule::parse(std::string_view json) {
    Rule rule;
    if (json.size() > max_rule_bytes)
        return fail(ErrorCode::TooLarge, "error.rule_too_large");
    if (json.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return rule;
    const auto parsed = Json::parse(json, nullptr, false);
    if (parsed.is_discarded())
        return fail(ErrorCode::Invalid, "error.rule_syntax", "not JSON");
    if (parsed.is_null() || (parsed.is_object() && parsed.empty()))
        return rule;
    // A text, a number or a list at the top would be true for everybody: somebody meant something else.
    if (!parsed.is_object() && !parsed.is_boolean())
        return fail(ErrorCode::Invalid, "error.rule_syntax", "no operator");
    KIOSK_TRY(auto root, expression_of(parsed, 1));
    rule.m_root = std::make_shared<const Node>(Node{std::move(root)});
    return rule;
}

Result<bool> Rule::evaluate(const RuleFacts& facts) const {
    return always() ? Result<bool>(true) : Evaluation(facts).holds(m_root->root);
}

std::string Rule::explain(const RuleFacts& facts) const {
    if (always() || evaluate(facts).value_or(false))
        return {};
    const Formula formula(facts);
    const auto& culprit = formula.culprit(m_root->root);
    const auto values = formula.facts_in(culprit);
    return formula.of(culprit) + (values.empty() ? "" : " (" + values + ")");
}

} // namespace kiosk::core
