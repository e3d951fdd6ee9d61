// SPDX-License-Identifier: Apache-2.0
// The booking service over real journals: what is booked, moved, met and ended.
#include "booking_area.hpp"

using namespace kiosk;
using namespace kiosk::test;
using namespace kiosk::test::booking;

TEST_CASE("booking_desk: a kiosk without a hub confirms at once, and refuses what is taken", "[app][bookings]") {
    Area area(true);
    auto& desk = *area.k1.desk;
    const auto first = need(desk.book(area.wish("T1", "s1", {"T1", "T2"})));
    require(first, BookingStatus::Confirmed);
    REQUIRE(area.k1.booking(first.booking).stage == core::BookingStage::Confirmed);

    const auto written = area.k1.written();
    require(need(desk.book(area.wish("T1", "s1", {"T3", "T4"}))), BookingStatus::Refused, BookingReason::UnitTaken);
    const auto busy = need(desk.book(area.wish("T2", "s1", {"T3", "T2"})));
    require(busy, BookingStatus::Refused, BookingReason::PersonTaken);
    REQUIRE(busy.about == "T2");
    REQUIRE(busy.booking.empty());
    require(need(desk.book(area.wish("T2", "s1", {"T3", "NOBODY"}))), BookingStatus::Refused, BookingReason::Unknown);
    REQUIRE(area.k1.written() == written); // what is refused leaves nothing behind
    REQUIRE_FALSE(need(desk.upkeep({})));
}

TEST_CASE("booking_desk: what is held here is confirmed in one go, under the generations of its leases", "[app][bookings]") {
    Area area;
    area.give(area.k1, {area.table("T1", area.slot1), core::person_resource("T1"), core::person_resource("T2")});
    area.k1.line->up = false;
    const auto before = area.k1.written();
    const auto result = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(result, BookingStatus::Confirmed);
    REQUIRE(area.k1.written() == before + 2);
    const auto leases = area.k1.booking(result.booking).leases;
    REQUIRE(leases.size() == 3);
    REQUIRE(leases.at("person:T1") == 1);
}

TEST_CASE("booking_desk: what is not held is written first, asked for, and then confirmed", "[app][bookings]") {
    Area area;
    const auto asked = need(area.k1.desk->book(area.wish("T1", "s1", {"T1", "T2"})));
    require(asked, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(asked.ask);
    REQUIRE(asked.ask->want.size() == 3);
    REQUIRE(asked.ask->all_or_nothing);
    REQUIRE(asked.ask->booking == asked.booking);
    REQUIRE(area.k1.booking(asked.booking).stage == core::BookingStage::Requested);
    require(need(app::pursue(*area.k1.desk, *area.k1.line, asked)), BookingStatus::Confirmed);
    REQUIRE(area.hub.rows.size() == 3);
}

TEST_CASE("booking_desk: without the hub it stays pending, and is confirmed when the hub is back", "[app][bookings]") {
    Area area;
    area.k1.line->up = false;
    const auto result = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(result, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE_FALSE(result.ask);
    REQUIRE(need(area.k1.desk->waiting()) == std::vector{result.booking});
    REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) == 0);
    area.k1.line->up = true;
    REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
    REQUIRE(area.k1.booking(result.booking).stage == core::BookingStage::Confirmed);
    REQUIRE(need(area.k1.desk->waiting()).empty());
}

