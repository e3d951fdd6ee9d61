// SPDX-License-Identifier: Apache-2.0
#include "main/replay/runner.hpp"

#include "core/conflicts.hpp"
#include "main/replay/booking_steps.hpp"

#include <algorithm>
#include <set>

namespace kiosk::replay {

namespace {

using core::Result;
using core::Status;

bool count_matches(const Json& expected, const Json& got) {
    if (!got.is_number_integer())
        return false;
    if (!expected.is_object())
        return expected == got;
    const auto value = got.get<std::int64_t>();
    return (!expected.contains("min") || value >= expected.at("min").get<std::int64_t>()) &&
           (!expected.contains("max") || value <= expected.at("max").get<std::int64_t>());
}

bool same_time(const Json& expected, const Json& got) {
    if (!expected.is_string() || !got.is_string())
        return expected == got;
    const auto a = core::parse_rfc3339(expected.get<std::string>());
    const auto b = core::parse_rfc3339(got.get<std::string>());
    return a && b && *a == *b;
}

// Does what came out meet what the file says? Maps are compared for the keys that it names.
bool matches(const Json& expect, const Json& got) {
    for (const auto& [key, wanted] : expect.items()) {
        const auto value = got.contains(key) ? got.at(key) : Json();
        bool ok = false;
        if (key == "admitted" || key == "bookings") {
            ok = value.is_object();
            for (const auto& [name, count] : wanted.items())
                ok = ok && count_matches(count, value.value(name, 0));
        } else if (key == "first_at") {
            ok = same_time(wanted, value);
        } else if (key == "questions") {
            ok = std::multiset<std::string>(wanted.begin(), wanted.end()) ==
                 std::multiset<std::string>(value.begin(), value.end());
        } else if (wanted.is_number_integer() || (wanted.is_object() && value.is_number_integer())) {
            ok = count_matches(wanted, value);
        } else {
            ok = wanted == value;
        }
        if (!ok)
            return false;
    }
    return true;
}

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

constexpr int most_rounds = 8; // of a sync

class Runner {
public:
    Runner(const Scenario& scenario, World& world)
        : m_scenario(scenario), m_world(world),
          m_bookings(scenario, world, [this](const Json& code) { return code_of(code); }) {
        for (const auto& step : scenario.steps)
            if (step.action == "restore_backup")
                m_backed_up_steps.insert(step.fields.value("to_step", std::size_t{0}));
        m_world.set_now(m_world.now() - 1000);
    }

    // A restore may name step 0: the machines as they were before the first step.
    Status begin() { return back_up(0); }

    StepResult run(const Step& step) {
        m_world.set_now(step.at ? *step.at : m_world.now() + 1000);
        StepResult result{step.number, step.action, false, step.expect, Json::object()};
        if (auto done = act(step)) {
            result.got = std::move(*done);
            result.ok = matches(step.expect, result.got);
        } else {
            result.got = {{"error", done.error().message_key}, {"context", done.error().context}};
        }
        if (auto saved = back_up(step.number); !saved) {
            result.ok = false;
            result.got["error"] = saved.error().message_key;
        }
        return result;
    }

private:
    Result<Json> act(const Step& step) {
        using Action = Result<Json> (Runner::*)(const Step&);
        static const std::map<std::string, Action, std::less<>> actions{
            {"scan", &Runner::scan},           {"undo", &Runner::undo},
            {"search", &Runner::search},       {"walk_in", &Runner::walk_in},
            {"change", &Runner::change},       {"partition", &Runner::partition},
            {"heal", &Runner::heal},           {"sync", &Runner::sync},
            {"crash", &Runner::crash},         {"restore_backup", &Runner::restore_backup},
            {"clock", &Runner::clock},         {"check", &Runner::check},
        };
        const auto action = actions.find(step.action);
        return action == actions.end() ? m_bookings.act(step) : (this->*action->second)(step);
    }

    Machine& machine(const Step& step) { return m_world.device(step.device); }

