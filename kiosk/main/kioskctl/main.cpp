// SPDX-License-Identifier: Apache-2.0
// kioskctl: the same core as the kiosk, without a window.
#include "main/kioskctl/commands.hpp"
#include "resources/resources.hpp"

#include <fmt/format.h>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

using namespace kioskctl;

int run(int argc, char** argv) {
    auto catalogue = kiosk::resources::load_catalogue();
    if (!catalogue) {
        fmt::print(stderr, "kioskctl: the text catalogue cannot be read: {}\n", catalogue.error().context);
        return exit_failed;
    }
    Context context(std::move(*catalogue), kiosk::resources::language_of_call(argc, argv));
    CLI::App app(context.text("cli.about"), "kioskctl");
    app.footer(context.text("cli.footer"));
    app.require_subcommand(1);
    app.fallthrough(); // the options below may stand after the command as well
    app.set_version_flag("--version", XIANGDAO_VERSION);
    app.add_option("--db", context.database, about(context, "db"));
    app.add_option("--device", context.device, about(context, "device"));
    app.add_flag("--json", context.json, about(context, "json"));
    app.add_flag("-q,--quiet", context.quiet, about(context, "quiet"));
    std::string language;
    app.add_option("--lang", language, about(context, "lang"))->check(CLI::IsMember({"zh", "en"}));

    add_event_commands(app, context);
    add_exchange_commands(app, context);
    add_scan_commands(app, context);
    add_ticket_commands(app, context);
    add_session_commands(app, context);
    add_booking_commands(app, context);
    add_clip_command(app, context);
    add_store_commands(app, context);
    add_plugin_commands(app, context);
    add_hub_commands(app, context);
    add_conflict_commands(app, context);
    add_replay_command(app, context);
    add_simulate_command(app, context);
    add_completion_command(app, context);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return exit_wrong;
    }
    return context.exit_code;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        // Nothing of ours throws up to here; a library's surprise still ends with a sentence.
        fmt::print(stderr, "kioskctl: unexpected: {}\n", error.what());
        return exit_failed;
    }
}
