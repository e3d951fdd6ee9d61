// SPDX-License-Identifier: Apache-2.0
// What only the SQLite store has to stand: power cuts, full and failing disks, files that are not its own; and backups.
#include "store_fixture.hpp"

#include "hub/backup.hpp"
#include "storage/crash_vfs.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace kiosk;
using namespace kiosk::test;
using namespace kiosk::test::hub_store;
using namespace kiosk::sync::hub;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<Store> open_on(storage::CrashVfs& layer, SeededRandom& random) {
    return need(SqliteStore::open("hub.db", {&random, layer.name()}));
}

core::ErrorCode refusal(const std::string& path) {
    SeededRandom random;
    const auto opened = SqliteStore::open(path, {&random, {}});
    REQUIRE(!opened);
    return opened.error().code;
}

// Numbers without gaps, every operation where its chain says it is, and the chain as far as the log.
void require_consistent(Store& store, std::uint64_t at_least) {
    const auto feed = whole_feed(store, "a", {}, 1000);
    REQUIRE(feed.size() == need(store.latest("a")));
    REQUIRE(feed.size() >= at_least);
    for (std::size_t i = 0; i < feed.size(); ++i) {
        REQUIRE(feed[i].number == i + 1);
        REQUIRE(feed[i].line == operation("k1", i + 1).line);
    }
    REQUIRE(need(store.highest("a", "k1", "i1")) == feed.size());
    if (!feed.empty())
        REQUIRE(need(store.operation_head("a", "k1", "i1", feed.size()))->hash == operation("k1", feed.size()).hash);
    REQUIRE(push(store, batch("a", "k1", feed.size() + 1, feed.size() + 3)).contiguous.at({"k1", "i1"}) == feed.size() + 3);
}

} // namespace

TEST_CASE("hub store: power lost at any write loses nothing that was acknowledged", "[hub][store][crash]") {
    storage::CrashVfs layer("hub-crash-a");
    SeededRandom random;
    auto store = open_on(layer, random);
    std::uint64_t acknowledged = 0;
    struct Image {
        storage::CrashVfs::Files files;
        std::uint64_t acknowledged;
    };
    std::vector<Image> images;
    layer.on_change([&] {
        const auto change = layer.changes();
        if (change % 3 == 0 && images.size() < 400)
            images.push_back({layer.image_after_power_loss(change), acknowledged});
    });
    for (int round = 0; round < 60; ++round) {
        push(*store, batch("a", "k1", acknowledged + 1, acknowledged + 1 + static_cast<std::uint64_t>(round % 7)));
        acknowledged += 1 + static_cast<std::uint64_t>(round % 7);
    }
    layer.on_change({});
    store.reset();
    REQUIRE(images.size() >= 100);
    for (auto& image : images) {
        layer.load(std::move(image.files));
        store = open_on(layer, random);
        require_consistent(*store, image.acknowledged);
        store.reset();
    }
}

TEST_CASE("hub store: power lost while the first schema is made leaves a file that opens", "[hub][store][crash]") {
    storage::CrashVfs layer("hub-crash-b");
    SeededRandom random;
    std::vector<storage::CrashVfs::Files> images;
    layer.on_change([&] { images.push_back(layer.image_after_power_loss(layer.changes())); });
    open_on(layer, random).reset();
    layer.on_change({});
    REQUIRE(images.size() > 10);
    for (auto& image : images) {
        layer.load(std::move(image));
        auto store = open_on(layer, random);
        CHECK(need(store->identity()).hub.size() == 32);
        require_consistent(*store, 0);
    }
}

