// SPDX-License-Identifier: Apache-2.0
// kiosk-hub: where all kiosks of an event meet.
#include "hub/backup.hpp"
#include "hub/certificate.hpp"
#include "main/kiosk_hub/commands.hpp"
#include "main/kiosk_hub/serve.hpp"
#include "main/kiosk_hub/terminal_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace {

using namespace kiosk_hub;

constexpr const char* about = "The hub of an event: collects what every kiosk saves, and tells every kiosk what the others know.";
constexpr const char* examples = R"(Examples:
  kiosk-hub serve                        starts with nothing set up: makes ./xiangdao-hub and shows the enrolment code
  kiosk-hub serve --listen 0.0.0.0:443 --url https://hub.example.org --database postgresql://hub@db/hub
  kiosk-hub serve --central-enroll 'xiangdao-hub:?u=…'    a hub of a hall, which relays to the central one
  kiosk-hub code                         another enrolment code, good once
  kiosk-hub users add mei organizer      a token for the organizers' page
  kiosk-hub devices lost summit kiosk-3  what that kiosk held is free again
  kiosk-hub backup /backups/hub.db       also while the hub runs
Exit codes: 0 done, 1 failed, 2 wrong use, 3 doctor found something to look at.)";

int show(const CommandAnswer& answer) {
    if (!answer.qr.empty())
        fmt::print("{}", terminal_code(answer.qr, ::isatty(STDOUT_FILENO) == 1));
    fmt::print("{}", answer.out);
    if (!answer.error.empty())
        fmt::print(stderr, "kiosk-hub: {}\n", answer.error);
    return answer.code;
}

int complain(const core::Error& error) {
    fmt::print(stderr, "kiosk-hub: {}\n", words_of(error));
    return error.code == core::ErrorCode::Invalid || error.code == core::ErrorCode::NotFound ? exit_wrong : exit_failed;
}

struct Program {
    ServeOptions options;
    std::string event, name, role = "organizer", device, file, after = "0";
    bool for_hub = false;
    int code = exit_done;

    void command(const std::vector<std::string>& words) {
        const auto folder = HubFolder::existing(options.data);
        code = folder ? show(send_command(*folder, options.database, options.url, words)) : complain(folder.error());
    }
    void status(const core::Status& done, const std::string& what) {
        if (done)
            fmt::print("{}\n", what);
        code = done ? exit_done : complain(done.error());
    }
    void backup() {
        const auto folder = HubFolder::existing(options.data);
        if (!folder) {
            code = complain(folder.error());
        } else if (!options.database.empty()) {
            fmt::print(stderr, "kiosk-hub: a PostgreSQL database is copied with pg_dump.\n");
            code = exit_wrong;
        } else {
            status(kiosk::sync::hub::backup_store(folder->store().string(), file), "A copy is in " + file);
        }
    }
    void restore() {
        const auto folder = HubFolder::create(options.data);
        if (!folder) {
            code = complain(folder.error());
            return;
        }
        if (!kiosk::crypto::initialise()) {
            code = exit_failed;
            return;
        }
        kiosk::crypto::SystemRandom random;
        const auto kept = kiosk::sync::hub::restore_store(file, folder->store().string(), random);
        if (!kept) {
            code = complain(kept.error());
            return;
        }
        fmt::print("Restored from {}. Kiosks send by themselves what it lacks.\n", file);
        if (!kept->empty())
            fmt::print("What was there before is kept in {}\n", *kept);
    }
};

void add_users(CLI::App& app, Program& program) {
    auto* users = app.add_subcommand("users", "Who may use the organizers' page")->require_subcommand(1);
    auto* add = users->add_subcommand("add", "Lets somebody in; shows their token once (again: a new token)");
    add->add_option("name", program.name, "Name, without spaces")->required();
    add->add_option("role", program.role, "viewer, organizer or admin")
        ->check(CLI::IsMember({"viewer", "organizer", "admin"}))
        ->capture_default_str();
    add->callback([&] { program.command({"users.add", program.name, program.role}); });
    users->add_subcommand("list", "Everybody, and their roles")->callback([&] { program.command({"users.list"}); });
    auto* revoke = users->add_subcommand("revoke", "Their token is worth nothing from now on");
    revoke->add_option("name", program.name)->required();
    revoke->callback([&] { program.command({"users.revoke", program.name}); });
}

void add_devices(CLI::App& app, Program& program) {
    auto* devices = app.add_subcommand("devices", "The kiosks that were enrolled")->require_subcommand(1);
    devices->add_subcommand("list", "All of them, and when they were last seen")->callback([&] {
        program.command({"devices.list"});
    });
    const auto one = [&](const char* name, const char* text, const char* command) {
        auto* sub = devices->add_subcommand(name, text);
        sub->add_option("event", program.event, "Code of the event")->required();
        sub->add_option("device", program.device, "Name of the device")->required();
        sub->callback([&program, command] { program.command({command, program.event, program.device}); });
    };
    one("revoke", "What it sends from now on goes to quarantine", "devices.revoke");
    one("lost", "It will not come back: what it held is free", "devices.lost");
}

