// SPDX-License-Identifier: Apache-2.0
#pragma once
// A kiosk without an event, from the first frame until it has one. Purpose: shows what to do, takes the hub's code from
// camera or scanner, enrols, brings the event and answers with the database to go on with. A download that was cut off
// goes on at the next start, without another code. Ownership: owns its scanners and one worker thread. Threads: the
// render thread; the network is the worker's. Failure: in words on the screen, and the next code tries again.
#include "core/catalogue.hpp"
#include "main/kiosk/session.hpp"

#include <atomic>

namespace kiosk::program {

SessionEnd set_up(const Options& options, const core::Catalogue& catalogue, ui::Window& window, const std::atomic<bool>& stop);

} // namespace kiosk::program
