// SPDX-License-Identifier: Apache-2.0
#include "conference.hpp"

namespace conference {

// Tiers, days and sessions are checked by the host; without settings everybody whom it lets in may pass.
kiosk::sdk::Decision Conference::decide(const kiosk::sdk::DecideRequest& request) const {
    return kiosk::sdk::kit::decide(request, std::nullopt, door_questions(request.event));
}

} // namespace conference

using conference::Conference;

KIOSK_PLUGIN(Conference, &Conference::decide, &Conference::form, &Conference::validate, &Conference::welcome,
             &Conference::agenda, &Conference::report, &Conference::resources)
