// SPDX-License-Identifier: Apache-2.0
// May it be booked? One test for each answer.
#include "support/catch.hpp"

#include "core/bookings.hpp"
#include "core/records.hpp"

#include <memory>

using namespace kiosk::core;

namespace {

constexpr Instant one_pm{1'795'150'800'000};
constexpr Instant noon = one_pm - hour_ms;

Registration registered(std::string ticket) {
    Registration registration;
    registration.uid = "r-" + ticket;
    registration.ticket = std::move(ticket);
    return registration;
}

Session closed_session() {
    Session session;
    session.id = "cd1";
    session.kind = "closed_door";
    session.starts = one_pm;
    session.ends = one_pm + hour_ms;
    session.capacity = 3;
    return session;
}

BookableUnit table(std::string id, std::int64_t seats, std::string host = {}) {
    BookableUnit unit;
    unit.id = std::move(id);
    unit.seats = seats;
    unit.host = std::move(host);
    for (int i = 0; i < 9; ++i) {
        const auto starts = one_pm + i * 20 * minute_ms; // back to back: touching is no overlap
        unit.slots.push_back({"s" + std::to_string(i), starts, starts + 20 * minute_ms, false});
    }
    return unit;
}

// An event, what is known of its people, and the question.
struct Area {
    EventConfig config;
    BookingPolicy policy;
    BookingFacts facts;
    BookingWish wish;
    Instant now = noon;
    int made = 0;

    Area() {
        config.units = {table("T1", 2), table("T2", 2), table("E1", 2, "H")};
        config.sessions = {closed_session()};
        for (const auto* ticket : {"A", "B", "C", "D", "E", "F", "H"})
            facts.people[ticket].registrations = {registered(ticket)};
        wish.unit = "T1";
        wish.slot = "s0";
        wish.participants = {"A", "B"};
    }

    // Something that stands already, told to everybody whom it concerns.
    Booking& stands(const std::string& unit, const std::string& slot, const std::vector<std::string>& people) {
        Booking booking;
        booking.request.uid = "b-" + std::to_string(++made);
        booking.request.at = noon - hour_ms;
        booking.stage = BookingStage::Confirmed;
        if (const auto* found = config.unit(unit)) {
            booking.request.unit = unit;
            booking.request.slot = slot;
            booking.request.starts = found->slot(slot)->starts;
            booking.request.ends = found->slot(slot)->ends;
        } else {
            booking.request.session = unit;
            booking.request.starts = config.session(unit)->starts.value_or(Instant{});
            booking.request.ends = config.session(unit)->ends.value_or(Instant{});
        }
        for (const auto& ticket : people)
            booking.request.participants.push_back({ticket, {}});
        all.push_back(std::make_unique<Booking>(booking));
        return *all.back();
    }
    BookingDecision decide() {
        facts.at_unit.clear();
        for (auto& [ticket, person] : facts.people)
            person.bookings.clear();
        for (const auto& booking : all) {
            const auto& request = booking->request;
            if (!request.unit.empty() ? request.unit == wish.unit : request.session == wish.session)
                facts.at_unit.push_back(*booking);
            for (const auto& participant : request.participants)
                facts.people[participant.ticket].bookings.push_back(*booking);
        }
        return decide_booking(config, policy, wish, facts, now);
    }
    BookingReason reason() { return decide().reason; }

    std::vector<std::unique_ptr<Booking>> all;
};

std::vector<std::string> names(const std::vector<Resource>& needs) {
    std::vector<std::string> texts;
    for (const auto& need : needs)
        texts.push_back(resource_text(need));
    return texts;
}

} // namespace

