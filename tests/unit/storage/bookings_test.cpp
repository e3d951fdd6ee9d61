// SPDX-License-Identifier: Apache-2.0
// Bookings in the database: what stands whatever the order of arrival, what the database itself refuses, what a
// confirmation must have, and what erasure and upgrades make of them.
#include "support/storage_fixture.hpp"

#include "core/sealing.hpp"
#include "storage/crash_vfs.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <rapidcheck.h>

#include <algorithm>
#include <array>
#include <random>

using namespace kiosk;
using namespace kiosk::test;
using core::BookingAct;
using core::BookingStage;

namespace {

constexpr core::Instant ten{1'795'053'600'000}; // whole seconds
constexpr std::int64_t slot_ms = 20 * core::minute_ms;

core::BookingRequest wish(const std::string& uid, const std::string& unit, int slot, std::vector<std::string> tickets) {
    core::BookingRequest made;
    made.uid = uid;
    made.unit = unit;
    made.slot = "s" + std::to_string(slot);
    made.starts = ten + slot * slot_ms;
    made.ends = made.starts + slot_ms;
    for (auto& ticket : tickets)
        made.participants.push_back({ticket, "uid-" + ticket});
    made.at = ten - core::hour_ms;
    return made;
}

core::BookingRequest seat(const std::string& uid, const std::string& session, const std::string& ticket) {
    auto made = wish(uid, "", 0, {ticket});
    made.slot.clear();
    made.session = session;
    return made;
}

core::OperationDraft act(const core::BookingRequest& request, BookingAct what,
                         std::map<std::string, std::uint64_t> leases = {}, const std::string& note = {}) {
    core::BookingActRecord made;
    made.booking = request.uid;
    made.act = what;
    made.at = ten - core::hour_ms;
    made.leases = std::move(leases);
    made.note = note;
    if (what == BookingAct::Arrive || what == BookingAct::Accept || what == BookingAct::Decline)
        made.ticket = request.participants.front().ticket;
    return core::make_booking_act(made, request);
}
core::OperationDraft confirm(const core::BookingRequest& request, std::map<std::string, std::uint64_t> leases = {}) {
    return act(request, BookingAct::Confirm, std::move(leases));
}

core::Result<core::Receipt> book(storage::Database& database, const core::BookingRequest& request,
                                 std::map<std::string, std::uint64_t> leases = {}) {
    const std::array drafts{core::make_booking_request(request), confirm(request, std::move(leases))};
    return database.append(drafts);
}

void must_conflict(const core::Result<core::Receipt>& result) {
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == core::ErrorCode::Conflict);
    CHECK(result.error().message_key == "error.booking_conflict");
}

BookingStage stage_of(storage::Database& database, const std::string& uid) {
    const auto booking = need(database.booking(uid));
    REQUIRE(booking.has_value());
    return booking->stage;
}

core::OperationDraft session_document(const std::string& id, int capacity) {
    return core::make_config({"session", id, R"({"capacity":)" + std::to_string(capacity) + R"(,"id":")" + id +
                                                 R"(","kind":"track","title_zh":"x"})"});
}

std::vector<std::string> uids(const std::vector<core::Booking>& bookings) {
    std::vector<std::string> made;
    for (const auto& booking : bookings)
        made.push_back(booking.request.uid);
    return made;
}

// Everything a device says of bookings, for comparing.
std::string told(storage::Database& database) {
    auto text = need(database.dump_projections());
    for (const auto& booking : need(database.bookings())) {
        text += booking.request.uid + " " + std::to_string(static_cast<int>(booking.stage)) + " " +
                std::string(to_string(booking.reason)) + " " + core::to_string(booking.confirmed_by) + "\n";
        text += core::make_booking_request(booking.request).body + "\n";
    }
    return text;
}

