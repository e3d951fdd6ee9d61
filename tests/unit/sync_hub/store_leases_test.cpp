// SPDX-License-Identifier: Apache-2.0
// Leases in the hub's stores; every case here runs on SQLite and on PostgreSQL.
#include "store_fixture.hpp"

#include "hub/api.hpp"
#include "protocol/messages.hpp"

#include <set>

using namespace kiosk;
using namespace kiosk::test;
using namespace kiosk::test::hub_store;
using namespace kiosk::sync::hub;

#define EACH_STORE(name) TEMPLATE_TEST_CASE(name, "[hub][store]", OnSqlite, OnPostgres)

namespace {

core::HeldLease held(const core::Resource& resource, const std::string& holder, std::uint64_t generation = 1,
                     const std::string& incarnation = "i1") {
    return {resource, holder, incarnation, generation, 5, "uid-7", 0};
}
core::Resource slot(const std::string& unit, std::int64_t from_s = 1000, std::int64_t until_s = 2200) {
    return core::unit_resource(unit, core::Instant{from_s * 1000}, core::Instant{until_s * 1000});
}
LeaseSelection only(std::vector<std::string> subjects) { return {std::move(subjects), {}, {}}; }

} // namespace

EACH_STORE("hub store: leases are kept as they are, generation and all") {
    TestType where;
    auto store = where.open();
    auto seats = held(core::seats_resource("谷", 12), "k1");
    auto more_seats = held(core::seats_resource("谷", 3), "k2", 9);
    auto unit = held(slot("T@1"), "k1");
    unit.closing_seq = 17;
    const auto person = held(core::person_resource("A1"), "k2", 3, "i7");
    need(store->change_leases("a", {}, [&](LeaseTable& table) {
        CHECK(table.rows.empty());
        CHECK(table.generation == 0);
        table.rows = {unit, more_seats, person, seats};
        table.generation = 41;
    }));
    need(store->change_leases("b", {}, [](LeaseTable& table) {
        CHECK(table.rows.empty());
        CHECK(table.generation == 0);
    }));
    store.reset();
    store = where.open();
    CHECK(need(store->leases("a")) == std::vector{person, seats, more_seats, unit});
    CHECK(need(store->leases("b")).empty());
    need(store->change_leases("a", {}, [&](LeaseTable& table) {
        CHECK(table.generation == 41);
        REQUIRE(table.rows.size() == 4);
        std::erase(table.rows, seats);
        std::erase(table.rows, person);
        std::ranges::find(table.rows, more_seats)->resource.count = 2;
    }));
    more_seats.resource.count = 2;
    CHECK(need(store->leases("a")) == std::vector{more_seats, unit});
    need(store->change_leases("a", {}, [&](LeaseTable& table) { CHECK(table.generation == 41); }));
}

EACH_STORE("hub store: a change of leases sees and writes what was selected, and leaves the rest") {
    TestType where;
    const auto store = where.open();
    const auto one = held(slot("T1"), "k1");
    const auto two = held(slot("T1", 2200, 3400), "k2");
    const auto other = held(slot("T2"), "k1");
    const auto event = held({"event", {}, {}, 1}, "hub-hall");
    const auto older = held(core::person_resource("A1"), "k3", 1, "i0");
    const auto newer = held(core::person_resource("B2"), "k3", 1, "i1");
    need(store->change_leases("a", {}, [&](LeaseTable& table) { table.rows = {one, two, other, event, older, newer}; }));
    const auto seen = [&](const LeaseSelection& selection) {
        std::set<std::string> found;
        need(store->change_leases("a", selection, [&](LeaseTable& table) {
            for (const auto& row : table.rows)
                CHECK(found.insert(core::resource_text(row.resource)).second);
        }));
        return found;
    };
    const auto text = [](const core::HeldLease& row) { return core::resource_text(row.resource); };
    CHECK(seen({}).size() == 6);
    CHECK(seen(only({})) == std::set<std::string>{"event"}); // of the whole event, always
    CHECK(seen(only({"unit:T1", "unit:T1", "event"})) == std::set{text(one), text(two), text(event)});
    // And what the holder has under another incarnation.
    CHECK(seen({std::vector<std::string>{"unit:T2"}, "k3", "i1"}) == std::set{text(other), text(event), text(older)});
    CHECK(seen({std::vector<std::string>{"person:A1"}, "k3", "i1"}) == std::set{text(event), text(older)});
    need(store->change_leases("a", only({"unit:T1"}), [&](LeaseTable& table) { std::erase(table.rows, one); }));
    CHECK(seen({}) == std::set{text(two), text(other), text(event), text(older), text(newer)});
}

