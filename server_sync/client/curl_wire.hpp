// SPDX-License-Identifier: Apache-2.0
#pragma once
// The wire of a kiosk, over libcurl. Purpose: the only file that includes curl.h. One connection kept alive; HTTP/1.1;
// the other end is known by the pin of its key alone, or, without pins, by the system's authorities; proxies come from
// the environment; redirects are answers like any other. Ownership: owns its handles. Threads: one exchange at a time;
// interrupt() and set_pins() from any thread. Failure: Unavailable (no whole answer), Denied (another key), TooLarge
// (more than an answer may be), Invalid (a request that can't be sent, or bytes that are not what they claim).
#include "client/wire.hpp"

#include <cstdint>
#include <memory>

namespace kiosk::sync::client {

class CurlWire final : public Wire {
public:
    // `url` is "https://host:port" without a path; "http://…" only without pins. Pins: base64 SHA-256 of the SPKI.
    static kiosk::core::Result<std::unique_ptr<CurlWire>> create(std::string url, std::vector<std::string> pins);
    ~CurlWire() override;

    kiosk::core::Result<WireAnswer> exchange(const WireRequest& request) override;
    kiosk::core::Result<WireAnswer> download(const WireRequest& request,
                                             const std::function<bool(std::string_view)>& take) override;
    void interrupt() override;
    void set_pins(std::vector<std::string> pins); // from the next exchange on
    // HTTP bytes there and back since the start, heads included, TLS not.
    std::uint64_t bytes_moved() const;

private:
    struct Impl;
    explicit CurlWire(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::sync::client
