// SPDX-License-Identifier: Apache-2.0
// responses list, show, finish, import
#include "core/names.hpp"
#include "core/questions.hpp"
#include "exchange/answer_text.hpp"
#include "core/json_depth.hpp"
#include "main/kioskctl/commands_leads.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>

namespace kioskctl {

namespace {

using namespace kiosk;
using core::ErrorCode;
using core::fail;

std::string form_id(const core::Response& response) {
    return core::pinned_form_id({response.plugin, response.questionnaire, response.version, {}});
}

// Empty where it was never pinned here.
core::Result<core::Form> form_of(core::Store& store, const core::Response& response) {
    KIOSK_TRY(const auto document, store.config_document("form", form_id(response)));
    if (!document)
        return core::Form{};
    return core::parse_form(document->doc);
}

Json response_json(const core::Response& response, const core::EventConfig& config, bool full) {
    return {{"uid", response.uid},
            {"questionnaire", form_id(response)},
            {"status", core::to_string(response.status)},
            {"organisation", full ? response.organisation : core::mask_organisation(response.organisation)},
            {"respondent", full ? response.respondent : core::mask_name(response.respondent)},
            {"interviewer", response.interviewer},
            {"step", response.step},
            {"at", config.event.timezone.rfc3339(response.at)}};
}

std::string response_line(const Context& context, const core::EventConfig& config, const core::Response& response, bool full) {
    return fmt::format("{}  {}  {}  {}  {}  {}", response.uid, form_id(response),
                       context.text("response.status." + std::string(core::to_string(response.status))),
                       context.time(config, response.at),
                       full ? response.organisation : core::mask_organisation(response.organisation),
                       full ? response.respondent : core::mask_name(response.respondent));
}

Outcome list(Context& context, bool full) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    KIOSK_TRY(const auto responses, venue->database().responses());
    for (const auto& response : responses) {
        context.line(response_line(context, venue->config(), response, full));
        context.emit(response_json(response, venue->config(), full));
    }
    if (responses.empty())
        context.say("cli.responses.none");
    return exit_done;
}

// Whoever asks for one interview by its uid reads it; the command is for organizers.
Outcome show(Context& context, const std::string& uid) {
    KIOSK_TRY(const auto venue, context.open_event(true));
    KIOSK_TRY(const auto response, find_response(venue->database(), uid));
    KIOSK_TRY(const auto form, form_of(venue->database(), response));
    context.line(response_line(context, venue->config(), response, true));
    auto json = response_json(response, venue->config(), true);
    json["answers"] = Json::parse(core::answers_json(response.answers));
    context.emit(json);
    const exchange::AnswerStyle style{context.language, &context.texts, "\n      "};
    core::Answers unplaced = response.answers;
    for (const auto& step : form) {
        bool titled = false;
        for (const auto& field : step.fields) {
            const auto answer = response.answers.find(field.question.id);
            if (answer == response.answers.end())
                continue;
            unplaced.erase(field.question.id);
            if (!std::exchange(titled, true))
                context.line("\n" + context.in(step.title));
            context.line("  " + context.in(field.question.text));
            context.line("      " + exchange::answer_text(field.question, answer->second, style));
        }
    }
    for (const auto& [id, answer] : unplaced) {
        core::Question question;
        question.id = id;
        context.line("  " + id + "\n      " + exchange::answer_text(question, answer, style));
    }
    if (form.empty())
        context.warn("cli.responses.no_form", {{"form", form_id(response)}});
    return exit_done;
}

// Says what is open or wrong. A draft may have gaps, but nothing that fits no question.
bool is_complete(const Context& context, const core::Form& form, const core::Answers& answers, core::ResponseStatus status) {
    bool complete = true;
    const auto tell = [&](const char* key, const std::string& id, const std::string& question, const std::string& group) {
        complete = false;
        context.say(key, {{"question", question}, {"group", group}});
        context.emit({{key == std::string_view("cli.responses.open") ? "open" : "wrong", id}});
    };
    for (const auto& step : form)
        for (const auto& field : step.fields) {
            const auto& question = field.question;
            if (field.binding != core::Binding::Own || !core::is_asked(form, field, answers))
                continue;
            const auto answer = answers.find(question.id);
            const auto problem = core::check_answer(question, answer == answers.end() ? nullptr : &answer->second);
            if (problem == core::AnswerProblem::Missing) {
                if (question.required && status == core::ResponseStatus::Final)
                    tell("cli.responses.open", question.id, context.in(question.text), context.in(step.title));
            } else if (problem != core::AnswerProblem::None) {
                tell("cli.responses.wrong", question.id, context.in(question.text), context.in(step.title));
            }
        }
    for (const auto& [id, answer] : answers)
        if (core::find_field(form, id) == nullptr)
            tell("cli.responses.unknown", id, id, {});
    return complete;
}

// Those that are there already, made on another device and perhaps followed up, are not made anew.
core::Status add_leads(core::Store& store, const core::Response& response, const core::Form& form,
                       std::vector<core::OperationDraft>& drafts) {
    for (const auto& lead : core::leads_of(response, form)) {
        KIOSK_TRY(const auto known, store.lead(lead.uid));
        if (!known)
            drafts.push_back(core::make_lead(lead));
    }
    return {};
}

Outcome finish(Context& context, const std::string& uid, const std::string& staff) {
    KIOSK_TRY(const auto venue, context.open_event());
    auto& database = venue->database();
    KIOSK_TRY(auto response, find_response(database, uid));
    if (response.status == core::ResponseStatus::Final)
        return fail(ErrorCode::Conflict, "error.response_final", response.uid);
    KIOSK_TRY(const auto form, form_of(database, response));
    if (form.empty())
        return fail(ErrorCode::NotFound, "error.response_form", form_id(response));
    if (!is_complete(context, form, response.answers, core::ResponseStatus::Final))
        return exit_no;
    response.status = core::ResponseStatus::Final;
    response.at = venue->clock().now();
    if (!staff.empty())
        response.interviewer = staff;
    std::vector<core::OperationDraft> drafts{core::make_response(response)};
    KIOSK_CHECK(add_leads(database, response, form, drafts));
    KIOSK_TRY(const auto receipt, database.append(drafts));
    static_cast<void>(receipt);
    context.say("cli.responses.finished", {{"leads", std::to_string(drafts.size() - 1)}});
    context.emit({{"uid", response.uid}, {"status", "final"}, {"leads", drafts.size() - 1}});
    return exit_done;
}

// The form as the plugin declares it now, or the pinned one of another version.
core::Result<core::Form> form_for_import(wiring::Venue& venue, core::Response& response, std::vector<core::OperationDraft>& drafts) {
    auto& database = venue.database();
    if (auto* broker = venue.broker())
        for (const auto& offered : broker->questionnaires()) {
            if (offered.plugin != response.plugin || offered.id != response.questionnaire ||
                (response.version != 0 && response.version != offered.version))
                continue;
            response.version = offered.version;
            KIOSK_TRY(const auto pinned, form_of(database, response));
            if (!pinned.empty())
                return pinned;
            KIOSK_TRY(auto form, broker->questionnaire(venue.config(), offered));
            drafts.push_back(core::make_config({"form", core::pinned_form_id(offered), core::form_json(form)}));
            return form;
        }
    KIOSK_TRY(auto form, form_of(database, response));
    if (form.empty())
        return fail(ErrorCode::NotFound, "error.response_form", form_id(response));
    return form;
}

// An interview that was written down elsewhere: {plugin, questionnaire, organisation, respondent, status, answers, …}.
Outcome import_response(Context& context, const std::string& file) {
    KIOSK_TRY(const auto text, resources::read_file(file, 1u << 20));
    const auto json = core::json_nests_within(text) ? Json::parse(text, nullptr, false) : Json();
    if (!json.is_object())
        return fail(ErrorCode::Invalid, "error.response_file", file);
    core::Response response;
    for (const auto& [name, target] : {std::pair{"plugin", &response.plugin}, {"questionnaire", &response.questionnaire},
                                       {"organisation", &response.organisation}, {"respondent", &response.respondent},
                                       {"interviewer", &response.interviewer}})
        if (const auto found = json.find(name); found != json.end()) {
            if (!found->is_string())
                return fail(ErrorCode::Invalid, "error.response_file", name);
            *target = found->get<std::string>();
        }
    const auto status = json.value("status", Json("draft"));
    const auto version = json.value("version", Json(0));
    const auto parsed = status.is_string() ? core::parse_response_status(status.get<std::string>()) : std::nullopt;
    if (!parsed || !version.is_number_integer() || response.plugin.empty() || response.questionnaire.empty())
        return fail(ErrorCode::Invalid, "error.response_file", "plugin, questionnaire, version, status");
    response.status = *parsed;
    response.version = version.get<std::int64_t>();
    KIOSK_TRY(response.answers, core::parse_answers(json.value("answers", Json::object()).dump()));

    KIOSK_TRY(const auto venue, context.open_event());
    std::vector<core::OperationDraft> drafts;
    KIOSK_TRY(const auto form, form_for_import(*venue, response, drafts));
    if (!is_complete(context, form, response.answers, response.status))
        return exit_no;
    response.at = venue->clock().now();
    response.uid = core::make_uid(response.at, venue->random());
    drafts.push_back(core::make_response(response));
    const auto before = drafts.size();
    KIOSK_CHECK(add_leads(venue->database(), response, form, drafts));
    KIOSK_TRY(const auto receipt, venue->database().append(drafts));
    static_cast<void>(receipt);
    context.say("cli.responses.imported", {{"uid", response.uid}, {"leads", std::to_string(drafts.size() - before)}});
    context.emit({{"uid", response.uid}, {"status", core::to_string(response.status)}, {"leads", drafts.size() - before}});
    return exit_done;
}

} // namespace

