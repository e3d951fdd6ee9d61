// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/requests.hpp"

#include "core/records.hpp"
#include "plugin_host/json_reader.hpp"

namespace kiosk::plugin_host {

namespace {

constexpr std::size_t max_settings_bytes = 64u << 10;
constexpr std::size_t max_history = 100;
constexpr std::size_t max_agenda = 200;

Json moment(core::Instant at, const core::TimeZone& zone) {
    return {{"unix_ms", at.unix_ms}, {"local", zone.rfc3339(at)}};
}

Json optional_moment(const std::optional<core::Instant>& at, const core::TimeZone& zone) {
    return at ? moment(*at, zone) : Json(nullptr);
}

Json text(const core::LocalText& both) {
    return {{"zh", both.zh}, {"en", both.en}};
}

Json answers_json(const core::Answers& answers) {
    Json json = Json::object();
    for (const auto& [id, answer] : answers)
        std::visit([&, &key = id](const auto& value) { json[key] = value; }, answer);
    return json;
}

Json holder(const core::Registration* registration, const core::Answers& visible) {
    if (registration == nullptr)
        return {{"role", "attendee"}, {"ticket_type", ""},         {"source", nullptr},
                {"in_roster", false}, {"has_organisation", false}, {"answers", answers_json(visible)}};
    return {{"role", registration->event_role},
            {"ticket_type", registration->ticket_type},
            {"source", core::to_string(registration->source)},
            {"in_roster", true},
            {"has_organisation", !registration->person.organisation.empty()},
            {"answers", answers_json(visible)}};
}

const char* scope_name(core::Scope scope) {
    switch (scope) {
    case core::Scope::Event:
        return "event";
    case core::Scope::Day:
        return "day";
    case core::Scope::Session:
        return "session";
    }
    return "event";
}

Json checkpoint(const core::Checkpoint& door, const core::EventConfig& config) {
    Json json = {{"id", door.id},
                 {"scope", scope_name(door.scope)},
                 {"session", door.session ? Json(*door.session) : Json(nullptr)}};
    const auto* session = door.session ? config.session(*door.session) : nullptr;
    if (session != nullptr)
        json["session_kind"] = session->kind;
    return json;
}

// Names come from imported files; what is not UTF-8 is replaced rather than thrown about.
std::string dump(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// {"event": …} and the rest, without parsing the event's JSON again.
std::string with_event(std::string_view event, const Json& rest) {
    std::string request = R"({"event":)";
    request += event;
    if (!rest.empty()) {
        request += ',';
        request += std::string_view(dump(rest)).substr(1);
        return request;
    }
    return request += '}';
}

bool same(const core::LocalText& a, const core::LocalText& b) {
    return a.zh == b.zh && a.en == b.en;
}

// In all that encode() writes.
bool same(const core::Event& a, const core::Event& b) {
    return a.code == b.code && a.type == b.type && a.addons == b.addons && same(a.title, b.title) &&
           same(a.venue, b.venue) && a.starts == b.starts && a.ends == b.ends && a.admission == b.admission &&
           a.timezone.name() == b.timezone.name() && a.settings == b.settings;
}

core::Result<Json> settings_of(const core::Event& event) {
    if (event.settings.empty())
        return Json::object();
    return read_document(event.settings, max_settings_bytes, "error.event_settings", event.code,
                         [](const Json& json) -> Json {
                             if (!json.is_object())
                                 throw Malformed{"settings", "must be an object"};
                             return json;
                         });
}

core::Result<std::string> event_json(const core::Event& event) {
    KIOSK_TRY(Json settings, settings_of(event));
    return dump({{"code", event.code},
                 {"type", event.type},
                 {"addons", event.addons},
                 {"title", text(event.title)},
                 {"venue", text(event.venue)},
                 {"starts", moment(event.starts, event.timezone)},
                 {"ends", optional_moment(event.ends, event.timezone)},
                 {"admission", optional_moment(event.admission, event.timezone)},
                 {"settings", std::move(settings)}});
}

} // namespace

const core::Result<std::string>& EventEncoder::encode(const core::Event& event) {
    if (!m_filled || !same(m_event, event)) {
        m_json = event_json(event);
        m_event = event;
        m_filled = true;
    }
    return m_json;
}

std::string decide_request(std::string_view event, const core::PluginQuery& query, const core::Answers& visible) {
    const core::TimeZone& zone = query.config->event.timezone;
    Json history = Json::array();
    if (query.history != nullptr) {
        const auto& all = *query.history;
        for (std::size_t i = all.size() - std::min(all.size(), max_history); i < all.size(); ++i)
            history.push_back({{"direction", all[i].direction == core::Direction::Entry ? "entry" : "exit"},
                               {"at", moment(all[i].at, zone)}});
    }
    return with_event(event, {{"now", moment(query.request->at, zone)},
                              {"checkpoint", checkpoint(*query.checkpoint, *query.config)},
                              {"gate", query.request->gate},
                              {"holder", holder(query.registration, visible)},
                              {"history", std::move(history)}});
}

std::string form_request(std::string_view event, std::string_view form) {
    return with_event(event, {{"form", form}});
}

std::string validate_request(std::string_view event, std::string_view form, const core::Answers& visible) {
    return with_event(event, {{"form", form}, {"answers", answers_json(visible)}});
}

std::string welcome_request(std::string_view event, const core::Event& source, const core::Registration* registration,
                            core::Instant now, const core::Answers& visible) {
    std::vector<const core::AgendaItem*> in_order;
    for (const core::AgendaItem& item : source.agenda)
        in_order.push_back(&item);
    std::stable_sort(in_order.begin(), in_order.end(),
                     [](const auto* a, const auto* b) { return a->starts < b->starts; });
    Json agenda = Json::array();
    for (const core::AgendaItem* item : in_order) {
        if (item->ends < now) // what is over is no matter for somebody who arrives
            continue;
        agenda.push_back({{"kind", item->kind},
                          {"title", text(item->title)},
                          {"room", text(item->room)},
                          {"starts", moment(item->starts, source.timezone)},
                          {"ends", moment(item->ends, source.timezone)}});
        if (agenda.size() == max_agenda)
            break;
    }
    return with_event(event, {{"now", moment(now, source.timezone)},
                              {"agenda", std::move(agenda)},
                              {"holder", holder(registration, visible)}});
}

std::string agenda_request(std::string_view event, bool full_day) {
    return with_event(event, {{"length", full_day ? "full_day" : "half_day"}});
}

std::string report_request(std::string_view event) {
    return with_event(event, Json::object());
}

std::string resources_request(std::string_view event) {
    return with_event(event, Json::object());
}

std::string migrate_request(std::int64_t from, std::int64_t to, std::string_view form, const core::Answers& visible) {
    return dump({{"from", from}, {"to", to}, {"form", form}, {"answers", answers_json(visible)}});
}

core::Answers visible_answers(const Manifest& manifest, const core::Answers& answers,
                              const std::map<std::string, std::string, std::less<>>& renamed) {
    core::Answers visible;
    for (const auto& [id, answer] : answers)
        if (manifest.reads_answer(id) && !renamed.contains(id))
            visible.emplace(id, answer);
    for (const auto& [own, kept] : renamed)
        if (const auto answer = answers.find(kept); answer != answers.end() && manifest.reads_answer(own))
            visible.emplace(own, answer->second);
    return visible;
}

} // namespace kiosk::plugin_host
