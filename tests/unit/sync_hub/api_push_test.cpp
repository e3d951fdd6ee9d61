// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;
using protocol::HeadStanding;
using protocol::OpStatus;

namespace {

std::vector<OpStatus> statuses(std::size_t count, OpStatus status) { return std::vector<OpStatus>(count, status); }

bool any_line(const Hub& hub, const std::string& part) {
    return std::ranges::any_of(hub.lines, [&](const auto& line) { return line.find(part) != std::string::npos; });
}

} // namespace

TEST_CASE("hub push: operations are stored, acknowledged and known the second time", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    for (int i = 0; i < 5; ++i)
        kiosk.write(note("n"));
    kiosk.write(person_draft("0001"));
    auto reply = hub.push(kiosk.token, kiosk.request());
    CHECK(reply.statuses == statuses(6, OpStatus::Stored));
    CHECK(reply.verdicts.empty());
    CHECK(reply.acknowledged.at(kiosk.incarnation()) == 6);
    CHECK(reply.acknowledged.size() == 1);
    CHECK(reply.head == HeadStanding::Fits);
    CHECK(reply.latest == 6);
    CHECK(reply.hub == "hub0");
    CHECK(reply.epoch == "epoch0");
    CHECK(reply.time_ms == hub.ports.clock.at.unix_ms);
    CHECK(reply.pins.size() == 1);
    CHECK(!reply.cloned);
    CHECK(!reply.revoked);
    reply = hub.push(kiosk.token, kiosk.request());
    CHECK(reply.statuses == statuses(6, OpStatus::Duplicate));
    CHECK(reply.latest == 6);
    CHECK(hub.api->latest(event_code) == 6);
}

TEST_CASE("hub push: an empty list is a handshake that tells what the hub has", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    auto request = kiosk.request();
    CHECK(hub.push(kiosk.token, request).acknowledged.at(kiosk.incarnation()) == 0);
    kiosk.write(note("a"));
    hub.push(kiosk.token, kiosk.request());
    request = kiosk.request(1);
    REQUIRE(request.operations.empty());
    const auto reply = hub.push(kiosk.token, request);
    CHECK(reply.statuses.empty());
    CHECK(reply.acknowledged.at(kiosk.incarnation()) == 1);
    CHECK(reply.latest == 1);
}

TEST_CASE("hub push: the store is not asked for heads again and again", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    for (int i = 0; i < 40; ++i)
        kiosk.write(note("n"));
    hub.push(kiosk.token, kiosk.request(0, 10));
    const auto reads = hub.store.reads_of_heads;
    const auto writes = hub.store.writes_of_devices;
    for (std::uint64_t after = 10; after < 40; after += 10)
        CHECK(hub.push(kiosk.token, kiosk.request(after, 10)).head == HeadStanding::Fits);
    CHECK(hub.store.reads_of_heads == reads);
    CHECK(hub.store.writes_of_devices == writes);
}

TEST_CASE("hub push: several devices in one commit get each their own answer", "[sync][hub]") {
    Hub hub;
    std::vector<std::unique_ptr<Kiosk>> kiosks;
    std::vector<std::shared_ptr<Api::Prepared::Push>> pushes;
    for (int i = 1; i <= 3; ++i) {
        auto& kiosk = *kiosks.emplace_back(std::make_unique<Kiosk>("k" + std::to_string(i), static_cast<std::uint64_t>(i)));
        kiosk.join(hub);
        for (int n = 0; n < i; ++n)
            kiosk.write(note("n"));
        ApiRequest request{"POST", "/v1/ops", {{"authorization", "Bearer " + kiosk.token}}, protocol::encode(kiosk.request()), {}};
        auto prepared = hub.api->prepare(request);
        REQUIRE(prepared.push);
        pushes.push_back(prepared.push);
    }
    const auto commits = hub.store.commits;
    need(hub.api->commit(pushes));
    CHECK(hub.store.commits == commits + 1);
    for (std::size_t i = 0; i < pushes.size(); ++i) {
        const auto reply = need(protocol::decode_push_reply(hub.api->finish(*pushes[i]).body));
        CHECK(reply.acknowledged.at(kiosks[i]->incarnation()) == i + 1);
        CHECK(reply.latest == 6);
    }
}

