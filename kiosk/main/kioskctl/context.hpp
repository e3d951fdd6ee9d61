// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every command of kioskctl shares: where the database is, how to speak, how to end. Purpose: one way to print a
// sentence, a JSON line, an error, a progress bar. Ownership: holds the catalogue. Threads: one.
// Failure: report() turns an Error into a sentence and an exit code.
#include "core/catalogue.hpp"
#include "main/wiring/venue.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kioskctl {

using Json = nlohmann::json;
namespace core = kiosk::core;

// Documented in `kioskctl --help`.
enum ExitCode : int {
    exit_done = 0,
    exit_no = 1,     // it was done, and the answer is no: refused, expectations not met, something found
    exit_wrong = 2,  // the call or its input is wrong
    exit_failed = 3, // it could not be done: disk, damage, a missing device
};

using Args = std::vector<std::pair<std::string, std::string>>;

class Context {
public:
    explicit Context(core::Catalogue catalogue, core::Language spoken)
        : texts(std::move(catalogue)), language(spoken) {}

    core::Catalogue texts;
    core::Language language;
    bool json = false;
    bool quiet = false;
    std::filesystem::path database = kiosk::wiring::default_database();
    std::string device;
    int exit_code = exit_done;

    std::string text(std::string_view key, Args args = {}) const;
    const std::string& in(const core::LocalText& local) const { return local.in(language); }

    void say(std::string_view key, Args args = {}) const; // a sentence on standard output; nothing with --json
    void line(std::string_view text) const;               // the same, of text that is data
    void emit(const Json& object) const;                  // a line of JSON; nothing without --json
    void warn(std::string_view key, Args args = {}) const; // on standard error
    // A line that overwrites itself on a terminal; nothing where standard error is no terminal.
    void progress(std::string_view what, double share) const;
    void progress_done() const;

    int report(const core::Error& error) const;

    core::Result<std::unique_ptr<kiosk::wiring::Venue>> open(bool create = false, bool read_only = false) const;
    // The same, with an event in it.
    core::Result<std::unique_ptr<kiosk::wiring::Venue>> open_event(bool read_only = false) const;
    std::string time(const core::EventConfig& config, core::Instant at) const; // "11-20 13:05"
};

// What a command's body returns; an Error is reported and gives its exit code.
using Outcome = core::Result<ExitCode>;

} // namespace kioskctl
