// SPDX-License-Identifier: Apache-2.0
#include "core/suggestions.hpp"

namespace kiosk::core {} // namespace kiosk::core
