// SPDX-License-Identifier: Apache-2.0
#pragma once
// What an event's own settings say about its screens. Purpose: reads `accent` ("#1A5596") and `slides`
// ([{"lines": [{"zh": "…", "en": "…"}]}]) out of Event::settings and makes the idle screen's slides. Pure.
// Threads: any. Failure: what can't be read is left out; an event without settings has its title and programme.
#include "core/catalogue.hpp"
#include "core/model.hpp"

#include <string>
#include <vector>

namespace kiosk::app {

using Slide = std::vector<core::LocalText>;

struct EventSettings {
    std::string accent; // empty: the theme's
    std::vector<Slide> slides;
};
EventSettings read_event_settings(const core::Event& event);

// Slides beside the invitation, which is number 0 and not among them: about the event, what comes, its own ones.
std::vector<Slide> make_slides(const core::Event& event, const EventSettings& settings, core::Instant now,
                               const core::Catalogue& catalogue);

core::LocalText local_text(const core::Catalogue& catalogue, const core::Message& message);
core::LocalText local_text(const core::Catalogue& catalogue, std::string_view key);

} // namespace kiosk::app
