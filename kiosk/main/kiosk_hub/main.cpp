// SPDX-License-Identifier: Apache-2.0
// kiosk-hub: where all kiosks of an event meet.
#include "hub/backup.hpp"
#include "hub/certificate.hpp"
#include "main/kiosk_hub/commands.hpp"
#include "main/kiosk_hub/serve.hpp"
#include "main/kiosk_hub/terminal_code.hpp"
#include "resources/resources.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <unistd.h>

namespace {

using namespace kiosk_hub;

int show(const CommandAnswer& answer) {
    if (!answer.qr.empty())
        fmt::print("{}", terminal_code(answer.qr, ::isatty(STDOUT_FILENO) == 1));
    fmt::print("{}", answer.out);
    if (!answer.error.empty())
        fmt::print(stderr, "kiosk-hub: {}\n", answer.error);
    return answer.code;
}

struct Program {
    explicit Program(const Words& spoken) : words(spoken) {}

    const Words& words;
    ServeOptions options;
    std::string event, name, role = "organizer", device, file, after = "0", sessions;
    bool for_hub = false;
    bool confidential = false;
    int code = exit_done;

    void command(const std::vector<std::string>& command) {
        with_folder([&](const HubFolder& folder) {
            code = show(send_command(folder, options.database, options.url, words, command));
        });
    }
    void restored() {
        with_folder([&](const HubFolder& folder) { code = show(mark_restored(folder, options.database, words)); });
    }
    void backup() {
        with_folder([&](const HubFolder& folder) {
            if (!options.database.empty()) {
                fmt::print(stderr, "kiosk-hub: {}\n", words.text("error.hub.use_pg_dump"));
                code = exit_wrong;
                return;
            }
            status(hub::backup_store(folder.store().string(), file), "hub.backup.done", {{"file", file}});
        });
    }
    void restore() {
        const auto folder = HubFolder::create(options.data);
        if (!folder) {
            code = complain(words, folder.error());
            return;
        }
        if (!options.database.empty()) {
            fmt::print(stderr, "kiosk-hub: {}\n", words.text("error.hub.use_pg_restore"));
            code = exit_wrong;
            return;
        }
        const auto claim = folder->claim();
        if (!claim) {
            code = complain(words, claim.error());
            return;
        }
        if (!kiosk::crypto::initialise()) {
            code = complain(words, core::fail(core::ErrorCode::Internal, "error.internal", "libsodium").error());
            return;
        }
        kiosk::crypto::SystemRandom random;
        const auto kept = hub::restore_store(file, folder->store().string(), random);
        status(kept ? core::Status() : core::Status(std::unexpected(kept.error())), "hub.restore.done", {{"file", file}});
        if (kept && !kept->empty())
            fmt::print("{}", words.line("hub.restore.kept", {{"file", *kept}}));
    }
    void plan_key() {
        with_folder([&](const HubFolder& folder) {
            const auto pin = hub::plan_next_key(folder.path());
            status(pin ? core::Status() : core::Status(std::unexpected(pin.error())), "hub.key.planned",
                   {{"pin", pin.value_or("")}});
        });
    }
    void switch_key() {
        with_folder([&](const HubFolder& folder) { status(hub::switch_to_next_key(folder.path()), "hub.key.switched", {}); });
    }

private:
    template <typename Body>
    void with_folder(Body&& body) {
        if (const auto folder = HubFolder::existing(options.data))
            body(*folder);
        else
            code = complain(words, folder.error());
    }
    void status(const core::Status& done, std::string_view key, Words::Args args) {
        if (done)
            fmt::print("{}", words.line(key, std::move(args)));
        code = done ? exit_done : complain(words, done.error());
    }
};

// "hub.users.add.about" says what `kiosk-hub users add` is for, "hub.users.add.help" gives examples.
CLI::App* add_command(CLI::App& app, const Words& words, const std::string& name) {
    const auto path = app.get_parent() ? app.get_name() + "." + name : name;
    auto* command = app.add_subcommand(name, words.text("hub." + path + ".about"));
    command->footer(words.has("hub." + path + ".help") ? words.text("hub." + path + ".help") : std::string());
    return command;
}

std::string about(const Program& program, std::string_view option) {
    return program.words.text("hub.option." + std::string(option));
}

void add_users(CLI::App& app, Program& program) {
    auto* users = add_command(app, program.words, "users")->require_subcommand(1);
    auto* add = add_command(*users, program.words, "add");
    add->add_option("name", program.name, about(program, "user"))->required();
    add->add_option("role", program.role, about(program, "role"))
        ->check(CLI::IsMember({"viewer", "organizer", "admin"}))
        ->capture_default_str();
    add->callback([&] { program.command({"users.add", program.name, program.role}); });
    add_command(*users, program.words, "list")->callback([&] { program.command({"users.list"}); });
    auto* revoke = add_command(*users, program.words, "revoke");
    revoke->add_option("name", program.name, about(program, "user"))->required();
    revoke->callback([&] { program.command({"users.revoke", program.name}); });
}

void add_confidential(CLI::App& devices, Program& program) {
    auto* sub = add_command(devices, program.words, "confidential");
    sub->add_option("event", program.event, about(program, "device_event"))->required();
    sub->add_option("device", program.device, about(program, "device"))->required();
    sub->add_option("sessions", program.sessions, about(program, "device_sessions"))->required();
    sub->callback([&] {
        const auto sessions = program.sessions == "all" ? "*" : program.sessions == "none" ? "" : program.sessions;
        program.command({"devices.confidential", program.event, program.device, sessions});
    });
}

void add_devices(CLI::App& app, Program& program) {
    auto* devices = add_command(app, program.words, "devices")->require_subcommand(1);
    add_command(*devices, program.words, "list")->callback([&] { program.command({"devices.list"}); });
    for (const auto* name : {"revoke", "lost"}) {
        auto* sub = add_command(*devices, program.words, name);
        sub->add_option("event", program.event, about(program, "device_event"))->required();
        sub->add_option("device", program.device, about(program, "device"))->required();
        sub->callback([&program, command = std::string("devices.") + name] {
            program.command({command, program.event, program.device});
        });
    }
    add_confidential(*devices, program);
}

void add_rights(CLI::App& app, Program& program) {
    auto* rights = add_command(app, program.words, "rights")->require_subcommand(1);
    for (const auto* name : {"show", "release", "take"})
        add_command(*rights, program.words, name)->callback([&program, command = std::string("rights.") + name] {
            program.command({command});
        });
}

void add_serve(CLI::App& app, Program& program) {
    auto& options = program.options;
    auto* sub = add_command(app, program.words, "serve");
    sub->add_option("--listen", options.listen, about(program, "listen"))->capture_default_str();
    sub->add_option("--certificate", options.certificate, about(program, "certificate"));
    sub->add_option("--key", options.key, about(program, "key"));
    sub->add_option("--event", options.event, about(program, "serve_event"));
    sub->add_option("--central-enroll", options.central_enroll, about(program, "central_enroll"));
    sub->add_option("--connections", options.connections, about(program, "connections"))->capture_default_str();
    sub->add_option("--connections-per-address", options.connections_per_address, about(program, "connections_per_address"))
        ->capture_default_str();
    sub->add_option("--threads", options.threads, about(program, "threads"));
    sub->add_flag("--insecure-http", options.insecure_http, about(program, "insecure_http"));
    sub->callback([&] { program.code = serve(program.options, program.words); });
}

void add_store(CLI::App& app, Program& program) {
    auto* backup = add_command(app, program.words, "backup");
    backup->add_option("file", program.file, about(program, "backup_file"))->required();
    backup->callback([&] { program.backup(); });
    auto* restore = add_command(app, program.words, "restore");
    restore->add_option("file", program.file, about(program, "restore_file"))->required();
    restore->callback([&] { program.restore(); });
    add_command(app, program.words, "restored")->callback([&] { program.restored(); });
    add_command(app, program.words, "recovered")->callback([&] { program.command({"recovered"}); });
    auto* key = add_command(app, program.words, "key")->require_subcommand(1);
    add_command(*key, program.words, "plan")->callback([&] { program.plan_key(); });
    add_command(*key, program.words, "switch")->callback([&] { program.switch_key(); });
}

int run(int argc, char** argv) {
    const auto catalogue = kiosk::resources::load_catalogue();
    if (!catalogue) {
        fmt::print(stderr, "kiosk-hub: the text catalogue cannot be read: {}\n", catalogue.error().context);
        return exit_failed;
    }
    const Words words(*catalogue, kiosk::resources::language_of_call(argc, argv));
    Program program(words);
    program.options.data = HubFolder::usual();
    CLI::App app(words.text("hub.about"), "kiosk-hub");
    app.footer(words.text("hub.footer"));
    app.require_subcommand(1);
    app.fallthrough(); // the options below may stand after the command as well
    app.set_version_flag("--version", XIANGDAO_VERSION);
    app.add_option("--data", program.options.data, about(program, "data"))->capture_default_str();
    app.add_option("--database", program.options.database, about(program, "database"))->envname("XIANGDAO_HUB_DATABASE");
    app.add_option("--url", program.options.url, about(program, "url"))->envname("XIANGDAO_HUB_URL");
    std::string language; // was looked for before: the help is in it
    app.add_option("--lang", language, words.text("cli.option.lang"))->check(CLI::IsMember({"zh", "en"}));

    add_serve(app, program);
    auto* code = add_command(app, words, "code");
    code->add_option("--event", program.event, about(program, "code_event"));
    code->add_flag("--for-hub", program.for_hub, about(program, "for_hub"));
    auto* all = code->add_flag("--confidential", program.confidential, about(program, "confidential"));
    code->add_option("--sessions", program.sessions, about(program, "sessions"))->excludes(all);
    code->callback([&] {
        program.command({"code", program.event, program.for_hub ? "hub" : "", program.confidential ? "*" : program.sessions});
    });
    add_users(app, program);
    add_devices(app, program);
    add_rights(app, program);
    auto* quarantine = add_command(app, words, "quarantine")->require_subcommand(1);
    auto* list = add_command(*quarantine, words, "list");
    list->add_option("--after", program.after, about(program, "after"));
    list->callback([&] { program.command({"quarantine.list", program.after}); });
    add_command(app, words, "doctor")->callback([&] { program.command({"doctor"}); });
    add_store(app, program);

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        fmt::print(stderr, "kiosk-hub: {}\n", words.text("error.hub.call", {{"why", error.what()}}));
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
