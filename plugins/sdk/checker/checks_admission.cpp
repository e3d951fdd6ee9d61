// SPDX-License-Identifier: Apache-2.0
// A plugin can only narrow, and it must not shut everybody out: the decision core itself, with and without the plugin.
#include "check.hpp"
#include "instance.hpp"
#include "situations.hpp"

#include "plugin_host/broker.hpp"
#include "plugin_host/in_process.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <functional>
#include <set>

namespace kiosk::checker {

using core::Outcome;
using Json = nlohmann::json;

namespace {

constexpr std::string_view decide_method = "admission.decide/1";

// An event type that lets everybody in, so that an add-on can be asked through a broker.
class Welcoming final : public plugin_host::Transport {
  public:
    core::Result<std::string> call(std::string_view, std::string_view) override { return R"({"outcome":"admitted"})"; }
};

std::unique_ptr<plugin_host::Broker> broker_of(Bench& bench) {
    plugin_host::Options options;
    options.monotonic_us = [] { return std::int64_t{0}; };
    options.budget.failures = 1'000'000; // a plugin that fails is another check's matter
    const auto& manifest = bench.manifest();
    auto transport = plugin_host::InProcessTransport::open(manifest, bench.table(), {});
    if (!transport)
        return nullptr;
    auto plugin = std::make_unique<plugin_host::Plugin>(manifest, core::Catalogue::create({}).value(),
                                                        std::move(*transport), options);
    if (manifest.type == plugin_host::PluginType::EventType)
        return std::make_unique<plugin_host::Broker>(std::move(plugin), std::vector<std::unique_ptr<plugin_host::Plugin>>());
    plugin_host::Manifest open_door;
    open_door.id = "open_door";
    open_door.methods = {std::string(decide_method)};
    std::vector<std::unique_ptr<plugin_host::Plugin>> addons;
    addons.push_back(std::move(plugin));
    return std::make_unique<plugin_host::Broker>(
        std::make_unique<plugin_host::Plugin>(open_door, core::Catalogue::create({}).value(),
                                              std::make_unique<Welcoming>(), options),
        std::move(addons));
}

int strictness(Outcome outcome) {
    switch (outcome) {
    case Outcome::Admitted:
        return 0;
    case Outcome::Repeat:
    case Outcome::Incomplete:
        return 1;
    case Outcome::StaffCheck:
        return 2;
    case Outcome::Refused:
        return 3;
    }
    return 3;
}

struct Scene {
    core::EventConfig config;
    core::ScanRequest scan;
    core::RecognisedCode code;
    core::AdmissionFacts facts;
};

struct Situation {
    const char* name;
    std::function<void(Scene&)> change;
};

// Everything for which the host itself keeps somebody out, and a few where it does not.
const std::vector<Situation>& situations() {
    static const std::vector<Situation> all{
        {"admitted", [](Scene&) {}},
        {"revoked", [](Scene& s) { s.facts.revoked = true; }},
        {"blocked", [](Scene& s) { s.facts.registrations[0].blocked = true; }},
        {"cancelled", [](Scene& s) { s.facts.registrations[0].status = core::RegistrationStatus::Cancelled; }},
        {"unpaid", [](Scene& s) { s.facts.registrations[0].status = core::RegistrationStatus::Unpaid; }},
        {"pending", [](Scene& s) { s.facts.registrations[0].status = core::RegistrationStatus::Pending; }},
        {"waitlist", [](Scene& s) { s.facts.registrations[0].status = core::RegistrationStatus::Waitlist; }},
        {"unapproved", [](Scene& s) { s.facts.registrations[0].approved = false; }},
        {"not_yet_valid", [](Scene& s) { s.facts.registrations[0].valid_from = s.scan.at + 60'000; }},
        {"expired", [](Scene& s) { s.facts.registrations[0].valid_until = s.scan.at - 60'000; }},
        {"ticket_type", [](Scene& s) { s.config.checkpoints[0].ticket_types = std::vector<std::string>{"vip"}; }},
        {"already_in", [](Scene& s) { s.facts.history = {{core::Direction::Entry, s.scan.at - 60'000}}; }},
        {"full", [](Scene& s) { s.config.event.capacity = 10, s.facts.occupancy = 10; }},
        {"closed event", [](Scene& s) { s.config.event.closed = true; }},
        {"closed door", [](Scene& s) { s.config.checkpoints[0].closed = true; }},
        {"rules", [](Scene& s) { s.config.checkpoints[0].rules = R"({"==":[1,2]})"; }},
        {"consent", [](Scene& s) { s.config.event.required_consents = {"privacy"}; }},
        {"unknown", [](Scene& s) { s.facts.registrations.clear(); }},
        {"ambiguous", [](Scene& s) { s.facts.registrations.push_back(s.facts.registrations[0]); }},
        {"unreadable", [](Scene& s) { s.code.kind = core::CodeKind::Unreadable; }},
        {"bad_signature", [](Scene& s) { s.code.kind = core::CodeKind::BadSignature; }},
        {"wrong_event", [](Scene& s) { s.code.kind = core::CodeKind::WrongEvent; }},
        {"not_invited", [](Scene& s) { s.scan.checkpoint = "closed_room"; }},
        {"signed ticket, not in the roster",
         [](Scene& s) { s.facts.registrations.clear(), s.code.kind = core::CodeKind::Signed; }},
    };
    return all;
}

Scene scene(Bench& bench, const std::string& role) {
    Scene scene;
    scene.config = example_event(bench.manifest());
    scene.scan = example_scan(scene.config);
    scene.code.kind = core::CodeKind::Plain;
    scene.code.ticket = "EXAMPLE0001";
    scene.facts.registrations = {example_guest(role)};
    return scene;
}

} // namespace

void check_never_widens(Bench& bench) {
    if (!bench.manifest().has_method(decide_method))
        return;
    // Its own words first: only these four, and no reason that is a finding about the code itself.
    Instance instance(bench.table(), bench.manifest().id);
    const std::set<std::string> outcomes{"admitted", "incomplete", "staff_check", "refused"};
    const std::set<std::string> reasons{"not_yet_valid", "expired", "ticket_type", "unapproved", "rules",
                                        "full", "closed", "not_invited", "nda_required"};
    for (const Request& request : requests_of(bench.subject, decide_method)) {
        doing(decide_method, request.label);
        const Json reply = Json::parse(instance.call(request.method, request.json).bytes, nullptr, false);
        if (!reply.is_object())
            continue;
        if (const auto found = reply.find("outcome");
            found != reply.end() && found->is_string() && !outcomes.contains(found->get<std::string>()))
            bench.findings.fail("widens.outcome", {{"outcome", found->get<std::string>()}, {"label", request.label}});
        if (const auto found = reply.find("reason");
            found != reply.end() && found->is_string() && !reasons.contains(found->get<std::string>()))
            bench.findings.fail("widens.reason", {{"reason", found->get<std::string>()}, {"label", request.label}});
    }
    doing("as one of an event's plugins");
    const auto broker = broker_of(bench);
    if (broker == nullptr)
        return;
    for (const Situation& situation : situations())
        for (const char* role : {"attendee", "staff", "vip"}) {
            Scene now = scene(bench, role);
            situation.change(now);
            doing(decide_method, situation.name);
            const auto alone = core::decide(now.config, now.scan, now.code, now.facts, nullptr);
            const auto together = core::decide(now.config, now.scan, now.code, now.facts, broker.get());
            if (strictness(together.outcome) < strictness(alone.outcome) ||
                (alone.outcome != Outcome::Admitted && together.outcome == Outcome::Admitted))
                bench.findings.fail("widens.milder", {{"situation", situation.name},
                                                      {"alone", std::string(core::to_string(alone.outcome))},
                                                      {"together", std::string(core::to_string(together.outcome))}});
        }
}

void check_admits(Bench& bench) {
    if (!bench.manifest().has_method(decide_method))
        return;
    Instance instance(bench.table(), bench.manifest().id);
    std::string said;
    for (const Request& request : requests_of(bench.subject, decide_method)) {
        doing(decide_method, request.label);
        const Json reply = Json::parse(instance.call(request.method, request.json).bytes, nullptr, false);
        const auto outcome = reply.is_object() ? reply.value("outcome", Json()) : Json();
        if (outcome == "admitted" || outcome == "incomplete")
            return;
        if (said.empty() && outcome.is_string())
            said = outcome.get<std::string>();
    }
    bench.findings.fail("admits.nobody", {{"outcome", said}});
}

} // namespace kiosk::checker
