// SPDX-License-Identifier: Apache-2.0
#include "visit.hpp"

using visit_enterprise::Visit;

KIOSK_PLUGIN(Visit, &Visit::decide, &Visit::form, &Visit::validate, &Visit::welcome, &Visit::agenda, &Visit::report,
             &Visit::resources)
