// SPDX-License-Identifier: Apache-2.0
#include "support/storage_fixture.hpp"

#include "storage/journal.hpp"

#include <algorithm>

using namespace kiosk;
using namespace kiosk::test;

namespace {

struct Pair {
    TempFolder folder;
    Ports ports, other_ports;
    std::unique_ptr<storage::Database> here = open(folder / "k1.db", ports, "k1");
    std::unique_ptr<storage::Database> there = open(folder / "k2.db", other_ports, "k2");
    Pair() { other_ports.random = SeededRandom(77); }
};

} // namespace

TEST_CASE("ingest: operations of others arrive once, whole and projected", "[storage][ingest]") {
    Pair pair;
    append(*pair.there, core::make_registration(person("0001")));
    append(*pair.there, core::make_scan(entry("T0001", pair.ports.clock.at)));
    auto operations = all_operations(*pair.there);
    std::ranges::reverse(operations);
    auto report = need(pair.here->ingest(operations));
    CHECK(report.added == 2);
    report = need(pair.here->ingest(operations));
    CHECK(report.added == 0);
    CHECK(report.duplicates == 2);
    CHECK(need(pair.here->registration("uid-0001"))->person.name == "王谷雨");
    CHECK(need(pair.here->occupancy("main", std::nullopt)) == 1);
    const auto status = need(pair.here->status());
    CHECK(status.operations == 2);
    CHECK(status.pending == 0); // they are not ours to push
    CHECK(status.last_seq == 0);
    for (const auto& operation : operations) {
        const auto kept = need(pair.here->operation(operation.id));
        REQUIRE(kept);
        CHECK(kept->hash == operation.hash);
        CHECK(kept->personal == operation.personal);
    }
    require_sound(*pair.here);
}

TEST_CASE("ingest: a journal cursor sees everything once, what arrives late too", "[storage][ingest]") {
    Pair pair;
    for (int i = 0; i < 3; ++i) {
        append(*pair.there, note("t"));
        append(*pair.here, note("h"));
    }
    const auto theirs = all_operations(*pair.there);
    need(pair.here->ingest(std::span(theirs).subspan(1)));
    auto page = need(pair.here->operations_after({}, 4));
    REQUIRE(page.operations.size() == 4);
    auto rest = need(pair.here->operations_after(page.next, 100));
    CHECK(rest.operations.size() == 1);
    need(pair.here->ingest(std::span(theirs).first(1))); // fills the gap
    append(*pair.here, note("h"));
    rest = need(pair.here->operations_after(rest.next, 100));
    REQUIRE(rest.operations.size() == 2);
    CHECK(rest.operations[0].id.device == "k1");
    CHECK(rest.operations[1].id == theirs[0].id);
    CHECK(need(pair.here->operations_after(rest.next, 100)).operations.empty());
}

TEST_CASE("ingest: gaps of others are told, not faulted", "[storage][ingest]") {
    Pair pair;
    for (int i = 0; i < 4; ++i)
        append(*pair.there, note("t"));
    const auto theirs = all_operations(*pair.there);
    need(pair.here->ingest(std::span(theirs).subspan(2)));
    const auto report = need(pair.here->verify());
    CHECK(report.ok());
    CHECK(report.missing == 2);
}

TEST_CASE("ingest: what is not what it claims is kept aside and changes nothing", "[storage][ingest]") {
    Pair pair;
    append(*pair.there, core::make_registration(person("0001")));
    append(*pair.there, core::make_revocation("T9"));
    auto operations = all_operations(*pair.there);

    auto forged = operations[1];
    forged.body = R"({"ticket":"T8"})";
    CHECK(need(pair.here->ingest({&forged, 1})).aside == 1);
    CHECK(!need(pair.here->is_revoked("T8")));
    CHECK(need(pair.here->ingest({&forged, 1})).aside == 1);
    CHECK(need(pair.here->verify()).aside == 1); // kept once

    need(pair.here->ingest(operations));
    auto conflicting = forged; // the same id with other bytes, itself in order
    conflicting.hash = core::chain_hash(hasher(), conflicting);
    const auto report = need(pair.here->ingest({&conflicting, 1}));
    CHECK(report.aside == 1);
    CHECK(!report.began_incarnation);
    CHECK(need(pair.here->is_revoked("T9")));
    CHECK(!need(pair.here->is_revoked("T8")));

    auto nameless = operations[0];
    nameless.id.device.clear();
    nameless.hash = core::chain_hash(hasher(), nameless);
    CHECK(need(pair.here->ingest({&nameless, 1})).aside == 1);
    require_sound(*pair.here);
}

