// SPDX-License-Identifier: Apache-2.0
// responses list, show, finish
#include "core/names.hpp"
#include "core/questions.hpp"
#include "exchange/answer_text.hpp"
#include "main/kioskctl/commands_leads.hpp"

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

Outcome finish(Context& context, const std::string& uid, const std::string& staff) {
    KIOSK_TRY(const auto venue, context.open_event());
    auto& database = venue->database();
    KIOSK_TRY(auto response, find_response(database, uid));
    if (response.status == core::ResponseStatus::Final)
        return fail(ErrorCode::Conflict, "error.response_final", response.uid);
    KIOSK_TRY(const auto form, form_of(database, response));
    if (form.empty())
        return fail(ErrorCode::NotFound, "error.response_form", form_id(response));
    bool complete = true;
    for (const auto& step : form)
        for (const auto& field : step.fields) {
            if (field.binding != core::Binding::Own || !core::is_asked(form, field, response.answers))
                continue;
            const auto answer = response.answers.find(field.question.id);
            if (core::check_answer(field.question, answer == response.answers.end() ? nullptr : &answer->second) ==
                core::AnswerProblem::None)
                continue;
            complete = false;
            context.say("cli.responses.open", {{"question", context.in(field.question.text)}, {"group", context.in(step.title)}});
            context.emit({{"open", field.question.id}});
        }
    if (!complete)
        return exit_no;
    response.status = core::ResponseStatus::Final;
    response.at = venue->clock().now();
    if (!staff.empty())
        response.interviewer = staff;
    std::vector<core::OperationDraft> drafts{core::make_response(response)};
    for (const auto& lead : core::leads_of(response, form)) {
        // Made on another device and perhaps followed up already: it is not made anew.
        KIOSK_TRY(const auto known, database.lead(lead.uid));
        if (!known)
            drafts.push_back(core::make_lead(lead));
    }
    KIOSK_TRY(const auto receipt, database.append(drafts));
    static_cast<void>(receipt);
    context.say("cli.responses.finished", {{"leads", std::to_string(drafts.size() - 1)}});
    context.emit({{"uid", response.uid}, {"status", "final"}, {"leads", drafts.size() - 1}});
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
}

} // namespace kioskctl
