// SPDX-License-Identifier: Apache-2.0
#pragma once
// The machine's own clocks. Purpose: core::Clock for programs. Ownership: stateless. Threads: any. Failure: none.
#include "core/ports.hpp"

namespace kiosk::wiring {

class SystemClock final : public core::Clock {
public:
    core::Instant now() const override;
    std::int64_t boot_ms() const override;
};

std::int64_t monotonic_us();

} // namespace kiosk::wiring
