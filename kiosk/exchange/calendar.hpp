// SPDX-License-Identifier: Apache-2.0
#pragma once
// A calendar file: the adapter of libical, which escapes, folds and knows the grammar (RFC 5545). Purpose: entries in, text
// out. Times are written in UTC, so that no program has to know a time zone of ours. Pure. Ownership: values. Threads: any.
// Failure: Internal where the library refuses.
#include "core/result.hpp"
#include "core/time.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kiosk::exchange {

struct CalendarEntry {
    enum class State : std::uint8_t { Tentative = 1, Confirmed, Cancelled };
    std::string uid; // the same for ever: a program that reads the file again replaces what it had
    core::Instant starts, ends;
    State state = State::Confirmed;
    int revision = 0; // grows when something changed, else programs keep the old one
    std::string summary, location, description; // empty: left out
};

struct CalendarText {
    std::string name;   // shown by programs that list several calendars
    std::string zone;   // IANA name; only a hint for display
    core::Instant made; // of the file
    std::vector<CalendarEntry> entries;
};
core::Result<std::string> calendar_text(const CalendarText& calendar);

// What the library reads in a file, for those who want to be sure: entries it understood, and problems it marked.
struct CalendarCheck {
    std::size_t entries = 0;
    std::size_t problems = 0;
};
core::Result<CalendarCheck> check_calendar(const std::string& text);

} // namespace kiosk::exchange