    std::vector<Machine*> machines(const Step& step) {
        std::vector<Machine*> list;
        const auto& names = step.fields.at("devices");
        if (names == "all")
            for (auto& [name, device] : m_world.devices())
                list.push_back(device.get());
        else
            for (const auto& name : names)
                list.push_back(&m_world.device(name.get<std::string>()));
        return list;
    }

    // A code, or the name that an earlier walk-in's ticket was given.
    std::string code_of(const Json& code) const {
        const auto text = code.get<std::string>();
        const auto alias = m_aliases.find(text);
        return alias == m_aliases.end() ? text : alias->second;
    }

    Result<std::string> signed_code(const Json& sign) {
        core::SignedTicket ticket;
        ticket.key_id = sign.at("key").get<int>();
        ticket.event = sign.contains("event") ? sign.at("event").get<std::string>() : m_scenario.seed.config.event.code;
        ticket.ticket = sign.at("ticket").get<std::string>();
        ticket.ticket_type = sign.value("ticket_type", "");
        if (sign.contains("valid_from") && sign.at("valid_from").is_string()) {
            KIOSK_TRY(ticket.valid_from, core::parse_rfc3339(sign.at("valid_from").get<std::string>()));
        }
        if (sign.contains("valid_until") && sign.at("valid_until").is_string()) {
            KIOSK_TRY(ticket.valid_until, core::parse_rfc3339(sign.at("valid_until").get<std::string>()));
        }
        const auto& seed = m_scenario.seed.config.key(ticket.key_id)->ed25519_seed;
        if (!sign.value("tamper", false))
            return core::encode_ticket(ticket, seed, m_world.sodium());
        // Somebody else's ticket code under a signature made for this one.
        KIOSK_TRY(const auto honest, core::encode_ticket(ticket, seed, m_world.sodium()));
        KIOSK_TRY(const auto bytes, core::base45_decode(std::string_view(honest).substr(4, honest.size() - 5)));
        auto broken = bytes;
        broken.back() = static_cast<char>(broken.back() ^ 1);
        return honest.substr(0, 4) + core::base45_encode(broken) + honest.substr(honest.size() - 1);
    }

    Json decision_json(Machine& device, const core::Decision& decision) {
        const auto& zone = m_scenario.seed.config.event.timezone;
        Json got{{"outcome", core::to_string(decision.outcome)},
                 {"reason", text_or_null(core::to_string(decision.reason))},
                 {"name", decision.registration ? text_or_null(decision.registration->person.name) : Json()},
                 {"first_at", decision.first_at ? Json(zone.rfc3339(*decision.first_at)) : Json()},
                 {"questions", decision.questions},
                 {"explanation", nullptr}};
        for (const auto& consent : decision.consents)
            got["consents"].push_back(consent);
        if (!decision.explanation.empty()) {
            got["explanation"] = decision.explanation.key;
            for (const auto& [name, value] : decision.explanation.args)
                got["explanation"] = value;
        } else if (!decision.plugin_explanation.in(core::Language::Chinese).empty()) {
            got["explanation"] = decision.plugin_explanation.in(core::Language::Chinese);
        }
        if (const auto status = device.database().status())
            got["pending_ops"] = status->pending;
        return got;
    }

    static void note_arrival(Machine& device, const core::Decision& decision, core::Direction direction) {
        if (direction == core::Direction::Entry && decision.outcome == core::Outcome::Admitted && decision.registration)
            device.arrived.push_back(decision.registration->ticket);
    }

