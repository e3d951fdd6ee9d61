// SPDX-License-Identifier: Apache-2.0
#include "support/storage_fixture.hpp"

#include "storage/crash_vfs.hpp"

#include <set>

using namespace kiosk;
using namespace kiosk::test;

TEST_CASE("crash layer: a database lives on it, closes and opens again", "[storage][crash]") {
    storage::CrashVfs layer("crash-a");
    Ports ports;
    {
        auto database = open("k.db", ports, "k1", layer.name());
        for (int i = 0; i < 50; ++i)
            append(*database, core::make_scan(entry("T" + std::to_string(i), ports.clock.at)));
        auto reader = need(storage::Database::open_read_only("k.db", ports.options("k1", layer.name())));
        CHECK(need(reader->status()).operations == 50);
    }
    auto database = open("k.db", ports, "k1", layer.name());
    CHECK(database->opened() == storage::Opened::Same);
    CHECK(need(database->status()).operations == 50);
    require_sound(*database);
}

TEST_CASE("crash layer: what was not synced may be lost, what was is not", "[storage][crash]") {
    storage::CrashVfs layer("crash-b");
    Ports ports;
    auto database = open("k.db", ports, "k1", layer.name());
    append(*database, note("x"));
    std::set<std::string> mid_write;
    std::size_t seen = 0;
    layer.on_change([&] {
        for (std::uint64_t seed = 0; seed < 20; ++seed, ++seen)
            mid_write.insert(layer.image_after_power_loss(seed).at("k.db-wal"));
    });
    append(*database, note("y"));
    layer.on_change({});
    CHECK(seen >= 40);
    CHECK(mid_write.size() > 3); // images differ while writes are under way
    std::set<std::string> settled;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        settled.insert(layer.image_after_power_loss(seed).at("k.db-wal"));
    CHECK(settled.size() == 1); // and not once they are synced
    CHECK(layer.image_after_power_loss(7) == layer.image_after_power_loss(7));
}

TEST_CASE("crash layer: after power loss open files are dead and the database opens again", "[storage][crash]") {
    storage::CrashVfs layer("crash-c");
    Ports ports;
    auto database = open("k.db", ports, "k1", layer.name());
    append(*database, note("x"));
    layer.power_loss(3);
    const auto draft = note("y");
    CHECK(!database->append({&draft, 1}));
    database.reset();
    database = open("k.db", ports, "k1", layer.name());
    CHECK(need(database->status()).operations == 1);
    append(*database, note("z"));
    require_sound(*database);
}
