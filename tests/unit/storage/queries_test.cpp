// SPDX-License-Identifier: Apache-2.0
#include "support/storage_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;
using core::Direction;
using core::Outcome;

namespace {

struct Door {
    TempFolder folder;
    Ports ports;
    std::unique_ptr<storage::Database> database = open(folder / "k.db", ports);

    std::string scan(const std::string& ticket, Direction direction = Direction::Entry, Outcome outcome = Outcome::Admitted,
                     const std::string& checkpoint = "main") {
        ports.clock.forward(1000);
        auto record = entry(ticket, ports.clock.at, checkpoint);
        record.direction = direction;
        record.outcome = outcome;
        return core::to_string(append(*database, core::make_scan(record)).last);
    }
    void undo(const std::string& target) { append(*database, core::make_undo({target, "boss-1", ports.clock.at}, "")); }
    std::int64_t inside() { return need(database->occupancy("main", std::nullopt)); }
    core::CheckpointCounts counts(const std::string& checkpoint = "main") {
        for (const auto& row : need(database->counts()))
            if (row.checkpoint == checkpoint)
                return row;
        FAIL("no counts of " << checkpoint);
        return {};
    }
};

} // namespace

TEST_CASE("queries: configuration documents, the last one of an id stands", "[storage][queries]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    append(*database, core::make_config({"checkpoint", "main", R"({"name":"A"})"}));
    append(*database, core::make_config({"event", "DEMO", R"({"title":"x"})"}));
    append(*database, core::make_config({"checkpoint", "main", R"({"name":"B"})"}));
    const auto documents = need(database->config());
    REQUIRE(documents.size() == 2);
    CHECK(documents[0].doc == R"({"name":"B"})");
    CHECK(documents[1].entity == "event");
}

TEST_CASE("queries: registrations by ticket, uid and phone", "[storage][queries]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    auto wang = person("0001");
    wang.valid_from = core::Instant{5};
    wang.answers["q"] = std::vector<std::string>{"a", "b"};
    wang.consents["share"] = true;
    wang.variation = "vip";
    append(*database, core::make_registration(wang));
    auto twin = person("0002", "李白露");
    twin.ticket = wang.ticket; // legal, and makes the code ambiguous
    append(*database, core::make_registration(twin));

    CHECK(need(database->registrations_by_ticket("T0001")).size() == 2);
    CHECK(need(database->registrations_by_ticket("none")).empty());
    const auto read = need(database->registration("uid-0001"));
    REQUIRE(read);
    CHECK(read->person.name == wang.person.name);
    CHECK(read->answers == wang.answers);
    CHECK(read->consents == wang.consents);
    CHECK(read->valid_from == wang.valid_from);
    CHECK(read->variation == wang.variation);
    CHECK(need(database->registrations_by_phone("+86 1000000 0001")).size() == 1);
    CHECK(need(database->registrations_by_phone("")).empty());

    wang.ticket = "NEW";
    wang.status = core::RegistrationStatus::Cancelled;
    append(*database, core::make_registration(wang));
    CHECK(need(database->registrations_by_ticket("T0001")).size() == 1);
    CHECK(need(database->registrations_by_ticket("NEW")).front().status == core::RegistrationStatus::Cancelled);
    CHECK(need(database->status()).registrations == 2);
    require_sound(*database);
}

TEST_CASE("queries: revocations and invitations", "[storage][queries]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    append(*database, core::make_revocation("ZZZ"));
    append(*database, core::make_revocation("ZZZ"));
    CHECK(need(database->is_revoked("ZZZ")));
    CHECK(!need(database->is_revoked("AAA")));

    append(*database, core::make_invitation({"cd1", "T1", "guest", core::InvitationStatus::Draft, false}));
    append(*database, core::make_invitation({"cd1", "T1", "host", core::InvitationStatus::Accepted, true}));
    const auto invitation = need(database->invitation("cd1", "T1"));
    REQUIRE(invitation);
    CHECK(invitation->role == "host");
    CHECK(invitation->status == core::InvitationStatus::Accepted);
    CHECK(invitation->nda_signed);
    CHECK(!need(database->invitation("cd1", "T2")));
}

TEST_CASE("queries: a scan comes back as it was written", "[storage][queries]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    auto record = entry("T1", ports.clock.at);
    record.registration = "uid-1";
    record.session = "cd1";
    record.key = "key-1";
    record.method = "search";
    record.override_staff = "boss-1";
    record.override_reason = "领导同意";
    record.overridden = {core::Reason::Unpaid, core::Reason::Full};
    record.consents["nda"] = true;
    record.nda_version = "v2";
    record.answers["diet"] = std::string("素食");
    const auto id = append(*database, core::make_scan(record)).last;

    const auto check = [&](const core::StoredScan& scan) {
        CHECK(scan.id == id);
        CHECK(scan.record.registration == "uid-1");
        CHECK(scan.record.session == "cd1");
        CHECK(scan.record.method == "search");
        CHECK(scan.record.override_reason == "领导同意");
        CHECK(scan.record.overridden == record.overridden);
        CHECK(scan.record.consents == record.consents);
        CHECK(scan.record.nda_version == "v2");
        CHECK(scan.record.answers == record.answers);
        CHECK(scan.record.at == record.at);
        CHECK(!scan.undone);
    };
    check(need(database->standing_scans("T1")).front());
    check(*need(database->admitted_scan_by_key("key-1")));
    check(need(database->recent_scans(1)).front());
    CHECK(!need(database->admitted_scan_by_key("")));
    CHECK(!need(database->admitted_scan_by_key("key-2")));
    std::size_t seen = 0;
    need(database->for_each_scan([&](const core::StoredScan& scan) {
        check(scan);
        ++seen;
        return true;
    }));
    CHECK(seen == 1);
}

