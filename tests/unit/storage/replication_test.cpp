// SPDX-License-Identifier: Apache-2.0
// What a database does for being copied to a hub and fed by it.
#include "support/storage_fixture.hpp"

#include "core/sealing.hpp"
#include "storage/crash_vfs.hpp"
#include "storage/journal_reader.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

using namespace kiosk;
using namespace kiosk::test;

namespace {

storage::SyncMark mark_at(std::uint64_t after) { return {"hub-1", "epoch-1", after, 5, true}; }

// What an operation says, without who numbered it: the same before and after it was written anew.
using Content = std::tuple<std::string, std::string, std::string, std::string, std::int64_t, std::int64_t,
                           std::optional<std::int64_t>>;
Content content_of(const core::Operation& operation) {
    // The target of an undo is the one thing that is written otherwise.
    return {operation.kind, operation.subject, operation.kind == core::operation_kind::undo ? "" : operation.body,
            operation.personal, operation.wall.unix_ms, operation.boot_ms, operation.offset_ms};
}

std::multiset<Content> contents(const std::vector<core::Operation>& operations) {
    std::multiset<Content> all;
    for (const auto& operation : operations)
        all.insert(content_of(operation));
    return all;
}

// Every scan by what it says, and whether it stands.
std::multiset<std::tuple<std::string, std::string, std::int64_t, bool>> scans_of(storage::Database& database) {
    std::multiset<std::tuple<std::string, std::string, std::int64_t, bool>> all;
    need(database.for_each_scan([&](const core::StoredScan& scan) {
        all.insert({scan.record.checkpoint, scan.record.ticket, scan.record.at.unix_ms, scan.undone});
        return true;
    }));
    return all;
}

std::string undo(storage::Database& database, Ports& ports, const core::OperationId& scan) {
    ports.clock.forward(1000);
    return core::to_string(append(database, core::make_undo({core::to_string(scan), "boss", ports.clock.at}, "")).last);
}

// A machine whose disk is put back to an earlier state, mark file and all, so that nothing on it can tell.
struct Restored {
    storage::CrashVfs layer;
    Ports ports;
    std::unique_ptr<storage::Database> database;
    std::vector<core::Operation> lost;   // what the hub has of it: all, up to the moment when the image was put back
    std::vector<core::Operation> common; // what image and hub have
    core::OperationId common_scan;

    explicit Restored(const std::string& name) : layer(name) {
        database = open("k.db", ports, "k1", layer.name());
        append(*database, core::make_registration(person("0001")));
        append(*database, core::make_registration(person("0002", "李雷")));
        ports.clock.forward(1000);
        common_scan = append(*database, core::make_scan(entry("T0001", ports.clock.at))).last;
        common = all_operations(*database);
        const auto image = layer.files();
        const auto there = ports;
        append(*database, core::make_scan(entry("T0002", ports.clock.at + 5000)));
        append(*database, core::make_registration(person("0003", "Grace Hopper")));
        append(*database, note("before"));
        lost = all_operations(*database);
        database.reset();
        layer.load(image);
        ports = there;
        ports.random = SeededRandom(4711); // the machine is not the same run
        database = open("k.db", ports, "k1", layer.name());
        REQUIRE(database->opened() == storage::Opened::Same);
    }
};

// The numbers after the common ones once more, for other things.
std::vector<core::Operation> write_again(Restored& machine) {
    auto& database = *machine.database;
    database.set_clock_offset(-250);
    machine.ports.clock.forward(60'000);
    const auto scan = append(database, core::make_scan(entry("T0002", machine.ports.clock.at, "side"))).last;
    undo(database, machine.ports, scan);
    undo(database, machine.ports, machine.common_scan);
    append(database, core::make_registration(person("0004", "韩梅梅")));
    append(database, core::make_scan(entry("T0004", machine.ports.clock.at)));
    need(database.erase("uid-0002"));
    append(database, core::make_revocation("T0099"));
    auto all = all_operations(database);
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(machine.common.size()));
    return all;
}

} // namespace

