// SPDX-License-Identifier: Apache-2.0
// What is confidential of closed sessions reaches devices that were given the right, and nobody else by any way.
#include "api_fixture.hpp"
#include "core/bookings.hpp"
#include "core/closed_sessions.hpp"
#include "protocol/compression.hpp"

using namespace kiosk;
using namespace kiosk::test;

namespace {

// Whatever holds one of these was not kept back.
constexpr std::array markers{"并购溯光", "SECRET-TITLE", "MINUTES-77", "POINT-77", "NDA-77", "GUEST-77", "LISTED-77", "TOPIC-77", "ORG-77"};

std::string found_in(std::string_view text) {
    std::string found;
    for (const auto* marker : markers)
        if (text.find(marker) != std::string_view::npos)
            found += std::string(marker) + " ";
    return found;
}

// The private parts of two sessions, between ordinary things.
std::vector<core::OperationDraft> secret_drafts(core::Instant at) {
    std::vector<core::OperationDraft> drafts;
    for (const auto* id : {"cd1", "cd2"}) {
        core::PrivateSession session;
        session.session = id;
        session.title = {"并购溯光", "SECRET-TITLE"};
        session.host = "GUEST-77";
        session.host_org = "ORG-77";
        session.nda_text = {"NDA-77", "NDA-77"};
        session.nda_version = "1";
        session.by = "mei";
        session.at = at;
        drafts.push_back(core::make_private_session(session));
        for (const auto& [act, text] : {std::pair{core::SessionAct::Submit, ""}, {core::SessionAct::Minutes, "MINUTES-77"},
                                        {core::SessionAct::Point, "POINT-77"}})
            drafts.push_back(core::make_session_act({id, act, "mei", at, text}));
        drafts.push_back(core::make_quota({id, "ORG-77", 3, "guest", "mei"}));
        core::Invitation invitation;
        invitation.session = id;
        invitation.ticket = "LISTED-77";
        invitation.role = "guest";
        drafts.push_back(core::make_invitation(invitation));
        core::BookingRequest request;
        request.uid = std::string("uid-booking-") + id;
        request.session = id;
        request.starts = at + 3'600'000;
        request.ends = at + 7'200'000;
        request.participants = {{"LISTED-77", ""}};
        request.confidential = id;
        request.at = at;
        request.topic = "TOPIC-77";
        drafts.push_back(core::make_booking_request(request));
    }
    return drafts;
}
constexpr std::size_t secrets_of_one = 7;

// A kiosk with the right wrote them, in an event with one person and a door.
struct Closed {
    Hub hub;
    Kiosk inner{"k1"};
    Closed() {
        inner.join(hub);
        for (const auto& draft : event_drafts())
            inner.write(draft);
        for (const auto& draft : secret_drafts(inner.ports.clock.at))
            inner.write(draft);
        inner.write(person_draft("0001"));
        hub.push(inner.token, inner.request());
    }
    std::string image(const std::string& token) {
        hub.ask("GET", "/v1/snapshot", token); // asks for one
        for (int round = 0; round < 3; ++round) {
            hub.fold_all();
            hub.ports.clock.forward(11'000);
        }
        const auto answer = hub.ask("GET", "/v1/snapshot", token);
        REQUIRE(answer.status == 200);
        scope = answer.headers.at("X-Feed-Scope");
        std::ifstream file(answer.file, std::ios::binary);
        std::ostringstream bytes;
        bytes << file.rdbuf();
        return need(protocol::inflate(bytes.str(), std::size_t{1} << 30));
    }
    std::string scope; // of the last image
};

} // namespace

TEST_CASE("hub confidential: the feed holds what the device has a right to, and says how much that is", "[sync][hub][privacy]") {
    Closed closed;
    auto& hub = closed.hub;
    Kiosk door("k2", 2), some("k3", 3), all("k4", 4), hall("hub-hall", 5);
    door.join(hub, false, "");
    some.join(hub, false, "cd2");
    all.join(hub, false, "*");
    hall.join(hub, true, "");
    CHECK(hub.whole_feed(door.token).size() == 3);
    CHECK(hub.whole_feed(some.token).size() == 3 + secrets_of_one);
    CHECK(hub.whole_feed(all.token).size() == 3 + 2 * secrets_of_one);
    CHECK(hub.whole_feed(hall.token).size() == 3 + 2 * secrets_of_one); // for its own devices to be told
    CHECK(hub.feed(door.token).scope.empty());
    CHECK(hub.feed(some.token).scope == "cd2");
    CHECK(hub.feed(all.token).scope == "*");
    CHECK(hub.feed(hall.token).scope == "*");
    CHECK(hub.push(some.token, some.request()).scope == "cd2");

    CHECK(found_in(hub.ask("GET", "/v1/feed", door.token).body).empty());
    for (const auto& operation : hub.whole_feed(some.token))
        CHECK((core::confidential_session(operation).empty() || core::confidential_session(operation) == "cd2"));
    // It does not stop before what is left out.
    CHECK(hub.feed(door.token).next == hub.feed(door.token).latest);
    // And all of it is there for the one who may: otherwise nothing was tested here.
    for (const auto* marker : markers) {
        INFO(marker);
        CHECK(hub.ask("GET", "/v1/feed", all.token).body.find(marker) != std::string::npos);
    }
}

TEST_CASE("hub confidential: the image for a new kiosk holds as much as its feed", "[sync][hub][privacy]") {
    Closed closed;
    auto& hub = closed.hub;
    Kiosk door("k2", 2), some("k3", 3), all("k4", 4);
    door.join(hub, false, "");
    some.join(hub, false, "cd2");
    all.join(hub);
    CHECK(found_in(closed.image(door.token)).empty());
    CHECK(closed.scope.empty());
    const auto whole = closed.image(all.token);
    CHECK(closed.scope == "*");
    CHECK(!found_in(whole).empty());

    const auto path = some.folder / "image.db";
    std::ofstream(path, std::ios::binary) << closed.image(some.token);
    CHECK(closed.scope == "cd2");
    auto ports = Ports();
    const auto image = need(storage::Database::open(path, ports.options("k3")));
    need(some.database->ingest(hub.whole_feed(some.token)));
    CHECK(need(image->dump_projections()) == need(some.database->dump_projections()));
    REQUIRE(need(image->private_sessions()).size() == 1);
    CHECK(need(image->private_sessions()).front().session == "cd2");
}

TEST_CASE("hub confidential: where there is nothing to keep back, one image does for all", "[sync][hub]") {
    Hub hub;
    Kiosk writer("k1"), door("k2", 2);
    writer.join(hub);
    door.join(hub, false, "");
    for (const auto& draft : event_drafts())
        writer.write(draft);
    hub.push(writer.token, writer.request());
    hub.fold_all();
    hub.ports.clock.forward(3'000);
    hub.fold_all();
    CHECK(hub.ask("GET", "/v1/snapshot", writer.token).headers.at("ETag") ==
          hub.ask("GET", "/v1/snapshot", door.token).headers.at("ETag"));
    // From the moment on that something is to be kept back, it is not the same any more.
    for (const auto& draft : secret_drafts(writer.ports.clock.at))
        writer.write(draft);
    hub.push(writer.token, writer.request(2));
    hub.ports.clock.forward(11'000);
    hub.ask("GET", "/v1/snapshot", writer.token);
    hub.fold_all();
    const auto answer = hub.ask("GET", "/v1/snapshot", door.token);
    if (answer.status == 200) // the old one, which holds nothing of it
        CHECK(answer.headers.at("X-Feed-Number") == "2");
    else
        CHECK(answer.status == 503);
}

TEST_CASE("hub confidential: neither answers nor log nor metrics say what a closed session is about", "[sync][hub][privacy]") {
    Closed closed;
    auto& hub = closed.hub;
    Kiosk door("k2", 2);
    door.join(hub, false, "");
    const auto viewer = hub.user("viewer"), organizer = hub.user("organizer");
    std::string all;
    const auto ask = [&](const std::string& method, const std::string& target, const std::string& token, const std::string& body = {}) {
        const auto answer = hub.ask(method, target, token, body);
        all += answer.body;
        for (const auto& [name, value] : answer.headers)
            all += name + value;
    };
    // What it offers itself, right and wrong, is answered without being repeated.
    auto push = closed.inner.request();
    push.device = "k2";
    ask("POST", "/v1/ops", door.token, protocol::encode(push));
    auto forged = closed.inner.request();
    for (auto& operation : forged.operations)
        operation.hash[0] = static_cast<std::uint8_t>(operation.hash[0] + 1);
    ask("POST", "/v1/ops", closed.inner.token, protocol::encode(forged));
    ask("POST", "/v1/leases", door.token, R"({"device":"k2","incarnation":"i1","want":[{"resource":"seats:cd1","capacity":3}],"deal":true})");
    ask("GET", "/v1/feed", door.token);
    ask("POST", "/v1/conflicts", organizer, R"({"event":"HZ26","conflict":"x"})");
    for (const auto& token : {viewer, organizer})
        for (const auto* target : {"/v1/events", "/v1/devices", "/v1/conflicts?event=HZ26", "/v1/quarantine", "/v1/audit"})
            ask("GET", target, token);
    for (const auto* target : {"/v1/bookings?event=HZ26", "/v1/bookings?event=HZ26&open=1", "/v1/quarantine?raw=1"})
        ask("GET", target, viewer);
    for (const auto* target : {"/", "/openapi.json", "/healthz", "/metrics"})
        ask("GET", target, {});
    closed.image(door.token);
    for (const auto& line : hub.lines)
        all += line;
    CHECK(found_in(all).empty());
    CHECK(all.find("uid-booking-cd1") == std::string::npos);
    // Not even how many there are is a viewer's to know; an organizer finds them.
    CHECK(hub.get("/v1/bookings?event=HZ26", viewer)["counts"]["pending"] == 0);
    CHECK(hub.get("/v1/bookings?event=HZ26", organizer)["counts"]["pending"] == 2);
}

TEST_CASE("hub confidential: the right is given with the code or by an organizer, and that is written down", "[sync][hub]") {
    Closed closed;
    auto& hub = closed.hub;
    const auto organizer = hub.user("organizer"), viewer = hub.user("viewer");
    Kiosk door("k2", 2);
    // A code says nothing of it unless asked: what stands on the hub's screen gives none.
    const auto code = hub.post("/v1/enrolment-codes", organizer, {{"event", event_code}})["code"].get<std::string>();
    door.token = need(protocol::decode_enroll_reply(hub.try_enroll(code, "k2", door.incarnation()).body)).token;
    CHECK(hub.feed(door.token).scope.empty());
    CHECK(hub.whole_feed(door.token).size() == 3);

    const auto path = std::string("/v1/devices/HZ26/k2/confidential");
    CHECK(hub.ask("POST", path, viewer, R"({"sessions":"*"})").status == 403);
    CHECK(hub.ask("POST", path, door.token, R"({"sessions":"*"})").status == 403);
    CHECK(hub.ask("POST", path, organizer, "{}").status == 400);
    CHECK(hub.ask("POST", path, organizer, R"({"sessions":["cd1"]})").status == 400);
    CHECK(hub.ask("POST", path, organizer, R"({"sessions":"a b"})").status == 422);
    CHECK(hub.ask("POST", "/v1/devices/HZ26/k9/confidential", organizer, R"({"sessions":"*"})").status == 404);
    CHECK(hub.feed(door.token).scope.empty());
    CHECK(hub.post(path, organizer, {{"sessions", " cd2, cd1,,cd2"}})["sessions"] == "cd1,cd2");
    CHECK(hub.feed(door.token).scope == "cd1,cd2");
    CHECK(hub.whole_feed(door.token).size() == 3 + 2 * secrets_of_one);
    CHECK(hub.get("/v1/audit", organizer)["entries"][0]["what"] == "device.confidential HZ26/k2 cd1,cd2");
    CHECK(hub.get("/v1/audit", organizer)["entries"][0]["who"] == "some-organizer");
    CHECK(hub.get("/v1/devices?event=HZ26", viewer)["devices"][1]["sessions"] == "cd1,cd2");
    hub.start(); // it is in the store
    CHECK(hub.feed(door.token).scope == "cd1,cd2");
    hub.post(path, organizer, {{"sessions", ""}});
    CHECK(hub.whole_feed(door.token).size() == 3);

    const auto given = hub.post("/v1/enrolment-codes", organizer, {{"event", event_code}, {"sessions", "cd1"}})["code"].get<std::string>();
    Kiosk other("k3", 3);
    other.token = need(protocol::decode_enroll_reply(hub.try_enroll(given, "k3", other.incarnation()).body)).token;
    CHECK(hub.feed(other.token).scope == "cd1");
    CHECK(hub.ask("POST", "/v1/enrolment-codes", organizer, R"({"sessions":"a b"})").status == 422);

    // Another machine under the name of a revoked one begins with what its own code says.
    hub.post(path, organizer, {{"sessions", "*"}});
    hub.post("/v1/devices/HZ26/k2/revoke", organizer);
    Kiosk again("k2", 9);
    again.join(hub, false, "");
    CHECK(hub.feed(again.token).scope.empty());
}

TEST_CASE("hub confidential: what a device without the right wrote goes to those who have it", "[sync][hub]") {
    Hub hub;
    Kiosk door("k1"), inner("k2", 2), other("k3", 3);
    door.join(hub, false, "");
    inner.join(hub);
    other.join(hub, false, "");
    for (const auto& draft : secret_drafts(door.ports.clock.at))
        door.write(draft);
    CHECK(hub.push(door.token, door.request()).statuses.size() == 2 * secrets_of_one);
    CHECK(hub.whole_feed(inner.token).size() == 2 * secrets_of_one);
    CHECK(hub.whole_feed(other.token).empty());
    CHECK(hub.feed(other.token).next == 2 * secrets_of_one);
}

TEST_CASE("hub confidential: what does not say of which session it is goes to those alone who get all", "[sync][hub]") {
    Hub hub;
    Kiosk writer("k1"), some("k2", 2);
    writer.join(hub);
    some.join(hub, false, "cd1");
    core::OperationDraft draft;
    draft.kind = "session.act";
    draft.subject = "cd1";
    draft.body = R"({"act":"minutes","text":"MINUTES-77"})";
    auto request = writer.request();
    core::Seal seal;
    seal.id = {"k1", writer.incarnation(), 1};
    request.operations.push_back(core::seal(draft, seal, hasher(), writer.ports.random));
    hub.push(writer.token, request);
    CHECK(hub.whole_feed(writer.token).size() == 1);
    CHECK(hub.whole_feed(some.token).empty());
}
