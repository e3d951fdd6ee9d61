// SPDX-License-Identifier: Apache-2.0
// plugins list, plugins check, and what the other plugins commands share
#include "main/kioskctl/commands_plugins.hpp"

#include "crypto/crypto.hpp"
#include "main/wiring/plugin_tools.hpp"
#include "plugin_host/method_table.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace kioskctl {

namespace fs = std::filesystem;
using namespace kiosk;
using core::ErrorCode;
using core::fail;

core::Result<plugin_host::Manifest> find_installed(const std::string& id) {
    const auto found = plugin_host::discover(plugin_host::default_folders());
    for (const auto& manifest : found.plugins)
        if (manifest.id == id)
            return manifest;
    for (const auto& refusal : found.refused)
        if (refusal.folder.filename() == id)
            return std::unexpected(refusal.error);
    return fail(ErrorCode::NotFound, "error.no_such_plugin", id);
}

core::Result<plugin_host::Manifest> find_plugin(const std::string& id_or_folder) {
    if (id_or_folder.find('/') != std::string::npos)
        return plugin_host::read_manifest(id_or_folder);
    auto installed = find_installed(id_or_folder);
    std::error_code error;
    if (!installed && installed.error().code == ErrorCode::NotFound && fs::is_directory(id_or_folder, error))
        return plugin_host::read_manifest(id_or_folder);
    return installed;
}

std::string sentence(const Context& context, const core::Error& error) {
    const auto text = context.text(error.message_key);
    return error.context.empty() ? text : text + " (" + error.context + ")";
}

std::string_view word_of(plugin_host::SignatureState state) {
    constexpr std::array<std::string_view, 5> words{"", "none", "good", "unknown_key", "wrong"};
    return words[static_cast<std::size_t>(state)];
}