TEST_CASE("replication: what was read and how far are one transaction", "[storage][sync]") {
    Ports theirs;
    theirs.random = SeededRandom(9);
    storage::CrashVfs other("repl-other");
    auto there = open("t.db", theirs, "k2", other.name());
    for (int i = 0; i < 4; ++i)
        append(*there, note("t" + std::to_string(i)));
    const auto operations = all_operations(*there);

    storage::CrashVfs layer("repl-marks");
    Ports ports;
    auto database = open("k.db", ports, "k1", layer.name());
    CHECK(need(database->sync_mark()) == storage::SyncMark{});
    need(database->ingest(std::span(operations).first(2), mark_at(2)));
    CHECK(need(database->sync_mark()) == mark_at(2));
    // The disk fails somewhere on the way: neither is there, and both come with the next try.
    for (std::uint64_t later = 0; later < 3; ++later) {
        layer.fail_from(layer.changes() + later);
        if (!database->ingest(operations, mark_at(4))) {
            layer.fail_from({});
            CHECK(need(database->sync_mark()) == mark_at(2));
            CHECK(need(database->status()).operations == 2);
        }
        layer.fail_from({});
    }
    need(database->ingest(operations, mark_at(4)));
    CHECK(need(database->sync_mark()) == mark_at(4));
    CHECK(need(database->status()).operations == 4);
    need(database->set_sync_mark({"hub-2", "epoch-2", 0, 0, false}));
    database.reset();
    database = open("k.db", ports, "k1", layer.name());
    CHECK(need(database->sync_mark()) == storage::SyncMark{"hub-2", "epoch-2", 0, 0, false});
}

TEST_CASE("replication: after any power cut the mark is never ahead of the operations", "[storage][sync][crash]") {
    Ports theirs;
    storage::CrashVfs other("repl-other2");
    auto there = open("t.db", theirs, "k2", other.name());
    append(*there, core::make_registration(person("0001")));
    append(*there, note("x"));
    const auto operations = all_operations(*there);
    storage::CrashVfs layer("repl-cut"), dead("repl-dead");
    Ports ports, again;
    auto database = open("k.db", ports, "k1", layer.name());
    std::vector<storage::CrashVfs::Files> images;
    layer.on_change([&] {
        for (std::uint64_t seed = 0; seed < 3; ++seed)
            images.push_back(layer.image_after_power_loss(seed));
    });
    need(database->ingest(operations, mark_at(2)));
    layer.on_change({});
    bool before = false;
    images.push_back(layer.image_after_power_loss(1));
    for (const auto& image : images) {
        dead.load(image);
        auto survivor = open("k.db", again, "k1", dead.name());
        const auto count = need(survivor->status()).operations;
        CHECK((count == 0 || count == 2));
        CHECK((need(survivor->sync_mark()) == mark_at(2)) == (count == 2));
        before = before || count == 0;
    }
    CHECK(before);
}

