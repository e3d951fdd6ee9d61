// SPDX-License-Identifier: Apache-2.0
// Waiting for the feed, pushing together, and stopping.
#include "hub/waiting_room.hpp"
#include "unit/sync_hub/server_fixture.hpp"

#include <vector>

using namespace kiosk::test;

namespace {

// Each sends `request` as soon as it is there: by the time the last one is, the first would be late with its header.
std::vector<std::unique_ptr<RawClient>> crowd(const ServerFixture& fixture, int size, const std::string& request) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int count = 0; count < size; ++count) {
        clients.push_back(std::make_unique<RawClient>(fixture.server->port(), fixture.speak));
        REQUIRE(clients.back()->send(request));
    }
    return clients;
}

} // namespace

TEST_CASE("hub server: a push wakes everybody who waits", "[hub][server]") {
    ServerFixture fixture({}, true);
    const auto clients = crowd(fixture, 60, get("/feed/0/600000"));
    REQUIRE(soon([&] { return fixture.server->stats().waiting == 60; }));
    CHECK(soon([&] { return fixture.service.waiting == 60; }));
    auto pusher = fixture.client();
    CHECK(pusher.ask(post("/push", "p")).body == "p 1");
    for (const auto& client : clients)
        CHECK(client->answer().body == "1");
    CHECK(soon([&] { return fixture.server->stats().waiting == 0; }));
    // On the same connections once more, by something that was no push.
    for (const auto& client : clients)
        REQUIRE(client->send(get("/feed/1/600000")));
    REQUIRE(soon([&] { return fixture.server->stats().waiting == 60; }));
    fixture.service.change();
    for (const auto& client : clients)
        CHECK(client->answer().body == "2");
    // And by another process.
    REQUIRE(clients[0]->send(get("/feed/2/600000")));
    REQUIRE(soon([&] { return fixture.server->stats().waiting == 1; }));
    fixture.server->foreign_commit();
    CHECK(clients[0]->answer().body == "102");
}

TEST_CASE("hub server: waiting ends at its deadline, with an answer", "[hub][server]") {
    ServerFixture fixture;
    auto client = fixture.client();
    const auto answer = client.ask(get("/feed/0/150"));
    CHECK(answer.status == 200);
    CHECK(answer.body == "0");
    CHECK(client.ask(get("/feed/0/0")).body == "0");
    CHECK(client.ask(get("/hello")).status == 200);
}

TEST_CASE("hub server: who leaves while waiting is forgotten", "[hub][server]") {
    for (const bool tls : {false, true}) {
        ServerFixture fixture({}, tls);
        {
            const auto clients = crowd(fixture, 5, get("/feed/0/600000"));
            REQUIRE(soon([&] { return fixture.server->stats().waiting == 5; }));
        }
        CHECK(soon([&] { return fixture.server->stats().connections == 0; }));
        CHECK(soon([&] { return fixture.server->stats().waiting == 0; }));
    }
}

TEST_CASE("hub server: a request sent while its connection waits has its turn afterwards", "[hub][server]") {
    ServerFixture fixture({}, true);
    auto client = fixture.client();
    REQUIRE(client.send(get("/feed/0/600000")));
    REQUIRE(soon([&] { return fixture.server->stats().waiting == 1; }));
    REQUIRE(client.send(get("/hello")));
    auto pusher = fixture.client();
    CHECK(pusher.ask(post("/push", "p")).status == 200);
    CHECK(client.answer().body == "1");
    CHECK(client.answer().body == "hello GET");
}

TEST_CASE("hub server: pushes that come meanwhile are committed together", "[hub][server]") {
    ServerFixture fixture;
    fixture.service.hold_commits(true);
    const auto clients = crowd(fixture, 40, post("/push", "p"));
    REQUIRE(soon([&] { return fixture.server->stats().requests == 40; }));
    fixture.service.hold_commits(false);
    for (const auto& client : clients)
        CHECK(client->answer().body.starts_with("p "));
    CHECK(fixture.service.number == 40);
    // The first one alone or with some, then the others; each of two threads may have had one on its way.
    CHECK(fixture.service.commits <= 5);
    CHECK(fixture.service.largest_commit >= 15);
    CHECK(soon([&] { return fixture.service.folds >= 1; }));
}

