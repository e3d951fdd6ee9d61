// SPDX-License-Identifier: Apache-2.0
// Requests and what is wrong with some of them.
#include "protocol/compression.hpp"
#include "protocol/operation_json.hpp"
#include "unit/sync_hub/server_fixture.hpp"

#include <fstream>

using namespace kiosk::test;
namespace protocol = kiosk::sync::protocol;

TEST_CASE("hub server: many requests on one TLS connection, to the key that was made", "[hub][server]") {
    ServerFixture fixture({}, true);
    auto client = fixture.client();
    REQUIRE(client.connected());
    CHECK(client.pin() == fixture.certificate.pin);
    for (int count = 0; count < 20; ++count) {
        const auto answer = client.ask(get("/hello"));
        REQUIRE(answer.status == 200);
        CHECK(answer.body == "hello GET");
        CHECK(answer.headers.at("connection") == "keep-alive");
    }
    const auto body = std::string(300'000, 'a') + "b";
    CHECK(client.ask(post("/echo", body)).body == body);
    CHECK(client.ask(get("/hello", "Connection: close\r\n")).headers.at("connection") == "close");
    CHECK(client.at_end());
    CHECK(fixture.server->stats().requests == 22);
}

TEST_CASE("hub server: requests sent together are answered in their order", "[hub][server]") {
    for (const bool tls : {false, true}) {
        ServerFixture fixture({}, tls);
        auto client = fixture.client();
        REQUIRE(client.send(get("/hello") + post("/push", "p") + get("/bytes/3") + get("/nothing")));
        CHECK(client.answer().body == "hello GET");
        CHECK(client.answer().body == "p 1");
        CHECK(client.answer().body == "xxx");
        CHECK(client.answer().status == 404);
        CHECK(client.ask(get("/hello")).status == 200);
    }
}

TEST_CASE("hub server: a request that comes byte by byte is a request", "[hub][server]") {
    ServerFixture fixture;
    auto client = fixture.client();
    for (const char byte : post("/echo", "slow and sure"))
        REQUIRE(client.send(std::string_view(&byte, 1)));
    CHECK(client.answer().body == "slow and sure");
}

TEST_CASE("hub server: a chunked body is a body", "[hub][server]") {
    ServerFixture fixture;
    auto client = fixture.client();
    CHECK(client.ask("POST /echo HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
              .body == "abcde");
    CHECK(client.ask(get("/hello")).status == 200);
}

TEST_CASE("hub server: garbage costs its connection and no other", "[hub][server]") {
    ServerFixture fixture({}, true);
    auto good = fixture.client();
    REQUIRE(good.ask(get("/hello")).status == 200);
    {
        auto garbage = fixture.client();
        CHECK(garbage.ask("\x01\x02garbage\r\n\r\n").status == 400);
        CHECK(garbage.at_end());
    }
    {
        RawClient plain(fixture.server->port(), RawClient::Speak::Plain);
        REQUIRE(plain.send(get("/hello"))); // no TLS where TLS is spoken
        CHECK(plain.answer().status == 0);
    }
    {
        auto twice = fixture.client(); // two lengths: a smuggler
        CHECK(twice.ask("POST /echo HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde").status == 400);
    }
    {
        auto both = fixture.client();
        CHECK(both.ask("POST /echo HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").status == 400);
    }
    CHECK(good.ask(get("/hello")).status == 200);
}

TEST_CASE("hub server: what is too large is refused before it is there", "[hub][server]") {
    ServerFixture fixture;
    SECTION("header") {
        auto client = fixture.client();
        CHECK(client.ask("GET /hello HTTP/1.1\r\nX-Long: " + std::string(20'000, 'x') + "\r\n\r\n").status == 431);
        CHECK(client.at_end());
    }
    SECTION("a header without an end") {
        auto client = fixture.client();
        (void)client.send("GET /" + std::string(200'000, 'x'));
        CHECK(client.answer().status == 431);
    }
    SECTION("a body that says so") {
        auto client = fixture.client();
        CHECK(client.ask("POST /echo HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n").status == 413);
        CHECK(client.at_end());
    }
    SECTION("a body that does not say so") {
        auto client = fixture.client();
        REQUIRE(client.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
        const auto chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
        for (int count = 0; count < 40 && client.send(chunk); ++count) {
        }
        CHECK(client.answer().status == 413);
    }
    SECTION("a body that grows when it is inflated") {
        auto client = fixture.client();
        const auto bomb = protocol::deflate(std::string(64 * 1024 * 1024, '\0'));
        REQUIRE(bomb.size() < 100'000);
        CHECK(client.ask(post("/echo", bomb, "Content-Encoding: zstd\r\n")).status == 413);
        CHECK(client.ask(get("/hello")).status == 200); // it was read whole: the connection is sound
    }
}

TEST_CASE("hub server: bodies and answers may be zstd, and nothing else", "[hub][server]") {
    ServerFixture fixture({}, true);
    auto client = fixture.client();
    const std::string text(10'000, 't');
    CHECK(client.ask(post("/echo", protocol::deflate(text), "Content-Encoding: zstd\r\n")).body == text);
    auto packed = client.ask(post("/echo", text, "Accept-Encoding: gzip, zstd\r\n"));
    CHECK(packed.headers.at("content-encoding") == "zstd");
    CHECK(packed.body.size() < 200);
    CHECK(protocol::inflate(packed.body, 20'000) == text);
    CHECK_FALSE(client.ask(post("/echo", text, "Accept-Encoding: zstd;q=0\r\n")).headers.contains("content-encoding"));
    CHECK(client.ask(post("/echo", "no zstd at all", "Content-Encoding: zstd\r\n")).status == 400);
    const auto unknown = client.ask(post("/echo", "x", "Content-Encoding: br\r\n"));
    CHECK(unknown.status == 415);
    CHECK(unknown.body.find("unknown_encoding") != std::string::npos);
}

TEST_CASE("hub server: HEAD has no body, OPTIONS says what there is", "[hub][server]") {
    ServerFixture fixture;
    auto client = fixture.client();
    REQUIRE(client.send("HEAD /bytes/1000 HTTP/1.1\r\nHost: hub\r\n\r\n"));
    const auto head = client.answer(true);
    CHECK(head.status == 200);
    CHECK(head.headers.at("content-length") == "1000");
    const auto options = client.ask("OPTIONS * HTTP/1.1\r\nHost: hub\r\n\r\n");
    CHECK(options.status == 204);
    CHECK(options.headers.contains("allow"));
    CHECK(client.ask(get("/hello")).body == "hello GET");
}

TEST_CASE("hub server: 100-continue is said before a large body comes", "[hub][server]") {
    ServerFixture fixture;
    auto client = fixture.client();
    REQUIRE(client.send("POST /echo HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"));
    CHECK(client.answer().status == 100);
    REQUIRE(client.send("body"));
    CHECK(client.answer().body == "body");
    REQUIRE(client.send("POST /echo HTTP/1.1\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n"));
    CHECK(client.answer().status == 413);
}

TEST_CASE("hub server: files go out in pieces, from where they are wanted", "[hub][server]") {
    ServerFixture fixture({}, true);
    std::string content;
    for (int number = 0; content.size() < 3'000'000; ++number)
        content += std::to_string(number) + ",";
    fixture.service.file = fixture.folder.path / "file";
    std::ofstream(fixture.service.file, std::ios::binary) << content;
    auto client = fixture.client();
    const auto size = content.size();
    CHECK(client.ask(get("/file/0/" + std::to_string(size))).body == content);
    CHECK(client.ask(get("/file/1000/" + std::to_string(size - 1000))).body == content.substr(1000));
    CHECK(client.ask(get("/file/5/10")).body == content.substr(5, 10));
    // One that was cut meanwhile is not padded: the client sees that bytes are missing.
    CHECK(client.ask(get("/file/0/" + std::to_string(size + 10))).status == 0);
    fixture.service.file = fixture.folder.path / "none";
    auto other = fixture.client();
    CHECK(other.ask(get("/file/0/1")).status == 500);
}

TEST_CASE("hub server: half closed, the answer still comes", "[hub][server]") {
    ServerFixture fixture;
    auto client = fixture.client();
    REQUIRE(client.send(post("/push", "last")));
    client.end_sending();
    CHECK(client.answer().body == "last 1");
    CHECK(client.at_end());
}

TEST_CASE("hub server: a header value never becomes two headers", "[hub][server]") {
    ServerFixture fixture;
    auto client = fixture.client();
    const auto answer = client.ask(get("/bad-header"));
    CHECK(answer.headers.contains("x-good"));
    CHECK_FALSE(answer.headers.contains("x-forged"));
    CHECK_FALSE(answer.headers.contains("x-bad"));
}

TEST_CASE("hub server: an exception is an answer, and the connection lives on", "[hub][server]") {
    ServerFixture fixture;
    auto client = fixture.client();
    CHECK(client.ask(get("/throw")).status == 500);
    CHECK(client.ask(get("/hello")).status == 200);
}
