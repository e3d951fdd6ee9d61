// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;

TEST_CASE("hub changes: what organizers change reaches kiosks through the hub's own chain", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    for (const auto& draft : event_drafts())
        kiosk.write(draft);
    kiosk.write(person_draft("0001"));
    hub.push(kiosk.token, kiosk.request());
    const auto organizer = hub.user("organizer");
    const Json changes{
        {"event", event_code},
        {"registrations",
         {{{"ticket", "T0001"}, {"ticket_type", "vip"}, {"status", "cancelled"}, {"name", "王谷雨"}},
          {{"ticket", "T9"}, {"name", "李白露"}, {"valid_from", "2026-11-20T13:00:00+08:00"}, {"answers", {{"q1", "yes"}}}}}},
        {"revoked", {"T5"}},
        {"invitations", {{{"session", "cd1"}, {"ticket", "T9"}, {"status", "approved"}}}},
        {"config", {{{"entity", "checkpoint"}, {"id", "side"}, {"doc", {{"id", "side"}, {"name_zh", "侧门"}}}}}}};
    const auto reply = hub.post("/v1/changes", organizer, changes);
    CHECK(reply["operations"].size() == 5);
    CHECK(reply["registrations"][0] == "uid-0001"); // the one who holds the ticket
    CHECK(reply["operations"][0].get<std::string>().starts_with("hub-hub0/"));
    need(kiosk.database->ingest(hub.whole_feed(kiosk.token)));
    CHECK(need(kiosk.database->registration("uid-0001"))->status == core::RegistrationStatus::Cancelled);
    CHECK(need(kiosk.database->registration("uid-0001"))->person.name == "王谷雨");
    const auto added = need(kiosk.database->registrations_by_ticket("T9"));
    REQUIRE(added.size() == 1);
    CHECK(added[0].person.name == "李白露");
    CHECK(added[0].uid == reply["registrations"][1]);
    CHECK(need(kiosk.database->is_revoked("T5")));
    CHECK(need(kiosk.database->invitation("cd1", "T9")).has_value());
    CHECK(need(core::assemble_config(need(kiosk.database->config()))).checkpoint("side") != nullptr);
    require_sound(*kiosk.database); // its chain verifies

    // A second start is a new incarnation: the chain is sound again, and its word is the later one.
    hub.start();
    hub.post("/v1/changes", organizer,
             {{"event", event_code}, {"registrations", {{{"ticket", "T0001"}, {"status", "confirmed"}, {"name", "王谷雨"}}}}});
    need(kiosk.database->ingest(hub.whole_feed(kiosk.token)));
    CHECK(need(kiosk.database->registration("uid-0001"))->status == core::RegistrationStatus::Confirmed);
    require_sound(*kiosk.database);

    hub.post("/v1/changes", organizer, {{"event", event_code}, {"erase", {"uid-0001"}}});
    CHECK(hub.ask("GET", "/v1/feed", kiosk.token).body.find("王谷雨") == std::string::npos);
}

TEST_CASE("hub changes: all of it or nothing, and nothing that would stop kiosks", "[sync][hub]") {
    Hub hub;
    const auto organizer = hub.user("organizer");
    const auto status = [&](const Json& body) { return hub.ask("POST", "/v1/changes", organizer, body.dump()).status; };
    CHECK(status({{"event", event_code}}) == 422);
    CHECK(status({{"event", "a b"}, {"revoked", {"T1"}}}) == 422);
    CHECK(status({{"revoked", {"T1"}}}) == 422);
    CHECK(status({{"event", event_code}, {"revoked", {"T1"}}, {"surprise", 1}}) == 422);
    CHECK(status({{"event", event_code}, {"registrations", {{{"name", "no ticket"}}}}}) == 422);
    CHECK(status({{"event", event_code}, {"registrations", {{{"ticket", "T1"}, {"status", "who knows"}}}}}) == 422);
    CHECK(status({{"event", event_code}, {"registrations", {{{"ticket", "T1"}, {"nmae", "x"}}}}}) == 422);
    CHECK(status({{"event", event_code}, {"revoked", {"T1"}}, {"invitations", {{{"session", "s"}}}}}) == 422);
    CHECK(status({{"event", event_code}, {"config", {{{"entity", "gate"}, {"id", "x"}, {"doc", Json::object()}}}}}) == 422);
    CHECK(status({{"event", event_code}, {"revoked", Json(std::vector<std::string>(501, "T"))}}) == 422);
    // A door without its event, and one that is closed to reason.
    CHECK(status({{"event", event_code}, {"config", {{{"entity", "checkpoint"}, {"id", "x"}, {"doc", {{"id", "x"}, {"scope", "moon"}}}}}}}) == 422);
    CHECK(hub.ask("POST", "/v1/changes", organizer, "{").status == 422);
    CHECK(hub.ask("POST", "/v1/changes", hub.user("viewer"), "{}").status == 403);
    CHECK(hub.api->latest(event_code) == 0);
}

