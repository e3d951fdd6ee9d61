// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/event_file.hpp"

#include "core/json_depth.hpp"
#include "crypto/crypto.hpp"

#include <array>

namespace kiosk::wiring {

using core::ErrorCode;
using core::fail;
using core::Result;
using core::Status;
using Names = std::set<std::string, std::less<>>;

std::unexpected<core::Error> wrong(std::string what) {
    return fail(ErrorCode::Invalid, "error.scenario", std::move(what));
}

Status only_keys(const Json& object, const Names& allowed, const std::string& where) {
    if (!object.is_object())
        return wrong(where + " must be an object");
    for (const auto& [key, value] : object.items())
        if (!allowed.contains(key))
            return wrong(where + " has an unknown key \"" + key + "\"");
    return {};
}

Status check_text(const Json& step, const char* name, const std::string& where) {
    const auto found = step.find(name);
    if (found != step.end() && !found->is_null() && !found->is_string())
        return wrong(where + "." + name + " must be a text");
    return {};
}

namespace {

struct SeedKind {
    const char* list;   // name in the file
    const char* entity; // of the configuration document
    Names keys;
};

const std::vector<SeedKind>& seed_kinds() {
    static const std::vector<SeedKind> kinds{
        {"ticket_types", "ticket_type", {"id", "name_zh", "name_en"}},
        {"sessions",
         "session",
         {"id", "kind", "starts", "ends", "capacity", "minimum", "nda", "title_zh", "title_en", "public_title_zh",
          "public_title_en", "room_zh", "room_en", "host", "host_org", "note_taker", "level", "nda_text_zh", "nda_text_en",
          "nda_version", "rivals"}},
        {"checkpoints",
         "checkpoint",
         {"id", "name", "name_zh", "name_en", "scope", "session", "ticket_types", "allow_reentry", "allow_multiple",
          "include_unpaid", "capacity", "closed", "rules"}},
        {"questions",
         "question",
         {"id", "type", "required", "ask_at", "ticket_types", "text_zh", "text_en", "options", "columns", "min", "max",
          "depends_on"}},
        {"staff", "staff", {"id", "roles", "name", "pin"}},
        {"units",
         "unit",
         {"id", "kind", "seats", "slots", "label", "label_zh", "label_en", "owner_org", "host", "kiosk"}},
    };
    return kinds;
}

// Takes out of a session what only the devices get that need it. Of a session that is open there is no such thing but its
// title, which stays.
Status take_private_part(Json& session, const std::string& where, std::vector<core::PrivateSession>& parts) {
    constexpr std::array<const char*, 8> texts{"host", "host_org", "note_taker", "level", "nda_text_zh", "nda_text_en",
                                               "nda_version", "rivals"};
    const bool closed = session.value("kind", "") == "closed_door";
    for (const auto* name : texts)
        if (!closed && session.contains(name))
            return wrong(where + "." + name + " is for sessions of the kind closed_door");
    if (!closed)
        return {};
    core::PrivateSession part;
    part.session = session.value("id", "");
    part.title = {session.value("title_zh", ""), session.value("title_en", "")};
    part.host = session.value("host", "");
    part.host_org = session.value("host_org", "");
    part.note_taker = session.value("note_taker", "");
    part.nda_text = {session.value("nda_text_zh", ""), session.value("nda_text_en", "")};
    part.nda_version = session.value("nda_version", "");
    part.rivals = session.value("rivals", std::vector<std::string>());
    const auto level = core::parse_confidentiality(session.value("level", "confidential"));
    if (!level)
        return wrong(where + ".level must be internal, confidential or strict");
    part.level = *level;
    std::size_t erased = session.erase("title_zh") + session.erase("title_en");
    for (const auto* name : texts)
        erased += session.erase(name);
    if (erased > 0)
        parts.push_back(std::move(part));
    return {};
}

Status read_documents(const Json& seed, std::vector<core::ConfigDocument>& documents,
                      std::vector<core::PrivateSession>& private_sessions) {
    auto event = seed.at("event");
    KIOSK_CHECK(only_keys(event,
                          {"code", "type", "addons", "starts", "ends", "admission", "timezone", "capacity", "settings",
                           "title_zh", "title_en", "venue_zh", "venue_en", "agenda", "closed"},
                          "seed.event"));
    for (const auto* name : {"code", "type", "starts", "timezone"})
        if (!event.contains(name))
            return wrong(std::string("seed.event needs \"") + name + "\"");
    documents.push_back({"event", "event", event.dump()});
    for (const auto& kind : seed_kinds()) {
        if (!seed.contains(kind.list))
            continue;
        if (!seed.at(kind.list).is_array())
            return wrong(std::string("seed.") + kind.list + " must be a list");
        Names ids;
        for (auto item : seed.at(kind.list)) {
            const auto where = std::string("seed.") + kind.list + "[" + std::to_string(ids.size()) + "]";
            KIOSK_CHECK(only_keys(item, kind.keys, where));
            if (!item.contains("id") || !item.at("id").is_string())
                return wrong(where + " needs \"id\"");
            const auto id = item.at("id").get<std::string>();
            if (!ids.insert(id).second)
                return wrong(where + ": the id \"" + id + "\" is there twice");
            item.erase("pin"); // never into a document in the clear
            if (std::string_view(kind.entity) == "session")
                KIOSK_CHECK(take_private_part(item, where, private_sessions));
            item["order"] = documents.size();
            documents.push_back({kind.entity, id, item.dump()});
        }
    }
    return {};
}

Result<core::Registration> read_registration(const Json& json, std::size_t index) {
    const auto where = "seed.registrations[" + std::to_string(index) + "]";
    KIOSK_CHECK(only_keys(json,
                          {"ticket", "ticket_type", "variation", "status", "name", "phone", "organisation", "email",
                           "title", "valid_from", "valid_until", "blocked", "approved", "answers", "consents"},
                          where));
    const auto text = [&](const char* name) {
        return json.contains(name) && json.at(name).is_string() ? json.at(name).get<std::string>() : std::string();
    };
    for (const auto* name : {"ticket", "ticket_type", "variation", "status", "name", "phone", "organisation", "email",
                             "title", "valid_from", "valid_until"})
        KIOSK_CHECK(check_text(json, name, where));
    for (const auto* name : {"blocked", "approved"})
        if (json.contains(name) && !json.at(name).is_boolean())
            return wrong(where + "." + name + " must be true or false");
    core::Registration registration;
    registration.ticket = text("ticket");
    if (registration.ticket.empty())
        return wrong(where + " needs \"ticket\"");
    registration.ticket_type = text("ticket_type");
    if (!text("variation").empty())
        registration.variation = text("variation");
    if (json.contains("status")) {
        const auto status = core::parse_registration_status(text("status"));
        if (!status)
            return wrong(where + ".status is unknown");
        registration.status = *status;
    }
    registration.person = {text("name"), text("phone"), text("email"), text("organisation"), text("title")};
    for (const auto& [name, target] : {std::pair{"valid_from", &registration.valid_from},
                                       std::pair{"valid_until", &registration.valid_until}})
        if (!text(name).empty()) {
            const auto at = core::parse_rfc3339(text(name));
            if (!at)
                return wrong(where + "." + name + " must be a time such as 2026-11-20T13:05:00+08:00");
            *target = *at;
        }
    registration.blocked = json.value("blocked", false);
    registration.approved = json.value("approved", true);
    if (json.contains("answers")) {
        KIOSK_TRY(registration.answers, core::parse_answers(json.at("answers").dump()));
    }
    if (json.contains("consents")) {
        KIOSK_TRY(registration.consents, core::parse_consents(json.at("consents").dump()));
    }
    return registration;
}

Result<std::string> key_bytes(const Json& key, const char* name, const std::string& where) {
    if (!key.contains(name) || key.at(name).is_null())
        return std::string();
    auto bytes = key.at(name).is_string() ? crypto::base64_decode(key.at(name).get<std::string>())
                                          : Result<std::string>(wrong(name));
    if (!bytes || bytes->size() != 32)
        return wrong(where + "." + name + " must be 32 bytes in Base64");
    return bytes;
}

Result<core::SigningKey> read_key(const Json& json, std::size_t index) {
    const auto where = "seed.keys[" + std::to_string(index) + "]";
    KIOSK_CHECK(only_keys(json, {"id", "ed25519_public", "ed25519_seed"}, where));
    if (!json.contains("id") || !json.at("id").is_number_integer())
        return wrong(where + ".id must be a number");
    core::SigningKey key;
    key.id = json.at("id").get<int>();
    KIOSK_TRY(key.ed25519_public, key_bytes(json, "ed25519_public", where));
    KIOSK_TRY(key.ed25519_seed, key_bytes(json, "ed25519_seed", where));
    if (key.ed25519_public.empty() && !key.ed25519_seed.empty()) {
        KIOSK_TRY(key.ed25519_public, crypto::public_key_of(key.ed25519_seed));
    }
    if (key.ed25519_public.empty())
        return wrong(where + " needs \"ed25519_public\"");
    return key;
}

Result<core::Invitation> read_invitation(const Json& json, std::size_t index) {
    const auto where = "seed.invitations[" + std::to_string(index) + "]";
    KIOSK_CHECK(only_keys(json, {"session", "ticket", "role", "status", "nda_signed"}, where));
    for (const auto* name : {"session", "ticket", "role", "status"})
        KIOSK_CHECK(check_text(json, name, where));
    core::Invitation invitation;
    invitation.session = json.value("session", "");
    invitation.ticket = json.value("ticket", "");
    invitation.role = json.value("role", "guest");
    if (json.contains("nda_signed") && !json.at("nda_signed").is_boolean())
        return wrong(where + ".nda_signed must be true or false");
    invitation.nda_signed = json.value("nda_signed", false);
    const auto status = core::parse_invitation_status(json.value("status", "draft"));
    if (!status || invitation.session.empty() || invitation.ticket.empty())
        return wrong(where + " needs a session, a ticket and a known status");
    invitation.status = *status;
    return invitation;
}

template <typename T>
Status read_list(const Json& seed, const char* name, std::vector<T>& items, Result<T> (*read)(const Json&, std::size_t)) {
    if (!seed.contains(name))
        return {};
    if (!seed.at(name).is_array())
        return wrong(std::string("seed.") + name + " must be a list");
    for (const auto& json : seed.at(name)) {
        KIOSK_TRY(auto item, read(json, items.size()));
        items.push_back(std::move(item));
    }
    return {};
}

Result<std::string> read_revoked(const Json& json, std::size_t) {
    if (!json.is_string())
        return wrong("seed.revoked must be a list of codes");
    return json.get<std::string>();
}

Status check_slots(const Json& unit) {
    for (const auto& slot : unit.value("slots", Json::array()))
        KIOSK_CHECK(only_keys(slot, {"id", "starts", "ends", "blocked"}, "seed.units.slots"));
    return {};
}

// What only scenarios have; its shape is checked so that a typo is found everywhere.
Status check_slots_and_leases(const Json& seed) {
    for (const auto& unit : seed.value("units", Json::array()))
        KIOSK_CHECK(check_slots(unit));
    if (seed.contains("leases") && seed.at("leases").is_null())
        return {};
    const auto leases = seed.value("leases", Json::object());
    for (const auto& [device, lease] : leases.items())
        KIOSK_CHECK(only_keys(lease, {"units", "people", "seats"}, "seed.leases." + device));
    return {};
}

Status read_into(const Json& seed, EventFile& file) {
    KIOSK_CHECK(only_keys(seed,
                          {"event", "ticket_types", "sessions", "checkpoints", "registrations", "revoked", "keys",
                           "questions", "units", "invitations", "staff", "leases"},
                          "seed"));
    if (!seed.contains("event"))
        return wrong("seed needs \"event\"");
    std::vector<core::ConfigDocument> documents;
    KIOSK_CHECK(read_documents(seed, documents, file.private_sessions));
    KIOSK_TRY(file.config, core::assemble_config(documents));
    for (const auto& member : seed.value("staff", Json::array()))
        if (member.contains("pin"))
            file.pins[member.at("id").get<std::string>()] = member.at("pin").get<std::string>();
    for (const auto& door : file.config.checkpoints)
        if (door.session && !file.config.session(*door.session))
            return wrong("seed.checkpoints: \"" + door.id + "\" names a session that the seed does not have");
    KIOSK_CHECK(read_list(seed, "registrations", file.registrations, &read_registration));
    KIOSK_CHECK(read_list(seed, "revoked", file.revoked, &read_revoked));
    KIOSK_CHECK(read_list(seed, "keys", file.config.keys, &read_key));
    KIOSK_CHECK(read_list(seed, "invitations", file.invitations, &read_invitation));
    return check_slots_and_leases(seed);
}

} // namespace

Result<EventFile> read_event_file(const Json& seed) {
    // A value of another type than expected shows as an exception of the JSON library.
    try {
        EventFile file;
        KIOSK_CHECK(read_into(seed, file));
        return file;
    } catch (const Json::exception& error) {
        return wrong(error.what());
    }
}

Result<EventFile> parse_event_file(std::string_view text) {
    if (!core::json_nests_within(text))
        return wrong("it is nested too deeply");
    try {
        auto json = Json::parse(text);
        if (json.is_object()) {
            json.erase("format");
            json.erase("demo"); // what a demonstration adds: a roster, codes of other events
        }
        return read_event_file(json);
    } catch (const Json::exception& error) {
        return wrong(error.what());
    }
}

Result<core::Registration> parse_registration(const Json& json) {
    try {
        return read_registration(json, 0);
    } catch (const Json::exception& error) {
        return wrong(error.what());
    }
}

Result<core::ConfigDocument> parse_unit(const Json& json) {
    try {
        const auto kind = std::ranges::find(seed_kinds(), std::string_view("units"), &SeedKind::list);
        KIOSK_CHECK(only_keys(json, kind->keys, "unit"));
        KIOSK_CHECK(check_slots(json));
        core::ConfigDocument document{kind->entity, json.value("id", ""), json.dump()};
        if (document.id.empty())
            return wrong("unit needs \"id\"");
        return document;
    } catch (const Json::exception& error) {
        return wrong(error.what());
    }
}

} // namespace kiosk::wiring
