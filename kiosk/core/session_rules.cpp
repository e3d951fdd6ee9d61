// SPDX-License-Identifier: Apache-2.0
#include "core/closed_sessions.hpp"

namespace kiosk::core {} // namespace kiosk::core
