// SPDX-License-Identifier: Apache-2.0
#include "core/bookings.hpp"

namespace kiosk::core {} // namespace kiosk::core
