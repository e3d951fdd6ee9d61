// SPDX-License-Identifier: Apache-2.0
// Leases asked for: only the hub's own word is an answer.
#include "client/lease_client.hpp"

#include "fake_hub.hpp"

using namespace kiosk;
using namespace kiosk::test;
using client::ask_leases;

namespace {

protocol::LeaseReply some_reply() {
    protocol::LeaseReply reply;
    reply.hub = "hub-1";
    reply.epoch = "e1";
    reply.time_ms = 1'795'151'100'000;
    reply.feed = 42;
    protocol::LeaseGrant grant;
    grant.resource = "person:A1B2C3";
    grant.granted = 1;
    grant.generation = 7;
    reply.grants.push_back(grant);
    reply.recalled = {"person:D4E5F6"};
    return reply;
}

struct Line {
    FakeHub hub;
    FakeWire wire{hub};
    client::HubAddress address;
    core::Result<client::WireAnswer> answer = client::WireAnswer{200, {}, protocol::encode(some_reply())};

    Line() {
        address.url = "http://hub";
        address.token = "token-1";
        address.hub = "hub-1";
        wire.keep = true;
        wire.instead = [this](const client::WireRequest&) {
            return answer ? std::optional(*answer) : std::nullopt;
        };
    }
    core::Result<protocol::LeaseReply> ask() {
        protocol::LeaseRequest request;
        request.device = "k1";
        request.incarnation = "k1i1";
        protocol::LeaseWish wish;
        wish.resource = "person:A1B2C3";
        wish.booking = "b-1";
        request.want.push_back(wish);
        request.all_or_nothing = true;
        return ask_leases(wire, address, request);
    }
    ErrorCode code_of(int status, const std::string& body) {
        answer = client::WireAnswer{status, {}, body};
        const auto reply = ask();
        REQUIRE_FALSE(reply);
        return reply.error().code;
    }
};

std::string error_body(const std::string& word) {
    return protocol::encode(protocol::ErrorReply{word, "a sentence", std::nullopt});
}

} // namespace

TEST_CASE("lease client: asks as this device and takes the hub's answer", "[sync_client][leases]") {
    Line line;
    const auto reply = line.ask();
    REQUIRE(reply);
    CHECK(reply->feed == 42);
    REQUIRE(reply->grants.size() == 1);
    CHECK(reply->grants.front().generation == 7);
    CHECK(reply->recalled == std::vector<std::string>{"person:D4E5F6"});
    REQUIRE(line.wire.requests.size() == 1);
    const auto& sent = line.wire.requests.front();
    CHECK(sent.method == "POST");
    CHECK(sent.path == "/v1/leases");
    CHECK(sent.token == "token-1");
    CHECK(sent.timeout_ms == client::lease_timeout_ms);
    const auto understood = protocol::decode_lease_request(sent.body);
    REQUIRE(understood);
    CHECK(understood->all_or_nothing);
    CHECK(understood->want.front().booking == "b-1");
}

TEST_CASE("lease client: whoever else answers grants nothing", "[sync_client][leases]") {
    Line line;
    CHECK(line.code_of(200, "<html>Please log in</html>") == ErrorCode::Unavailable);
    CHECK(line.code_of(302, "") == ErrorCode::Unavailable);
    CHECK(line.code_of(200, "{}") == ErrorCode::Unavailable);
    auto other = some_reply();
    other.hub = "hub-2";
    CHECK(line.code_of(200, protocol::encode(other)) == ErrorCode::Unavailable);
}

TEST_CASE("lease client: a hub that can't is asked again, one that does not take this device is not", "[sync_client][leases]") {
    Line line;
    CHECK(line.code_of(503, error_body("busy")) == ErrorCode::Unavailable);
    CHECK(line.code_of(507, error_body("disk_full")) == ErrorCode::Unavailable);
    CHECK(line.code_of(401, error_body("unauthorized")) == ErrorCode::Denied);
    CHECK(line.code_of(403, error_body("revoked")) == ErrorCode::Denied);
    CHECK(line.code_of(409, error_body("cloned")) == ErrorCode::Denied);
    CHECK(line.code_of(400, error_body("malformed")) == ErrorCode::Invalid);
    line.answer = core::fail(ErrorCode::Unavailable, "error.sync.unreachable");
    line.wire.fault = [](const auto&) { return Fault::Unreachable; };
    const auto nobody = line.ask();
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == ErrorCode::Unavailable);
    line.wire.fault = [](const auto&) { return Fault::WrongPin; };
    const auto stranger = line.ask();
    REQUIRE_FALSE(stranger);
    CHECK(stranger.error().code == ErrorCode::Denied);
}

TEST_CASE("lease client: without a token nothing is sent", "[sync_client][leases]") {
    Line line;
    line.address.token.clear();
    CHECK_FALSE(line.ask());
    CHECK(line.wire.asked == 0);
}
