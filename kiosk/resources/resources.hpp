// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finds and reads the files of assets/. Purpose: one answer to "where are our files", in the source tree, in a build
// and installed. Ownership: none. Threads: any. Failure: an Error that names the path.
#include "core/catalogue.hpp"
#include "core/result.hpp"

#include <filesystem>
#include <string>

namespace kiosk::resources {

// $XIANGDAO_ASSETS, else ../share/xiangdao beside the program, else the assets/ folder of the source tree.
std::filesystem::path assets_folder();

// Whole files only, up to `limit_bytes` (TooLarge beyond).
core::Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes = 64u << 20);

// Writes beside the target, syncs, and renames: a reader sees the old file or the new one.
core::Status write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

// assets/locale/{zh,en}/*.json
core::Result<core::Catalogue> load_catalogue(const std::filesystem::path& assets = assets_folder());

// The language a program on the command line speaks: --lang zh|en, else LC_ALL, LC_MESSAGES, LANG, else Chinese. It is
// asked before anything is parsed, because the help is in that language.
core::Language language_of_call(int argc, const char* const* argv);

} // namespace kiosk::resources
