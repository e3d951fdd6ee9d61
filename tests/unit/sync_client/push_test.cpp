// SPDX-License-Identifier: Apache-2.0
#include "fake_hub.hpp"

using namespace kiosk;
using namespace kiosk::test;

TEST_CASE("sync push: a handshake, then batches in order until everything is acknowledged", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(120);
    auto step = kiosk.push();
    CHECK(step.progress);
    CHECK(step.moved == 0);
    step = kiosk.push();
    CHECK(step.progress);
    CHECK(step.moved == 50);
    CHECK(kiosk.client->status().pending == 70);
    kiosk.push_until_quiet();
    CHECK(hub.push_sizes == std::vector<std::size_t>{0, 50, 50, 20});
    CHECK(kiosk.replica.present().acknowledged == 120);
    const auto status = kiosk.client->status();
    CHECK(status.enrolled);
    CHECK(status.reachable);
    CHECK(status.pending == 0);
    CHECK(status.pushed == 120);
    CHECK(status.trouble == Trouble::None);
    CHECK(status.last_exchange);
    require_all_at_hub(kiosk.replica, hub);
    for (std::size_t i = 0; i < hub.log.size(); ++i)
        CHECK(hub.log[i].id.seq == i + 1);
}

TEST_CASE("sync push: with nothing to bring it asks for rest, and what is written later goes at once",
          "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.push_until_quiet();
    const auto step = kiosk.push();
    CHECK_FALSE(step.progress);
    CHECK(step.wait_ms == kiosk.options.idle_ms);
    const auto asked = kiosk.push_wire.asked;
    kiosk.push();
    CHECK(kiosk.push_wire.asked == asked);
    kiosk.replica.write(1);
    kiosk.client->changed();
    CHECK(kiosk.client->push_wanted());
    CHECK(kiosk.push().moved == 1);
    CHECK_FALSE(kiosk.client->push_wanted());
}

TEST_CASE("sync push: older incarnations go first", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(3);
    REQUIRE(kiosk.replica.begin_incarnation());
    kiosk.replica.write(2);
    REQUIRE(kiosk.drain());
    REQUIRE(hub.log.size() == 5);
    CHECK(hub.log[0].id.incarnation == "k1i1");
    CHECK(hub.log[4].id.incarnation == "k1i2");
}

TEST_CASE("sync push: an answer that was lost is asked for again and nothing is there twice", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(120);
    kiosk.push();
    kiosk.push_wire.fault = [](const auto&) { return Fault::LostAnswer; };
    auto step = kiosk.push();
    CHECK_FALSE(step.progress);
    CHECK(step.wait_ms > 0);
    CHECK(kiosk.client->status().trouble == Trouble::Unreachable);
    CHECK_FALSE(kiosk.client->status().reachable);
    CHECK(kiosk.replica.present().acknowledged == 0);
    CHECK(hub.log.size() == 50);
    kiosk.push_wire.fault = [](const auto&) { return Fault::None; };
    REQUIRE(kiosk.drain());
    CHECK(hub.log.size() == 120);
    CHECK(hub.quarantine.empty());
}

TEST_CASE("sync push: a program that forgot what it pushed asks before it believes the hub", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(120);
    REQUIRE(kiosk.drain());
    kiosk.replica.present().acknowledged = 20; // power was lost before the cursor was durable
    kiosk.replica.write(10);
    hub.push_sizes.clear();
    kiosk.start();
    REQUIRE(kiosk.drain());
    CHECK(hub.push_sizes == std::vector<std::size_t>{0, 1, 10});
    CHECK(kiosk.replica.forks == 0);
    CHECK(hub.log.size() == 130);
}

