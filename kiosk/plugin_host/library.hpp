// SPDX-License-Identifier: Apache-2.0
#pragma once
// Brings a plugin's code into a process. Purpose: the only file that knows SDL_LoadObject and memfd. What is loaded
// are the very bytes that were hashed: they go into a sealed memory file, so that a file changed in between can't slip
// in. Ownership: a loaded library belongs to the process and is never unloaded; a sealed descriptor to the caller.
// Threads: any. Failure: Unavailable where the loader refuses, Invalid for a wrong table, NewerVersion for another ABI.
#include "plugin_host/manifest.hpp"

#include <string_view>

struct kiosk_plugin; // of kiosk_plugin.h

namespace kiosk::plugin_host {

// `bytes` are the verified bytes of the manifest's library. The same library is loaded into this process only once.
core::Result<const kiosk_plugin*> load_library(const Manifest& manifest, std::string_view bytes);

// The same in two halves, for two processes. Of the manifest only id, ABI and the library's name are used.
core::Result<int> seal_library(const Manifest& manifest, std::string_view bytes); // close-on-exec
core::Result<const kiosk_plugin*> load_sealed_library(const Manifest& manifest, int descriptor);

} // namespace kiosk::plugin_host
