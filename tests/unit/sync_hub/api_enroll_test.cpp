// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;

TEST_CASE("hub enrolment: a code makes a kiosk a device of its event, once", "[sync][hub]") {
    Hub hub;
    const auto text = need(hub.api->make_enrolment_code(event_code, false));
    REQUIRE(protocol::is_enrolment_code(text));
    const auto code = need(protocol::decode_enrolment_code(text));
    CHECK(code.url == "https://192.0.2.1:8443");
    CHECK(code.pin == "AAAA-BBBB_CCCC");
    const auto answer = hub.try_enroll(code.code, "k1");
    REQUIRE(answer.status == 200);
    const auto reply = need(protocol::decode_enroll_reply(answer.body));
    CHECK(reply.device == "k1");
    CHECK(reply.event == event_code);
    CHECK(reply.hub == "hub0");
    CHECK(reply.epoch == "epoch0");
    CHECK(reply.pins.size() == 1);
    CHECK(reply.token.size() == 64);
    CHECK(hub.try_enroll(code.code, "k2").status == 403); // used
    // What is stored is not the token.
    CHECK(need(hub.store.devices())[0].token_hash == sync::hub::secret_hash(hasher(), reply.token));
    CHECK(hub.feed(reply.token).operations.empty());
    hub.start();
    CHECK(hub.feed(reply.token).operations.empty());
}

