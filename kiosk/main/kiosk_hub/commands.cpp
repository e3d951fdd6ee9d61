// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk_hub/commands.hpp"

#include "client/curl_wire.hpp"
#include "hub/certificate.hpp"
#include "protocol/messages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <sys/resource.h>

namespace kiosk_hub {

using Json = nlohmann::ordered_json;
using core::ErrorCode;

namespace {

CommandAnswer failed(const core::Error& error) {
    return {error.code == ErrorCode::Invalid || error.code == ErrorCode::NotFound ? exit_wrong : exit_failed, {},
            words_of(error), {}};
}
CommandAnswer wrong(std::string what) { return {exit_wrong, {}, std::move(what), {}}; }

CommandAnswer make_code(OpenHub& opened, const std::string& event, bool for_hub) {
    const auto code = opened.api().make_enrolment_code(event, for_hub);
    if (!code)
        return failed(code.error());
    return {exit_done, fmt::format("{}\nGood once, for ten minutes.\n", *code), {}, *code};
}

CommandAnswer list_users(OpenHub& opened) {
    const auto users = opened.store().users();
    if (!users)
        return failed(users.error());
    CommandAnswer answer;
    for (const auto& user : *users)
        answer.out += fmt::format("{:<20} {:<10} since {}{}\n", user.name, user.role, hub::utc_text(user.created_ms),
                                  user.revoked ? "  revoked" : "");
    return answer;
}

CommandAnswer revoke_user(OpenHub& opened, const std::string& name) {
    const auto users = opened.store().users();
    if (!users)
        return failed(users.error());
    for (auto user : *users) {
        if (user.name != name)
            continue;
        user.revoked = true;
        if (const auto put = opened.store().put_user(user); !put)
            return failed(put.error());
        (void)opened.store().audit({opened.clock().now().unix_ms, "hub", "user.revoke " + name});
        opened.api().foreign_commit(); // what it holds in memory is old
        return {exit_done, fmt::format("{} can no longer do anything here.\n", name), {}, {}};
    }
    return wrong(fmt::format("There is no user {}.", name));
}

CommandAnswer list_devices(OpenHub& opened) {
    const auto devices = opened.store().devices();
    if (!devices)
        return failed(devices.error());
    CommandAnswer answer;
    for (const auto& device : *devices)
        answer.out += fmt::format("{:<16} {:<24} {:<24} seen {}{}{}{}\n", device.event, device.device, device.software,
                                  device.seen_ms > 0 ? hub::utc_text(device.seen_ms) : "never", device.is_hub ? "  hub" : "",
                                  device.revoked ? "  revoked" : "", device.cloned_by.empty() ? "" : "  CLONED");
    if (answer.out.empty())
        answer.out = "No device has been enrolled yet.\n";
    return answer;
}

// Through the Api, which knows what goes with it.
CommandAnswer post(OpenHub& opened, const std::string& target) {
    bool made = false;
    const auto token = opened.admin_token(made);
    if (!token)
        return failed(token.error());
    hub::ApiRequest request;
    request.method = "POST";
    request.target = target;
    request.headers["authorization"] = "Bearer " + *token;
    request.peer = "local";
    const auto reply = opened.api().handle(request);
    if (reply.status == 200)
        return {exit_done, reply.body + "\n", {}, {}};
    const auto error = kiosk::sync::protocol::decode_error_reply(reply.body);
    return {reply.status == 404 ? exit_wrong : exit_failed, {}, error ? error->message : std::to_string(reply.status), {}};
}

// A name as part of a path.
std::string encoded(const std::string& text) {
    std::string out;
    for (const char letter : text)
        if (std::isalnum(static_cast<unsigned char>(letter)) || letter == '-' || letter == '_' || letter == '.')
            out += letter;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    return out;
}

CommandAnswer list_quarantine(OpenHub& opened, const std::string& after) {
    std::uint64_t from = 0;
    for (const char digit : after) {
        if (digit < '0' || digit > '9' || from > 100'000'000'000)
            return wrong("--after takes a number.");
        from = from * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    const auto entries = opened.store().quarantine(from, 200);
    if (!entries)
        return failed(entries.error());
    CommandAnswer answer;
    // What was put aside may hold personal data: its size is shown, not its text.
    for (const auto& entry : *entries)
        answer.out += fmt::format("{:>6} {} {:<16} by {:<20} {:<14} {} ({} bytes)\n", entry.number, hub::utc_text(entry.at_ms),
                                  entry.event, entry.via, entry.verdict, entry.claimed, entry.raw.size());
    if (answer.out.empty())
        answer.out = "Nothing is in quarantine.\n";
    return answer;
}

CommandAnswer doctor(OpenHub& opened) {
    CommandAnswer answer;
    bool sound = true;
    const auto say = [&](bool good, const std::string& what) {
        answer.out += fmt::format("{} {}\n", good ? "ok  " : "LOOK", what);
        sound = sound && good;
    };
    const auto works = opened.store().check();
    say(works.has_value(), works ? "the store can be written" : "the store can't be written: " + words_of(works.error()));
    if (const auto identity = opened.store().identity())
        say(!identity->recovering, fmt::format("hub {}, epoch {}{}", identity->hub, identity->epoch,
                                               identity->recovering ? ", restored: kiosks are sending what the backup lacks"
                                                                    : ""));
    if (const auto events = opened.store().events())
        for (const auto& event : *events)
            say(true, fmt::format("event {}: {} operations, the last one {}", event.event, event.operations,
                                  hub::utc_text(event.last_ms)));
    if (const auto devices = opened.store().devices()) {
        std::size_t cloned = 0;
        for (const auto& device : *devices)
            cloned += device.cloned_by.empty() ? 0 : 1;
        say(cloned == 0, fmt::format("{} devices, {} of them share a name with another machine", devices->size(), cloned));
    }
    if (const auto count = opened.store().quarantine_count())
        say(*count == 0, fmt::format("{} operations in quarantine{}", *count, *count ? ": kiosk-hub quarantine list" : ""));
    std::error_code problem;
    const auto space = std::filesystem::space(opened.folder().path(), problem);
    if (!problem)
        say(space.available > 256ULL << 20, fmt::format("{} MB free on the disk of the data folder", space.available >> 20));
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
        say(files.rlim_max >= 4096, fmt::format("up to {} connections by the limit of open files", files.rlim_max));
    answer.code = sound ? exit_done : exit_findings;
    return answer;
}

} // namespace

std::string words_of(const core::Error& error) {
    static constexpr std::string_view names[] = {"",        "wrong input", "not found",   "conflict", "can't read or write",
                                                 "disk full", "damaged",   "made by a newer version", "not available", "denied",
                                                 "too large", "internal"};
    const auto index = static_cast<std::size_t>(error.code);
    return fmt::format("{}: {}", index < std::size(names) ? names[index] : "error",
                       error.context.empty() ? error.message_key : error.context);
}

CommandAnswer run_command(OpenHub& opened, const std::vector<std::string>& command) {
    const auto is = [&](std::string_view name, std::size_t parts) {
        return command.size() == parts && command[0] == name;
    };
    if (is("code", 3))
        return make_code(opened, command[1], command[2] == "hub");
    if (is("users.add", 3)) {
        const auto token = opened.api().make_user(command[1], command[2]);
        if (!token)
            return failed(token.error());
        return {exit_done, fmt::format("{}\nThis token is shown once. {} types it on the hub's web page.\n", *token, command[1]),
                {}, {}};
    }
    if (is("users.list", 1))
        return list_users(opened);
    if (is("users.revoke", 2))
        return revoke_user(opened, command[1]);
    if (is("devices.list", 1))
        return list_devices(opened);
    if (is("devices.revoke", 3) || is("devices.lost", 3))
        return post(opened, fmt::format("/v1/devices/{}/{}/{}", encoded(command[1]), encoded(command[2]),
                                        command[0] == "devices.lost" ? "lost" : "revoke"));
    if (is("quarantine.list", 2))
        return list_quarantine(opened, command[1]);
    if (is("doctor", 1))
        return doctor(opened);
    return wrong("This hub does not know that command; it may be of another version.");
}

std::string encode(const CommandAnswer& answer) {
    return Json{{"code", answer.code}, {"out", answer.out}, {"error", answer.error}, {"qr", answer.qr}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
}

CommandAnswer send_command(const HubFolder& folder, const std::string& database, const std::string& hub_url,
                           const std::vector<std::string>& command) {
    const auto running = folder.running();
    const auto token = folder.admin_token();
    if (running && token) {
        auto wire = kiosk::sync::client::CurlWire::create(
            running->url, running->pin.empty() ? std::vector<std::string>{} : std::vector{running->pin});
        if (!wire)
            return failed(wire.error());
        kiosk::sync::client::WireRequest request;
        request.method = "POST";
        request.path = std::string(command_path);
        request.token = *token;
        request.body = Json{{"command", command}}.dump(-1, ' ', false, Json::error_handler_t::replace);
        const auto reply = (*wire)->exchange(request);
        if (reply) {
            const auto json = Json::parse(reply->body, nullptr, false);
            if (reply->status != 200 || !json.is_object() || !json.contains("code"))
                return {exit_failed, {}, fmt::format("The hub at {} answered {}.", running->url, reply->status), {}};
            return {json.value("code", exit_failed), json.value("out", ""), json.value("error", ""), json.value("qr", "")};
        }
        // It did not end well, or another program has its port now: nobody runs here, unless the store is taken.
    }
    HubOptions options;
    options.database = database;
    options.quiet = true;
    options.hub_url = hub_url;
    if (const auto certificate = hub::load_or_make_certificate(folder.path()))
        options.pins = {certificate->pin};
    auto opened = OpenHub::create(folder, options);
    if (!opened)
        return failed(opened.error());
    return run_command(**opened, command);
}

} // namespace kiosk_hub
