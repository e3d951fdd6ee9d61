// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/system_clock.hpp"

#include <ctime>

namespace kiosk::wiring {

namespace {

std::int64_t read_us(clockid_t clock) {
    timespec at{};
    clock_gettime(clock, &at);
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000 + at.tv_nsec / 1000;
}

} // namespace

core::Instant SystemClock::now() const { return {read_us(CLOCK_REALTIME) / 1000}; }
std::int64_t SystemClock::boot_ms() const { return read_us(CLOCK_BOOTTIME) / 1000; }
std::int64_t monotonic_us() { return read_us(CLOCK_MONOTONIC); }

} // namespace kiosk::wiring
