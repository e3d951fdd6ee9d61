// SPDX-License-Identifier: Apache-2.0
#pragma once
// How this kiosk is set up: the command line over a configuration file over the defaults. Ownership: values.
// Threads: one. Failure: an Error that names the file and the place in it.
#include "app/settings.hpp"
#include "core/result.hpp"
#include "plugin_host/plugin.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace kiosk::program {

struct Options {
    std::filesystem::path database;
    std::string device;
    std::string scanner = "camera:"; // one URI: camera, device, file, folder of pictures, RTSP; empty for none
    std::string serial;              // a serial scanner's device, or empty
    bool full_screen = true;
    int width = 1280, height = 800;
    bool sound = true;
    bool show_pointer = false;
    std::filesystem::path backups; // empty: "<database>.backups"
    std::string printer;                // a print queue of CUPS; empty: nothing is printed here
    std::filesystem::path print_folder; // empty: "<database>.print"
    std::filesystem::path tour;    // empty: no tour
    std::optional<plugin_host::TransportKind> plugins; // where they run; empty: in processes of their own
    app::Settings settings;
};

// What `path` (TOML) sets of the options; unknown keys are an error, so that a typo does not go unseen.
core::Status read_config(const std::filesystem::path& path, Options& options);

} // namespace kiosk::program
