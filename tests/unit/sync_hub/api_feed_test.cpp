// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.hpp"

#include <set>

using namespace kiosk;
using namespace kiosk::test;

namespace {

ApiRequest feed_request(const std::string& token, const std::string& query) {
    return {"GET", "/v1/feed" + query, {{"authorization", "Bearer " + token}}, {}, {}};
}

} // namespace

TEST_CASE("hub feed: everything of everybody once, in order, whole", "[sync][hub]") {
    Hub hub;
    Kiosk first("k1"), second("k2", 2), reader("k3", 3);
    for (auto* kiosk : {&first, &second, &reader})
        kiosk->join(hub);
    std::set<core::OperationId> written;
    for (int round = 0; round < 10; ++round)
        for (auto* kiosk : {&first, &second}) {
            kiosk->write(round % 3 == 0 ? person_draft(std::to_string(round)) : note("n"));
            const auto request = kiosk->request(static_cast<std::uint64_t>(round));
            written.insert(request.operations[0].id);
            hub.push(kiosk->token, request);
        }
    const auto all = hub.whole_feed(reader.token);
    REQUIRE(all.size() == 20);
    std::set<core::OperationId> seen;
    for (const auto& operation : all)
        seen.insert(operation.id);
    CHECK(seen == written);
    CHECK(all[0].personal.find("王谷雨") != std::string::npos);
    const auto report = need(reader.database->ingest(all));
    CHECK(report.added == 20);
    CHECK(report.aside == 0);
    require_sound(*reader.database);
    // Its own are left out where it says so, and the number goes on all the same.
    const auto page = hub.feed(first.token, 0, "&skip=" + first.incarnation());
    CHECK(page.operations.size() == 10);
    for (const auto& read : page.operations)
        CHECK(read.operation.id.device == "k2");
    CHECK(page.next == 20);
    CHECK(page.latest == 20);
}

TEST_CASE("hub feed: readers never skip what comes while they read", "[sync][hub]") {
    Hub hub;
    Kiosk writer("k1"), reader("k2", 2);
    writer.join(hub);
    reader.join(hub);
    std::uint64_t pushed = 0, after = 0;
    std::vector<std::uint64_t> seqs;
    for (int round = 0; round < 30; ++round) {
        for (int i = 0; i <= round % 4; ++i)
            writer.write(note("n"));
        const auto request = writer.request(pushed);
        hub.push(writer.token, request);
        pushed += request.operations.size();
        const auto page = hub.feed(reader.token, after, "&limit=2");
        CHECK(page.operations.size() <= 2);
        after = page.next;
        for (const auto& read : page.operations)
            seqs.push_back(read.operation.id.seq);
    }
    while (seqs.size() < pushed) {
        const auto page = hub.feed(reader.token, after);
        REQUIRE(!page.operations.empty());
        after = page.next;
        for (const auto& read : page.operations)
            seqs.push_back(read.operation.id.seq);
    }
    for (std::size_t i = 0; i < seqs.size(); ++i)
        CHECK(seqs[i] == i + 1);
}

