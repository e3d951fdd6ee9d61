// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whom somebody in the business area might meet, as the window and `kioskctl suggest` show it. Purpose: core's suggestions
// over what the store knows now: who is inside, who lets their contact be shared, whom they meet already; and the reasons
// in words. Ownership: borrows the store for the call. Threads: the store's. Failure: an Error of the store; nobody to
// suggest is an empty list.
#include "core/catalogue.hpp"
#include "core/forms.hpp"
#include "core/ports.hpp"
#include "core/suggestions.hpp"

#include <string>
#include <vector>

namespace kiosk::app {

// Whose latest standing scan at a door of the event is an entry; sorted. Looks at the newest scans only: those who came
// that many scans ago and were not seen since count as gone.
constexpr std::size_t scans_looked_at = 5000;
core::Result<std::vector<std::string>> people_inside(core::Store& store, const core::EventConfig& config);

// Said at registration or at any door; the latest word counts.
core::Result<bool> lets_share(core::Store& store, const core::Registration& registration);

struct Counterpart {
    core::Registration registration; // not masked: show what both sides let be shown
    bool inside = false;
    std::int64_t score = 0;
    std::vector<core::MatchReason> reasons; // best first
    std::vector<core::LocalText> why;       // the same in words
};

// Best first, at most `limit`. `declared`: the event type's registration form, whose options have names; may be empty.
core::Result<std::vector<Counterpart>> suggest_counterparts(core::Store& store, const core::EventConfig& config,
                                                            const core::Catalogue& catalogue, const core::Form& declared,
                                                            const std::string& ticket, std::size_t limit);

// "offer", "need", "track", "aim": the end of the reason's key in the catalogue, and its name for machines.
std::string_view match_name(core::Match kind);

} // namespace kiosk::app