TEST_CASE("booking_desk: requests that must be accepted ask for nothing until everybody has", "[app][bookings]") {
    Area area;
    auto wish = area.wish("T1", "s1", {"T1", "T2"});
    wish.must_accept = {"T2"};
    const auto asked = area.k1.book(wish);
    require(asked, BookingStatus::Pending, BookingReason::MustAccept);
    REQUIRE_FALSE(asked.ask);
    REQUIRE(area.hub.rows.empty());
    require(need(area.k1.desk->try_again(asked.booking)), BookingStatus::Pending, BookingReason::MustAccept);
    require(need(area.k1.desk->accept(asked.booking, "T3")), BookingStatus::Refused, BookingReason::NotParticipant);

    SECTION("agreed to at the same kiosk") {
        const auto agreed = need(area.k1.desk->accept(asked.booking, "T2"));
        require(agreed, BookingStatus::Pending, BookingReason::HeldElsewhere);
        require(need(app::pursue(*area.k1.desk, *area.k1.line, agreed)), BookingStatus::Confirmed);
    }
    SECTION("agreed to at another kiosk: the first one confirms it") {
        area.k1.line->push();
        area.k2.line->pull();
        require(need(area.k2.desk->accept(asked.booking, "T2")), BookingStatus::Pending, BookingReason::HeldElsewhere);
        REQUIRE(need(area.k2.desk->waiting()).empty());
        area.k2.line->push();
        area.k1.line->pull();
        REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
        REQUIRE(area.k1.booking(asked.booking).stage == core::BookingStage::Confirmed);
    }
    SECTION("declined") {
        require(need(area.k1.desk->decline(asked.booking, "T2")), BookingStatus::Refused, BookingReason::Declined);
        require(need(area.k1.desk->accept(asked.booking, "T2")), BookingStatus::Refused, BookingReason::Declined);
        require(area.k1.book(area.wish("T1", "s1", {"T3", "T4"})), BookingStatus::Confirmed);
    }
    SECTION("unanswered when the slot begins") {
        area.ports.clock.forward(30 * minute_ms);
        require(need(area.k1.desk->accept(asked.booking, "T2")), BookingStatus::Refused, BookingReason::Lapsed);
    }
}

TEST_CASE("booking_desk: moving frees the old place in the transaction that takes the new one", "[app][bookings]") {
    Area area;
    const auto old = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(old, BookingStatus::Confirmed);

    SECTION("everything is held here") {
        area.give(area.k1, {area.table("T2", area.slot1)});
        area.k1.line->up = false;
        const auto moved = need(area.k1.desk->move(old.booking, "T2", "s1", "boss-1"));
        require(moved, BookingStatus::Confirmed);
        REQUIRE(area.k1.booking(old.booking).stage == core::BookingStage::Cancelled);
        REQUIRE(area.k1.booking(moved.booking).request.replaces == old.booking);
        require(need(area.k1.desk->move(old.booking, "T2", "s2", "boss-1")), BookingStatus::Refused, BookingReason::Cancelled);
    }
    SECTION("the new place has to be asked for: the old one stays until then") {
        area.k1.line->up = false;
        const auto moved = need(area.k1.desk->move(old.booking, "T2", "s2", "boss-1"));
        require(moved, BookingStatus::Pending, BookingReason::HeldElsewhere);
        REQUIRE(area.k1.booking(old.booking).stage == core::BookingStage::Confirmed);
        area.k1.line->up = true;
        REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
        REQUIRE(area.k1.booking(old.booking).stage == core::BookingStage::Cancelled);
        REQUIRE(area.k1.booking(moved.booking).stage == core::BookingStage::Confirmed);
    }
    SECTION("called off meanwhile: there is nothing to move") {
        area.k1.line->up = false;
        const auto moved = need(area.k1.desk->move(old.booking, "T2", "s2", "boss-1"));
        require(need(area.k1.desk->cancel(old.booking, "T1", {})), BookingStatus::Cancelled);
        require(need(area.k1.desk->try_again(moved.booking)), BookingStatus::Refused, BookingReason::Cancelled);
    }
    SECTION("a taken place leaves everything as it was") {
        require(area.k1.book(area.wish("T2", "s1", {"T3", "T4"})), BookingStatus::Confirmed);
        require(need(area.k1.desk->move(old.booking, "T2", "s1", "boss-1")), BookingStatus::Refused, BookingReason::UnitTaken);
        REQUIRE(area.k1.booking(old.booking).stage == core::BookingStage::Confirmed);
    }
}

