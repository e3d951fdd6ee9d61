// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs a scenario through the application core. Purpose: `kioskctl replay`, and the tests that hold us to scenario.md.
// Ownership: borrows the scenario. Threads: one. Failure: a step that can't be done is a result with ok = false; an
// Error only where the machines could not even be set up.
#include "main/replay/world.hpp"

#include <functional>

namespace kiosk::replay {

struct StepResult {
    std::size_t step = 0;
    std::string action;
    bool ok = false;
    Json expected;
    Json got;
};

core::Status run_scenario(const Scenario& scenario, const PluginFactory& plugins,
                          const std::function<void(const StepResult&)>& report);

} // namespace kiosk::replay
