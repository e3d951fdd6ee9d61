// SPDX-License-Identifier: Apache-2.0
// kiosk-plugin-check: does a built plugin keep the contract? Ends with 0 where it does, 1 where not, 2 for a wrong call.
#include "report.hpp"
#include "run.hpp"

#include "crypto/crypto.hpp"
#include "resources/resources.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace core = kiosk::core;
using namespace kiosk::checker;

enum ExitCode : int { exit_passed = 0, exit_failed = 1, exit_wrong = 2 };

bool is_check(std::string_view name) {
    const auto checks = all_checks();
    return std::any_of(checks.begin(), checks.end(), [&](const Check& check) { return check.name == name; });
}

int run(int argc, char** argv) {
    const auto catalogue = kiosk::resources::load_catalogue();
    if (!catalogue) {
        fmt::print(stderr, "kiosk-plugin-check: the text catalogue cannot be read: {}\n", catalogue.error().context);
        return exit_wrong;
    }
    const auto language = kiosk::resources::language_of_call(argc, argv);
    const Report report(*catalogue, language);
    const auto text = [&](std::string_view key, Args args = {}) {
        return catalogue->text(language, core::Message{"checker." + std::string(key), std::move(args)});
    };

    bool json = false, list = false, fast = false, update = false;
    std::string junit, fixtures, lang;
    std::vector<std::string> only, folders;
    CLI::App app(text("about"), "kiosk-plugin-check");
    app.set_version_flag("--version", XIANGDAO_VERSION);
    app.add_flag("--json", json, text("option.json"));
    app.add_option("--junit", junit, text("option.junit"));
    app.add_option("--only", only, text("option.only"))->allow_extra_args(false);
    app.add_flag("--list", list, text("option.list"));
    app.add_flag("--fast", fast, text("option.fast"));
    app.add_option("--fixtures", fixtures, text("option.fixtures"));
    app.add_flag("--update-fixtures", update, text("option.update"));
    app.add_option("--lang", lang, text("option.lang"))->check(CLI::IsMember({"zh", "en"}));
    app.add_option("folder", folders, text("option.folder"));
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return exit_wrong;
    }
    if (list) {
        for (const Check& check : all_checks())
            fmt::print("{:<15}{}\n", check.name, report.title(check.name));
        return exit_passed;
    }
    for (const std::string& name : only)
        if (!is_check(name)) {
            fmt::print(stderr, "{}\n", text("no_such_check", {{"name", name}}));
            return exit_wrong;
        }
    if (folders.empty()) {
        fmt::print(stderr, "{}\n", text("no_folder"));
        return exit_wrong;
    }
    std::error_code error;
    if (!fixtures.empty() && !std::filesystem::is_directory(fixtures, error)) {
        fmt::print(stderr, "{}\n", text("no_fixtures", {{"folder", fixtures}}));
        return exit_wrong;
    }
    if (!kiosk::crypto::initialise()) // without it no hash can be checked
        return exit_wrong;

    std::vector<PluginResult> results;
    for (const std::string& folder : folders) {
        Subject subject = Subject::read(folder, fixtures, fast);
        subject.update_fixtures = update;
        if (!json)
            fmt::print("{}\n", subject.name());
        results.push_back(run_checks(subject, only, [&](const CheckResult& result) {
            fmt::print("{}", json ? report.json(subject.name(), result) + "\n" : report.line(result));
            std::fflush(stdout); // a check may take a while
        }));
        if (!json)
            fmt::print("{}\n", report.summary(results.back()));
    }
    if (!junit.empty())
        if (const auto written = kiosk::resources::write_file_atomically(junit, report.junit(results)); !written) {
            fmt::print(stderr, "{}\n", text("no_junit", {{"file", junit}}));
            return exit_wrong;
        }
    const bool passed =
        std::all_of(results.begin(), results.end(), [](const PluginResult& result) { return result.passed(); });
    return passed ? exit_passed : exit_failed;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        fmt::print(stderr, "kiosk-plugin-check: unexpected: {}\n", error.what());
        return exit_wrong;
    }
}
