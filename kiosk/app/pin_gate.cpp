// SPDX-License-Identifier: Apache-2.0
#include "app/pin_gate.hpp"

#include <algorithm>

namespace kiosk::app {

PinGate::PinGate(PinVerifier& verifier, const core::Clock& clock, const Settings& settings)
    : m_verifier(&verifier), m_clock(&clock), m_allowed(std::max(1, settings.pin_attempts)),
      m_lock_ms(settings.pin_lock_ms), m_longest_ms(settings.pin_lock_longest_ms), m_failures(verifier.failures()) {
    if (m_failures >= m_allowed)
        lock(); // in full: how long it had been locked before the restart isn't known
}

void PinGate::lock() {
    const auto doublings = std::clamp(m_failures - m_allowed, 0, 20);
    m_locked_until_ms = m_clock->boot_ms() + std::min(m_longest_ms, m_lock_ms << doublings);
}

int PinGate::attempts_left() const { return std::max(0, m_allowed - m_failures); }

PinGate::Answer PinGate::attempt(const core::EventConfig& config, std::string_view pin) {
    if (locked())
        return {Verdict::Locked, {}};
    m_verifier->set_failures(++m_failures);
    Answer answer;
    // All of them are tried: where two people chose the same PIN, nobody can say whose name belongs in the journal.
    for (const auto& member : config.staff) {
        if (member.pin_hash.empty() || !m_verifier->matches(member.pin_hash, pin))
            continue;
        if (answer.verdict == Verdict::Right)
            answer = {Verdict::Shared, {}};
        else if (answer.verdict == Verdict::Wrong)
            answer = {Verdict::Right, member.id};
    }
    if (answer.verdict == Verdict::Right) {
        m_failures = 0;
        m_verifier->set_failures(0);
    } else if (answer.verdict == Verdict::Shared) {
        m_verifier->set_failures(--m_failures); // it was no guess
    } else if (m_failures >= m_allowed) {
        lock();
    }
    return answer;
}

} // namespace kiosk::app
