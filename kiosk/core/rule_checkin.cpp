// SPDX-License-Identifier: Apache-2.0
// What check-in rules know beyond JsonLogic: the facts of a scan, times of the event, and the entries so far.
#include "core/rule_expression.hpp"

#include "core/letters.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace kiosk::core {

namespace {

RuleValue text_or_null(const std::string& text) {
    return text.empty() ? RuleValue() : RuleValue(text);
}

// A clock that was set back makes an entry lie ahead: that is none at all, not −1, which means "never".
double minutes_between(Instant earlier, Instant later) {
    return static_cast<double>(std::max<std::int64_t>(0, (later - earlier) / minute_ms));
}

// "09:30", "9:30:15", "09:30:15.5"; milliseconds of the day.
std::optional<std::int64_t> time_of_day_ms(std::string_view text) {
    std::array<std::int64_t, 3> parts{};
    std::size_t count = 0;
    std::int64_t ms = 0;
    while (count < parts.size()) {
        std::size_t digits = 0;
        for (; digits < text.size() && digits < 2 && text[digits] >= '0' && text[digits] <= '9'; ++digits)
            parts[count] = parts[count] * 10 + (text[digits] - '0');
        if (digits == 0 || (digits == 1 && count > 0))
            return std::nullopt;
        ++count;
        text.remove_prefix(digits);
        if (!text.starts_with(':'))
            break;
        if (count == parts.size())
            return std::nullopt;
        text.remove_prefix(1);
    }
    if (count == 3 && text.size() > 1 && text.front() == '.') {
        std::int64_t weight = 100;
        for (const char digit : text.substr(1)) {
            if (digit < '0' || digit > '9')
                return std::nullopt;
            ms += (digit - '0') * weight;
            weight /= 10;
        }
        text = {};
    }
    if (!text.empty() || count < 2 || parts[0] > 23 || parts[1] > 59 || parts[2] > 59)
        return std::nullopt;
    return parts[0] * hour_ms + parts[1] * minute_ms + parts[2] * 1000 + ms;
}

} // namespace

template <typename Test> double Evaluation::count_entries(Test test) const {
    return static_cast<double>(std::ranges::count_if(m_facts.entries, test));
}

template <typename Test> double Evaluation::count_entry_days(Test test) const {
    std::set<std::int32_t> days;
    for (const auto at : m_facts.entries)
        if (m_facts.event && test(at))
            days.insert(m_facts.event->timezone.day_number(at));
    return static_cast<double>(days.size());
}

RuleValue Evaluation::facts_as_data() const {
    const auto& entries = m_facts.entries;
    const auto zone = m_facts.event ? m_facts.event->timezone : TimeZone::utc();
    const auto today = zone.day_number(m_facts.now);
    const auto any = [](Instant) { return true; };
    const auto minutes_since = [&](auto which) {
        return RuleValue(entries.empty() ? -1.0 : minutes_between(*which(entries), m_facts.now));
    };
    return RuleValue(RuleValue::Object{
        {"product", text_or_null(m_facts.product)},
        {"ticket_type", text_or_null(m_facts.product)},
        {"variation", text_or_null(m_facts.variation)},
        {"gate", text_or_null(m_facts.gate)},
        {"now", RuleValue(m_facts.now)},
        {"now_isoweekday", RuleValue(static_cast<double>(zone.civil(m_facts.now).isoweekday))},
        {"entries_number", RuleValue(static_cast<double>(entries.size()))},
        {"entries_today", RuleValue(count_entries([&](Instant at) { return zone.day_number(at) == today; }))},
        {"entries_days", RuleValue(count_entry_days(any))},
        {"minutes_since_last_entry", minutes_since([](const auto& all) { return std::ranges::max_element(all); })},
        {"minutes_since_first_entry", minutes_since([](const auto& all) { return std::ranges::min_element(all); })},
        {"entry_status", RuleValue(std::string(m_facts.present ? "present" : "absent"))},
    });
}

std::optional<Instant> Evaluation::moment(const RuleValue& value) {
    if (const auto* at = value.instant())
        return *at;
    if (const auto* text = value.text())
        if (const auto at = parse_rfc3339(*text))
            return *at;
    error("not a time: " + shortened(value.as_text()));
    return std::nullopt;
}