EACH_STORE("hub store: the database refuses two holders") {
    TestType where;
    const auto store = where.open();
    need(store->change_leases("a", {}, [&](LeaseTable& table) {
        table.rows = {held(slot("T1"), "k1"), held(core::person_resource("A1"), "k1")};
    }));
    const auto before = need(store->leases("a"));
    // Each of them believes that nothing is held; so did a program that was wrong.
    const auto add = [&](const core::Resource& resource, const std::string& holder) {
        return store->change_leases("a", only({}), [&](LeaseTable& table) { table.rows.push_back(held(resource, holder)); });
    };
    CHECK(!add(slot("T1"), "k2"));
    CHECK(!add(slot("T1", 1600, 2800), "k2")); // moved, and touching
    CHECK(!add(core::person_resource("A1"), "k2"));
    CHECK(!add(core::person_resource("A1", core::Instant{0}, core::Instant{1000}), "k2")); // within the day
    CHECK(need(store->leases("a")) == before);
    CHECK(add(slot("T1", 2200, 3400), "k2"));
    CHECK(add(slot("T2"), "k2"));
    CHECK(add(core::seats_resource("cd1", 3), "k1"));
    CHECK(add(core::seats_resource("cd1", 3), "k2"));
    // Two in one go, of which neither was there before.
    CHECK(!store->change_leases("a", only({}), [&](LeaseTable& table) {
        table.rows.push_back(held(slot("T3"), "k1"));
        table.rows.push_back(held(slot("T3"), "k2"));
    }));
    CHECK(need(store->leases("a")).size() == 6);
}

EACH_STORE("hub store: a change of leases knows how far each journal is here") {
    TestType where;
    const auto store = where.open();
    push(*store, batch("a", "k1", 1, 3));
    push(*store, job("a", "k1", {operation("k1", 5)}));
    need(store->change_leases("a", only({}), [&](LeaseTable& table) {
        CHECK(table.contiguous("k1", "i1") == 3);
        CHECK(table.contiguous("k1", "i2") == 0);
        CHECK(table.contiguous("k2", "i1") == 0);
    }));
    push(*store, job("a", "k1", {operation("k1", 4)}));
    need(store->change_leases("a", only({}), [&](LeaseTable& table) { CHECK(table.contiguous("k1", "i1") == 5); }));
    need(store->change_leases("b", only({}), [&](LeaseTable& table) { CHECK(table.contiguous("k1", "i1") == 0); }));
}

EACH_STORE("hub store: after it was put back nothing is granted before every device has said what it holds") {
    namespace protocol = kiosk::sync::protocol;
    TestType where;
    TempFolder folder;
    Ports ports;
    auto store = where.open();
    std::unique_ptr<Api> api;
    const auto start = [&] {
        api.reset();
        store.reset();
        store = where.open();
        ApiOptions options;
        options.folder = folder / "mirrors";
        options.hub_url = "https://192.0.2.1:8443";
        api = need(Api::create(*store, ports.clock, ports.random, hasher(), std::move(options)));
    };
    start();
    std::map<std::string, std::string> tokens;
    const auto post = [&](const std::string& target, const std::string& device, std::string body) {
        ApiRequest request{"POST", target, {}, std::move(body), "203.0.113.9"};
        if (!device.empty())
            request.headers["authorization"] = "Bearer " + tokens[device];
        const auto answer = api->handle(request);
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        return answer.body;
    };
    for (const auto* name : {"k1", "k2"}) {
        const auto code = need(protocol::decode_enrolment_code(need(api->make_enrolment_code("a", false))));
        tokens[name] = need(protocol::decode_enroll_reply(post("/v1/enroll", {}, protocol::encode(protocol::EnrollRequest{code.code, name, "i1", {}, "kiosk 1", false})))).token;
    }
    const auto ask = [&](const std::string& device, bool tells) {
        protocol::LeaseRequest request;
        request.device = device;
        request.incarnation = "i1";
        request.want.push_back({"person:" + device, 1, 1, {}, 0, tells});
        if (tells)
            request.holds_seq = 0;
        return need(protocol::decode_lease_reply(post("/v1/leases", device, protocol::encode(request))));
    };
    CHECK(ask("k1", false).grants.at(0).granted == 1);
    need(store->set_epoch("e2", true));
    start();
    CHECK(ask("k2", false).awaited == std::vector<std::string>{"k1", "k2"});
    CHECK(ask("k2", false).grants.at(0).granted == 0);
    auto reply = ask("k2", true); // granted since the backup, and known again
    CHECK(reply.grants.at(0).granted == 1);
    CHECK(reply.awaited == std::vector<std::string>{"k1"});
    start();
    reply = ask("k1", false);
    CHECK(reply.awaited == std::vector<std::string>{"k1"});
    CHECK(reply.grants.at(0).granted == 1); // what the backup knows of it
    CHECK(ask("k1", true).awaited.empty());
    const auto rows = need(store->leases("a"));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].holder == "k1");
    CHECK(rows[1].holder == "k2");
    start(); // not again
    CHECK(ask("k2", false).awaited.empty());
}
