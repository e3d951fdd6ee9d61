// SPDX-License-Identifier: Apache-2.0
#include "support/storage_fixture.hpp"

#include "storage/backup_keeper.hpp"

#include <fstream>
#include <thread>

using namespace kiosk;
using namespace kiosk::test;
namespace fs = std::filesystem;

namespace {

void wait_for(const std::function<bool()>& done) {
    for (int i = 0; i < 2000 && !done(); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    REQUIRE(done());
}

} // namespace

TEST_CASE("backup: holds what was committed, and restoring it begins a new incarnation", "[storage][backup]") {
    TempFolder folder;
    Ports ports;
    std::string incarnation, dump;
    {
        auto database = open(folder / "k.db", ports);
        append(*database, core::make_registration(person("0001")));
        incarnation = append(*database, core::make_scan(entry("T0001", ports.clock.at))).last.incarnation;
        dump = need(database->dump_projections());
        need(database->backup(folder / "b.backup"));
        append(*database, core::make_scan(entry("T0002", ports.clock.at)));
        CHECK(!storage::restore_database(folder / "b.backup", folder / "k.db")); // in use
    }
    CHECK(!fs::exists(folder / "b.backup.partial"));
    const auto kept = need(storage::restore_database(folder / "b.backup", folder / "k.db"));
    CHECK(fs::exists(kept));
    auto database = open(folder / "k.db", ports);
    CHECK(database->opened() == storage::Opened::Copied);
    CHECK(need(database->dump_projections()) == dump);
    CHECK(append(*database, note("x")).last.incarnation != incarnation);
    require_sound(*database);
    // Nothing of what was replaced is lost.
    auto replaced = need(storage::Database::open_read_only(kept, ports.options()));
    CHECK(need(replaced->status()).operations == 3);
}

TEST_CASE("backup: copied over the database by hand it is still found to be a copy", "[storage][backup]") {
    TempFolder folder;
    Ports ports;
    {
        auto database = open(folder / "k.db", ports);
        append(*database, note("x"));
        need(database->backup(folder / "b.backup"));
    }
    // The same session, the same number of operations, the same inode: only the copy's own mark tells.
    std::ifstream in(folder / "b.backup", std::ios::binary);
    std::ofstream(folder / "k.db", std::ios::binary | std::ios::trunc) << in.rdbuf();
    CHECK(open(folder / "k.db", ports)->opened() == storage::Opened::Copied);
}

TEST_CASE("backup: can be checked where it lies", "[storage][backup]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    append(*database, core::make_registration(person("0001")));
    need(database->backup(folder / "b.backup"));
    auto copy = need(storage::Database::open_read_only(folder / "b.backup", ports.options()));
    require_sound(*copy);
    CHECK(need(copy->search("王谷", 4)).size() == 1);
}

TEST_CASE("backup: restoring refuses what is no sound database and leaves everything", "[storage][backup]") {
    TempFolder folder;
    Ports ports;
    {
        auto database = open(folder / "k.db", ports);
        need(database->append(std::vector<core::OperationDraft>(2000, note("x"))));
        need(database->backup(folder / "b.backup"));
    }
    const auto refused = [&](const std::string& path) {
        const auto result = storage::restore_database(path, folder / "k.db");
        REQUIRE(!result);
        CHECK(open(folder / "k.db", ports)->opened() == storage::Opened::Same);
        return result.error().code;
    };
    CHECK(refused(folder / "none.backup") == core::ErrorCode::NotFound);
    std::ofstream(folder / "text.backup") << std::string(9000, 'x');
    CHECK(refused(folder / "text.backup") == core::ErrorCode::Corrupt);
    fs::resize_file(folder / "b.backup", fs::file_size(folder / "b.backup") / 2);
    CHECK(refused(folder / "b.backup") == core::ErrorCode::Corrupt);
    CHECK(!storage::backup_database(folder / "none.db", folder / "x.backup"));
    const auto nowhere = storage::backup_database(folder / "k.db", "/nowhere/x.backup");
    REQUIRE(!nowhere);
    CHECK(nowhere.error().code == core::ErrorCode::Io);
}

TEST_CASE("backup: taken while writing it is a sound moment of the journal", "[storage][backup]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    std::vector<core::OperationDraft> drafts;
    for (int i = 0; i < 2000; ++i)
        drafts.push_back(core::make_registration(person(std::to_string(10'000 + i))));
    need(database->append(drafts));
    for (int round = 0; round < 3; ++round) {
        const auto path = folder / ("b" + std::to_string(round) + ".backup");
        const auto before = need(database->status()).operations;
        core::Status status;
        std::thread backup([&] { status = storage::backup_database(folder / "k.db", path); });
        for (int i = 0; i < 100; ++i)
            append(*database, core::make_scan(entry("T" + std::to_string(i), ports.clock.at)));
        backup.join();
        need(status);
        auto copy = need(storage::Database::open_read_only(path, ports.options()));
        const auto held = need(copy->status()).operations;
        CHECK(held >= before);
        CHECK(held <= before + 100);
        require_sound(*copy);
    }
    require_sound(*database);
}

TEST_CASE("backup keeper: one at the start, one in time, the newest are kept", "[storage][backup]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    append(*database, note("x"));
    storage::BackupKeeper keeper(folder / "k.db", {folder / "backups", 3, 10 * core::minute_ms, core::minute_ms}, ports.clock);
    std::optional<storage::BackupEvent> event;
    const auto next = [&] {
        event.reset();
        wait_for([&] {
            if (auto told = keeper.tick())
                event = std::move(told);
            return event.has_value();
        });
        need(event->status);
    };
    next(); // at the start
    CHECK(fs::exists(event->path));
    CHECK(keeper.last() == ports.clock.at);
    CHECK(!keeper.tick());
    ports.clock.forward(9 * core::minute_ms);
    CHECK(!keeper.tick());
    std::vector<std::string> paths{event->path};
    for (int i = 0; i < 4; ++i) {
        ports.clock.forward(10 * core::minute_ms);
        next();
        paths.push_back(event->path);
    }
    const auto kept = keeper.backups();
    CHECK(kept.size() == 3);
    CHECK(std::ranges::find(kept, paths.back()) != kept.end());
    CHECK(std::ranges::find(kept, paths.front()) == kept.end());
    CHECK(storage::Database::open_read_only(kept.front(), ports.options()));
    ports.clock.at = ports.clock.at - core::day_ms; // a clock set back does not stop it: due times are of the boot clock
    ports.clock.boot += 10 * core::minute_ms;
    next();
    need(keeper.backup_now());
}

TEST_CASE("backup keeper: what fails is told, tried again soon, and deletes nothing", "[storage][backup]") {
    TempFolder folder;
    Ports ports;
    std::ofstream(folder / "blocked") << "a file where the folder should be";
    auto database = open(folder / "k.db", ports);
    storage::BackupKeeper keeper(folder / "k.db", {folder / "blocked", 3, 10 * core::minute_ms, core::minute_ms}, ports.clock);
    std::optional<storage::BackupEvent> event;
    const auto next = [&] {
        event.reset();
        wait_for([&] {
            if (auto told = keeper.tick())
                event = std::move(told);
            return event.has_value();
        });
    };
    next();
    CHECK(!event->status);
    CHECK(!keeper.last());
    fs::remove(folder / "blocked");
    ports.clock.forward(core::minute_ms);
    next();
    CHECK(event->status);
}
