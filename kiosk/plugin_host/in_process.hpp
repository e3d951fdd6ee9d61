// SPDX-License-Identifier: Apache-2.0
#pragma once
// The plugin as a part of this process. Purpose: the quickest transport and the one to debug with; a crash of the
// plugin is a crash of the kiosk, and a hang can't be cut short. Ownership: owns the instance, closes it when
// destroyed. Threads: one call at a time. Failure: see transport.hpp; Unavailable does not occur after open().
#include "plugin_host/manifest.hpp"
#include "plugin_host/transport.hpp"

#include <memory>

struct kiosk_plugin; // of kiosk_plugin.h

namespace kiosk::plugin_host {

class InProcessTransport final : public Transport {
  public:
    // The library must have been verified and loaded (library.hpp).
    static core::Result<std::unique_ptr<Transport>> open(const Manifest& manifest, const kiosk_plugin& table,
                                                         LogSink log);
    ~InProcessTransport() override;
    InProcessTransport(const InProcessTransport&) = delete;
    InProcessTransport& operator=(const InProcessTransport&) = delete;

    core::Result<std::string> call(std::string_view method, std::string_view request) override;

  private:
    struct HostSide; // what the plugin is given; it may keep the address until close()
    InProcessTransport(std::unique_ptr<HostSide> host, const kiosk_plugin& table);

    std::unique_ptr<HostSide> m_host;
    const kiosk_plugin& m_table;
    void* m_self = nullptr;
    bool m_open = false;
};

} // namespace kiosk::plugin_host
