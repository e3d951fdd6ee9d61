// SPDX-License-Identifier: Apache-2.0
#include "training.hpp"

namespace training {

using namespace kiosk::sdk;

// Seats, machines and exam papers are counted: who walks in is for staff, unless settings.walk_ins is true.
Decision Training::decide(const DecideRequest& request) const {
    std::optional<Decision> own;
    if (request.holder.source == "walk_in" && !request.event.setting().flag("walk_ins", false))
        own = Decision::to_staff("rules", Text::of("explain.walk_in"));
    return kit::decide(request, std::move(own), door_questions);
}

} // namespace training

using training::Training;

KIOSK_PLUGIN(Training, &Training::decide, &Training::form, &Training::validate, &Training::welcome, &Training::agenda,
             &Training::report, &Training::resources)
