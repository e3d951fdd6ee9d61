// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a decision says to the person. Purpose: outcome and reason to words, colour and sound, and nothing of a person
// that the public may not see. Pure. Threads: any.
#include "app/view.hpp"
#include "core/admission.hpp"

#include <string>
#include <vector>

namespace kiosk::app {

struct ResultSetting {
    const core::TimeZone* zone = nullptr;
    core::Instant now;
    core::Direction direction = core::Direction::Entry;
    std::string explanation; // the decision's, as text, for the staff note
    bool staff_mode = false;
    bool can_print_badge = false;
    bool can_call_staff = false;
    bool no_names = false; // a closed session's door: who comes is nobody's business
};

// Title, detail, tone, name and buttons; welcome lines and agenda are the caller's.
ResultView result_view(const core::Decision& decision, const ResultSetting& setting);
Cue cue_of(core::Outcome outcome);

// Every catalogue key that result_view can use.
std::vector<std::string> result_text_keys();

// For people who walked up without a code or failed the second factor.
ResultView ask_staff_view(std::string_view title_key, std::string_view detail_key, bool can_call_staff);

// May an override by staff lift it? (scenario.md, "Override")
bool can_be_overridden(core::Reason reason);

} // namespace kiosk::app
