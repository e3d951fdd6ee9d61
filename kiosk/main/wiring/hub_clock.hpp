// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub's time on this machine. Purpose: what bookings and leases are judged by: the hub's clock as it was last heard,
// carried on by the boot clock, so that setting the machine's clock moves nothing; until the hub was heard, the machine's
// own. The sync client and the journal keep the machine's clock: they measure the difference. Ownership: borrows the
// machine's clock. Threads: any. Failure: none; a time that no hub can mean is not taken.
#include "core/ports.hpp"

#include <atomic>
#include <cstdint>
#include <limits>

namespace kiosk::wiring {

class HubClock final : public core::Clock {
public:
    explicit HubClock(const core::Clock& machine) : m_machine(machine) {}

    core::Instant now() const override;
    std::int64_t boot_ms() const override { return m_machine.boot_ms(); }

    // The hub's clock showed `hub_ms` when this machine's boot clock showed `boot_ms`. The latest stands.
    void learned(std::int64_t hub_ms, std::int64_t boot_ms);
    bool knows() const { return m_hub_minus_boot_ms.load(std::memory_order_relaxed) != unknown; }

private:
    static constexpr std::int64_t unknown = std::numeric_limits<std::int64_t>::min();
    const core::Clock& m_machine;
    std::atomic<std::int64_t> m_hub_minus_boot_ms{unknown};
};

} // namespace kiosk::wiring
