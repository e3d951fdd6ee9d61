// SPDX-License-Identifier: Apache-2.0
// Power fails at any write. Every image that the disk might then hold is opened and checked: whatever was acknowledged
// is there, byte for byte, the chains hold, and the kiosk goes on from there.
#include "support/storage_fixture.hpp"

#include "storage/crash_vfs.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <map>
#include <random>

using namespace kiosk;
using namespace kiosk::test;

namespace {

struct Tally {
    std::size_t images = 0;
    std::size_t ahead = 0; // images that hold more than was acknowledged
};

// What the application was told is durable.
using Acknowledged = std::map<std::string, core::Digest>;

void check_image(storage::CrashVfs::Files files, const Acknowledged& acknowledged, Tally& tally) {
    static storage::CrashVfs layer("power-loss-image");
    layer.load(std::move(files));
    Ports ports;
    ports.random = SeededRandom(tally.images + 1000);
    auto database = open("k.db", ports, "k1", layer.name());
    REQUIRE(database->opened() == storage::Opened::Same); // power loss is no reason for a new incarnation
    std::size_t found = 0;
    const auto operations = all_operations(*database);
    for (const auto& operation : operations)
        if (const auto known = acknowledged.find(core::to_string(operation.id)); known != acknowledged.end()) {
            REQUIRE(known->second == operation.hash);
            ++found;
        }
    REQUIRE(found == acknowledged.size());
    require_sound(*database);
    const auto before = need(database->status());
    const auto receipt = append(*database, note("on it goes"));
    REQUIRE(receipt.last.seq == before.last_seq + 1);
    ++tally.images;
    tally.ahead += operations.size() > acknowledged.size();
}

// One life of a kiosk: an import, scans, changes, an erasure, quiet moments, a restart.
class Life {
public:
    Life(std::uint64_t seed, std::size_t images_per_change, Tally& tally)
        : m_images_per_change(images_per_change), m_tally(tally), m_random(seed) {
        m_ports.random = SeededRandom(seed);
    }

    void run() {
        m_database = open("k.db", m_ports, "k1", m_layer.name());
        m_layer.on_change([this] {
            for (std::size_t i = 0; i < m_images_per_change; ++i)
                m_images.push_back(m_layer.image_after_power_loss(m_random()));
        });
        std::vector<core::OperationDraft> roster;
        for (int i = 0; i < 20; ++i)
            roster.push_back(core::make_registration(person(std::to_string(1000 + i))));
        commit(roster);
        for (int i = 0; i < 14; ++i) {
            m_ports.clock.forward(700);
            auto scan = entry("T" + std::to_string(1000 + m_random() % 20), m_ports.clock.at);
            scan.key = "key-" + std::to_string(i);
            commit({core::make_scan(scan)});
            if (i == 4) {
                need(m_database->tidy()); // a checkpoint: the database file itself is written
                check_images();
            }
            if (i == 6)
                commit({core::make_erasure("uid-1003")});
            if (i == 8)
                commit({core::make_registration(person("1004", "李白露")),
                        core::make_scan(entry("T1004", m_ports.clock.at))});
        }
        m_database.reset();
        check_images();
        m_database = open("k.db", m_ports, "k1", m_layer.name());
        REQUIRE(m_database->opened() == storage::Opened::Same);
        check_images();
        commit({note("after the restart")});
    }

private:
    // The images of a commit hold at least what was acknowledged before it.
    void check_images() {
        for (auto& image : m_images)
            check_image(std::move(image), m_acknowledged, m_tally);
        m_images.clear();
    }
    void commit(const std::vector<core::OperationDraft>& drafts) {
        const auto receipt = need(m_database->append(drafts));
        check_images();
        for (std::uint64_t seq = receipt.last.seq + 1 - drafts.size(); seq <= receipt.last.seq; ++seq) {
            const core::OperationId id{receipt.last.device, receipt.last.incarnation, seq};
            m_acknowledged[core::to_string(id)] = need(m_database->operation(id))->hash;
        }
        for (std::uint64_t seed = 0; seed < 2; ++seed) // and right after it all of it
            check_image(m_layer.image_after_power_loss(seed), m_acknowledged, m_tally);
    }