std::string library_hash(const plugin_host::Manifest& manifest) {
    const auto& hash = manifest.hashes.at(manifest.library);
    return crypto::hex(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

plugin_host::Options plugin_options(const Context& context) {
    plugin_host::Options options;
    options.monotonic_us = &wiring::monotonic_us;
    options.log = [&context](plugin_host::LogLevel level, std::string_view plugin, std::string_view text) {
        if (level >= plugin_host::LogLevel::Warning)
            context.warn("cli.plugins.log", {{"plugin", std::string(plugin)}, {"line", std::string(text)}});
    };
    wiring::attach_trust(options, context.database);
    return options;
}

namespace {

struct Row {
    plugin_host::Manifest manifest;
    plugin_host::SignatureState signature = plugin_host::SignatureState::None;
    core::Status files;
    core::Status usable; // the first thing that keeps it from being loaded
    const plugin_host::QuarantineEntry* quarantine = nullptr;
};

Row examine(plugin_host::Manifest manifest, const plugin_host::TrustPolicy& trust,
            const plugin_host::QuarantineList& quarantine) {
    Row row;
    row.signature = plugin_host::signature_state(manifest, trust);
    row.files = plugin_host::check_files(manifest);
    row.usable = plugin_host::check_signature(manifest, trust);
    if (row.usable)
        row.usable = row.files;
    if (const auto fits = plugin_host::fit(manifest); row.usable && !fits)
        row.usable = std::unexpected(fits.error());
    row.quarantine = quarantine.find(manifest.id, manifest.hashes.at(manifest.library));
    row.manifest = std::move(manifest);
    return row;
}

Json to_json(const Row& row) {
    const auto& manifest = row.manifest;
    Json json{{"id", manifest.id},
              {"version", manifest.version},
              {"type", manifest.type == plugin_host::PluginType::EventType ? "event_type" : "add_on"},
              {"event_types", manifest.event_types},
              {"methods", manifest.methods},
              {"state", manifest.state_version},
              {"folder", manifest.folder.string()},
              {"library", library_hash(manifest)},
              {"signature", word_of(row.signature)},
              {"signed_by", manifest.signature ? Json(manifest.signature->key) : Json()},
              {"hashes_ok", row.files.has_value()},
              {"usable", row.usable.has_value() && row.quarantine == nullptr},
              {"error", row.usable ? Json() : Json(row.usable.error().message_key)},
              {"quarantine", nullptr}};
    if (row.quarantine)
        json["quarantine"] = {{"reason", row.quarantine->reason},
                              {"at", core::to_rfc3339_utc(row.quarantine->at)},
                              {"by", row.quarantine->by}};
    return json;
}

// What the event in the database lacks. No database, no event: nothing.
Json missing_of_event(const Context& context) {
    Json missing = Json::array();
    std::error_code error;
    if (!fs::exists(context.database, error))
        return missing;
    const auto venue = context.open(false, true);
    if (!venue) {
        context.warn("cli.plugins.event_unread", {{"why", sentence(context, venue.error())}});
        return missing;
    }
    if (!(*venue)->has_event() || (*venue)->broker() == nullptr)
        return missing;
    for (const auto& one : (*venue)->broker()->missing()) {
        context.say(one.is_event_type ? "cli.plugins.missing_type" : "cli.plugins.missing_add_on",
                    {{"id", one.id}, {"why", sentence(context, one.error)}});
        missing.push_back({{"missing", one.id}, {"event_type", one.is_event_type}, {"error", one.error.message_key}});
    }
    return missing;
}

Outcome list(Context& context) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    const auto folders = plugin_host::default_folders();
    auto found = plugin_host::discover(folders);
    auto trust = plugin_host::load_trust(context.database);
    if (!trust)
        context.warn("cli.plugins.trust_bad", {{"why", sentence(context, trust.error())}});
    const auto policy = trust ? *trust : plugin_host::nothing_trusted();
    plugin_host::QuarantineList quarantine(plugin_host::QuarantineList::file_for(context.database));
    if (const auto loaded = quarantine.load(); !loaded)
        context.warn("cli.plugins.trust_bad", {{"why", sentence(context, loaded.error())}});

    bool good = found.refused.empty() && trust.has_value();
    for (auto& manifest : found.plugins) {
        const Row row = examine(std::move(manifest), policy, quarantine);
        context.emit(to_json(row));
        const bool is_type = row.manifest.type == plugin_host::PluginType::EventType;
        context.line(fmt::format("{:<18} {:<8} {:<10} {:<10} {}", row.manifest.id, row.manifest.version,
                                 context.text(is_type ? "cli.plugins.event_type" : "cli.plugins.add_on"),
                                 context.text("cli.plugins.signature_" + std::string(word_of(row.signature))),
                                 context.in(row.manifest.name)));
        if (is_type && (row.manifest.event_types.size() > 1 || row.manifest.event_types.front() != row.manifest.id))
            context.line(fmt::format("    {}", fmt::join(row.manifest.event_types, " ")));
        if (!row.usable)
            context.line(fmt::format("    ✗ {}", sentence(context, row.usable.error())));
        if (row.quarantine)
            context.say("cli.plugins.is_quarantined", {{"reason", row.quarantine->reason}});
        good = good && row.usable && row.quarantine == nullptr;
    }
    for (const auto& refusal : found.refused) {
        context.warn("cli.plugins.refused",
                     {{"folder", refusal.folder.string()}, {"why", sentence(context, refusal.error)}});
        context.emit({{"folder", refusal.folder.string()}, {"error", refusal.error.message_key}});
    }
    if (found.plugins.empty()) {
        std::vector<std::string> names;
        for (const auto& folder : folders)
            names.push_back(folder.string());
        context.say("cli.plugins.none", {{"folders", fmt::format("{}", fmt::join(names, ", "))}});
    }
    for (const auto& missing : missing_of_event(context)) {
        context.emit(missing);
        good = false;
    }
    return good ? exit_done : exit_no;
}

struct CheckCall {
    std::string plugin;
    std::string junit;
};

struct Check {
    const char* name;
    core::Status result;
};

core::Status check_texts(const plugin_host::Manifest& manifest) {
    std::vector<core::Catalogue::Source> sources;
    for (const auto& [language, file] : {std::pair{core::Language::Chinese, "locale/zh.json"},
                                         std::pair{core::Language::English, "locale/en.json"}}) {
        if (!manifest.hashes.contains(file))
            continue;
        KIOSK_TRY(auto json, plugin_host::read_verified(manifest, file, 1u << 20));
        sources.push_back({language, file, std::move(json)});
    }
    KIOSK_CHECK(core::Catalogue::create(sources));
    return {};
}

// kiosk-plugin-check beside this program. Its answer is 0 (all passed) or not.
Outcome run_checker(const fs::path& program, const Context& context, const CheckCall& call, const fs::path& folder) {
    std::vector<std::string> words{program.string()};
    if (context.json)
        words.emplace_back("--json");
    if (!call.junit.empty()) {
        words.emplace_back("--junit");
        words.push_back(call.junit);
    }
    words.insert(words.end(), {"--lang", context.language == core::Language::Chinese ? "zh" : "en", folder.string()});
    std::vector<char*> arguments;
    for (auto& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    std::fflush(stdout);
    pid_t child = 0;
    if (const int error = ::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ); error)
        return fail(ErrorCode::Unavailable, "error.no_checker", program.string() + ": " + std::strerror(error));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail(ErrorCode::Internal, "error.no_checker", std::strerror(errno));
    if (!WIFEXITED(status))
        return fail(ErrorCode::Unavailable, "error.no_checker",
                    program.string() + ": signal " + std::to_string(WTERMSIG(status)));
    return WEXITSTATUS(status) == 0 ? exit_done : exit_no;
}

Outcome check(Context& context, const CheckCall& call) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    KIOSK_TRY(const auto manifest, find_plugin(call.plugin));
    KIOSK_TRY(const auto policy, plugin_host::load_trust(context.database));
    const auto fits = plugin_host::fit(manifest);
    const std::vector<Check> checks{
        {"manifest", {}},
        {"methods", fits ? core::Status() : core::Status(std::unexpected(fits.error()))},
        {"files", plugin_host::check_files(manifest)},
        {"texts", check_texts(manifest)},
        {"signature", plugin_host::check_signature(manifest, policy)}};
    bool good = true;
    for (const auto& one : checks) {
        good = good && one.result;
        context.emit({{"check", one.name},
                      {"ok", one.result.has_value()},
                      {"error", one.result ? Json() : Json(one.result.error().message_key)},
                      {"context", one.result ? Json() : Json(one.result.error().context)}});
        const auto what = context.text("cli.plugins.check_" + std::string(one.name));
        context.line(one.result ? fmt::format("✓ {}", what)
                                : fmt::format("✗ {}: {}", what, sentence(context, one.result.error())));
    }
    if (!good)
        return exit_no; // what lies about itself is not run
    std::error_code error;
    const auto program = fs::read_symlink("/proc/self/exe", error).parent_path() / "kiosk-plugin-check";
    if (!fs::exists(program, error)) {
        context.warn("cli.plugins.no_checker", {{"program", program.string()}});
        return exit_done;
    }
    return run_checker(program, context, call, manifest.folder);
}

} // namespace

void add_plugin_list_commands(CLI::App& plugins, Context& context) {
    run_on_call(add_command(plugins, context, "list"), context, [&context] { return list(context); });
    auto call = std::make_shared<CheckCall>();
    auto* command = add_command(plugins, context, "check");
    command->add_option("plugin", call->plugin, about(context, "plugin_or_folder"))->required();
    command->add_option("--junit", call->junit, about(context, "junit"));
    run_on_call(command, context, [&context, call] { return check(context, *call); });
}

void add_plugin_commands(CLI::App& app, Context& context) {
    auto* plugins = add_command(app, context, "plugins");
    plugins->require_subcommand(0, 1);
    add_plugin_list_commands(*plugins, context);
    add_plugin_show_command(*plugins, context);
    add_plugin_trust_commands(*plugins, context);
    add_replay_calls_command(*plugins, context);
    run_on_call(plugins, context, [&context, plugins]() -> Outcome {
        if (!plugins->get_subcommands().empty())
            return static_cast<ExitCode>(context.exit_code); // its subcommand has spoken
        return list(context);
    });
}

} // namespace kioskctl
