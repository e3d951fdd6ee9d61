// SPDX-License-Identifier: Apache-2.0
#include "app/session_desk.hpp"

namespace kiosk::app {} // namespace kiosk::app
