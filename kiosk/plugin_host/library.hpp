// SPDX-License-Identifier: Apache-2.0
#pragma once
// Brings a plugin's code into this process. Purpose: the only file that knows SDL_LoadObject and memfd. What is loaded
// are the very bytes that were hashed: they go into a sealed memory file, so that a file changed in between can't slip
// in. Ownership: a loaded library belongs to the process and is never unloaded; the same bytes are loaded once.
// Threads: any. Failure: Unavailable where the loader refuses, Invalid for a wrong table, NewerVersion for another ABI.
#include "plugin_host/manifest.hpp"

#include <string_view>

struct kiosk_plugin; // of kiosk_plugin.h

namespace kiosk::plugin_host {

// `bytes` are the verified bytes of the manifest's library.
core::Result<const kiosk_plugin*> load_library(const Manifest& manifest, std::string_view bytes);

} // namespace kiosk::plugin_host
