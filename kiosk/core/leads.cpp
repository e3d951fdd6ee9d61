// SPDX-License-Identifier: Apache-2.0
#include "core/leads.hpp"

#include "core/json_fields.hpp"
#include "core/json_words.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace kiosk::core {

namespace {

constexpr Words<LeadStatus, 7> statuses{{{LeadStatus::New, "new"},
                                         {LeadStatus::Assigned, "assigned"},
                                         {LeadStatus::Contacted, "contacted"},
                                         {LeadStatus::Qualified, "qualified"},
                                         {LeadStatus::Won, "won"},
                                         {LeadStatus::Lost, "lost"},
                                         {LeadStatus::Parked, "parked"}}};

// "2026-12-01" and nothing else: texts of this shape sort as days do.
bool is_day(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-')
        return false;
    const auto number = [&](std::size_t from, std::size_t count) {
        int value = -1;
        const char* end = text.data() + from + count;
        const auto read = std::from_chars(text.data() + from, end, value);
        return read.ec == std::errc{} && read.ptr == end ? value : -1;
    };
    const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
    if (year < 1 || month < 1 || day < 1)
        return false;
    using namespace std::chrono;
    return year_month_day(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                          std::chrono::day(static_cast<unsigned>(day)))
        .ok();
}

struct FiresWith {
    const LeadRule& rule;
    bool any() const { return rule.values.empty(); }
    bool named(std::string_view value) const { return std::ranges::find(rule.values, value) != rule.values.end(); }
    bool operator()(const std::string& typed) const { return !typed.empty() && (any() || named(typed)); }
    bool operator()(const std::vector<std::string>& chosen) const {
        return !chosen.empty() &&
               (any() || std::ranges::any_of(chosen, [&](const std::string& id) { return named(id); }));
    }
    // "Any answer" is any that says something: a plain no asks for nothing. Who wants it can name it.
    bool operator()(bool yes) const { return yes ? any() || named("yes") || named("true") : named("no") || named("false"); }
    bool operator()(const AnswerRows& rows) const { return any() && !rows.empty(); }
};

} // namespace

bool is_lead_type(std::string_view type) { return std::ranges::find(lead_types, type) != lead_types.end(); }

std::string_view to_string(LeadStatus status) { return word_of(statuses, status); }
std::optional<LeadStatus> parse_lead_status(std::string_view text) { return value_of(statuses, text); }
bool is_open(LeadStatus status) {
    return status != LeadStatus::Won && status != LeadStatus::Lost && status != LeadStatus::Parked;
}

OperationDraft make_lead(const Lead& lead) {
    Json body{{"at", lead.at.unix_ms},
              {"priority", lead.priority},
              {"status", to_string(lead.status)},
              {"type", lead.type},
              {"uid", lead.uid}};
    put_text(body, "by", lead.changed_by);
    put_text(body, "confidential", lead.confidential);
    put_text(body, "due", lead.due);
    put_text(body, "owner", lead.owner);
    put_text(body, "registration", lead.registration);
    put_text(body, "response", lead.response);
    put_text(body, "source", lead.source);
    auto personal = Json::object();
    put_text(personal, "note", lead.note);
    put_text(personal, "organisation", lead.organisation);
    put_text(personal, "person", lead.person);
    return {std::string(operation_kind::lead_set), lead.uid, dump_json(body),
            personal.empty() ? std::string() : dump_json(personal)};
}