    Result<Json> scan(const Step& step) {
        const auto& json = step.fields;
        core::ScanRequest request;
        request.checkpoint = json.at("checkpoint").get<std::string>();
        if (json.contains("sign")) {
            KIOSK_TRY(request.code, signed_code(json.at("sign")));
        } else {
            request.code = code_of(json.at("code"));
        }
        if (json.value("direction", "entry") == "exit")
            request.direction = core::Direction::Exit;
        if (const auto gate = m_scenario.gates.find(step.device); gate != m_scenario.gates.end())
            request.gate = gate->second;
        if (json.contains("answers")) {
            KIOSK_TRY(request.answers, core::parse_answers(json.at("answers").dump()));
        }
        if (json.contains("consents")) {
            KIOSK_TRY(request.consents, core::parse_consents(json.at("consents").dump()));
        }
        if (json.contains("key") && json.at("key").is_string())
            request.key = json.at("key").get<std::string>();
        if (json.contains("override") && json.at("override").is_object())
            request.override_by = core::Override{json.at("override").value("staff", ""),
                                                 json.at("override").value("reason", "")};
        request.ignore_unpaid = json.value("ignore_unpaid", false);
        auto& device = machine(step);
        KIOSK_TRY(const auto result, device.check_in->scan(request));
        note_arrival(device, result.decision, request.direction);
        return decision_json(device, result.decision);
    }

    Result<Json> undo(const Step& step) {
        const auto staff = step.fields.contains("staff") && step.fields.at("staff").is_string()
                               ? step.fields.at("staff").get<std::string>()
                               : std::string();
        KIOSK_TRY(const auto result,
                  machine(step).check_in->undo(step.fields.at("checkpoint").get<std::string>(),
                                               code_of(step.fields.at("code")), staff));
        return Json{{"outcome", result.undone ? "undone" : "refused"},
                    {"reason", text_or_null(core::to_string(result.reason))}};
    }

    Result<Json> search(const Step& step) {
        KIOSK_TRY(const auto page, machine(step).check_in->search(step.fields.at("query").get<std::string>()));
        return Json{{"refused", page.refused},
                    {"count", page.rows.size()},
                    {"first", page.rows.empty() ? Json() : Json(page.rows.front().masked_name)}};
    }

    Result<Json> walk_in(const Step& step) {
        const auto& json = step.fields;
        app::WalkInRequest request;
        request.checkpoint = json.at("checkpoint").get<std::string>();
        KIOSK_TRY(request.person, core::parse_person(json.at("person").dump()));
        if (json.contains("answers")) {
            KIOSK_TRY(request.answers, core::parse_answers(json.at("answers").dump()));
        }
        if (json.contains("consents")) {
            KIOSK_TRY(request.consents, core::parse_consents(json.at("consents").dump()));
        }
        auto& device = machine(step);
        KIOSK_TRY(const auto result, device.check_in->walk_in(request));
        if (result.decision.outcome == core::Outcome::Admitted)
            device.arrived.push_back(result.ticket);
        if (json.contains("as") && !result.ticket.empty())
            m_aliases[json.at("as").get<std::string>()] = result.ticket;
        auto got = decision_json(device, result.decision);
        got["ticket"] = text_or_null(result.ticket);
        return got;
    }

    Result<Json> change(const Step& step) {
        Json body{{"event", m_scenario.seed.config.event.code}};
        if (step.fields.contains("revoke") && step.fields.at("revoke").is_string())
            body["revoked"] = {code_of(step.fields.at("revoke"))};
        if (step.fields.contains("registration")) {
            KIOSK_TRY(auto row, merged_registration(step.fields.at("registration")));
            body["registrations"] = Json::array({std::move(row)});
        }
        if (step.fields.contains("unit")) {
            KIOSK_TRY(auto document, changed_unit(step.fields.at("unit")));
            body["config"] = Json::array({std::move(document)});
        }
        if (body.size() > 1 && !m_world.hub().change(body.dump()))
            return core::fail(core::ErrorCode::Invalid, "error.scenario", "the hub does not take the change");
        return Json::object();
    }

    // The whole unit as it then is, in its old place among the others.
    Result<Json> changed_unit(const Json& unit) {
        KIOSK_TRY(const auto document, wiring::parse_unit(unit));
        auto doc = Json::parse(document.doc);
        KIOSK_CHECK(m_world.hub().read_mirror([&](storage::Database& mirror) -> Status {
            KIOSK_TRY(const auto known, mirror.config_document(document.entity, document.id));
            if (known)
                doc["order"] = Json::parse(known->doc).value("order", 0);
            return {};
        }));
        return Json{{"entity", document.entity}, {"id", document.id}, {"doc", std::move(doc)}};
    }