TEST_CASE("hub store: a full disk refuses, and when there is room again all goes on", "[hub][store][crash]") {
    storage::CrashVfs layer("hub-crash-c");
    SeededRandom random;
    auto store = open_on(layer, random);
    push(*store, batch("a", "k1", 1, 20));
    std::uint64_t used = 0;
    for (const auto& [name, content] : layer.files())
        used += content.size();
    layer.set_capacity(used + 60'000);
    std::uint64_t stored = 20;
    core::ErrorCode code{};
    for (int i = 0; i < 200 && code == core::ErrorCode{}; ++i) {
        const auto what = batch("a", "k1", stored + 1, stored + 10);
        if (const auto done = store->commit({&what, 1}))
            stored += 10;
        else
            code = done.error().code;
    }
    CHECK(code == core::ErrorCode::DiskFull);
    CHECK(need(store->latest("a")) == stored); // what is there can still be read
    const auto again = batch("a", "k1", stored + 1, stored + 10);
    CHECK(!store->commit({&again, 1}));
    layer.set_capacity({});
    need(store->check());
    const auto done = push(*store, again);
    CHECK(done.taken == std::vector(10, Taken::Stored));
    CHECK(done.latest == stored + 10);
    require_consistent(*store, stored + 10);
}

TEST_CASE("hub store: a disk that fails at any write leaves the store as it was", "[hub][store][crash]") {
    for (std::uint64_t after = 0; after < 25; ++after) {
        storage::CrashVfs layer("hub-crash-d");
        SeededRandom random;
        auto store = open_on(layer, random);
        push(*store, batch("a", "k1", 1, 5));
        layer.fail_from(layer.changes() + after);
        const auto next = batch("a", "k1", 6, 40);
        const auto failed = store->commit({&next, 1});
        if (!failed)
            CHECK(failed.error().code == core::ErrorCode::Io);
        layer.fail_from({});
        if (!failed)
            CHECK(push(*store, next).taken == std::vector(35, Taken::Stored));
        require_consistent(*store, 40);
        store.reset();
        require_consistent(*open_on(layer, random), 43);
    }
}

TEST_CASE("hub store: two hubs can't write one file", "[hub][store]") {
    OnSqlite where;
    auto store = where.open();
    CHECK(refusal(where.folder / "hub.db") == core::ErrorCode::Unavailable);
    store.reset();
    where.open();
}

TEST_CASE("hub store: files that are not its own are refused and left as they are", "[hub][store]") {
    OnSqlite where;
    const auto read = [](const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(in), {});
    };
    SECTION("garbage") {
        const auto path = where.folder / "garbage.db";
        std::ofstream(path, std::ios::binary) << std::string(5000, 'x');
        CHECK(refusal(path) == core::ErrorCode::Corrupt);
        CHECK(read(path) == std::string(5000, 'x'));
    }
    SECTION("torn") {
        auto store = where.open();
        push(*store, batch("a", "k1", 1, 500));
        store.reset();
        fs::resize_file(where.folder / "hub.db", fs::file_size(where.folder / "hub.db") / 2);
        CHECK(refusal(where.folder / "hub.db") == core::ErrorCode::Corrupt);
    }
    SECTION("a kiosk's database") {
        Ports ports;
        kiosk::test::open(where.folder / "kiosk.db", ports).reset();
        CHECK(refusal(where.folder / "kiosk.db") == core::ErrorCode::Invalid);
    }
    SECTION("of a newer version") {
        where.open();
        {
            SQLite::Database raw(where.folder / "hub.db", SQLite::OPEN_READWRITE);
            raw.exec("PRAGMA user_version=99");
        }
        CHECK(refusal(where.folder / "hub.db") == core::ErrorCode::NewerVersion);
    }
}

TEST_CASE("hub store: what was erased is not in the files any more", "[hub][store]") {
    OnSqlite where;
    auto store = where.open();
    auto told = personal("k1", 1, {"u1"});
    told.personal = R"("personal":"unmistakable-words")";
    auto aside = job("a", "k1", {told});
    aside.items.push_back(refused("k1/i1/9", "hash", "u1 unmistakable-words"));
    push(*store, aside);
    const auto holds = [&] {
        for (const auto* end : {"", "-wal"}) {
            std::ifstream in(where.folder / ("hub.db" + std::string(end)), std::ios::binary);
            if (std::string(std::istreambuf_iterator<char>(in), {}).find("unmistakable-words") != std::string::npos)
                return true;
        }
        return false;
    };
    CHECK(holds());
    CHECK(!need(store->feed("a", 0, 10, 1000, {})).items.empty()); // a reader that stays open must not keep it either
    auto erase = operation("k1", 2);
    erase.erases = "u1";
    push(*store, job("a", "k1", {erase}));
    CHECK(!holds());
}