TEST_CASE("book: a free table for two who are free", "[core][bookings]") {
    Area area;
    area.wish.topic = "数据库迁移";
    area.wish.purpose = "business";
    area.wish.by = "host-1";
    const auto decision = area.decide();
    CHECK(decision.reason == BookingReason::None);
    CHECK(decision.about.empty());
    CHECK(decision.frees.empty());
    CHECK(decision.request.uid.empty()); // the caller's
    CHECK(decision.request.starts == one_pm);
    CHECK(decision.request.ends == one_pm + 20 * minute_ms);
    CHECK(decision.request.participants == std::vector<Participant>{{"A", "r-A"}, {"B", "r-B"}});
    CHECK(decision.request.at == noon);
    CHECK(decision.request.topic == "数据库迁移");
    CHECK(decision.request.purpose == "business");
    CHECK(decision.request.by == "host-1");
    CHECK(decision.request.confidential.empty());
    CHECK(names(decision.needs) == std::vector<std::string>{"unit:T1@1795150800-1795152000", "person:A", "person:B"});
}

TEST_CASE("book: a host is needed by the hour, a visitor whole", "[core][bookings]") {
    Area area;
    area.wish.unit = "E1";
    area.wish.participants = {"A", "H"};
    CHECK(names(area.decide().needs) ==
          std::vector<std::string>{"unit:E1@1795150800-1795152000", "person:A", "person:H@1795150800-1795152000"});
}

TEST_CASE("book: a table or a slot that is not there", "[core][bookings]") {
    Area area;
    area.wish.unit = "T9";
    CHECK(area.reason() == BookingReason::UnknownUnit);
    area.wish.unit = "T1";
    area.wish.slot = "s99";
    CHECK(area.reason() == BookingReason::UnknownSlot);
    area.wish = {};
    area.wish.session = "none";
    area.wish.participants = {"A"};
    CHECK(area.reason() == BookingReason::UnknownUnit);
}

TEST_CASE("book: a blocked slot, and one that has ended", "[core][bookings]") {
    Area area;
    area.now = one_pm + 20 * minute_ms - 1;
    CHECK(area.reason() == BookingReason::None); // it runs: a walk-up
    area.now = one_pm + 20 * minute_ms;
    CHECK(area.reason() == BookingReason::SlotEnded);
    area.now = noon;
    area.config.units[0].slots[0].blocked = true;
    CHECK(area.reason() == BookingReason::Blocked);
}

TEST_CASE("book: too many, too few, the same twice", "[core][bookings]") {
    Area area;
    area.wish.participants = {"A"};
    CHECK(area.reason() == BookingReason::None);
    area.wish.participants = {};
    CHECK(area.reason() == BookingReason::TooFewPeople);
    area.wish.participants = {"A", "B", "C"};
    CHECK(area.reason() == BookingReason::TooManyPeople);
    area.wish.participants = {"A", "A"};
    const auto twice = area.decide();
    CHECK(twice.reason == BookingReason::SamePersonTwice);
    CHECK(twice.about == "A");
}

TEST_CASE("book: people who may not", "[core][bookings]") {
    Area area;
    auto& b = area.facts.people["B"];
    const auto told = [&] {
        const auto decision = area.decide();
        CHECK((decision.reason == BookingReason::None ? decision.about.empty() : decision.about == "B"));
        return decision.reason;
    };
    b.registrations[0].status = RegistrationStatus::Unpaid;
    CHECK(told() == BookingReason::None);
    for (const auto status : {RegistrationStatus::Pending, RegistrationStatus::Waitlist}) {
        b.registrations[0].status = status;
        CHECK(told() == BookingReason::NotAllowed);
    }
    b.registrations[0].status = RegistrationStatus::Cancelled;
    CHECK(told() == BookingReason::Cancelled);
    b.registrations = {registered("B")};
    b.registrations[0].approved = false;
    CHECK(told() == BookingReason::NotAllowed);
    b.registrations = {registered("B")};
    b.registrations[0].blocked = true;
    CHECK(told() == BookingReason::PersonBlocked);
    b.registrations = {registered("B"), registered("B")};
    CHECK(told() == BookingReason::Ambiguous);
    b.registrations.clear();
    CHECK(told() == BookingReason::Unknown);
    b.revoked = true;
    CHECK(told() == BookingReason::Revoked);
    area.facts.people.erase("B");
    CHECK(decide_booking(area.config, area.policy, area.wish, area.facts, area.now).reason == BookingReason::Unknown);
}

