// SPDX-License-Identifier: Apache-2.0
// What organizers ask: events, devices, quarantine, the audit trail, enrolment codes; and what machines ask about the
// hub itself: health and metrics. Nothing here names a person.
#include "core/json_fields.hpp"
#include "hub/api_impl.hpp"
#include "hub/assets.hpp"

#include <algorithm>
#include <filesystem>

namespace kiosk::sync::hub {

namespace {

using kiosk::core::ErrorCode;

constexpr std::uint64_t low_disk_bytes = 64ULL * 1024 * 1024;
constexpr std::uint64_t max_page = 200;
constexpr std::size_t page_bytes = 4 * 1024 * 1024;

} // namespace

Api::Prepared Api::Impl::get_page(Context&) {
    // The nonce is what lets the page's own script and style run and nothing else.
    const auto nonce = random_hex(random, 16);
    constexpr std::string_view mark = "{{nonce}}";
    ApiAnswer answer;
    answer.content_type = "text/html; charset=utf-8";
    answer.body = page_text();
    for (auto at = answer.body.find(mark); at != std::string::npos; at = answer.body.find(mark, at + nonce.size()))
        answer.body.replace(at, mark.size(), nonce);
    answer.headers = {{"Content-Security-Policy", "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'nonce-" +
                                                      nonce +
                                                      "'; connect-src 'self'; img-src data:; base-uri 'none'; "
                                                      "form-action 'none'; frame-ancestors 'none'"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Cache-Control", "no-store"}};
    return ready(std::move(answer));
}

Api::Prepared Api::Impl::get_openapi(Context&) {
    ApiAnswer answer;
    answer.body = openapi_text();
    return ready(std::move(answer));
}

Api::Prepared Api::Impl::get_health(Context&) {
    Status works;
    {
        const std::lock_guard lock(writer);
        works = store.check();
    }
    std::error_code problem;
    const auto space = std::filesystem::space(options.folder, problem);
    const bool low = !problem && space.available < low_disk_bytes;
    const auto identity = directory.identity();
    const Json body{{"status", !works ? "store" : low ? "disk_low" : "ok"},
                    {"hub", identity.hub},
                    {"epoch", identity.epoch},
                    {"recovering", identity.recovering},
                    {"version", options.version},
                    {"time_ms", clock.now().unix_ms},
                    {"free_bytes", problem ? Json() : Json(static_cast<std::uint64_t>(space.available))}};
    return ready(json(body, works && !low ? 200 : 503));
}

Api::Prepared Api::Impl::get_metrics(Context&) {
    std::vector<Metrics::Gauge> gauges;
    std::uint64_t lag = 0, operations = 0;
    if (const auto events = store.events()) {
        for (const auto& event : *events) {
            operations += event.operations;
            const auto after = mirrors.of(event.event)->after();
            lag = std::max(lag, event.latest - std::min(event.latest, after));
        }
        gauges.push_back({"xiangdao_hub_events", "Events with operations.", static_cast<double>(events->size())});
    }
    gauges.push_back({"xiangdao_hub_log_operations", "Operations in the log.", static_cast<double>(operations)});
    gauges.push_back({"xiangdao_hub_mirror_lag", "Operations that the slowest mirror has yet to fold.", static_cast<double>(lag)});
    std::size_t revoked = 0, cloned = 0;
    const auto devices = directory.devices();
    for (const auto& device : devices) {
        revoked += device.revoked ? 1 : 0;
        cloned += device.cloned_by.empty() ? 0 : 1;
    }
    gauges.push_back({"xiangdao_hub_devices", "Enrolled devices.", static_cast<double>(devices.size())});
    gauges.push_back({"xiangdao_hub_devices_revoked", "Devices that were revoked.", static_cast<double>(revoked)});
    gauges.push_back({"xiangdao_hub_devices_cloned", "Names that two machines use.", static_cast<double>(cloned)});
    if (const auto count = store.quarantine_count())
        gauges.push_back({"xiangdao_hub_quarantine", "Operations in quarantine.", static_cast<double>(*count)});
    ApiAnswer answer;
    answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
    answer.body = metrics.text(gauges);
    answer.headers["Cache-Control"] = "no-store";
    return ready(std::move(answer));
}

Api::Prepared Api::Impl::get_events(Context&) {
    const auto events = store.events();
    if (!events)
        return ready(store_error(events.error()));
    std::map<std::string, Json> rows;
    for (const auto& event : *events)
        rows[event.event] = {{"event", event.event},
                             {"latest", event.latest},
                             {"operations", event.operations},
                             {"last_ms", event.last_ms},
                             {"devices", 0}};
    for (const auto& device : directory.devices()) {
        auto& row = rows[device.event];
        if (row.is_null())
            row = {{"event", device.event}, {"latest", 0}, {"operations", 0}, {"last_ms", 0}, {"devices", 0}};
        row["devices"] = row["devices"].get<int>() + 1;
    }
    Json list = Json::array();
    for (auto& [name, row] : rows)
        list.push_back(std::move(row));
    return ready(json({{"events", std::move(list)}, {"time_ms", clock.now().unix_ms}}));
}

Api::Prepared Api::Impl::get_devices(Context& context) {
    const auto event = context.text("event");
    Json list = Json::array();
    std::map<std::string, std::vector<std::string>> waited_for; // by event
    for (const auto& device : directory.devices()) {
        if (!event.empty() && device.event != event)
            continue;
        auto found = waited_for.find(device.event);
        if (found == waited_for.end()) {
            auto names = awaited(device.event);
            if (!names)
                return ready(store_error(names.error()));
            found = waited_for.emplace(device.event, std::move(*names)).first;
        }
        list.push_back({{"event", device.event},
                        {"device", device.device},
                        {"is_hub", device.is_hub},
                        {"revoked", device.revoked},
                        {"cloned", !device.cloned_by.empty()},
                        {"awaited", std::ranges::find(found->second, device.device) != found->second.end()},
                        {"software", device.software},
                        {"sessions", scope_of(device)},
                        {"enrolled_ms", device.enrolled_ms},
                        {"seen_ms", device.seen_ms},
                        {"offset_ms", device.offset_ms},
                        {"pending", device.pending}});
    }
    return ready(json({{"devices", std::move(list)}, {"time_ms", clock.now().unix_ms}}));
}

Api::Prepared Api::Impl::post_revoke(Context& context) {
    const auto& event = context.parts[0];
    const auto& device = context.parts[1];
    const auto id = event + "/" + device;
    {
        const std::lock_guard lock(writer);
        auto row = directory.device(event, device);
        if (!row)
            return ready(error(404, "not_found", "There is no such device."));
        row->revoked = true;
        if (const auto put = store.put_device(*row); !put)
            return ready(store_error(put.error()));
        directory.put(*row);
        if (const auto told = audit(context.user->name, "device.revoke " + id); !told)
            return ready(store_error(told.error()));
    }
    log("device.revoked", {{"event", event}, {"device", device}});
    return ready(json({{"event", event}, {"device", device}, {"revoked", true}}));
}

// "That kiosk is gone": what it held is free from now on, and what it confirmed unseen gives way should it come back. Only
// somebody who knows that it will not may say so; it is written down who did.
Api::Prepared Api::Impl::post_lost(Context& context) {
    const auto& event = context.parts[0];
    const auto& device = context.parts[1];
    std::size_t freed = 0;
    {
        const std::lock_guard lock(writer);
        if (!directory.knows(event, device))
            return ready(error(404, "not_found", "There is no such device."));
        const auto taken = take_from_lost(event, device);
        if (!taken)
            return ready(store_error(taken.error()));
        freed = *taken;
        if (const auto told = audit(context.user->name, "device.lost " + event + "/" + device + " leases " +
                                                            std::to_string(freed));
            !told)
            return ready(store_error(told.error()));
    }
    log("device.lost", {{"event", event}, {"device", device}, {"leases", freed}});
    return ready(json({{"event", event}, {"device", device}, {"freed", freed}}));
}

// Of which closed sessions a device gets what is confidential from now on. What it has already it keeps until its data is
// removed there: a right that is taken back is about what is new.
Api::Prepared Api::Impl::post_confidential(Context& context) {
    const auto& event = context.parts[0];
    const auto& device = context.parts[1];
    const auto body = core::parse_json(context.request.body);
    core::JsonFields fields(body, "confidential");
    if (!fields.has("sessions"))
        fields.problem("sessions", "is missing");
    const auto sessions = fields.text("sessions");
    if (const auto read = fields.status(); !read)
        return ready(error(400, "malformed", read.error().context));
    const auto scope = parse_scope(sessions);
    if (!scope)
        return ready(error(422, "sessions", "Ids of at most 100 sessions with commas, or * for all, or nothing."));
    {
        const std::lock_guard lock(writer);
        auto row = directory.device(event, device);
        if (!row)
            return ready(error(404, "not_found", "There is no such device."));
        if (row->is_hub)
            return ready(error(409, "is_hub", "A venue's hub gets everything; it keeps back what its own devices may not have."));
        row->confidential = *scope;
        if (const auto put = store.put_device(*row); !put)
            return ready(store_error(put.error()));
        directory.put(*row);
        if (const auto told = audit(context.user->name,
                                    "device.confidential " + event + "/" + device + " " + (scope->empty() ? "none" : *scope));
            !told)
            return ready(store_error(told.error()));
    }
    log("device.confidential", {{"event", event}, {"device", device}});
    return ready(json({{"event", event}, {"device", device}, {"sessions", *scope}}));
}

Api::Prepared Api::Impl::post_code(Context& context) {
    const auto body = core::parse_json(context.request.body.empty() ? "{}" : context.request.body);
    core::JsonFields fields(body, "code");
    const auto event = fields.text("event");
    const bool for_hub = fields.boolean("for_hub", false);
    const auto sessions = fields.text("sessions");
    if (const auto read = fields.status(); !read)
        return ready(error(400, "malformed", read.error().context));
    const auto scope = parse_scope(sessions);
    if (!scope)
        return ready(error(422, "sessions", "Ids of at most 100 sessions with commas, or * for all, or nothing."));
    const auto code = make_code(event, for_hub, *scope);
    if (!code)
        return ready(code.error().code == ErrorCode::Invalid ? error(422, "event", code.error().context)
                                                             : store_error(code.error()));
    {
        const std::lock_guard lock(writer);
        if (const auto told = audit(context.user->name, "code.made " + event + (scope->empty() ? "" : " sessions " + *scope));
            !told)
            return ready(store_error(told.error()));
    }
    const auto parsed = protocol::decode_enrolment_code(*code);
    return ready(json({{"text", *code},
                       {"code", parsed ? parsed->code : std::string()},
                       {"url", options.hub_url},
                       {"expires_ms", clock.now().unix_ms + options.code_lifetime_ms}}));
}

Api::Prepared Api::Impl::get_quarantine(Context& context) {
    const auto after = context.number("after");
    const auto limit = context.number("limit");
    if (!after || !limit)
        return ready(error(400, "query", "after and limit are whole numbers."));
    const auto entries = store.quarantine(after->value_or(0), static_cast<std::size_t>(std::clamp<std::uint64_t>(
                                                                   limit->value_or(max_page), 1, max_page)));
    const auto count = store.quarantine_count();
    if (!entries || !count)
        return ready(store_error(entries ? count.error() : entries.error()));
    // What came is shown as it came, so it may name people: not to everybody who may look.
    const bool raw = is_organizer(context) && context.text("raw") == "1";
    Json list = Json::array();
    std::size_t size = 0;
    auto next = after->value_or(0);
    for (const auto& entry : *entries) {
        Json row{{"number", entry.number}, {"event", entry.event},     {"via", entry.via},
                 {"claimed", entry.claimed}, {"verdict", entry.verdict}, {"at_ms", entry.at_ms},
                 {"bytes", entry.raw.size()}};
        if (raw) {
            size += entry.raw.size();
            if (size > page_bytes && !list.empty())
                break;
            row["raw"] = entry.raw;
        }
        list.push_back(std::move(row));
        next = entry.number;
    }
    return ready(json({{"entries", std::move(list)}, {"count", *count}, {"next", next}}));
}

Api::Prepared Api::Impl::get_audit(Context& context) {
    const auto limit = context.number("limit");
    if (!limit)
        return ready(error(400, "query", "limit is a whole number."));
    const auto rows = store.audit_log(static_cast<std::size_t>(std::clamp<std::uint64_t>(limit->value_or(max_page), 1, 1000)));
    if (!rows)
        return ready(store_error(rows.error()));
    Json list = Json::array();
    for (const auto& row : *rows)
        list.push_back({{"at_ms", row.at_ms}, {"who", row.who}, {"what", row.what}});
    return ready(json({{"entries", std::move(list)}}));
}

} // namespace kiosk::sync::hub
