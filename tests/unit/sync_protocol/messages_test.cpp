// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"

#include "operations.hpp"
#include "protocol/messages.hpp"

#include <rapidcheck.h>

using namespace kiosk;
using namespace kiosk::test;
namespace protocol = kiosk::sync::protocol;

namespace {

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

protocol::PushReply push_reply() {
    protocol::PushReply reply;
    reply.hub = "hub-1";
    reply.epoch = "e1";
    reply.time_ms = 1'795'000'000'000;
    reply.statuses = {protocol::OpStatus::Stored, protocol::OpStatus::Duplicate, protocol::OpStatus::Quarantined};
    reply.verdicts = {{2, "hash"}};
    reply.acknowledged = {{"inc-1", 7}, {"k2/inc-2", 9'000'000'000}};
    reply.head = protocol::HeadStanding::Diverged;
    reply.latest = 12;
    reply.cloned = true;
    reply.pins = {"AAAA", "BBBB"};
    return reply;
}

// A message is only what it is whole: any prefix of it is an error, never a smaller message.
template <typename Decode> void no_prefix_passes(const std::string& text, Decode decode) {
    for (std::size_t length = 0; length < text.size(); ++length)
        CHECK(!decode(std::string_view(text).substr(0, length)));
    CHECK(decode(text));
    CHECK(!decode(text + "x"));
    CHECK(!decode("[" + text + "]"));
    CHECK(!decode("null"));
    CHECK(!decode("<html><body>Please log in</body></html>"));
    CHECK(!decode(std::string(100'000, '[') + std::string(100'000, ']')));
    CHECK(!decode("{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}"));
}

} // namespace

TEST_CASE("messages: enrolment, both ways", "[sync][protocol]") {
    const protocol::EnrollRequest request{"CODE", "k1", "inc", "DEMO", "xiangdao \"1\"", true};
    const auto read = protocol::decode_enroll_request(protocol::encode(request));
    REQUIRE(read);
    CHECK(read->code == request.code);
    CHECK(read->device == request.device);
    CHECK(read->incarnation == request.incarnation);
    CHECK(read->event == request.event);
    CHECK(read->software == request.software);
    CHECK(read->as_hub);
    no_prefix_passes(protocol::encode(request), protocol::decode_enroll_request);
    CHECK(!protocol::decode_enroll_request(replaced(protocol::encode(request), "\"k1\"", "\"\"")));
    CHECK(!protocol::decode_enroll_request(replaced(protocol::encode(request), "k1", std::string(2000, 'k'))));

    const protocol::EnrollReply reply{"secret", "k1-2", "DEMO", "hub-1", "e1", {"PIN1", "PIN2"}};
    const auto answer = protocol::decode_enroll_reply(protocol::encode(reply));
    REQUIRE(answer);
    CHECK(answer->token == reply.token);
    CHECK(answer->device == reply.device);
    CHECK(answer->event == reply.event);
    CHECK(answer->hub == reply.hub);
    CHECK(answer->epoch == reply.epoch);
    CHECK(answer->pins == reply.pins);
    no_prefix_passes(protocol::encode(reply), protocol::decode_enroll_reply);
    CHECK(!protocol::decode_enroll_reply(replaced(protocol::encode(reply), "\"secret\"", "7")));
    CHECK(!protocol::decode_enroll_reply(replaced(protocol::encode(reply), "\"PIN1\"", "1")));
}

TEST_CASE("messages: a push holds any operations, and what is bad among them spoils none", "[sync][protocol]") {
    const bool holds = rc::check([] {
        const auto seed = *rc::gen::arbitrary<std::uint32_t>();
        protocol::PushRequest request{"k\"1", "inc\\1", "DEMO", {seed, std::string(64, 'a')}, seed % 2 == 0, {}};
        for (std::uint64_t i = 0; i < seed % 9; ++i)
            request.operations.push_back(any_operation(seed + i));
        const auto read = protocol::decode_push_request(protocol::encode(request), wire_hasher());
        RC_ASSERT(read.has_value());
        RC_ASSERT(read->request.device == request.device && read->request.incarnation == request.incarnation);
        RC_ASSERT(read->request.event == request.event && read->request.relay == request.relay);
        RC_ASSERT(read->request.head.seq == request.head.seq && read->request.head.hash == request.head.hash);
        RC_ASSERT(read->operations.size() == request.operations.size());
        for (std::size_t i = 0; i < request.operations.size(); ++i) {
            RC_ASSERT(read->operations[i].problem.empty());
            RC_ASSERT(same(read->operations[i].operation, request.operations[i]));
        }
    });
    CHECK(holds);

    protocol::PushRequest request;
    request.device = "k1";
    request.incarnation = "inc";
    request.event = "DEMO";
    request.operations.push_back(any_operation(1));
    const auto decode = [](std::string_view text) { return protocol::decode_push_request(text, wire_hasher()); };
    const auto text = protocol::encode(request);
    no_prefix_passes(text, decode);
    CHECK(!decode(replaced(text, "\"k1\"", "\"\"")));
    CHECK(!decode(replaced(text, "\"seq\":0", "\"seq\":-1")));
    CHECK(!decode(replaced(text, "\"relay\":false", "\"relay\":0")));
    CHECK(!decode(replaced(text, "\"head\"", "\"tail\"")));
    const auto mixed = decode(replaced(text, "\"operations\":[", "\"operations\":[{\"x\":1},"));
    REQUIRE(mixed);
    REQUIRE(mixed->operations.size() == 2);
    CHECK(mixed->operations[0].problem == "malformed");
    CHECK(mixed->operations[1].problem.empty());
    std::string many = "\"operations\":[1";
    for (std::size_t i = 1; i < protocol::max_batch_operations; ++i)
        many += ",1";
    CHECK(decode(R"({"device":"k","incarnation":"i","event":"","head":{"seq":0,"hash":""},)" + many + "]}"));
    CHECK(!decode(R"({"device":"k","incarnation":"i","event":"","head":{"seq":0,"hash":""},)" + many + ",1]}"));
    CHECK(!decode(text + std::string(protocol::max_body_bytes, ' ')));
}

TEST_CASE("messages: a push's answer", "[sync][protocol]") {
    const auto reply = push_reply();
    const auto text = protocol::encode(reply);
    const auto read = protocol::decode_push_reply(text);
    REQUIRE(read);
    CHECK(read->hub == reply.hub);
    CHECK(read->epoch == reply.epoch);
    CHECK(read->time_ms == reply.time_ms);
    CHECK(read->statuses == reply.statuses);
    REQUIRE(read->verdicts.size() == 1);
    CHECK(read->verdicts[0].index == 2);
    CHECK(read->verdicts[0].verdict == "hash");
    CHECK(read->acknowledged == reply.acknowledged);
    CHECK(read->head == reply.head);
    CHECK(read->latest == reply.latest);
    CHECK(read->cloned);
    CHECK(!read->revoked);
    CHECK(read->pins == reply.pins);
    no_prefix_passes(text, protocol::decode_push_reply);
    for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{
             {"\"stored\"", "\"lost\""}, {"\"stored\"", "1"}, {"\"diverged\"", "\"fine\""}, {"\"inc-1\":7", "\"inc-1\":-7"},
             {"\"inc-1\":7", "\"inc-1\":\"7\""}, {"\"inc-1\":7", "\"inc-1\":7.5"}, {"\"latest\":12", "\"latest\":-12"},
             {"\"latest\":12", "\"latest\":null"}, {"\"index\":2", "\"index\":-2"}, {"\"epoch\":\"e1\"", "\"epoch\":\"\""},
             {"\"statuses\":[", "\"statuses\":["  + std::string(4800, ' ') + "[],"}, {"\"acknowledged\":{", "\"acknowledged_\":{"}}) {
        INFO(what << " → " << by);
        CHECK(!protocol::decode_push_reply(replaced(text, what, by)));
    }
    CHECK(!protocol::decode_push_reply("{}"));
}

TEST_CASE("messages: numbers beyond what a clock or a counter holds are refused", "[sync][protocol]") {
    const auto text = protocol::encode(push_reply());
    CHECK(!protocol::decode_push_reply(replaced(text, "\"latest\":12", "\"latest\":18446744073709551615")));
    CHECK(!protocol::decode_push_reply(replaced(text, "\"time_ms\":1795000000000", "\"time_ms\":1e300")));
    CHECK(!protocol::decode_push_reply(replaced(text, "\"time_ms\":1795000000000", "\"time_ms\":9223372036854775808")));
    protocol::FeedReply head{"hub-1", "e1", 5, 7, 9, {}};
    CHECK(!protocol::decode_feed_reply(replaced(protocol::encode_feed_reply(head, ""), "\"next\":7", "\"next\":-1"), wire_hasher()));
    CHECK(!protocol::decode_feed_reply(replaced(protocol::encode_feed_reply(head, ""), "\"next\":7", "\"next\":18446744073709551616"),
                                       wire_hasher()));
}

TEST_CASE("messages: the feed", "[sync][protocol]") {
    std::string operations;
    std::vector<core::Operation> sent;
    for (std::uint64_t i = 0; i < 20; ++i) {
        sent.push_back(any_operation(i));
        operations += i > 0 ? "," : "";
        protocol::append_operation(operations, sent.back());
    }
    const auto text = protocol::encode_feed_reply({"hub\"1", "e1", 5, 7, 9, {}}, operations);
    const auto read = protocol::decode_feed_reply(text, wire_hasher());
    REQUIRE(read);
    CHECK(read->hub == "hub\"1");
    CHECK(read->epoch == "e1");
    CHECK(read->time_ms == 5);
    CHECK(read->next == 7);
    CHECK(read->latest == 9);
    REQUIRE(read->operations.size() == sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i)
        CHECK(same(read->operations[i].operation, sent[i]));
    const auto decode = [](std::string_view json) { return protocol::decode_feed_reply(json, wire_hasher()); };
    no_prefix_passes(protocol::encode_feed_reply({"h", "e", 1, 2, 3, {}}, ""), decode);
    CHECK(!decode(protocol::encode_feed_reply({"", "e", 1, 2, 3, {}}, "")));
    CHECK(!decode(protocol::encode_feed_reply({"h", "", 1, 2, 3, {}}, "")));
    CHECK(!decode("{\"status\":\"ok\"}")); // a portal that speaks JSON
}

TEST_CASE("messages: leases asked for", "[sync][protocol]") {
    protocol::LeaseRequest request;
    request.device = "k1";
    request.incarnation = "inc";
    request.want = {{"unit:T1@100-200", 1, 1, "uid-1", 0}, {"seats:cd1", 3, 40, "", 0}};
    request.all_or_nothing = true;
    request.give_back = {{"person:A", 1, 1, "", 17}};
    request.deal = true;
    request.want[1].holds = true;
    request.holds_seq = 0;
    const auto read = protocol::decode_lease_request(protocol::encode(request));
    REQUIRE(read);
    CHECK(read->device == "k1");
    CHECK(read->incarnation == "inc");
    REQUIRE(read->want.size() == 2);
    CHECK(read->want[0].resource == "unit:T1@100-200");
    CHECK(read->want[0].booking == "uid-1");
    CHECK(read->want[0].count == 1);
    CHECK(read->want[1].resource == "seats:cd1");
    CHECK(read->want[1].count == 3);
    CHECK(read->want[1].capacity == 40);
    CHECK(read->want[1].booking.empty());
    CHECK(read->all_or_nothing);
    REQUIRE(read->give_back.size() == 1);
    CHECK(read->give_back[0].resource == "person:A");
    CHECK(read->give_back[0].closing_seq == 17);
    CHECK(read->deal);
    CHECK(!read->want[0].holds);
    CHECK(read->want[1].holds);
    CHECK(read->holds_seq == 0u);
    no_prefix_passes(protocol::encode(request), protocol::decode_lease_request);
    for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{{"\"count\":3", "\"count\":-1"},
                                                                                    {"\"count\":3", "\"count\":1000001"},
                                                                                    {"\"capacity\":40", "\"capacity\":0"},
                                                                                    {"\"seats:cd1\"", "\"\""},
                                                                                    {"\"closing_seq\":17", "\"closing_seq\":-1"},
                                                                                    {"\"uid-1\"", "7"},
                                                                                    {"\"holds\":true", "\"holds\":1"},
                                                                                    {"\"holds_seq\":0", "\"holds_seq\":-1"},
                                                                                    {"\"deal\":true", "\"deal\":1"}}) {
        INFO(what << " → " << by);
        CHECK(!protocol::decode_lease_request(replaced(protocol::encode(request), what, by)));
    }