TEST_CASE("book: a taken table", "[core][bookings]") {
    Area area;
    auto& other = area.stands("T1", "s0", {"C", "D"});
    CHECK(area.reason() == BookingReason::UnitTaken);
    area.wish.slot = "s1"; // touches it
    CHECK(area.reason() == BookingReason::None);
    area.wish.slot = "s0";
    other.request.starts = one_pm - 10 * minute_ms; // booked before the slot was moved
    other.request.ends = one_pm + 1000;
    CHECK(area.reason() == BookingReason::UnitTaken);
    for (const auto stage : {BookingStage::Started, BookingStage::Finished}) {
        other.stage = stage;
        CHECK(area.reason() == BookingReason::UnitTaken);
    }
    for (const auto stage : {BookingStage::Requested, BookingStage::Cancelled, BookingStage::Declined, BookingStage::Refused,
                             BookingStage::NoShow, BookingStage::Displaced}) {
        other.stage = stage;
        CHECK(area.reason() == BookingReason::None);
    }
}

TEST_CASE("book: a taken person", "[core][bookings]") {
    Area area;
    area.stands("T2", "s0", {"C", "B"});
    const auto taken = area.decide();
    CHECK(taken.reason == BookingReason::PersonTaken);
    CHECK(taken.about == "B");
    area.wish.slot = "s1";
    CHECK(area.reason() == BookingReason::None);
    // Who sits in a session has no time for a table either.
    area.stands("cd1", "", {"A"});
    CHECK(area.reason() == BookingReason::PersonTaken);
    area.wish.slot = "s3"; // 14:00, after it
    CHECK(area.reason() == BookingReason::None);
}

TEST_CASE("book: what it replaces is not in its way", "[core][bookings]") {
    Area area;
    const auto& old = area.stands("T1", "s0", {"A", "B"});
    CHECK(area.reason() == BookingReason::UnitTaken);
    area.wish.replaces = old.request.uid;
    CHECK(area.reason() == BookingReason::None);
    for (const auto* slot : {"s1", "s2", "s3"})
        area.stands("T2", slot, {"A", "C"});
    area.wish.slot = "s5";
    CHECK(area.decide().request.replaces == old.request.uid);
    CHECK(area.reason() == BookingReason::None); // the fourth, not the fifth
    area.wish.replaces.clear();
    CHECK(area.reason() == BookingReason::TooManyBookings);
}

TEST_CASE("book: four of one person, not five", "[core][bookings]") {
    Area area;
    area.wish.slot = "s8";
    for (const auto* slot : {"s0", "s1", "s2"})
        area.stands("T2", slot, {"B", "C"});
    CHECK(area.reason() == BookingReason::None);
    auto& fourth = area.stands("T2", "s3", {"B", "D"});
    const auto fifth = area.decide();
    CHECK(fifth.reason == BookingReason::TooManyBookings);
    CHECK(fifth.about == "B");
    fourth.stage = BookingStage::Finished; // a meeting that is over makes room
    CHECK(area.reason() == BookingReason::None);
    fourth.stage = BookingStage::Started;
    CHECK(area.reason() == BookingReason::TooManyBookings);
    area.policy.most_per_person = 5;
    CHECK(area.reason() == BookingReason::None);
}

TEST_CASE("book: a host at its own table is neither counted nor limited", "[core][bookings]") {
    Area area;
    area.wish.unit = "E1";
    area.wish.slot = "s8";
    area.wish.participants = {"A", "H"};
    for (const auto* slot : {"s0", "s1", "s2", "s3", "s4"})
        area.stands("E1", slot, {"H"});
    CHECK(area.reason() == BookingReason::None);
    // Elsewhere it is a visitor, for whom the own table does not count.
    area.wish.unit = "T1";
    CHECK(area.reason() == BookingReason::None);
    for (const auto* slot : {"s5", "s6", "s7"})
        area.stands("T2", slot, {"H"});
    CHECK(area.reason() == BookingReason::None);
    area.stands("T1", "s4", {"H"}).request.starts = one_pm + 5 * hour_ms;
    area.all.back()->request.ends = one_pm + 6 * hour_ms;
    CHECK(area.reason() == BookingReason::TooManyBookings);
    area.wish.unit = "E1";
    CHECK(area.reason() == BookingReason::None);
}

