// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a venue adds to its plugins: keys that it trusts, the record of their calls, and stored answers that keep pace
// with them. Purpose: the parts of plugin_host that need a database or lie beside one, put together. Ownership: options
// share the call journal. Threads: that of the store. Failure: nothing here stops a door; what went wrong is logged in
// plain words, and a plugin that can't be used is reported as missing.
#include "core/ports.hpp"
#include "plugin_host/broker.hpp"

#include <filesystem>
#include <functional>
#include <string_view>

namespace kiosk::wiring {

// A list of keys that can't be read trusts nobody: no plugin is loaded until it is put right.
void attach_trust(plugin_host::Options& options, const std::filesystem::path& database);
void attach_call_journal(plugin_host::Options& options, const std::filesystem::path& database);

// Each plugin's state version is kept as the document plugin_state/<id>. Where the installed plugin's is higher, it is
// asked what registrations and drafts become (state.migrate); all of it is one transaction, and the old rows stay in
// the journal. Where it is lower, the plugin is set aside: an older version must not misread what a newer one stored.
// Final responses are never touched. With `read_only` nothing is written.
void keep_answers_in_step(core::Store& store, const core::EventConfig& config, plugin_host::Broker& broker,
                          bool read_only, const std::function<void(std::string_view)>& log);

} // namespace kiosk::wiring
