// SPDX-License-Identifier: Apache-2.0
// The line to the hub as bookings see it: words of the core there and back, and whose clock counts.
#include "main/wiring/wire_lease_office.hpp"

#include "protocol/messages.hpp"
#include "support/catch.hpp"
#include "support/fakes.hpp"

using namespace kiosk;
using namespace kiosk::test;
namespace protocol = sync::protocol;

namespace {

class MachineClock final : public core::Clock {
public:
    core::Instant wall{1'000'000};
    std::int64_t boot = 5'000;
    core::Instant now() const override { return wall; }
    std::int64_t boot_ms() const override { return boot; }
};

class OneAnswer final : public sync::client::Wire {
public:
    protocol::LeaseReply reply;
    protocol::LeaseRequest asked;
    std::int64_t takes_ms = 0;
    MachineClock* clock = nullptr;

    core::Result<sync::client::WireAnswer> exchange(const sync::client::WireRequest& request) override {
        const auto read = protocol::decode_lease_request(request.body);
        REQUIRE(read);
        asked = *read;
        clock->boot += takes_ms;
        return sync::client::WireAnswer{200, {}, protocol::encode(reply)};
    }
    core::Result<sync::client::WireAnswer> download(const sync::client::WireRequest&,
                                                    const std::function<bool(std::string_view)>&) override {
        return core::fail(core::ErrorCode::Internal, "error.internal");
    }
    void interrupt() override {}
};

struct Desk {
    MachineClock machine;
    wiring::HubClock clock{machine};
    OneAnswer wire;
    std::string epoch = "e1";
    bool relay_due = false;
    std::uint64_t read_to = 0;

    Desk() {
        wire.clock = &machine;
        wire.reply.hub = "hub-1";
        wire.reply.epoch = "e1";
        wire.reply.time_ms = 1'795'151'100'000;
    }
    wiring::WireLeaseOffice office() {
        sync::client::HubAddress address;
        address.url = "http://hub";
        address.token = "t";
        address.hub = "hub-1";
        return wiring::WireLeaseOffice({&wire, address,
                                        [this]() -> core::Result<wiring::LeaseAsker> {
                                            return wiring::LeaseAsker{"k1", "k1i1", epoch, relay_due};
                                        },
                                        &clock,
                                        [this](std::uint64_t up_to) {
                                            read_to = up_to;
                                            return true;
                                        }});
    }
};

const core::Instant starts{1'763'616'600'000}, ends{1'763'617'800'000};

} // namespace

