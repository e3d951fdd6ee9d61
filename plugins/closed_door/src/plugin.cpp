// SPDX-License-Identifier: Apache-2.0
#include "closed_door.hpp"

using closed_door::ClosedDoor;

KIOSK_PLUGIN(ClosedDoor, &ClosedDoor::decide, &ClosedDoor::form, &ClosedDoor::report, &ClosedDoor::resources)
