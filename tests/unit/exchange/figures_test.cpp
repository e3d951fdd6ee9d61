// SPDX-License-Identifier: Apache-2.0
#include "exchange_fixture.hpp"

#include "exchange/figures.hpp"

using namespace kiosk;
using exchange::AttendanceTally;
using exchange::Presence;

namespace {

core::Registration person(std::string uid, std::string ticket, std::string organisation = "") {
    core::Registration registration;
    registration.uid = std::move(uid);
    registration.ticket = std::move(ticket);
    registration.person.organisation = std::move(organisation);
    return registration;
}

core::StoredScan scan(std::string ticket, const char* at, core::Outcome outcome = core::Outcome::Admitted) {
    static std::uint64_t seq = 0;
    core::StoredScan stored;
    stored.id = {"k1", "1", ++seq};
    stored.record.ticket = std::move(ticket);
    stored.record.checkpoint = "main";
    stored.record.outcome = outcome;
    stored.record.at = *core::parse_rfc3339(at);
    return stored;
}

} // namespace

TEST_CASE("exchange: first entry, last exit and entries whatever the order of scans", "[exchange][figures]") {
    const auto config = test::salon();
    AttendanceTally tally(config);
    const auto wang = person("u1", "A1");
    tally.add_scan(scan("A1", "2026-11-20T15:00:00+08:00"));
    auto exit = scan("A1", "2026-11-20T14:30:00+08:00");
    exit.record.direction = core::Direction::Exit;
    tally.add_scan(exit);
    auto zone = scan("A1", "2026-11-20T13:05:00+08:00");
    zone.record.checkpoint = "zone";
    zone.record.override_staff = "boss";
    tally.add_scan(zone);
    auto undone = scan("A1", "2026-11-20T12:00:00+08:00");
    undone.undone = true;
    tally.add_scan(undone);

    const auto attendance = tally.take(wang);
    CHECK(attendance.presence == Presence::Present);
    CHECK(attendance.first_entry == *core::parse_rfc3339("2026-11-20T13:05:00+08:00"));
    CHECK(attendance.last_exit == *core::parse_rfc3339("2026-11-20T14:30:00+08:00"));
    CHECK(attendance.entries == 2);
    CHECK(attendance.checkpoints == std::vector<std::string>{"main", "zone"});
    CHECK(attendance.overridden);
}

TEST_CASE("exchange: the figures of an event", "[exchange][figures]") {
    const auto config = test::salon();
    AttendanceTally tally(config);
    std::vector<core::Registration> people{person("u1", "A1", "松果 示例软件"), person("u2", "A2", "松果示例软件"),
                                           person("u3", "A3", "个人"), person("u4", "A4", "青屿"), person("u5", "A5", "海棠"),
                                           person("u6", "A6", "白鹭")};
    people[3].source = core::RegistrationSource::WalkIn;
    people[4].status = core::RegistrationStatus::Cancelled;
    tally.add_scan(scan("A1", "2026-11-20T13:05:00+08:00"));
    tally.add_scan(scan("A1", "2026-11-20T13:06:00+08:00", core::Outcome::Repeat));
    tally.add_scan(scan("A3", "2026-11-20T13:14:59+08:00"));
    tally.add_scan(scan("A4", "2026-11-20T13:45:00+08:00"));
    tally.add_scan(scan("SIGNED", "2026-11-20T13:46:00+08:00")); // a signed ticket that is not on the roster
    auto refused = scan("A5", "2026-11-20T13:50:00+08:00", core::Outcome::Refused);
    refused.record.reason = core::Reason::Cancelled;
    tally.add_scan(refused);
    refused.record.reason = core::Reason::Unknown;
    refused.record.ticket = "";
    tally.add_scan(refused);
    tally.add_scan(refused);
    std::vector<Presence> presence;
    for (const auto& registration : people)
        presence.push_back(tally.take(registration).presence);

    const auto figures = tally.figures();
    CHECK(figures.registered == 6); // five who are not cancelled, and the signed ticket
    CHECK(figures.present == 4);
    CHECK(figures.walk_ins == 1);
    CHECK(figures.absent == 2);
    CHECK(figures.cancelled == 1);
    CHECK(figures.unlisted == 1);
    CHECK(figures.rate == Approx(4.0 / 6.0));
    CHECK(figures.organisations_registered == 3); // 松果, 青屿, 白鹭; the cancelled 海棠 and individuals don't count
    CHECK(figures.organisations_present == 2);
    CHECK(figures.entries == 4);
    CHECK(figures.repeats == 1);
    CHECK(figures.refused == std::map<core::Reason, std::int64_t>{{core::Reason::Cancelled, 1}, {core::Reason::Unknown, 2}});
    REQUIRE(figures.arrivals.size() == 4); // 13:00, 13:15, 13:30, 13:45
    CHECK(figures.arrivals[0].from == *core::parse_rfc3339("2026-11-20T13:00:00+08:00"));
    CHECK(figures.arrivals[0].people == 2);
    CHECK(figures.arrivals[1].people == 0);
    CHECK(figures.arrivals[3].people == 2);
    CHECK(presence == std::vector{Presence::Present, Presence::Absent, Presence::Present, Presence::WalkIn,
                                  Presence::Cancelled, Presence::Absent});

    const auto organisations = tally.organisations();
    REQUIRE(organisations.size() == 3);
    CHECK(organisations[0].name == "松果 示例软件");
    CHECK(organisations[0].registered == 2);
    CHECK(organisations[0].present == 1);
}