TEST_CASE("hub server: stopping answers those who wait and finishes what was pushed", "[hub][server]") {
    hub::ServerLimits limits;
    limits.stop_ms = 60'000; // reading all answers may take a while here
    ServerFixture fixture(limits, true);
    const auto waiting = crowd(fixture, 10, get("/feed/0/600000"));
    auto idle = fixture.client();
    REQUIRE(idle.ask(get("/hello")).status == 200);
    REQUIRE(soon([&] { return fixture.server->stats().waiting == 10; }));
    fixture.service.hold_commits(true);
    auto pusher = fixture.client();
    REQUIRE(pusher.send(post("/push", "last")));
    REQUIRE(soon([&] { return fixture.service.in_commit.load(); }));

    std::thread stopping([&] { fixture.server->stop(); });
    for (const auto& client : waiting) {
        auto answer = client->answer();
        CHECK(answer.status == 200);
        CHECK(answer.body == "0");
        CHECK(answer.headers["connection"] == "close");
        CHECK(client->at_end());
    }
    CHECK(idle.at_end());
    fixture.service.hold_commits(false);
    CHECK(pusher.answer().body == "last 1");
    stopping.join();
    CHECK(fixture.service.number == 1);
    RawClient late(fixture.server->port(), RawClient::Speak::Plain);
    CHECK_FALSE(late.connected());
}

TEST_CASE("hub server: stopping does not wait for ever for who does not read", "[hub][server]") {
    hub::ServerLimits limits;
    limits.stop_ms = 200;
    ServerFixture fixture(limits);
    auto client = fixture.client();
    REQUIRE(client.send(get("/bytes/50000000")));
    REQUIRE(soon([&] { return fixture.server->stats().requests == 1; }));
    fixture.server->stop();
    CHECK(fixture.server->stats().connections == 0);
}

TEST_CASE("hub server: the process itself can ask, and write between two commits", "[hub][server]") {
    ServerFixture fixture;
    hub::ApiRequest request;
    request.method = "POST";
    request.target = "/push";
    request.body = "own";
    CHECK(fixture.server->call(request).body == "own 1");
    request.target = "/feed/1/600000";
    CHECK(fixture.server->call(request).body == "1"); // without waiting
    bool ran = false;
    CHECK(fixture.server->on_writer([&] {
        ran = true;
        return hub::Status{};
    }));
    CHECK(ran);
    fixture.server->stop();
    CHECK_FALSE(fixture.server->on_writer([] { return hub::Status{}; }));
}

TEST_CASE("hub waiting room: a few at a time, and only those for whom there is news", "[hub][server]") {
    struct One final : hub::Waiter {
        int woken = 0;
        void wake() override { ++woken; }
    };
    std::uint64_t number = 0;
    hub::WaitingRoom room([&](const std::string& event) { return event == "a" ? number : 0; });
    std::vector<std::shared_ptr<One>> waiters;
    for (std::size_t index = 0; index < 100; ++index) {
        waiters.push_back(std::make_shared<One>());
        room.park(index < 90 ? "a" : "b", index < 80 ? 0 : 5, waiters.back());
    }
    const auto woken = [&] {
        std::size_t count = 0;
        for (const auto& waiter : waiters)
            count += static_cast<std::size_t>(waiter->woken);
        return count;
    };
    room.committed();
    CHECK(woken() == 0);
    CHECK(room.leave("a", waiters[0].get()));
    CHECK_FALSE(room.leave("a", waiters[0].get()));
    number = 5;
    room.committed();
    CHECK(woken() == hub::WaitingRoom::at_once);
    room.answered();
    CHECK(woken() == hub::WaitingRoom::at_once + 1);
    for (std::size_t count = 0; count < 200; ++count)
        room.answered();
    CHECK(woken() == 79);
    CHECK(room.size() == 20);
    number = 6; // so soon after the last news: told with the next look
    CHECK(soon([&] {
        room.committed();
        for (std::size_t count = 0; count < 100; ++count)
            room.answered();
        return woken() == 89;
    }));
    room.wake_all();
    CHECK(woken() == 99);
    CHECK(room.size() == 0);
}