TEST_CASE("replication: the hub's word may be less than before", "[storage][sync]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    for (int i = 0; i < 5; ++i)
        append(*database, note("n"));
    const auto incarnation = need(database->status()).incarnation;
    need(database->set_acknowledged(incarnation, 4));
    CHECK(need(database->status()).pending == 1);
    need(database->acknowledge(incarnation, 2)); // an older answer that comes late changes nothing
    CHECK(need(database->status()).pending == 1);
    need(database->set_acknowledged(incarnation, 1));
    CHECK(need(database->status()).pending == 4);
    need(database->set_acknowledged(incarnation, 5'000'000'000'000'000)); // nonsense is no number of ours
    CHECK(need(database->status()).pending == 0);
    need(database->set_acknowledged(incarnation, 0));
    database.reset();
    database = open(folder / "k.db", ports);
    CHECK(need(database->own_chains()).chains.front().acknowledged == 0);
    CHECK(need(database->status()).pending == 5);
    const auto unknown = database->set_acknowledged("nobody", 1);
    REQUIRE(!unknown);
    CHECK(unknown.error().code == core::ErrorCode::NotFound);
}

TEST_CASE("replication: a new incarnation begins at one and leaves the old one to be pushed", "[storage][sync]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    append(*database, note("1"));
    append(*database, note("2"));
    const auto old = need(database->status()).incarnation;
    need(database->set_acknowledged(old, 1));
    need(database->begin_incarnation());
    CHECK(need(database->status()).pending == 1);
    const auto receipt = append(*database, note("3"));
    CHECK(receipt.last.incarnation != old);
    CHECK(receipt.last.seq == 1);
    CHECK(need(database->operation(receipt.last))->previous == core::Digest{});
    database.reset();
    database = open(folder / "k.db", ports);
    CHECK(database->opened() == storage::Opened::Same);
    const auto own = need(database->own_chains());
    CHECK(own.device == "k1");
    REQUIRE(own.chains.size() == 2);
    CHECK(own.chains[0].incarnation == old);
    CHECK(own.chains[0].last_seq == 2);
    CHECK(own.chains[0].acknowledged == 1);
    CHECK(!own.chains[0].present);
    CHECK(own.chains[1].incarnation == receipt.last.incarnation);
    CHECK(own.chains[1].present);
    CHECK(own.chains[1].last_hash == need(database->operation(receipt.last))->hash);
    CHECK(need(database->status()).pending == 2);
    require_sound(*database);
}

TEST_CASE("replication: pages of own operations respect both limits and always hold one", "[storage][sync]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    for (int i = 0; i < 6; ++i)
        append(*database, note(std::string(1000, 'x')));
    const auto incarnation = need(database->status()).incarnation;
    CHECK(need(database->own_after(incarnation, 0, 4, 1'000'000)).size() == 4);
    CHECK(need(database->own_after(incarnation, 0, 100, 2'500)).size() == 2);
    CHECK(need(database->own_after(incarnation, 0, 100, 1)).size() == 1);
    CHECK(need(database->own_after(incarnation, 4, 100, 1'000'000)).size() == 2);
    CHECK(need(database->own_after(incarnation, 4, 100, 1'000'000)).front().id.seq == 5);
    CHECK(need(database->own_after(incarnation, 6, 100, 1'000'000)).empty());
    CHECK(need(database->own_after(incarnation, UINT64_MAX, 100, 1'000'000)).empty());
    CHECK(need(database->own_after(incarnation, 0, 0, 1'000'000)).empty());
    CHECK(need(database->own_after("nobody", 0, 100, 1'000'000)).empty());
}

TEST_CASE("replication: what others sent is paged in order of arrival", "[storage][sync]") {
    TempFolder folder;
    Ports ports, theirs;
    theirs.random = SeededRandom(5);
    auto here = open(folder / "h.db", ports, "k1");
    auto there = open(folder / "t.db", theirs, "k2");
    append(*here, note("own"));
    for (int i = 0; i < 5; ++i)
        append(*there, note("t"));
    auto operations = all_operations(*there);
    std::ranges::reverse(operations);
    need(here->ingest(operations));
    std::vector<std::uint64_t> numbers;
    std::int64_t cursor = 0;
    for (;;) {
        const auto page = need(here->arrived_after(cursor, 2));
        if (page.operations.empty()) {
            CHECK(page.next == cursor);
            break;
        }
        CHECK(page.next > cursor);
        cursor = page.next;
        for (const auto& operation : page.operations)
            numbers.push_back(operation.id.seq);
    }
    CHECK(numbers == std::vector<std::uint64_t>{5, 4, 3, 2, 1});
}

TEST_CASE("replication: a journal reader sees what is committed, beside the one that writes", "[storage][sync]") {
    TempFolder folder;
    Ports ports, theirs;
    theirs.random = SeededRandom(5);
    auto writer = open(folder / "k.db", ports, "k1");
    auto reader = need(storage::JournalReader::open(folder / "k.db", hasher()));
    const auto incarnation = need(writer->status()).incarnation;
    CHECK(need(reader->chains()).chains.front().last_seq == 0);
    append(*writer, core::make_registration(person("0001")));
    auto own = need(reader->own_after(incarnation, 0, 10, 1'000'000));
    REQUIRE(own.size() == 1);
    CHECK(own[0].personal.find("王谷雨") != std::string::npos);
    CHECK(core::chain_hash(hasher(), own[0]) == own[0].hash);
    auto there = open(folder / "t.db", theirs, "k2");
    append(*there, note("t"));
    need(writer->ingest(all_operations(*there), mark_at(7)));
    CHECK(need(reader->arrived_after(0, 10)).operations.size() == 1);
    CHECK(need(reader->chains()).mark == mark_at(7));
    need(writer->set_acknowledged(incarnation, 1));
    need(writer->begin_incarnation());
    const auto chains = need(reader->chains());
    REQUIRE(chains.chains.size() == 2);
    CHECK(chains.chains[0].acknowledged == 1);
    CHECK(chains.chains[1].present);
    need(writer->erase("uid-0001"));
    own = need(reader->own_after(incarnation, 0, 10, 1'000'000));
    REQUIRE(own.size() == 1);
    CHECK(own[0].personal.empty());
    // It holds nothing open: the writer's log can be emptied under it.
    need(writer->tidy());
    writer.reset();
    CHECK(need(reader->chains()).chains.size() == 2);
    CHECK(!storage::JournalReader::open(folder / "missing.db", hasher()));
}

TEST_CASE("replication: numbers given twice are written anew, and nothing else changes", "[storage][sync][fork]") {
    Restored machine("repl-fork");
    const auto twice = write_again(machine);
    REQUIRE(twice.size() == 7);
    CHECK(twice.front().id == machine.lost[machine.common.size()].id); // the same number …
    CHECK(twice.front().hash != machine.lost[machine.common.size()].hash); // … for something else
    auto& database = *machine.database;
    const auto scans = scans_of(database);
    const auto old = need(database.status()).incarnation;
    need(database.set_acknowledged(old, 2));

    need(database.fork_after(machine.common.size()));
    require_sound(database);
    const auto status = need(database.status());
    CHECK(status.incarnation != old);
    CHECK(status.last_seq == twice.size());
    CHECK(status.operations == machine.common.size() + twice.size());
    CHECK(status.pending == machine.common.size() - 2 + twice.size());
    CHECK(status.registrations == 3);
    CHECK(scans_of(database) == scans); // undone ones are undone still
    CHECK(need(database.registration("uid-0004"))->person.name == "韩梅梅");
    CHECK(need(database.registration("uid-0002"))->person.name.empty()); // the erasure holds
    CHECK(need(database.search("韩梅", 8)).size() == 1);
    CHECK(need(database.search("李雷", 8)).empty());
    CHECK(need(database.is_revoked("T0099")));
    auto anew = need(database.own_after(status.incarnation, 0, 100, 1'000'000));
    CHECK(contents(anew) == contents(twice));
    CHECK(anew.front().previous == core::Digest{});
    CHECK(anew.front().offset_ms == -250);
    CHECK(need(database.own_after(old, 0, 100, 1'000'000)).size() == machine.common.size());

    // The first undo takes back the scan under its new id, the second one a scan that kept its own.
    std::vector<std::string> targets;
    for (const auto& operation : anew)
        if (operation.kind == core::operation_kind::undo)
            targets.push_back(need(core::decode_undo(operation)).target);
    CHECK(targets == std::vector<std::string>{core::to_string(anew.front().id), core::to_string(machine.common_scan)});

    // What the other life of this machine wrote comes back from the hub. Then it is as if there had been two machines.
    need(database.ingest(machine.lost));
    need(database.ingest(machine.lost));
    require_sound(database);
    CHECK(need(database.status()).operations == machine.lost.size() + twice.size());
    storage::CrashVfs other("repl-fork-hub");
    Ports ports;
    auto hub = open("hub.db", ports, "hub", other.name());
    need(hub->ingest(anew));
    need(hub->ingest(machine.lost));
    CHECK(need(hub->dump_projections()) == need(database.dump_projections()));
    CHECK(need(database.registration("uid-0003"))->person.name == "Grace Hopper");

    // And over a restart.
    const auto dump = need(database.dump_projections());
    machine.database.reset();
    machine.database = open("k.db", machine.ports, "k1", machine.layer.name());
    CHECK(machine.database->opened() == storage::Opened::Same);
    CHECK(need(machine.database->dump_projections()) == dump);
    CHECK(append(*machine.database, note("on")).last.seq == twice.size() + 1);
    require_sound(*machine.database);
}

TEST_CASE("replication: a fork where nothing stands after the common number begins an incarnation", "[storage][sync][fork]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    append(*database, note("1"));
    const auto dump = need(database->dump_projections());
    need(database->fork_after(1));
    CHECK(need(database->dump_projections()) == dump);
    need(database->fork_after(UINT64_MAX));
    CHECK(need(database->status()).operations == 1);
    CHECK(append(*database, note("2")).last.seq == 1);
    need(database->fork_after(0)); // from the very first one
    require_sound(*database);
    CHECK(need(database->status()).operations == 2);
    CHECK(need(database->status()).last_seq == 1);
    need(database->fork_after(0)); // and again
    CHECK(need(database->status()).operations == 2);
    require_sound(*database);
}

TEST_CASE("replication: the clock of what is written after a fork goes on", "[storage][sync][fork]") {
    Restored machine("repl-fork-clock");
    const auto twice = write_again(machine);
    machine.ports.clock.at = machine.ports.clock.at + -3'600'000; // and somebody sets it back meanwhile
    need(machine.database->fork_after(machine.common.size()));
    const auto after = append(*machine.database, note("after"));
    const auto anew = need(machine.database->own_after(after.last.incarnation, 0, 100, 1'000'000));
    for (std::size_t i = 1; i < anew.size(); ++i)
        CHECK(anew[i].hlc > anew[i - 1].hlc);
    CHECK(after.hlc > twice.back().hlc);
}

TEST_CASE("replication: power that fails during a fork leaves all of before or all of after", "[storage][sync][fork][crash]") {
    Restored machine("repl-fork-cut");
    const auto twice = write_again(machine);
    auto everything = contents(all_operations(*machine.database));
    const auto scans = scans_of(*machine.database);
    std::vector<storage::CrashVfs::Files> images;
    machine.layer.on_change([&] {
        for (std::uint64_t seed = 0; seed < 3; ++seed)
            images.push_back(machine.layer.image_after_power_loss(seed));
    });
    need(machine.database->fork_after(machine.common.size()));
    images.push_back(machine.layer.image_after_power_loss(1));
    machine.layer.on_change({});
    REQUIRE(images.size() > 5);
    storage::CrashVfs dead("repl-fork-dead");
    std::set<bool> forked;
    for (const auto& image : images) {
        dead.load(image);
        Ports ports;
        auto survivor = open("k.db", ports, "k1", dead.name());
        require_sound(*survivor);
        CHECK(contents(all_operations(*survivor)) == everything);
        CHECK(scans_of(*survivor) == scans);
        const auto chains = need(survivor->own_chains()).chains;
        REQUIRE(!chains.empty());
        forked.insert(chains.front().last_seq == machine.common.size());
        if (chains.front().last_seq != machine.common.size()) {
            CHECK(chains.front().last_seq == machine.common.size() + twice.size());
            need(survivor->fork_after(machine.common.size())); // the next try works
            require_sound(*survivor);
        }
    }
    CHECK(forked.size() == 2); // both were seen
}

TEST_CASE("replication: a fork that fails half way leaves a database that goes on", "[storage][sync][fork]") {
    Restored machine("repl-fork-full");
    write_again(machine);
    const auto before = contents(all_operations(*machine.database));
    std::uint64_t held = 0;
    for (const auto& [name, bytes] : machine.layer.files())
        held += bytes.size();
    machine.layer.set_capacity(held); // not a byte more
    CHECK(!machine.database->fork_after(machine.common.size()));
    machine.layer.set_capacity({});
    CHECK(contents(all_operations(*machine.database)) == before);
    append(*machine.database, note("goes on"));
    require_sound(*machine.database);
    need(machine.database->fork_after(machine.common.size()));
    require_sound(*machine.database);
}

TEST_CASE("replication: between twins the hub's word stands, and what follows ours goes with it", "[storage][sync][fork]") {
    // The hub and a machine were both put back: others still hold what these numbers meant before.
    Restored machine("repl-way");
    const auto twice = write_again(machine);
    storage::CrashVfs layer("repl-way-other"), fresh_layer("repl-way-fresh");
    Ports ports, fresh_ports;
    ports.random = SeededRandom(21);
    auto other = open("o.db", ports, "k2", layer.name());
    append(*other, note("own"));
    need(other->ingest(machine.lost));
    const auto own = need(other->own_after(need(other->status()).incarnation, 0, 10, 1000));

    CHECK(need(other->ingest(twice)).aside > 0); // not from the feed: nobody may take our word away
    CHECK(need(other->operation(machine.lost.back().id))->hash == machine.lost.back().hash);
    const auto report = need(other->ingest(twice, mark_at(9)));
    CHECK(!report.began_incarnation);
    require_sound(*other);
    auto fresh = open("f.db", fresh_ports, "k3", fresh_layer.name());
    need(fresh->ingest(machine.common));
    need(fresh->ingest(twice));
    need(fresh->ingest(own));
    CHECK(need(other->dump_projections()) == need(fresh->dump_projections()));
    CHECK(need(other->status()).operations == need(fresh->status()).operations);
    CHECK(need(other->status()).pending == 1);
    CHECK(need(other->verify()).aside >= machine.lost.size() - machine.common.size());
    CHECK(need(other->operation(own.front().id)));
}
