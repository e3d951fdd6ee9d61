// SPDX-License-Identifier: Apache-2.0
#pragma once
// Is this machine fit for the door? Purpose: `kioskctl doctor`: files, disk, clock, fonts, plugins, camera, database.
// Changes nothing. Ownership: values. Threads: one. Failure: a check that can't be made is a warning that says so.
#include "main/kioskctl/context.hpp"

namespace kioskctl {

enum class Health : std::uint8_t { Good = 1, Warning, Bad };

struct HealthFinding {
    std::string check;
    Health state = Health::Good;
    core::Message message;
};

std::vector<HealthFinding> examine(const Context& context);

} // namespace kioskctl