TEST_CASE("book: a no-show frees the table and the people", "[core][bookings]") {
    Area area;
    auto& gone = area.stands("T1", "s0", {"C", "D"});
    auto& stood_up = area.stands("T2", "s0", {"B", "E"});
    area.now = one_pm + 7 * minute_ms - 1;
    CHECK(area.reason() == BookingReason::UnitTaken);
    area.now = one_pm + 7 * minute_ms;
    const auto walk_up = area.decide();
    CHECK(walk_up.reason == BookingReason::None);
    CHECK(walk_up.frees == std::vector<std::string>{gone.request.uid, stood_up.request.uid});
    gone.stage = BookingStage::Started; // they are there
    const auto refused = area.decide();
    CHECK(refused.reason == BookingReason::UnitTaken);
    CHECK(refused.frees.empty());
}

TEST_CASE("book: before they have arrived, unless the event wants it", "[core][bookings]") {
    Area area;
    CHECK(area.reason() == BookingReason::None);
    area.policy.needs_check_in = true;
    area.facts.people["A"].checked_in = true;
    const auto decision = area.decide();
    CHECK(decision.reason == BookingReason::NotCheckedIn);
    CHECK(decision.about == "B");
    area.facts.people["B"].checked_in = true;
    CHECK(area.reason() == BookingReason::None);
}

TEST_CASE("book: who has to accept takes part; what is needed is told all the same", "[core][bookings]") {
    Area area;
    area.wish.must_accept = {"B", "B"};
    const auto decision = area.decide();
    CHECK(decision.reason == BookingReason::None);
    CHECK(decision.request.must_accept == std::vector<std::string>{"B"});
    CHECK(decision.needs.size() == 3);
    area.wish.must_accept = {"C"};
    CHECK(area.reason() == BookingReason::NotParticipant);
}

TEST_CASE("book: a topic is cut at sixty characters, not inside one", "[core][bookings]") {
    Area area;
    for (int i = 0; i < 61; ++i)
        area.wish.topic += "谈";
    CHECK(area.decide().request.topic.size() == 60 * std::string("谈").size());
}

TEST_CASE("book: seats of a session", "[core][bookings]") {
    Area area;
    area.wish = {};
    area.wish.session = "cd1";
    area.wish.participants = {"A", "H"};
    const auto decision = area.decide();
    CHECK(decision.reason == BookingReason::None);
    CHECK(decision.request.session == "cd1");
    CHECK(decision.request.starts == one_pm);
    CHECK(decision.request.ends == one_pm + hour_ms);
    CHECK(decision.request.confidential == "cd1"); // it is behind closed doors
    CHECK(names(decision.needs) == std::vector<std::string>{"seats:cd1", "person:A", "person:H@1795150800-1795154400"});
    CHECK(decision.needs[0].count == 2);

    auto& two = area.stands("cd1", "", {"C", "D"});
    CHECK(area.reason() == BookingReason::Full);
    area.wish.participants = {"A"};
    CHECK(area.reason() == BookingReason::None);
    area.wish.participants = {"C"};
    CHECK(area.reason() == BookingReason::PersonTaken); // one seat each
    two.stage = BookingStage::Requested;
    area.wish.participants = {"A", "B", "E"};
    CHECK(area.reason() == BookingReason::None);
    area.wish.participants = {"A", "B", "E", "F"};
    CHECK(area.reason() == BookingReason::Full);
    area.wish.participants = {"A", "A"};
    CHECK(area.reason() == BookingReason::SamePersonTwice);
    area.wish.participants = {"A"};
    area.now = one_pm + 59 * minute_ms;
    CHECK(area.reason() == BookingReason::None);
    area.now = one_pm + hour_ms;
    CHECK(area.reason() == BookingReason::SlotEnded);
    area.now = noon;
    area.config.sessions[0].cancelled = true;
    CHECK(area.reason() == BookingReason::Cancelled);
}

