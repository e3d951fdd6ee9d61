// SPDX-License-Identifier: Apache-2.0
// The leases of the booking service: what is given back, asked for and counted.
#include "booking_area.hpp"

using namespace kiosk;
using namespace kiosk::test;
using namespace kiosk::test::booking;

TEST_CASE("booking_desk: a lease is of use only when the feed was read up to its number", "[app][bookings]") {
    Area area;
    append(*area.k2.database, note("something"));
    area.k2.line->push();
    area.give(area.k1, {area.table("T1", area.slot1), core::person_resource("T1")});
    const auto result = need(area.k1.desk->book(area.wish("T1", "s1", {"T1"})));
    require(result, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(result.ask);
    REQUIRE(result.ask->want.empty());
    area.k1.line->pull();
    require(need(area.k1.desk->try_again(result.booking)), BookingStatus::Confirmed);
}

TEST_CASE("booking_desk: the holder gives back what others wait for and it does not use", "[app][bookings]") {
    Area area;
    area.give(area.k1, {area.table("T1", area.slot1), area.table("T1", area.slot2), core::person_resource("T1")});
    const auto result = area.k2.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(result, BookingStatus::Pending, BookingReason::HeldElsewhere);
    // The request arrives through the feed; the hub recalls nothing here.
    area.hub.waited_for.clear();
    area.k2.line->push();
    area.k1.line->pull();
    const auto ask = need(area.k1.desk->upkeep({}));
    REQUIRE(ask);
    REQUIRE(ask->give_back.size() == 2);
    REQUIRE(ask->give_back[0].second == 0); // nothing was confirmed in it: free at once
    REQUIRE(area.k1.held().front() == "person:T1 closing");
    const auto reply = need(area.k1.line->exchange(*ask));
    REQUIRE(need(area.k1.desk->take(*ask, reply)) == 2);
    REQUIRE(area.k1.held() == std::vector{core::resource_text(area.table("T1", area.slot2))});
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(result.booking).stage == core::BookingStage::Confirmed);
}

TEST_CASE("booking_desk: what is being given back is of no use, and is offered until the hub has taken it", "[app][bookings]") {
    Area area;
    area.give(area.k1, {area.table("T1", area.slot1), core::person_resource("T3")});
    const auto result = area.k2.book(area.wish("T1", "s1", {"T1", "T2"}));
    area.k2.line->push();
    area.k1.line->pull();
    area.k1.line->up = false;
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 0);
    REQUIRE(area.k1.held().back() == core::resource_text(area.table("T1", area.slot1)) + " closing");
    require(area.k1.book(area.wish("T1", "s1", {"T3"})), BookingStatus::Pending, BookingReason::HeldElsewhere);
    const auto again = need(area.k1.desk->upkeep({}));
    REQUIRE(again);
    REQUIRE(again->give_back.size() == 1);
    area.k1.line->up = true;
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) > 0);
    REQUIRE(area.k1.held() == std::vector<std::string>{"person:T3"});
    require(need(area.k2.desk->try_again(result.booking)), BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(result.booking).stage == core::BookingStage::Confirmed);
}

TEST_CASE("booking_desk: a table in use is not given back; who asked reads of it and is refused", "[app][bookings]") {
    Area area;
    require(area.k1.book(area.wish("T1", "s1", {"T1", "T2"})), BookingStatus::Confirmed);
    const auto late = area.k2.book(area.wish("T1", "s1", {"T3", "T4"}));
    require(late, BookingStatus::Pending, BookingReason::HeldElsewhere);
    area.k1.line->sync();
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 0);
    REQUIRE(area.k1.held().size() == 3);
    area.k2.line->sync();
    require(need(area.k2.desk->try_again(late.booking)), BookingStatus::Refused, BookingReason::UnitTaken);
    REQUIRE(area.k2.booking(late.booking).stage == core::BookingStage::Refused);
    require(need(area.k2.desk->try_again(late.booking)), BookingStatus::Refused, BookingReason::UnitTaken);
}

TEST_CASE("booking_desk: a person with a meeting is given back whole once the hub has the journal", "[app][bookings]") {
    Area area;
    require(area.k1.book(area.wish("T1", "s1", {"T1", "T2"})), BookingStatus::Confirmed);
    const auto later = area.k2.book(area.wish("T2", "s2", {"T1", "T3"}));
    require(later, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 0); // recalled, closing
    REQUIRE(area.k1.held()[0] == "person:T1 closing");
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) == 0); // the hub does not know yet what happened to T1
    area.k1.line->push();
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 1);
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(later.booking).stage == core::BookingStage::Confirmed);
    // And it has read of the first meeting before.
    require(area.k2.book(area.wish("T2", "s1", {"T1", "T4"})), BookingStatus::Refused, BookingReason::PersonTaken);
}

TEST_CASE("booking_desk: of two that want the same the older one is served first", "[app][bookings]") {
    Area area;
    area.give(area.k2, {core::person_resource("T1")});
    area.give(area.k1, {area.table("T1", area.slot1)});
    area.k1.line->up = area.k2.line->up = false;
    const auto older = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    area.ports.clock.forward(1000);
    const auto younger = area.k2.book(area.wish("T1", "s1", {"T1", "T3"}));
    area.k1.line->up = area.k2.line->up = true;
    area.k1.line->push();
    area.k2.line->sync();
    area.k1.line->sync();
    REQUIRE_FALSE(need(area.k1.desk->upkeep({}))->give_back.size()); // keeps the table for itself
    REQUIRE(need(app::keep_leases(*area.k2.desk, *area.k2.line)) == 1); // and gets the person
    REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
    REQUIRE(area.k1.booking(older.booking).stage == core::BookingStage::Confirmed);
    area.k1.line->push();
    area.k2.line->pull();
    require(need(area.k2.desk->try_again(younger.booking)), BookingStatus::Refused, BookingReason::UnitTaken);
}