TEST_CASE("hub feed: waits where there is nothing new for this device, and only then", "[sync][hub]") {
    Hub hub;
    Kiosk writer("k1"), reader("k2", 2);
    writer.join(hub);
    reader.join(hub);
    std::vector<std::string> news;
    hub.api->on_news([&](const std::string& event) { news.push_back(event); });
    auto prepared = hub.api->prepare(feed_request(reader.token, "?after=0&wait=25"));
    REQUIRE(prepared.waiting);
    CHECK(prepared.waiting->event == event_code);
    CHECK(prepared.waiting->after == 0);
    CHECK(prepared.waiting->wait_ms == 25'000);
    CHECK(hub.api->prepare(feed_request(reader.token, "?after=0&wait=1000000")).waiting->wait_ms == 60'000);
    CHECK(hub.api->prepare(feed_request(reader.token, "?after=0")).answer);
    writer.write(note("n"));
    hub.push(writer.token, writer.request());
    CHECK(news == std::vector<std::string>{event_code});
    CHECK(hub.api->latest(event_code) > prepared.waiting->after);
    const auto answer = hub.api->answer_feed(feed_request(reader.token, "?after=0&wait=25"));
    CHECK(need(protocol::decode_feed_reply(answer.body, hasher())).operations.size() == 1);
    // Only its own is new: it hears at once that this was read, for a lease may be of use to it from that number on.
    prepared = hub.api->prepare(feed_request(writer.token, "?after=0&wait=25&skip=" + writer.incarnation()));
    REQUIRE(prepared.answer);
    const auto own = need(protocol::decode_feed_reply(prepared.answer->body, hasher()));
    CHECK(own.operations.empty());
    CHECK(own.next == 1);
    prepared = hub.api->prepare(feed_request(writer.token, "?after=1&wait=25&skip=" + writer.incarnation()));
    REQUIRE(prepared.waiting);
    CHECK(prepared.waiting->after == 1);
    const auto late = hub.api->answer_feed(feed_request(writer.token, "?after=0&wait=25&skip=" + writer.incarnation()));
    CHECK(need(protocol::decode_feed_reply(late.body, hasher())).next == 1);
}

TEST_CASE("hub feed: a number beyond the newest is answered with the epoch at once", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    kiosk.write(note("n"));
    hub.push(kiosk.token, kiosk.request());
    const auto prepared = hub.api->prepare(feed_request(kiosk.token, "?after=99&wait=25"));
    REQUIRE(prepared.answer);
    const auto reply = need(protocol::decode_feed_reply(prepared.answer->body, hasher()));
    CHECK(reply.epoch == "epoch0");
    CHECK(reply.next == 1);
    CHECK(reply.latest == 1);
    CHECK(reply.operations.empty());
}

TEST_CASE("hub feed: pages are bounded, whatever is asked for", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    for (int i = 0; i < 30; ++i)
        kiosk.write(note(std::string(100'000, 'x')));
    for (std::uint64_t after = 0; after < 30; after += 10)
        hub.push(kiosk.token, kiosk.request(after, 10));
    const auto answer = hub.ask("GET", "/v1/feed?limit=999999999", kiosk.token);
    REQUIRE(answer.status == 200);
    CHECK(answer.body.size() < 1'300'000);
    CHECK(hub.whole_feed(kiosk.token).size() == 30);
    for (const auto* query : {"?after=-1", "?after=x", "?after=1e3", "?wait=99999999999999999999", "?limit=", "?after=%zz"})
        CHECK(hub.ask("GET", std::string("/v1/feed") + query, kiosk.token).status == 400);
}

TEST_CASE("hub feed: erased personal parts are not in it, whatever the order in which things come", "[sync][hub][privacy]") {
    Hub hub;
    Kiosk kiosk("k1"), late("k2", 2);
    kiosk.join(hub);
    late.join(hub);
    kiosk.write(person_draft("0001"));
    kiosk.write(person_draft("0002", "李白露"));
    const auto both = kiosk.request();
    hub.push(kiosk.token, both);
    need(kiosk.database->erase("uid-0001"));
    hub.push(kiosk.token, kiosk.request(2));
    auto body = hub.ask("GET", "/v1/feed", late.token).body;
    CHECK(body.find("王谷雨") == std::string::npos);
    CHECK(body.find("李白露") != std::string::npos);
    hub.push(kiosk.token, both); // somebody who has not heard of it sends it again
    core::Registration again = person("0001");
    late.write(core::make_registration(again));
    hub.push(late.token, late.request());
    body = hub.ask("GET", "/v1/feed", late.token).body;
    CHECK(body.find("王谷雨") == std::string::npos);
    const auto all = hub.whole_feed(late.token);
    CHECK(all.size() == 4); // the operations stay, and their hashes with them
}
