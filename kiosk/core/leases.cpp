// SPDX-License-Identifier: Apache-2.0
#include "core/leases.hpp"

namespace kiosk::core {} // namespace kiosk::core
