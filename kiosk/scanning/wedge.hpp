// SPDX-License-Identifier: Apache-2.0
#pragma once
// USB scanners that pretend to be keyboards. Purpose: tells a scanner's burst of keys from a person's typing and gives
// back the code. Works on scancodes with its own US layout, because that is what scanners send: an input method that is
// switched to Chinese may swallow or compose the text events, the scancodes still come. Pure: time comes in with the
// key. Ownership: values. Threads: one. Failure: none; a burst too long for a code is dropped.
//
// How the window feeds it: SDL_KEYDOWN with keysym.scancode, keysym.mod & KMOD_SHIFT, keysym.mod & KMOD_CAPS,
// event.key.timestamp (repeat != 0 is left out), and SDL_GetTicks() once a frame or on a timer for `tick`:
//
//   const auto verdict = wedge.key(scancode, shift, caps, timestamp);
//   if (verdict.swallow) …            the key belongs to a scan: don't act on it (Enter must not press a button)
//   if (verdict.take_back > 0) …      so many characters went to the focused field before it was clear: remove them
//   if (!verdict.give_back.empty()) … a few keys pressed at once, not a scan: type them into the focused field
//   if (verdict.code) …               the scan: queue intent::ScannedText{*verdict.code, "wedge"}
//
// Text events (SDL_TEXTINPUT) that arrive while `bursting()` holds are left out, and the composition is reset
// (SDL_StopTextInput, SDL_StartTextInput) when a burst begins.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::scanning {

struct WedgeOptions {
    std::int64_t average_gap_ms = 40; // a burst's keys are closer than this on average …
    std::int64_t longest_gap_ms = 90; // … and no two are further apart than this
    std::size_t shortest_code = 6;
    std::size_t longest_code = 4'096;
    std::int64_t pause_ms = 120;   // ends a burst that has no Enter or Tab; must be at least longest_gap_ms
    std::size_t certain_after = 4; // characters after which a burst is taken for a scan while it is still coming
};

struct WedgeVerdict {
    bool swallow = false;
    std::size_t take_back = 0;
    std::string give_back; // characters that were swallowed and were typing after all: to the focused field
    std::optional<std::string> code;
};

class Wedge {
  public:
    explicit Wedge(WedgeOptions options = {}) : m_options(options) {}

    WedgeVerdict key(int scancode, bool shift, bool caps_lock, std::int64_t now_ms);
    // Time passes without a key: ends a burst that has no terminator.
    WedgeVerdict tick(std::int64_t now_ms);
    // A scan is coming in: text events belong to it.
    bool bursting() const { return m_certain; }
    // When tick() should be called at the latest, where a burst waits for its pause.
    std::optional<std::int64_t> deadline_ms() const;

  private:
    void restart();
    bool fast_enough() const;
    WedgeVerdict finish();
    bool is_code() const;

    WedgeOptions m_options;
    std::string m_text;
    std::size_t m_delivered = 0; // characters of m_text that were let through to the focus
    std::int64_t m_first_ms = 0;
    std::int64_t m_last_ms = 0;
    bool m_certain = false;
    bool m_overflow = false;
};

// The character that a US keyboard gives for a USB/SDL scancode; 0 where it gives none. Enter is '\n', Tab '\t'.
char us_character(int scancode, bool shift, bool caps_lock);

} // namespace kiosk::scanning