TEST_CASE("book: a session without times or bounds", "[core][bookings]") {
    Area area;
    area.config.sessions[0].kind = "exam";
    area.config.sessions[0].starts = area.config.sessions[0].ends = std::nullopt;
    area.config.sessions[0].capacity = std::nullopt;
    area.wish = {};
    area.wish.session = "cd1";
    area.wish.participants = {"A", "H"};
    const auto decision = area.decide();
    CHECK(decision.reason == BookingReason::None);
    CHECK(decision.request.starts == decision.request.ends);
    CHECK(decision.request.confidential.empty());
    CHECK(names(decision.needs) == std::vector<std::string>{"person:A"});
    area.stands("cd1", "", {"A"});
    CHECK(area.reason() == BookingReason::PersonTaken);
}

TEST_CASE("book: a pending request is judged again by the same rules", "[core][bookings]") {
    Area area;
    auto request = area.decide().request;
    request.uid = "b-9";
    const auto again = [&] { return decide_again(area.config, area.policy, request, area.facts, area.now); };
    CHECK(again().reason == BookingReason::None);
    CHECK(again().needs.size() == 3);
    CHECK(again().request.uid == "b-9");
    CHECK(again().request.at == request.at);

    // It knows itself.
    Booking itself;
    itself.request = request;
    itself.stage = BookingStage::Confirmed;
    area.facts.at_unit = {itself};
    area.facts.people["A"].bookings = {itself};
    CHECK(again().reason == BookingReason::None);
    itself.request.uid = "b-8";
    area.facts.at_unit = {itself};
    CHECK(again().reason == BookingReason::UnitTaken);
    area.facts.at_unit.clear();
    area.facts.people["A"].bookings.clear();

    area.now = one_pm;
    CHECK(again().reason == BookingReason::Lapsed);
    request.at = one_pm + minute_ms; // a walk-up may be answered until the end
    area.now = one_pm + 2 * minute_ms;
    CHECK(again().reason == BookingReason::None);
    area.now = one_pm + 20 * minute_ms;
    CHECK(again().reason == BookingReason::SlotEnded);

    area.now = noon;
    area.config.units[0].slots[0].starts = one_pm + minute_ms; // moved
    CHECK(again().reason == BookingReason::UnknownSlot);
}

TEST_CASE("book: what may be cancelled, started and ended", "[core][bookings]") {
    const BookingPolicy policy;
    Area area;
    Booking booking = area.stands("T1", "s0", {"A", "B"});
    const std::vector<std::string> nobody, b{"B"};
    const auto start = booking.request.starts;

    CHECK(may_cancel(booking, start, policy) == BookingReason::None);
    CHECK(may_start(booking, nobody, start, policy) == BookingReason::None);
    CHECK(may_start(booking, b, start, policy) == BookingReason::NotCheckedIn);
    CHECK(may_finish(booking, start, policy) == BookingReason::NotStarted);
    CHECK(may_cancel(booking, start + policy.grace_ms, policy) == BookingReason::NoShow);
    CHECK(may_start(booking, nobody, start + policy.grace_ms, policy) == BookingReason::NoShow);

    booking.stage = BookingStage::Requested;
    CHECK(may_cancel(booking, start - 1, policy) == BookingReason::None);
    CHECK(may_cancel(booking, start, policy) == BookingReason::Lapsed);
    CHECK(may_start(booking, nobody, start - 1, policy) == BookingReason::NotConfirmed);
    CHECK(may_start(booking, nobody, start, policy) == BookingReason::Lapsed);
    CHECK(may_finish(booking, start, policy) == BookingReason::NotStarted);

    booking.stage = BookingStage::Started;
    CHECK(may_cancel(booking, start, policy) == BookingReason::AlreadyStarted);
    CHECK(may_start(booking, nobody, start, policy) == BookingReason::AlreadyStarted);
    CHECK(may_finish(booking, start + day_ms, policy) == BookingReason::None);

    for (const auto& [stage, reason] :
         {std::pair{BookingStage::Finished, BookingReason::AlreadyDone},
          std::pair{BookingStage::Cancelled, BookingReason::Cancelled}, std::pair{BookingStage::Declined, BookingReason::Declined},
          std::pair{BookingStage::Refused, BookingReason::NotAllowed}, std::pair{BookingStage::NoShow, BookingReason::NoShow},
          std::pair{BookingStage::Displaced, BookingReason::Displaced}}) {
        booking.stage = stage;
        CHECK(may_cancel(booking, start, policy) == reason);
        CHECK(may_start(booking, nobody, start, policy) == reason);
        CHECK(may_finish(booking, start, policy) == reason);
    }
}