TEST_CASE("hub backup: taken while the hub writes, it is whole; restored, it has a new epoch", "[hub][backup]") {
    OnSqlite where;
    auto store = where.open();
    push(*store, batch("a", "k1", 1, 50));
    need(store->put_device({"a", "k1", "hash", false, false, "i1", "", "", 0, 0, 0, 0, ""}));
    std::atomic<bool> stop = false;
    std::atomic<std::uint64_t> committed = 50;
    std::thread writer([&] {
        while (!stop) {
            const auto next = batch("a", "k1", committed + 1, committed + 5);
            if (!store->commit({&next, 1}))
                return;
            committed += 5;
        }
    });
    const auto before = committed.load();
    const auto backed_up = backup_store(where.folder / "hub.db", where.folder / "hub.backup");
    const auto after = committed.load();
    stop = true;
    writer.join();
    need(backed_up);
    CHECK(!fs::exists(where.folder / "hub.backup.partial"));
    push(*store, batch("a", "k1", committed + 1, committed + 5)); // the hub goes on as before
    const auto identity = need(store->identity());
    const auto restored = restore_store(where.folder / "hub.backup", where.folder / "hub.db", where.random);
    REQUIRE(!restored); // while the hub runs
    CHECK(restored.error().code == core::ErrorCode::Unavailable);
    const auto all = need(store->latest("a"));
    store.reset();

    const auto kept = need(restore_store(where.folder / "hub.backup", where.folder / "hub.db", where.random));
    CHECK(kept == where.folder / "hub.db.replaced-1");
    store = where.open();
    CHECK(need(store->identity()).hub == identity.hub);
    CHECK(need(store->identity()).epoch != identity.epoch);
    CHECK(need(store->identity()).recovering);
    CHECK(need(store->devices()).size() == 1);
    const auto latest = need(store->latest("a"));
    CHECK(latest >= before);
    CHECK(latest <= after + 5);
    require_consistent(*store, before);
    store.reset();
    // Nothing of what was replaced is lost, and a second restoring keeps both.
    SeededRandom random;
    CHECK(need(need(SqliteStore::open(kept, {&random, {}}))->latest("a")) == all);
    CHECK(need(restore_store(where.folder / "hub.backup", where.folder / "hub.db", where.random)) ==
          where.folder / "hub.db.replaced-2");
}

TEST_CASE("hub backup: the log of a hub that was killed stays with its file", "[hub][backup]") {
    OnSqlite where;
    {
        auto store = where.open();
        push(*store, batch("a", "k1", 1, 5));
        need(backup_store(where.folder / "hub.db", where.folder / "hub.backup"));
        push(*store, batch("a", "k1", 6, 9));
        for (const auto* end : {"", "-wal"}) // as kill -9 leaves it
            fs::copy_file(where.folder / ("hub.db" + std::string(end)), where.folder / ("killed.db" + std::string(end)));
    }
    REQUIRE(fs::file_size(where.folder / "killed.db-wal") > 0);
    const auto kept = need(restore_store(where.folder / "hub.backup", where.folder / "killed.db", where.random));
    CHECK(!fs::exists(where.folder / "killed.db-wal"));
    SeededRandom random;
    CHECK(need(need(SqliteStore::open(where.folder / "killed.db", {&random, {}}))->latest("a")) == 5);
    CHECK(need(need(SqliteStore::open(kept, {&random, {}}))->latest("a")) == 9);
    // Cut off between the two: only the old log is left, and it must not meet the new file.
    std::ofstream(where.folder / "gone.db-wal") << "an old log";
    const auto log = need(restore_store(where.folder / "hub.backup", where.folder / "gone.db", where.random));
    CHECK(fs::exists(log + "-wal"));
    CHECK(need(need(SqliteStore::open(where.folder / "gone.db", {&random, {}}))->latest("a")) == 5);
}

TEST_CASE("hub backup: what is no sound backup replaces nothing", "[hub][backup]") {
    OnSqlite where;
    {
        auto store = where.open();
        push(*store, batch("a", "k1", 1, 500));
    }
    const auto refused_with = [&](const std::string& backup) {
        const auto restored = restore_store(backup, where.folder / "hub.db", where.random);
        REQUIRE(!restored);
        return restored.error().code;
    };
    CHECK(refused_with(where.folder / "missing") == core::ErrorCode::NotFound);
    std::ofstream(where.folder / "garbage", std::ios::binary) << std::string(5000, 'x');
    CHECK(refused_with(where.folder / "garbage") == core::ErrorCode::Corrupt);
    Ports ports;
    kiosk::test::open(where.folder / "kiosk.db", ports).reset();
    CHECK(refused_with(where.folder / "kiosk.db") == core::ErrorCode::Invalid);
    need(backup_store(where.folder / "hub.db", where.folder / "hub.backup"));
    fs::resize_file(where.folder / "hub.backup", fs::file_size(where.folder / "hub.backup") / 2);
    CHECK(refused_with(where.folder / "hub.backup") == core::ErrorCode::Corrupt);
    CHECK(need(where.open()->latest("a")) == 500);
}
