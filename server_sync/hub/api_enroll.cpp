// SPDX-License-Identifier: Apache-2.0
// Codes and POST /v1/enroll: how a machine becomes a device of an event.
//
// Names. A name stands for one machine. Whoever asks for a name that is free, that was revoked, or under which nobody has
// spoken yet gets it. A machine that enrols again (its token was lost, the hub's address changed) keeps its name: it shows
// the incarnation that was the newest to speak under it; its old token is worth nothing from then on. Everybody else who
// asks for a taken name gets "name-2", "name-3", …: a restored image, a copy, or one of two machines that were found to
// share the name. What such a machine wrote under its old name in its present incarnation, it may still push: it is
// written down as an alias of the new name.
#include "hub/api_impl.hpp"

#include <algorithm>
#include <set>

namespace kiosk::sync::hub {

namespace {

using kiosk::core::ErrorCode;

constexpr int max_wrong_codes = 10;
constexpr std::int64_t wrong_code_window_ms = 60'000;
constexpr std::size_t max_peers = 10'000;
constexpr int max_name_tries = 1000;
constexpr std::size_t max_aliases = 10'000;

std::string upper(std::string text) {
    for (auto& c : text)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    return text;
}

} // namespace

Result<std::string> Api::Impl::make_code(const std::string& event, bool for_hub, const std::string& sessions) {
    if (!event.empty() && !is_event_code(event))
        return core::fail(ErrorCode::Invalid, "error.field", "an event's code is at most 64 bytes without spaces");
    KIOSK_TRY(const auto scope, parse_scope(for_hub ? scope_all : std::string_view(sessions)));
    const auto code = core::make_ticket_code(random);
    const CodeRow row{secret_hash(hasher, code), event, for_hub, clock.now().unix_ms + options.code_lifetime_ms, false,
                      scope};
    {
        const std::lock_guard lock(writer);
        KIOSK_CHECK(store.put_code(row));
    }
    log("code.made", {{"event", event}, {"for_hub", for_hub}});
    auto pin = options.pins.empty() ? std::string() : options.pins.front();
    for (auto& c : pin) // as addresses want it
        c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (!pin.empty() && pin.back() == '=')
        pin.pop_back();
    return protocol::encode(protocol::EnrolmentCode{options.hub_url, pin, code});
}

Result<std::string> Api::Impl::choose_event(const CodeRow& code, const std::string& offered) {
    if (!code.event.empty()) {
        if (!offered.empty() && offered != code.event)
            return core::fail(ErrorCode::Conflict, "foreign_event", "This kiosk holds another event than the code is for.");
        return code.event;
    }
    if (!offered.empty())
        return offered;
    std::set<std::string> events;
    KIOSK_TRY(const auto rows, store.events());
    for (const auto& row : rows)
        events.insert(row.event);
    for (const auto& row : directory.devices())
        events.insert(row.event);
    if (events.empty())
        return core::fail(ErrorCode::Conflict, "no_event_yet", "No event is here yet. Prepare it first; the code stays good.");
    if (events.size() != 1)
        return core::fail(ErrorCode::Conflict, "event_needed", "The code must say for which event it is.");
    return *events.begin();
}

Result<std::string> Api::Impl::choose_name(const std::string& event, const protocol::EnrollRequest& request) {
    for (int number = 1; number <= max_name_tries; ++number) {
        const auto suffix = number == 1 ? std::string() : "-" + std::to_string(number);
        const auto name = request.device.substr(0, 64 - suffix.size()) + suffix;
        const auto row = directory.device(event, name);
        if (!row || row->revoked || row->incarnation.empty() ||
            (row->incarnation == request.incarnation && row->cloned_by.empty()))
            return name;
    }
    return core::fail(ErrorCode::Conflict, "name_taken", "This name is taken, and so are the next thousand.");
}

Result<bool> Api::Impl::is_alias(const std::string& event, const std::string& device, const OperationId& id) {
    const auto key = event + '\n' + device + '\n' + id.device + '\n' + id.incarnation;
    {
        const std::lock_guard lock(aliases_mutex);
        if (const auto found = aliases.find(key); found != aliases.end())
            return found->second;
    }
    KIOSK_TRY(const auto told, store.fact("alias/" + event + "/" + device));
    const bool is = told && *told == id.device + "/" + id.incarnation;
    const std::lock_guard lock(aliases_mutex);
    if (aliases.size() >= max_aliases)
        aliases.clear();
    aliases[key] = is;
    return is;
}

Api::Prepared Api::Impl::post_enroll(Context& context) {
    const auto& peer = context.request.peer;
    const auto now_boot_ms = clock.boot_ms();
    {
        const std::lock_guard lock(attempts_mutex);
        if (const auto found = attempts.find(peer); found != attempts.end()) {
            const auto age_ms = now_boot_ms - found->second.since_boot_ms;
            if (age_ms >= wrong_code_window_ms)
                attempts.erase(found);
            else if (found->second.wrong >= max_wrong_codes)
                return ready(error(429, "too_many", "Too many wrong codes. Wait a minute.",
                                   (wrong_code_window_ms - age_ms) / 1000 + 1));
        }
    }
    const auto request = protocol::decode_enroll_request(context.request.body);
    if (!request)
        return ready(error(400, "malformed", request.error().context));
    if (!is_device_name(request->device) || request->device.starts_with("hub-") != request->as_hub)
        return ready(error(422, "name", "A name is 1 to 64 bytes without spaces and '/'; only hubs' begin with \"hub-\"."));
    if (!request->event.empty() && !is_event_code(request->event))
        return ready(error(422, "event", "An event's code is at most 64 bytes without spaces."));
    if (request->incarnation.size() > protocol::max_id_bytes || request->incarnation.find('/') != std::string::npos)
        return ready(error(422, "incarnation", "The incarnation can't be a name."));
    directory.refresh_if_stale(now_boot_ms);

    const std::lock_guard lock(writer); // the whole of it: two machines must not get one name
    const auto now_ms = clock.now().unix_ms;
    const auto code = store.use_code(secret_hash(hasher, upper(request->code)), now_ms);
    if (!code)
        return ready(store_error(code.error()));
    if (!*code) {
        const std::lock_guard attempts_lock(attempts_mutex);
        if (attempts.size() >= max_peers)
            attempts.clear();
        auto& attempt = attempts[peer];
        if (attempt.wrong++ == 0)
            attempt.since_boot_ms = now_boot_ms;
        log("enroll.refused", {{"why", "code"}});
        return ready(error(403, "code", "This code is not valid any more. Ask for a new one."));
    }
    const auto unused = [&](ApiAnswer answer) { // what went wrong was not the code's fault
        auto row = **code;
        row.used = false;
        static_cast<void>(store.put_code(row));
        return ready(std::move(answer));
    };
    if (request->as_hub && !(*code)->for_hub)
        return unused(error(403, "not_for_hubs", "This code is for kiosks, not for a venue hub."));
    const auto event = choose_event(**code, request->event);
    if (!event)
        return unused(event.error().code == ErrorCode::Conflict
                          ? error(409, event.error().message_key, event.error().context)
                          : store_error(event.error()));
    const auto name = choose_name(*event, *request);
    if (!name)
        return unused(error(409, name.error().message_key, name.error().context));

    if (*name != request->device) {
        if (const auto kept = store.set_fact("alias/" + *event + "/" + *name, request->device + "/" + request->incarnation);
            !kept)
            return unused(store_error(kept.error()));
        const std::lock_guard aliases_lock(aliases_mutex);
        aliases.clear();
    }
    const auto before = directory.device(*event, *name);
    const auto token = random_hex(random, 32);
    DeviceRow row;
    row.event = *event;
    row.device = *name;
    row.token_hash = secret_hash(hasher, token);
    row.is_hub = request->as_hub;
    row.software = request->software.substr(0, 100);
    row.enrolled_ms = now_ms;
    row.seen_ms = now_ms;
    row.confidential = (*code)->confidential;
    if (before && !before->revoked && before->incarnation == request->incarnation)
        row.incarnation = before->incarnation; // the same machine goes on
    if (const auto put = store.put_device(row); !put)
        return unused(store_error(put.error()));
    directory.put(row);
    static_cast<void>(audit(*name, "device.enrolled " + *event + "/" + *name));
    log("device.enrolled", {{"event", *event}, {"device", *name}, {"hub", row.is_hub}});

    const auto identity = directory.identity();
    ApiAnswer answer;
    answer.body = protocol::encode(
        protocol::EnrollReply{token, *name, *event, identity.hub, identity.epoch, options.pins});
    answer.headers["Cache-Control"] = "no-store";
    return ready(std::move(answer));
}

} // namespace kiosk::sync::hub
