// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.hpp"
#include "core/bookings.hpp"

using namespace kiosk;
using namespace kiosk::test;

namespace {

struct Booked {
    Hub hub;
    Kiosk kiosk{"k1"}, other{"k2", 2};
    core::Instant starts;
    std::string organizer, viewer;

    Booked() {
        kiosk.join(hub);
        other.join(hub);
        for (const auto& draft : event_drafts())
            kiosk.write(draft);
        starts = core::Instant{kiosk.ports.clock.at.unix_ms / 1000 * 1000 + 3'600'000};
        organizer = hub.user("organizer");
        viewer = hub.user("viewer");
    }
    core::BookingRequest request(const std::string& uid, const std::string& unit, std::vector<core::Participant> people) const {
        core::BookingRequest made;
        made.uid = uid;
        made.unit = unit;
        made.slot = "s1";
        made.starts = starts;
        made.ends = starts + 20 * 60'000;
        made.participants = std::move(people);
        made.at = kiosk.ports.clock.at;
        made.topic = "TOPIC-5";
        return made;
    }
    static std::vector<core::Resource> needs(const core::BookingRequest& request) {
        std::vector<core::Resource> all{core::unit_resource(request.unit, request.starts, request.ends)};
        for (const auto& person : request.participants)
            all.push_back(core::person_resource(person.ticket));
        return all;
    }
    // Confirmed at `at` under leases of that generation.
    void confirm(Kiosk& at, const core::BookingRequest& request, std::uint64_t generation) {
        core::BookingActRecord act;
        act.booking = request.uid;
        act.at = at.ports.clock.at;
        std::vector<core::Lease> leases;
        for (const auto& resource : needs(request)) {
            leases.push_back({resource, generation, 0, {}, false});
            act.leases[core::resource_text(resource)] = generation;
        }
        need(at.database->change_leases(leases, {}));
        at.write(core::make_booking_request(request));
        at.write(core::make_booking_act(act, request));
    }
    void sync() {
        hub.push(kiosk.token, kiosk.request());
        hub.push(other.token, other.request());
    }
    Json bookings(const std::string& more = {}) { return hub.get("/v1/bookings?event=HZ26" + more, organizer); }
};

} // namespace

TEST_CASE("hub bookings: what stands, where and for whom, without names", "[sync][hub]") {
    Booked booked;
    CHECK(booked.bookings()["bookings"].empty());
    booked.confirm(booked.kiosk, booked.request("b-1", "T1", {{"A1", "uid-1"}, {"B2", ""}}), 1);
    booked.kiosk.write(core::make_booking_request(booked.request("b-2", "T2", {{"C3", ""}, {"D4", ""}})));
    booked.sync();
    const auto reply = booked.bookings();
    CHECK(reply["counts"]["confirmed"] == 1);
    CHECK(reply["counts"]["pending"] == 1);
    CHECK(reply["open"] == 1);
    CHECK(reply["cut"] == false);
    REQUIRE(reply["bookings"].size() == 2);
    const auto& one = reply["bookings"][0];
    CHECK(one["id"] == "b-1");
    CHECK(one["unit"] == "T1");
    CHECK(one["slot"] == "s1");
    CHECK(one["status"] == "confirmed");
    CHECK(one["starts_ms"] == booked.starts.unix_ms);
    CHECK(one["ends_ms"] == booked.starts.unix_ms + 20 * 60'000);
    CHECK(one["tickets"] == Json{"A1", "B2"});
    CHECK(one["device"] == "k1");
    CHECK(one["confirmed_by"] == "k1");
    CHECK(one["displaced"] == false);
    CHECK(one["open"] == false);
    CHECK(reply.dump().find("TOPIC-5") == std::string::npos);
    CHECK(booked.bookings("&open=1")["bookings"].size() == 1);
    CHECK(booked.bookings("&open=1")["bookings"][0]["id"] == "b-2");
    CHECK(booked.bookings("&open=1")["counts"] == reply["counts"]);

    // Nobody came, nobody answered: that follows from the time.
    booked.hub.ports.clock.forward(3'600'000 + 8 * 60'000);
    const auto later = booked.bookings();
    CHECK(later["bookings"][0]["status"] == "no_show");
    CHECK(later["bookings"][1]["status"] == "refused");
    CHECK(later["bookings"][1]["reason"] == "lapsed");
    CHECK(later["open"] == 0);

    CHECK(booked.hub.ask("GET", "/v1/bookings", booked.organizer).status == 400);
    CHECK(booked.hub.ask("GET", "/v1/bookings?event=HZ26", booked.kiosk.token).status == 403);
    CHECK(booked.hub.get("/v1/bookings?event=HZ26", booked.viewer)["bookings"].size() == 2);
}

TEST_CASE("hub bookings: of two that share a table the one of the older lease fell, and somebody is to look", "[sync][hub]") {
    Booked booked;
    booked.confirm(booked.kiosk, booked.request("b-1", "T1", {{"A1", ""}, {"B2", ""}}), 1); // called lost, then back
    booked.confirm(booked.other, booked.request("b-2", "T1", {{"C3", ""}, {"D4", ""}}), 2);
    booked.sync();
    const auto reply = booked.bookings();
    REQUIRE(reply["bookings"].size() == 2);
    for (const auto& booking : reply["bookings"]) {
        const bool fell = booking["id"] == "b-1";
        CHECK(booking["displaced"] == fell);
        CHECK(booking["open"] == fell);
        CHECK(booking["status"] == (fell ? "refused" : "confirmed"));
        CHECK(booking["reason"] == (fell ? "displaced" : ""));
    }
    CHECK(reply["open"] == 1);
    CHECK(booked.bookings("&open=1")["bookings"][0]["id"] == "b-1");
    booked.hub.ports.clock.forward(2 * 3'600'000);
    CHECK(booked.bookings()["open"] == 0); // its time is over
}