RuleValue Evaluation::custom_time(const RuleValue& value) {
    const auto of_day = value.text() ? time_of_day_ms(*value.text()) : std::nullopt;
    if (!of_day || !m_facts.event)
        return error("not a time of day: " + shortened(value.as_text()));
    const auto& zone = m_facts.event->timezone;
    auto time = zone.civil(m_facts.now);
    time.hour = static_cast<int>(*of_day / hour_ms);
    time.minute = static_cast<int>(*of_day / minute_ms % 60);
    time.second = static_cast<int>(*of_day / 1000 % 60);
    return RuleValue(zone.from_civil(time) + *of_day % 1000);
}

RuleValue Evaluation::op_build_time(Arguments arguments, Data data) {
    const auto kind = argument(arguments, 0, data).as_text();
    const auto value = argument(arguments, 1, data);
    if (m_error)
        return {};
    if (kind == "custom") {
        const auto at = moment(value);
        return at ? RuleValue(*at) : RuleValue();
    }
    if (kind == "customtime")
        return custom_time(value);
    if (!m_facts.event)
        return error("no event");
    const auto& event = *m_facts.event;
    if (kind == "date_from")
        return RuleValue(event.starts);
    if (kind == "date_to")
        return RuleValue(event.ends.value_or(event.starts));
    if (kind == "date_admission")
        return RuleValue(event.admission.value_or(event.starts));
    return error("buildTime " + shortened(kind));
}

RuleValue Evaluation::is_before(const RuleValue& a, const RuleValue& b, const RuleValue& tolerance) {
    if (m_error)
        return {};
    const auto first = moment(a);
    const auto second = moment(b);
    if (!first || !second)
        return {};
    const bool none = tolerance.is_null() || (tolerance.text() && tolerance.text()->empty());
    const double minutes = none ? 0 : tolerance.as_number();
    constexpr double century = 100.0 * 366 * 24 * 60;
    if (tolerance.boolean() || tolerance.list() || !(std::abs(minutes) <= century))
        return error("not a tolerance in minutes: " + shortened(tolerance.as_text()));
    const auto widened = *second + static_cast<std::int64_t>(std::llround(minutes * static_cast<double>(minute_ms)));
    return RuleValue(*first < widened);
}

RuleValue Evaluation::op_is_before(Arguments arguments, Data data) {
    const auto values = all_arguments(arguments, data);
    return m_error ? RuleValue() : is_before(values[0], values[1], values.size() > 2 ? values[2] : RuleValue());
}

RuleValue Evaluation::op_is_after(Arguments arguments, Data data) {
    const auto values = all_arguments(arguments, data);
    return m_error ? RuleValue() : is_before(values[1], values[0], values.size() > 2 ? values[2] : RuleValue());
}

RuleValue Evaluation::op_object_list(Arguments arguments, Data data) {
    return RuleValue(all_arguments(arguments, data));
}

// [kind, id, label]: the kind is the variable's that is looked for, the label is for people.
RuleValue Evaluation::op_lookup(Arguments arguments, Data data) {
    auto id = argument(arguments, 1, data);
    if (!m_error && !id.text() && !id.number())
        return error("lookup without an id");
    return id;
}

RuleValue Evaluation::op_in_list(Arguments arguments, Data data) {
    const auto wanted = argument(arguments, 0, data);
    const auto list = argument(arguments, 1, data);
    if (m_error)
        return {};
    if (!list.list())
        return error("inList without a list");
    if (wanted.is_null() || !spend(list.list()->size()))
        return RuleValue(false);
    const auto text = wanted.as_text();
    return RuleValue(std::ranges::any_of(
        *list.list(), [&](const RuleValue& each) { return !each.is_null() && each.as_text() == text; }));
}

RuleValue Evaluation::op_entries_since(Arguments arguments, Data data) {
    const auto from = moment(argument(arguments, 0, data));
    return from ? RuleValue(count_entries([&](Instant at) { return at >= *from; })) : RuleValue();
}

RuleValue Evaluation::op_entries_before(Arguments arguments, Data data) {
    const auto until = moment(argument(arguments, 0, data));
    return until ? RuleValue(count_entries([&](Instant at) { return at < *until; })) : RuleValue();
}

RuleValue Evaluation::op_entries_days_since(Arguments arguments, Data data) {
    const auto from = moment(argument(arguments, 0, data));
    return from ? RuleValue(count_entry_days([&](Instant at) { return at >= *from; })) : RuleValue();
}

RuleValue Evaluation::op_entries_days_before(Arguments arguments, Data data) {
    const auto until = moment(argument(arguments, 0, data));
    return until ? RuleValue(count_entry_days([&](Instant at) { return at < *until; })) : RuleValue();
}

} // namespace kiosk::core
