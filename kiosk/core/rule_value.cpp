// SPDX-License-Identifier: Apache-2.0
#include "core/rule_value.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace kiosk::core {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <typename T> int order(const T& a, const T& b) {
    return a < b ? -1 : (b < a ? 1 : 0);
}

bool is_primitive(const RuleValue& value) {
    return !value.list() && !value.object();
}

} // namespace

bool RuleValue::truthy() const {
    if (is_null())
        return false;
    if (const auto* value = boolean())
        return *value;
    if (const auto* value = number())
        return *value != 0 && !std::isnan(*value);
    if (const auto* value = text())
        return !value->empty();
    if (const auto* value = list())
        return !value->empty();
    return true;
}

double RuleValue::as_number() const {
    if (is_null())
        return 0;
    if (const auto* value = boolean())
        return *value ? 1 : 0;
    if (const auto* value = number())
        return *value;
    if (const auto* value = text())
        return number_in(*value);
    if (const auto* value = list()) // [] is 0 and [5] is 5, because they are turned into text first
        return value->size() <= 1 ? number_in(as_text()) : nan;
    return nan;
}

std::string RuleValue::as_text(int depth) const {
    if (const auto* value = boolean())
        return *value ? "true" : "false";
    if (const auto* value = number())
        return number_text(*value);
    if (const auto* value = text())
        return *value;
    if (const auto* value = instant())
        return to_rfc3339_utc(*value);
    if (object())
        return "[object]";
    std::string joined;
    if (const auto* value = list(); value && depth > 0) {
        constexpr std::size_t longest = 65'536;
        for (std::size_t i = 0; i < value->size() && joined.size() < longest; ++i)
            joined += (i == 0 ? "" : ",") + (*value)[i].as_text(depth - 1);
    }
    return joined; // null is empty, as it is within a list
}

bool strictly_equal(const RuleValue& a, const RuleValue& b) {
    if (a.is_null() || b.is_null())
        return a.is_null() && b.is_null();
    if (a.boolean() && b.boolean())
        return *a.boolean() == *b.boolean();
    if (a.number() && b.number())
        return *a.number() == *b.number();
    if (a.text() && b.text())
        return *a.text() == *b.text();
    if (a.instant() && b.instant())
        return *a.instant() == *b.instant();
    return false;
}

bool loosely_equal(const RuleValue& a, const RuleValue& b) {
    if (a.is_null() || b.is_null() || (a.text() && b.text()) || a.instant() || b.instant())
        return strictly_equal(a, b);
    if (!is_primitive(a) || !is_primitive(b)) {
        if (is_primitive(a) == is_primitive(b))
            return false;
        const auto& composite = is_primitive(a) ? b : a;
        const auto& other = is_primitive(a) ? a : b;
        return loosely_equal(RuleValue(composite.as_text()), other);
    }
    return a.as_number() == b.as_number();
}

std::optional<int> compare(const RuleValue& a, const RuleValue& b) {
    if (a.instant() && b.instant())
        return order(*a.instant(), *b.instant());
    if (a.text() && b.text())
        return order(*a.text(), *b.text());
    const double x = a.as_number();
    const double y = b.as_number();
    if (std::isnan(x) || std::isnan(y))
        return std::nullopt;
    return order(x, y);
}

double number_in(std::string_view text) {
    constexpr std::string_view white = " \t\r\n\f\v";
    const auto begin = text.find_first_not_of(white);
    if (begin == std::string_view::npos)
        return 0;
    text = text.substr(begin, text.find_last_not_of(white) - begin + 1);
    if (text.starts_with('+') && text.size() > 1 && text[1] != '-')
        text.remove_prefix(1);
    double value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = result.ec == std::errc() && result.ptr == text.data() + text.size();
    return whole && std::isfinite(value) ? value : nan;
}

std::string number_text(double number) {
    constexpr double exact_integers = 9'007'199'254'740'992.0; // 2^53
    if (std::abs(number) < exact_integers && number == std::trunc(number))
        return fmt::format("{}", static_cast<std::int64_t>(number));
    return fmt::format("{}", number);
}

} // namespace kiosk::core
