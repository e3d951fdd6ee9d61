// SPDX-License-Identifier: Apache-2.0
#include "client/curl_wire.hpp"
#include "protocol/compression.hpp"
#include "protocol/operation_json.hpp"
#include "small_server.hpp"

#include <chrono>

using namespace kiosk;
using namespace kiosk::sync;
using namespace kiosk::test;
using client::CurlWire;
using core::ErrorCode;

namespace {

std::unique_ptr<CurlWire> wire_to(const SmallServer& server) {
    auto wire = CurlWire::create(server.url(), {});
    REQUIRE(wire);
    return std::move(*wire);
}

client::WireRequest get(std::string path = "/v1/feed", std::int64_t timeout_ms = 30'000) {
    client::WireRequest request;
    request.path = std::move(path);
    request.timeout_ms = timeout_ms;
    return request;
}

// A server that sends this to whoever asks, and closes.
SmallServer::Handler sends(std::string bytes) {
    return [bytes = std::move(bytes)](const std::string&, SmallServer::Connection& connection) {
        connection.send(bytes);
        return false;
    };
}

} // namespace

TEST_CASE("curl wire: requests go over one connection with token, path and body", "[sync_client][wire]") {
    SmallServer server([](const std::string&, SmallServer::Connection& connection) {
        connection.send(SmallServer::answer("{\"a\":1}", "X-Thing:  Some value \r\nETag: \"7\"\r\n"));
        return true;
    });
    const auto wire = wire_to(server);
    for (int i = 0; i < 3; ++i) {
        client::WireRequest request = get("/v1/ops?x=1");
        request.method = i == 2 ? "GET" : "POST";
        request.token = "secret-token";
        request.body = i == 2 ? "" : "{\"small\":true}";
        request.headers["If-Range"] = "\"7\"";
        const auto answer = wire->exchange(request);
        REQUIRE(answer);
        CHECK(answer->status == 200);
        CHECK(answer->body == "{\"a\":1}");
        CHECK(answer->headers.at("x-thing") == "Some value");
        CHECK(answer->headers.at("etag") == "\"7\"");
    }
    CHECK(server.connections() == 1);
    const auto requests = server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].starts_with("POST /v1/ops?x=1 HTTP/1.1\r\n"));
    CHECK(requests[0].find("Authorization: Bearer secret-token\r\n") != std::string::npos);
    CHECK(requests[0].find("If-Range: \"7\"\r\n") != std::string::npos);
    CHECK(requests[0].find("Accept-Encoding: zstd\r\n") != std::string::npos);
    CHECK(requests[0].find("Content-Encoding") == std::string::npos);
    CHECK(requests[0].find("Expect") == std::string::npos);
    CHECK(requests[0].ends_with("\r\n\r\n{\"small\":true}"));
    CHECK(requests[2].starts_with("GET /v1/ops?x=1 HTTP/1.1\r\n"));
}

