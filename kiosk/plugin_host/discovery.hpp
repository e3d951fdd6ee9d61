// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which plugins are there. Purpose: lists the folders that hold a manifest.json; runs none of their code.
// Ownership: values. Threads: any. Failure: a folder that can't be read as a plugin is listed with its Error and does
// not hide the others; a folder list that does not exist is simply empty.
#include "plugin_host/manifest.hpp"

#include <filesystem>
#include <span>
#include <vector>

namespace kiosk::plugin_host {

struct Refusal {
    std::filesystem::path folder;
    core::Error error;
};

struct Discovery {
    std::vector<Manifest> plugins; // by id; where two have the same id, the one of the earlier folder
    std::vector<Refusal> refused;
};

// $XIANGDAO_PLUGINS (several, separated by colons), then ../lib/xiangdao/plugins beside the program.
std::vector<std::filesystem::path> default_folders();

Discovery discover(std::span<const std::filesystem::path> folders);

} // namespace kiosk::plugin_host
