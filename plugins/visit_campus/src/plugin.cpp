// SPDX-License-Identifier: Apache-2.0
#include "campus.hpp"

using visit_campus::Campus;

KIOSK_PLUGIN(Campus, &Campus::decide, &Campus::form, &Campus::validate, &Campus::welcome, &Campus::agenda,
             &Campus::report, &Campus::resources)