TEST_CASE("curl wire: large bodies travel compressed, both ways", "[sync_client][wire]") {
    const std::string text(50'000, 'a');
    SmallServer server([&](const std::string&, SmallServer::Connection& connection) {
        connection.send(SmallServer::answer(protocol::deflate(text), "Content-Encoding: zstd\r\n"));
        return true;
    });
    const auto wire = wire_to(server);
    auto request = get("/v1/ops");
    request.method = "POST";
    request.body = text;
    const auto answer = wire->exchange(request);
    REQUIRE(answer);
    CHECK(answer->body == text);
    const auto sent = server.requests().at(0);
    CHECK(sent.find("Content-Encoding: zstd\r\n") != std::string::npos);
    CHECK(sent.size() < 5000);
    const auto body = protocol::inflate(sent.substr(sent.find("\r\n\r\n") + 4), 100'000);
    REQUIRE(body);
    CHECK(*body == text);
}

TEST_CASE("curl wire: any status is an answer, and redirects are not followed", "[sync_client][wire]") {
    SmallServer server([](const std::string& request, SmallServer::Connection& connection) {
        if (request.starts_with("GET /busy"))
            connection.send(SmallServer::answer("{\"error\":\"busy\"}", "Retry-After: 7\r\n", "503 Busy"));
        else
            connection.send(SmallServer::answer("", "Location: /elsewhere\r\n", "302 Found"));
        return true;
    });
    const auto wire = wire_to(server);
    const auto busy = wire->exchange(get("/busy"));
    REQUIRE(busy);
    CHECK(busy->status == 503);
    CHECK(busy->headers.at("retry-after") == "7");
    const auto moved = wire->exchange(get("/moved"));
    REQUIRE(moved);
    CHECK(moved->status == 302);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("curl wire: broken answers are no answers, and the next exchange works", "[sync_client][wire]") {
    std::string bytes;
    bool hold = false;
    SmallServer server([&](const std::string& request, SmallServer::Connection& connection) {
        if (request.starts_with("GET /good")) {
            connection.send(SmallServer::answer("good"));
            return true;
        }
        connection.send(bytes);
        connection.half_close();
        if (hold)
            connection.hold();
        return false;
    });
    const auto wire = wire_to(server);
    const auto code = [&](std::string what) {
        bytes = std::move(what);
        const auto answer = wire->exchange(get("/bad"));
        const auto good = wire->exchange(get("/good"));
        CHECK((good && good->body == "good"));
        return answer ? ErrorCode::Internal : answer.error().code;
    };
    CHECK(code("") == ErrorCode::Unavailable);                                                    // closed at once
    CHECK(code("HTTP/1.1 200 OK\r\nContent-Le") == ErrorCode::Unavailable);                       // within the head
    CHECK(code("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") == ErrorCode::Unavailable);  // within the body
    CHECK(code("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n") == ErrorCode::Unavailable);
    CHECK(code("\x16\x03\x01 not http at all\r\n\r\n") == ErrorCode::Unavailable);
    CHECK(code(SmallServer::answer("not zstd", "Content-Encoding: zstd\r\n")) == ErrorCode::Invalid);
    hold = true;
    CHECK(code("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") == ErrorCode::Unavailable); // half-closed
}

TEST_CASE("curl wire: answers over the bounds are cut off", "[sync_client][wire]") {
    SECTION("a long body") {
        SmallServer server([](const std::string&, SmallServer::Connection& connection) {
            connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
            for (int i = 0; i < 200; ++i) // 13 MB
                connection.send(chunk);
            connection.send("0\r\n\r\n");
            return false;
        });
        CHECK(wire_to(server)->exchange(get()).error().code == ErrorCode::TooLarge);
    }
    SECTION("a small body that inflates to a long one") {
        const std::string bomb = protocol::deflate(std::string(protocol::max_answer_bytes + 1, '\0'));
        REQUIRE(bomb.size() < 100'000);
        SmallServer server(sends(SmallServer::answer(bomb, "Content-Encoding: zstd\r\n")));
        CHECK(wire_to(server)->exchange(get()).error().code == ErrorCode::TooLarge);
    }
    SECTION("a head without end") {
        SmallServer server([](const std::string&, SmallServer::Connection& connection) {
            connection.send("HTTP/1.1 200 OK\r\n");
            for (int i = 0; i < 3000; ++i)
                connection.send("X-Filler-" + std::to_string(i) + ": " + std::string(60, 'x') + "\r\n");
            return false;
        });
        CHECK_FALSE(wire_to(server)->exchange(get()));
    }
}

TEST_CASE("curl wire: a trickle ends with the time of the whole exchange", "[sync_client][wire]") {
    SmallServer server([](const std::string&, SmallServer::Connection& connection) {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        for (int i = 0; i < 3000 && !connection.stopping; ++i) {
            connection.send("x");
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return false;
    });
    const auto answer = wire_to(server)->exchange(get("/v1/feed", 400));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::Unavailable);
}

TEST_CASE("curl wire: a long poll ends when it is interrupted, and the wire works on", "[sync_client][wire]") {
    std::atomic<bool> asked = false;
    SmallServer server([&](const std::string& request, SmallServer::Connection& connection) {
        if (request.starts_with("GET /good")) {
            connection.send(SmallServer::answer("good"));
            return true;
        }
        asked = true;
        connection.hold();
        return false;
    });
    const auto wire = wire_to(server);
    std::thread other([&] {
        while (!asked)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        wire->interrupt();
    });
    const auto answer = wire->exchange(get("/wait", 600'000));
    other.join();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::Unavailable);
    CHECK(answer.error().message_key == "error.sync.interrupted");
    const auto good = wire->exchange(get("/good"));
    REQUIRE(good);
    CHECK(good->body == "good");
}

TEST_CASE("curl wire: nobody there is Unavailable", "[sync_client][wire]") {
    std::string url;
    {
        const SmallServer server(sends(""));
        url = server.url();
    }
    const auto wire = CurlWire::create(url, {});
    REQUIRE(wire);
    CHECK((*wire)->exchange(get()).error().code == ErrorCode::Unavailable);
}

TEST_CASE("curl wire: a download hands on the head, then the bytes as they travel", "[sync_client][wire]") {
    const auto frame = protocol::deflate(std::string(100'000, 'z'));
    SmallServer server(sends(SmallServer::answer(frame, "ETag: \"5\"\r\nContent-Encoding: zstd\r\n")));
    const auto wire = wire_to(server);
    auto request = get("/v1/snapshot");
    std::vector<std::string> events;
    request.on_head = [&](int status, const auto& headers) {
        events.push_back(std::to_string(status) + headers.at("etag"));
        return true;
    };
    std::string bytes;
    const auto answer = wire->download(request, [&](std::string_view part) {
        bytes += part;
        return true;
    });
    REQUIRE(answer);
    CHECK(events == std::vector<std::string>{"200\"5\""});
    CHECK(bytes == frame);
    CHECK(answer->body.empty());
    CHECK(server.requests().at(0).find("Accept-Encoding") == std::string::npos);

    CHECK_FALSE(wire->download(request, [](std::string_view) { return false; }));
    request.on_head = [](int, const auto&) { return false; };
    bytes.clear();
    CHECK_FALSE(wire->download(request, [&](std::string_view part) {
        bytes += part;
        return true;
    }));
    CHECK(bytes.empty());
}

TEST_CASE("curl wire: addresses, pins and requests that make no sense are refused", "[sync_client][wire]") {
    const std::string pin(44, 'A');
    CHECK(CurlWire::create("https://192.0.2.1:8443", {pin}));
    CHECK(CurlWire::create("https://192.0.2.1:8443/", {pin, pin}));
    for (const auto* url : {"", "192.0.2.1", "ftp://h", "file:///etc/passwd", "https://", "https://h/path", "https://u@h",
                            "https://h\r\nX: y", "http://h?x"})
        CHECK_FALSE(CurlWire::create(url, {}));
    CHECK_FALSE(CurlWire::create("http://192.0.2.1", {pin}));
    CHECK_FALSE(CurlWire::create("https://192.0.2.1", {"short"}));

    SmallServer server(sends(SmallServer::answer("")));
    const auto wire = wire_to(server);
    CHECK_FALSE(wire->exchange(get("no-slash")));
    CHECK_FALSE(wire->exchange(get("/a b")));
    auto request = get();
    request.token = "x\r\nX-Evil: 1";
    CHECK_FALSE(wire->exchange(request));
    request = get();
    request.headers["Range"] = "x\r\nX-Evil: 1";
    CHECK_FALSE(wire->exchange(request));
    CHECK(server.requests().empty());
}