TEST_CASE("hub clock: the machine's until the hub was heard, then the hub's, whatever happens to the machine's", "[wiring][leases]") {
    MachineClock machine;
    wiring::HubClock clock(machine);
    CHECK_FALSE(clock.knows());
    CHECK(clock.now() == machine.wall);
    clock.learned(2'000'000, 4'000); // a second of the boot clock ago
    CHECK(clock.knows());
    CHECK(clock.now().unix_ms == 2'001'000);
    machine.wall = core::Instant{9'000'000'000};
    machine.boot += 60'000;
    CHECK(clock.now().unix_ms == 2'061'000);
    CHECK(clock.boot_ms() == machine.boot);
    clock.learned(0, 4'000); // no hub says that
    CHECK(clock.now().unix_ms == 2'061'000);
}

TEST_CASE("lease office: what is asked goes out in the wire's words", "[wiring][leases]") {
    Desk desk;
    app::LeaseAsk ask;
    core::LeaseWanted table;
    table.resource = core::unit_resource("T1", starts, ends);
    core::LeaseWanted seats;
    seats.resource = core::seats_resource("cd1", 3);
    seats.capacity = 12;
    seats.booking = "b-2";
    ask.want = {table, seats};
    ask.booking = "b-1";
    ask.give_back.emplace_back(core::person_resource("A1B2C3"), 17);
    ask.deal = true;
    auto office = desk.office();
    REQUIRE(office.exchange(ask));
    const auto& asked = desk.wire.asked;
    CHECK(asked.device == "k1");
    CHECK(asked.incarnation == "k1i1");
    CHECK(asked.all_or_nothing);
    CHECK(asked.deal);
    REQUIRE(asked.want.size() == 2);
    CHECK(asked.want[0].resource == "unit:T1@1763616600-1763617800");
    CHECK(asked.want[0].booking == "b-1");
    CHECK(asked.want[1].resource == "seats:cd1");
    CHECK(asked.want[1].count == 3);
    CHECK(asked.want[1].capacity == 12);
    CHECK(asked.want[1].booking == "b-2");
    REQUIRE(asked.give_back.size() == 1);
    CHECK(asked.give_back[0].resource == "person:A1B2C3");
    CHECK(asked.give_back[0].closing_seq == 17);
}

TEST_CASE("lease office: what is held is said once others' operations went to a hub that was put back", "[wiring][leases]") {
    Desk desk;
    app::LeaseAsk ask;
    ask.want.push_back({core::person_resource("A1B2C3"), 1, {}, true});
    ask.holds_seq = 7;
    auto office = desk.office();
    desk.relay_due = true;
    desk.wire.reply.awaited = {"k1", "k2"};
    const auto reply = office.exchange(ask);
    REQUIRE(reply);
    CHECK(reply->awaited == desk.wire.reply.awaited);
    CHECK_FALSE(desk.wire.asked.holds_seq);
    CHECK(desk.wire.asked.want.at(0).holds);
    desk.relay_due = false;
    REQUIRE(office.exchange(ask));
    CHECK(desk.wire.asked.holds_seq == 7u);
}

TEST_CASE("lease office: what is answered comes back in the core's words, and the hub's time is learnt", "[wiring][leases]") {
    Desk desk;
    desk.wire.takes_ms = 400;
    auto& reply = desk.wire.reply;
    reply.feed = 99;
    const auto grant = [&](std::string resource, std::int64_t granted, std::string holder) {
        protocol::LeaseGrant made;
        made.resource = std::move(resource);
        made.granted = granted;
        made.holder = std::move(holder);
        made.generation = 4;
        reply.grants.push_back(std::move(made));
    };
    grant("unit:T1@1763616600-1763617800", 1, "");
    grant("person:A1B2C3", 0, "k2");
    grant("seats:cd1", 2, "");
    grant("seats-of-another-age", 1, ""); // a newer hub's
    reply.grants[1].taken = true;
    reply.given_back = {"person:D4E5F6"};
    reply.recalled = {"unit:T1@1763616600-1763617800"};
    auto office = desk.office();
    const auto answer = office.exchange({});
    REQUIRE(answer);
    CHECK(answer->feed == 99);
    REQUIRE(answer->grants.size() == 3);
    CHECK(answer->grants[0].resource == core::unit_resource("T1", starts, ends));
    CHECK(answer->grants[0].held);
    CHECK(answer->grants[0].generation == 4);
    CHECK_FALSE(answer->grants[1].held);
    CHECK(answer->grants[1].taken);
    CHECK(answer->grants[1].holder == "k2");
    CHECK(answer->grants[2].resource.count == 2);
    CHECK(answer->given_back == std::vector{core::person_resource("D4E5F6")});
    CHECK(answer->recalled == std::vector{core::unit_resource("T1", starts, ends)});
    // Half of the way there and back ago it was that time at the hub.
    CHECK(desk.clock.now().unix_ms == reply.time_ms + 200);
    CHECK(office.read_feed(99));
    CHECK(desk.read_to == 99);
}

TEST_CASE("lease office: a hub that was restored grants nothing until its feed was read anew", "[wiring][leases]") {
    Desk desk;
    desk.wire.reply.epoch = "e2";
    auto office = desk.office();
    const auto answer = office.exchange({});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == core::ErrorCode::Unavailable);
    CHECK(desk.clock.knows()); // its clock is a clock all the same
    desk.epoch.clear(); // nothing read yet: any number is ahead
    CHECK(office.exchange({}));
    desk.epoch = "e2";
    CHECK(office.exchange({}));
}
