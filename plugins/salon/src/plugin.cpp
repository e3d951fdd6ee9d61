// SPDX-License-Identifier: Apache-2.0
#include "salon.hpp"

using salon::Salon;

KIOSK_PLUGIN(Salon, &Salon::decide, &Salon::form, &Salon::validate, &Salon::welcome, &Salon::agenda, &Salon::report,
             &Salon::resources)
