// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a request reaches a plugin and its reply comes back. Purpose: one interface for a plugin in this process and for
// one in a helper process; what is above it can't tell them apart. Ownership: a transport owns its plugin instance.
// Threads: one call at a time. Failure, told apart by code because they are judged differently:
//   NotFound     the plugin has no such method
//   Invalid      the plugin can't read the request (for example wrong event settings)
//   Internal     the plugin failed and said so
//   TooLarge     the reply is longer than allowed
//   Unavailable  the plugin is gone: crashed, killed, hung; the next call starts it anew where that is possible
#include "core/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace kiosk::plugin_host {

enum class LogLevel : std::uint8_t { Debug = 1, Info, Warning, Error };
// Plugin id and what is to be logged. Called from within calls, on their thread; must not throw.
using LogSink = std::function<void(LogLevel level, std::string_view plugin, std::string_view text)>;

class Transport {
  public:
    virtual ~Transport() = default;
    // UTF-8 JSON both ways; a reply has at most 256 KiB.
    virtual core::Result<std::string> call(std::string_view method, std::string_view request) = 0;

    // Calls in which the plugin's process died or was ended because it hung, also those that a second try healed; how
    // the last one went. Always 0 for a plugin in this process, which would take the kiosk with it.
    virtual std::uint64_t crashes() const { return 0; }
    virtual std::string last_crash() const { return {}; }
    // The plugin is not to be asked for now: ends its process. The next call would start it again.
    virtual void stop() {}
};

} // namespace kiosk::plugin_host