TEST_CASE("hub organizers: what each role may do", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    kiosk.write(note("n"));
    kiosk.database->set_clock_offset(1234);
    kiosk.write(note("n"));
    kiosk.write(note("n"));
    hub.push(kiosk.token, kiosk.request(0, 2));
    const auto viewer = hub.user("viewer"), organizer = hub.user("organizer"), admin = hub.user("admin");
    for (const auto& token : {viewer, organizer, admin}) {
        const auto events = hub.get("/v1/events", token)["events"];
        REQUIRE(events.size() == 1);
        CHECK(events[0]["event"] == event_code);
        CHECK(events[0]["operations"] == 2);
        CHECK(events[0]["devices"] == 1);
        const auto devices = hub.get("/v1/devices?event=HZ26", token)["devices"];
        REQUIRE(devices.size() == 1);
        CHECK(devices[0]["pending"] == 1);
        CHECK(devices[0]["offset_ms"] == 1234);
        CHECK(devices[0]["seen_ms"] == hub.ports.clock.at.unix_ms);
        CHECK(devices[0]["software"] == "kiosk 1");
        CHECK(!devices[0].contains("token_hash"));
        CHECK(hub.get("/v1/devices?event=OTHER", token)["devices"].empty());
        CHECK(hub.get("/v1/quarantine", token)["count"] == 0);
    }
    CHECK(hub.ask("POST", "/v1/enrolment-codes", viewer, "{}").status == 403);
    CHECK(hub.ask("POST", "/v1/devices/HZ26/k1/revoke", viewer).status == 403);
    CHECK(hub.ask("POST", "/v1/devices/HZ26/k9/revoke", organizer).status == 404);
    const auto code = hub.post("/v1/enrolment-codes", organizer, {{"event", event_code}});
    CHECK(code["expires_ms"] == hub.ports.clock.at.unix_ms + 600'000);
    CHECK(hub.try_enroll(code["code"], "k2").status == 200);
    CHECK(hub.ask("POST", "/v1/enrolment-codes", organizer, R"({"event":7})").status == 400);
    CHECK(hub.ask("POST", "/v1/enrolment-codes", organizer, R"({"event":"a b"})").status == 422);
    CHECK(!hub.api->make_user("somebody", "king"));
    CHECK(!hub.api->make_user("some body", "admin"));
    // A new token for the same name ends the old one.
    const auto again = hub.user("viewer");
    CHECK(hub.ask("GET", "/v1/events", viewer).status == 401);
    CHECK(hub.ask("GET", "/v1/events", again).status == 200);
    const auto entries = hub.get("/v1/audit?limit=3", admin)["entries"];
    CHECK(entries.size() == 3);
    CHECK(hub.ask("GET", "/v1/audit?limit=x", admin).status == 400);
}

TEST_CASE("hub organizers: what devices told outlives a restart", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    hub.ports.clock.forward(60'000);
    hub.api->fold(0);
    hub.push(kiosk.token, kiosk.request());
    const auto seen = hub.ports.clock.at.unix_ms;
    hub.ports.clock.forward(60'000);
    hub.api->fold(0);
    hub.start();
    CHECK(hub.get("/v1/devices", hub.user("viewer"))["devices"][0]["seen_ms"] == seen);
}

TEST_CASE("hub health and metrics: they tell what is the matter and name nobody", "[sync][hub]") {
    Hub hub;
    Kiosk kiosk("k1");
    kiosk.join(hub);
    kiosk.write(note("n"));
    auto request = kiosk.request();
    hub.push(kiosk.token, request);
    request.operations[0].body = "{}";
    hub.push(kiosk.token, request);
    const auto health = hub.get("/healthz", {});
    CHECK(health["status"] == "ok");
    CHECK(health["hub"] == "hub0");
    CHECK(health["version"] == "1.2.3");
    hub.api->set_waiting(17);
    const auto answer = hub.ask("GET", "/metrics");
    CHECK(answer.content_type.starts_with("text/plain"));
    for (const auto* line : {"xiangdao_hub_operations_total{verdict=\"stored\"} 1\n", "xiangdao_hub_operations_total{verdict=\"hash\"} 1\n",
                             "xiangdao_hub_requests_total{method=\"POST\",route=\"/v1/ops\",status=\"200\"} 2\n",
                             "xiangdao_hub_feed_waiting 17\n", "xiangdao_hub_devices 1\n", "xiangdao_hub_quarantine 1\n",
                             "xiangdao_hub_mirror_lag 1\n", "xiangdao_hub_commit_operations_count 2\n",
                             "xiangdao_hub_request_seconds_count{route=\"/v1/ops\"} 2\n"}) {
        INFO(line);
        CHECK(answer.body.find(line) != std::string::npos);
    }
    CHECK(answer.body.find("k1") == std::string::npos);
    CHECK(answer.body.find(event_code) == std::string::npos);
    hub.fold_all();
    CHECK(hub.ask("GET", "/metrics").body.find("xiangdao_hub_mirror_lag 0\n") != std::string::npos);
}
