// SPDX-License-Identifier: Apache-2.0
#include "salon.hpp"

namespace salon {

using namespace kiosk::sdk;

// The salon is open: without settings everybody whom the host lets in may pass. Each setting takes something away.
Decision Salon::decide(const DecideRequest& request) const {
    return kit::decide(request, std::nullopt, door_questions);
}

} // namespace salon