TEST_CASE("book: the event's own policy, within reason", "[core][bookings]") {
    EventConfig config;
    const auto with = [&](std::string settings) {
        config.event.settings = std::move(settings);
        return booking_policy(config);
    };
    for (const auto* nothing : {"", "{}", "[]", "{", R"({"matchmaking":7})", R"({"matchmaking":{"grace_min":"x"}})"}) {
        const auto policy = with(nothing);
        CHECK(policy.most_per_person == 4);
        CHECK(policy.grace_ms == 7 * minute_ms);
        CHECK_FALSE(policy.needs_check_in);
        CHECK(policy.purposes.empty());
    }
    const auto policy =
        with(R"({"matchmaking":{"grace_min":10,"most_per_person":6,"needs_check_in":true,"purposes":["trial",7,"","pr"]}})");
    CHECK(policy.most_per_person == 6);
    CHECK(policy.grace_ms == 10 * minute_ms);
    CHECK(policy.needs_check_in);
    CHECK(policy.purposes == std::vector<std::string>{"trial", "pr"});
    const auto wild = with(R"({"matchmaking":{"grace_min":18446744073709551615,"most_per_person":-5}})");
    CHECK(wild.most_per_person == 1);
    CHECK(wild.grace_ms == 240 * minute_ms);
}

TEST_CASE("book: what is free, nearest first", "[core][bookings]") {
    Area area;
    area.stands("T1", "s0", {"C", "D"});
    area.stands("T2", "s1", {"A", "E"});
    area.config.units[1].slots[0].blocked = true; // T2 s0
    std::vector<Booking> bookings;
    for (const auto& booking : area.all)
        bookings.push_back(*booking);
    const std::vector<std::string> people{"A", "B"};
    const auto find = [&](std::string_view unit, std::span<const Lease> leases, Instant now, std::size_t limit = 100) {
        return free_slots(area.config, area.policy, bookings, people, unit, leases, now, limit);
    };
    auto free = find("", {}, noon);
    REQUIRE(free.size() == 1 + 7 * 3); // A is busy in s1
    CHECK(free[0].unit == "E1");
    CHECK(free[0].slot == "s0");
    CHECK(free[1].starts == one_pm + 40 * minute_ms);
    CHECK(free[1].unit == "T1");
    CHECK_FALSE(free[0].held_here);
    CHECK(find("T1", {}, noon).size() == 7);
    CHECK(find("", {}, noon, 2).size() == 2);
    CHECK(find("T9", {}, noon).empty());

    // What is held here comes first among the same time.
    const auto& slot = area.config.units[2].slots[2];
    std::vector<Lease> leases{{unit_resource("E1", slot.starts, slot.ends), 1, 999, slot.starts, false},
                              {person_resource("A"), 1, 0, {}, false}};
    CHECK_FALSE(find("", leases, noon)[1].held_here);
    leases.push_back({person_resource("B"), 1, 0, {}, false});
    free = find("", leases, noon);
    CHECK(free[1].unit == "E1");
    CHECK(free[1].held_here);

    // A slot that runs may be had, and one that a no-show left.
    const auto later = find("T1", {}, one_pm + 8 * minute_ms);
    REQUIRE_FALSE(later.empty());
    CHECK(later[0].slot == "s0");
    CHECK(find("T1", {}, one_pm + 20 * minute_ms)[0].slot != "s0");

    area.config.units[0].seats = 1; // too small for two
    CHECK(find("T1", {}, noon).empty());
    area.policy.most_per_person = 1; // A has one already
    CHECK(find("", {}, noon).empty());
}

