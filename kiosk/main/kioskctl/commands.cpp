// SPDX-License-Identifier: Apache-2.0
#include "main/kioskctl/commands.hpp"

#include "core/names.hpp"

namespace kioskctl {

CLI::App* add_command(CLI::App& app, Context& context, const std::string& name) {
    const auto path = app.get_parent() ? app.get_name() + "." + name : name;
    auto* command = app.add_subcommand(name, context.text("cli." + path + ".about"));
    if (context.texts.has("cli." + path + ".help"))
        command->footer(context.text("cli." + path + ".help"));
    return command;
}

std::string about(const Context& context, std::string_view option) {
    return context.text("cli.option." + std::string(option));
}

void run_on_call(CLI::App* command, Context& context, std::function<Outcome()> body) {
    command->callback([&context, body = std::move(body)] {
        const auto outcome = body();
        context.progress_done();
        context.exit_code = outcome ? *outcome : context.report(outcome.error());
    });
}

Json to_json(const core::Decision& decision, const core::EventConfig& config) {
    Json json{{"outcome", core::to_string(decision.outcome)},
              {"reason", decision.reason == core::Reason::None ? Json() : Json(core::to_string(decision.reason))},
              {"ticket", decision.ticket},
              {"name", decision.registration ? Json(decision.registration->person.name) : Json()},
              {"first_at", decision.first_at ? Json(config.event.timezone.rfc3339(*decision.first_at)) : Json()},
              {"questions", decision.questions},
              {"consents", decision.consents}};
    for (const auto reason : decision.overridden)
        json["overridden"].push_back(core::to_string(reason));
    return json;
}

Json to_json(const core::Registration& registration, bool masked) {
    const auto& person = registration.person;
    return {{"ticket", registration.ticket},
            {"ticket_type", registration.ticket_type},
            {"status", core::to_string(registration.status)},
            {"name", masked ? core::mask_name(person.name) : person.name},
            {"organisation", masked ? core::mask_organisation(person.organisation) : person.organisation},
            {"phone", masked ? core::mask_phone(person.phone) : person.phone}};
}

} // namespace kioskctl
