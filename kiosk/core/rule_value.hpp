// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a rule computes with, for this folder's own use. Purpose: JSON's values and a moment in time, compared and
// converted as JavaScript does, because that is what JsonLogic is defined by. Ownership: values; texts and lists are
// shared, so that copying is cheap. Threads: any (immutable). Failure: none here; NaN stands for "no number".
#include "core/time.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kiosk::core {

class RuleValue {
public:
    using List = std::vector<RuleValue>;
    using Object = std::map<std::string, RuleValue, std::less<>>;

    RuleValue() = default; // null
    explicit RuleValue(bool value) : m_value(value) {}
    explicit RuleValue(double value) : m_value(value) {}
    explicit RuleValue(Instant value) : m_value(value) {}
    explicit RuleValue(std::string value) : m_value(std::make_shared<const std::string>(std::move(value))) {}
    explicit RuleValue(List value) : m_value(std::make_shared<const List>(std::move(value))) {}
    explicit RuleValue(Object value) : m_value(std::make_shared<const Object>(std::move(value))) {}
    RuleValue(const char*) = delete; // would become a bool

    bool is_null() const { return std::holds_alternative<std::monostate>(m_value); }
    const bool* boolean() const { return std::get_if<bool>(&m_value); }
    const double* number() const { return std::get_if<double>(&m_value); }
    const Instant* instant() const { return std::get_if<Instant>(&m_value); }
    const std::string* text() const { return shared<std::string>(); }
    const List* list() const { return shared<List>(); }
    const Object* object() const { return shared<Object>(); }

    // Empty lists, empty texts, 0 and null are false; "0" is true.
    bool truthy() const;
    double as_number() const; // as JavaScript's Number()
    // Of null, numbers, texts and truth values; a list is joined by commas as JavaScript would, `depth` levels of it.
    std::string as_text(int depth = 2) const;

private:
    template <typename T> const T* shared() const {
        const auto* pointer = std::get_if<std::shared_ptr<const T>>(&m_value);
        return pointer ? pointer->get() : nullptr;
    }

    std::variant<std::monostate, bool, double, Instant, std::shared_ptr<const std::string>, std::shared_ptr<const List>,
                 std::shared_ptr<const Object>>
        m_value;
};

// "===" and "==". Two lists are never the same, as two literals in JavaScript are not.
bool strictly_equal(const RuleValue& a, const RuleValue& b);
bool loosely_equal(const RuleValue& a, const RuleValue& b);
// Negative, zero, positive; nothing where they can't be ordered (a text that is no number beside a number).
std::optional<int> compare(const RuleValue& a, const RuleValue& b);

double number_in(std::string_view text); // white space around it is allowed, empty is 0, else NaN
std::string number_text(double number);  // 3, not 3.0

} // namespace kiosk::core