TEST_CASE("hub enrolment: codes end after ten minutes, and are read in small letters too", "[sync][hub]") {
    Hub hub;
    const auto code = hub.code();
    hub.ports.clock.forward(10 * 60'000 - 1);
    auto small = code;
    for (auto& c : small)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    CHECK(hub.try_enroll(small, "k1").status == 200);
    const auto late = hub.code();
    hub.ports.clock.forward(10 * 60'000);
    CHECK(hub.try_enroll(late, "k2").status == 403);
}

TEST_CASE("hub enrolment: wrong codes are limited for each address", "[sync][hub]") {
    Hub hub;
    const auto code = hub.code();
    for (int i = 0; i < 10; ++i)
        CHECK(hub.try_enroll("WRONG" + std::to_string(i), "k1").status == 403);
    const auto answer = hub.try_enroll(code, "k1");
    CHECK(answer.status == 429);
    CHECK(need(protocol::decode_error_reply(answer.body)).retry_after_s.value_or(0) > 0);
    ApiRequest elsewhere{"POST", "/v1/enroll", {}, protocol::encode(protocol::EnrollRequest{code, "k1", "i1", {}, {}, false}), "203.0.113.10"};
    CHECK(hub.api->handle(elsewhere).status == 200);
    hub.ports.clock.forward(60'000);
    CHECK(hub.try_enroll(hub.code(), "k2").status == 200);
}

TEST_CASE("hub enrolment: the event is the code's, else the device's, else the only one", "[sync][hub]") {
    Hub hub;
    const auto word = [](const ApiAnswer& answer) { return need(protocol::decode_error_reply(answer.body)).error; };
    const auto early = hub.code("");
    CHECK(word(hub.try_enroll(early, "k1")) == "no_event_yet"); // none to choose from
    auto answer = hub.try_enroll(early, "k1", "i1", "BJ27"); // its code was not spent by that
    REQUIRE(answer.status == 200);
    CHECK(need(protocol::decode_enroll_reply(answer.body)).event == "BJ27");
    answer = hub.try_enroll(hub.code(""), "k2");
    REQUIRE(answer.status == 200);
    CHECK(need(protocol::decode_enroll_reply(answer.body)).event == "BJ27");
    const auto code = hub.code(event_code);
    CHECK(word(hub.try_enroll(code, "k3", "i1", "BJ27")) == "foreign_event");
    CHECK(hub.try_enroll(code, "k3", "i1", event_code).status == 200); // nor this one
    CHECK(word(hub.try_enroll(hub.code(""), "k4")) == "event_needed"); // two to choose from
    CHECK(!hub.api->make_enrolment_code("a b", false));
    CHECK(!hub.api->make_enrolment_code(std::string(65, 'x'), false));
}

TEST_CASE("hub enrolment: a name stands for one machine", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    SECTION("under which nobody has spoken yet: the newcomer has it") {
        CHECK(hub.enroll("k1", "other").device == "k1");
        CHECK(hub.ask("GET", "/v1/feed", kiosk.token).status == 401);
        return;
    }
    kiosk.write(note("n"));
    hub.push(kiosk.token, kiosk.request());
    SECTION("the same machine again keeps its name") {
        const auto reply = hub.enroll("k1", kiosk.incarnation());
        CHECK(reply.device == "k1");
        CHECK(hub.ask("GET", "/v1/feed", kiosk.token).status == 401);
        CHECK(hub.push(reply.token, kiosk.request()).statuses.size() == 1);
    }
    SECTION("another machine gets another one") {
        const auto reply = hub.enroll("k1", "other");
        CHECK(reply.device == "k1-2");
        CHECK(hub.ask("GET", "/v1/feed", kiosk.token).status == 200);
        CHECK(hub.enroll("k1", "third").device == "k1-2"); // k1-2 has not spoken yet
        const std::string longest(64, 'n');
        Kiosk long_named(longest, 3);
        long_named.join(hub);
        hub.push(long_named.token, long_named.request());
        CHECK(hub.enroll(longest, "other").device == longest.substr(0, 62) + "-2");
    }
    SECTION("a revoked one's name is free") {
        hub.post("/v1/devices/HZ26/k1/revoke", hub.user("organizer"));
        const auto reply = hub.enroll("k1", "other");
        CHECK(reply.device == "k1");
        CHECK(hub.ask("GET", "/v1/feed", reply.token).status == 200);
        CHECK(hub.ask("GET", "/v1/feed", kiosk.token).status == 401);
    }
}

TEST_CASE("hub enrolment: names, codes for hubs, and bodies that are none", "[sync][hub]") {
    Hub hub;
    for (const auto& name : std::vector<std::string>{"a b", "a/b", "a\n", "\x01", std::string(65, 'x'), "hub-x"})
        CHECK(hub.try_enroll(hub.code(), name).status == 422);
    CHECK(hub.try_enroll(hub.code(), "展台一").status == 200);
    CHECK(hub.try_enroll(hub.code(), "k1", "a/b").status == 422);
    CHECK(hub.try_enroll(hub.code(), "k1", "i1", "a b").status == 422);
    CHECK(hub.try_enroll(hub.code(event_code, false), "hub-v", "i1", {}, true).status == 403);
    CHECK(hub.try_enroll(hub.code(event_code, true), "hub-v", "i1", {}, true).status == 200);
    CHECK(hub.ask("POST", "/v1/enroll", {}, "{}").status == 400);
    CHECK(hub.ask("POST", "/v1/enroll", {}, "\xff").status == 400);
    CHECK(hub.ask("POST", "/v1/enroll", {}, std::string(100'000, '[')).status == 400);
}

TEST_CASE("hub enrolment: another process on the same store sees new devices and revocations", "[sync][hub]") {
    Hub hub;
    TempFolder folder;
    kiosk::sync::hub::ApiOptions options;
    options.folder = folder / "second";
    const auto second = need(Api::create(hub.store, hub.ports.clock, hub.ports.random, hasher(), options));
    Kiosk kiosk("k1");
    kiosk.join(hub);
    const ApiRequest feed{"GET", "/v1/feed", {{"authorization", "Bearer " + kiosk.token}}, {}, {}};
    CHECK(second->handle(feed).status == 401);
    second->foreign_commit();
    CHECK(second->handle(feed).status == 200);
    CHECK(second->latest(event_code) == 0);
    kiosk.write(note("n"));
    hub.push(kiosk.token, kiosk.request());
    CHECK(second->latest(event_code) == 0); // nobody told it
    second->foreign_commit();
    CHECK(second->latest(event_code) == 1);
    hub.post("/v1/devices/HZ26/k1/revoke", hub.user("organizer"));
    hub.ports.clock.forward(1000);
    second->foreign_commit();
    CHECK(second->handle(feed).status == 403);
}