TEST_CASE("booking_desk: two bookings change places, or neither does", "[app][bookings]") {
    Area area;
    const auto one = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    const auto other = area.k1.book(area.wish("T2", "s2", {"T3", "T4"}));
    const auto swapped = need(area.k1.desk->swap(one.booking, other.booking, "boss-1"));
    require(swapped, BookingStatus::Confirmed);
    REQUIRE(area.k1.booking(swapped.booking).request.unit == "T2");
    REQUIRE(area.k1.booking(swapped.booking).leases.size() == 3);
    REQUIRE(area.k1.booking(one.booking).stage == core::BookingStage::Cancelled);
    REQUIRE(area.k1.booking(other.booking).stage == core::BookingStage::Cancelled);
    const auto at_first = need(area.k1.database->bookings_at("T1"));
    REQUIRE(std::ranges::count_if(at_first, [](const core::Booking& booking) { return core::stands(booking.stage); }) == 1);
    require(need(area.k1.desk->swap(one.booking, swapped.booking, "boss-1")), BookingStatus::Refused, BookingReason::Cancelled);

    // Another kiosk holds none of it: it writes nothing until it does.
    area.k1.line->push();
    area.k2.line->pull();
    const auto before = area.k2.written();
    const auto second = std::ranges::find_if(at_first, [](const core::Booking& booking) { return core::stands(booking.stage); });
    const auto asks = need(area.k2.desk->swap(swapped.booking, second->request.uid, "boss-1"));
    require(asks, BookingStatus::Pending, BookingReason::HeldElsewhere);
    REQUIRE(asks.ask->want.size() == 6);
    REQUIRE(area.k2.written() == before);
}

TEST_CASE("booking_desk: a meeting starts when everybody is checked in, and ends", "[app][bookings]") {
    Area area;
    auto& desk = *area.k1.desk;
    const auto made = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    area.check_in(area.k1, "T1");
    area.ports.clock.forward(30 * minute_ms);
    const auto early = need(desk.start(made.booking, "boss-1"));
    require(early, BookingStatus::Refused, BookingReason::NotCheckedIn);
    REQUIRE(early.about == "T2");
    require(need(desk.arrive(made.booking, "T2")), BookingStatus::Refused, BookingReason::NotCheckedIn);
    require(need(desk.finish(made.booking, "boss-1")), BookingStatus::Refused, BookingReason::NotStarted);
    area.check_in(area.k1, "T2");
    // Leaving a session's room is not leaving the event; leaving the event is.
    area.check_in(area.k1, "T1", core::Direction::Exit, "room");
    require(need(desk.arrive(made.booking, "T1")), BookingStatus::Confirmed);
    area.check_in(area.k1, "T1", core::Direction::Exit);
    require(need(desk.start(made.booking, "boss-1")), BookingStatus::Refused, BookingReason::NotCheckedIn);
    area.check_in(area.k1, "T1");
    require(need(desk.arrive(made.booking, "T2")), BookingStatus::CheckedIn);
    require(need(desk.start(made.booking, "boss-1")), BookingStatus::Refused, BookingReason::AlreadyStarted);
    require(need(desk.cancel(made.booking, "T1", {})), BookingStatus::Refused, BookingReason::AlreadyStarted);
    require(need(desk.finish(made.booking, "boss-1")), BookingStatus::Done);
    require(need(desk.start("nothing", "boss-1")), BookingStatus::Refused, BookingReason::UnknownBooking);
}

TEST_CASE("booking_desk: a no-show frees its table, and says so for good when it is given to others", "[app][bookings]") {
    Area area;
    const auto made = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    area.ports.clock.forward(36 * minute_ms);
    require(area.k1.book(area.wish("T1", "s1", {"T3", "T4"})), BookingStatus::Refused, BookingReason::UnitTaken);
    area.ports.clock.forward(minute_ms);
    REQUIRE(area.k1.booking(made.booking).stage == core::BookingStage::Confirmed); // it follows from the time alone
    // One of those who did not come may sit down elsewhere, too.
    const auto walk_up = area.k1.book(area.wish("T1", "s1", {"T2", "T4"}));
    require(walk_up, BookingStatus::Confirmed);
    REQUIRE(area.k1.booking(made.booking).stage == core::BookingStage::NoShow);
    require(need(area.k1.desk->start(made.booking, "boss-1")), BookingStatus::Refused, BookingReason::NoShow);
    require_sound(*area.k1.database);
}

