// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;

namespace {

struct Leases {
    Hub hub;
    std::map<std::string, std::string> tokens;
    Leases() {
        for (const auto* name : {"k1", "k2", "k3"})
            tokens[name] = hub.enroll(name).token;
    }
    std::vector<protocol::LeaseGrant> ask(const std::string& device, std::vector<protocol::LeaseWish> want,
                                          std::vector<protocol::LeaseWish> give_back = {}) {
        const auto answer = hub.ask("POST", "/v1/leases", tokens[device],
                                    protocol::encode(protocol::LeaseRequest{device, "i1", std::move(want), std::move(give_back)}));
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return need(protocol::decode_lease_reply(answer.body)).grants;
    }
};

} // namespace

TEST_CASE("hub leases: a unit has one holder until it is given back", "[sync][hub]") {
    Leases leases;
    auto grants = leases.ask("k1", {{"unit:T1:s1", 1, 1}, {"person:A1:s1", 1, 1}});
    REQUIRE(grants.size() == 2);
    CHECK(grants[0].granted == 1);
    CHECK(grants[0].holder.empty());
    grants = leases.ask("k1", {{"unit:T1:s1", 1, 1}}); // the same again changes nothing
    CHECK(grants[0].granted == 1);
    CHECK(need(leases.hub.store.leases(event_code)).size() == 2);
    grants = leases.ask("k2", {{"unit:T1:s1", 1, 1}});
    CHECK(grants[0].granted == 0);
    CHECK(grants[0].holder == "k1");
    grants = leases.ask("k2", {}, {{"unit:T1:s1", 1, 1}}); // giving back what it does not hold
    CHECK(grants[0].granted == 0);
    CHECK(leases.ask("k2", {{"unit:T1:s1", 1, 1}})[0].granted == 0);
    grants = leases.ask("k1", {}, {{"unit:T1:s1", 1, 1}});
    CHECK(grants[0].granted == 0);
    CHECK(leases.ask("k2", {{"unit:T1:s1", 1, 1}})[0].granted == 1);
    CHECK(leases.ask("k1", {{"unit:T1:s1", 1, 1}})[0].holder == "k2");
}

TEST_CASE("hub leases: seats are counted and never more than there are", "[sync][hub]") {
    Leases leases;
    CHECK(leases.ask("k1", {{"seats:cd1", 4, 10}})[0].granted == 4);
    CHECK(leases.ask("k2", {{"seats:cd1", 4, 10}})[0].granted == 4);
    auto grants = leases.ask("k3", {{"seats:cd1", 4, 10}});
    CHECK(grants[0].granted == 2);
    CHECK(!grants[0].holder.empty());
    CHECK(leases.ask("k1", {{"seats:cd1", 6, 10}})[0].granted == 4); // nothing is left
    CHECK(leases.ask("k1", {{"seats:cd1", 1, 10}})[0].granted == 4); // a wish takes nothing away
    // Giving back comes first: all, and then what it still wants.
    grants = leases.ask("k1", {{"seats:cd1", 1, 10}}, {{"seats:cd1", 1, 10}});
    REQUIRE(grants.size() == 1);
    CHECK(grants[0].granted == 1);
    grants = leases.ask("k1", {{"seats:cd1", 1, 10}}, {{"seats:cd1", 1, 10}}); // sent twice
    CHECK(grants[0].granted == 1);
    CHECK(leases.ask("k3", {{"seats:cd1", 10, 10}})[0].granted == 5);
    std::int64_t held = 0;
    for (const auto& row : need(leases.hub.store.leases(event_code)))
        held += row.count;
    CHECK(held == 10);
}

TEST_CASE("hub leases: what a lost kiosk held is free, and it is written down who said so", "[sync][hub]") {
    Leases leases;
    leases.ask("k1", {{"unit:T1:s1", 1, 1}, {"seats:cd1", 3, 3}});
    CHECK(leases.ask("k2", {{"unit:T1:s1", 1, 1}})[0].granted == 0);
    CHECK(leases.hub.ask("POST", "/v1/devices/HZ26/k1/lost", leases.hub.user("viewer")).status == 403);
    const auto organizer = leases.hub.user("organizer");
    CHECK(leases.hub.post("/v1/devices/HZ26/k1/lost", organizer)["freed"] == 2);
    CHECK(leases.hub.post("/v1/devices/HZ26/k1/lost", organizer)["freed"] == 0);
    CHECK(leases.ask("k2", {{"unit:T1:s1", 1, 1}, {"seats:cd1", 2, 3}})[1].granted == 2);
    // It came back after all: it is told what it no longer holds.
    const auto grants = leases.ask("k1", {{"unit:T1:s1", 1, 1}, {"seats:cd1", 3, 3}});
    CHECK(grants[0].granted == 0);
    CHECK(grants[0].holder == "k2");
    CHECK(grants[1].granted == 1);
    const auto entries = leases.hub.get("/v1/audit", organizer)["entries"];
    CHECK(entries[1]["who"] == "some-organizer");
    CHECK(entries[1]["what"] == "device.lost HZ26/k1 leases 2");
    CHECK(leases.hub.ask("POST", "/v1/devices/HZ26/k7/lost", organizer).status == 404);
}

TEST_CASE("hub leases: who asks and for what is checked", "[sync][hub]") {
    Leases leases;
    auto& hub = leases.hub;
    const auto ask = [&](const std::string& body) { return hub.ask("POST", "/v1/leases", leases.tokens["k1"], body).status; };
    CHECK(ask(R"({"device":"k2","incarnation":"i1"})") == 403);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":""}]})") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":")" + std::string(201, 'x') + "\"}]}") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":"a","count":-1}]})") == 400);
    CHECK(ask(R"({"device":"k1","incarnation":"i1","want":[{"resource":"a","capacity":99999999}]})") == 400);
    CHECK(ask("[]") == 400);
    CHECK(need(hub.store.leases(event_code)).empty());
    CHECK(ask(R"({"device":"k1","incarnation":"i1"})") == 200);
    hub.post("/v1/devices/HZ26/k1/revoke", hub.user("organizer"));
    CHECK(ask(R"({"device":"k1","incarnation":"i1"})") == 403);
}
