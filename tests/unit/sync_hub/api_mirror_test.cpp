// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.hpp"
#include "protocol/compression.hpp"

#include <filesystem>

using namespace kiosk;
using namespace kiosk::test;

namespace {

std::string part(const ApiAnswer& answer) {
    std::ifstream file(answer.file, std::ios::binary);
    REQUIRE(file.good());
    file.seekg(static_cast<std::streamoff>(answer.file_from));
    std::string bytes(answer.file_bytes, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    REQUIRE(static_cast<std::uint64_t>(file.gcount()) == answer.file_bytes);
    return bytes;
}

// A hub with an event, people and two kiosks that admitted the same ticket while they did not see each other.
struct Apart {
    Hub hub;
    Kiosk first{"k1"}, second{"k2", 2};
    Apart() {
        first.join(hub);
        second.join(hub);
        for (const auto& draft : event_drafts())
            first.write(draft);
        first.write(person_draft("0001"));
        first.write(person_draft("0002", "李白露"));
        auto scan = entry("T0001", first.ports.clock.at);
        scan.registration = "uid-0001";
        first.write(core::make_scan(scan));
        second.database->set_clock_offset(-90'000);
        scan.at = second.ports.clock.at + 60'000;
        second.write(core::make_scan(scan));
        second.write(core::make_scan(entry("T0002", second.ports.clock.at)));
        hub.push(first.token, first.request());
        hub.push(second.token, second.request());
    }
};

} // namespace

TEST_CASE("hub mirror: it holds what a kiosk holds that read the feed", "[sync][hub]") {
    Apart apart;
    auto& hub = apart.hub;
    hub.fold_all();
    Kiosk reader("k3", 3);
    reader.join(hub);
    need(reader.database->ingest(hub.whole_feed(reader.token)));
    hub.ports.clock.forward(3000);
    hub.api->fold(1000);
    const auto answer = hub.ask("GET", "/v1/snapshot", reader.token);
    REQUIRE(answer.status == 200);
    const auto path = reader.folder / "snapshot.db";
    std::ofstream(path, std::ios::binary) << need(protocol::inflate(part(answer), std::size_t{1} << 30));
    auto ports = Ports();
    const auto image = need(storage::Database::open(path, ports.options("k3")));
    CHECK(need(image->dump_projections()) == need(reader.database->dump_projections()));
    require_sound(*image);
}

TEST_CASE("hub mirror: thrown away for another epoch or a damaged file, and made again", "[sync][hub]") {
    Apart apart;
    auto& hub = apart.hub;
    const auto organizer = hub.user("organizer");
    CHECK(hub.get("/v1/conflicts?event=HZ26", organizer)["conflicts"].size() == 1);
    hub.api.reset();
    SECTION("damaged") {
        int damaged = 0;
        for (const auto& file : std::filesystem::directory_iterator(hub.folder / "hub"))
            if (file.path().filename().string().starts_with("mirror-") && file.path().extension() == ".db") {
                std::ofstream(file.path(), std::ios::binary) << std::string(8192, 'x');
                ++damaged;
            }
        REQUIRE(damaged == 1);
    }
    SECTION("another epoch") { need(hub.store.set_epoch("epoch9", true)); }
    hub.start();
    CHECK(hub.get("/v1/conflicts?event=HZ26", organizer)["conflicts"].size() == 1);
}

TEST_CASE("hub mirror: bodies that nobody can read are folded to nothing and stop nothing", "[sync][hub]") {
    Apart apart;
    auto& hub = apart.hub;
    apart.first.write(note("n"));
    auto request = apart.first.request(need(apart.first.database->status()).last_seq - 1);
    request.operations[0].kind = "scan";
    request.operations[0].body = "not JSON at all";
    reseal(request.operations[0]);
    request.head.hash = core::to_hex(request.operations[0].hash);
    CHECK(hub.push(apart.first.token, request).statuses[0] == protocol::OpStatus::Stored);
    CHECK(hub.get("/v1/conflicts?event=HZ26", hub.user("viewer"))["folded"] == hub.api->latest(event_code));
}

TEST_CASE("hub snapshot: whole, in parts, and with a tag that tells what it is", "[sync][hub]") {
    Apart apart;
    auto& hub = apart.hub;
    const auto& token = apart.first.token;
    auto answer = hub.ask("GET", "/v1/snapshot", token);
    CHECK(answer.status == 503); // not made yet: come again
    CHECK(need(protocol::decode_error_reply(answer.body)).retry_after_s == 1);
    hub.fold_all();
    answer = hub.ask("GET", "/v1/snapshot", token);
    REQUIRE(answer.status == 200);
    CHECK(!answer.compress);
    CHECK(answer.headers.at("X-Feed-Number") == std::to_string(hub.api->latest(event_code)));
    CHECK(answer.headers.at("X-Feed-Epoch") == "epoch0");
    const auto whole = part(answer);
    const auto inflated = need(protocol::inflate(whole, std::size_t{1} << 30));
    CHECK(answer.headers.at("X-Content-Bytes") == std::to_string(inflated.size()));
    CHECK(answer.headers.at("X-Content-Blake2b") == sync::hub::secret_hash(hasher(), inflated));
    const auto etag = answer.headers.at("ETag");

    const auto half = whole.size() / 2;
    const auto rest = hub.ask("GET", "/v1/snapshot", token, {}, {{"range", "bytes=" + std::to_string(half) + "-"}, {"if-range", etag}});
    REQUIRE(rest.status == 206);
    CHECK(whole.substr(0, half) + part(rest) == whole);
    CHECK(rest.headers.at("Content-Range") ==
          "bytes " + std::to_string(half) + "-" + std::to_string(whole.size() - 1) + "/" + std::to_string(whole.size()));
    const auto middle = hub.ask("GET", "/v1/snapshot", token, {}, {{"range", "bytes=10-19"}});
    CHECK(part(middle) == whole.substr(10, 10));
    const auto tail = hub.ask("GET", "/v1/snapshot", token, {}, {{"range", "bytes=-5"}});
    CHECK(part(tail) == whole.substr(whole.size() - 5));
    CHECK(hub.ask("GET", "/v1/snapshot", token, {}, {{"range", "bytes=" + std::to_string(whole.size()) + "-"}}).status == 416);
    CHECK(hub.ask("GET", "/v1/snapshot", token, {}, {{"range", "bytes=5-"}, {"if-range", "\"other\""}}).status == 200);
    CHECK(hub.ask("GET", "/v1/snapshot", token, {}, {{"range", "lines=5-"}}).status == 200);
    CHECK(hub.ask("GET", "/v1/snapshot", token, {}, {{"if-none-match", etag}}).status == 304);

    // A download that was cut off goes on with the image that it began with, though there is a newer one.
    for (int i = 0; i < 2500; ++i)
        apart.first.write(note("n"));
    for (std::uint64_t after = 5; after < 2505; after += 500)
        hub.push(token, apart.first.request(after, 500));
    hub.ports.clock.forward(60'000);
    hub.fold_all();
    hub.ports.clock.forward(3'000);
    hub.fold_all();
    const auto newer = hub.ask("GET", "/v1/snapshot", token);
    CHECK(newer.headers.at("ETag") != etag);
    CHECK(newer.headers.at("X-Feed-Number") == std::to_string(hub.api->latest(event_code)));
    const auto resumed = hub.ask("GET", "/v1/snapshot", token, {}, {{"range", "bytes=" + std::to_string(half) + "-"}, {"if-range", etag}});
    REQUIRE(resumed.status == 206);
    CHECK(part(resumed) == whole.substr(half));
}

TEST_CASE("hub snapshot: who comes before the event is told so, and gets it as soon as it is there", "[sync][hub]") {
    Hub hub;
    Kiosk early("k1"), first("k2", 2);
    early.join(hub);
    first.join(hub);
    const auto ask = [&] { return hub.ask("GET", "/v1/snapshot", early.token); };
    CHECK(ask().status == 404);
    hub.fold_all();
    CHECK(ask().status == 404);

    // A scan came before the event that it belongs to: it alone is what the first image has.
    first.write(core::make_scan(entry("T0001", first.ports.clock.at)));
    hub.push(first.token, first.request());
    CHECK(ask().status == 503);
    hub.fold_all();
    REQUIRE(ask().status == 200);
    for (const auto& draft : event_drafts())
        first.write(draft);
    hub.push(first.token, first.request(1));
    hub.fold_all();
    CHECK(ask().headers.at("X-Feed-Number") == "1"); // from now on a newer one is wanted
    hub.ports.clock.forward(11'000);
    hub.fold_all();
    CHECK(ask().headers.at("X-Feed-Number") == std::to_string(hub.api->latest(event_code)));
}

TEST_CASE("hub snapshot: what was erased leaves it, the older file too", "[sync][hub][privacy]") {
    Apart apart;
    auto& hub = apart.hub;
    hub.fold_all();
    hub.ports.clock.forward(3'000);
    hub.fold_all();
    const auto before = hub.ask("GET", "/v1/snapshot", apart.first.token);
    REQUIRE(before.status == 200);
    CHECK(need(protocol::inflate(part(before), std::size_t{1} << 30)).find("王谷雨") != std::string::npos);
    need(apart.first.database->erase("uid-0001"));
    hub.push(apart.first.token, apart.first.request(need(apart.first.database->status()).last_seq - 1));
    hub.fold_all();
    hub.ports.clock.forward(3'000);
    hub.fold_all();
    const auto after = hub.ask("GET", "/v1/snapshot", apart.first.token);
    REQUIRE(after.status == 200);
    CHECK(need(protocol::inflate(part(after), std::size_t{1} << 30)).find("王谷雨") == std::string::npos);
    CHECK(!std::filesystem::exists(before.file));
}

TEST_CASE("hub conflicts: both scans with device, time and clock error; settled once, everywhere", "[sync][hub]") {
    Apart apart;
    auto& hub = apart.hub;
    const auto viewer = hub.user("viewer");
    const auto organizer = hub.user("organizer");
    auto list = hub.get("/v1/conflicts?event=HZ26", organizer);
    CHECK(list["open"] == 1);
    REQUIRE(list["conflicts"].size() == 1);
    const auto conflict = list["conflicts"][0];
    CHECK(conflict["ticket"] == "T0001");
    CHECK(conflict["checkpoint"] == "main");
    CHECK(conflict["registration"] == "uid-0001");
    CHECK(conflict["name"] == "王谷雨");
    CHECK(conflict["resolved"] == false);
    REQUIRE(conflict["scans"].size() == 2);
    CHECK(conflict["scans"][0]["device"] == "k1");
    CHECK(conflict["scans"][0]["offset_ms"].is_null());
    CHECK(conflict["scans"][1]["device"] == "k2");
    CHECK(conflict["scans"][1]["offset_ms"] == -90'000);
    CHECK(conflict["scans"][1]["at_ms"] == apart.second.ports.clock.at.unix_ms + 60'000);
    CHECK(!hub.get("/v1/conflicts?event=HZ26", viewer)["conflicts"][0].contains("name"));

    const Json resolve{{"event", event_code}, {"conflict", conflict["id"]}, {"note", "同一人,手机扫了两次"}};
    CHECK(hub.ask("POST", "/v1/conflicts", viewer, resolve.dump()).status == 403);
    CHECK(hub.post("/v1/conflicts", organizer, resolve)["resolved"] == true);
    const auto latest = hub.api->latest(event_code);
    CHECK(hub.post("/v1/conflicts", organizer, resolve)["resolved"] == true);
    CHECK(hub.api->latest(event_code) == latest); // twice is once
    list = hub.get("/v1/conflicts?event=HZ26", organizer);
    CHECK(list["open"] == 0);
    CHECK(list["conflicts"][0]["resolved"] == true);
    CHECK(list["conflicts"][0]["resolved_by"] == "some-organizer");
    CHECK(list["conflicts"][0]["note"] == "同一人,手机扫了两次");
    CHECK(!hub.get("/v1/conflicts?event=HZ26", viewer)["conflicts"][0].contains("note"));
    // A kiosk comes to the same by the feed.
    need(apart.first.database->ingest(hub.whole_feed(apart.first.token)));
    CHECK(need(apart.first.database->notes(10)).size() == 1);
    require_sound(*apart.first.database);
    // A third scan opens it again, under another name.
    auto scan = entry("T0001", apart.first.ports.clock.at + 120'000);
    apart.first.write(core::make_scan(scan));
    hub.push(apart.first.token, apart.first.request(need(apart.first.database->status()).last_seq - 1));
    list = hub.get("/v1/conflicts?event=HZ26", organizer);
    CHECK(list["open"] == 1);
    CHECK(list["conflicts"][0]["id"] != conflict["id"]);
    CHECK(hub.ask("POST", "/v1/conflicts", organizer, Json{{"event", event_code}, {"conflict", "0000"}}.dump()).status == 404);
    CHECK(hub.ask("POST", "/v1/conflicts", organizer, "{}").status == 400);
    CHECK(hub.ask("GET", "/v1/conflicts", organizer).status == 400);
    CHECK(hub.get("/v1/conflicts?event=NONE", organizer)["conflicts"].empty());
}