Result<Lead> decode_lead(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::lead_set));
    JsonFields fields(body, "lead");
    Lead lead;
    lead.uid = fields.required_text("uid");
    lead.type = fields.required_text("type"); // one of a newer version is kept and shown as it is
    lead.status = fields.word("status", LeadStatus::New, &parse_lead_status);
    lead.source = fields.text("source");
    lead.response = fields.text("response");
    lead.registration = fields.text("registration");
    lead.owner = fields.text("owner");
    lead.confidential = fields.text("confidential");
    const auto priority = fields.optional_integer("priority").value_or(2);
    if (priority < 1 || priority > 3)
        fields.problem("priority", "must be 1, 2 or 3");
    else
        lead.priority = static_cast<int>(priority);
    lead.due = fields.text("due");
    lead.changed_by = fields.text("by");
    lead.at = Instant{fields.optional_integer("at").value_or(operation.wall.unix_ms)};
    if (lead.uid.size() > max_uid_bytes)
        fields.problem("uid", "is too long");
    KIOSK_CHECK(fields.status());
    if (operation.personal.empty())
        return lead;
    KIOSK_TRY(const auto personal, parse_object(operation.personal, "lead.personal"));
    JsonFields own(personal, "lead.personal");
    lead.organisation = own.text("organisation");
    lead.person = own.text("person");
    lead.note = own.text("note");
    KIOSK_CHECK(own.status());
    return lead;
}

std::string lead_problem(const Lead& lead) {
    if (!is_lead_type(lead.type))
        return "lead.problem.type";
    if (lead.priority < 1 || lead.priority > 3)
        return "lead.problem.priority";
    if (lead.status != LeadStatus::New && lead.owner.empty())
        return "lead.problem.owner";
    if (!lead.due.empty() && !is_day(lead.due))
        return "lead.problem.due";
    if (is_open(lead.status) && !lead.owner.empty() && lead.due.empty())
        return "lead.problem.due_missing";
    return {};
}

std::vector<Lead> leads_of(const Response& response, const Form& form) {
    std::vector<Lead> leads;
    if (response.status != ResponseStatus::Final)
        return leads;
    auto person = response.respondent;
    for (const auto& step : form)
        for (const auto& field : step.fields) {
            const auto answer = response.answers.find(field.question.id);
            if (answer == response.answers.end() || !is_asked(form, field, response.answers))
                continue;
            if (const auto* rows = std::get_if<AnswerRows>(&answer->second);
                person.empty() && rows != nullptr && !rows->empty() && field.question.type == QuestionType::Contact)
                if (const auto name = rows->front().find("name"); name != rows->front().end())
                    person = name->second;
            for (const auto& rule : field.leads) {
                if (!std::visit(FiresWith{rule}, answer->second))
                    continue;
                auto lead = std::ranges::find(leads, rule.type, &Lead::type);
                if (lead == leads.end()) {
                    Lead made;
                    made.uid = response.uid + "." + rule.type;
                    made.type = rule.type;
                    made.source = "answer/" + field.question.id;
                    made.response = response.uid;
                    made.registration = response.registration;
                    made.changed_by = response.interviewer;
                    made.at = response.at;
                    made.organisation = response.organisation;
                    lead = leads.insert(leads.end(), std::move(made));
                }
                // What was said in words is the reason to follow up; a choice is found under the source.
                // Answers may come from another device, or from before a form was changed: yes where words are asked for.
                const auto type = field.question.type;
                const auto* words = std::get_if<std::string>(&answer->second);
                if (words != nullptr && (type == QuestionType::Text || type == QuestionType::TextArea))
                    lead->note += (lead->note.empty() ? "" : "\n") + *words;
            }
        }
    for (auto& lead : leads)
        lead.person = person;
    return leads;
}

std::vector<Lead> leads_of(const Registration& registration, const Form& form, Instant at) {
    const auto shares = registration.consents.find("share");
    if (shares == registration.consents.end() || !shares->second)
        return {};
    Response said;
    said.uid = registration.uid;
    said.status = ResponseStatus::Final;
    said.registration = registration.uid;
    said.at = at;
    said.organisation = registration.person.organisation;
    said.respondent = registration.person.name;
    said.answers = registration.answers;
    auto leads = leads_of(said, form);
    for (auto& lead : leads)
        lead.response.clear();
    return leads;
}

} // namespace kiosk::core
