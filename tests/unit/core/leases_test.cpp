// SPDX-License-Identifier: Apache-2.0
// Leases: one name for each resource, one holder at a time, and what a holder may confirm with them.
#include "support/catch.hpp"

#include "core/leases.hpp"

#include <algorithm>
#include <random>

using namespace kiosk::core;

namespace {

constexpr Instant one_pm{1'795'150'800'000};
constexpr Instant minute(std::int64_t count) { return one_pm + count * minute_ms; }

const Asker k1{"k1", "i1", one_pm.unix_ms - hour_ms};
const Asker k2{"k2", "i1", one_pm.unix_ms - hour_ms};

Resource table(std::string_view unit = "T1", std::int64_t from = 0, std::int64_t length = 20) {
    return unit_resource(unit, minute(from), minute(from + length));
}

// The hub with its rows.
struct Hub {
    std::vector<HeldLease> rows;
    std::uint64_t next_generation = 1;

    std::vector<LeaseGranted> ask(const Asker& asker, const std::vector<LeaseWanted>& wanted, bool all = true) {
        return grant(rows, wanted, all, asker, next_generation);
    }
    LeaseGranted ask_one(const Asker& asker, const Resource& resource, std::string booking = {}) {
        return ask(asker, {{resource, 1, std::move(booking)}}).front();
    }
    LeaseGranted ask_seats(const Asker& asker, std::int64_t count, std::int64_t capacity, bool all = false) {
        return ask(asker, {{seats_resource("cd1", count), capacity, {}}}, all).front();
    }
};

} // namespace

TEST_CASE("leases: a resource has one name, and the name means it", "[core][leases]") {
    CHECK(resource_text(table()) == "unit:T1@1795150800-1795152000");
    CHECK(resource_text(person_resource("A1B2C3")) == "person:A1B2C3");
    CHECK(resource_text(person_resource("A", minute(0), minute(20))) == "person:A@1795150800-1795152000");
    CHECK(resource_text(seats_resource("cd1", 3)) == "seats:cd1");
    for (const auto& resource : {table(), person_resource("A1B2C3"), person_resource("a@b.c"), person_resource("a@1-2"),
                                 person_resource("100%40"), unit_resource("T@1", minute(0), minute(1)),
                                 seats_resource("会议@1", 1), Resource{"event", {}, {}, 1}}) {
        const auto parsed = parse_resource(resource_text(resource));
        REQUIRE(parsed);
        CHECK(*parsed == resource);
    }
    // Parts of a second are cut: a name has none.
    CHECK(unit_resource("T1", one_pm + 999, minute(20) + 1) == table());
}