TEST_CASE("sync push: what is not the hub moves nothing", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(60);
    kiosk.push();
    const auto says = [&](Trouble trouble) {
        const auto before = kiosk.replica.present().acknowledged;
        const auto mark = kiosk.replica.state().mark;
        const auto step = kiosk.push();
        CHECK_FALSE(step.progress);
        CHECK(step.wait_ms > 0);
        CHECK(kiosk.client->status().trouble == trouble);
        CHECK(kiosk.replica.present().acknowledged == before);
        CHECK(kiosk.replica.state().mark == mark);
    };
    SECTION("a log-in page") {
        kiosk.push_wire.fault = [](const auto&) { return Fault::Html; };
        says(Trouble::Portal);
        CHECK_FALSE(kiosk.client->status().reachable);
    }
    SECTION("garbage") {
        kiosk.push_wire.fault = [](const auto&) { return Fault::Garbage; };
        says(Trouble::Portal);
    }
    SECTION("half an answer") {
        kiosk.push_wire.fault = [](const auto&) { return Fault::Cut; };
        says(Trouble::Portal);
    }
    SECTION("another key") {
        kiosk.push_wire.fault = [](const auto&) { return Fault::WrongPin; };
        says(Trouble::WrongPin);
    }
    SECTION("another hub") {
        hub.id = "hub-2";
        says(Trouble::Portal);
    }
    SECTION("too few statuses") {
        kiosk.push_wire.instead = [&](const auto& request) {
            auto answer = hub.answer(request);
            auto reply = protocol::decode_push_reply(answer.body);
            reply->statuses.pop_back();
            answer.body = protocol::encode(*reply);
            return std::optional(answer);
        };
        says(Trouble::Portal);
    }
    SECTION("a redirect") {
        kiosk.push_wire.instead = [](const auto&) {
            return std::optional(client::WireAnswer{302, {{"location", "http://portal/"}}, ""});
        };
        says(Trouble::Portal);
    }
    SECTION("401 of a proxy, in its own words") {
        kiosk.push_wire.instead = [](const auto&) { return std::optional(client::WireAnswer{401, {}, "<html>"}); };
        says(Trouble::Portal);
    }
    kiosk.push_wire.fault = [](const auto&) { return Fault::None; };
    kiosk.push_wire.instead = nullptr;
    hub.id = "hub-1";
    REQUIRE(kiosk.drain());
    require_all_at_hub(kiosk.replica, hub);
}

TEST_CASE("sync push: the hub's refusals are told apart", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(1);
    int status = 0;
    std::string word;
    kiosk.push_wire.instead = [&](const auto&) { return std::optional(FakeHub::error(status, word)); };
    const auto trouble = [&](int code, std::string what) {
        status = code;
        word = std::move(what);
        CHECK_FALSE(kiosk.push().progress);
        return kiosk.client->status().trouble;
    };
    CHECK(trouble(401, "unauthorized") == Trouble::NotEnrolled);
    CHECK(trouble(401, "revoked") == Trouble::Revoked);
    CHECK(trouble(403, "revoked") == Trouble::Revoked);
    CHECK(trouble(403, "forbidden") == Trouble::Refused);
    CHECK(trouble(404, "no_such_thing") == Trouble::Refused);
    CHECK(trouble(429, "slow_down") == Trouble::HubTrouble);
    CHECK(trouble(500, "internal") == Trouble::HubTrouble);
    CHECK(trouble(507, "disk_full") == Trouble::HubTrouble);
    CHECK(trouble(511, "log_in") == Trouble::Portal);
    CHECK(kiosk.client->status().pending == 1);
}

TEST_CASE("sync push: the hub's word never goes beyond what was written here", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(10);
    hub.lies_acknowledged = 1'000'000;
    kiosk.push_until_quiet();
    CHECK(kiosk.replica.present().acknowledged <= 10); // the fake journal checks it at each call as well
    hub.lies_acknowledged.reset();
    REQUIRE(kiosk.drain());
}

