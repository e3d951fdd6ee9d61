// SPDX-License-Identifier: Apache-2.0
#pragma once
// One event on the screen, from the first frame until somebody closes the window or chooses another event. Purpose:
// wires store, application thread, window, scanners and backups together. Ownership: owns all but the window. Threads:
// run() is the render thread; the application has its own. Failure: an event that can't be opened is shown as out of
// order in the window, with what staff need to know.
#include "core/catalogue.hpp"
#include "main/kiosk/options.hpp"
#include "ui/window.hpp"

#include <filesystem>
#include <optional>

namespace kiosk::program {

struct SessionEnd {
    std::optional<std::filesystem::path> next_event; // the database to go on with; nothing: the program ends
    bool tour_failed = false;
};

// SIGINT and SIGTERM end a session in good order; call once, before the first one.
void catch_signals();

SessionEnd run_session(const Options& options, const core::Catalogue& catalogue, ui::Window& window);

} // namespace kiosk::program