TEST_CASE("hub push: a store that fails is answered with come again, and nothing moved", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    kiosk.write(note("n"));
    hub.store.fail_commits = core::Error{core::ErrorCode::Unavailable, "error.database_io", {}, {}};
    auto answer = hub.ask("POST", "/v1/ops", kiosk.token, protocol::encode(kiosk.request()));
    CHECK(answer.status == 503);
    CHECK(need(protocol::decode_error_reply(answer.body)).retry_after_s);
    CHECK(answer.headers.contains("Retry-After"));
    hub.store.fail_commits = core::Error{core::ErrorCode::DiskFull, "error.disk_full", {}, {}};
    CHECK(hub.ask("POST", "/v1/ops", kiosk.token, protocol::encode(kiosk.request())).status == 507);
    hub.store.fail_commits.reset();
    CHECK(hub.push(kiosk.token, kiosk.request()).statuses == statuses(1, OpStatus::Stored));
}

TEST_CASE("hub push: what can't be taken goes to quarantine with its verdict and does not stand in the way", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    for (int i = 0; i < 4; ++i)
        kiosk.write(note("n"));
    auto request = kiosk.request();
    const auto viewer = hub.user("viewer");

    SECTION("hash") {
        request.operations[1].body = R"({"what":"forged"})";
        const auto reply = hub.push(kiosk.token, request);
        REQUIRE(reply.verdicts.size() == 1);
        CHECK(reply.verdicts[0].index == 1);
        CHECK(reply.verdicts[0].verdict == "hash");
        CHECK(reply.statuses[1] == OpStatus::Quarantined);
        CHECK(reply.statuses[2] == OpStatus::Stored);
        CHECK(reply.acknowledged.at(kiosk.incarnation()) == 4); // it counts as received
        CHECK(reply.latest == 3);
        const auto entries = hub.get("/v1/quarantine", viewer)["entries"];
        REQUIRE(entries.size() == 1);
        CHECK(entries[0]["verdict"] == "hash");
        CHECK(entries[0]["via"] == "k1");
        CHECK(entries[0]["claimed"] == core::to_string(request.operations[1].id));
        CHECK(!entries[0].contains("raw"));
    }
    SECTION("malformed") {
        auto body = protocol::encode(request);
        const auto at = body.find("\"kind\":\"note\"");
        REQUIRE(at != std::string::npos);
        body.replace(at, 13, "\"kind\":7     ");
        const auto answer = hub.ask("POST", "/v1/ops", kiosk.token, body);
        REQUIRE(answer.status == 200);
        const auto reply = need(protocol::decode_push_reply(answer.body));
        REQUIRE(reply.verdicts.size() == 1);
        CHECK(reply.verdicts[0].verdict == "malformed");
        CHECK(reply.statuses[3] == OpStatus::Stored);
    }
    SECTION("too large") {
        request.operations[2].body = "{\"x\":\"" + std::string(protocol::max_operation_bytes / 2, 'x') + "\"}";
        reseal(request.operations[2]);
        const auto reply = hub.push(kiosk.token, request);
        REQUIRE(!reply.verdicts.empty());
        CHECK(reply.verdicts[0].verdict == "too_large");
    }
    SECTION("conflict: a number used twice, the first one stands") {
        hub.push(kiosk.token, request);
        auto twin = request;
        twin.operations.erase(twin.operations.begin(), twin.operations.begin() + 3);
        twin.operations[0].body = R"({"what":"twin"})";
        reseal(twin.operations[0]);
        const auto reply = hub.push(kiosk.token, twin);
        REQUIRE(reply.verdicts.size() == 1);
        CHECK(reply.verdicts[0].verdict == "conflict");
        CHECK(reply.head == HeadStanding::Diverged);
        CHECK(hub.whole_feed(kiosk.token)[3].body == R"({"what":"n"})");
    }
    SECTION("foreign device: nobody speaks for others, and nobody takes their numbers") {
        Kiosk other("k2", 2);
        other.join(hub);
        auto stolen = other.request();
        stolen.operations = request.operations;
        const auto reply = hub.push(other.token, stolen);
        REQUIRE(reply.verdicts.size() == 4);
        CHECK(reply.verdicts[0].verdict == "foreign_device");
        CHECK(reply.latest == 0);
        const auto mine = hub.push(kiosk.token, kiosk.request(4)); // a handshake
        CHECK(mine.acknowledged.at(kiosk.incarnation()) == 0);     // so the owner still sends them
        CHECK(hub.push(kiosk.token, request).statuses == statuses(4, OpStatus::Stored));
        stolen.relay = true; // the word alone is no permission
        CHECK(hub.push(other.token, stolen).verdicts.size() == 4);
    }
    SECTION("foreign event") {
        request.event = "BJ27";
        const auto reply = hub.push(kiosk.token, request);
        REQUIRE(reply.verdicts.size() == 4);
        CHECK(reply.verdicts[3].verdict == "foreign_event");
        CHECK(reply.latest == 0);
        CHECK(hub.api->latest("BJ27") == 0);
    }
    SECTION("revoked: kept, acknowledged, and told") {
        const auto organizer = hub.user("organizer");
        hub.post("/v1/devices/HZ26/k1/revoke", organizer);
        const auto reply = hub.push(kiosk.token, request);
        CHECK(reply.revoked);
        CHECK(reply.statuses == statuses(4, OpStatus::Quarantined));
        CHECK(reply.verdicts[0].verdict == "revoked");
        CHECK(reply.acknowledged.at(kiosk.incarnation()) == 4);
        CHECK(reply.latest == 0);
        const auto entries = hub.get("/v1/quarantine?raw=1", organizer)["entries"];
        REQUIRE(entries.size() == 4);
        CHECK(need(protocol::read_operation(entries[0]["raw"].get<std::string>(), hasher())).id == request.operations[0].id);
        CHECK(!hub.get("/v1/quarantine?raw=1", viewer)["entries"][0].contains("raw"));
        for (const auto* target : {"/v1/feed", "/v1/snapshot"})
            CHECK(hub.ask("GET", target, kiosk.token).status == 403);
        CHECK(hub.ask("POST", "/v1/leases", kiosk.token, R"({"device":"k1","incarnation":"i"})").status == 403);
    }
}

