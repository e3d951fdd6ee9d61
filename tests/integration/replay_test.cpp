// SPDX-License-Identifier: Apache-2.0
// Every file of tests/scenarios, through the real core, store and plugin.
#include "main/replay/runner.hpp"
#include "main/wiring/venue.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>

using namespace kiosk;

namespace {

std::vector<std::filesystem::path> scenario_files() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(XIANGDAO_SOURCE_DIR "/tests/scenarios"))
        if (entry.path().extension() == ".json")
            files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

} // namespace

TEST_CASE("replay: every scenario of the project holds", "[replay][integration]") {
    REQUIRE(crypto::initialise());
    const auto files = scenario_files();
    REQUIRE(files.size() >= 20);
    const replay::PluginFactory plugins = [](const core::Event& event) -> std::unique_ptr<core::AdmissionPlugin> {
        return wiring::make_replay_broker(event);
    };
    for (const auto& file : files) {
        INFO(file.filename().string());
        const auto text = resources::read_file(file);
        REQUIRE(text);
        const auto scenario = replay::parse_scenario(*text);
        INFO((scenario ? "" : scenario.error().context));
        REQUIRE(scenario);
        std::size_t steps = 0;
        const auto done = replay::run_scenario(*scenario, plugins, [&](const replay::StepResult& result) {
            ++steps;
            INFO("step " << result.step << " " << result.action << "\n  expected " << result.expected.dump()
                         << "\n  got      " << result.got.dump());
            CHECK(result.ok);
        });
        INFO((done ? "" : done.error().message_key + " " + done.error().context));
        CHECK(done);
        CHECK(steps == scenario->steps.size());
    }
}
