// SPDX-License-Identifier: Apache-2.0
#include "main/replay/scenario.hpp"

#include "core/json_depth.hpp"

#include <algorithm>
#include <set>

namespace kiosk::replay {

namespace {

using core::ErrorCode;
using core::fail;
using core::Result;
using core::Status;
using wiring::check_text;
using wiring::only_keys;
using wiring::wrong;
using Names = std::set<std::string, std::less<>>;

// ---- what each step may say, and what may be expected of it (scenario.md, "Steps") ----

struct StepKind {
    Names required;
    Names optional;
    Names expected;
};

const std::map<std::string, StepKind, std::less<>>& step_kinds() {
    static const std::map<std::string, StepKind, std::less<>> kinds{
        {"scan",
         {{"device", "checkpoint"},
          {"code", "sign", "direction", "answers", "consents", "key", "override", "ignore_unpaid"},
          {"outcome", "reason", "name", "first_at", "questions", "explanation", "pending_ops"}}},
        {"undo", {{"device", "checkpoint", "code"}, {"staff"}, {"outcome", "reason"}}},
        {"search", {{"device", "query"}, {}, {"count", "first", "refused"}}},
        {"walk_in",
         {{"device", "checkpoint", "person"}, {"answers", "consents", "as"}, {"outcome", "reason", "ticket"}}},
        {"book",
         {{"device", "unit", "participants"}, {"slot", "purpose", "topic", "as"}, {"status", "reason", "booking"}}},
        {"cancel", {{"device", "booking"}, {"staff"}, {"status", "reason"}}},
        {"start", {{"device", "booking"}, {"staff"}, {"status", "reason"}}},
        {"finish", {{"device", "booking"}, {"staff"}, {"status", "reason"}}},
        {"session",
         {{"device", "session", "action"}, {"staff", "ticket", "role", "text"}, {"status", "reason"}}},
        {"change", {{}, {"registration", "revoke", "unit"}, {}}},
        {"partition", {{"devices"}, {"kind"}, {}}},
        {"heal", {{"devices"}, {}, {}}},
        {"sync", {{"devices"}, {}, {"pushed", "pulled", "pending_ops"}}},
        {"crash", {{"device"}, {"lose_unsynced"}, {}}},
        {"restore_backup", {{}, {"device", "hub", "to_step"}, {}}},
        {"clock", {{"device", "shift_s"}, {}, {}}},
        {"check", {{}, {}, {"admitted", "duplicates", "bookings", "conflicts", "converged", "chain_ok"}}},
    };
    return kinds;
}

const Names counted{"pending_ops", "count", "pushed", "pulled", "duplicates", "conflicts"};

Status check_count(const Json& value, const std::string& where) {
    if (value.is_number_integer())
        return {};
    KIOSK_CHECK(only_keys(value, {"min", "max"}, where));
    if (value.empty())
        return wrong(where + " needs min or max");
    for (const auto& [key, bound] : value.items())
        if (!bound.is_number_integer())
            return wrong(where + "." + key + " must be a whole number");
    return {};
}

Status check_expectations(const Json& expect, const StepKind& kind, const std::string& where) {
    KIOSK_CHECK(only_keys(expect, kind.expected, where));
    for (const auto& [key, value] : expect.items()) {
        const auto place = where + "." + key;
        if (counted.contains(key)) {
            KIOSK_CHECK(check_count(value, place));
        } else if (key == "admitted" || key == "bookings") {
            if (!value.is_object())
                return wrong(place + " must be an object");
            for (const auto& [name, count] : value.items())
                KIOSK_CHECK(check_count(count, place + "." + name));
        } else if (key == "first_at" && !value.is_null()) {
            if (!value.is_string() || !core::parse_rfc3339(value.get<std::string>()))
                return wrong(place + " must be a time such as 2026-11-20T13:05:00+08:00");
        } else if (key == "outcome" || key == "reason" || key == "status" || key == "name" || key == "first") {
            if (!value.is_null() && !value.is_string())
                return wrong(place + " must be a text or null");
        } else if (key == "refused" || key == "converged" || key == "chain_ok") {
            if (!value.is_boolean())
                return wrong(place + " must be true or false");
        } else if (key == "questions") {
            if (!value.is_array())
                return wrong(place + " must be a list of question ids");
        }
    }
    return {};
}

Status check_device_list(const Json& step, const Names& devices, const std::string& where) {
    const auto& list = step.at("devices");
    if (list == "all")
        return {};
    if (!list.is_array())
        return wrong(where + ".devices must be a list or \"all\"");
    for (const auto& item : list)
        if (!item.is_string() || !devices.contains(item.get<std::string>()))
            return wrong(where + ".devices names " + item.dump() + ", which is not a device of this scenario");
    return {};
}

Status check_scan(const Json& step, const Scenario& scenario, const std::string& where) {
    if (step.contains("code") == step.contains("sign"))
        return wrong(where + " needs either \"code\" or \"sign\"");
    if (step.contains("direction") && step.at("direction") != "entry" && step.at("direction") != "exit")
        return wrong(where + ".direction must be entry or exit");
    if (step.contains("ignore_unpaid") && !step.at("ignore_unpaid").is_boolean())
        return wrong(where + ".ignore_unpaid must be true or false");
    if (step.contains("override") && !step.at("override").is_null()) {
        KIOSK_CHECK(only_keys(step.at("override"), {"staff", "reason"}, where + ".override"));
        for (const auto* name : {"staff", "reason"})
            KIOSK_CHECK(check_text(step.at("override"), name, where + ".override"));
    }
    if (!step.contains("sign"))
        return {};
    const auto& sign = step.at("sign");
    KIOSK_CHECK(only_keys(sign, {"key", "event", "ticket", "valid_from", "valid_until", "tamper", "ticket_type"},
                          where + ".sign"));
    if (!sign.contains("key") || !sign.at("key").is_number_integer())
        return wrong(where + ".sign.key must be the number of a key");
    const auto* key = scenario.seed.config.key(sign.at("key").get<int>());
    if (!key || key->ed25519_seed.empty())
        return wrong(where + ".sign.key names a key without a seed");
    if (!sign.contains("ticket"))
        return wrong(where + ".sign.ticket is missing");
    for (const auto* name : {"ticket", "event", "ticket_type"})
        KIOSK_CHECK(check_text(sign, name, where + ".sign"));
    for (const auto* name : {"valid_from", "valid_until"})
        if (sign.contains(name) && !sign.at(name).is_null() &&
            (!sign.at(name).is_string() || !core::parse_rfc3339(sign.at(name).get<std::string>())))
            return wrong(where + ".sign." + name + " must be a time");
    if (sign.contains("tamper") && !sign.at("tamper").is_boolean())
        return wrong(where + ".sign.tamper must be true or false");
    return {};
}

Status check_book(const Json& step, const Scenario& scenario, const std::string& where) {
    const auto& participants = step.at("participants");
    if (!participants.is_array() ||
        !std::ranges::all_of(participants, [](const Json& ticket) { return ticket.is_string(); }))
        return wrong(where + ".participants must be a list of tickets");
    const bool has_slot = step.contains("slot") && step.at("slot").is_string();
    if (!has_slot && !scenario.seed.config.session(step.at("unit").get<std::string>()))
        return wrong(where + " needs \"slot\": only a session's seat is booked without one");
    return {};
}

Status check_fields(const Step& step, const Scenario& scenario, const Names& devices, const std::string& where) {
    const auto& json = step.fields;
    for (const auto* name : {"checkpoint", "code", "key", "staff", "query", "as", "unit", "slot", "purpose", "topic",
                             "booking", "session", "action", "ticket", "role", "text", "kind", "revoke"})
        if (step.action != "change" || std::string_view(name) != "unit")
            KIOSK_CHECK(check_text(json, name, where));
    if (json.contains("checkpoint") && !scenario.seed.config.checkpoint(json.at("checkpoint").get<std::string>()))
        return wrong(where + ".checkpoint names " + json.at("checkpoint").dump() + ", which the seed does not have");
    if (json.contains("devices"))
        KIOSK_CHECK(check_device_list(json, devices, where));
    if (step.action == "scan")
        KIOSK_CHECK(check_scan(json, scenario, where));
    if (step.action == "book")
        KIOSK_CHECK(check_book(json, scenario, where));
    if (step.action == "clock" && !json.at("shift_s").is_number())
        return wrong(where + ".shift_s must be a number of seconds");
    if (step.action == "partition" && json.contains("kind")) {
        const Names kinds{"none", "captive", "no_answer"};
        if (!kinds.contains(json.at("kind").get<std::string>()))
            return wrong(where + ".kind must be none, captive or no_answer");
    }
    if (step.action == "walk_in")
        KIOSK_CHECK(only_keys(json.at("person"), {"name", "phone", "organisation", "email", "title"},
                              where + ".person"));
    if (step.action == "session") {
        const Names actions{"submit", "approve", "reject", "cancel", "invite", "revoke", "minutes"};
        if (!actions.contains(json.at("action").get<std::string>()))
            return wrong(where + ".action is unknown");
    }
    if (step.action == "change" && json.contains("registration")) {
        KIOSK_TRY(const auto registration, wiring::parse_registration(json.at("registration")));
        static_cast<void>(registration);
    }
    // "unit" of a booking is a name, of a change the whole unit as it then is.
    if (step.action == "change" && json.contains("unit")) {
        KIOSK_TRY(const auto unit, wiring::parse_unit(json.at("unit")));
        if (scenario.seed.config.unit(unit.id) == nullptr)
            return wrong(where + ".unit names \"" + unit.id + "\", which the seed does not have");
    }
    if (step.action == "restore_backup" && json.contains("to_step") && !json.at("to_step").is_number_unsigned())
        return wrong(where + ".to_step must be the number of a step");
    if (json.contains("answers") && !core::parse_answers(json.at("answers").dump()))
        return wrong(where + ".answers must be texts, lists of option ids or true/false");
    if (json.contains("consents") && !core::parse_consents(json.at("consents").dump()))
        return wrong(where + ".consents must be true/false by name");
    return {};
}

// A booking that later steps name must have been asked for before.
Status check_booking_names(const Step& step, Names& known, const std::string& where) {
    if (step.action == "book" && step.fields.contains("as") && step.fields.at("as").is_string())
        known.insert(step.fields.at("as").get<std::string>());
    if (step.fields.contains("booking") && !known.contains(step.fields.at("booking").get<std::string>()))
        return wrong(where + ".booking names " + step.fields.at("booking").dump() + ", which no step before it books");
    return {};
}

Result<std::map<std::string, SeedLeases>> read_leases(const Json& json, const Scenario& scenario, const Names& devices) {
    std::map<std::string, SeedLeases> leases;
    const auto& config = scenario.seed.config;
    for (const auto& [device, given] : json.items()) {
        const auto where = "seed.leases." + device;
        if (!devices.contains(device))
            return wrong(where + " is not a device of this scenario");
        auto& lease = leases[device];
        for (const auto& unit : given.value("units", Json::array())) {
            lease.units.push_back(unit.get<std::string>());
            if (!config.unit(lease.units.back()))
                return wrong(where + ".units names " + unit.dump() + ", which the seed does not have");
        }
        for (const auto& ticket : given.value("people", Json::array()))
            lease.people.push_back(ticket.get<std::string>());
        const auto seats = given.value("seats", Json::object());
        for (const auto& [session, count] : seats.items()) {
            if (!config.session(session) || !count.is_number_unsigned())
                return wrong(where + ".seats." + session + " must be how many seats of a session of the seed");
            lease.seats[session] = count.get<std::int64_t>();
        }
    }
    return leases;
}

Result<Step> read_step(const Json& json, std::size_t number, const Scenario& scenario, const Names& devices) {
    const auto where = "steps[" + std::to_string(number) + "]";
    if (!json.is_object() || !json.contains("do") || !json.at("do").is_string())
        return wrong(where + " needs \"do\"");
    Step step;
    step.number = number;
    step.action = json.at("do").get<std::string>();
    const auto kind = step_kinds().find(step.action);
    if (kind == step_kinds().end())
        return wrong(where + ".do is the unknown step \"" + step.action + "\"");
    Names allowed{"do", "at", "expect", "note"};
    allowed.insert(kind->second.required.begin(), kind->second.required.end());
    allowed.insert(kind->second.optional.begin(), kind->second.optional.end());
    KIOSK_CHECK(only_keys(json, allowed, where));
    for (const auto& name : kind->second.required)
        if (!json.contains(name) || json.at(name).is_null())
            return wrong(where + " needs \"" + name + "\"");
    if (json.contains("at")) {
        const auto at = json.at("at").is_string() ? core::parse_rfc3339(json.at("at").get<std::string>())
                                                  : Result<core::Instant>(wrong("at"));
        if (!at)
            return wrong(where + ".at must be a time such as 2026-11-20T13:05:00+08:00");
        step.at = *at;
    }
    if (json.contains("device")) {
        if (!json.at("device").is_string() || !devices.contains(json.at("device").get<std::string>()))
            return wrong(where + ".device names " + json.at("device").dump() +
                         ", which is not a device of this scenario");
        step.device = json.at("device").get<std::string>();
    }
    step.fields = json;
    step.expect = json.value("expect", Json::object());
    KIOSK_CHECK(check_expectations(step.expect, kind->second, where + ".expect"));
    KIOSK_CHECK(check_fields(step, scenario, devices, where));
    return step;
}

Result<Scenario> read_scenario(const Json& json) {
    KIOSK_CHECK(only_keys(json, {"format", "name", "seed", "devices", "starts_with", "gates", "hub", "steps", "note"},
                          "the file"));
    if (!json.contains("format") || json.at("format") != 1)
        return wrong("\"format\" must be 1");
    if (!json.contains("seed") || !json.contains("steps") || !json.at("steps").is_array())
        return wrong("\"seed\" and \"steps\" are needed");
    Scenario scenario;
    KIOSK_CHECK(check_text(json, "name", "the file"));
    scenario.name = json.value("name", "");
    if (json.contains("hub") && !json.at("hub").is_boolean())
        return wrong("\"hub\" must be true or false");
    scenario.hub = json.value("hub", true);

    Names devices;
    for (const auto& device : json.value("devices", Json::array({"k1"}))) {
        if (!device.is_string() || device.get<std::string>().empty() ||
            !devices.insert(device.get<std::string>()).second)
            return wrong("\"devices\" must be a list of different names");
        scenario.devices.push_back(device.get<std::string>());
    }
    if (devices.empty() || devices.size() > 64)
        return wrong("\"devices\" must name 1 to 64 devices");
    const auto starts_with = json.value("starts_with", Json::object());
    for (const auto& [device, what] : starts_with.items()) {
        if (!devices.contains(device) || (what != "keys" && what != "seed" && what != "all"))
            return wrong("starts_with." + device + " must be \"keys\" for a device of this scenario");
        scenario.keys_only[device] = what == "keys";
    }
    const auto gates = json.value("gates", Json::object());
    for (const auto& [device, gate] : gates.items()) {
        if (!devices.contains(device) || !gate.is_string())
            return wrong("gates." + device + " must be a text for a device of this scenario");
        scenario.gates[device] = gate.get<std::string>();
    }
    KIOSK_TRY(scenario.seed, wiring::read_event_file(json.at("seed")));
    if (const auto& seed = json.at("seed"); seed.contains("leases") && !seed.at("leases").is_null()) {
        KIOSK_TRY(scenario.leases, read_leases(seed.at("leases"), scenario, devices));
    }
    if (json.at("steps").size() > 100'000)
        return fail(ErrorCode::TooLarge, "error.scenario", "a scenario has at most 100,000 steps");
    Names bookings;
    for (const auto& item : json.at("steps")) {
        KIOSK_TRY(auto step, read_step(item, scenario.steps.size() + 1, scenario, devices));
        KIOSK_CHECK(check_booking_names(step, bookings, "steps[" + std::to_string(step.number) + "]"));
        scenario.steps.push_back(std::move(step));
    }
    return scenario;
}

} // namespace

Result<Scenario> parse_scenario(std::string_view text) {
    if (text.size() > max_scenario_bytes)
        return fail(ErrorCode::TooLarge, "error.scenario", "a scenario file has at most 16 MiB");
    if (!core::json_nests_within(text))
        return wrong("it is nested too deeply");
    // The JSON library says where a file is wrong, or that a value has another type, by exception only.
    try {
        return read_scenario(Json::parse(text));
    } catch (const Json::exception& error) {
        return wrong(error.what());
    }
}

} // namespace kiosk::replay
