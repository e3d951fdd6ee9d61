// SPDX-License-Identifier: Apache-2.0
#pragma once
// leads, responses and report, and what other commands need of them. Ownership: callbacks borrow the context and the
// parser. Threads: one.
#include "main/kioskctl/commands.hpp"

namespace kioskctl {

void add_lead_commands(CLI::App& app, Context& context);     // leads list, add, set, show
void add_response_commands(CLI::App& app, Context& context); // responses list, show, finish
void add_report_command(CLI::App& app, Context& context);

// Says what an event leaves undone when it is closed: open leads without owner or due date, interviews in draft.
core::Status warn_of_loose_ends(const Context& context, core::Store& store);

// A lead or a response by its uid, or by the beginning or end of it where only one has it.
core::Result<core::Lead> find_lead(core::Store& store, const std::string& wanted);
core::Result<core::Response> find_response(core::Store& store, const std::string& wanted);

// What can be erased beside registrations: the response, lead or closed session of that uid, or (empty) all that still
// hold words.
core::Result<std::vector<std::string>> erasable_follow_ups(core::Store& store, const std::string& wanted);

} // namespace kioskctl
