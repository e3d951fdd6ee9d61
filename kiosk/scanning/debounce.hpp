// SPDX-License-Identifier: Apache-2.0
#pragma once
// The same code held before the camera is one scan. Purpose: tells new codes from those that are still there; a code
// arms again after it has been away for a while, or when another one came in between. Ownership: values. Threads: one.
// Failure: none. Time comes in with each frame.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kiosk::scanning {

class Debounce {
  public:
    explicit Debounce(std::int64_t away_ms = 2'500) : m_away_ms(away_ms) {}

    // The texts seen in one frame; empty for a frame without a code. Returns those that are new scans.
    std::vector<std::string> frame(std::span<const std::string> texts, std::int64_t now_ms);
    // Every code counts as new again.
    void rearm() { m_held.clear(); }

  private:
    struct Held {
        std::string text;
        std::int64_t seen_ms = 0;
    };
    std::int64_t m_away_ms;
    std::optional<std::int64_t> m_last_frame_ms;
    std::vector<Held> m_held; // codes of the latest frames; few, since another code replaces those that left
};

} // namespace kiosk::scanning