TEST_CASE("leases: what names no resource is refused", "[core][leases]") {
    for (const auto* text :
         {"", "unit:", "person:", "seats:", "T1", "units:T1", "events", "Event", "unit:T1@", "unit:T1@1", "unit:T1@1-",
          "unit:T1@-1-2", "unit:T1@2-1", "unit:T1@1-1", "unit:T1@01-2", "unit:T1@1-2x", "unit:T1@+1-2", "unit:T1@1-2-3",
          "unit:T1@1@2", "unit:T%41", "unit:T%4", "unit:T%", "seats:cd1@1-2", "event@1-2", "unit:T1@1-253402300800",
          "unit:T1@1-99999999999999999999"})
        CHECK_FALSE(parse_resource(text));
    CHECK_FALSE(parse_resource("person:" + std::string(300, 'x')));
    CHECK_FALSE(parse_resource("person:" + std::string(10'000, 'x')));
    CHECK(parse_resource("person:" + std::string(200, 'x')));
}

TEST_CASE("leases: overlapping and covering", "[core][leases]") {
    CHECK(overlap(table(), table("T1", 10)));
    CHECK_FALSE(overlap(table(), table("T1", 20))); // touching
    CHECK_FALSE(overlap(table(), table("T2")));
    CHECK(overlap(person_resource("A"), person_resource("A", minute(0), minute(1))));
    CHECK(covers(person_resource("A"), person_resource("A", minute(0), minute(1))));
    CHECK_FALSE(covers(person_resource("A", minute(0), minute(1)), person_resource("A")));
    CHECK(covers(table("T1", 0, 60), table("T1", 10)));
    CHECK(covers(table(), table()));
    CHECK_FALSE(covers(table(), table("T1", 10)));
    CHECK(covers(seats_resource("cd1", 3), seats_resource("cd1", 3)));
    CHECK_FALSE(covers(seats_resource("cd1", 2), seats_resource("cd1", 3)));
}

TEST_CASE("leases: what a device may confirm with what it holds", "[core][leases]") {
    const std::vector needs{table(), person_resource("A")};
    std::vector<Lease> leases{{table(), 3, 10, minute(0), false}, {person_resource("A"), 5, 20, {}, false}};
    const auto before = minute(-1);

    auto answer = cover(leases, needs, 20, before, {});
    CHECK(answer.missing.empty());
    CHECK_FALSE(answer.feed_behind);
    CHECK(answer.generations == std::map<std::string, std::uint64_t>{{resource_text(table()), 3}, {"person:A", 5}});

    answer = cover(leases, needs, 19, before, {});
    CHECK(answer.missing.empty());
    CHECK(answer.feed_behind);

    // What must be asked for goes before what must be read.
    answer = cover(std::span(leases).last(1), needs, 19, before, {});
    CHECK(answer.missing == std::vector{table()});
    CHECK_FALSE(answer.feed_behind);

    answer = cover(leases, needs, 20, minute(0), {}); // its time has begun
    CHECK(answer.missing == std::vector{table()});

    leases[1].closing = true;
    CHECK(cover(leases, needs, 20, before, {}).missing == std::vector{person_resource("A")});

    // Held by the hour does not cover the whole person; the other way round it does, and the newest of several counts.
    leases[1] = {person_resource("A", minute(0), minute(20)), 5, 0, {}, false};
    CHECK(cover(leases, needs, 20, before, {}).missing == std::vector{person_resource("A")});
    const std::vector hour{person_resource("A", minute(0), minute(20))};
    leases.push_back({person_resource("A"), 9, 0, {}, false});
    CHECK(cover(leases, hour, 20, before, {}).generations.at(resource_text(hour[0])) == 9);
}

TEST_CASE("leases: seats are counted together with those that are used", "[core][leases]") {
    const std::vector leases{Lease{seats_resource("cd1", 3), 1, 0, {}, false}};
    const std::vector needs{seats_resource("cd1", 2)};
    CHECK(cover(leases, needs, 0, one_pm, {}).missing.empty());
    CHECK(cover(leases, needs, 0, one_pm, {{"cd1", 1}}).missing.empty());
    const auto short_of = cover(leases, needs, 0, one_pm, {{"cd1", 2}}).missing;
    REQUIRE(short_of.size() == 1);
    CHECK(short_of[0].count == 4); // to hold in all
}

TEST_CASE("leases: the first who asks holds it, the next hears who does", "[core][leases]") {
    Hub hub;
    const auto first = hub.ask_one(k1, table(), "b-1");
    CHECK(first.held);
    CHECK(first.generation == 1);
    CHECK(hub.rows == std::vector<HeldLease>{{table(), "k1", "i1", 1, k1.now_ms, "b-1", 0}});

    const auto second = hub.ask_one(k2, table("T1", 10)); // another grid, but it overlaps
    CHECK_FALSE(second.held);
    CHECK(second.taken);
    CHECK(second.holder == "k1");
    CHECK(hub.ask_one(k2, table("T1", 20)).held);

    // Asking again changes nothing.
    const auto rows = hub.rows;
    CHECK(hub.ask_one(k1, table()).held);
    CHECK(hub.rows == rows);
    // The hint comes with the next booking that it is asked for.
    CHECK(hub.ask_one(k1, table(), "b-2").held);
    CHECK(hub.rows[0].booking == "b-2");
    CHECK(hub.next_generation == 1);
}

TEST_CASE("leases: in use is told only of what has a time", "[core][leases]") {
    Hub hub;
    REQUIRE(hub.ask_one(k1, person_resource("A"), "b-1").held);
    REQUIRE(hub.ask_one(k1, table("T1"), "").held);
    const auto whole = hub.ask_one(k2, person_resource("A"));
    CHECK_FALSE(whole.held);
    CHECK_FALSE(whole.taken); // of a person who is held whole, another hour may be free
    CHECK(whole.holder == "k1");
    const auto idle = hub.ask_one(k2, table("T1"));
    CHECK_FALSE(idle.held);
    CHECK_FALSE(idle.taken);
    // Of several that are in the way, one that is in use decides.
    REQUIRE(hub.ask_one(k1, table("T1", 20), "b-2").held);
    CHECK(hub.ask_one(k2, table("T1", 0, 40)).taken);
}

TEST_CASE("leases: all of it or nothing", "[core][leases]") {
    Hub hub;
    REQUIRE(hub.ask_one(k1, person_resource("B")).held);
    const auto rows = hub.rows;
    const std::vector<LeaseWanted> wanted{{table(), 1, "b-9"}, {person_resource("B"), 1, "b-9"}, {seats_resource("cd1", 2), 5, ""}};
    auto answers = hub.ask(k2, wanted);
    CHECK(hub.rows == rows);
    REQUIRE(answers.size() == 3);
    CHECK_FALSE(answers[0].held);
    CHECK(answers[0].holder.empty());
    CHECK(answers[1].holder == "k1");
    CHECK_FALSE(answers[2].held);
    CHECK(answers[2].resource.count == 0);

    answers = hub.ask(k2, wanted, false);
    CHECK(answers[0].held);
    CHECK_FALSE(answers[1].held);
    CHECK(answers[2].held);
    CHECK(hub.rows.size() == 3);
}

TEST_CASE("leases: nothing wanted, and the same wanted twice", "[core][leases]") {
    Hub hub;
    CHECK(hub.ask(k1, {}).empty());
    const auto answers = hub.ask(k1, {{table(), 1, ""}, {table(), 1, ""}});
    CHECK(answers[0].held);
    CHECK(answers[1].held);
    CHECK(hub.rows.size() == 1);
}

TEST_CASE("leases: what an older incarnation held comes over with a new generation", "[core][leases]") {
    Hub hub;
    REQUIRE(hub.ask(k1, {{table(), 1, "b-1"}, {person_resource("A"), 1, "b-1"}, {table("T2"), 1, ""}}).size() == 3);
    const Asker restored{"k1", "i2", k1.now_ms + 5};
    const auto answers = hub.ask(restored, {{table(), 1, ""}, {person_resource("A"), 1, ""}});
    CHECK(answers[0].held);
    CHECK(answers[0].generation == 2);
    CHECK(answers[1].generation == 2);
    CHECK(hub.next_generation == 2);
    REQUIRE(hub.rows.size() == 3);
    CHECK(hub.rows[0].incarnation == "i1"); // T2 was not asked for
    CHECK(hub.rows[1] == HeldLease{table(), "k1", "i2", 2, restored.now_ms, "", 0});
    CHECK(hub.ask_one(k2, table("T2")).holder == "k1");

    // Where it fails, the older one's rows are as they were.
    Hub other;
    REQUIRE(other.ask(k1, {{table(), 1, "b-1"}}).front().held);
    REQUIRE(other.ask_one(k2, person_resource("A")).held);
    const auto rows = other.rows;
    CHECK_FALSE(other.ask(restored, {{table(), 1, ""}, {person_resource("A"), 1, ""}})[0].held);
    CHECK(other.rows == rows);
    CHECK(other.next_generation == 1);

    CHECK(take_from_older(hub.rows, restored, hub.next_generation) == 1);
    CHECK(hub.next_generation == 3);
    CHECK(hub.ask_one(k2, table("T2")).generation == 3);
    CHECK(take_from_older(hub.rows, restored, hub.next_generation) == 0);
    CHECK(hub.next_generation == 3);
}

TEST_CASE("leases: what is being given back is still in the way, until the journal is here", "[core][leases]") {
    Hub hub;
    REQUIRE(hub.ask_one(k1, table()).held);
    give_back(hub.rows, table(), k2, 0, 100); // of somebody else: nothing
    give_back(hub.rows, table("T2"), k1, 0, 100);
    give_back(hub.rows, table(), Asker{"k1", "i0", 0}, 0, 100);
    REQUIRE(hub.rows.size() == 1);

    give_back(hub.rows, table(), k1, 7, 6);
    REQUIRE(hub.rows.size() == 1);
    CHECK(hub.rows[0].closing_seq == 7);
    CHECK_FALSE(hub.ask_one(k2, table()).held);
    give_back(hub.rows, table(), k1, 7, 7);
    CHECK(hub.rows.empty());
    CHECK(hub.ask_one(k2, table()).held);

    // Its own device may think better of it.
    give_back(hub.rows, table(), k2, 9, 1);
    CHECK(hub.ask_one(k2, table()).held);
    CHECK(hub.rows[0].closing_seq == 0);
}

TEST_CASE("leases: seats are a counter that no two devices together exceed", "[core][leases]") {
    Hub hub;
    CHECK(hub.ask_seats(k1, 3, 5).held);
    const auto rest = hub.ask_seats(k2, 3, 5);
    CHECK_FALSE(rest.held);
    CHECK(rest.resource.count == 2); // what there is
    CHECK(rest.holder == "k1");
    CHECK_FALSE(hub.ask_seats(k2, 3, 5, true).held);
    CHECK(hub.ask_seats(k2, 3, 5, true).resource.count == 2);

    // The count is how many in all: asking again is no second helping, asking for fewer takes nothing away.
    CHECK(hub.ask_seats(k1, 3, 5).resource.count == 3);
    CHECK(hub.ask_seats(k1, 1, 5).resource.count == 3);
    CHECK(hub.rows.size() == 2);

    give_back(hub.rows, seats_resource("cd1", 1), k1, 4, 0); // keeps one
    CHECK(hub.ask_seats(k2, 4, 5).held);
    give_back(hub.rows, seats_resource("cd1", 1), k1, 4, 0); // said twice
    CHECK(hub.rows[0].resource.count == 1);
    give_back(hub.rows, seats_resource("cd1", 0), k1, 4, 0);
    CHECK(hub.rows.size() == 1);
    // The capacity shrank: nobody gets more, nobody loses any.
    CHECK(hub.ask_seats(k1, 1, 2).resource.count == 0);
    CHECK(hub.ask_seats(k2, 4, 2).resource.count == 4);
    const Asker restored{"k2", "i2", 0};
    const auto over = hub.ask_seats(restored, 4, 5);
    CHECK(over.held);
    CHECK(over.generation == 2);
    CHECK(hub.rows.size() == 1);
}

TEST_CASE("leases: a venue hub that holds the event holds everything", "[core][leases]") {
    const Resource event{"event", {}, {}, 1};
    const Asker venue{"venue", "i1", k1.now_ms};
    Hub hub;
    REQUIRE(hub.ask_one(k1, table()).held);
    const auto not_yet = hub.ask_one(venue, event);
    CHECK_FALSE(not_yet.held);
    CHECK(not_yet.holder == "k1");
    give_back(hub.rows, table(), k1, 0, 0);
    CHECK(hub.ask_one(venue, event).held);
    for (const auto& answer : hub.ask(k1, {{table(), 1, ""}, {person_resource("A"), 1, ""}, {seats_resource("cd1", 1), 5, ""}}, false)) {
        CHECK_FALSE(answer.held);
        CHECK_FALSE(answer.taken);
        CHECK(answer.holder == "venue");
    }
    CHECK(hub.rows.size() == 1);
    CHECK(hub.ask_one(venue, table()).held);
}

TEST_CASE("leases: time ends them at their start, or at their end where they were granted late", "[core][leases]") {
    Hub hub;
    REQUIRE(hub.ask_one(k1, table()).held);
    REQUIRE(hub.ask_one(Asker{"k2", "i1", minute(5).unix_ms}, table("T2")).held);
    REQUIRE(hub.ask_one(k1, person_resource("A")).held);
    expire(hub.rows, minute(0).unix_ms + lease_margin_ms - 1);
    CHECK(hub.rows.size() == 3);
    expire(hub.rows, minute(0).unix_ms + lease_margin_ms);
    CHECK(hub.rows.size() == 2);
    expire(hub.rows, minute(20).unix_ms + lease_margin_ms - 1);
    CHECK(hub.rows.size() == 2);
    expire(hub.rows, minute(20).unix_ms + lease_margin_ms);
    REQUIRE(hub.rows.size() == 1);
    CHECK(hub.rows[0].resource == person_resource("A"));
    CHECK(hub.next_generation == 1);
}

TEST_CASE("leases: a lost device loses everything, and what comes after is newer", "[core][leases]") {
    Hub hub;
    REQUIRE(hub.ask(k1, {{table(), 1, ""}, {person_resource("A"), 1, ""}}).size() == 2);
    REQUIRE(hub.ask_one(k2, table("T2")).held);
    CHECK(take_from_lost(hub.rows, "k1", hub.next_generation) == 2);
    CHECK(hub.rows.size() == 1);
    CHECK(hub.ask_one(k2, table()).generation == 2);
    CHECK(hub.ask_one(k2, table("T2")).generation == 1); // what it held all the time
}

TEST_CASE("leases: whatever is asked, no two devices hold the same", "[core][leases]") {
    std::mt19937 random(7);
    const auto below = [&](std::uint32_t bound) { return static_cast<std::uint32_t>(random() % bound); };
    constexpr std::int64_t capacity = 6;
    Hub hub;
    std::size_t granted = 0, refused = 0;
    std::int64_t now = minute(-60).unix_ms;
    for (int round = 0; round < 20'000; ++round) {
        const Asker asker{"k" + std::to_string(below(4)), "i" + std::to_string(below(20) == 0 ? 1 : 0), now};
        const auto resource = [&]() -> Resource {
            const auto from = static_cast<std::int64_t>(below(12)) * 10;
            switch (below(4)) {
            case 0: return seats_resource("cd1", 1 + below(4));
            case 1: return person_resource(std::string(1, static_cast<char>('A' + below(3))));
            case 2: return person_resource(std::string(1, static_cast<char>('A' + below(3))), minute(from), minute(from + 20));
            default: return table(below(2) == 0 ? "T1" : "T2", from, 10 + static_cast<std::int64_t>(below(3)) * 10);
            }
        };
        const auto rows = hub.rows;
        const auto generation = hub.next_generation;
        const auto what = below(100);
        if (what < 60) {
            std::vector<LeaseWanted> wanted;
            for (auto i = 1 + below(3); i > 0; --i)
                wanted.push_back({resource(), capacity, below(2) == 0 ? "b" : ""});
            const bool all = below(2) == 0;
            const auto answers = hub.ask(asker, wanted, all);
            REQUIRE(answers.size() == wanted.size());
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                (answers[i].held ? granted : refused) += 1;
                const bool has = std::ranges::any_of(hub.rows, [&](const HeldLease& row) {
                    return row.holder == asker.device && row.incarnation == asker.incarnation &&
                           covers(row.resource, wanted[i].resource) && row.generation == answers[i].generation;
                });
                if (answers[i].held)
                    REQUIRE(has);
            }
            if (all && !std::ranges::all_of(answers, &LeaseGranted::held)) {
                REQUIRE(hub.rows == rows);
                REQUIRE(hub.next_generation == generation);
            }
        } else if (what < 95) {
            if (!rows.empty()) {
                auto back = rows[below(static_cast<std::uint32_t>(rows.size()))].resource;
                back.count = below(3);
                give_back(hub.rows, back, asker, below(3), below(3));
            }
        } else if (what < 96) {
            take_from_lost(hub.rows, asker.device, hub.next_generation);
        } else if (what < 97) {
            take_from_older(hub.rows, asker, hub.next_generation);
        } else {
            now = minute(static_cast<std::int64_t>(below(140)) - 10).unix_ms;
            expire(hub.rows, now);
        }
        std::int64_t seats = 0;
        for (std::size_t i = 0; i < hub.rows.size(); ++i) {
            const auto& row = hub.rows[i];
            REQUIRE_FALSE(row.holder.empty());
            REQUIRE(row.generation <= hub.next_generation);
            if (row.resource.is_counted())
                seats += row.resource.count;
            for (std::size_t j = i + 1; j < hub.rows.size(); ++j)
                if (!row.resource.is_counted() && overlap(row.resource, hub.rows[j].resource))
                    REQUIRE((row.holder == hub.rows[j].holder && row.incarnation == hub.rows[j].incarnation));
        }
        REQUIRE(seats <= capacity);
        REQUIRE(hub.next_generation >= generation);
    }
    CHECK(granted > 1000);
    CHECK(refused > 1000);
}