TEST_CASE("hub push: kinds and versions of the future are stored and passed on", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    kiosk.write(note("n"));
    auto request = kiosk.request();
    request.operations[0].kind = "hologram.show";
    request.operations[0].version = 9;
    reseal(request.operations[0]);
    request.head.hash = core::to_hex(request.operations[0].hash);
    CHECK(hub.push(kiosk.token, request).statuses == statuses(1, OpStatus::Stored));
    const auto feed = hub.whole_feed(kiosk.token);
    REQUIRE(feed.size() == 1);
    CHECK(feed[0].kind == "hologram.show");
    CHECK(feed[0].version == 9);
}

TEST_CASE("hub push: tokens are a device's own", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    Kiosk other("k2", 2);
    other.join(hub);
    const auto body = protocol::encode(kiosk.request());
    CHECK(hub.ask("POST", "/v1/ops", {}, body).status == 401);
    CHECK(hub.ask("POST", "/v1/ops", "0000", body).status == 401);
    CHECK(hub.ask("POST", "/v1/ops", other.token, body).status == 403);
    CHECK(hub.ask("POST", "/v1/ops", hub.user("admin"), body).status == 403);
    CHECK(hub.ask("GET", "/v1/events", kiosk.token).status == 403);
    CHECK(hub.ask("POST", "/v1/ops", kiosk.token, "{").status == 400);
    CHECK(hub.ask("POST", "/v1/ops", kiosk.token, std::string(protocol::max_body_bytes + 1, ' ')).status == 413);
    protocol::PushRequest many = kiosk.request();
    kiosk.write(note("n"));
    many.operations.assign(501, kiosk.request().operations[0]);
    CHECK(hub.ask("POST", "/v1/ops", kiosk.token, protocol::encode(many)).status == 413);
    // A token that was replaced is worth nothing.
    const auto old = kiosk.token;
    kiosk.join(hub);
    CHECK(hub.ask("POST", "/v1/ops", old, body).status == 401);
    CHECK(hub.ask("POST", "/v1/ops", kiosk.token, body).status == 200);
}