TEST_CASE("book: units are read from the event's documents, within bounds", "[core][bookings]") {
    const ConfigDocument event{
        "event", "event", R"({"code":"DEMO","type":"salon","starts":"2026-11-20T13:00:00+08:00","timezone":"Asia/Shanghai"})"};
    const auto read = [&](const std::string& unit) {
        return assemble_config(std::vector{event, ConfigDocument{"unit", "T1", unit}});
    };
    const std::string slot = R"({"id":"s1","starts":"2026-11-20T13:00:00+08:00","ends":"2026-11-20T13:20:00.5+08:00"})";
    const auto config = read(
        R"({"id":"T1","kind":"booth","seats":4,"label_zh":"一号","label_en":"One","owner_org":"松果示例","host":"H","kiosk":"k1","slots":[)" +
        slot + R"(,{"id":"s2","starts":"2026-11-20T13:20:00+08:00","ends":"2026-11-20T13:40:00+08:00","blocked":true}]})");
    REQUIRE(config);
    const auto again = assemble_config(config_documents(*config));
    REQUIRE(again);
    for (const auto* each : {&*config, &*again}) {
        REQUIRE(each->units.size() == 1);
        const auto& unit = each->units[0];
        CHECK(unit.kind == "booth");
        CHECK(unit.seats == 4);
        CHECK(unit.label.en == "One");
        CHECK(unit.owner_org == "松果示例");
        CHECK(unit.kiosk == "k1");
        REQUIRE(unit.slots.size() == 2);
        CHECK(unit.slots[0].starts == one_pm);
        CHECK(unit.slots[0].ends == one_pm + 20 * minute_ms);
        CHECK(unit.slots[1].blocked);
        CHECK(each->is_host("H"));
    }
    CHECK(read(R"({"id":"T1","label":"一号"})")->units[0].label.in(Language::English) == "一号");

    CHECK_FALSE(read(R"({"seats":2})"));
    CHECK_FALSE(read(R"({"id":"T1","seats":0})"));
    CHECK_FALSE(read(R"({"id":"T1","seats":1001})"));
    CHECK_FALSE(read(R"({"id":"T1","slots":{}})"));
    CHECK_FALSE(read(R"({"id":"T1","slots":[{"id":"s1","starts":"2026-11-20T13:00:00+08:00"}]})"));
    CHECK_FALSE(read(R"({"id":"T1","slots":[{"id":"s1","starts":"2026-11-20T13:00:00+08:00","ends":"2026-11-20T13:00:00+08:00"}]})"));
    CHECK_FALSE(read(R"({"id":"T1","slots":[)" + slot + "," + slot + "]}"));
    CHECK_FALSE(read(R"({"id":"T1","slots":[)" + slot +
                     R"(,{"id":"s2","starts":"2026-11-20T13:19:59+08:00","ends":"2026-11-20T13:30:00+08:00"}]})"));
    std::string many;
    for (int i = 0; i < 501; ++i)
        many += (many.empty() ? "" : ",") + slot;
    CHECK_FALSE(read(R"({"id":"T1","slots":[)" + many + "]}"));
    CHECK_FALSE(read(R"({"id":")" + std::string(201, 'x') + R"("})"));
}
