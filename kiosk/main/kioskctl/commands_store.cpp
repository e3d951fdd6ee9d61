// SPDX-License-Identifier: Apache-2.0
// verify, rebuild, backup, restore, doctor
#include "main/kioskctl/commands.hpp"
#include "main/kioskctl/doctor.hpp"

#include <fmt/format.h>

#include <array>

namespace kioskctl {

namespace {

using namespace kiosk;

storage::Progress progress_of(const Context& context, const char* key) {
    return [&context, what = context.text(key)](std::uint64_t done, std::uint64_t total) {
        context.progress(what, total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total));
    };
}

std::string_view name_of(storage::Finding::Kind kind) {
    constexpr std::array<std::string_view, 8> names{"",     "file",     "gap",        "chain",
                                                    "hash", "personal", "projection", "search"};
    return names[static_cast<std::size_t>(kind)];
}

Outcome verify(Context& context) {
    KIOSK_TRY(const auto venue, context.open(false, true));
    KIOSK_TRY(const auto report, venue->database().verify(progress_of(context, "cli.verify.progress")));
    context.progress_done();
    Json findings = Json::array();
    for (const auto& finding : report.findings) {
        context.line(fmt::format("  {}: {}", name_of(finding.kind), finding.what));
        findings.push_back({{"kind", name_of(finding.kind)}, {"what", finding.what}});
    }
    context.say(report.ok() ? "cli.verify.good" : "cli.verify.bad",
                {{"operations", std::to_string(report.operations)},
                 {"chains", std::to_string(report.incarnations)},
                 {"findings", std::to_string(report.findings.size())}});
    context.emit({{"ok", report.ok()},
                  {"operations", report.operations},
                  {"chains", report.incarnations},
                  {"missing", report.missing},
                  {"erased", report.erased},
                  {"aside", report.aside},
                  {"findings", findings}});
    return report.ok() ? exit_done : exit_no;
}

Outcome rebuild(Context& context) {
    KIOSK_TRY(const auto venue, context.open());
    KIOSK_CHECK(venue->database().rebuild(progress_of(context, "cli.rebuild.progress")));
    KIOSK_TRY(const auto status, venue->database().status());
    context.progress_done();
    context.say("cli.rebuild.done", {{"operations", std::to_string(status.operations)}});
    context.emit({{"rebuilt", true}, {"operations", status.operations}});
    return exit_done;
}

Outcome backup(Context& context, std::string file) {
    std::error_code error;
    if (!std::filesystem::exists(context.database, error))
        return core::fail(core::ErrorCode::NotFound, "error.no_database", context.database.string());
    if (file.empty()) {
        const auto now = wiring::SystemClock().now();
        auto stamp = core::to_rfc3339_utc({now.unix_ms / 1000 * 1000});
        std::erase_if(stamp, [](char c) { return c == ':' || c == '-'; });
        file = context.database.string() + "." + stamp + ".backup";
    }
    KIOSK_CHECK(storage::backup_database(context.database.string(), file));
    context.say("cli.backup.done", {{"file", file}});
    context.emit({{"file", file}, {"bytes", std::filesystem::file_size(file, error)}});
    return exit_done;
}

Outcome restore(Context& context, const std::string& file) {
    KIOSK_TRY(const auto replaced, storage::restore_database(file, context.database.string()));
    // Opening it begins the new incarnation, so that no number of the old one is given twice.
    KIOSK_TRY(const auto venue, context.open());
    KIOSK_TRY(const auto status, venue->database().status());
    context.say(replaced.empty() ? "cli.restore.done" : "cli.restore.done_kept",
                replaced.empty() ? Args{{"operations", std::to_string(status.operations)}}
                                 : Args{{"operations", std::to_string(status.operations)}, {"kept", replaced}});
    context.emit({{"restored", context.database.string()},
                  {"kept", replaced},
                  {"operations", status.operations},
                  {"incarnation", status.incarnation}});
    return exit_done;
}

Outcome doctor(Context& context) {
    const auto findings = examine(context);
    bool healthy = true;
    for (const auto& finding : findings) {
        const auto* mark = finding.state == Health::Good ? "✓" : finding.state == Health::Warning ? "!" : "✗";
        const auto* word = finding.state == Health::Good      ? "good"
                           : finding.state == Health::Warning ? "warning"
                                                              : "bad";
        context.line(fmt::format("{} {}", mark, context.texts.text(context.language, finding.message)));
        context.emit({{"check", finding.check},
                      {"state", word},
                      {"message", context.texts.text(context.language, finding.message)}});
        healthy = healthy && finding.state != Health::Bad;
    }
    return healthy ? exit_done : exit_no;
}

} // namespace

void add_store_commands(CLI::App& app, Context& context) {
    run_on_call(add_command(app, context, "verify"), context, [&context] { return verify(context); });
    run_on_call(add_command(app, context, "rebuild"), context, [&context] { return rebuild(context); });
    {
        auto file = std::make_shared<std::string>();
        auto* command = add_command(app, context, "backup");
        command->add_option("--out", *file, about(context, "backup_out"));
        run_on_call(command, context, [&context, file] { return backup(context, *file); });
    }
    {
        auto file = std::make_shared<std::string>();
        auto* command = add_command(app, context, "restore");
        command->add_option("backup", *file, about(context, "backup_file"))->required();
        run_on_call(command, context, [&context, file] { return restore(context, *file); });
    }
    run_on_call(add_command(app, context, "doctor"), context, [&context] { return doctor(context); });
}

} // namespace kioskctl
