// SPDX-License-Identifier: Apache-2.0
// What answers say about each other. Numbers come as people type them, in tables too: 1,200 and full-width digits.
#include "visit.hpp"

namespace visit_enterprise {

using namespace kiosk::sdk;

namespace {

// A whole number of at most nine digits, in groups of three or not; what is none is nothing.
std::optional<std::int64_t> whole_number(std::string_view text) {
    constexpr std::string_view wide_zero = "\xef\xbc\x90"; // full-width 0; 1 to 9 follow in the last byte
    std::int64_t value = 0;
    int digits = 0;
    int in_group = -1; // digits since the last comma; -1 before the first
    while (!text.empty()) {
        char digit = text.front();
        std::size_t length = 1;
        if (text.substr(0, 2) == wide_zero.substr(0, 2) && text.size() >= 3 && text[2] >= wide_zero[2] &&
            text[2] <= wide_zero[2] + 9) {
            digit = static_cast<char>('0' + (text[2] - wide_zero[2]));
            length = 3;
        }
        text.remove_prefix(length);
        if (digit == ' ')
            continue;
        if (digit == ',') {
            if (digits == 0 || (in_group >= 0 && in_group != 3))
                return std::nullopt;
            in_group = 0;
            continue;
        }
        if (digit < '0' || digit > '9' || ++digits > 9)
            return std::nullopt;
        value = value * 10 + (digit - '0');
        if (in_group >= 0)
            ++in_group;
    }
    return digits > 0 && (in_group < 0 || in_group == 3) ? std::optional(value) : std::nullopt;
}

std::string cell(const Row& row, const char* column) {
    const auto found = row.find(column);
    return found != row.end() ? found->second : std::string();
}

// Of all instances whose licence is known, how many in a hundred are commercial. A row without a number is one
// instance: who names a system and nothing else has at least that.
std::optional<std::int64_t> commercial_share(const std::vector<Row>& systems) {
    std::int64_t all = 0, commercial = 0;
    for (const Row& row : systems) {
        const std::string licence = cell(row, "licence");
        const std::string typed = cell(row, "instances");
        const auto instances = typed.empty() ? std::optional<std::int64_t>(1) : whole_number(typed);
        if (licence.empty() || !instances)
            continue;
        all += *instances;
        if (licence == "commercial")
            commercial += *instances;
    }
    if (all == 0)
        return std::nullopt;
    return (commercial * 100 + all / 2) / all;
}

std::int64_t people_in(const std::vector<Row>& rows) {
    std::int64_t sum = 0;
    for (const Row& row : rows)
        sum += whole_number(cell(row, "people")).value_or(0);
    return sum;
}

void check_headcount(Validation& validation, const Answers& answers) {
    const auto staff = whole_number(text_of(answers, "Q07"));
    if (!staff)
        return;
    if (people_in(rows_of(answers, "Q08")) > *staff)
        kit::complain(validation, "Q08", "more_than_staff");
    if (whole_number(text_of(answers, "Q46")).value_or(0) > *staff)
        kit::complain(validation, "Q46", "more_than_staff");
    if (people_in(rows_of(answers, "Q42")) > *staff)
        kit::complain(validation, "Q42", "more_than_staff");
}

// The two Q&A tracks: who does not use PostgreSQL yet is best served by the introduction.
void offer_track(Validation& validation, const Answers& answers) {
    if (!answers.contains("uses_pg"))
        return;
    validation.values["qa_track"] = kit::is_yes(answers, "uses_pg") ? "practice" : "introduction";
}

} // namespace

Validation Visit::validate(const ValidateRequest& request) const {
    Validation validation;
    if (request.form == "registration") // its types say it all
        return validation;
    if (request.form != "deep" && request.form != "quick")
        throw Problem(KIOSK_E_REQUEST, "request.form must be registration, deep or quick");
    offer_track(validation, request.answers);
    if (request.form == "quick") // what follows is about questions that it does not ask
        return validation;
    if (const auto share = commercial_share(rows_of(request.answers, "Q11")))
        validation.values["Q12"] = std::to_string(*share);
    check_headcount(validation, request.answers);
    if (const auto plans = choices_of(request.answers, "Q40_next"); plans.size() > 1 && kit::contains(plans, "none"))
        kit::complain(validation, "Q40_next", "plans_none");
    return validation;
}

} // namespace visit_enterprise
