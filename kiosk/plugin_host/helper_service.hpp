// SPDX-License-Identifier: Apache-2.0
#pragma once
// The helper process from inside: loads one plugin, closes the doors behind itself, answers until the kiosk is gone.
// Purpose: all that the program kiosk-plugin-host does. Ownership: the two descriptors of helper_wire.hpp belong to it.
// Threads: the only one. Failure: what is wrong with the plugin is told to the kiosk; the exit code is for a person who
// starts the program by hand.
namespace kiosk::plugin_host {

// main() of kiosk-plugin-host. Arguments: plugin id (for those who read the list of processes), the kiosk's process id.
int run_helper(int argument_count, char** arguments);

} // namespace kiosk::plugin_host
