// SPDX-License-Identifier: Apache-2.0
#include "main/kiosk_hub/commands.hpp"

#include "client/curl_wire.hpp"
#include "hub/certificate.hpp"
#include "hub/commit_plan.hpp"
#include "hub/scope.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <set>
#include <utility>
#include <sys/resource.h>

namespace kiosk_hub {

using Json = nlohmann::ordered_json;
using core::ErrorCode;

namespace {

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

// Where a command is done, and for whom.
struct Task {
    OpenHub& opened;
    const Words& words;
};

CommandAnswer failed(const Words& words, const core::Error& error) { return {exit_code_of(error), {}, words.of(error), {}}; }
CommandAnswer wrong(std::string what) { return {exit_wrong, {}, std::move(what), {}}; }

CommandAnswer make_code(const Task& task, const std::string& event, bool for_hub, const std::string& sessions) {
    if (task.opened.options().hub_url.empty()) // a code says where the hub is
        return wrong(task.words.text("error.hub.url_needed"));
    const auto scope = hub::parse_scope(sessions);
    if (!scope)
        return wrong(task.words.text("error.hub.sessions"));
    const auto code = task.opened.api().make_enrolment_code(event, for_hub, *scope);
    if (!code)
        return code.error().code == ErrorCode::Invalid ? wrong(task.words.text("error.hub.event_code"))
                                                       : failed(task.words, code.error());
    // Who makes a code of more than the usual is told what it is good for.
    const auto more = for_hub || scope->empty()    ? std::string()
                      : *scope == hub::scope_all ? task.words.line("hub.code.confidential")
                                                 : task.words.line("hub.code.sessions", {{"sessions", *scope}});
    return {exit_done, *code + "\n" + task.words.line("hub.code.once") + more, {}, *code};
}

CommandAnswer add_user(const Task& task, const std::string& name, const std::string& role) {
    const auto token = task.opened.api().make_user(name, role);
    if (!token)
        return token.error().code == ErrorCode::Invalid ? wrong(task.words.text("error.hub.user_name"))
                                                        : failed(task.words, token.error());
    return {exit_done, *token + "\n" + task.words.line("hub.users.added", {{"name", name}}), {}, {}};
}

CommandAnswer list_users(const Task& task) {
    const auto users = task.opened.store().users();
    if (!users)
        return failed(task.words, users.error());
    CommandAnswer answer;
    for (const auto& user : *users)
        answer.out += fmt::format("{:<20} {:<10} {}{}\n", user.name, user.role,
                                  task.words.text("hub.users.since", {{"time", local_time(user.created_ms)}}),
                                  user.revoked ? "  " + task.words.text("hub.revoked") : "");
    return answer;
}

CommandAnswer revoke_user(const Task& task, const std::string& name) {
    auto& [opened, words] = task;
    const auto users = opened.store().users();
    if (!users)
        return failed(words, users.error());
    for (auto user : *users) {
        if (user.name != name)
            continue;
        user.revoked = true;
        if (const auto put = opened.store().put_user(user); !put)
            return failed(words, put.error());
        (void)opened.store().audit({opened.clock().now().unix_ms, "hub", "user.revoke " + name});
        opened.api().foreign_commit(); // what it holds in memory is old
        return {exit_done, words.line("hub.users.revoked", {{"name", name}}), {}, {}};
    }
    return wrong(words.text("error.hub.no_user", {{"name", name}}));
}

// Through the Api, which knows what goes with it, and what the store does not have yet.
core::Result<hub::ApiAnswer> ask_api(OpenHub& opened, std::string method, std::string target, std::string body = {}) {
    bool made = false;
    KIOSK_TRY(const auto token, opened.admin_token(made));
    hub::ApiRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    request.body = std::move(body);
    request.headers["authorization"] = "Bearer " + token;
    request.peer = "local";
    return opened.api().handle(request);
}

CommandAnswer not_done(const Words& words, int status) {
    return {exit_failed, {}, words.text("error.hub.answered", {{"status", std::to_string(status)}}), {}};
}

CommandAnswer list_devices(const Task& task) {
    auto& [opened, words] = task;
    const auto reply = ask_api(opened, "GET", "/v1/devices");
    if (!reply)
        return failed(words, reply.error());
    const auto said = Json::parse(reply->body, nullptr, false);
    if (reply->status != 200 || !said.is_object() || !said.contains("devices"))
        return not_done(words, reply->status);
    CommandAnswer answer;
    for (const auto& device : said["devices"]) {
        const auto seen_ms = device.value("seen_ms", std::int64_t{0});
        const auto pending = device.value("pending", std::uint64_t{0});
        answer.out += fmt::format("{:<16} {:<24} {:<24} {}", device.value("event", ""), device.value("device", ""),
                                  device.value("software", ""),
                                  seen_ms > 0 ? words.text("hub.devices.seen", {{"time", local_time(seen_ms)}})
                                              : words.text("hub.devices.never"));
        const auto sessions = device.value("sessions", "");
        if (!device.value("is_hub", false) && !sessions.empty())
            answer.out += "  " + (sessions == hub::scope_all ? words.text("hub.devices.all_sessions")
                                                             : words.text("hub.devices.sessions", {{"sessions", sessions}}));
        if (pending > 0)
            answer.out += "  " + words.text("hub.devices.pending", {{"count", std::to_string(pending)}});
        for (const auto& [member, key] : {std::pair{"is_hub", "hub.devices.is_hub"}, {"revoked", "hub.revoked"},
                                          {"cloned", "hub.devices.cloned"}, {"awaited", "hub.devices.awaited"}})
            if (device.value(member, false))
                answer.out += "  " + words.text(key);
        answer.out += '\n';
    }
    if (answer.out.empty())
        answer.out = words.line("hub.devices.none");
    return answer;
}

CommandAnswer change_device(const Task& task, std::string_view what, const std::string& event, const std::string& device) {
    auto& [opened, words] = task;
    const auto reply = ask_api(opened, "POST", fmt::format("/v1/devices/{}/{}/{}", encoded(event), encoded(device), what));
    if (!reply)
        return failed(words, reply.error());
    if (reply->status == 404)
        return wrong(words.text("error.hub.no_device", {{"event", event}, {"device", device}}));
    if (reply->status != 200)
        return not_done(words, reply->status);
    const auto said = Json::parse(reply->body, nullptr, false);
    const auto freed = said.is_object() ? said.value("freed", std::uint64_t{0}) : 0;
    return {exit_done, words.line(fmt::format("hub.devices.{}.done", what), {{"device", device}, {"count", std::to_string(freed)}}),
            {}, {}};
}

CommandAnswer set_confidential(const Task& task, const std::string& event, const std::string& device,
                               const std::string& sessions) {
    auto& [opened, words] = task;
    const auto reply = ask_api(opened, "POST", fmt::format("/v1/devices/{}/{}/confidential", encoded(event), encoded(device)),
                               Json{{"sessions", sessions}}.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (!reply)
        return failed(words, reply.error());
    if (reply->status == 404)
        return wrong(words.text("error.hub.no_device", {{"event", event}, {"device", device}}));
    if (reply->status == 422)
        return wrong(words.text("error.hub.sessions"));
    if (reply->status == 409)
        return wrong(words.text("error.hub.gets_all"));
    if (reply->status != 200)
        return not_done(words, reply->status);
    const auto said = Json::parse(reply->body, nullptr, false);
    const auto now = said.is_object() ? said.value("sessions", "") : std::string();
    return {exit_done,
            now.empty()              ? words.line("hub.devices.confidential.none", {{"device", device}})
            : now == hub::scope_all ? words.line("hub.devices.confidential.all", {{"device", device}})
                                     : words.line("hub.devices.confidential.some", {{"device", device}, {"sessions", now}}),
            {}, {}};
}

// After this hub was put back from a backup: events in which nothing is granted yet, and the devices that are waited for.
core::Result<std::map<std::string, std::string>> waited_for(OpenHub& opened) {
    KIOSK_TRY(const auto reply, ask_api(opened, "GET", "/v1/devices"));
    std::map<std::string, std::string> names;
    const auto said = Json::parse(reply.body, nullptr, false);
    if (reply.status != 200 || !said.is_object() || !said.contains("devices"))
        return core::fail(ErrorCode::Unavailable, "error.hub.answered", std::to_string(reply.status));
    for (const auto& device : said["devices"])
        if (device.value("awaited", false)) {
            auto& list = names[device.value("event", "")];
            list += (list.empty() ? "" : ", ") + device.value("device", "");
        }
    return names;
}

// Of the hub of a hall: does it hold the event's bookings under the central one? An organizer here may give them back, or
// let it ask again; the relay does it.
CommandAnswer rights(const Task& task, std::string_view what) {
    auto& [opened, words] = task;
    std::set<std::string> names;
    const auto events = opened.store().events();
    const auto devices = opened.store().devices();
    if (!events || !devices)
        return failed(words, events ? devices.error() : events.error());
    for (const auto& event : *events)
        names.insert(event.event);
    for (const auto& device : *devices)
        names.insert(device.event);
    CommandAnswer answer;
    for (const auto& event : names) {
        const auto key = "rights/" + event;
        const auto kept = opened.store().fact(key);
        if (!kept)
            return failed(words, kept.error());
        if (!*kept)
            continue; // it has none over it
        auto state = **kept;
        if (what != "show") {
            const bool has = state == hub::rights_held || state == hub::rights_wanted;
            const auto next = what == "release" ? (state == hub::rights_held     ? hub::rights_releasing
                                                   : state == hub::rights_wanted ? hub::rights_released
                                                                                 : std::string_view(state))
                                                // What is on its way back was not given back yet.
                                                : (has                               ? std::string_view(state)
                                                   : state == hub::rights_releasing ? hub::rights_held
                                                                                     : hub::rights_wanted);
            if (next != state) {
                if (const auto set = opened.store().set_fact(key, std::string(next)); !set)
                    return failed(words, set.error());
                (void)opened.store().audit({opened.clock().now().unix_ms, "hub", fmt::format("rights.{} {}", what, event)});
                state = next;
            }
        }
        answer.out += words.line("hub.rights." + state, {{"event", event}});
    }
    if (answer.out.empty())
        answer.out = words.line("hub.rights.own");
    const auto awaited = waited_for(opened);
    if (!awaited)
        return failed(words, awaited.error());
    for (const auto& [event, who] : *awaited)
        answer.out += words.line("hub.rights.awaited", {{"event", event}, {"devices", who}});
    return answer;
}

CommandAnswer list_quarantine(const Task& task, const std::string& after) {
    const auto& words = task.words;
    std::uint64_t from = 0;
    for (const char digit : after) {
        if (digit < '0' || digit > '9' || from > 100'000'000'000)
            return wrong(words.text("error.hub.after"));
        from = from * 10 + static_cast<std::uint64_t>(digit - '0');
    }
    const auto entries = task.opened.store().quarantine(from, 200);
    if (!entries)
        return failed(words, entries.error());
    CommandAnswer answer;
    // What was put aside may hold personal data: its size is shown, not its text.
    for (const auto& entry : *entries)
        answer.out += words.line("hub.quarantine.row", {{"number", fmt::format("{:>6}", entry.number)},
                                                        {"time", local_time(entry.at_ms)},
                                                        {"event", fmt::format("{:<16}", entry.event)},
                                                        {"device", fmt::format("{:<20}", entry.via)},
                                                        {"why", words.term("verdict", entry.verdict)},
                                                        {"operation", entry.claimed},
                                                        {"bytes", std::to_string(entry.raw.size())}});
    if (answer.out.empty())
        answer.out = words.line("hub.quarantine.none");
    return answer;
}

CommandAnswer doctor(const Task& task) {
    auto& [opened, words] = task;
    CommandAnswer answer;
    bool sound = true;
    const auto say = [&](bool good, std::string_view key, Words::Args args) {
        answer.out += (good ? words.text("hub.doctor.good") : words.text("hub.doctor.look")) + words.line(key, std::move(args));
        sound = sound && good;
    };
    if (const auto works = opened.store().check())
        say(true, "hub.doctor.store", {});
    else
        say(false, "hub.doctor.store_fails", {{"why", words.of(works.error())}});
    if (const auto identity = opened.store().identity())
        say(!identity->recovering, identity->recovering ? "hub.doctor.recovering" : "hub.doctor.identity",
            {{"hub", identity->hub}, {"epoch", identity->epoch}});
    if (const auto events = opened.store().events())
        for (const auto& event : *events)
            say(true, "hub.doctor.event", {{"event", event.event}, {"count", std::to_string(event.operations)},
                                           {"time", local_time(event.last_ms)}});
    if (const auto devices = opened.store().devices()) {
        std::size_t cloned = 0;
        for (const auto& device : *devices)
            cloned += device.cloned_by.empty() ? 0 : 1;
        say(cloned == 0, cloned == 0 ? "hub.doctor.devices" : "hub.doctor.cloned",
            {{"count", std::to_string(devices->size())}, {"cloned", std::to_string(cloned)}});
    }
    if (const auto count = opened.store().quarantine_count())
        say(*count == 0, *count == 0 ? "hub.doctor.no_quarantine" : "hub.doctor.quarantine", {{"count", std::to_string(*count)}});
    std::error_code problem;
    const auto space = std::filesystem::space(opened.folder().path(), problem);
    if (!problem) {
        const bool enough = space.available > 256ULL << 20;
        say(enough, enough ? "hub.doctor.disk" : "hub.doctor.disk_low", {{"mb", std::to_string(space.available >> 20)}});
    }
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
        const bool enough = files.rlim_max >= 4096;
        say(enough, enough ? "hub.doctor.files" : "hub.doctor.files_low", {{"count", std::to_string(files.rlim_max)}});
    }
    answer.code = sound ? exit_done : exit_findings;
    return answer;
}

// The end of what restoring began: devices speak for themselves alone again.
CommandAnswer recovered(const Task& task) {
    auto& [opened, words] = task;
    const auto identity = opened.store().identity();
    if (!identity)
        return failed(words, identity.error());
    if (!identity->recovering)
        return {exit_done, words.line("hub.recovered.already"), {}, {}};
    if (const auto set = opened.store().set_epoch(identity->epoch, false); !set)
        return failed(words, set.error());
    (void)opened.store().audit({opened.clock().now().unix_ms, "hub", "hub.recovered"});
    opened.api().foreign_commit(); // what it holds in memory is old
    return {exit_done, words.line("hub.recovered.done"), {}, {}};
}

// What the hub of this folder answers; absent where none runs.
std::optional<kiosk::sync::client::WireAnswer> ask(const HubFolder& folder, kiosk::sync::client::WireRequest request) {
    const auto running = folder.running();
    const auto token = folder.admin_token();
    if (!running || !token)
        return std::nullopt;
    auto wire = kiosk::sync::client::CurlWire::create(
        running->url, running->pin.empty() ? std::vector<std::string>{} : std::vector{running->pin});
    if (!wire)
        return std::nullopt;
    request.token = *token;
    auto reply = (*wire)->exchange(request);
    // It did not end well, or another program has its port now: nobody runs here, unless the store is taken.
    return reply ? std::optional(std::move(*reply)) : std::nullopt;
}

} // namespace

CommandAnswer run_command(OpenHub& opened, const Words& words, const std::vector<std::string>& command) {
    const Task task{opened, words};
    const auto is = [&](std::string_view name, std::size_t parts) {
        return command.size() == parts && command[0] == name;
    };
    if (is("code", 3)) // of a command line of an earlier version
        return make_code(task, command[1], command[2] == "hub", {});
    if (is("code", 4))
        return make_code(task, command[1], command[2] == "hub", command[3]);
    if (is("users.add", 3))
        return add_user(task, command[1], command[2]);
    if (is("users.list", 1))
        return list_users(task);
    if (is("users.revoke", 2))
        return revoke_user(task, command[1]);
    if (is("devices.list", 1))
        return list_devices(task);
    if (is("devices.revoke", 3))
        return change_device(task, "revoke", command[1], command[2]);
    if (is("devices.lost", 3))
        return change_device(task, "lost", command[1], command[2]);
    if (is("devices.confidential", 4))
        return set_confidential(task, command[1], command[2], command[3]);
    for (const auto* what : {"show", "release", "take"})
        if (is(std::string("rights.") + what, 1))
            return rights(task, what);
    if (is("quarantine.list", 2))
        return list_quarantine(task, command[1]);
    if (is("doctor", 1))
        return doctor(task);
    if (is("recovered", 1))
        return recovered(task);
    return wrong(words.text("error.hub.unknown_command"));
}

std::string encode(const CommandAnswer& answer) {
    return Json{{"code", answer.code}, {"out", answer.out}, {"error", answer.error}, {"qr", answer.qr}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
}

CommandAnswer send_command(const HubFolder& folder, const std::string& database, const std::string& hub_url,
                           const Words& words, const std::vector<std::string>& command) {
    kiosk::sync::client::WireRequest request;
    request.method = "POST";
    request.path = std::string(command_path);
    request.body = Json{{"command", command}, {"language", words.code()}}.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (const auto reply = ask(folder, std::move(request))) {
        const auto json = Json::parse(reply->body, nullptr, false);
        if (reply->status != 200 || !json.is_object() || !json.contains("code"))
            return not_done(words, reply->status);
        return {json.value("code", exit_failed), json.value("out", ""), json.value("error", ""), json.value("qr", "")};
    }
    HubOptions options;
    options.database = database;
    options.quiet = true;
    options.hub_url = hub_url;
    if (const auto certificate = hub::load_or_make_certificate(folder.path()))
        options.pins = {certificate->pin};
    auto opened = OpenHub::create(folder, options);
    if (!opened)
        return failed(words, opened.error());
    return run_command(**opened, words, command);
}

CommandAnswer mark_restored(const HubFolder& folder, const std::string& database, const Words& words) {
    const auto claim = folder.claim();
    if (!claim)
        return failed(words, claim.error());
    HubOptions options;
    options.database = database;
    options.quiet = true;
    auto opened = OpenHub::create(folder, options);
    if (!opened)
        return failed(words, opened.error());
    auto& store = (*opened)->store();
    if (const auto set = store.set_epoch(hub::random_name((*opened)->random()), true); !set)
        return failed(words, set.error());
    (void)store.audit({(*opened)->clock().now().unix_ms, "hub", "hub.restored"});
    return {exit_done, words.line("hub.restored.done"), {}, {}};
}

} // namespace kiosk_hub
