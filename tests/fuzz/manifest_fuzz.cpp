// SPDX-License-Identifier: Apache-2.0
// What a plugin's folder says of it before anything of it is trusted.
#include "plugin_host/manifest.hpp"
#include "plugin_host/method_table.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace kiosk;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto manifest =
        plugin_host::parse_manifest(std::string_view(reinterpret_cast<const char*>(data), size), "/nowhere/plugin");
    if (!manifest)
        return 0;
    // The library is loaded from the plugin's own folder and from nowhere else.
    KIOSK_ASSERT(!manifest->id.empty() && manifest->library.find('/') == std::string::npos);
    KIOSK_ASSERT(!manifest->signature || manifest->signature->ed25519.size() == 64);
    // Whatever is used, the host knows, and each method once.
    if (const auto methods = plugin_host::fit(*manifest))
        KIOSK_ASSERT(!methods->used.empty() && methods->used.size() <= plugin_host::known_methods().size());
    return 0;
}