TEST_CASE("queries: the key of a refused scan binds nothing", "[storage][queries]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    auto record = entry("T1", ports.clock.at);
    record.key = "k";
    record.outcome = Outcome::Refused;
    append(*database, core::make_scan(record));
    CHECK(!need(database->admitted_scan_by_key("k")));
    CHECK(need(database->standing_scans("T1")).empty());
}

TEST_CASE("queries: standing scans are those of every door, oldest first, without the undone", "[storage][queries]") {
    Door door;
    const auto first = door.scan("T1");
    door.scan("T1", Direction::Entry, Outcome::Admitted, "side");
    door.scan("T2");
    door.ports.clock.at = door.ports.clock.at - core::hour_ms; // the clock is set back: told by their times
    const auto earliest = door.scan("T1");
    auto standing = need(door.database->standing_scans("T1"));
    REQUIRE(standing.size() == 3);
    CHECK(core::to_string(standing[0].id) == earliest);
    door.undo(first);
    standing = need(door.database->standing_scans("T1"));
    REQUIRE(standing.size() == 2);
    CHECK(standing[1].record.checkpoint == "side");
}

TEST_CASE("queries: recent scans, newest first, all outcomes", "[storage][queries]") {
    Door door;
    door.scan("T1");
    door.scan("T2", Direction::Entry, Outcome::Refused);
    const auto last = door.scan("T3", Direction::Entry, Outcome::Repeat);
    door.undo(last);
    const auto recent = need(door.database->recent_scans(2));
    REQUIRE(recent.size() == 2);
    CHECK(recent[0].record.ticket == "T3");
    CHECK(recent[0].undone);
    CHECK(recent[1].record.ticket == "T2");
}

TEST_CASE("queries: occupancy follows entries, exits, undos and days", "[storage][queries][doors]") {
    Door door;
    CHECK(door.inside() == 0);
    const auto first_day = door.ports.clock.at;
    const auto first = door.scan("T1");
    CHECK(door.inside() == 1);
    door.scan("T1"); // entered again: still one person
    CHECK(door.inside() == 1);
    door.scan("T2");
    door.scan("T3", Direction::Entry, Outcome::Refused);
    CHECK(door.inside() == 2);
    const auto left = door.scan("T1", Direction::Exit);
    CHECK(door.inside() == 1);
    door.undo(left); // back inside
    CHECK(door.inside() == 2);
    door.undo(first); // the other entry stands
    CHECK(door.inside() == 2);
    door.ports.clock.forward(core::day_ms);
    const auto second_day = door.ports.clock.at;
    door.scan("T2");
    const auto in = [&](core::Instant from, core::Instant until) {
        return need(door.database->occupancy("main", core::TimeRange{from, until}));
    };
    CHECK(in(first_day, second_day) == 2);
    CHECK(in(second_day, second_day + core::day_ms) == 1);
    door.scan("T2", Direction::Exit);
    CHECK(in(second_day, second_day + core::day_ms) == 0);
    CHECK(in(first_day, second_day) == 2);
    CHECK(need(door.database->occupancy("elsewhere", std::nullopt)) == 0);
}

TEST_CASE("queries: counts of every door", "[storage][queries][doors]") {
    Door door;
    append(*door.database, core::make_config({"checkpoint", "quiet", "{}"}));
    door.scan("T0", Direction::Entry, Outcome::Repeat, "side");
    CHECK(door.counts("quiet").entries == 0);
    CHECK(door.counts("side").repeats == 1);
    const auto first = door.scan("T1");
    door.scan("T1");
    door.scan("T1", Direction::Exit);
    door.scan("T2");
    door.scan("T2", Direction::Entry, Outcome::Repeat);
    door.scan("T3", Direction::Entry, Outcome::Refused);
    auto counts = door.counts();
    CHECK(counts.admitted == 2);
    CHECK(counts.inside == 1);
    CHECK(counts.entries == 3);
    CHECK(counts.repeats == 1);
    CHECK(counts.refused == 1);
    door.undo(first);
    CHECK(door.counts().entries == 2);
    CHECK(door.counts().admitted == 2);
    // What is held in memory is what a fresh opening finds.
    door.database.reset();
    door.database = open(door.folder / "k.db", door.ports);
    counts = door.counts();
    CHECK(counts.entries == 2);
    CHECK(counts.inside == 1);
    CHECK(counts.repeats == 1);
}

TEST_CASE("queries: the roster is read in order of uid and can be stopped", "[storage][queries]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    for (const auto* number : {"0003", "0001", "0002"})
        append(*database, core::make_registration(person(number)));
    std::vector<std::string> seen;
    need(database->for_each_registration([&](const core::Registration& registration) {
        seen.push_back(registration.uid);
        // Other questions may be asked, and things written, on the way.
        CHECK(need(database->registration(registration.uid)));
        append(*database, note("seen"));
        return seen.size() < 2;
    }));
    CHECK(seen == std::vector<std::string>{"uid-0001", "uid-0002"});
}

TEST_CASE("queries: notes, newest first", "[storage][queries]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    append(*database, note("one"));
    append(*database, note("two"));
    const auto notes = need(database->notes(1));
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].body.find("two") != std::string::npos);
}
