// SPDX-License-Identifier: Apache-2.0
// Deadlines, numbers of connections, memory.
#include "unit/sync_hub/server_fixture.hpp"

#include <vector>

using namespace kiosk::test;

TEST_CASE("hub server: whoever is slow is closed", "[hub][server]") {
    // Only what is meant is short: on a machine that is busy with other things this client is slow too.
    hub::ServerLimits limits;
    limits.handshake_ms = limits.header_ms = limits.body_ms = limits.idle_ms = limits.send_ms = 60'000;
    limits.linger_ms = 300;
    SECTION("with the handshake") {
        limits.handshake_ms = 300;
        ServerFixture fixture(limits, true);
        RawClient client(fixture.server->port(), RawClient::Speak::Plain);
        CHECK(client.at_end());
        CHECK(soon([&] { return fixture.server->stats().timed_out == 1; }));
    }
    SECTION("with the header") {
        limits.header_ms = 300;
        ServerFixture fixture(limits);
        auto client = fixture.client();
        // A byte now and then does not help.
        bool open = client.send("GET /hello HTTP/1.1\r\n");
        for (int count = 0; count < 600 && open; ++count) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            open = client.send("X");
        }
        CHECK_FALSE(open);
    }
    SECTION("with the body") {
        limits.body_ms = 300;
        ServerFixture fixture(limits);
        auto client = fixture.client();
        REQUIRE(client.send("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"));
        CHECK(client.answer().status == 408);
        CHECK(client.at_end());
    }
    SECTION("with the next request") {
        limits.idle_ms = 300;
        ServerFixture fixture(limits);
        auto client = fixture.client();
        CHECK(client.ask(get("/hello")).status == 200);
        CHECK(client.at_end());
        CHECK(fixture.server->stats().timed_out == 0); // nothing wrong with that
    }
    SECTION("with reading the answer") {
        limits.send_ms = 300;
        ServerFixture fixture(limits);
        auto client = fixture.client();
        REQUIRE(client.send(get("/bytes/50000000")));
        CHECK(soon([&] { return fixture.server->stats().timed_out == 1; }));
        CHECK(soon([&] { return fixture.server->stats().connections == 0; }));
    }
}

TEST_CASE("hub server: no more connections than allowed, and room again when one leaves", "[hub][server]") {
    hub::ServerLimits limits;
    SECTION("in all") { limits.connections = 3; }
    SECTION("of one address") { limits.connections_per_address = 3; }
    ServerFixture fixture(limits);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int count = 0; count < 3; ++count) {
        clients.push_back(std::make_unique<RawClient>(fixture.server->port(), RawClient::Speak::Plain));
        REQUIRE(clients.back()->ask(get("/hello")).status == 200);
    }
    {
        auto one_more = fixture.client();
        (void)one_more.send(get("/hello"));
        CHECK(one_more.answer().status == 0);
    }
    CHECK(soon([&] { return fixture.server->stats().turned_away == 1; }));
    CHECK(clients.front()->ask(get("/hello")).status == 200);
    clients.pop_back();
    REQUIRE(soon([&] { return fixture.server->stats().connections == 2; }));
    auto next = fixture.client();
    CHECK(next.ask(get("/hello")).status == 200);
}

TEST_CASE("hub server: bodies beyond what memory is meant for are told to come again", "[hub][server]") {
    hub::ServerLimits limits;
    limits.bodies_in_flight_bytes = 150'000;
    ServerFixture fixture(limits);
    auto slow = fixture.client();
    // It is told to go on once its memory is set aside. Without that word another could come first, and this be refused.
    REQUIRE(slow.ask("POST /echo HTTP/1.1\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n").status == 100);
    const std::string body(100'000, 'b');
    auto refused = fixture.client();
    CHECK(refused.ask(post("/echo", body)).status == 503);
    auto small = fixture.client();
    CHECK(small.ask(post("/echo", "s")).status == 200);
    REQUIRE(slow.send(body));
    CHECK(slow.answer().body == body);
    // Nothing of it is lost count of; the answer is there a moment before its memory is counted as free.
    CHECK(soon([&] {
        auto again = fixture.client();
        return again.ask(post("/echo", body)).status == 200;
    }));
}

TEST_CASE("hub server: an address in use, and one that is none, are said", "[hub][server]") {
    ServerFixture fixture;
    hub::ServerOptions options;
    options.address = "127.0.0.1";
    options.port = fixture.server->port();
    SmallService other;
    const auto taken = hub::Server::start(other, fixture.log, options);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().code == kiosk::core::ErrorCode::Conflict);
    options.address = "not an address";
    const auto none = hub::Server::start(other, fixture.log, options);
    REQUIRE_FALSE(none);
    CHECK(none.error().code == kiosk::core::ErrorCode::Invalid);
}