TEST_CASE("hub push: an old image is behind, and diverged once it wrote", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    for (int i = 0; i < 8; ++i)
        kiosk.write(note("n"));
    const auto whole = kiosk.request();
    hub.push(kiosk.token, whole);
    const auto at = [&](std::uint64_t seq) {
        auto request = whole;
        request.operations.clear();
        request.head = {seq, seq > 0 ? core::to_hex(whole.operations[seq - 1].hash) : std::string()};
        return request;
    };
    CHECK(hub.push(kiosk.token, at(8)).head == HeadStanding::Fits);
    CHECK(hub.push(kiosk.token, at(5)).head == HeadStanding::Behind);
    CHECK(hub.push(kiosk.token, at(0)).head == HeadStanding::Behind);

    // The image had five, and then wrote its own sixth to tenth.
    std::vector<core::Operation> written(whole.operations.begin(), whole.operations.begin() + 5);
    for (std::uint64_t seq = 6; seq <= 10; ++seq) {
        auto operation = written.back();
        operation.id.seq = seq;
        operation.body = R"({"what":"image"})";
        operation.previous = written.back().hash;
        reseal(operation);
        written.push_back(operation);
    }
    auto image = whole;
    image.operations.clear();
    image.head = {6, core::to_hex(written[5].hash)};
    CHECK(hub.push(kiosk.token, image).head == HeadStanding::Diverged);
    image.head = {8, core::to_hex(written[7].hash)};
    CHECK(hub.push(kiosk.token, image).head == HeadStanding::Diverged);
    // Beyond what the hub has its head alone tells nothing, but what it pushes does not follow what the hub has.
    image.head = {10, core::to_hex(written[9].hash)};
    CHECK(hub.push(kiosk.token, image).head == HeadStanding::Fits);
    image.operations.assign(written.begin() + 8, written.end());
    const auto reply = hub.push(kiosk.token, image);
    CHECK(reply.head == HeadStanding::Diverged);
    CHECK(reply.statuses == statuses(2, OpStatus::Quarantined));
    CHECK(reply.latest == 8);
    // After a restart of the hub it is the same: nothing of it was only in memory.
    hub.start();
    CHECK(hub.push(kiosk.token, image).head == HeadStanding::Diverged);
}

