// SPDX-License-Identifier: Apache-2.0
#include "core/responses.hpp"

#include "core/json_fields.hpp"
#include "core/json_words.hpp"

namespace kiosk::core {

namespace {

constexpr Words<ResponseStatus, 2> statuses{{{ResponseStatus::Draft, "draft"}, {ResponseStatus::Final, "final"}}};

} // namespace

std::string_view to_string(ResponseStatus status) { return word_of(statuses, status); }
std::optional<ResponseStatus> parse_response_status(std::string_view text) { return value_of(statuses, text); }

OperationDraft make_response(const Response& response) {
    Json body{{"at", response.at.unix_ms},
              {"plugin", response.plugin},
              {"questionnaire", response.questionnaire},
              {"status", to_string(response.status)},
              {"uid", response.uid},
              {"version", response.version}};
    put_text(body, "interviewer", response.interviewer);
    put_text(body, "registration", response.registration);
    put_text(body, "step", response.step);
    auto personal = Json::object();
    put_text(personal, "organisation", response.organisation);
    put_text(personal, "respondent", response.respondent);
    if (!response.answers.empty())
        personal["answers"] = answers_to_json(response.answers);
    return {std::string(operation_kind::response_set), response.uid, dump_json(body),
            personal.empty() ? std::string() : dump_json(personal)};
}

Result<Response> decode_response(const Operation& operation) {
    KIOSK_TRY(const auto body, body_of(operation, operation_kind::response_set));
    JsonFields fields(body, "response");
    Response response;
    response.uid = fields.required_text("uid");
    response.plugin = fields.required_text("plugin");
    response.questionnaire = fields.required_text("questionnaire");
    response.version = fields.optional_integer("version").value_or(1);
    response.status = fields.word("status", ResponseStatus::Draft, &parse_response_status);
    response.registration = fields.text("registration");
    response.interviewer = fields.text("interviewer");
    response.step = fields.text("step");
    response.at = Instant{fields.optional_integer("at").value_or(operation.wall.unix_ms)};
    if (response.uid.size() > max_uid_bytes)
        fields.problem("uid", "is too long");
    KIOSK_CHECK(fields.status());
    if (operation.personal.empty())
        return response;
    KIOSK_TRY(const auto personal, parse_object(operation.personal, "response.personal"));
    JsonFields own(personal, "response.personal");
    response.organisation = own.text("organisation");
    response.respondent = own.text("respondent");
    KIOSK_CHECK(own.status());
    KIOSK_TRY(response.answers, answers_from(own.raw("answers")));
    return response;
}

} // namespace kiosk::core
