// SPDX-License-Identifier: Apache-2.0
// scan, undo
#include "main/kioskctl/commands.hpp"
#include "main/kioskctl/pictures.hpp"

#include <fmt/format.h>

namespace kioskctl {

namespace {

using namespace kiosk;
using core::ErrorCode;
using core::fail;

struct ScanCall {
    std::string code;
    std::string image;
    std::string checkpoint;
    std::string gate;
    std::string key;
    std::string staff;
    std::string reason;
    std::vector<std::string> answers;
    std::vector<std::string> consents;
    bool exit = false;
    bool ignore_unpaid = false;
};

// "q1=M", "tracks=mysql,oracle", "agree=true"
core::Result<core::Answers> parse_answers(const core::EventConfig& config, const std::vector<std::string>& given) {
    core::Answers answers;
    for (const auto& text : given) {
        const auto equals = text.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(ErrorCode::Invalid, "error.answer_form", text);
        const auto id = text.substr(0, equals);
        const auto value = text.substr(equals + 1);
        const auto* question = config.question(id);
        if (!question || question->type != core::QuestionType::Multiple) {
            answers[id] = value;
            continue;
        }
        std::vector<std::string> chosen;
        for (std::size_t at = 0; at <= value.size();) {
            const auto comma = std::min(value.find(',', at), value.size());
            chosen.push_back(value.substr(at, comma - at));
            at = comma + 1;
        }
        answers[id] = std::move(chosen);
    }
    return answers;
}

core::Result<std::string> door_of(const core::EventConfig& config, const std::string& wanted) {
    if (!wanted.empty())
        return wanted;
    if (config.checkpoints.empty())
        return fail(ErrorCode::NotFound, "error.no_checkpoint");
    return config.checkpoints.front().id;
}

void say_decision(const Context& context, const core::EventConfig& config, const core::Decision& decision) {
    const auto outcome = "cli.outcome." + std::string(core::to_string(decision.outcome));
    const auto name = decision.registration ? decision.registration->person.name : std::string();
    context.line(context.text(outcome) + (name.empty() ? "" : "  " + name) +
                 (decision.reason == core::Reason::None
                      ? ""
                      : "  " + context.text("cli.reason." + std::string(core::to_string(decision.reason)))));
    if (decision.first_at)
        context.say("cli.scan.first_at", {{"time", context.time(config, *decision.first_at)}});
    for (const auto& id : decision.questions) {
        const auto* question = config.question(id);
        context.say("cli.scan.question", {{"id", id}, {"text", question ? context.in(question->text) : ""}});
    }
    for (const auto& id : decision.consents)
        context.say("cli.scan.consent", {{"id", id}});
    if (!decision.explanation.empty())
        context.line("  " + context.texts.text(context.language, decision.explanation));
    if (const auto& explanation = context.in(decision.plugin_explanation); !explanation.empty())
        context.line("  " + explanation);
}

Outcome scan(Context& context, const ScanCall& call) {
    KIOSK_TRY(const auto venue, context.open_event());
    const auto& config = venue->config();
    core::ScanRequest request;
    request.code = call.code;
    if (!call.image.empty()) {
        KIOSK_TRY(const auto texts, texts_in_picture(call.image));
        if (texts.size() > 1)
            return fail(ErrorCode::Invalid, "error.several_codes", call.image);
        // No code in the picture is an unreadable code, and is journalled as one.
        request.code = texts.empty() ? std::string() : texts.front();
    }
    KIOSK_TRY(request.checkpoint, door_of(config, call.checkpoint));
    request.direction = call.exit ? core::Direction::Exit : core::Direction::Entry;
    request.gate = call.gate;
    request.key = call.key;
    request.ignore_unpaid = call.ignore_unpaid;
    KIOSK_TRY(request.answers, parse_answers(config, call.answers));
    for (const auto& consent : call.consents)
        request.consents[consent] = true;
    if (!call.staff.empty() || !call.reason.empty()) {
        if (call.staff.empty() || call.reason.empty())
            return fail(ErrorCode::Invalid, "error.override_form");
        request.override_by = core::Override{call.staff, call.reason};
    }
    KIOSK_TRY(const auto result, venue->check_in().scan(request, "qr"));
    say_decision(context, config, result.decision);
    auto json = to_json(result.decision, config);
    json["saved"] = result.saved ? Json(core::to_string(*result.saved)) : Json();
    json["replayed"] = result.replayed;
    context.emit(json);
    return result.decision.outcome == core::Outcome::Admitted ? exit_done : exit_no;
}

Outcome undo(Context& context, const std::string& code, const std::string& checkpoint, const std::string& staff) {
    KIOSK_TRY(const auto venue, context.open_event());
    KIOSK_TRY(const auto door, door_of(venue->config(), checkpoint));
    KIOSK_TRY(const auto result, venue->check_in().undo(door, code, staff));
    if (result.undone)
        context.say("cli.undo.done");
    else
        context.say("cli.undo.refused." + std::string(core::to_string(result.reason)));
    context.emit({{"outcome", result.undone ? "undone" : "refused"},
                  {"reason", result.undone ? Json() : Json(core::to_string(result.reason))}});
    return result.undone ? exit_done : exit_no;
}

Outcome decode(Context& context, const std::vector<std::string>& files) {
    bool all_opened = true;
    for (const auto& file : files) {
        const auto picture = read_picture(file);
        if (!picture) {
            context.emit({{"path", file}, {"texts", Json::array()}, {"milliseconds", 0}, {"error", picture.error().message_key}});
            context.warn("cli.decode.unreadable_file", {{"file", file}, {"why", picture.error().context}});
            all_opened = false;
            continue;
        }
        context.emit({{"path", file}, {"texts", picture->texts}, {"milliseconds", picture->milliseconds}});
        if (picture->texts.empty())
            context.say("cli.decode.nothing", {{"file", file}, {"ms", fmt::format("{:.1f}", picture->milliseconds)}});
        for (const auto& text : picture->texts)
            context.line(fmt::format("{}  {:.1f} ms  {}", file, picture->milliseconds, text));
    }
    // A picture without a code is an answer, not a failure: this measures the decoder.
    return all_opened ? exit_done : exit_no;
}

} // namespace

void add_scan_commands(CLI::App& app, Context& context) {
    {
        auto call = std::make_shared<ScanCall>();
        auto* command = add_command(app, context, "scan");
        auto* code = command->add_option("code", call->code, about(context, "code"));
        command->add_option("--image", call->image, about(context, "image"))->excludes(code);
        command->add_option("--checkpoint", call->checkpoint, about(context, "checkpoint"));
        command->add_option("--gate", call->gate, about(context, "gate"));
        command->add_option("--key", call->key, about(context, "key"));
        command->add_option("--answer", call->answers, about(context, "answer"))->allow_extra_args(false);
        command->add_option("--consent", call->consents, about(context, "consent"))->allow_extra_args(false);
        command->add_option("--staff", call->staff, about(context, "staff"));
        command->add_option("--reason", call->reason, about(context, "reason"));
        command->add_flag("--exit", call->exit, about(context, "exit"));
        command->add_flag("--ignore-unpaid", call->ignore_unpaid, about(context, "ignore_unpaid"));
        run_on_call(command, context, [&context, call]() -> Outcome {
            if (call->code.empty() && call->image.empty())
                return fail(ErrorCode::Invalid, "error.scan_needs_code");
            return scan(context, *call);
        });
    }
    {
        struct Values {
            std::string code, checkpoint, staff;
        };
        auto values = std::make_shared<Values>();
        auto* command = add_command(app, context, "undo");
        command->add_option("code", values->code, about(context, "code"))->required();
        command->add_option("--checkpoint", values->checkpoint, about(context, "checkpoint"));
        command->add_option("--staff", values->staff, about(context, "staff"))->required();
        run_on_call(command, context,
                    [&context, values] { return undo(context, values->code, values->checkpoint, values->staff); });
    }
    {
        auto files = std::make_shared<std::vector<std::string>>();
        auto* command = add_command(app, context, "decode");
        command->add_option("files", *files, about(context, "pictures"))->required();
        run_on_call(command, context, [&context, files] { return decode(context, *files); });
    }
}

} // namespace kioskctl
