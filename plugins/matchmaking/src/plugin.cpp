// SPDX-License-Identifier: Apache-2.0
#include "matchmaking.hpp"

using matchmaking::Matchmaking;

KIOSK_PLUGIN(Matchmaking, &Matchmaking::form, &Matchmaking::validate, &Matchmaking::welcome, &Matchmaking::report,
             &Matchmaking::resources)
