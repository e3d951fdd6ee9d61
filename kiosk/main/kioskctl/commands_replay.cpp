// SPDX-License-Identifier: Apache-2.0
#include "main/kioskctl/commands.hpp"
#include "main/replay/runner.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace kioskctl {

namespace {

using namespace kiosk;

// The lines of scenario.md are JSON whether or not --json is given: other programs read them.
void print(const Json& object) {
    fmt::print(stdout, "{}\n", object.dump(-1, ' ', false, Json::error_handler_t::replace));
    std::fflush(stdout);
}

Outcome replay(const Context& context, const std::vector<std::string>& files) {
    if (!crypto::initialise())
        return core::fail(core::ErrorCode::Internal, "error.crypto");
    std::size_t passed = 0, failed = 0;
    bool wrong = false;
    const replay::PluginFactory plugins = [](const core::Event& event) -> std::unique_ptr<core::AdmissionPlugin> {
        return wiring::make_replay_broker(event);
    };
    for (const auto& file : files) {
        const auto scenario = [&]() -> core::Result<replay::Scenario> {
            KIOSK_TRY(const auto text, resources::read_file(file, replay::max_scenario_bytes));
            return replay::parse_scenario(text);
        }();
        if (!scenario) {
            wrong = true;
            print({{"file", file}, {"error", scenario.error().message_key}, {"context", scenario.error().context}});
            context.warn("cli.replay.wrong_file", {{"file", file}, {"why", scenario.error().context}});
            continue;
        }
        const auto done = replay::run_scenario(*scenario, plugins, [&](const replay::StepResult& result) {
            (result.ok ? passed : failed) += 1;
            print({{"file", file},
                   {"step", result.step},
                   {"do", result.action},
                   {"ok", result.ok},
                   {"expected", result.expected},
                   {"got", result.got}});
        });
        if (!done) {
            ++failed;
            print({{"file", file}, {"error", done.error().message_key}, {"context", done.error().context}});
        }
    }
    fmt::print(stdout, "{} passed, {} failed\n", passed, failed);
    return wrong ? exit_wrong : failed > 0 ? exit_no : exit_done;
}

} // namespace

void add_replay_command(CLI::App& app, Context& context) {
    auto files = std::make_shared<std::vector<std::string>>();
    auto* command = add_command(app, context, "replay");
    command->add_option("files", *files, about(context, "scenario_files"))->required();
    run_on_call(command, context, [&context, files] { return replay(context, *files); });
}

} // namespace kioskctl
