// SPDX-License-Identifier: Apache-2.0
// What a device holds: durable, bound to the incarnation, and needed by every confirmation where there is a hub.
#include "support/storage_fixture.hpp"

#include "storage/crash_vfs.hpp"

#include <array>
#include <filesystem>

using namespace kiosk;
using namespace kiosk::test;

namespace {

constexpr core::Instant ten{1'795'053'600'000};
constexpr core::Instant half_past{ten.unix_ms + 30 * core::minute_ms};

core::BookingRequest wish(const std::string& uid, const std::string& unit, std::vector<std::string> tickets) {
    core::BookingRequest made;
    made.uid = uid;
    made.unit = unit;
    made.slot = "s1";
    made.starts = ten;
    made.ends = half_past;
    for (auto& ticket : tickets)
        made.participants.push_back({ticket, ""});
    made.at = ten - core::hour_ms;
    return made;
}

core::BookingRequest seat(const std::string& uid, const std::string& ticket) {
    auto made = wish(uid, "", {ticket});
    made.slot.clear();
    made.session = "c1";
    return made;
}

core::Lease lease(core::Resource resource, std::uint64_t generation = 1, std::uint64_t known_from = 0) {
    core::Lease made;
    made.resource = std::move(resource);
    made.generation = generation;
    made.known_from = known_from;
    made.until = ten;
    return made;
}

const core::Resource table = core::unit_resource("T1", ten, half_past);
const core::Resource visitor = core::person_resource("P1");
const core::Resource host = core::person_resource("P2", ten, half_past);

std::map<std::string, std::uint64_t> all_three(std::uint64_t generation = 1) {
    std::map<std::string, std::uint64_t> made;
    for (const auto& resource : {table, visitor, host})
        made[core::resource_text(resource)] = generation;
    return made;
}

core::Result<core::Receipt> book(storage::Database& database, const core::BookingRequest& request,
                                 std::map<std::string, std::uint64_t> leases) {
    core::BookingActRecord confirmation;
    confirmation.booking = request.uid;
    confirmation.at = request.at;
    confirmation.leases = std::move(leases);
    const std::array drafts{core::make_booking_request(request), core::make_booking_act(confirmation, request)};
    return database.append(drafts);
}

void must_conflict(const core::Result<core::Receipt>& result) {
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == core::ErrorCode::Conflict);
    CHECK(result.error().message_key == "error.booking_conflict");
}

void has_hub(storage::Database& database, std::uint64_t after = 10) {
    need(database.set_sync_mark({"https://hub.example", "e1", after, 0, false}));
}

} // namespace

TEST_CASE("leases: they are kept as they were given, in the order of their names", "[storage][leases]") {
    TempFolder folder;
    Ports ports;
    const auto path = folder / "a.db";
    auto closing = lease(core::seats_resource("c1", 7), 3, 5);
    closing.closing = true;
    closing.until.reset();
    {
        const auto database = open(path, ports);
        CHECK(need(database->leases()).empty());
        need(database->change_leases(std::array{lease(table), closing, lease(visitor), lease(host, 2)}, {}));
        need(database->change_leases(std::array{lease(table, 4)}, std::array{core::resource_text(visitor), std::string("unit:T9")}));
    }
    const auto database = open(path, ports);
    CHECK(database->opened() == storage::Opened::Same);
    CHECK(need(database->leases()) == std::vector{lease(host, 2), closing, lease(table, 4)});
    const auto elsewhere = core::seats_resource("c2", 1);
    CHECK(need(database->leases_on(std::array{core::seats_resource("c1", 1), host, host, elsewhere})) ==
          std::vector{lease(host, 2), closing}); // by subject, whatever the time or number
    CHECK(need(database->leases_on({})).empty());
    CHECK(need(database->dump_projections()).empty()); // they are no projection
    need(database->rebuild());
    CHECK(need(database->leases()).size() == 3);
    require_sound(*database);
}

TEST_CASE("leases: a copy, a renamed device and a new incarnation hold nothing", "[storage][leases]") {
    TempFolder folder;
    Ports ports;
    const auto path = folder / "a.db";
    {
        const auto database = open(path, ports);
        need(database->change_leases(std::array{lease(table)}, {}));
        need(database->backup(folder / "b.db"));
    }
    const auto copy = open(folder / "b.db", ports);
    CHECK(copy->opened() == storage::Opened::Copied);
    CHECK(need(copy->leases()).empty());
    const auto original = open(path, ports);
    CHECK(need(original->leases()).size() == 1);
    need(original->begin_incarnation());
    CHECK(need(original->leases()).empty());
    has_hub(*original);
    must_conflict(book(*original, wish("b1", "T1", {"P1", "P2"}), all_three()));
}