void add_serve(CLI::App& app, Program& program) {
    auto& options = program.options;
    auto* sub = app.add_subcommand("serve", "Runs the hub until it is told to stop (SIGTERM, Ctrl+C)");
    sub->add_option("--listen", options.listen, "ADDRESS:PORT")->capture_default_str();
    sub->add_option("--certificate", options.certificate, "PEM file; without it the hub makes its own");
    sub->add_option("--key", options.key, "PEM file of the certificate's key");
    sub->add_option("--event", options.event, "Code of the event that the enrolment code is for; else what the kiosk holds");
    sub->add_option("--central-enroll", options.central_enroll,
                    "Once: a code of the central hub ('kiosk-hub code --for-hub' there); remembered from then on");
    sub->add_option("--connections", options.connections, "At most so many at once")->capture_default_str();
    sub->add_option("--connections-per-address", options.connections_per_address)->capture_default_str();
    sub->add_option("--threads", options.threads, "Of the network; 0: as many as there are processors");
    sub->add_flag("--insecure-http", options.insecure_http, "Without TLS: for tests, or behind a proxy of the same machine");
    sub->callback([&] { program.code = serve(program.options); });
}

int run(int argc, char** argv) {
    Program program;
    program.options.data = HubFolder::usual();
    CLI::App app(about, "kiosk-hub");
    app.footer(examples);
    app.require_subcommand(1);
    app.fallthrough(); // the options below may stand after the command as well
    app.set_version_flag("--version", XIANGDAO_VERSION);
    app.add_option("--data", program.options.data, "Data folder (or $XIANGDAO_HUB_DATA)")->capture_default_str();
    app.add_option("--database", program.options.database, "postgresql://…; without it: SQLite in the data folder")
        ->envname("XIANGDAO_HUB_DATABASE");
    app.add_option("--url", program.options.url, "The hub's address as kiosks reach it, https://HOST:PORT")
        ->envname("XIANGDAO_HUB_URL");

    add_serve(app, program);
    auto* code = app.add_subcommand("code", "An enrolment code, good once, for ten minutes");
    code->add_option("--event", program.event, "Only for that event");
    code->add_flag("--for-hub", program.for_hub, "For the hub of a hall, which relays for its kiosks");
    code->callback([&] { program.command({"code", program.event, program.for_hub ? "hub" : ""}); });
    add_users(app, program);
    add_devices(app, program);
    auto* quarantine = app.add_subcommand("quarantine", "What was sent and could not be taken")->require_subcommand(1);
    auto* list = quarantine->add_subcommand("list", "Number, time, event, sender, verdict; at most 200");
    list->add_option("--after", program.after, "Only numbers above");
    list->callback([&] { program.command({"quarantine.list", program.after}); });
    app.add_subcommand("doctor", "Looks whether everything is as it should be")->callback([&] { program.command({"doctor"}); });
    auto* backup = app.add_subcommand("backup", "A whole copy of the SQLite store, also while the hub runs");
    backup->add_option("file", program.file)->required();
    backup->callback([&] { program.backup(); });
    auto* restore = app.add_subcommand("restore", "Puts a copy in place; the hub must not run");
    restore->add_option("file", program.file)->required();
    restore->callback([&] { program.restore(); });
    auto* key = app.add_subcommand("key", "A planned change of the hub's key")->require_subcommand(1);
    key->add_subcommand("plan", "Makes the next key; kiosks learn its pin once the hub was started again")->callback([&] {
        const auto folder = HubFolder::existing(program.options.data);
        const auto pin = folder ? hub::plan_next_key(folder->path()) : core::Result<std::string>(std::unexpected(folder.error()));
        program.status(pin ? core::Status() : core::Status(std::unexpected(pin.error())),
                       pin ? "The next key: sha256//" + *pin : std::string());
    });
    key->add_subcommand("switch", "The next key is used from the hub's next start on")->callback([&] {
        const auto folder = HubFolder::existing(program.options.data);
        program.status(folder ? hub::switch_to_next_key(folder->path()) : core::Status(std::unexpected(folder.error())),
                       "Done. Start the hub again.");
    });

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return exit_wrong;
    }
    return program.code;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        // Nothing of ours throws up to here; a library's surprise still ends with a sentence.
        fmt::print(stderr, "kiosk-hub: unexpected: {}\n", error.what());
        return exit_failed;
    }
}