TEST_CASE("ingest: a wrong personal part is left out until the right one comes", "[storage][ingest][privacy]") {
    Pair pair;
    append(*pair.there, core::make_registration(person("0001")));
    const auto right = all_operations(*pair.there)[0];
    auto wrong = right;
    wrong.personal = R"({"person":{"name":"假名"}})";
    CHECK(need(pair.here->ingest({&wrong, 1})).added == 1);
    CHECK(need(pair.here->registration("uid-0001"))->person.name.empty());
    CHECK(need(pair.here->ingest({&right, 1})).duplicates == 1);
    CHECK(need(pair.here->registration("uid-0001"))->person.name == "王谷雨");
    CHECK(need(pair.here->search("王谷", 8)).size() == 1);
    require_sound(*pair.here);
}

TEST_CASE("ingest: an erasure holds against what comes after it", "[storage][ingest][privacy]") {
    Pair pair;
    append(*pair.there, core::make_registration(person("0001")));
    const auto registration = all_operations(*pair.there)[0];
    need(pair.there->erase("uid-0001"));
    const auto erasure = all_operations(*pair.there)[1];
    need(pair.here->ingest({&erasure, 1}));
    need(pair.here->ingest({&registration, 1}));
    CHECK(need(pair.here->registration("uid-0001"))->person.name.empty());
    CHECK(need(pair.here->operation(registration.id))->personal.empty());
    CHECK(need(pair.here->search("王谷", 8)).empty());
    require_sound(*pair.here);
}

TEST_CASE("ingest: a clock far ahead is kept and moves nobody else's clock", "[storage][ingest]") {
    Pair pair;
    pair.other_ports.clock.at = pair.ports.clock.at + 365 * core::day_ms;
    append(*pair.there, note("future"));
    need(pair.here->ingest(all_operations(*pair.there)));
    const auto receipt = append(*pair.here, note("now"));
    CHECK(receipt.hlc.physical() - pair.ports.clock.at < core::minute_ms);

    pair.other_ports.clock.at = pair.ports.clock.at + core::minute_ms; // a little ahead is followed
    auto near = open(pair.folder / "k3.db", pair.other_ports, "k3");
    append(*near, note("soon"));
    const auto soon = all_operations(*near);
    need(pair.here->ingest(soon));
    CHECK(append(*pair.here, note("after")).hlc > soon[0].hlc);
    pair.here.reset(); // also over a restart, though nothing of our own says so
    need(open(pair.folder / "k1.db", pair.ports, "k1")->ingest(soon));
}

TEST_CASE("ingest: operations of ours that we don't know begin a new incarnation", "[storage][ingest][identity]") {
    // A disk image was put back that nothing on this machine could tell from the present; the hub can.
    TempFolder folder;
    Ports ports;
    auto options = ports.options();
    options.fingerprint = [](const std::string&) { return "same"; };
    std::vector<core::Operation> known_to_hub;
    std::string incarnation;
    {
        auto database = need(storage::Database::open(folder / "k.db", options));
        append(*database, note("1"));
        database.reset();
        std::filesystem::copy_file(folder / "k.db", folder / "old.db");
        std::filesystem::copy_file(folder / "k.db-mark", folder / "old.db-mark");
        database = need(storage::Database::open(folder / "k.db", options));
        append(*database, note("2"));
        known_to_hub = all_operations(*database);
        incarnation = known_to_hub[0].id.incarnation;
    }
    auto old = need(storage::Database::open(folder / "old.db", options));
    REQUIRE(old->opened() == storage::Opened::Same);
    const auto report = need(old->ingest(known_to_hub));
    CHECK(report.duplicates == 1);
    CHECK(report.added == 1);
    CHECK(report.began_incarnation);
    const auto receipt = append(*old, note("3"));
    CHECK(receipt.last.incarnation != incarnation);
    CHECK(receipt.last.seq == 1);
    CHECK(need(old->status()).operations == 3);
    require_sound(*old);
}

TEST_CASE("ingest: a body that can't be read is kept", "[storage][ingest]") {
    Pair pair;
    append(*pair.there, note("x"));
    auto strange = all_operations(*pair.there)[0];
    strange.kind = "scan";
    strange.body = "not json";
    strange.hash = core::chain_hash(hasher(), strange);
    CHECK(need(pair.here->ingest({&strange, 1})).added == 1);
    CHECK(need(pair.here->dump_projections()).empty());
    require_sound(*pair.here);
}
