// SPDX-License-Identifier: Apache-2.0
#pragma once
// How one kiosk is set up. Purpose: every number and switch of the application in one place; main/ fills it from the
// configuration file, tests shorten it. Ownership: a value, copied into the application. Threads: any.
#include "core/admission.hpp"

#include <cstdint>
#include <string>

namespace kiosk::app {

struct Settings {
    std::string checkpoint; // where this kiosk stands; unknown or empty: the first one of the event
    std::string gate;       // for rules, may be empty
    core::Direction direction = core::Direction::Entry;
    core::Language language = core::Language::Chinese; // what the screen goes back to

    bool confirm_before_check_in = false; // "is this you?" before the commit
    bool allow_search = true;
    bool allow_walk_in = true;
    bool can_call_staff = true;
    bool can_print_badge = false;
    bool hub_configured = false; // without one, "saved on this kiosk" is all that can be said

    bool dark = false;
    bool motion = true;
    double volume = 0.7;

    // How long a screen stays without a touch.
    std::int64_t result_ms = 12'000;
    std::int64_t confirm_ms = 30'000;
    std::int64_t form_ms = 60'000;
    std::int64_t search_ms = 45'000;
    std::int64_t slip_ms = 20'000; // table and time have to be kept in mind
    std::int64_t staff_ms = 120'000;
    std::int64_t interview_ms = 10 * 60'000; // people think before they answer; the draft is saved when it ends
    std::int64_t countdown_from_ms = 15'000; // the countdown is shown from here on

    std::int64_t same_code_ms = 3'000;       // the same code again within this is the same scan
    std::int64_t result_minimum_ms = 800;    // a result is seen this long before the next code replaces it
    std::int64_t takeover_quiet_ms = 10'000; // a form untouched for this long gives way to the next person …
    std::int64_t takeover_ask_ms = 3'000;    // … who has waited for at least this long
    std::int64_t notice_ms = 5'000;
    std::int64_t slides_after_ms = 60'000;
    std::int64_t slide_ms = 12'000;
    std::int64_t staff_refresh_ms = 5'000;
    std::int64_t undo_question_ms = 10'000; // the first touch of an undo is forgotten after this

    int factor_attempts = 3;                      // wrong second factors, for one search and for one person
    std::int64_t factor_forget_ms = 10 * 60'000;  // then a person may be tried again
    int pin_attempts = 5;
    std::int64_t pin_lock_ms = 30'000; // first lock; each further failure doubles it, up to …
    std::int64_t pin_lock_longest_ms = 15 * 60'000;
};

} // namespace kiosk::app