TEST_CASE("leases: where there is a hub, a confirmation needs each lease that it names", "[storage][leases][bookings]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    const auto request = wish("b1", "T1", {"P1", "P2"});
    has_hub(*database);
    must_conflict(book(*database, request, {}));
    must_conflict(book(*database, request, all_three()));
    need(database->change_leases(std::array{lease(table), lease(visitor)}, {}));
    must_conflict(book(*database, request, all_three())); // the host is missing
    auto closing = lease(host);
    closing.closing = true;
    need(database->change_leases(std::array{closing}, {}));
    must_conflict(book(*database, request, all_three()));
    need(database->change_leases(std::array{lease(host, 2)}, {}));
    must_conflict(book(*database, request, all_three())); // of another generation
    need(database->change_leases(std::array{lease(host, 1, 11)}, {}));
    must_conflict(book(*database, request, all_three())); // the feed was not read up to it
    CHECK(need(database->bookings()).empty());
    CHECK(need(database->feed_after()) == 10);
    has_hub(*database, 11);
    need(book(*database, request, all_three()));
    CHECK(need(database->booking("b1"))->leases == all_three());
    // A visitor is held whole: one lease for every time of the day.
    auto later = wish("b2", "T1", {"P1", "P2"});
    must_conflict(book(*database, later, all_three()));
    require_sound(*database);
}

TEST_CASE("leases: what is confirmed is covered, unit and people", "[storage][leases][bookings]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    has_hub(*database);
    need(database->change_leases(std::array{lease(table), lease(visitor), lease(host)}, {}));
    auto some = all_three();
    some.erase(core::resource_text(visitor));
    must_conflict(book(*database, wish("b1", "T1", {"P1", "P2"}), some));
    must_conflict(book(*database, wish("b1", "T2", {"P1", "P2"}), all_three())); // leases of another table
    auto longer = wish("b1", "T1", {"P1", "P2"});
    longer.ends = longer.ends + core::minute_ms;
    must_conflict(book(*database, longer, all_three()));
    need(book(*database, wish("b1", "T1", {"P1", "P2"}), all_three()));
}

TEST_CASE("leases: no more seats are confirmed here than are held here", "[storage][leases][bookings]") {
    TempFolder folder;
    Ports ports;
    const auto database = open(folder / "a.db", ports);
    has_hub(*database);
    const auto seats_held = [&](std::int64_t count) {
        std::vector<core::Lease> held{lease(core::seats_resource("c1", count))};
        for (const auto* ticket : {"P1", "P2", "P3"})
            held.push_back(lease(core::person_resource(ticket)));
        need(database->change_leases(held, {}));
    };
    const auto take = [&](const std::string& number) {
        return book(*database, seat("b" + number, "P" + number), {{"seats:c1", 1}, {"person:P" + number, 1}});
    };
    seats_held(2);
    need(take("1"));
    need(take("2"));
    must_conflict(take("3"));
    seats_held(3);
    need(take("3"));
    require_sound(*database);
}

TEST_CASE("leases: the last own operation about bookings is known", "[storage][leases]") {
    TempFolder folder;
    Ports ports, other_ports;
    other_ports.random = SeededRandom(5);
    const auto path = folder / "a.db";
    auto database = open(path, ports);
    CHECK(need(database->last_booking_seq()) == 0);
    CHECK(need(database->feed_after()) == 0);
    append(*database, note("x"));
    need(book(*database, wish("b1", "T1", {"P1", "P2"}), {}));
    append(*database, note("x"));
    CHECK(need(database->last_booking_seq()) == 3);
    const auto other = open(folder / "b.db", other_ports, "k2");
    for (int i = 0; i < 9; ++i)
        append(*other, note("x"));
    append(*other, core::make_booking_request(wish("b2", "T2", {"P3", "P4"})));
    need(database->ingest(all_operations(*other)));
    CHECK(need(database->last_booking_seq()) == 3); // others' do not count
    append(*database, core::make_booking_request(wish("b3", "T3", {"P5", "P6"})));
    CHECK(need(database->last_booking_seq()) == 5);
    database.reset();
    database = open(path, ports);
    CHECK(need(database->last_booking_seq()) == 5);
    need(database->begin_incarnation());
    CHECK(need(database->last_booking_seq()) == 0);
}

TEST_CASE("leases: power loss keeps what a change of leases and a confirmation said", "[storage][leases][power]") {
    storage::CrashVfs layer("lease-power"), images("lease-power-image");
    Ports ports;
    auto database = open("k.db", ports, "k1", layer.name());
    need(database->change_leases(std::array{lease(table), lease(visitor), lease(host)}, {}));
    has_hub(*database);
    std::vector<storage::CrashVfs::Files> during;
    layer.on_change([&] {
        for (std::uint64_t seed = 0; seed < 8; ++seed)
            during.push_back(layer.image_after_power_loss(seed));
    });
    need(book(*database, wish("b1", "T1", {"P1", "P2"}), all_three()));
    layer.on_change({});
    std::size_t with = 0, without = 0;
    const auto check = [&](storage::CrashVfs::Files files, bool acknowledged) {
        images.load(std::move(files));
        Ports again;
        const auto image = open("k.db", again, "k1", images.name());
        CHECK(image->opened() == storage::Opened::Same);
        CHECK(need(image->leases()).size() == 3);
        const auto booking = need(image->booking("b1"));
        ++(booking ? with : without);
        CHECK((booking || !acknowledged));
        if (booking)
            CHECK(booking->stage == core::BookingStage::Confirmed); // never a request without its confirmation
        require_sound(*image);
    };
    for (auto& image : during)
        check(std::move(image), false);
    CHECK(without > 0);
    for (std::uint64_t seed = 0; seed < 8; ++seed)
        check(layer.image_after_power_loss(seed), true);
    CHECK(with > 0);
}
