// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who may open the staff screens. Purpose: checks a PIN against the event's staff and limits the attempts: five wrong
// ones lock for a time that doubles with each further one. Ownership: borrows its ports. Threads: the application
// thread. Failure: none; the count of wrong attempts is kept by the port before a PIN is tried, so that neither a power
// cut nor a restart gives new ones.
#include "app/deck.hpp"
#include "app/settings.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace kiosk::app {

class PinGate {
public:
    enum class Verdict : std::uint8_t { Right = 1, Wrong, Shared, Locked };
    struct Answer {
        Verdict verdict = Verdict::Wrong;
        std::string staff; // id, where it is right
    };

    PinGate(PinVerifier& verifier, const core::Clock& clock, const Settings& settings);

    Answer attempt(const core::EventConfig& config, std::string_view pin);
    bool locked() const { return m_clock->boot_ms() < m_locked_until_ms; }
    std::int64_t locked_until_ms() const { return m_locked_until_ms; } // on the boot clock
    int attempts_left() const;

private:
    void lock();

    PinVerifier* m_verifier;
    const core::Clock* m_clock;
    int m_allowed;
    std::int64_t m_lock_ms;
    std::int64_t m_longest_ms;
    int m_failures = 0;
    std::int64_t m_locked_until_ms = 0;
};

constexpr std::size_t pin_digits_least = 4;
constexpr std::size_t pin_digits_most = 12;

} // namespace kiosk::app