TEST_CASE("booking_desk: a slot that moved while somebody waits for it is another one; what is confirmed stays", "[app][bookings]") {
    Area area;
    const auto confirmed = area.k1.book(area.wish("T2", "s1", {"T3", "T4"}));
    area.k1.line->up = false;
    const auto waits = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    auto config = area.k1.desk->config();
    for (auto& unit : config.units)
        unit.slots.front() = {"s1", area.slot1 + 100 * minute_ms, area.slot1 + 120 * minute_ms, false};
    for (const auto& document : core::config_documents(config))
        if (document.entity == "unit")
            append(*area.k1.database, core::make_config(document));
    need(area.k1.desk->reload());
    require(need(area.k1.desk->try_again(waits.booking)), BookingStatus::Refused, BookingReason::UnknownSlot);
    REQUIRE(area.k1.booking(confirmed.booking).request.starts == area.slot1);
    // The same people can't be had at the old time, but at the new one.
    require(need(area.k1.desk->move(confirmed.booking, "T2", "s1", "boss-1")), BookingStatus::Pending, BookingReason::HeldElsewhere);
    area.k1.line->up = true;
    REQUIRE(need(app::settle(*area.k1.desk, *area.k1.line)) > 0);
    REQUIRE(area.k1.booking(confirmed.booking).stage == core::BookingStage::Cancelled);
}

TEST_CASE("booking_desk: cancelling frees at once; only those who take part may", "[app][bookings]") {
    Area area;
    const auto made = area.k1.book(area.wish("T1", "s1", {"T1", "T2"}));
    require(need(area.k1.desk->cancel(made.booking, "T3", {})), BookingStatus::Refused, BookingReason::NotParticipant);
    require(need(area.k1.desk->cancel(made.booking, "T2", {})), BookingStatus::Cancelled);
    require(area.k1.book(area.wish("T1", "s1", {"T3", "T2"})), BookingStatus::Confirmed);
    require(need(area.k1.desk->cancel(made.booking, {}, "boss-1")), BookingStatus::Refused, BookingReason::Cancelled);
}

TEST_CASE("booking_desk: an outcome makes one lead, where both let their contact be shared", "[app][bookings]") {
    Area area;
    auto wish = area.wish("T1", "s1", {"T1", "T2"});
    wish.purpose = "trial";
    const auto made = area.k1.book(wish);
    require(need(area.k1.desk->outcome(made.booking, "met", "", true, "boss-1")), BookingStatus::Refused, BookingReason::NotStarted);
    area.check_in(area.k1, "T1");
    area.check_in(area.k1, "T2");
    area.ports.clock.forward(30 * minute_ms);
    require(need(area.k1.desk->start(made.booking, "boss-1")), BookingStatus::CheckedIn);

    SECTION("both do") {
        require(need(area.k1.desk->outcome(made.booking, "follow_up", "试用版", true, "boss-1")), BookingStatus::CheckedIn);
        require(need(area.k1.desk->outcome(made.booking, "met", "更正", true, "boss-1")), BookingStatus::CheckedIn);
        const auto leads = need(area.k1.database->leads());
        REQUIRE(leads.size() == 1);
        REQUIRE(leads[0].type == "trial");
        REQUIRE(leads[0].registration == "uid-2");
        REQUIRE(leads[0].owner.empty());
        const auto booking = area.k1.booking(made.booking);
        REQUIRE(booking.lead == leads[0].uid);
        REQUIRE(booking.outcome == "met");
    }
    SECTION("one took it back at a door") {
        auto record = entry("T2", area.ports.clock.at);
        record.consents["share"] = false;
        append(*area.k1.database, core::make_scan(record));
        const auto kept = need(area.k1.desk->outcome(made.booking, "met", "", true, "boss-1"));
        require(kept, BookingStatus::CheckedIn, BookingReason::NoConsent);
        REQUIRE(kept.about == "T2");
        REQUIRE(need(area.k1.database->leads()).empty());
        REQUIRE(area.k1.booking(made.booking).outcome == "met");
    }
}
