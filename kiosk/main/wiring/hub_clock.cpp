// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/hub_clock.hpp"

namespace kiosk::wiring {

core::Instant HubClock::now() const {
    const auto ahead_ms = m_hub_minus_boot_ms.load(std::memory_order_relaxed);
    return ahead_ms == unknown ? m_machine.now() : core::Instant{m_machine.boot_ms() + ahead_ms};
}

void HubClock::learned(std::int64_t hub_ms, std::int64_t boot_ms) {
    constexpr std::int64_t year_9999_ms = 253'402'300'800'000;
    if (hub_ms > 0 && hub_ms < year_9999_ms)
        m_hub_minus_boot_ms.store(hub_ms - boot_ms, std::memory_order_relaxed);
}

} // namespace kiosk::wiring
