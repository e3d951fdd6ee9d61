// SPDX-License-Identifier: Apache-2.0
#pragma once
// The commands of kioskctl by group; each adds its subcommands to the parser, with a callback that sets the exit code.
// Ownership: callbacks borrow the context and the parser. Threads: one.
#include "main/kioskctl/context.hpp"

#include <CLI/CLI.hpp>

namespace kioskctl {

void add_event_commands(CLI::App& app, Context& context);    // init, event, search, stats, erase
void add_exchange_commands(CLI::App& app, Context& context); // import, export
void add_scan_commands(CLI::App& app, Context& context);     // scan, undo, decode
void add_ticket_commands(CLI::App& app, Context& context);   // tickets issue, tickets verify
void add_session_commands(CLI::App& app, Context& context);  // session …: behind closed doors
void add_booking_commands(CLI::App& app, Context& context); // book, bookings, booking, units, leases, suggest
void add_clip_command(CLI::App& app, Context& context);
void add_store_commands(CLI::App& app, Context& context);    // verify, rebuild, backup, restore, doctor
void add_plugin_commands(CLI::App& app, Context& context);   // plugins list, show, check, trust, sign, …
void add_hub_commands(CLI::App& app, Context& context);      // enroll, sync, hub
void add_conflict_commands(CLI::App& app, Context& context); // conflicts
void add_replay_command(CLI::App& app, Context& context);
void add_simulate_command(CLI::App& app, Context& context);
void add_completion_command(CLI::App& app, Context& context);

// A subcommand whose help is "cli.<name>.about" and, with examples, "cli.<name>.help" of the catalogue.
CLI::App* add_command(CLI::App& app, Context& context, const std::string& name);
// What an option is for: "cli.option.<name>".
std::string about(const Context& context, std::string_view option);
void run_on_call(CLI::App* command, Context& context, std::function<Outcome()> body);

Json to_json(const core::Decision& decision, const core::EventConfig& config);
Json to_json(const core::Registration& registration, bool masked);

} // namespace kioskctl
