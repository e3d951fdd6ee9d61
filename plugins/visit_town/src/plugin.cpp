// SPDX-License-Identifier: Apache-2.0
#include "town.hpp"

using visit_town::Town;

KIOSK_PLUGIN(Town, &Town::decide, &Town::form, &Town::validate, &Town::welcome, &Town::agenda, &Town::report,
             &Town::resources)
