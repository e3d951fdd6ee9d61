// SPDX-License-Identifier: Apache-2.0
// A venue hub and its central one, over a line that is cut, comes back, lies and forgets.
#include "hub/relay.hpp"
#include "support/catch.hpp"
#include "unit/sync_hub/api_fixture.hpp"

#include <algorithm>
#include <functional>

using namespace kiosk::test;
namespace client = kiosk::sync::client;
namespace core = kiosk::core;
namespace hub = kiosk::sync::hub;

namespace {

class LineToHub final : public client::Wire {
public:
    explicit LineToHub(Hub& other) : m_other(other) {}
    core::Result<client::WireAnswer> exchange(const client::WireRequest& request) override {
        ++requests;
        if (cut)
            return core::fail(core::ErrorCode::Unavailable, "error.sync.unreachable", "cut");
        if (portal)
            return client::WireAnswer{200, {}, "<html>please log in</html>"};
        if (!pins.empty() && std::ranges::find(pins, key) == pins.end())
            return core::fail(core::ErrorCode::Denied, "error.sync.other_key", "another key");
        const auto answer = m_other.ask(request.method, request.path, request.token, request.body);
        if (lose_answers)
            return core::fail(core::ErrorCode::Unavailable, "error.sync.unreachable", "the answer was lost");
        return client::WireAnswer{answer.status, {}, answer.body};
    }
    core::Result<client::WireAnswer> download(const client::WireRequest& request,
                                              const std::function<bool(std::string_view)>&) override {
        return exchange(request);
    }
    void interrupt() override {}
    bool cut = false;
    bool portal = false;
    bool lose_answers = false;
    int requests = 0;
    std::string key = "AAAA+BBBB/CCCC="; // of the hub at the other end
    std::vector<std::string> pins;       // what it is known by; none: whatever it is

private:
    Hub& m_other;
};

struct Halls {
    Hub central;
    Hub venue;
    LineToHub line{central};
    hub::RelayEnrolment enrolment; // as the venue's hub keeps it
    bool disk_full = false;        // there
    std::int64_t greet_every_ms = 300'000;
    std::unique_ptr<hub::Relay> relay;

    Halls() {
        venue.ports.random = SeededRandom(815);
        venue.start();
        const auto own = [this](const ApiRequest& request) { return venue.api->handle(request); };
        enrolment = need(hub::enroll_at_central(
            line, "https://192.0.2.1:8443", "PIN", central.code(event_code, true), "0123456789abcdef", "1.0", own,
            [this](const std::string& event) { return venue.api->make_enrolment_code(event, true); }));
        start();
    }
    void start() { // as after a restart of the venue hub: what it knows is in its store
        hub::RelayPorts ports;
        ports.store = &venue.store;
        ports.push_wire = ports.pull_wire = &line;
        ports.random = &venue.ports.random;
        ports.hasher = &hasher();
        ports.own = [this](const ApiRequest& request) { return venue.api->handle(request); };
        ports.keep_pins = [this](const std::vector<std::string>& pins) -> core::Status {
            if (disk_full)
                return core::fail(core::ErrorCode::DiskFull, "error.disk_full");
            enrolment.central.pins = line.pins = pins;
            return {};
        };
        line.pins = enrolment.central.pins;
        hub::RelayOptions options;
        options.central = enrolment.central;
        options.greet_every_ms = greet_every_ms;
        options.own_token = enrolment.own_token;
        options.own_device = enrolment.own_device;
        options.incarnation = "venue-1";
        options.poll_s = 0;
        options.rights_every_ms = 0;
        relay = std::make_unique<hub::Relay>(ports, options);
    }
    // Until both sides have nothing more to say.
    std::uint64_t settle() {
        std::uint64_t moved = 0;
        for (int rounds = 0, quiet = 0; rounds < 200 && quiet < 3; ++rounds) {
            const auto up = relay->push();
            const auto down = relay->pull();
            moved += up.moved + down.moved;
            quiet = up.moved + down.moved > 0 ? 0 : quiet + 1;
        }
        return moved;
    }
};

// A kiosk at each of them, and backups that are put back.
struct Restored : Halls {
    Kiosk inside{"k1", 11}, outside{"k2", 12};
    Restored() {
        inside.join(venue);
        outside.join(central);
        settle();
    }
    void write_inside(int count) {
        for (int number = 0; number < count; ++number)
            inside.write(person_draft(std::to_string(3000 + number)));
        venue.push(inside.token, inside.request());
        settle();
    }
    static void put_back(Hub& at, const MemoryStore::Backup& backup) {
        at.store.put_back(backup);
        need(at.store.set_epoch("another-epoch", true));
        at.start();
    }
};

std::vector<std::string> ids(const std::vector<core::Operation>& operations) {
    std::vector<std::string> all;
    for (const auto& operation : operations)
        all.push_back(core::to_string(operation.id) + " " + core::to_hex(operation.hash));
    std::ranges::sort(all);
    return all;
}

} // namespace

