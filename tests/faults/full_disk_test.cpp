// SPDX-License-Identifier: Apache-2.0
// A full disk: the kiosk says so, writes nothing of what failed, and goes on when there is room again.
#include "support/storage_fixture.hpp"

#include "storage/crash_vfs.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <fstream>

using namespace kiosk;
using namespace kiosk::test;

namespace {

std::uint64_t size_of(const storage::CrashVfs& layer) {
    std::uint64_t total = 0;
    for (const auto& [path, content] : layer.files())
        total += content.size();
    return total;
}

// Scans until the disk is full; answers how many are acknowledged.
std::uint64_t fill(storage::Database& database, Ports& ports, int most) {
    std::uint64_t acknowledged = need(database.status()).last_seq;
    for (int i = 0; i < most; ++i) {
        const auto draft = core::make_scan(entry("F" + std::to_string(i), ports.clock.at));
        const auto receipt = database.append({&draft, 1});
        if (!receipt) {
            CHECK(receipt.error().code == core::ErrorCode::DiskFull);
            CHECK(receipt.error().message_key == "error.disk_full");
            return acknowledged;
        }
        acknowledged = receipt->last.seq;
    }
    FAIL("the disk never was full");
    return 0;
}

// A file system of one mebibyte, where this process may mount one.
class SmallDisk {
public:
    SmallDisk() : m_mounted(::mount("tmpfs", (m_folder / "").c_str(), "tmpfs", 0, "size=1m") == 0) {}
    ~SmallDisk() {
        if (m_mounted)
            ::umount2((m_folder / "").c_str(), MNT_DETACH);
    }
    bool mounted() const { return m_mounted; }
    std::string operator/(const std::string& name) const { return m_folder / name; }

private:
    TempFolder m_folder;
    bool m_mounted;
};

} // namespace

TEST_CASE("full disk: at any point nothing half is written, and it goes on with room", "[faults][disk]") {
    for (std::uint64_t room = 0; room < 60'000; room += 3000) {
        storage::CrashVfs layer("full-disk");
        Ports ports;
        auto database = open("k.db", ports, "k1", layer.name());
        append(*database, core::make_registration(person("1000")));
        layer.set_capacity(size_of(layer) + room);
        const auto acknowledged = fill(*database, ports, 100);
        CHECK(need(database->status()).last_seq == acknowledged);
        CHECK(need(database->recent_scans(1000)).size() == acknowledged - 1);
        CHECK(need(database->registration("uid-1000"))); // reading goes on
        // A batch is refused as a whole too.
        std::vector<core::OperationDraft> roster;
        for (int i = 0; i < 500; ++i)
            roster.push_back(core::make_registration(person(std::to_string(2000 + i))));
        const auto refused = database->append(roster);
        REQUIRE(!refused);
        CHECK(refused.error().code == core::ErrorCode::DiskFull);
        CHECK(need(database->status()).registrations == 1);
        layer.set_capacity(std::nullopt);
        CHECK(append(*database, note("room")).last.seq == acknowledged + 1);
        CHECK(need(database->append(roster)).last.seq == acknowledged + 501);
        require_sound(*database);
    }
}

TEST_CASE("full disk: a real file system of one mebibyte", "[faults][disk]") {
    SmallDisk disk;
    if (!disk.mounted()) {
        WARN("may not mount a file system here: left out");
        return;
    }
    Ports ports;
    auto database = open(disk / "k.db", ports);
    const auto acknowledged = fill(*database, ports, 10'000);
    CHECK(acknowledged > 10);
    CHECK(need(database->status()).last_seq == acknowledged);
    const auto backup = database->backup(disk / "k.backup");
    REQUIRE(!backup);
    CHECK(backup.error().code == core::ErrorCode::DiskFull);
    CHECK(!std::filesystem::exists(disk / "k.backup"));
    CHECK(!std::filesystem::exists(disk / "k.backup.partial"));
    database.reset(); // closing works without room, and so does opening
    const auto again = storage::Database::open(disk / "k.db", ports.options());
    if (again) {
        CHECK(need((*again)->status()).last_seq == acknowledged);
        require_sound(**again);
    } else {
        CHECK(again.error().code == core::ErrorCode::DiskFull);
    }
}

TEST_CASE("full disk: a database that can't be made says why", "[faults][disk]") {
    SmallDisk disk;
    if (!disk.mounted()) {
        WARN("may not mount a file system here: left out");
        return;
    }
    std::ofstream(disk / "filler") << std::string(1'040'000, 'x');
    Ports ports;
    const auto database = storage::Database::open(disk / "k.db", ports.options());
    REQUIRE(!database);
    CHECK(database.error().code == core::ErrorCode::DiskFull);
}
