// SPDX-License-Identifier: Apache-2.0
#include "core/leads.hpp"

#include <algorithm>

namespace kiosk::core {

bool is_lead_type(std::string_view type) { return std::ranges::find(lead_types, type) != lead_types.end(); }

} // namespace kiosk::core
