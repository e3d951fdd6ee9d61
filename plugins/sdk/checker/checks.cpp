// SPDX-License-Identifier: Apache-2.0
// The list of checks, in the order in which they are run: what each needs stands before it.
#include "check.hpp"

#include <array>

namespace kiosk::checker {

namespace {

constexpr std::array checks{
    Check{"manifest", Needs::Nothing, 10, &check_manifest},
    Check{"exports", Needs::Manifest, 10, &check_exports},
    Check{"imports", Needs::Manifest, 10, &check_imports},
    Check{"library", Needs::Manifest, 10, &check_library},
    Check{"calls", Needs::Library, 10, &check_calls},
    Check{"methods", Needs::Answers, 10, &check_methods},
    Check{"config", Needs::Answers, 10, &check_config},
    Check{"requests", Needs::Answers, 30, &check_requests},
    Check{"schemas", Needs::Answers, 20, &check_schemas},
    Check{"texts", Needs::Answers, 10, &check_texts},
    Check{"forms", Needs::Answers, 10, &check_forms},
    Check{"figures", Needs::Answers, 10, &check_figures},
    Check{"fixtures", Needs::Answers, 20, &check_fixtures},
    Check{"answers", Needs::Answers, 30, &check_answers},
    Check{"determinism", Needs::Answers, 30, &check_determinism},
    Check{"instances", Needs::Answers, 10, &check_instances},
    Check{"inputs", Needs::Answers, 10, &check_inputs},
    Check{"host_versions", Needs::Answers, 10, &check_host_versions},
    Check{"sink", Needs::Answers, 10, &check_sink},
    Check{"never_widens", Needs::Answers, 10, &check_never_widens},
    Check{"admits", Needs::Answers, 10, &check_admits},
    Check{"leaks", Needs::Answers, 60, &check_leaks},
    Check{"budget", Needs::Answers, 60, &check_budget},
    Check{"threads", Needs::Answers, 10, &check_threads},
    Check{"files", Needs::Answers, 10, &check_files},
    Check{"output", Needs::Answers, 10, &check_output},
    Check{"surroundings", Needs::Answers, 10, &check_surroundings},
    Check{"log", Needs::Answers, 10, &check_log},
};

} // namespace

std::span<const Check> all_checks() {
    return checks;
}

} // namespace kiosk::checker