// What no fold may ever make: two that stand and share something, or more seats than there are.
void must_be_fair(storage::Database& database) {
    auto bookings = need(database.bookings());
    std::erase_if(bookings, [](const core::Booking& booking) { return !core::stands(booking.stage); });
    std::map<std::string, std::int64_t> seats;
    for (std::size_t i = 0; i < bookings.size(); ++i) {
        seats[bookings[i].request.session] += static_cast<std::int64_t>(bookings[i].request.participants.size());
        for (std::size_t j = 0; j < i; ++j)
            RC_ASSERT(!core::share_a_resource(bookings[i], bookings[j]));
    }
    for (const auto& document : need(database.config()))
        if (document.entity == "session") {
            const auto capacity = document.doc.substr(12, document.doc.find(',') - 12);
            RC_ASSERT(seats[document.id] <= std::stoll(capacity));
        }
}

// Devices that know nothing of each other confirm the same few units, people and seats, under leases of different ages or
// none, and release, move and erase some.
std::vector<core::Operation> history(const std::string& layer, std::uint64_t seed, int steps) {
    std::mt19937_64 random(seed);
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    std::vector<core::Operation> all;
    std::vector<core::BookingRequest> known;
    for (std::size_t device = 0; device < 3; ++device) {
        Ports ports;
        ports.random = SeededRandom(seed * 10 + device);
        const auto name = "d" + std::to_string(device);
        const auto database = open(name + ".db", ports, name, layer);
        for (int step = 0; step < steps; ++step) {
            ports.clock.at = ports.clock.at + static_cast<std::int64_t>(pick(5)) * 1000 - 1500;
            const auto ticket = "P" + std::to_string(pick(4));
            const auto number = std::to_string(known.size());
            switch (pick(8)) {
            case 0: append(*database, session_document("c" + std::to_string(pick(2)), static_cast<int>(pick(3)))); break;
            case 1: append(*database, core::make_erasure(pick(2) ? "uid-" + ticket : "b" + number)); break;
            case 2:
            case 3:
            case 4: {
                auto request = pick(3) ? wish("b" + number, "T" + std::to_string(pick(2)), static_cast<int>(pick(3)),
                                              {ticket, "H" + std::to_string(pick(2))})
                                       : seat("b" + number, "c" + std::to_string(pick(2)), ticket);
                request.topic = "topic";
                if (pick(4) == 0)
                    request.must_accept = {ticket};
                if (pick(5) == 0)
                    request.starts = request.starts + core::minute_ms; // a grid that moved
                if (!known.empty() && pick(12) == 0) { // the same one once more, as after a fork
                    auto again = known[pick(known.size())];
                    again.at = again.at + 1;
                    append(*database, core::make_booking_request(again));
                    break;
                }
                known.push_back(request);
                append(*database, core::make_booking_request(request));
                [[fallthrough]];
            }
            default: {
                if (known.empty())
                    break;
                const auto& request = pick(2) ? known.back() : known[pick(known.size())];
                constexpr std::array what{BookingAct::Confirm, BookingAct::Confirm, BookingAct::Confirm, BookingAct::Confirm,
                                          BookingAct::Accept,  BookingAct::Cancel,  BookingAct::NoShow,  BookingAct::Arrive,
                                          BookingAct::Start,   BookingAct::Outcome};
                auto draft = act(request, what[pick(what.size())], {}, pick(2) ? "note" : "");
                // append() would refuse most of these: another device's word for it.
                if (draft.body.find("\"confirm\"") != std::string::npos) {
                    std::map<std::string, std::uint64_t> leases;
                    if (pick(3) != 0) {
                        if (!request.unit.empty())
                            leases["unit:" + request.unit] = pick(3);
                        else
                            leases["seats:" + request.session] = 1;
                        leases["person:" + request.participants.front().ticket] = pick(3);
                    }
                    draft = confirm(request, leases);
                }
                if (const auto receipt = database->append({&draft, 1}); !receipt) {
                    // Written under the name of a device that could: sealed by itself.
                    static_cast<void>(receipt);
                    core::Operation operation = core::seal(
                        draft, {{name + "-" + std::to_string(step), "1", 1}, {static_cast<std::uint64_t>(ports.clock.at.unix_ms) << 16},
                                ports.clock.at, 0, std::nullopt, {}},
                        hasher(), ports.random);
                    all.push_back(operation);
                }
            }
            }
        }
        auto part = all_operations(*database);
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

} // namespace

TEST_CASE("bookings: a request and its confirmation stand, and are found by person, unit and time", "[storage][bookings]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    auto later = wish("b1", "T1", 2, {"P1", "P2"});
    later.topic = "迁移";
    const auto early = wish("b2", "T2", 0, {"P1", "P3"});
    const auto pending = wish("b3", "T1", 1, {"P4", "P5"});
    need(book(*database, later));
    need(book(*database, early));
    append(*database, core::make_booking_request(pending));

    CHECK(uids(need(database->bookings())) == std::vector<std::string>{"b2", "b3", "b1"});
    CHECK(uids(need(database->bookings_of("P1"))) == std::vector<std::string>{"b2", "b1"});
    CHECK(uids(need(database->bookings_at("T1"))) == std::vector<std::string>{"b3", "b1"});
    CHECK(uids(need(database->pending_bookings())) == std::vector<std::string>{"b3"});
    CHECK(need(database->bookings_of("nobody")).empty());
    CHECK_FALSE(need(database->booking("b9")).has_value());
    const auto booking = need(database->booking("b1"));
    CHECK(booking->stage == BookingStage::Confirmed);
    CHECK(booking->request.topic == "迁移");
    CHECK(booking->request.participants == later.participants);
    CHECK(booking->confirmed_by.seq == 2);
    append(*database, act(later, BookingAct::Start));
    append(*database, act(later, BookingAct::Finish));
    CHECK(stage_of(*database, "b1") == BookingStage::Finished);
    append(*database, act(pending, BookingAct::Decline));
    CHECK(need(database->pending_bookings()).empty());
    require_sound(*database);
}

TEST_CASE("bookings: what is taken is not confirmed again, and nothing of it is written", "[storage][bookings]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    need(book(*database, wish("b1", "T1", 1, {"P1", "P2"})));
    const auto before = need(database->status()).last_seq;
    must_conflict(book(*database, wish("b2", "T1", 1, {"P3", "P4"})));      // the unit
    must_conflict(book(*database, wish("b3", "T2", 1, {"P5", "P2"})));      // a person
    auto moved = wish("b4", "T1", 1, {"P6", "P7"});
    moved.starts = moved.starts + core::minute_ms; // another grid that overlaps
    moved.ends = moved.ends + core::minute_ms;
    must_conflict(book(*database, moved));
    CHECK(need(database->status()).last_seq == before);
    CHECK(need(database->bookings()).size() == 1);
    need(book(*database, wish("b5", "T1", 2, {"P1", "P2"}))); // touching is no overlap
    const auto draft = confirm(wish("b9", "T3", 0, {"P8"})); // of a booking that nobody asked for
    must_conflict(database->append({&draft, 1}));
    require_sound(*database);
}

TEST_CASE("bookings: what is freed and what takes its place come in one append", "[storage][bookings]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    const auto one = wish("b1", "T1", 1, {"P1", "P2"}), other = wish("b2", "T2", 1, {"P3", "P4"});
    need(book(*database, one));
    need(book(*database, other));

    // A walk-up takes the table of somebody who did not come.
    const auto walk_up = wish("b3", "T1", 1, {"P5", "P6"});
    need(database->append(std::array{act(one, BookingAct::NoShow), core::make_booking_request(walk_up), confirm(walk_up)}));
    CHECK(stage_of(*database, "b1") == BookingStage::NoShow);
    CHECK(stage_of(*database, "b3") == BookingStage::Confirmed);

    // A move, which keeps its people and half of its time.
    auto moved = wish("b4", "T3", 1, {"P5", "P6"});
    moved.starts = moved.starts + core::minute_ms;
    moved.ends = moved.ends + core::minute_ms;
    moved.replaces = "b3";
    need(database->append(std::array{act(walk_up, BookingAct::Cancel), core::make_booking_request(moved), confirm(moved)}));
    // And two change places; also where what is new is written before what is old goes.
    const auto here = wish("b5", "T3", 1, {"P3", "P4"}), there = wish("b6", "T2", 1, {"P5", "P6"});
    need(database->append(std::array{core::make_booking_request(here), core::make_booking_request(there), confirm(here),
                                     act(moved, BookingAct::Cancel), act(other, BookingAct::Cancel), confirm(there)}));
    CHECK(stage_of(*database, "b5") == BookingStage::Confirmed);
    CHECK(stage_of(*database, "b6") == BookingStage::Confirmed);
    CHECK(stage_of(*database, "b2") == BookingStage::Cancelled);
    // Half of a swap is none.
    const auto half = wish("b7", "T2", 1, {"P7", "P8"});
    must_conflict(database->append(std::array{act(here, BookingAct::Cancel), core::make_booking_request(half), confirm(half)}));
    CHECK(stage_of(*database, "b5") == BookingStage::Confirmed);
    require_sound(*database);
}

TEST_CASE("bookings: the database itself refuses two of one subject at a time", "[storage][bookings]") {
    TempFolder folder;
    Ports ports;
    const auto path = folder / "a.db";
    {
        const auto database = open(path, ports);
        need(book(*database, wish("b1", "T1", 1, {"P1", "P2"})));
        need(book(*database, seat("b2", "c1", "P9")));
    }
    SQLite::Database raw(path, SQLite::OPEN_READWRITE);
    CHECK(raw.execAndGet("SELECT count(*) FROM booked").getInt() == 5);
    const auto from = std::to_string((ten + slot_ms).unix_ms), middle = std::to_string((ten + slot_ms + 60'000).unix_ms),
               until = std::to_string((ten + 2 * slot_ms).unix_ms), after = std::to_string((ten + 3 * slot_ms).unix_ms),
               before = std::to_string(ten.unix_ms);
    const auto insert = [&](const std::string& subject, const std::string& starts, const std::string& ends) {
        raw.exec("INSERT INTO booked VALUES ('" + subject + "', " + starts + ", " + ends + ", 'x')");
    };
    CHECK_THROWS_AS(insert("unit:T1", from, until), SQLite::Exception);
    CHECK_THROWS_AS(insert("unit:T1", middle, after), SQLite::Exception);
    CHECK_THROWS_AS(insert("unit:T1", before, after), SQLite::Exception);
    CHECK_THROWS_AS(insert("person:P2", before, middle), SQLite::Exception);
    CHECK_THROWS_AS(insert("seats:c1/P9", "0", "1"), SQLite::Exception);
    CHECK_THROWS_AS(insert("unit:T9", until, from), SQLite::Exception); // backwards
    CHECK_THROWS_AS(raw.exec("INSERT OR REPLACE INTO booked VALUES ('unit:T1', " + from + ", " + until + ", 'x')"),
                    SQLite::Exception);
    CHECK_NOTHROW(insert("unit:T1", until, after));
    CHECK_THROWS_AS(raw.exec("UPDATE booked SET starts = " + middle + " WHERE subject = 'unit:T1' AND starts = " + until),
                    SQLite::Exception);
    CHECK_NOTHROW(raw.exec("UPDATE booked SET booking = 'y' WHERE subject = 'unit:T1'"));
    CHECK_THROWS_AS(raw.exec("UPDATE booked SET subject = 'person:P1' WHERE subject = 'person:P2'"), SQLite::Exception);
}

TEST_CASE("bookings: of two that share something the older lease falls, everywhere alike", "[storage][bookings]") {
    TempFolder folder;
    Ports lost_ports, here_ports, reader_ports;
    here_ports.random = SeededRandom(7);
    const auto lost = open(folder / "lost.db", lost_ports, "lost"), here = open(folder / "here.db", here_ports, "here");
    here_ports.clock.forward(core::hour_ms); // later, and stands all the same: its lease is newer
    const auto lease = [](std::uint64_t generation, const core::Resource& resource) {
        core::Lease made;
        made.resource = resource;
        made.generation = generation;
        return made;
    };
    const auto old_one = wish("b1", "T1", 1, {"P1", "P2"}), new_one = wish("b2", "T1", 1, {"P3", "P4"});
    const auto text = core::resource_text(core::unit_resource("T1", old_one.starts, old_one.ends));
    const auto unit = core::unit_resource("T1", old_one.starts, old_one.ends);
    const auto person = [](const char* ticket) { return core::person_resource(ticket); };
    need(lost->change_leases(std::array{lease(1, unit), lease(9, person("P1")), lease(9, person("P2"))}, {}));
    need(here->change_leases(std::array{lease(2, unit), lease(1, person("P3")), lease(1, person("P4"))}, {}));
    need(book(*lost, old_one, {{text, 1}, {"person:P1", 9}, {"person:P2", 9}}));
    need(book(*here, new_one, {{text, 2}, {"person:P3", 1}, {"person:P4", 1}}));
    need(here->ingest(all_operations(*lost)));
    need(lost->ingest(all_operations(*here)));
    for (auto* device : {lost.get(), here.get()}) {
        CHECK(stage_of(*device, "b1") == BookingStage::Displaced);
        CHECK(need(device->booking("b1"))->reason == core::BookingReason::Displaced);
        CHECK(stage_of(*device, "b2") == BookingStage::Confirmed);
        require_sound(*device);
    }
    CHECK(need(lost->dump_projections()) == need(here->dump_projections()));
    // When the one that stands goes, the other one has its table again.
    append(*here, act(new_one, BookingAct::Cancel));
    CHECK(stage_of(*here, "b1") == BookingStage::Confirmed);
    require_sound(*here);
}

TEST_CASE("bookings: as many seats as the session has, judged again when their number changes", "[storage][bookings]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    append(*database, session_document("c1", 2));
    for (const auto* number : {"1", "2"})
        need(book(*database, seat(std::string("b") + number, "c1", std::string("P") + number)));
    must_conflict(book(*database, seat("b3", "c1", "P3")));
    must_conflict(book(*database, seat("b4", "c1", "P1"))); // has one
    append(*database, session_document("c1", 3));
    need(book(*database, seat("b3", "c1", "P3")));
    append(*database, session_document("c1", 1));
    CHECK(stage_of(*database, "b1") == BookingStage::Confirmed);
    CHECK(stage_of(*database, "b2") == BookingStage::Displaced);
    CHECK(stage_of(*database, "b3") == BookingStage::Displaced);
    must_conflict(book(*database, seat("b5", "c1", "P5")));
    const auto first = seat("b1", "c1", "P1");
    append(*database, act(first, BookingAct::Cancel));
    CHECK(stage_of(*database, "b2") == BookingStage::Confirmed);
    CHECK(uids(need(database->bookings_at("c1"))).size() == 3);
    require_sound(*database);
    append(*database, session_document("c1", 9));
    CHECK(stage_of(*database, "b3") == BookingStage::Confirmed);
    require_sound(*database);
}

TEST_CASE("bookings: any order, duplicates and a rebuild give the same rows", "[storage][bookings][order]") {
    int round = 0;
    std::size_t displaced = 0, standing = 0;
    const bool holds = rc::check([&] {
        const auto seed = *rc::gen::arbitrary<std::uint32_t>();
        const auto steps = *rc::gen::inRange(5, 40);
        storage::CrashVfs layer("booking-order");
        const auto operations = history(layer.name(), seed, steps);
        std::mt19937_64 random(seed);
        std::optional<std::string> expected;
        for (int attempt = 0; attempt < 3; ++attempt) {
            auto shuffled = operations;
            std::ranges::shuffle(shuffled, random);
            for (std::size_t i = 0; i < operations.size() / 3; ++i)
                shuffled.push_back(operations[random() % operations.size()]);
            Ports ports;
            const auto database = open("fold-" + std::to_string(attempt) + ".db", ports, "reader", layer.name());
            for (std::size_t from = 0; from < shuffled.size();) {
                const auto size = std::min<std::size_t>(1 + random() % 9, shuffled.size() - from);
                need(database->ingest(std::span(shuffled).subspan(from, size)));
                from += size;
            }
            must_be_fair(*database);
            const auto made = told(*database);
            if (!expected)
                expected = made;
            RC_ASSERT(made == *expected);
            need(database->rebuild());
            RC_ASSERT(told(*database) == *expected);
            RC_ASSERT(need(database->verify()).ok());
            for (const auto& booking : need(database->bookings())) {
                displaced += booking.stage == BookingStage::Displaced;
                standing += core::stands(booking.stage);
            }
        }
        ++round;
    });
    CHECK(holds);
    CHECK(round > 10);
    CHECK(displaced > 50); // the devices do get in each other's way
    CHECK(standing > 50);
}

TEST_CASE("bookings: erasing somebody takes the topics and notes of their bookings, whichever comes first",
          "[storage][bookings][erase]") {
    TempFolder folder;
    Ports ports, other_ports;
    other_ports.random = SeededRandom(9);
    const auto database = open(folder / "a.db", ports);
    append(*database, core::make_registration(person("0001")));
    auto request = wish("b1", "T1", 1, {"T0001", "P2"});
    request.participants[0].registration = "uid-elsewhere";
    request.participants[1].registration = "uid-0001"; // not the first
    request.topic = "SECRET-TOPIC";
    need(book(*database, request));
    append(*database, act(request, BookingAct::Outcome, {}, "SECRET-NOTE"));
    auto other = wish("b2", "T1", 2, {"P3", "P4"});
    other.topic = "kept";
    need(book(*database, other));
    const auto before = all_operations(*database);
    CHECK(need(database->booking("b1"))->outcome_note == "SECRET-NOTE");
    need(database->erase("uid-0001"));

    const auto check = [](storage::Database& store) {
        const auto booking = need(store.booking("b1"));
        CHECK(booking->request.topic.empty());
        CHECK(booking->outcome_note.empty());
        CHECK(booking->stage == BookingStage::Confirmed);
        CHECK(need(store.booking("b2"))->request.topic == "kept");
        for (const auto& operation : all_operations(store))
            CHECK(operation.personal.find("SECRET") == std::string::npos);
        require_sound(store);
    };
    check(*database);
    append(*database, act(request, BookingAct::Outcome, {}, "SECRET-AGAIN"));
    check(*database);
    std::mt19937_64 random(3);
    for (int round = 0; round < 6; ++round) {
        auto shuffled = before;
        const auto after = all_operations(*database);
        shuffled.insert(shuffled.end(), after.begin(), after.end());
        std::ranges::shuffle(shuffled, random);
        const auto copy = open(folder / ("copy" + std::to_string(round) + ".db"), other_ports, "b");
        for (const auto& operation : shuffled)
            need(copy->ingest({&operation, 1}));
        check(*copy);
    }
    need(database->erase("b2")); // one alone, by its own name
    CHECK(need(database->booking("b2"))->request.topic.empty());
    require_sound(*database);
}

TEST_CASE("bookings: operations that came before their kind was known are folded in by the upgrade",
          "[storage][bookings][migration]") {
    TempFolder folder;
    Ports ports;
    const auto path = folder / "old.db";
    std::string dump;
    {
        const auto database = open(path, ports);
        append(*database, session_document("c1", 1));
        auto request = wish("b1", "T1", 1, {"P1", "P2"});
        request.topic = "topic";
        need(book(*database, request));
        need(book(*database, seat("b2", "c1", "P3")));
        core::PrivateSession closed;
        closed.session = "cd1";
        closed.title.zh = "闭门";
        append(*database, core::make_private_session(closed));
        append(*database, core::make_session_act({"cd1", core::SessionAct::Minutes, "boss", ten, "minutes"}));
        dump = need(database->dump_projections());
    }
    {
        SQLite::Database raw(path, SQLite::OPEN_READWRITE);
        raw.exec("DROP TABLE booked; DROP TABLE bookings; DROP TABLE booking_people; DROP TABLE booking_acts;"
                 "DROP TABLE booking_requests; DROP TABLE session_records; DROP TABLE leases;"
                 "DROP INDEX invitations_by_ticket; PRAGMA user_version = 2");
        raw.exec("UPDATE personal SET owner = (SELECT subject FROM operations WHERE id = operation)");
    }
    const auto database = open(path, ports);
    CHECK(need(database->dump_projections()) == dump);
    CHECK(stage_of(*database, "b1") == BookingStage::Confirmed);
    CHECK(need(database->private_sessions()).size() == 1);
    require_sound(*database);
    need(database->erase("uid-P2")); // the topic was under another owner
    CHECK(need(database->booking("b1"))->request.topic.empty());
    need(database->erase("cd1"));
    CHECK(need(database->session_acts("cd1")).front().record.text.empty());
    require_sound(*database);
}

TEST_CASE("bookings: verify notices rows that the journal does not make", "[storage][bookings][verify]") {
    TempFolder folder;
    Ports ports;
    const auto path = folder / "a.db";
    {
        const auto database = open(path, ports);
        need(book(*database, wish("b1", "T1", 1, {"P1", "P2"})));
        require_sound(*database);
    }
    SQLite::Database(path, SQLite::OPEN_READWRITE)
        .exec("UPDATE bookings SET stage = 5; DELETE FROM booked WHERE subject = 'person:P1'; DELETE FROM booking_acts;"
              "UPDATE booking_people SET registration = 'x' WHERE ticket = 'P2'");
    const auto database = open(path, ports);
    CHECK(need(database->verify()).findings.size() == 4);
    need(database->rebuild());
    require_sound(*database);
    CHECK(stage_of(*database, "b1") == BookingStage::Confirmed);
}

TEST_CASE("bookings: what was asked for once follows every change, its words too, and another program's reading",
          "[storage][bookings]") {
    TempFolder folder;
    Ports ports, other_ports;
    other_ports.random = SeededRandom(9);
    const auto path = folder / "a.db";
    const auto database = open(path, ports), source = open(folder / "b.db", other_ports, "b");
    auto request = wish("b1", "T1", 1, {"P1", "P2"});
    request.topic = "topic";
    need(book(*source, request));
    auto operations = all_operations(*source);
    auto bare = operations;
    for (auto& operation : bare)
        operation.personal.clear();
    need(database->ingest(bare));
    storage::Options reader;
    reader.hasher = &hasher();
    const auto beside = need(storage::Database::open_read_only(path, reader));
    for (auto* store : {database.get(), beside.get()}) {
        CHECK(need(store->booking("b1"))->request.topic.empty());
        CHECK(stage_of(*store, "b1") == BookingStage::Confirmed);
    }
    need(database->ingest(operations)); // the words come later
    for (auto* store : {database.get(), beside.get()})
        CHECK(need(store->booking("b1"))->request.topic == "topic");
    must_conflict(book(*database, wish("b2", "T1", 1, {"P3", "P4"}))); // and what was rolled back was never there
    CHECK_FALSE(need(database->booking("b2")).has_value());
    append(*database, act(request, BookingAct::Arrive));
    CHECK(need(database->booking("b1"))->arrived.size() == 1);
    append(*database, act(request, BookingAct::Cancel));
    for (auto* store : {database.get(), beside.get()})
        CHECK(stage_of(*store, "b1") == BookingStage::Cancelled);
    need(database->erase("uid-P1"));
    for (auto* store : {database.get(), beside.get()})
        CHECK(need(store->booking("b1"))->request.topic.empty());
    require_sound(*database);
}
