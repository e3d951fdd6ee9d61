// SPDX-License-Identifier: Apache-2.0
#pragma once
// Time and chance of a simulation. Purpose: nothing in it waits, and the same seed gives the same run to the last byte.
// Ownership: the simulation owns one VirtualTime; clocks and queued actions borrow it. Threads: one. Failure: none.
#include "core/ports.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

namespace kiosk::simulate {

// splitmix64: small, and the same with every compiler and library.
class Dice final : public core::Random {
public:
    explicit Dice(std::uint64_t seed) : m_state(seed) {}
    // Another stream for each purpose, so that one more throw here does not change everything there.
    Dice branch(std::string_view purpose) const {
        auto state = m_state;
        for (const char c : purpose)
            state = (state ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
        return Dice(state ^ 0x2545f4914f6cdd1dULL);
    }
    std::uint64_t next() {
        m_state += 0x9e3779b97f4a7c15ULL;
        auto z = m_state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31);
    }
    std::size_t pick(std::size_t n) { return static_cast<std::size_t>(next() % n); }
    std::int64_t between(std::int64_t low, std::int64_t high) { // both included
        return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
    }
    bool chance(int per_thousand) { return pick(1000) < static_cast<std::size_t>(per_thousand); }
    void fill(std::span<std::uint8_t> bytes) override {
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(next());
    }

private:
    std::uint64_t m_state;
};

class VirtualTime {
public:
    explicit VirtualTime(core::Instant start) : m_start(start) {}

    std::int64_t elapsed_ms() const { return m_elapsed_ms; }
    core::Instant now() const { return m_start + m_elapsed_ms; }

    // Actions of the same moment happen in the order in which they were asked for.
    void after(std::int64_t delay_ms, std::function<void()> action) {
        m_queue.emplace(std::pair{m_elapsed_ms + std::max<std::int64_t>(delay_ms, 0), m_order++}, std::move(action));
    }
    void run_until(std::int64_t elapsed_ms) {
        while (!m_queue.empty() && m_queue.begin()->first.first <= elapsed_ms) {
            auto first = m_queue.extract(m_queue.begin());
            m_elapsed_ms = first.key().first;
            first.mapped()();
        }
        m_elapsed_ms = elapsed_ms;
    }

private:
    core::Instant m_start;
    std::int64_t m_elapsed_ms = 0;
    std::uint64_t m_order = 0;
    std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> m_queue;
};

// What one machine believes: an error that grows, and jumps when somebody sets it. The boot clock only goes on.
class DeviceClock final : public core::Clock {
public:
    DeviceClock(const VirtualTime& time, std::int64_t drift_ppm) : m_time(time), m_drift_ppm(drift_ppm) {}
    core::Instant now() const override {
        return m_time.now() + (in_call_ms + shift_ms + m_time.elapsed_ms() * m_drift_ppm / 1'000'000);
    }
    std::int64_t boot_ms() const override { return m_time.elapsed_ms() + in_call_ms - booted_at_ms; }

    std::int64_t shift_ms = 0;
    std::int64_t booted_at_ms = 0;
    std::int64_t in_call_ms = 0; // what a request under way has taken so far

private:
    const VirtualTime& m_time;
    std::int64_t m_drift_ppm;
};

} // namespace kiosk::simulate
