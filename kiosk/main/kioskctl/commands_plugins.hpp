// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the commands `plugins …` share. Purpose: finding a plugin by id or folder, and saying what is wrong with one.
// Ownership: values. Threads: one. Failure: NotFound where there is no such plugin.
#include "main/kioskctl/commands.hpp"
#include "plugin_host/discovery.hpp"
#include "plugin_host/quarantine.hpp"
#include "plugin_host/trust.hpp"

#include <string>

namespace kioskctl {

namespace plugin_host = kiosk::plugin_host;

core::Result<plugin_host::Manifest> find_installed(const std::string& id);
// The same, or the folder of one: what has a slash in it is a folder, an installed id goes before a folder of that name.
core::Result<plugin_host::Manifest> find_plugin(const std::string& id_or_folder);
// "sentence (context)" of an error.
std::string sentence(const Context& context, const core::Error& error);
std::string_view word_of(plugin_host::SignatureState state); // "none", "good", …
std::string library_hash(const plugin_host::Manifest& manifest);
// The options with which kioskctl loads plugins: this database's trusted keys; their log lines as warnings.
plugin_host::Options plugin_options(const Context& context);

void add_plugin_list_commands(CLI::App& plugins, Context& context);  // list, check
void add_plugin_show_command(CLI::App& plugins, Context& context);
void add_plugin_trust_commands(CLI::App& plugins, Context& context); // trust, sign, quarantine, release
void add_replay_calls_command(CLI::App& plugins, Context& context);

} // namespace kioskctl
