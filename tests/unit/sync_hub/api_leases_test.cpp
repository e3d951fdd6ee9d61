// SPDX-License-Identifier: Apache-2.0
// POST /v1/leases: what one transaction does. The rules themselves are tested with the core's.
#include "api_fixture.hpp"

#include <algorithm>

namespace kiosk::test {
namespace {

constexpr std::int64_t minute_ms = 60'000;

struct Leases {
    Hub hub;
    std::map<std::string, std::string> tokens;
    std::map<std::string, std::string> incarnations;
    std::int64_t begins_ms = 0; // of the slot that unit() names

    Leases() {
        for (const auto* name : {"k1", "k2", "k3"})
            join(name);
        begins_ms = (hub.ports.clock.now().unix_ms / 1000 + 3600) * 1000;
    }
    void join(const std::string& name, bool as_hub = false) {
        incarnations[name] = "i1";
        tokens[name] = hub.enroll(name, "i1", as_hub).token;
    }
    std::string unit(const std::string& name, std::int64_t slot = 0) const {
        const core::Instant starts{begins_ms + slot * 20 * minute_ms};
        return core::resource_text(core::unit_resource(name, starts, core::Instant{starts.unix_ms + 20 * minute_ms}));
    }
    ApiAnswer send(const std::string& device, protocol::LeaseRequest request) {
        request.device = device;
        request.incarnation = incarnations[device];
        return hub.ask("POST", "/v1/leases", tokens[device], protocol::encode(request));
    }
    protocol::LeaseReply ask(const std::string& device, protocol::LeaseRequest request) {
        const auto answer = send(device, std::move(request));
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return need(protocol::decode_lease_reply(answer.body));
    }
    protocol::LeaseReply want(const std::string& device, const std::vector<std::string>& resources, bool all = false,
                              const std::string& booking = {}) {
        protocol::LeaseRequest request;
        request.all_or_nothing = all;
        for (const auto& resource : resources)
            request.want.push_back({resource, 1, 1, booking, 0});
        return ask(device, std::move(request));
    }
    // "This is all that I hold", as every device says now and then.
    protocol::LeaseReply tell(const std::string& device, const std::vector<std::string>& resources, std::uint64_t seq = 0) {
        protocol::LeaseRequest request;
        for (const auto& resource : resources)
            request.want.push_back({resource, 1, 1, {}, 0, true});
        request.holds_seq = seq;
        return ask(device, std::move(request));
    }
    protocol::LeaseReply give(const std::string& device, const std::string& resource, std::uint64_t closing_seq = 0,
                              std::int64_t keep = 0) {
        protocol::LeaseRequest request;
        request.give_back.push_back({resource, keep, 1, {}, closing_seq});
        return ask(device, std::move(request));
    }
    std::int64_t seats(const std::string& device, std::int64_t count, std::int64_t capacity) {
        protocol::LeaseRequest request;
        request.want.push_back({"seats:cd1", count, capacity, {}, 0});
        return ask(device, std::move(request)).grants.at(0).granted;
    }
    bool holds(const std::string& device, const std::string& resource) {
        return std::ranges::any_of(need(hub.store.leases(event_code)), [&](const auto& row) {
            return row.holder == device && core::resource_text(row.resource) == resource && row.closing_seq == 0;
        });
    }
};

} // namespace

TEST_CASE("hub leases: a unit has one holder until it is given back", "[sync][hub]") {
    Leases leases;
    auto reply = leases.want("k1", {leases.unit("T1"), "person:A1"}, true, "uid-1");
    REQUIRE(reply.grants.size() == 2);
    CHECK(reply.grants[0].granted == 1);
    CHECK(reply.grants[1].granted == 1);
    CHECK(reply.hub == "hub0");
    CHECK(reply.time_ms == leases.hub.ports.clock.now().unix_ms);
    const auto before = need(leases.hub.store.leases(event_code));
    CHECK(leases.want("k1", {leases.unit("T1"), "person:A1"}, true, "uid-1").grants.at(0).granted == 1);
    CHECK(need(leases.hub.store.leases(event_code)) == before); // the same again changes nothing

    reply = leases.want("k2", {leases.unit("T1")});
    CHECK(reply.grants[0].granted == 0);
    CHECK(reply.grants[0].holder == "k1");
    CHECK(reply.grants[0].taken);
    leases.give("k2", leases.unit("T1")); // giving back what it does not hold
    CHECK(leases.holds("k1", leases.unit("T1")));
    CHECK(leases.give("k1", leases.unit("T1")).given_back == std::vector{leases.unit("T1")});
    CHECK(leases.want("k2", {leases.unit("T1")}).grants.at(0).granted == 1);
    CHECK(leases.want("k1", {leases.unit("T1")}).grants.at(0).holder == "k2");
}

TEST_CASE("hub leases: all of it or nothing", "[sync][hub]") {
    Leases leases;
    leases.want("k1", {"person:B2"});
    const auto reply = leases.want("k2", {leases.unit("T1"), "person:B2"}, true);
    REQUIRE(reply.grants.size() == 2);
    CHECK(reply.grants[0].granted == 0);
    CHECK(reply.grants[0].holder.empty()); // nobody stands in its way
    CHECK(reply.grants[1].holder == "k1");
    CHECK(need(leases.hub.store.leases(event_code)).size() == 1);
}

TEST_CASE("hub leases: what is given back is free once the holder's journal is there", "[sync][hub]") {
    Leases leases;
    Kiosk kiosk("k4");
    kiosk.join(leases.hub);
    leases.tokens["k4"] = kiosk.token;
    leases.incarnations["k4"] = kiosk.incarnation();
    const auto unit = leases.unit("T1");
    CHECK(leases.want("k4", {unit}).grants.at(0).granted == 1);
    for (const auto& draft : event_drafts())
        kiosk.write(draft);
    const auto last = need(kiosk.database->status()).last_seq;
    REQUIRE(last >= 2);

    CHECK(leases.give("k4", unit, last).given_back.empty()); // the hub lacks what it wrote
    CHECK(leases.want("k1", {unit}).grants.at(0).holder == "k4");
    CHECK(leases.give("k4", unit, last).given_back.empty()); // sent twice
    auto early = kiosk.request();
    early.operations.resize(1);
    leases.hub.push(kiosk.token, early);
    CHECK(leases.want("k1", {unit}).grants.at(0).granted == 0);
    leases.hub.push(kiosk.token, kiosk.request());
    SECTION("whoever wants it gets it, even if the holder does not say it again") {
        const auto reply = leases.want("k1", {unit});
        CHECK(reply.grants.at(0).granted == 1);
        CHECK(reply.feed == need(leases.hub.store.latest(event_code)));
        CHECK(reply.feed >= last); // all of it has to be read before the lease is used
    }
    SECTION("and the holder is told") {
        CHECK(leases.give("k4", unit, last).given_back == std::vector{unit});
        CHECK(leases.give("k4", unit, last).given_back == std::vector{unit}); // a lost answer is answered again
        CHECK(need(leases.hub.store.leases(event_code)).empty());
    }
}

TEST_CASE("hub leases: seats are counted and never more than there are", "[sync][hub]") {
    Leases leases;
    CHECK(leases.seats("k1", 4, 10) == 4);
    CHECK(leases.seats("k2", 4, 10) == 4);
    CHECK(leases.seats("k3", 4, 10) == 2);
    CHECK(leases.seats("k1", 6, 10) == 4); // nothing is left
    CHECK(leases.seats("k1", 1, 10) == 4); // a wish takes nothing away
    CHECK(leases.give("k1", "seats:cd1", 0, 1).given_back == std::vector<std::string>{"seats:cd1"});
    CHECK(leases.give("k1", "seats:cd1", 0, 1).given_back == std::vector<std::string>{"seats:cd1"}); // sent twice
    CHECK(leases.seats("k3", 10, 10) == 5);
    std::int64_t held = 0;
    for (const auto& row : need(leases.hub.store.leases(event_code)))
        held += row.resource.count;
    CHECK(held == 10);
}

TEST_CASE("hub leases: a slot that was moved is still in the way of the one that it touches", "[sync][hub]") {
    Leases leases;
    leases.want("k1", {leases.unit("T1")});
    const core::Instant late{leases.begins_ms + 10 * minute_ms};
    const auto moved = core::resource_text(core::unit_resource("T1", late, core::Instant{late.unix_ms + 20 * minute_ms}));
    const auto reply = leases.want("k2", {moved});
    CHECK(reply.grants.at(0).granted == 0);
    CHECK(reply.grants.at(0).holder == "k1");
    // k1 is asked for what it holds, under the name that it knows.
    CHECK(leases.ask("k1", {}).recalled == std::vector{leases.unit("T1")});
}

TEST_CASE("hub leases: whose time has begun is the hub's again", "[sync][hub]") {
    Leases leases;
    leases.want("k1", {leases.unit("T1"), "person:A1"});
    leases.hub.ports.clock.forward(leases.begins_ms - leases.hub.ports.clock.now().unix_ms + core::lease_margin_ms - 1);
    CHECK(leases.want("k2", {leases.unit("T1")}).grants.at(0).granted == 0);
    leases.hub.ports.clock.forward(1);
    CHECK(leases.want("k2", {leases.unit("T1")}).grants.at(0).granted == 1);
    CHECK(leases.want("k2", {"person:A1"}).grants.at(0).granted == 0); // a person's day has no beginning
}

TEST_CASE("hub leases: rows at which nobody looks go too", "[sync][hub]") {
    Leases leases;
    Kiosk kiosk("k4");
    kiosk.join(leases.hub);
    kiosk.write(event_drafts()[0]);
    leases.hub.push(kiosk.token, kiosk.request());
    leases.want("k1", {leases.unit("T1")});
    leases.hub.ports.clock.forward(120 * minute_ms);
    leases.hub.fold_all();
    CHECK(need(leases.hub.store.leases(event_code)).empty());
}

TEST_CASE("hub leases: holders are told what others wait for", "[sync][hub]") {
    Leases leases;
    const auto unit = leases.unit("T1");
    leases.want("k1", {unit, "person:A1"});
    CHECK(leases.ask("k1", {}).recalled.empty());
    leases.want("k2", {unit, "person:A1"}, true);
    CHECK(leases.ask("k1", {}).recalled == std::vector<std::string>{"person:A1", unit});
    CHECK(leases.ask("k3", {}).recalled.empty());
    SECTION("until it was given back") {
        CHECK(leases.give("k1", unit).recalled == std::vector<std::string>{"person:A1"});
        CHECK(leases.ask("k1", {}).recalled == std::vector<std::string>{"person:A1"});
    }
    SECTION("or is on its way") { CHECK(leases.give("k1", unit, 99).recalled == std::vector<std::string>{"person:A1"}); }
    SECTION("for a minute; whoever still waits asks again") {
        leases.hub.ports.clock.forward(61'000);
        CHECK(leases.ask("k1", {}).recalled.empty());
        leases.want("k2", {unit});
        CHECK(leases.ask("k1", {}).recalled == std::vector{unit});
    }
    SECTION("not when somebody else has it by now") {
        leases.hub.post("/v1/devices/HZ26/k1/lost", leases.hub.user("organizer"));
        leases.want("k2", {unit, "person:A1"}, true);
        CHECK(leases.ask("k1", {}).recalled.empty());
    }
}

TEST_CASE("hub leases: what a lost kiosk held is free, and it is written down who said so", "[sync][hub]") {
    Leases leases;
    const auto unit = leases.unit("T1");
    const auto generation = leases.want("k1", {unit}).grants.at(0).generation;
    leases.seats("k1", 3, 3);
    CHECK(leases.want("k2", {unit}).grants.at(0).granted == 0);
    CHECK(leases.hub.ask("POST", "/v1/devices/HZ26/k1/lost", leases.hub.user("viewer")).status == 403);
    const auto organizer = leases.hub.user("organizer");
    CHECK(leases.hub.post("/v1/devices/HZ26/k1/lost", organizer)["freed"] == 2);
    CHECK(leases.hub.post("/v1/devices/HZ26/k1/lost", organizer)["freed"] == 0);
    const auto reply = leases.want("k2", {unit});
    CHECK(reply.grants.at(0).granted == 1);
    CHECK(reply.grants.at(0).generation > generation); // what k1 confirmed unseen gives way
    CHECK(leases.seats("k2", 2, 3) == 2);
    // It came back after all: it is told what it no longer holds.
    CHECK(leases.want("k1", {unit}).grants.at(0).holder == "k2");
    CHECK(leases.seats("k1", 3, 3) == 1);
    const auto entries = leases.hub.get("/v1/audit", organizer)["entries"];
    CHECK(entries[1]["who"] == "some-organizer");
    CHECK(entries[1]["what"] == "device.lost HZ26/k1 leases 2");
    CHECK(leases.hub.ask("POST", "/v1/devices/HZ26/k7/lost", organizer).status == 404);
}

TEST_CASE("hub leases: a kiosk that came back under another incarnation holds nothing of before", "[sync][hub]") {
    Leases leases;
    const auto generation = leases.want("k1", {"person:A1", "person:B2"}).grants.at(0).generation;
    leases.incarnations["k1"] = "i2";
    leases.ask("k1", {});
    CHECK(need(leases.hub.store.leases(event_code)).empty());
    const auto reply = leases.want("k2", {"person:A1"});
    CHECK(reply.grants.at(0).granted == 1);
    CHECK(reply.grants.at(0).generation > generation);
    // The machine of before speaks too: two under one name. Neither may hold anything; giving back is always right.
    leases.incarnations["k1"] = "i1";
    protocol::LeaseRequest asks;
    asks.want.push_back({"person:C3", 1, 1, {}, 0});
    CHECK(leases.send("k1", asks).status == 409);
    leases.incarnations["k1"] = "i2";
    CHECK(leases.send("k1", asks).status == 409);
    protocol::LeaseRequest deals;
    deals.deal = true;
    CHECK(leases.send("k1", deals).status == 409);
    CHECK(leases.give("k1", "person:B2").given_back.size() == 1);
}

TEST_CASE("hub leases: a store that was restored grants newer than anything before", "[sync][hub]") {
    Leases leases;
    Kiosk kiosk("k4");
    kiosk.join(leases.hub);
    kiosk.write(event_drafts()[0]);
    leases.hub.push(kiosk.token, kiosk.request());
    leases.want("k1", {"person:A1"});
    leases.hub.post("/v1/devices/HZ26/k1/lost", leases.hub.user("organizer"));
    const auto before = leases.want("k2", {"person:A1"}).grants.at(0).generation;
    leases.hub.start();
    CHECK(leases.want("k2", {"person:B2"}).grants.at(0).generation == before); // a restart alone changes nothing
    leases.hub.ports.clock.forward(5'000);
    need(leases.hub.store.set_epoch("epoch1", true));
    leases.hub.start();
    for (const auto* name : {"k2", "k3"})
        leases.tell(name, {});
    leases.incarnations["k4"] = kiosk.incarnation();
    leases.tokens["k4"] = kiosk.token;
    leases.tell("k4", {});
    CHECK(leases.want("k2", {"person:C3"}).grants.at(0).generation > before);
}

TEST_CASE("hub leases: a hub that was put back grants nothing before everybody has said what they hold", "[sync][hub]") {
    Leases leases;
    auto& hub = leases.hub;
    const auto unit = leases.unit("T1");
    leases.want("k1", {"person:A1"}); // in the backup, and given back since
    CHECK(leases.want("k1", {}).awaited.empty());
    need(hub.store.set_epoch("epoch1", true));
    hub.start();
    const auto organizer = hub.user("organizer");

    auto reply = leases.want("k3", {"person:B2", "person:A1"}, true, "uid-1");
    CHECK(reply.awaited == std::vector<std::string>{"k1", "k2", "k3"});
    REQUIRE(reply.grants.size() == 2);
    for (const auto& grant : reply.grants) {
        CHECK(grant.granted == 0);
        CHECK(grant.holder.empty());
        CHECK(!grant.taken);
    }
    CHECK(leases.tell("k3", {}).awaited == std::vector<std::string>{"k1", "k2"});
    CHECK(leases.want("k3", {"person:B2"}).grants.at(0).granted == 0);
    reply = leases.tell("k1", {unit});
    CHECK(reply.awaited == std::vector<std::string>{"k2"});
    CHECK(reply.grants.at(0).granted == 1);
    CHECK(leases.holds("k1", unit));
    CHECK(!leases.holds("k1", "person:A1"));
    hub.start(); // switching off and on ends no waiting
    CHECK(leases.want("k3", {"person:B2"}).awaited == std::vector<std::string>{"k2"});
    const auto told = [&] {
        std::map<std::string, bool> waits;
        const auto list = hub.get("/v1/devices", organizer);
        for (const auto& device : list["devices"])
            waits[device["device"]] = device["awaited"];
        return waits;
    };
    CHECK(told() == std::map<std::string, bool>{{"k1", false}, {"k2", true}, {"k3", false}});

    SECTION("the last one speaks") {
        reply = leases.tell("k2", {unit});
        CHECK(reply.awaited.empty());
        CHECK(reply.grants.at(0).holder == "k1"); // who spoke first
    }
    SECTION("or is lost") { hub.post("/v1/devices/HZ26/k2/lost", organizer); }
    SECTION("or is not heard any more") { hub.post("/v1/devices/HZ26/k2/revoke", organizer); }
    CHECK(!told()["k2"]);
    CHECK(leases.want("k3", {"person:B2", "person:A1"}, true).grants.at(1).granted == 1);
    CHECK(leases.want("k3", {unit}).grants.at(0).holder == "k1");
}

TEST_CASE("hub leases: what a device says counts once the hub has its journal again", "[sync][hub]") {
    Leases leases;
    Kiosk kiosk("k4");
    kiosk.join(leases.hub);
    leases.tokens["k4"] = kiosk.token;
    leases.incarnations["k4"] = kiosk.incarnation();
    need(leases.hub.store.set_epoch("epoch1", true));
    leases.hub.start();
    for (const auto* name : {"k1", "k2", "k3"})
        leases.tell(name, {});
    for (const auto& draft : event_drafts())
        kiosk.write(draft);
    const auto last = need(kiosk.database->status()).last_seq;
    CHECK(leases.tell("k4", {}, last).awaited == std::vector<std::string>{"k4"});
    leases.hub.push(kiosk.token, kiosk.request());
    CHECK(leases.want("k1", {"person:A1"}).grants.at(0).granted == 0);
    CHECK(leases.tell("k4", {}, last).awaited.empty());
    CHECK(leases.want("k1", {"person:A1"}).grants.at(0).granted == 1);
}

TEST_CASE("hub leases: who was called lost before the hub was put back is not waited for", "[sync][hub]") {
    Leases leases;
    leases.hub.post("/v1/devices/HZ26/k2/lost", leases.hub.user("organizer"));
    need(leases.hub.store.set_epoch("epoch1", true));
    leases.hub.start();
    CHECK(leases.want("k1", {"person:A1"}).awaited == std::vector<std::string>{"k1", "k3"});
}

TEST_CASE("hub leases: a venue's hub holds the whole event or nothing", "[sync][hub]") {
    Leases leases;
    leases.join("hub-hall", true);
    leases.want("k1", {"person:A1", "person:B2"});
    CHECK(leases.want("hub-hall", {"event"}).grants.at(0).holder == "k1");
    // Everything is asked back.
    CHECK(leases.ask("k1", {}).recalled == std::vector<std::string>{"person:A1", "person:B2"});
    leases.give("k1", "person:A1");
    leases.give("k1", "person:B2");
    CHECK(leases.want("hub-hall", {"event"}).grants.at(0).granted == 1);
    auto reply = leases.want("k1", {"person:A1"});
    CHECK(reply.grants.at(0).granted == 0);
    CHECK(reply.grants.at(0).holder == "hub-hall");
    CHECK(!reply.grants.at(0).taken);
    CHECK(leases.give("hub-hall", "event").given_back == std::vector<std::string>{"event"});
    CHECK(leases.want("k1", {"person:A1"}).grants.at(0).granted == 1);
}

TEST_CASE("hub leases: the hub of a venue grants while it holds the event, and no longer", "[sync][hub]") {
    Leases leases;
    auto& store = leases.hub.store;
    const auto fact = std::string("rights/") + event_code;
    need(store.set_fact(fact, std::string(kiosk::sync::hub::rights_wanted)));
    protocol::LeaseRequest request;
    request.want.push_back({"person:A1", 1, 1, {}, 0});
    request.want.push_back({"seats:cd1", 3, 10, {}, 0});
    request.deal = true;
    auto reply = leases.ask("k1", request);
    REQUIRE(reply.grants.size() == 2);
    CHECK(reply.grants[0].granted == 0);
    CHECK(reply.grants[0].holder.empty());
    CHECK(!reply.grants[0].taken);
    CHECK(reply.grants[1].granted == 0);
    CHECK(need(store.leases(event_code)).empty());
    need(store.set_fact(fact, std::string(kiosk::sync::hub::rights_held)));
    reply = leases.ask("k1", request);
    CHECK(reply.grants[0].granted == 1);
    CHECK(reply.grants[1].granted == 3);
    need(store.set_fact(fact, std::string(kiosk::sync::hub::rights_releasing)));
    CHECK(leases.want("k2", {"person:B2"}).grants.at(0).granted == 0);
    CHECK(leases.ask("k1", {}).recalled == std::vector<std::string>{"person:A1", "seats:cd1"}); // all of it comes in
    CHECK(leases.give("k1", "person:A1").recalled == std::vector<std::string>{"seats:cd1"});
}

TEST_CASE("hub leases: each device is dealt its share of what nobody holds, and a lost one's goes to the others", "[sync][hub]") {
    Leases leases;
    auto& hub = leases.hub;
    const auto deal = [&](const std::string& device) {
        protocol::LeaseRequest request;
        request.deal = true;
        return leases.ask(device, std::move(request)).grants;
    };
    CHECK(deal("k1").empty()); // there is no event yet
    Kiosk office("k4");
    office.join(hub);
    for (const auto& draft : event_drafts())
        office.write(draft);
    Json unit{{"id", "T1"}, {"slots", Json::array()}};
    for (int slot = 0; slot < 12; ++slot) {
        const core::Instant starts{leases.begins_ms + slot * 20 * minute_ms};
        unit["slots"].push_back({{"id", "s" + std::to_string(slot)},
                                 {"starts", core::to_rfc3339_utc(starts)},
                                 {"ends", core::to_rfc3339_utc(core::Instant{starts.unix_ms + 20 * minute_ms})}});
    }
    office.write(core::make_config({"unit", "T1", unit.dump()}));
    hub.push(office.token, office.request());

    std::set<std::string> held;
    std::map<std::string, std::size_t> shares;
    for (const auto* device : {"k1", "k2", "k3"})
        for (const auto& grant : deal(device)) {
            INFO(device << " " << grant.resource);
            CHECK(grant.granted == 1);
            CHECK(held.insert(grant.resource).second);
            ++shares[device];
        }
    CHECK(shares.size() == 3);
    CHECK(held.size() <= 12);
    const auto rows = need(hub.store.leases(event_code));
    CHECK(deal("k1").empty()); // nothing more is due to it
    CHECK(need(hub.store.leases(event_code)) == rows);
    // Once a device is called lost, its share is the others'.
    hub.post("/v1/devices/HZ26/k3/lost", hub.user("organizer"));
    std::size_t more = deal("k1").size() + deal("k2").size();
    CHECK(more > 0);
    // A venue hub that does not hold the event deals nothing.
    need(hub.store.set_fact(std::string("rights/") + event_code, std::string(kiosk::sync::hub::rights_wanted)));
    hub.post("/v1/devices/HZ26/k2/lost", hub.user("admin"));
    CHECK(deal("k1").empty());
}

TEST_CASE("hub leases: who asks and for what is checked", "[sync][hub]") {
    Leases leases;
    auto& hub = leases.hub;
    const auto ask = [&](const std::string& body) { return hub.ask("POST", "/v1/leases", leases.tokens["k1"], body).status; };
    CHECK(ask(R"({"device":"k2","incarnation":"i1"})") == 403);
    CHECK(ask(R"({"device":"k1","incarnation":"i/1"})") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":""}]})") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":"room:x"}]})") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","give_back":[{"resource":"unit:T1@7-3"}]})") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":"person:)" + std::string(800, 'x') + "\"}]}") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":"person:a","count":-1}]})") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":"person:a","capacity":99999999}]})") == 400);
    CHECK(ask("[]") == 400);
    CHECK(need(hub.store.leases(event_code)).empty());
    CHECK(ask(R"({"device":"k1","incarnation":"i1"})") == 200);
    hub.post("/v1/devices/HZ26/k1/revoke", hub.user("organizer"));
    CHECK(ask(R"({"device":"k1","incarnation":"i1"})") == 403);
}

} // namespace kiosk::test