TEST_CASE("sync push: a hub that takes everything and acknowledges nothing is asked seldom", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(100);
    hub.lies_acknowledged = 0;
    kiosk.push_until_quiet();
    CHECK(hub.log.size() == 100);
    CHECK(kiosk.replica.present().acknowledged == 0);
    const auto asked = kiosk.push_wire.asked;
    kiosk.push();
    CHECK(kiosk.push_wire.asked == asked);
    hub.lies_acknowledged.reset();
    REQUIRE(kiosk.drain()); // and again, later, without anybody's help
    CHECK(hub.log.size() == 100);
}

TEST_CASE("sync push: a hub with gaps in a chain gets what it lacks", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(200);
    for (const auto seq : {1U, 2U, 3U, 90U, 91U, 150U})
        hub.store(kiosk.replica.present().operations[seq - 1]);
    REQUIRE(kiosk.drain());
    CHECK(hub.contiguous("k1", "k1i1") == 200);
    CHECK(hub.log.size() == 200);
    CHECK(kiosk.replica.forks == 0);
}

TEST_CASE("sync push: a hub that lost its end without saying so gets it again", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(100);
    REQUIRE(kiosk.drain());
    const FakeHub backup(hub);
    kiosk.replica.write(100);
    REQUIRE(kiosk.drain());
    hub.restore(backup, "e1");
    kiosk.replica.write(1);
    kiosk.push_until_quiet();
    CHECK(hub.contiguous("k1", "k1i1") == 201);
    CHECK(kiosk.replica.present().acknowledged == 201);
}

TEST_CASE("sync push: a batch that is too large is halved until it fits", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(100);
    hub.refuses_more_than = 7;
    REQUIRE(kiosk.drain());
    CHECK(hub.log.size() == 100);
    CHECK(kiosk.client->status().trouble == Trouble::None);
}