    // Adds a registration, or changes what is named of the one with that ticket.
    Result<Json> merged_registration(const Json& changes) {
        KIOSK_TRY(const auto changed, wiring::parse_registration(changes));
        std::vector<core::Registration> known;
        KIOSK_CHECK(m_world.hub().read_mirror([&](storage::Database& mirror) -> Status {
            KIOSK_TRY(known, mirror.registrations_by_ticket(changed.ticket));
            return {};
        }));
        if (known.empty())
            return registration_json(changed);
        auto registration = known.front();
        const auto take = [&](const char* name, auto& target, auto& source) {
            if (changes.contains(name))
                target = source;
        };
        take("ticket_type", registration.ticket_type, changed.ticket_type);
        take("variation", registration.variation, changed.variation);
        take("status", registration.status, changed.status);
        take("blocked", registration.blocked, changed.blocked);
        take("approved", registration.approved, changed.approved);
        take("valid_from", registration.valid_from, changed.valid_from);
        take("valid_until", registration.valid_until, changed.valid_until);
        take("name", registration.person.name, changed.person.name);
        take("phone", registration.person.phone, changed.person.phone);
        take("email", registration.person.email, changed.person.email);
        take("organisation", registration.person.organisation, changed.person.organisation);
        take("title", registration.person.title, changed.person.title);
        take("answers", registration.answers, changed.answers);
        take("consents", registration.consents, changed.consents);
        return registration_json(registration);
    }

    // As POST /v1/changes wants it; without a uid the hub makes one.
    Json registration_json(const core::Registration& registration) const {
        const auto& zone = m_scenario.seed.config.event.timezone;
        Json row{{"ticket", registration.ticket},
                 {"ticket_type", registration.ticket_type},
                 {"status", core::to_string(registration.status)},
                 {"event_role", registration.event_role},
                 {"blocked", registration.blocked},
                 {"approved", registration.approved},
                 {"name", registration.person.name},
                 {"phone", registration.person.phone},
                 {"email", registration.person.email},
                 {"organisation", registration.person.organisation},
                 {"title", registration.person.title},
                 {"answers", Json::parse(core::answers_json(registration.answers))},
                 {"consents", Json::parse(core::consents_json(registration.consents))}};
        if (!registration.uid.empty())
            row["uid"] = registration.uid;
        if (registration.variation)
            row["variation"] = *registration.variation;
        if (registration.valid_from)
            row["valid_from"] = zone.rfc3339(*registration.valid_from);
        if (registration.valid_until)
            row["valid_until"] = zone.rfc3339(*registration.valid_until);
        return row;
    }

    Result<Json> partition(const Step& step) {
        const auto kind = step.fields.value("kind", "none");
        for (auto* device : machines(step))
            device->link.state = kind == "captive"     ? simulate::LinkState::Captive
                                 : kind == "no_answer" ? simulate::LinkState::NoAnswer
                                                       : simulate::LinkState::Down;
        return Json::object();
    }

    Result<Json> heal(const Step& step) {
        for (auto* device : machines(step))
            device->link.state = simulate::LinkState::Up;
        return Json::object();
    }

    Result<Json> sync(const Step& step) {
        Traffic sum;
        const auto list = machines(step);
        // At least twice, so that what the last one brings reaches the first one too; and as long as waiting bookings are
        // answered and what that takes changes hands.
        bool moved = true;
        for (int round = 0; round < 2 || (moved && round < most_rounds); ++round) {
            moved = false;
            for (auto* device : list) {
                KIOSK_TRY(const auto traffic, m_world.exchange(*device));
                sum.pushed += traffic.pushed;
                sum.pulled += traffic.pulled;
                KIOSK_TRY(const auto changed, m_world.settle(*device));
                moved = moved || changed > 0 || traffic.pushed > 0 || traffic.pulled > 0;
            }
        }
        std::uint64_t pending = 0;
        for (auto* device : list) {
            KIOSK_TRY(const auto status, device->database().status());
            pending += status.pending;
        }
        return Json{{"pushed", sum.pushed}, {"pulled", sum.pulled}, {"pending_ops", pending}};
    }

