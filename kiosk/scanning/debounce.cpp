// SPDX-License-Identifier: Apache-2.0
#include "scanning/debounce.hpp"

#include <algorithm>

namespace kiosk::scanning {

namespace {
// Two codes in view that are read in turn must not take turns as scans: a code that was seen a moment ago has not left
// only because another one was read now.
constexpr std::int64_t moment_ms = 700;
// No frames for so long is a camera that stopped, and says nothing about what is held before it.
constexpr std::int64_t stopped_ms = 1'000;
constexpr std::size_t most_held = 16;
} // namespace

std::vector<std::string> Debounce::frame(std::span<const std::string> texts, std::int64_t now_ms) {
    if (m_last_frame_ms && now_ms - *m_last_frame_ms > stopped_ms)
        for (auto& held : m_held)
            held.seen_ms += now_ms - *m_last_frame_ms;
    m_last_frame_ms = now_ms;

    const bool other_seen = !texts.empty();
    std::erase_if(m_held, [&](const Held& held) {
        if (std::ranges::find(texts, held.text) != texts.end())
            return now_ms - held.seen_ms >= m_away_ms;
        return now_ms - held.seen_ms >= (other_seen ? std::min(moment_ms, m_away_ms) : m_away_ms);
    });

    std::vector<std::string> fresh;
    for (const auto& text : texts) {
        const auto held = std::ranges::find(m_held, text, &Held::text);
        if (held != m_held.end()) {
            held->seen_ms = now_ms;
            continue;
        }
        if (m_held.size() >= most_held)
            m_held.erase(m_held.begin());
        m_held.push_back({text, now_ms});
        fresh.push_back(text);
    }
    return fresh;
}

} // namespace kiosk::scanning