    std::size_t m_images_per_change;
    Tally& m_tally;
    std::mt19937_64 m_random;
    Ports m_ports;
    storage::CrashVfs m_layer{"power-loss-live"};
    std::vector<storage::CrashVfs::Files> m_images;
    Acknowledged m_acknowledged;
    std::unique_ptr<storage::Database> m_database;
};

void live_many(std::uint64_t lives, std::size_t images_per_change, std::size_t at_least) {
    Tally tally;
    for (std::uint64_t seed = 1; seed <= lives; ++seed)
        Life(seed, images_per_change, tally).run();
    INFO(tally.images << " images, " << tally.ahead << " ahead of what was acknowledged");
    CHECK(tally.images >= at_least);
    CHECK(tally.ahead > 0); // some images hold a commit that nobody was told of: the cuts do fall between
}

} // namespace

TEST_CASE("power loss: no acknowledged operation is missing, every chain verifies", "[faults][power]") {
    live_many(3, 6, 2000);
}

TEST_CASE("power loss: the same, many more images", "[faults][power][.long]") { live_many(40, 12, 50'000); }

TEST_CASE("power loss: the layer does lose what SQLite does not sync", "[faults][power]") {
    // The control: with synchronous=NORMAL, commits that have returned are lost in some images. If this ever finds
    // nothing, the test above proves nothing.
    storage::CrashVfs layer("power-loss-control"), images("power-loss-control-image");
    SQLite::Database database(std::string("c.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0, layer.name());
    database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE t (x)");
    int lost = 0;
    for (int i = 1; i <= 200; ++i) {
        database.exec("INSERT INTO t VALUES (1)");
        images.load(layer.image_after_power_loss(static_cast<std::uint64_t>(i)));
        SQLite::Database image(std::string("c.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 0, images.name());
        lost += !image.tableExists("t") || image.execAndGet("SELECT count(*) FROM t").getInt() < i;
    }
    CHECK(lost > 50);
}

TEST_CASE("power loss: while the first database is being made, opening it again works", "[faults][power]") {
    storage::CrashVfs layer("power-loss-first"), images("power-loss-first-image");
    Ports ports;
    std::mt19937_64 random(5);
    std::size_t checked = 0;
    std::vector<storage::CrashVfs::Files> taken;
    layer.on_change([&] {
        for (int i = 0; i < 5; ++i)
            taken.push_back(layer.image_after_power_loss(random()));
    });
    const auto first = open("k.db", ports, "k1", layer.name());
    layer.on_change({});
    for (auto& image : taken) {
        images.load(std::move(image));
        Ports again;
        auto database = open("k.db", again, "k1", images.name());
        append(*database, note("x"));
        require_sound(*database);
        ++checked;
    }
    CHECK(checked > 50);
}

TEST_CASE("failing disk: an error is told, nothing acknowledged is lost, and it goes on afterwards", "[faults][disk]") {
    for (std::uint64_t after = 1; after <= 40; ++after) {
        storage::CrashVfs layer("failing-disk");
        Ports ports;
        auto database = open("k.db", ports, "k1", layer.name());
        append(*database, core::make_registration(person("1000")));
        layer.fail_from(layer.changes() + after);
        std::uint64_t acknowledged = 1;
        std::optional<core::Error> error;
        for (int i = 0; i < 40 && !error; ++i) {
            const auto draft = core::make_scan(entry("T" + std::to_string(i), ports.clock.at));
            if (const auto receipt = database->append({&draft, 1}); receipt)
                acknowledged = receipt->last.seq;
            else
                error = receipt.error();
        }
        REQUIRE(error);
        CHECK(error->code == core::ErrorCode::Io);
        CHECK(need(database->status()).last_seq == acknowledged);
        layer.fail_from(std::nullopt); // the cable is back in
        CHECK(append(*database, note("x")).last.seq == acknowledged + 1);
        require_sound(*database);
        layer.power_loss(after);
        database.reset();
        database = open("k.db", ports, "k1", layer.name());
        CHECK(need(database->status()).last_seq == acknowledged + 1);
        require_sound(*database);
    }
}
