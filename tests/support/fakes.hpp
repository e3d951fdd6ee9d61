// SPDX-License-Identifier: Apache-2.0
#pragma once
// Small fakes of the core's ports: a clock that is set by hand and randomness that counts. Threads: one.
#include "core/ports.hpp"

namespace kiosk::test {

class FakeClock final : public core::Clock {
public:
    explicit FakeClock(core::Instant start = {1'795'151'100'000}) : at(start), m_start(start) {} // 2026-11-20 13:05 +08:00
    core::Instant now() const override { return at; }
    std::int64_t boot_ms() const override { return at - m_start + 1000; }
    core::Instant at;

private:
    core::Instant m_start;
};

class CountingRandom final : public core::Random {
public:
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>((m_state = m_state * 6364136223846793005ULL + 1442695040888963407ULL) >> 33);
    }

private:
    std::uint64_t m_state = 1;
};

} // namespace kiosk::test