void add_response_commands(CLI::App& app, Context& context) {
    auto* responses = add_command(app, context, "responses");
    responses->require_subcommand(1);
    {
        auto full = std::make_shared<bool>(false);
        auto* command = add_command(*responses, context, "list");
        command->add_flag("--full", *full, about(context, "full"));
        run_on_call(command, context, [&context, full] { return list(context, *full); });
    }
    {
        auto uid = std::make_shared<std::string>();
        auto* command = add_command(*responses, context, "show");
        command->add_option("uid", *uid, about(context, "uid"))->required();
        run_on_call(command, context, [&context, uid] { return show(context, *uid); });
    }
    {
        auto uid = std::make_shared<std::string>();
        auto staff = std::make_shared<std::string>();
        auto* command = add_command(*responses, context, "finish");
        command->add_option("uid", *uid, about(context, "uid"))->required();
        command->add_option("--staff", *staff, about(context, "staff"));
        run_on_call(command, context, [&context, uid, staff] { return finish(context, *uid, *staff); });
    }
    {
        auto file = std::make_shared<std::string>();
        auto* command = add_command(*responses, context, "import");
        command->add_option("file", *file, about(context, "response_file"))->required();
        run_on_call(command, context, [&context, file] { return import_response(context, *file); });
    }
}

} // namespace kioskctl
