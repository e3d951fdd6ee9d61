// SPDX-License-Identifier: Apache-2.0
#include "meetup.hpp"

namespace meetup {

// A meetup is open: without settings everybody whom the host lets in may pass.
kiosk::sdk::Decision Meetup::decide(const kiosk::sdk::DecideRequest& request) const {
    return kiosk::sdk::kit::decide(request, std::nullopt, door_questions);
}

} // namespace meetup

using meetup::Meetup;

KIOSK_PLUGIN(Meetup, &Meetup::decide, &Meetup::form, &Meetup::validate, &Meetup::welcome, &Meetup::agenda,
             &Meetup::report)