TEST_CASE("booking_desk: seats are counted over all kiosks", "[app][bookings]") {
    Area area;
    require(area.k1.book(area.seat("T1")), BookingStatus::Confirmed);
    require(area.k1.book(area.seat("T1")), BookingStatus::Refused, BookingReason::PersonTaken);
    REQUIRE(area.hub.rows[0].resource.count == 1);
    require(area.k2.book(area.seat("T2")), BookingStatus::Confirmed);
    const auto third = area.k2.book(area.seat("T3"));
    require(third, BookingStatus::Pending, BookingReason::HeldElsewhere);
    // The first one's seat is free again, and given back when it hears that somebody waits.
    const auto seats = need(area.k1.database->bookings_at("talk"));
    require(need(area.k1.desk->cancel(seats[0].request.uid, "T1", {})), BookingStatus::Cancelled);
    area.k1.line->sync();
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) > 0);
    area.k2.line->sync();
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(third.booking).stage == core::BookingStage::Confirmed);
    area.k2.line->push();
    area.k1.line->pull();
    require(area.k1.book(area.seat("T4")), BookingStatus::Refused, BookingReason::Full);
}

TEST_CASE("booking_desk: seats that are not used go back, those that are stay", "[app][bookings]") {
    Area area;
    area.give(area.k1, {core::seats_resource("talk", 2)});
    require(area.k1.book(area.seat("T1")), BookingStatus::Confirmed);
    const auto second = area.k2.book(area.seat("T2"));
    require(second, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 0);
    const auto held = need(area.k1.database->leases());
    const auto row = std::ranges::find_if(held, [](const core::Lease& lease) { return lease.resource.is_counted(); });
    REQUIRE(row->resource.count == 1);
    REQUIRE_FALSE(row->closing);
    REQUIRE(need(app::settle(*area.k2.desk, *area.k2.line)) > 0);
    REQUIRE(area.k2.booking(second.booking).stage == core::BookingStage::Confirmed);
}

TEST_CASE("booking_desk: leases past their time are dropped; the share is asked for every thirty seconds", "[app][bookings]") {
    Area area(false, true);
    auto& desk = *area.k1.desk;
    REQUIRE(need(desk.upkeep({}))->deal);
    REQUIRE_FALSE(need(desk.upkeep({})));
    area.ports.clock.forward(30'000);
    REQUIRE(need(desk.upkeep({}))->deal);
    area.give(area.k1, {area.table("T1", area.slot1), area.table("T1", area.slot2)});
    area.ports.clock.forward(30 * minute_ms);
    const auto ask = need(desk.upkeep({}));
    REQUIRE(ask->want.size() == 1); // says what it believes to hold
    REQUIRE(area.k1.held() == std::vector{core::resource_text(area.table("T1", area.slot2))});
    // Granted while it runs: until its end.
    area.give(area.k1, {area.table("T2", area.slot1)});
    REQUIRE(need(area.k1.database->leases()).back().until == area.slot1 + 20 * minute_ms);
}

TEST_CASE("booking_desk: who was said to be lost finds out what it does not hold any more", "[app][bookings]") {
    Area area;
    area.give(area.k1, {area.table("T1", area.slot1), area.table("T1", area.slot2)});
    REQUIRE(core::take_from_lost(area.hub.rows, "k1", area.hub.generation) == 2);
    area.give(area.k2, {area.table("T1", area.slot1)});
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line)) == 2); // one gone, one anew
    const auto held = need(area.k1.database->leases());
    REQUIRE(held.size() == 1);
    REQUIRE(held[0].resource == area.table("T1", area.slot2));
    REQUIRE(held[0].generation == area.hub.generation);
}

TEST_CASE("booking_desk: people who were scanned here are best booked here", "[app][bookings]") {
    Area area;
    area.give(area.k2, {core::person_resource("T2")});
    REQUIRE(need(app::keep_leases(*area.k1.desk, *area.k1.line, {"T1", "T2", "NOBODY"})) == 1);
    REQUIRE(area.k1.held() == std::vector<std::string>{"person:T1"});
    REQUIRE(area.hub.waited_for.empty()); // nobody is asked to give up T2 for that
}

TEST_CASE("booking_desk: a hub that was put back hears at the next look what is held here", "[app][bookings]") {
    Area area;
    area.give(area.k1, {core::person_resource("T1")});
    auto& desk = *area.k1.desk;
    const auto told = *need(desk.upkeep({}));
    REQUIRE(told.holds_seq == area.k1.written());
    REQUIRE(told.want.size() == 1);
    REQUIRE(told.want[0].holds);
    REQUIRE_FALSE(need(desk.upkeep({}))); // for the next half minute

    app::LeaseReply reply;
    reply.hub_time_ms = area.ports.clock.now().unix_ms;
    reply.awaited = {"k2"};
    need(desk.take({}, reply));
    REQUIRE(desk.awaited() == reply.awaited);
    REQUIRE_FALSE(need(desk.upkeep({}))); // not this one
    reply.awaited = {"k1", "k2"};
    need(desk.take({}, reply));
    const auto again = need(desk.upkeep({"T3"}));
    REQUIRE(again);
    REQUIRE(again->holds_seq == area.k1.written());
    REQUIRE(std::ranges::count_if(again->want, &core::LeaseWanted::holds) == 1); // T3 is only wanted
    reply.awaited.clear();
    need(desk.take({}, reply));
    REQUIRE(desk.awaited().empty());
}
