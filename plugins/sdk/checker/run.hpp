// SPDX-License-Identifier: Apache-2.0
#pragma once
// Runs checks, each in a process of its own. Purpose: a plugin that crashes, hangs, exits or leaves processes behind
// fails one check and stops nothing. Ownership: values. Threads: one; the caller has no others (it forks). Failure: a
// check whose process could not be started has failed, with the system's word.
#include "check.hpp"

#include <functional>
#include <string>
#include <vector>

namespace kiosk::checker {

enum class State : std::uint8_t { Passed = 1, Failed, Skipped };

struct CheckResult {
    std::string name;
    State state = State::Passed;
    std::vector<Finding> findings; // of a skipped one: which check has to pass first
    std::int64_t took_ms = 0;
};

struct PluginResult {
    std::string plugin;
    std::filesystem::path folder;
    std::vector<CheckResult> checks;
    bool passed() const;
};

// `only`: names of the checks that are wanted; empty: all. What a wanted one needs is run as well, and told only where
// it fails. `done` is called after each check that is told.
PluginResult run_checks(const Subject& subject, const std::vector<std::string>& only,
                        const std::function<void(const CheckResult&)>& done);

// One check, whatever came before it.
CheckResult run_check(const Check& check, const Subject& subject);

} // namespace kiosk::checker
