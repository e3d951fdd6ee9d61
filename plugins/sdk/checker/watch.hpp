// SPDX-License-Identifier: Apache-2.0
#pragma once
// Sees what a plugin asks of the system, however short. Purpose: from start() on, the named system calls of this
// process do nothing, answer EPERM and are noted (seccomp). For good: there is no way back, so it is for the end of a
// check's process. Threads: one. Failure: start() answers false where the system has no seccomp; then nothing is seen.
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::checker {

bool start_watch(std::initializer_list<const char*> system_calls);
std::vector<std::string> seen_by_watch(); // names of those that were tried, each once

} // namespace kiosk::checker
