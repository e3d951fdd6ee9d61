// SPDX-License-Identifier: Apache-2.0
#include "core/load_config.hpp"

namespace kiosk::core {

Result<EventConfig> load_config(Store& store) {
    KIOSK_TRY(const auto documents, store.config());
    return assemble_config(documents);
}

} // namespace kiosk::core