TEST_CASE("hub push: two machines with one name are told, lose nothing and get no leases", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    kiosk.write(note("first"));
    hub.push(kiosk.token, kiosk.request());
    Kiosk copy("k1", 99); // another incarnation of the same name
    copy.token = kiosk.token;
    copy.write(note("copy"));
    CHECK(!hub.push(copy.token, copy.request()).cloned); // a new incarnation is nothing strange
    CHECK(hub.push(kiosk.token, kiosk.request(1)).cloned);
    CHECK(hub.push(copy.token, copy.request(1)).cloned);
    kiosk.write(note("second"));
    CHECK(hub.push(kiosk.token, kiosk.request(1)).statuses == statuses(1, OpStatus::Stored));
    const auto viewer = hub.user("viewer");
    CHECK(hub.get("/v1/devices", viewer)["devices"][0]["cloned"] == true);
    CHECK(any_line(hub, "device.cloned"));
    CHECK(hub.whole_feed(kiosk.token).size() == 3);
    CHECK(hub.ask("POST", "/v1/leases", kiosk.token, R"({"device":"k1","incarnation":"i","want":[{"resource":"unit:T1:s1"}]})").status == 409);
    hub.start(); // known after a restart too
    CHECK(hub.push(kiosk.token, kiosk.request(2)).cloned);
    CHECK(hub.get("/v1/devices", viewer)["devices"][0]["cloned"] == true);
    // One of them is enrolled anew: it gets a name of its own, and may still push what it wrote under the old one.
    copy.write(note("still k1"));
    const auto reply = hub.enroll("k1", copy.incarnation());
    CHECK(reply.device == "k1-2");
    auto request = copy.request(1);
    request.device = "k1-2";
    request.head = {};
    request.incarnation = "fresh";
    const auto taken = hub.push(reply.token, request);
    CHECK(taken.statuses == statuses(1, OpStatus::Stored));
    CHECK(taken.acknowledged.at(copy.incarnation()) == 2);
}

TEST_CASE("hub push: a restored hub takes what kiosks have of others, of devices that it knows", "[sync][hub]") {
    Hub hub;
    Kiosk first("k1"), second("k2", 2), stranger("k9", 9);
    first.join(hub);
    second.join(hub);
    first.write(note("lost by the hub"));
    stranger.write(note("nobody knows me"));
    need(second.database->ingest(all_operations(*first.database)));
    need(second.database->ingest(all_operations(*stranger.database)));
    auto relay = second.request();
    relay.relay = true;
    relay.operations = need(second.database->arrived_after(0, 10)).operations;
    REQUIRE(relay.operations.size() == 2);
    CHECK(hub.push(second.token, relay).statuses == statuses(2, OpStatus::Quarantined)); // not recovering
    need(hub.store.set_epoch("epoch1", true));
    hub.start();
    const auto reply = hub.push(second.token, relay);
    CHECK(reply.epoch == "epoch1");
    CHECK(reply.statuses[0] == OpStatus::Stored);
    CHECK(reply.statuses[1] == OpStatus::Quarantined);
    CHECK(reply.acknowledged.at("k1/" + first.incarnation()) == 1);
    CHECK(hub.push(first.token, first.request()).statuses == statuses(1, OpStatus::Duplicate));
}

TEST_CASE("hub push: a venue hub relays with identities unchanged and is not fed its own", "[sync][hub]") {
    Hub hub;
    Kiosk venue("hub-venue", 5), kiosk("k1"), other("k2", 2);
    venue.join(hub, true);
    other.join(hub);
    kiosk.write(note("behind the venue hub"));
    auto relay = venue.request();
    relay.relay = true;
    relay.operations = all_operations(*kiosk.database);
    const auto reply = hub.push(venue.token, relay);
    CHECK(reply.statuses == statuses(1, OpStatus::Stored));
    CHECK(reply.acknowledged.at("k1/" + kiosk.incarnation()) == 1);
    other.write(note("elsewhere"));
    hub.push(other.token, other.request());
    const auto feed = hub.whole_feed(venue.token);
    REQUIRE(feed.size() == 1);
    CHECK(feed[0].id.device == "k2");
    CHECK(hub.feed(venue.token, 0, "&all=1").operations.size() == 2); // after it was restored itself
    CHECK(hub.whole_feed(other.token)[0].id == relay.operations[0].id);
    CHECK(hub.get("/v1/devices", hub.user("viewer"))["devices"][0]["is_hub"] == true);
}