TEST_CASE("hub relay: both hubs end with the same operations, identities unchanged", "[hub][relay]") {
    Halls halls;
    CHECK(halls.enrolment.central.event == event_code);
    Kiosk inside("k1", 11), outside("k2", 12);
    inside.join(halls.venue);
    outside.join(halls.central);
    for (int number = 0; number < 5; ++number)
        inside.write(person_draft(std::to_string(1000 + number)));
    for (int number = 0; number < 7; ++number)
        outside.write(person_draft(std::to_string(2000 + number)));
    halls.venue.push(inside.token, inside.request());
    halls.central.push(outside.token, outside.request());
    CHECK(halls.settle() >= 12);
    const auto here = ids(halls.venue.whole_feed(inside.token));
    CHECK(here == ids(halls.central.whole_feed(outside.token)));
    CHECK(here.size() >= 12);
    CHECK(std::ranges::count_if(here, [](const auto& id) { return id.starts_with("k1/"); }) == 5);
    CHECK(std::ranges::count_if(here, [](const auto& id) { return id.starts_with("k2/"); }) == 7);
    // Nothing goes in circles, also after a restart.
    CHECK(halls.settle() == 0);
    halls.start();
    CHECK(halls.settle() == 0);
    CHECK(need(halls.central.store.quarantine_count()) == 0);
    CHECK(need(halls.venue.store.quarantine_count()) == 0);
    // Personal parts travel as well.
    const auto feed = halls.central.whole_feed(outside.token);
    CHECK(std::ranges::any_of(feed, [](const auto& operation) { return operation.id.device == "k1" && !operation.personal.empty(); }));
}