TEST_CASE("exchange: an event without anybody divides by nothing", "[exchange][figures]") {
    const auto config = test::salon();
    AttendanceTally tally(config);
    CHECK(tally.figures().rate == 0.0);
    CHECK(tally.figures().arrivals.empty());
}

TEST_CASE("exchange: a closed door shows presence, not time or place", "[exchange][figures]") {
    const auto config = test::salon();
    AttendanceTally tally(config);
    const auto guest = person("u1", "A1");
    auto closed = scan("A1", "2026-11-20T16:00:00+08:00");
    closed.record.checkpoint = "cd";
    tally.add_scan(closed);
    const auto attendance = tally.take(guest);
    CHECK(attendance.presence == Presence::Present);
    CHECK_FALSE(attendance.first_entry.has_value());
    CHECK(attendance.checkpoints.empty());
    CHECK(attendance.entries == 0);
}

TEST_CASE("exchange: two registrations with one code are told apart by their ids", "[exchange][figures]") {
    const auto config = test::salon();
    AttendanceTally tally(config);
    auto entry = scan("SAME", "2026-11-20T13:05:00+08:00");
    entry.record.registration = "u2";
    tally.add_scan(entry);
    CHECK(tally.take(person("u1", "SAME")).presence == Presence::Absent);
    CHECK(tally.take(person("u2", "SAME")).presence == Presence::Present);
    CHECK(tally.figures().present == 1);
    CHECK_FALSE(tally.has_unlisted());
}

TEST_CASE("exchange: scans from before and after the roster arrived are one person's", "[exchange][figures]") {
    const auto config = test::salon();
    AttendanceTally tally(config);
    tally.add_scan(scan("A1", "2026-11-20T13:05:00+08:00")); // by the signed ticket alone
    auto later = scan("A1", "2026-11-20T15:05:00+08:00");
    later.record.registration = "u1";
    later.record.checkpoint = "zone";
    tally.add_scan(later);
    const auto attendance = tally.take(person("u1", "A1"));
    CHECK(attendance.entries == 2);
    CHECK(attendance.first_entry == *core::parse_rfc3339("2026-11-20T13:05:00+08:00"));
    CHECK(attendance.checkpoints == std::vector<std::string>{"main", "zone"});
    CHECK(tally.figures().present == 1);
    CHECK(tally.figures().unlisted == 0);
}

TEST_CASE("exchange: people without a registration are named once", "[exchange][figures]") {
    const auto config = test::salon();
    AttendanceTally tally(config);
    const std::vector<core::StoredScan> scans{scan("S1", "2026-11-20T13:05:00+08:00"), scan("S1", "2026-11-20T14:05:00+08:00"),
                                              scan("A1", "2026-11-20T13:06:00+08:00")};
    for (const auto& each : scans)
        tally.add_scan(each);
    tally.take(person("u1", "A1"));
    CHECK(tally.has_unlisted());
    std::vector<std::string> named;
    for (const auto& each : scans)
        if (const auto attendance = tally.take_unlisted(each)) {
            named.push_back(each.record.ticket);
            CHECK(attendance->entries == 2);
        }
    CHECK(named == std::vector<std::string>{"S1"});
    CHECK(tally.figures().unlisted == 1);
    CHECK(tally.figures().present == 2);
}

TEST_CASE("exchange: thousands of people are kept apart", "[exchange][figures]") {
    const auto config = test::salon();
    AttendanceTally tally(config);
    for (int i = 0; i < 5000; i += 2)
        tally.add_scan(scan("T" + std::to_string(i), "2026-11-20T13:05:00+08:00"));
    for (int i = 0; i < 5000; ++i) {
        const auto presence = tally.take(person("u" + std::to_string(i), "T" + std::to_string(i))).presence;
        REQUIRE(presence == (i % 2 == 0 ? Presence::Present : Presence::Absent));
    }
    CHECK(tally.figures().present == 2500);
}