TEST_CASE("sync push: one operation that the hub refuses does not keep the others back", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(120);
    const auto bad = kiosk.replica.present().operations[36].id;
    hub.refuses.insert(bad);
    for (int i = 0; i < 40; ++i)
        kiosk.push();
    CHECK(hub.log.size() == 119);
    CHECK(kiosk.replica.present().acknowledged == 36);
    CHECK(kiosk.client->status().trouble == Trouble::Refused);
    CHECK(kiosk.client->status().pending == 84);
    // Tried again now and then, alone.
    hub.push_sizes.clear();
    const auto before_ms = kiosk.clock.boot_ms();
    for (int i = 0; i < 20; ++i)
        kiosk.push();
    CHECK(hub.push_sizes.size() >= 2);
    CHECK(std::ranges::all_of(hub.push_sizes, [](auto size) { return size == 1; }));
    CHECK(kiosk.clock.boot_ms() - before_ms > 60'000);
    hub.refuses.clear();
    REQUIRE(kiosk.drain());
    CHECK(hub.log.size() == 120);
    CHECK(kiosk.client->status().trouble == Trouble::None);
}

TEST_CASE("sync push: a version that the hub refuses altogether waits longer and longer", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(1000);
    kiosk.push();
    kiosk.push_wire.instead = [](const auto&) { return std::optional(FakeHub::error(400, "version")); };
    const auto asked = kiosk.push_wire.asked;
    const auto started_ms = kiosk.clock.boot_ms();
    while (kiosk.clock.boot_ms() - started_ms < 600'000)
        kiosk.push();
    CHECK(kiosk.push_wire.asked - asked < 120);
    CHECK(kiosk.client->status().trouble == Trouble::Refused);
    kiosk.push_wire.instead = nullptr;
    REQUIRE(kiosk.drain());
    CHECK(hub.log.size() == 1000);
}

TEST_CASE("sync push: batches keep to the bound of bytes, a single larger operation goes alone", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.options.batch_operations = 500;
    kiosk.push_wire.keep = true;
    kiosk.start();
    for (int i = 0; i < 30; ++i)
        kiosk.replica.write(1, std::string(20'000, 'x'));
    kiosk.replica.write(1, std::string(400'000, 'y'));
    kiosk.replica.write(5);
    REQUIRE(kiosk.drain());
    CHECK(hub.log.size() == 36);
    for (const auto& request : kiosk.push_wire.requests) {
        const auto incoming = protocol::decode_push_request(request.body, kiosk.hasher);
        REQUIRE(incoming);
        CHECK((incoming->operations.size() <= 1 || request.body.size() <= protocol::max_batch_bytes + 2048));
    }
    CHECK(kiosk.push_wire.asked < 20);
}

TEST_CASE("sync push: failures are spread out between half a second and half a minute, and end", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(1);
    kiosk.push_wire.fault = [](const auto&) { return Fault::Unreachable; };
    std::set<std::int64_t> waits;
    std::int64_t most = 0;
    for (int i = 0; i < 40; ++i) {
        const auto step = kiosk.push();
        CHECK_FALSE(step.progress);
        CHECK(step.wait_ms >= 1);
        CHECK(step.wait_ms <= (i == 0 ? 500 : i == 1 ? 1000 : 30'001));
        waits.insert(step.wait_ms);
        most = std::max(most, step.wait_ms);
    }
    CHECK(waits.size() > 30); // jitter
    CHECK(most > 15'000);
    kiosk.push_wire.fault = [](const auto&) { return Fault::None; };
    REQUIRE(kiosk.drain());
    kiosk.push_wire.fault = [](const auto&) { return Fault::Unreachable; };
    kiosk.replica.write(1);
    CHECK(kiosk.push().wait_ms <= 501); // from the start again
}

TEST_CASE("sync push: Retry-After is kept to, within bounds", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    const auto wait = [&](client::WireAnswer answer) {
        kiosk.push_wire.instead = [&](const auto&) { return std::optional(answer); };
        return kiosk.push().wait_ms;
    };
    CHECK(wait({503, {{"retry-after", "60"}}, ""}) >= 60'000);
    CHECK(wait({503, {{"retry-after", "99999999999"}}, ""}) <= 300'000 + 30'001);
    CHECK(wait({503, {{"retry-after", "Fri, 20 Nov 2026 13:05:00 GMT"}}, ""}) <= 30'001);
    CHECK(wait({503, {}, protocol::encode(protocol::ErrorReply{"busy", "later", 40})}) >= 40'000);
}

TEST_CASE("sync push: revoked and cloned are states, and pushing goes on", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(60);
    SECTION("revoked") {
        hub.revoked = true;
        kiosk.push_until_quiet();
        CHECK(kiosk.client->status().trouble == Trouble::Revoked);
        CHECK(kiosk.replica.present().acknowledged == 60); // received, kept aside
        CHECK(hub.quarantine.size() == 60);
        CHECK(hub.log.empty());
    }
    SECTION("cloned") {
        hub.cloned = true;
        kiosk.push_until_quiet();
        CHECK(kiosk.client->status().trouble == Trouble::Cloned);
        CHECK(hub.log.size() == 60);
    }
}

TEST_CASE("sync push: a journal that can't be read or written is said, and tried again", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(3);
    kiosk.push();
    kiosk.replica.fail_with = core::fail(ErrorCode::DiskFull, "error.disk_full", "k1.db").error();
    const auto step = kiosk.push();
    CHECK_FALSE(step.progress);
    CHECK(step.wait_ms > 0);
    CHECK(kiosk.client->status().trouble == Trouble::StoreTrouble);
    CHECK_FALSE(kiosk.pull().progress);
    kiosk.replica.fail_with.reset();
    REQUIRE(kiosk.drain());
    CHECK(kiosk.client->status().trouble == Trouble::None);
}

TEST_CASE("sync push: the clock's error is that of the shortest round trip", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    std::int64_t there_ms = 0, back_ms = 0;
    const std::int64_t ahead_ms = 365LL * 24 * 3'600'000;
    kiosk.push_wire.instead = [&](const auto& request) {
        kiosk.clock.at.unix_ms += there_ms;
        hub.time_ms = kiosk.clock.at.unix_ms + ahead_ms;
        auto answer = hub.answer(request);
        kiosk.clock.at.unix_ms += back_ms;
        return std::optional(answer);
    };
    const auto exchange = [&](std::int64_t there, std::int64_t back) {
        there_ms = there;
        back_ms = back;
        kiosk.replica.write(1);
        kiosk.push();
    };
    exchange(2000, 10);
    CHECK(kiosk.replica.offset_ms == ahead_ms + 995);
    exchange(40, 44);
    CHECK(kiosk.replica.offset_ms == ahead_ms - 2);
    exchange(4000, 20);
    CHECK(kiosk.replica.offset_ms == ahead_ms - 2);
    CHECK(kiosk.client->status().clock_offset_ms == ahead_ms - 2);
}

TEST_CASE("sync push: the hub's next key is learnt and the retired one is dropped", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.address.pins = {"A"};
    kiosk.start();
    hub.pins = {"A", "B"};
    kiosk.push();
    CHECK(kiosk.client->hub().pins == std::vector<std::string>{"A", "B"});
    hub.pins = {"B"};
    kiosk.replica.write(1);
    kiosk.push();
    CHECK(kiosk.client->hub().pins == std::vector<std::string>{"B"});
    hub.pins = {"C"}; // by none that we know: nothing known is dropped
    kiosk.replica.write(1);
    kiosk.push();
    CHECK(kiosk.client->hub().pins == std::vector<std::string>{"B", "C"});
}

TEST_CASE("sync push: without a token nothing is sent", "[sync_client][push]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.address.token.clear();
    kiosk.start();
    CHECK(kiosk.push().wait_ms > 0);
    CHECK(kiosk.pull().wait_ms > 0);
    CHECK(kiosk.push_wire.asked + kiosk.feed_wire.asked == 0);
    CHECK(kiosk.client->status().trouble == Trouble::NotEnrolled);
    CHECK_FALSE(kiosk.client->status().enrolled);
}

TEST_CASE("sync enrolment: a code becomes an address, or a clear refusal", "[sync_client][enroll]") {
    FakeHub hub;
    FakeWire wire(hub);
    wire.keep = true;
    protocol::EnrollReply reply{"token-1", "k7", "ev", "hub-1", "e1", {"PIN", "NEXT"}};
    client::WireAnswer answer{200, {}, protocol::encode(reply)};
    wire.instead = [&](const auto&) { return std::optional(answer); };
    const auto enroll = [&] { return client::enroll(wire, "https://h:1", "PIN", "CODE", "k1", "i1", "ev", "1.0"); };
    const auto address = enroll();
    REQUIRE(address);
    CHECK(address->device == "k7");
    CHECK(address->token == "token-1");
    CHECK(address->hub == "hub-1");
    CHECK(address->url == "https://h:1");
    CHECK(address->pins == std::vector<std::string>{"PIN", "NEXT"});
    const auto sent = protocol::decode_enroll_request(wire.requests.front().body);
    REQUIRE(sent);
    CHECK(sent->code == "CODE");
    CHECK(sent->incarnation == "i1");

    answer = FakeHub::error(403, "code_used");
    CHECK(enroll().error().code == ErrorCode::Denied);
    CHECK(enroll().error().context.find("code_used") != std::string::npos);
    for (const auto* word : {"no_event_yet", "foreign_event", "event_needed"}) {
        answer = FakeHub::error(409, word);
        CHECK(enroll().error().message_key != "error.sync.enroll_refused"); // it says what to do about the event
    }
    answer = FakeHub::error(409, "name_taken");
    CHECK(enroll().error().message_key == "error.sync.enroll_refused");
    answer = FakeHub::error(503, "busy");
    CHECK(enroll().error().code == ErrorCode::Unavailable);
    answer = {200, {}, "<html>"};
    CHECK(enroll().error().code == ErrorCode::Unavailable);
    wire.instead = nullptr;
    wire.fault = [](const auto&) { return Fault::WrongPin; };
    CHECK(enroll().error().code == ErrorCode::Denied);
}
