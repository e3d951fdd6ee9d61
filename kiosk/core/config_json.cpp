// SPDX-License-Identifier: Apache-2.0
// The configuration of an event as JSON documents, in the shape of a scenario file's seed: what `config.set`
// operations carry, what demo files hold, what scenario files begin with.
#include "core/closed_sessions.hpp"
#include "core/json_words.hpp"
#include "core/question_json.hpp"
#include "core/records.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace kiosk::core {

namespace {

constexpr std::int64_t max_unit_seats = 1000;
constexpr std::size_t max_unit_slots = 500;
constexpr std::size_t max_units = 2000;

constexpr Words<Scope, 3> scopes{{{Scope::Event, "event"}, {Scope::Day, "day"}, {Scope::Session, "session"}}};
constexpr Words<SessionState, 5> session_states{{{SessionState::Draft, "draft"},
                                                 {SessionState::Submitted, "submitted"},
                                                 {SessionState::Approved, "approved"},
                                                 {SessionState::Rejected, "rejected"},
                                                 {SessionState::Locked, "locked"}}};
constexpr Words<InvitationStatus, 5> invitation_statuses{{{InvitationStatus::Draft, "draft"},
                                                          {InvitationStatus::Approved, "approved"},
                                                          {InvitationStatus::Accepted, "accepted"},
                                                          {InvitationStatus::Declined, "declined"},
                                                          {InvitationStatus::Revoked, "revoked"}}};

// JsonFields::word takes a plain function; these bind the tables above.
std::optional<Scope> parse_scope(std::string_view text) { return value_of(scopes, text); }
std::optional<SessionState> parse_session_state(std::string_view text) { return value_of(session_states, text); }

std::optional<std::int64_t> capacity_of(JsonFields& fields) {
    const auto capacity = fields.optional_integer("capacity");
    if (capacity && *capacity < 0)
        fields.problem("capacity", "must not be negative");
    return capacity;
}

Result<Event> read_event(const Json& json) {
    JsonFields fields(json, "event");
    Event event;
    event.code = fields.required_text("code");
    event.type = fields.required_text("type");
    event.addons = fields.texts("addons");
    event.title = fields.local_text("title");
    event.venue = fields.local_text("venue");
    if (!fields.has("starts"))
        fields.problem("starts", "is missing");
    event.starts = fields.optional_instant("starts").value_or(Instant{});
    event.ends = fields.optional_instant("ends");
    event.admission = fields.optional_instant("admission");
    event.capacity = capacity_of(fields);
    event.closed = fields.boolean("closed", false);
    auto zone = TimeZone::create(fields.required_text("timezone"));
    if (!zone)
        fields.problem("timezone", "is not a known time zone such as Asia/Shanghai");
    else
        event.timezone = std::move(*zone);
    if (fields.has("settings") && !fields.raw("settings").is_object())
        fields.problem("settings", "must be an object");
    event.settings = fields.has("settings") ? fields.raw("settings").dump() : "{}";
    if (fields.has("settings") && fields.raw("settings").is_object()) {
        JsonFields settings(fields.raw("settings"), "event.settings");
        event.required_consents = settings.texts("required_consents");
        KIOSK_CHECK(settings.status());
    }
    if (fields.has("agenda") && !fields.raw("agenda").is_array())
        fields.problem("agenda", "must be a list");
    else
        for (const auto& item : fields.raw("agenda")) {
            JsonFields line(item, "event.agenda");
            AgendaItem agenda{line.text("kind"), line.local_text("title"), line.local_text("room"),
                              line.optional_instant("starts").value_or(event.starts),
                              line.optional_instant("ends").value_or(event.starts)};
            KIOSK_CHECK(line.status());
            event.agenda.push_back(std::move(agenda));
        }
    KIOSK_CHECK(fields.status());
    return event;
}

Json write_event(const Event& event) {
    const auto time = [&](Instant at) { return event.timezone.rfc3339(at); };
    Json json{{"code", event.code},
              {"type", event.type},
              {"addons", event.addons},
              {"starts", time(event.starts)},
              {"timezone", event.timezone.name()},
              {"closed", event.closed},
              {"title_zh", event.title.zh},
              {"title_en", event.title.en},
              {"venue_zh", event.venue.zh},
              {"venue_en", event.venue.en}};
    if (event.ends)
        json["ends"] = time(*event.ends);
    if (event.admission)
        json["admission"] = time(*event.admission);
    if (event.capacity)
        json["capacity"] = *event.capacity;
    auto settings = parse_json(event.settings);
    json["settings"] = settings.is_object() ? std::move(settings) : Json::object();
    json["agenda"] = Json::array();
    for (const auto& item : event.agenda)
        json["agenda"].push_back({{"kind", item.kind},
                                  {"title_zh", item.title.zh},
                                  {"title_en", item.title.en},
                                  {"room_zh", item.room.zh},
                                  {"room_en", item.room.en},
                                  {"starts", time(item.starts)},
                                  {"ends", time(item.ends)}});
    return json;
}

Result<TicketType> read_ticket_type(const Json& json) {
    JsonFields fields(json, "ticket_type");
    TicketType type{fields.required_text("id"), fields.local_text("name")};
    KIOSK_CHECK(fields.status());
    return type;
}

Result<Session> read_session(const Json& json) {
    JsonFields fields(json, "session");
    Session session;
    session.id = fields.required_text("id");
    session.kind = fields.text("kind", "plenary");
    session.title = fields.local_text("title");
    session.public_title = fields.local_text("public_title");
    session.room = fields.local_text("room");
    session.starts = fields.optional_instant("starts");
    session.ends = fields.optional_instant("ends");
    session.capacity = capacity_of(fields);
    session.minimum = fields.optional_integer("minimum");
    if (session.minimum && *session.minimum < 0)
        fields.problem("minimum", "must not be negative");
    session.nda = fields.boolean("nda", false);
    session.state = fields.word("state", SessionState::Draft, &parse_session_state);
    KIOSK_CHECK(fields.status());
    return session;
}

Json write_session(const Session& session, const TimeZone& zone) {
    Json json{{"id", session.id},
              {"kind", session.kind},
              {"nda", session.nda},
              {"state", word_of(session_states, session.state)},
              {"public_title_zh", session.public_title.zh},
              {"public_title_en", session.public_title.en}};
    // Documents reach every kiosk: what a session behind closed doors is about is in none of them.
    if (!session.is_closed_door()) {
        json["title_zh"] = session.title.zh;
        json["title_en"] = session.title.en;
    }
    if (!session.room.zh.empty() || !session.room.en.empty()) {
        json["room_zh"] = session.room.zh;
        json["room_en"] = session.room.en;
    }
    if (session.minimum)
        json["minimum"] = *session.minimum;
    if (session.starts)
        json["starts"] = zone.rfc3339(*session.starts);
    if (session.ends)
        json["ends"] = zone.rfc3339(*session.ends);
    if (session.capacity)
        json["capacity"] = *session.capacity;
    return json;
}

Result<Checkpoint> read_checkpoint(const Json& json) {
    JsonFields fields(json, "checkpoint");
    Checkpoint door;
    door.id = fields.required_text("id");
    door.name = fields.local_text("name");
    if (fields.has("name")) // the scenario format's one-language name
        door.name.zh = fields.text("name");
    door.scope = fields.word("scope", Scope::Event, &parse_scope);
    door.session = fields.optional_text("session");
    door.ticket_types = fields.optional_texts("ticket_types");
    door.allow_reentry = fields.boolean("allow_reentry", false);
    door.allow_multiple = fields.boolean("allow_multiple", false);
    door.include_unpaid = fields.boolean("include_unpaid", false);
    door.capacity = capacity_of(fields);
    door.closed = fields.boolean("closed", false);
    if (fields.has("rules"))
        door.rules = fields.raw("rules").dump();
    KIOSK_CHECK(fields.status());
    return door;
}

Json write_checkpoint(const Checkpoint& door) {
    Json json{{"id", door.id},
              {"name_zh", door.name.zh},
              {"name_en", door.name.en},
              {"scope", word_of(scopes, door.scope)},
              {"allow_reentry", door.allow_reentry},
              {"allow_multiple", door.allow_multiple},
              {"include_unpaid", door.include_unpaid},
              {"closed", door.closed}};
    if (door.session)
        json["session"] = *door.session;
    if (door.ticket_types)
        json["ticket_types"] = *door.ticket_types;
    if (door.capacity)
        json["capacity"] = *door.capacity;
    if (!door.rules.empty()) {
        auto rules = parse_json(door.rules);
        // Kept as a text, which no rule is: such a door refuses everybody instead of nobody.
        json["rules"] = rules.is_discarded() ? Json(door.rules) : std::move(rules);
    }
    return json;
}

// Checked here, for whoever moves slots on a screen writes the same document: slots of one unit never overlap.
Status check_slots(const BookableUnit& unit) {
    std::vector<const Slot*> in_time;
    std::set<std::string_view> ids;
    for (const auto& slot : unit.slots) {
        if (!ids.insert(slot.id).second)
            return fail(ErrorCode::Invalid, "error.field", "unit " + unit.id + " has the slot " + slot.id + " twice");
        in_time.push_back(&slot);
    }
    std::ranges::sort(in_time, {}, &Slot::starts);
    for (std::size_t i = 1; i < in_time.size(); ++i)
        if (in_time[i]->starts < in_time[i - 1]->ends)
            return fail(ErrorCode::Invalid, "error.field",
                        "unit " + unit.id + ": the slots " + in_time[i - 1]->id + " and " + in_time[i]->id + " overlap");
    return {};
}

Result<BookableUnit> read_unit(const Json& json) {
    JsonFields fields(json, "unit");
    BookableUnit unit;
    unit.id = fields.required_text("id");
    unit.kind = fields.text("kind", "table");
    unit.label = fields.local_text("label");
    if (fields.has("label")) // the scenario format's one-language label
        unit.label.zh = fields.text("label");
    unit.seats = fields.optional_integer("seats").value_or(2);
    if (unit.seats < 1 || unit.seats > max_unit_seats)
        fields.problem("seats", "must be from 1 to 1000");
    unit.owner_org = fields.text("owner_org");
    unit.host = fields.text("host");
    unit.kiosk = fields.text("kiosk");
    for (const auto* text : {&unit.id, &unit.kind, &unit.host, &unit.kiosk})
        if (text->size() > max_uid_bytes)
            fields.problem("id", "is too long, or its kind, host or kiosk is");
    const auto& slots = fields.raw("slots");
    if (!slots.is_null() && (!slots.is_array() || slots.size() > max_unit_slots)) {
        fields.problem("slots", "must be a list of at most 500");
    } else {
        for (const auto& item : slots) {
            JsonFields line(item, "unit.slots");
            const auto second = [](std::optional<Instant> at) { // whole ones, as resources have them
                return Instant{at.value_or(Instant{}).unix_ms / 1000 * 1000};
            };
            Slot slot{line.required_text("id"), second(line.optional_instant("starts")),
                      second(line.optional_instant("ends")), line.boolean("blocked", false)};
            if (slot.id.size() > max_uid_bytes)
                line.problem("id", "is too long");
            if (!line.has("starts") || !line.has("ends") || slot.ends <= slot.starts)
                line.problem(slot.id, "must end after it starts");
            KIOSK_CHECK(line.status());
            unit.slots.push_back(std::move(slot));
        }
    }
    KIOSK_CHECK(fields.status());
    KIOSK_CHECK(check_slots(unit));
    return unit;
}

Json write_unit(const BookableUnit& unit, const TimeZone& zone) {
    Json json{{"id", unit.id}, {"kind", unit.kind}, {"seats", unit.seats}};
    put_text(json, "label_zh", unit.label.zh);
    put_text(json, "label_en", unit.label.en);
    put_text(json, "owner_org", unit.owner_org);
    put_text(json, "host", unit.host);
    put_text(json, "kiosk", unit.kiosk);
    auto& slots = json["slots"] = Json::array();
    for (const auto& slot : unit.slots) {
        slots.push_back({{"id", slot.id}, {"starts", zone.rfc3339(slot.starts)}, {"ends", zone.rfc3339(slot.ends)}});
        if (slot.blocked)
            slots.back()["blocked"] = true;
    }
    return json;
}

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string to_hex(std::string_view bytes) {
    std::string text;
    for (const auto byte : bytes) {
        text += hex_digits[static_cast<std::uint8_t>(byte) >> 4];
        text += hex_digits[static_cast<std::uint8_t>(byte) & 15];
    }
    return text;
}

std::optional<std::string> from_hex(std::string_view text) {
    std::string bytes;
    if (text.size() % 2 != 0)
        return std::nullopt;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = hex_digits.find(text[i]), low = hex_digits.find(text[i + 1]);
        if (high == std::string_view::npos || low == std::string_view::npos)
            return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

// Keys travel as hex inside documents; scenario files write base64, which the caller turns into this.
Result<SigningKey> read_key(const Json& json) {
    JsonFields fields(json, "key");
    const auto id = fields.optional_integer("id");
    const auto public_key = from_hex(fields.text("public"));
    if (!id || *id < 0 || *id > 65535)
        fields.problem("id", "must be a number from 0 to 65535");
    if (!public_key || public_key->size() != 32)
        fields.problem("public", "must be 32 bytes in hex");
    KIOSK_CHECK(fields.status());
    return SigningKey{static_cast<int>(*id), *public_key, {}};
}

Result<StaffMember> read_staff(const Json& json) {
    JsonFields fields(json, "staff");
    StaffMember member{fields.required_text("id"), fields.text("name"), fields.texts("roles"), fields.text("pin_hash")};
    KIOSK_CHECK(fields.status());
    return member;
}

template <typename T>
Status append_parsed(std::vector<T>& items, Result<T> parsed) {
    if (!parsed)
        return std::unexpected(std::move(parsed).error());
    items.push_back(std::move(*parsed));
    return {};
}

} // namespace

std::string_view to_string(SessionState state) { return word_of(session_states, state); }
std::string_view to_string(InvitationStatus status) { return word_of(invitation_statuses, status); }
std::optional<InvitationStatus> parse_invitation_status(std::string_view text) {
    return value_of(invitation_statuses, text);
}

Result<EventConfig> assemble_config(std::span<const ConfigDocument> documents) {
    // Questions and doors are shown in the order in which they were written down, whatever order a store keeps.
    std::vector<std::tuple<std::int64_t, const ConfigDocument*, Json>> ordered;
    for (const auto& document : documents) {
        if (document.entity == "form") // pinned, many and large; who reads answers asks for the one that is needed
            continue;
        auto json = parse_json(document.doc);
        if (!json.is_object())
            return fail(ErrorCode::Corrupt, "error.field", document.entity + "/" + document.id + " is not an object");
        const auto order = json.find("order");
        ordered.emplace_back(order != json.end() && order->is_number_integer() ? order->get<std::int64_t>() : 0,
                             &document, std::move(json));
    }
    std::ranges::stable_sort(ordered, {}, [](const auto& entry) { return std::get<0>(entry); });

    EventConfig config;
    bool have_event = false;
    for (const auto& [order, entry, json] : ordered) {
        const auto& document = *entry;
        if (document.entity == "event") {
            if (have_event)
                return fail(ErrorCode::Conflict, "error.two_events", document.id);
            KIOSK_TRY(config.event, read_event(json));
            have_event = true;
        } else if (document.entity == "ticket_type") {
            KIOSK_CHECK(append_parsed(config.ticket_types, read_ticket_type(json)));
        } else if (document.entity == "session") {
            KIOSK_CHECK(append_parsed(config.sessions, read_session(json)));
        } else if (document.entity == "checkpoint") {
            KIOSK_CHECK(append_parsed(config.checkpoints, read_checkpoint(json)));
        } else if (document.entity == "question") {
            KIOSK_CHECK(append_parsed(config.questions, read_question(json)));
        } else if (document.entity == "key") {
            KIOSK_CHECK(append_parsed(config.keys, read_key(json)));
        } else if (document.entity == "staff") {
            KIOSK_CHECK(append_parsed(config.staff, read_staff(json)));
        } else if (document.entity == "unit") {
            if (config.units.size() == max_units)
                return fail(ErrorCode::TooLarge, "error.field", "there are more than 2000 units");
            KIOSK_CHECK(append_parsed(config.units, read_unit(json)));
        }
        // Entities of a newer version are kept by the store and mean nothing here.
    }
    if (!have_event)
        return fail(ErrorCode::NotFound, "error.no_event");
    return config;
}

std::vector<ConfigDocument> config_documents(const EventConfig& config) {
    std::vector<ConfigDocument> documents;
    const auto add = [&](std::string_view entity, std::string id, Json doc) {
        doc["order"] = documents.size();
        documents.push_back({std::string(entity), std::move(id), doc.dump(-1, ' ', false, Json::error_handler_t::replace)});
    };
    add("event", "event", write_event(config.event));
    for (const auto& type : config.ticket_types)
        add("ticket_type", type.id, {{"id", type.id}, {"name_zh", type.name.zh}, {"name_en", type.name.en}});
    for (const auto& session : config.sessions)
        add("session", session.id, write_session(session, config.event.timezone));
    for (const auto& door : config.checkpoints)
        add("checkpoint", door.id, write_checkpoint(door));
    for (const auto& question : config.questions)
        add("question", question.id, write_question(question));
    // A seed never goes into a document: documents reach every kiosk, and a kiosk only verifies.
    for (const auto& key : config.keys)
        add("key", std::to_string(key.id), {{"id", key.id}, {"public", to_hex(key.ed25519_public)}});
    for (const auto& member : config.staff)
        add("staff", member.id,
            {{"id", member.id}, {"name", member.name}, {"roles", member.roles}, {"pin_hash", member.pin_hash}});
    for (const auto& unit : config.units)
        add("unit", unit.id, write_unit(unit, config.event.timezone));
    return documents;
}

} // namespace kiosk::core