    Result<Json> crash(const Step& step) {
        auto& device = machine(step);
        KIOSK_CHECK(device.crash());
        device.hear_the_time();
        KIOSK_CHECK(m_world.refresh(device));
        return Json::object();
    }

    Result<Json> restore_backup(const Step& step) {
        const auto to_step = step.fields.value("to_step", std::size_t{0});
        if (step.fields.value("hub", false)) {
            KIOSK_CHECK(m_world.restore_hub(to_step));
            return Json::object();
        }
        if (step.device.empty())
            return core::fail(core::ErrorCode::Invalid, "error.scenario", "restore_backup needs a device or the hub");
        auto& device = machine(step);
        KIOSK_CHECK(device.restore(to_step));
        device.hear_the_time();
        KIOSK_CHECK(m_world.refresh(device));
        return Json::object();
    }

    Result<Json> clock(const Step& step) {
        machine(step).clock.shift_ms = static_cast<std::int64_t>(step.fields.at("shift_s").get<double>() * 1000);
        return Json::object();
    }

    Result<Json> check(const Step& step) {
        KIOSK_TRY(const auto scans, m_world.all_scans());
        Json admitted = Json::object();
        for (const auto& door : m_scenario.seed.config.checkpoints)
            admitted[door.id] = 0;
        std::set<std::pair<std::string, std::string>> seen;
        for (const auto& scan : scans)
            if (scan.record.outcome == core::Outcome::Admitted && !scan.undone &&
                scan.record.direction == core::Direction::Entry &&
                seen.emplace(scan.record.checkpoint, scan.record.ticket).second)
                admitted[scan.record.checkpoint] = admitted[scan.record.checkpoint].get<std::int64_t>() + 1;
        KIOSK_TRY(const auto notes, m_world.all_notes());
        std::int64_t too_many = 0, open = 0;
        for (const auto& conflict : core::find_conflicts(m_scenario.seed.config, scans, notes, m_world.sodium())) {
            too_many += conflict.entry.too_many;
            open += conflict.resolved ? 0 : 1;
        }
        Json got{{"admitted", admitted}, {"duplicates", too_many}, {"conflicts", open}};
        if (step.expect.contains("bookings")) {
            KIOSK_TRY(got["bookings"], m_bookings.count());
        }
        if (step.expect.contains("converged")) {
            KIOSK_TRY(got["converged"], converged());
        }
        if (step.expect.contains("chain_ok")) {
            KIOSK_TRY(got["chain_ok"], chains_ok());
        }
        return got;
    }

    Result<bool> converged() {
        std::set<std::string> different;
        KIOSK_CHECK(m_world.for_each_store([&](storage::Database& database) -> Status {
            KIOSK_TRY(auto dump, database.dump_projections());
            different.insert(std::move(dump));
            return {};
        }));
        return different.size() == 1;
    }

    Result<bool> chains_ok() {
        bool ok = true;
        KIOSK_CHECK(m_world.for_each_store([&](storage::Database& database) -> Status {
            KIOSK_TRY(const auto report, database.verify());
            ok = ok && report.ok();
            return {};
        }));
        return ok && m_world.hub().check().has_value();
    }

    Status back_up(std::size_t step) {
        return m_backed_up_steps.contains(step) ? m_world.back_up(step) : Status{};
    }

    const Scenario& m_scenario;
    World& m_world;
    BookingSteps m_bookings;
    std::map<std::string, std::string> m_aliases; // `as` of a walk-in → its ticket
    std::set<std::size_t> m_backed_up_steps;
};

} // namespace

Status run_scenario(const Scenario& scenario, const PluginFactory& plugins,
                    const std::function<void(const StepResult&)>& report) {
    KIOSK_TRY(const auto world, World::create(scenario, plugins));
    Runner runner(scenario, *world);
    KIOSK_CHECK(runner.begin());
    for (const auto& step : scenario.steps)
        report(runner.run(step));
    return {};
}

} // namespace kiosk::replay