TEST_CASE("hub push: the log tells no names, tokens or bodies", "[sync][hub][privacy]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    kiosk.write(person_draft("0001"));
    auto request = kiosk.request();
    request.operations[0].body = R"({"uid":"secret-body"})";
    hub.push(kiosk.token, request);
    hub.push(kiosk.token, kiosk.request());
    hub.post("/v1/changes", hub.user("organizer"),
             {{"event", event_code}, {"registrations", {{{"ticket", "T7"}, {"name", "李白露"}, {"phone", "10000000007"}}}}});
    REQUIRE(hub.lines.size() > 3);
    for (const auto& line : hub.lines) {
        CHECK(Json::accept(line));
        for (const auto* secret : {"王谷雨", "李白露", "secret-body", "10000000007"})
            CHECK(line.find(secret) == std::string::npos);
        CHECK(line.find(kiosk.token) == std::string::npos);
    }
}

TEST_CASE("hub push: what is in quarantine of somebody is gone with them, and of everybody after thirty days", "[sync][hub][privacy]") {
    Hub hub;
    Kiosk kiosk("k1"), other("k2", 2);
    kiosk.join(hub);
    other.join(hub);
    const auto organizer = hub.user("organizer");
    for (const auto* number : {"0001", "0002", "0003"})
        kiosk.write(person_draft(number, std::string("NAME-") + number));
    auto request = kiosk.request();
    auto late = request;
    late.operations.erase(late.operations.begin(), late.operations.begin() + 2); // the third alone
    request.operations.pop_back();
    request.operations[0].hash[0] = static_cast<std::uint8_t>(request.operations[0].hash[0] + 1); // of number 1 the hash is wrong
    hub.post("/v1/devices/HZ26/k1/revoke", organizer);
    hub.push(kiosk.token, request);
    auto body = protocol::encode(other.request());
    body.insert(body.find("\"operations\":[") + 14, R"({"uid-0001":"NAME-0001"},"NAME-0002")");
    REQUIRE(hub.ask("POST", "/v1/ops", other.token, body).status == 200);

    const auto seen = [&] {
        const auto text = hub.ask("GET", "/v1/quarantine?raw=1", organizer).body;
        std::string found;
        for (const auto* marker : {"NAME-0001", "NAME-0002", "NAME-0003"})
            if (text.find(marker) != std::string::npos)
                found += std::string(marker) + " ";
        return found;
    };
    CHECK(seen() == "NAME-0001 NAME-0002 ");
    hub.post("/v1/changes", organizer, {{"event", event_code}, {"erase", {"uid-0001", "uid-0003"}}});
    CHECK(seen() == "NAME-0002 ");
    CHECK(hub.push(kiosk.token, late).verdicts.size() == 1);
    CHECK(hub.push(kiosk.token, request).acknowledged.at(kiosk.incarnation()) == 3);
    CHECK(seen() == "NAME-0002 ");
    const auto verdicts = [&] {
        std::vector<std::string> all;
        const auto entries = hub.get("/v1/quarantine", organizer)["entries"];
        for (const auto& entry : entries)
            all.push_back(entry["verdict"].get<std::string>() + " " + entry["via"].get<std::string>());
        return all;
    };
    const auto before = verdicts();
    REQUIRE(before.size() >= 5);
    CHECK(before[0] == "hash k1");
    CHECK(before[1] == "revoked k1");
    CHECK(before[2] == "malformed k2");
    const auto raw = hub.get("/v1/quarantine?raw=1", organizer)["entries"][0]["raw"].get<std::string>();
    const auto kept = need(protocol::read_operations("[" + raw + "]", hasher(), 1));
    CHECK(kept.front().operation.id == request.operations[0].id); // it is still known what it was
    CHECK(kept.front().operation.personal.empty());

    hub.fold_all();
    hub.ports.clock.forward(29 * core::day_ms);
    hub.fold_all();
    CHECK(seen() == "NAME-0002 ");
    hub.ports.clock.forward(core::day_ms + 1);
    hub.fold_all();
    CHECK(seen().empty());
    CHECK(verdicts() == before);
}