    // What a kiosk of an earlier version sends: no more than the names.
    const auto old = protocol::decode_lease_request(R"({"device":"k1","incarnation":"inc","want":[{"resource":"person:A"}]})");
    REQUIRE(old);
    CHECK(!old->all_or_nothing);
    CHECK(!old->deal);
    CHECK(!old->holds_seq);
    CHECK(old->give_back.empty());
    CHECK(old->want.at(0).count == 1);
    CHECK(old->want.at(0).closing_seq == 0);

    for (auto list : {&protocol::LeaseRequest::want, &protocol::LeaseRequest::give_back}) {
        auto many = request;
        (many.*list).assign(protocol::max_leases, {"unit:T1@100-200", 1, 1, "", 0});
        CHECK(protocol::decode_lease_request(protocol::encode(many)));
        (many.*list).emplace_back((many.*list).back());
        CHECK(!protocol::decode_lease_request(protocol::encode(many)));
    }
}

TEST_CASE("messages: leases granted", "[sync][protocol]") {
    protocol::LeaseReply reply;
    reply.hub = "hub-1";
    reply.epoch = "e1";
    reply.time_ms = 5;
    reply.feed = 77;
    reply.grants = {{"unit:T1@100-200", 0, true, "k2", 0}, {"seats:cd1", 3, false, "", 9}};
    reply.given_back = {"person:A"};
    reply.recalled = {"person:B", "unit:T2@100-200"};
    reply.awaited = {"k3", "k4"};
    const auto read = protocol::decode_lease_reply(protocol::encode(reply));
    REQUIRE(read);
    CHECK(read->awaited == reply.awaited);
    CHECK(read->hub == "hub-1");
    CHECK(read->epoch == "e1");
    CHECK(read->time_ms == 5);
    CHECK(read->feed == 77);
    REQUIRE(read->grants.size() == 2);
    CHECK(read->grants[0].holder == "k2");
    CHECK(read->grants[0].granted == 0);
    CHECK(read->grants[0].taken);
    CHECK(read->grants[1].granted == 3);
    CHECK(!read->grants[1].taken);
    CHECK(read->grants[1].generation == 9);
    CHECK(read->given_back == reply.given_back);
    CHECK(read->recalled == reply.recalled);
    no_prefix_passes(protocol::encode(reply), protocol::decode_lease_reply);
    for (const auto& [what, by] : std::vector<std::pair<std::string, std::string>>{{"\"feed\":77", "\"food\":77"},
                                                                                    {"\"feed\":77", "\"feed\":-1"},
                                                                                    {"\"granted\":3", "\"granted\":1000001"},
                                                                                    {"\"generation\":9", "\"generation\":-9"},
                                                                                    {"\"taken\":true", "\"taken\":\"no\""},
                                                                                    {"[\"person:A\"]", "\"person:A\""}}) {
        INFO(what << " → " << by);
        CHECK(!protocol::decode_lease_reply(replaced(protocol::encode(reply), what, by)));
    }
    // Everything that was wanted and a whole deal fit into one answer; more is nobody's answer.
    reply.grants.assign(2 * protocol::max_leases, {"unit:T1@100-200", 1, false, "", 1});
    reply.recalled.assign(protocol::max_leases, "person:B");
    CHECK(protocol::decode_lease_reply(protocol::encode(reply)));
    reply.recalled.emplace_back("person:C");
    CHECK(!protocol::decode_lease_reply(protocol::encode(reply)));
    reply.recalled.clear();
    reply.grants.emplace_back();
    CHECK(!protocol::decode_lease_reply(protocol::encode(reply)));
}

TEST_CASE("messages: what a device may read is said with the feed and with what it pushed", "[sync][protocol]") {
    auto push = push_reply();
    protocol::FeedReply feed;
    feed.hub = "h";
    feed.epoch = "e";
    for (const auto* scope : {"", "*", "cd1,cd2"}) {
        push.scope = scope;
        CHECK(protocol::decode_push_reply(protocol::encode(push))->scope == scope);
        feed.scope = scope;
        CHECK(protocol::decode_feed_reply(protocol::encode_feed_reply(feed, ""), wire_hasher())->scope == scope);
    }
    // A hub that knows nothing of it keeps nothing back.
    CHECK(protocol::decode_push_reply(replaced(protocol::encode(push), ",\"scope\":\"cd1,cd2\"", ""))->scope == "*");
    CHECK(protocol::decode_feed_reply(replaced(protocol::encode_feed_reply(feed, ""), "\"scope\":\"cd1,cd2\",", ""), wire_hasher())
              ->scope == "*");
    CHECK(!protocol::decode_push_reply(replaced(protocol::encode(push), "\"cd1,cd2\"", "7")));
    CHECK(!protocol::decode_feed_reply(replaced(protocol::encode_feed_reply(feed, ""), "\"cd1,cd2\"", "[]"), wire_hasher()));
    push.scope.assign(9000, 'x');
    CHECK(!protocol::decode_push_reply(protocol::encode(push)));
}

TEST_CASE("messages: errors", "[sync][protocol]") {
    const protocol::ErrorReply reply{"too_many", "once \"more\"", 30};
    const auto read = protocol::decode_error_reply(protocol::encode(reply));
    REQUIRE(read);
    CHECK(read->error == reply.error);
    CHECK(read->message == reply.message);
    CHECK(read->retry_after_s == 30);
    CHECK(!protocol::decode_error_reply(protocol::encode(protocol::ErrorReply{"x", "", {}}))->retry_after_s);
    no_prefix_passes(protocol::encode(reply), protocol::decode_error_reply);
}

TEST_CASE("messages: texts that are no UTF-8 never leave as JSON that nobody reads", "[sync][protocol]") {
    // What is typed or read from a file may be anything; these messages replace what can't be said.
    const protocol::EnrollRequest request{"C\xff", "k\x80", "inc", "", "", false};
    CHECK(protocol::decode_enroll_request(protocol::encode(request)));
    CHECK(protocol::decode_error_reply(protocol::encode(protocol::ErrorReply{"word", "\xc3", {}})));
}