TEST_CASE("hub relay: what gathers behind a cut line drains when it heals", "[hub][relay]") {
    Halls halls;
    Kiosk inside("k1", 11), outside("k2", 12);
    inside.join(halls.venue);
    outside.join(halls.central);
    halls.settle();
    SECTION("cut") { halls.line.cut = true; }
    SECTION("a portal") { halls.line.portal = true; }
    SECTION("answers are lost") { halls.line.lose_answers = true; }
    for (int number = 0; number < 1200; ++number)
        inside.write(person_draft(std::to_string(10000 + number)));
    for (std::uint64_t after = 0; after < 1200; after += 500)
        halls.venue.push(inside.token, inside.request(after));
    std::int64_t longest = 0;
    for (int tries = 0; tries < 30; ++tries) {
        const auto up = halls.relay->push();
        CHECK_FALSE(up.progress);
        CHECK(up.wait_ms > 0);
        CHECK(halls.relay->pull().wait_ms > 0);
        longest = std::max(longest, up.wait_ms);
    }
    CHECK(longest <= 30'000);
    CHECK(longest >= 15'000);
    halls.line.cut = halls.line.portal = halls.line.lose_answers = false;
    halls.settle();
    CHECK(halls.central.whole_feed(outside.token).size() >= 1200);
    CHECK(ids(halls.venue.whole_feed(inside.token)) == ids(halls.central.whole_feed(outside.token)));
    CHECK(need(halls.central.store.quarantine_count()) == 0);
}

TEST_CASE("hub relay: a central hub that forgot gets everything again", "[hub][relay]") {
    Halls halls;
    Kiosk inside("k1", 11);
    inside.join(halls.venue);
    for (int number = 0; number < 4; ++number)
        inside.write(person_draft(std::to_string(3000 + number)));
    halls.venue.push(inside.token, inside.request());
    halls.settle();
    need(halls.central.store.set_epoch("another-epoch", true));
    halls.central.start();
    // From the start of this hub's log: duplicates there, where nothing was lost.
    CHECK(halls.settle() >= 4);
    CHECK(halls.settle() == 0);
    CHECK(need(halls.central.store.quarantine_count()) == 0);
}

TEST_CASE("hub relay: what a central hub wrote itself and lost comes back from the hall", "[hub][relay]") {
    Restored halls;
    const auto organizer = halls.central.user("organizer");
    const auto change = [&](const std::string& ticket) {
        halls.central.post("/v1/changes", organizer, {{"event", event_code}, {"registrations", {{{"ticket", ticket}, {"ticket_type", "std"}, {"name", "来宾"}}}}});
    };
    change("A1");
    halls.settle();
    const auto backup = halls.central.store.backup();
    change("B2");
    halls.write_inside(1);
    const auto before = ids(halls.venue.whole_feed(halls.inside.token));

    halls.put_back(halls.central, *backup);
    CHECK(halls.settle() >= 2);
    CHECK(ids(halls.central.whole_feed(halls.outside.token)) == before);
    CHECK(ids(halls.venue.whole_feed(halls.inside.token)) == before);
    CHECK(halls.settle() == 0);
    halls.start();
    CHECK(halls.settle() == 0);
    CHECK(need(halls.central.store.quarantine_count()) == 0);
}

TEST_CASE("hub relay: what a hall's hub sent and lost comes back from the central one, also where the kiosk is gone", "[hub][relay]") {
    Restored halls;
    const auto backup = halls.venue.store.backup();
    halls.write_inside(3);
    const auto before = ids(halls.central.whole_feed(halls.outside.token));
    CHECK(before.size() >= 3);

    halls.put_back(halls.venue, *backup);
    halls.start();
    halls.settle();
    CHECK(ids(halls.venue.whole_feed(halls.inside.token)) == before);
    CHECK(ids(halls.central.whole_feed(halls.outside.token)) == before);
    CHECK(need(halls.venue.store.quarantine_count()) == 0);
}

TEST_CASE("hub relay: a hub that was restored takes from a kiosk what devices of the other hub wrote", "[hub][relay]") {
    Restored halls;
    const auto backup = halls.central.store.backup();
    halls.write_inside(1);
    const auto all = halls.central.whole_feed(halls.outside.token);

    halls.line.cut = true;
    halls.put_back(halls.central, *backup);
    auto relay = halls.outside.request();
    relay.relay = true;
    relay.operations.assign(all.begin(), all.end());
    halls.central.push(halls.outside.token, relay);
    CHECK(ids(halls.central.whole_feed(halls.outside.token)) == ids(all));
    CHECK(need(halls.central.store.quarantine_count()) == 0);
}

TEST_CASE("hub relay: a planned change of the central hub's key needs nobody in the hall", "[hub][relay]") {
    using Pins = std::vector<std::string>;
    Restored halls;
    auto& central = halls.central;
    const auto known = [&] { return halls.enrolment.central.pins; };
    const Pins first{"AAAA+BBBB/CCCC="}, both{"AAAA+BBBB/CCCC=", "NEXT"};
    CHECK(known() == first); // the code's and the hub's own: what it no longer named is gone
    const auto announce = [&](const Pins& pins) {
        central.pins = pins;
        central.start();
    };
    announce(both);
    halls.disk_full = true;
    halls.write_inside(1);
    CHECK(known() == first);
    CHECK(halls.line.pins == first);
    halls.disk_full = false;
    halls.write_inside(1); // announced again
    CHECK(known() == both);
    CHECK(halls.line.pins == both);

    halls.start(); // all that is left is what was kept
    halls.line.key = "NEXT";
    announce({"NEXT"});
    halls.write_inside(2);
    CHECK(known() == Pins{"NEXT"});
    CHECK(ids(central.whole_feed(halls.outside.token)) == ids(halls.venue.whole_feed(halls.inside.token)));

    // Announced by none that is known: it is taken, and nothing known is dropped.
    announce({"OTHER"});
    halls.write_inside(1);
    CHECK(known() == Pins{"NEXT", "OTHER"});
    // A key that nobody announced stays outside.
    halls.line.key = "STRANGER";
    announce({"STRANGER"});
    halls.inside.write(person_draft("5000"));
    halls.venue.push(halls.inside.token, halls.inside.request());
    CHECK_FALSE(halls.relay->push().progress);
    CHECK(known() == Pins{"NEXT", "OTHER"});
}

TEST_CASE("hub relay: a hall where nothing happens hears of another key as well", "[hub][relay]") {
    Restored halls;
    halls.greet_every_ms = 0;
    halls.start();
    halls.settle();
    halls.central.pins.push_back("NEXT");
    halls.central.start();
    CHECK(halls.relay->push().moved == 0);
    CHECK(halls.enrolment.central.pins == halls.central.pins);
    // Otherwise it is not asked all the time.
    halls.greet_every_ms = 3'600'000;
    halls.start();
    halls.settle();
    need(halls.venue.store.set_fact(std::string("rights/") + event_code, "released"));
    halls.relay->push();
    const auto requests = halls.line.requests;
    for (int tries = 0; tries < 5; ++tries)
        CHECK_FALSE(halls.relay->push().progress);
    CHECK(halls.line.requests == requests);
}

TEST_CASE("hub relay: a code for kiosks is none for hubs, a used one none at all", "[hub][relay]") {
    Hub central, venue;
    LineToHub line(central);
    const auto own = [&](const ApiRequest& request) { return venue.api->handle(request); };
    const auto own_code = [&](const std::string& event) { return venue.api->make_enrolment_code(event, true); };
    const auto enroll = [&](const std::string& code) {
        return hub::enroll_at_central(line, "https://192.0.2.1:8443", "PIN", code, "0123456789abcdef", "1.0", own, own_code);
    };
    CHECK_FALSE(enroll(central.code(event_code, false)));
    const auto code = central.code(event_code, true);
    CHECK(enroll(code));
    CHECK_FALSE(enroll(code));
    line.portal = true;
    CHECK_FALSE(enroll(central.code(event_code, true)));
}

namespace {

// What the kiosk holds there, all of it.
void tell(Hub& at, const protocol::EnrollReply& kiosk, const std::vector<std::string>& resources) {
    protocol::LeaseRequest request;
    request.device = kiosk.device;
    request.incarnation = "i1";
    for (const auto& resource : resources)
        request.want.push_back({resource, 1, 1, {}, 0, true});
    request.holds_seq = 0;
    const auto answer = at.ask("POST", "/v1/leases", kiosk.token, protocol::encode(request));
    INFO(answer.body);
    REQUIRE(answer.status == 200);
}

// What a kiosk at a hub is granted of one person: 1 or 0.
std::int64_t ask_for(Hub& at, const protocol::EnrollReply& kiosk, const std::string& resource, bool give_back = false) {
    protocol::LeaseRequest request;
    request.device = kiosk.device;
    request.incarnation = "i1";
    (give_back ? request.give_back : request.want).push_back({resource, 1, 1, {}, 0});
    const auto answer = at.ask("POST", "/v1/leases", kiosk.token, protocol::encode(request));
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    const auto reply = need(protocol::decode_lease_reply(answer.body));
    return give_back ? static_cast<std::int64_t>(reply.given_back.size()) : reply.grants.at(0).granted;
}

std::string rights(Hub& at) { return need(at.store.fact(std::string("rights/") + event_code)).value_or("none"); }

} // namespace

TEST_CASE("hub relay: a venue's hub holds the event, cut off or not, and the central one grants nothing of it", "[hub][relay]") {
    Halls halls;
    const auto inside = halls.venue.enroll("k1"), outside = halls.central.enroll("k2");
    CHECK(ask_for(halls.central, outside, "person:B2") == 1);
    halls.settle();
    CHECK(rights(halls.venue) == "wanted"); // somebody at the central hub holds something
    CHECK(ask_for(halls.venue, inside, "person:A1") == 0);
    CHECK(ask_for(halls.central, outside, "person:B2", true) == 1);
    halls.settle();
    CHECK(rights(halls.venue) == "held");
    CHECK(ask_for(halls.venue, inside, "person:A1") == 1);
    CHECK(ask_for(halls.central, outside, "person:C3") == 0);

    halls.line.cut = true;
    halls.relay->push();
    halls.venue.start();
    halls.start();
    halls.relay->push();
    CHECK(ask_for(halls.venue, inside, "person:B2") == 1); // as before
    CHECK(ask_for(halls.central, outside, "person:C3") == 0);

    // The hall burnt down, as far as the organizers know; then its hub is back.
    const auto organizer = halls.central.user("organizer");
    CHECK(halls.central.post("/v1/devices/HZ26/" + halls.enrolment.central.device + "/lost", organizer)["freed"] == 1);
    CHECK(ask_for(halls.central, outside, "person:C3") == 1);
    halls.line.cut = false;
    halls.settle();
    CHECK(rights(halls.venue) == "wanted");
    CHECK(ask_for(halls.venue, inside, "person:D4") == 0);
    CHECK(need(halls.central.store.leases(event_code)).at(0).generation >
          need(halls.venue.store.leases(event_code)).at(0).generation);
}

TEST_CASE("hub relay: the rights are given back once all leases of the hall are in", "[hub][relay]") {
    Halls halls;
    const auto inside = halls.venue.enroll("k1"), outside = halls.central.enroll("k2");
    halls.settle();
    CHECK(rights(halls.venue) == "held");
    CHECK(ask_for(halls.venue, inside, "person:A1") == 1);
    need(halls.venue.store.set_fact(std::string("rights/") + event_code, "releasing"));
    halls.settle();
    CHECK(rights(halls.venue) == "releasing");
    CHECK(ask_for(halls.venue, inside, "person:B2") == 0);
    CHECK(ask_for(halls.central, outside, "person:A1") == 0);
    CHECK(ask_for(halls.venue, inside, "person:A1", true) == 1);
    halls.settle();
    CHECK(rights(halls.venue) == "released");
    CHECK(ask_for(halls.central, outside, "person:A1") == 1);
    halls.settle();
    CHECK(rights(halls.venue) == "released"); // it does not take them back by itself
    CHECK(ask_for(halls.venue, inside, "person:B2") == 0);
}

TEST_CASE("hub relay: a hall's hub that was restored is given the event anew, and grants newer than before", "[hub][relay]") {
    Halls halls;
    const auto inside = halls.venue.enroll("k1");
    halls.settle();
    CHECK(ask_for(halls.venue, inside, "person:A1") == 1);
    const auto before = need(halls.venue.store.leases(event_code)).at(0).generation;
    halls.central.ports.clock.forward(60'000);
    halls.venue.ports.clock.forward(60'000);
    need(halls.venue.store.set_epoch("epoch-2", true));
    halls.venue.start();
    halls.start();
    halls.settle();
    CHECK(rights(halls.venue) == "held");
    CHECK(ask_for(halls.venue, inside, "person:B2") == 0);
    tell(halls.venue, inside, {"person:A1"}); // all who are waited for: the central one holds nothing of it
    CHECK(ask_for(halls.venue, inside, "person:B2") == 1);
    const auto rows = need(halls.venue.store.leases(event_code));
    REQUIRE(rows.size() == 2);
    CHECK(rows[1].generation > before);
}

TEST_CASE("hub relay: a central hub that was restored hears from the hall's that it holds the event", "[hub][relay]") {
    Halls halls;
    const auto outside = halls.central.enroll("k2");
    halls.settle();
    const auto granted = need(halls.central.store.leases(event_code));
    REQUIRE(granted.size() == 1);
    need(halls.central.store.change_leases(event_code, {}, [](auto& table) { table.rows.clear(); })); // as in an older backup
    need(halls.central.store.set_epoch("epoch-2", true));
    halls.central.start();
    halls.start();
    CHECK(ask_for(halls.central, outside, "person:A1") == 0); // nobody has said anything yet
    halls.settle();
    CHECK(rights(halls.venue) == "held");
    tell(halls.central, outside, {});
    const auto rows = need(halls.central.store.leases(event_code));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].holder == granted[0].holder);
    CHECK(ask_for(halls.central, outside, "person:A1") == 0); // it is the hall's
}
