// SPDX-License-Identifier: Apache-2.0
#pragma once
// The event as a store knows it. Purpose: the one way from a store to an EventConfig: the documents, and over them what
// closed sessions' private parts and acts say. Failure: as assemble_config and the store.
#include "core/ports.hpp"

namespace kiosk::core {

Result<EventConfig> load_config(Store& store);

} // namespace kiosk::core
