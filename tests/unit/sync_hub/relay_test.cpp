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

private:
    Hub& m_other;
};

struct Halls {
    Hub central;
    Hub venue;
    LineToHub line{central};
    hub::RelayEnrolment enrolment;
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
        hub::RelayOptions options;
        options.central = enrolment.central;
        options.own_token = enrolment.own_token;
        options.own_device = enrolment.own_device;
        options.incarnation = "venue-1";
        options.poll_s = 0;
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
