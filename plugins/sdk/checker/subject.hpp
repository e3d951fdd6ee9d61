// SPDX-License-Identifier: Apache-2.0
#pragma once
// The plugin folder under test, read without running any of its code. Purpose: what every check looks at: manifest,
// locale files, library bytes, the author's fixtures. Ownership: values, read once and inherited by the checks'
// processes. Threads: one. Failure: what can't be read is kept as an Error for the check that is about it.
#include "plugin_host/manifest.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace kiosk::checker {

struct Fixture {
    std::string name; // of its file
    std::filesystem::path path;
    std::string method;
    std::string request;
    std::string reply;
    std::string settings; // of the request's event; empty where it has none
    std::string problem;  // why it is none; the rest is empty then
};

struct Subject {
    std::filesystem::path folder;
    core::Result<std::string> manifest_text;
    core::Result<plugin_host::Manifest> manifest;
    std::vector<Fixture> fixtures;
    bool wants_fixtures = false;
    bool fast = false;
    bool update_fixtures = false; // write the replies into them instead of comparing

    // `fixtures` may be empty.
    static Subject read(const std::filesystem::path& folder, const std::filesystem::path& fixtures, bool fast);
    std::string name() const; // what reports call it: the folder's name
};

constexpr std::size_t max_library_bytes = 64u << 20;

} // namespace kiosk::checker
