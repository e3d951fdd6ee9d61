// SPDX-License-Identifier: Apache-2.0
// A damaged database: told as such, never a crash, and never wrong content that passes the check.
#include "support/storage_fixture.hpp"

#include "storage/crash_vfs.hpp"

#include <random>

using namespace kiosk;
using namespace kiosk::test;

namespace {

struct Sound {
    storage::CrashVfs::Files files;
    std::vector<core::Digest> hashes;
    std::string dump;
};

Sound make_sound() {
    storage::CrashVfs layer("sound");
    Ports ports;
    Sound sound;
    auto database = open("k.db", ports, "k1", layer.name());
    for (int i = 1000; i < 1150; ++i) {
        append(*database, core::make_registration(person(std::to_string(i))));
        append(*database, core::make_scan(entry("T" + std::to_string(i), ports.clock.at)));
    }
    need(database->rebuild());
    for (const auto& operation : all_operations(*database))
        sound.hashes.push_back(operation.hash);
    sound.dump = need(database->dump_projections());
    database.reset();
    sound.files = layer.files();
    sound.files.erase("k.db-wal");
    return sound;
}

void damage(std::string& content, std::mt19937_64& random, int kind) {
    const auto at = [&](std::size_t size) { return static_cast<std::size_t>(random() % size); };
    switch (kind) {
    case 0: // one bit
        content[at(content.size())] ^= static_cast<char>(1 << at(8));
        break;
    case 1: { // a page of nothing
        const auto page = at(content.size() / 4096) * 4096;
        std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(page), 4096, '\0');
        break;
    }
    case 2: { // noise
        const auto from = at(content.size() - 600);
        for (std::size_t i = 0; i < 600; ++i)
            content[from + i] = static_cast<char>(random());
        break;
    }
    case 3: { // a page in another's place
        const auto from = at(content.size() / 4096) * 4096;
        const auto to = at(content.size() / 4096) * 4096;
        content.replace(to, 4096, content.substr(from, 4096));
        break;
    }
    default: content.resize(at(content.size())); // cut off
    }
}

// Everything that a kiosk might ask; answers may be errors, not crashes.
void ask_everything(storage::Database& database) {
    static_cast<void>(database.config());
    static_cast<void>(database.registrations_by_ticket("T1003"));
    static_cast<void>(database.registration("uid-1004"));
    static_cast<void>(database.registrations_by_phone("10000001005"));
    static_cast<void>(database.standing_scans("T1006"));
    static_cast<void>(database.recent_scans(50));
    static_cast<void>(database.counts());
    static_cast<void>(database.search("wang", 8));
    static_cast<void>(database.for_each_scan([](const auto&) { return true; }));
    static_cast<void>(database.for_each_registration([](const auto&) { return true; }));
}

} // namespace

TEST_CASE("damaged file: found out or harmless, whatever was damaged", "[faults][damage]") {
    const auto sound = make_sound();
    std::mt19937_64 random(3);
    int refused = 0, reported = 0, harmless = 0;
    for (int round = 0; round < 400; ++round) {
        storage::CrashVfs layer("damaged");
        auto files = sound.files;
        damage(files.at("k.db"), random, round % 5);
        layer.load(std::move(files));
        Ports ports;
        auto database = storage::Database::open("k.db", ports.options("k1", layer.name()));
        if (!database) {
            ++refused;
            const auto code = database.error().code;
            CHECK((code == core::ErrorCode::Corrupt || code == core::ErrorCode::Invalid ||
                   code == core::ErrorCode::NewerVersion || code == core::ErrorCode::Internal || code == core::ErrorCode::Io));
            continue;
        }
        const auto report = (*database)->verify();
        if (!report || !report->ok()) {
            ++reported;
            if (!report)
                CHECK((report.error().code == core::ErrorCode::Corrupt || report.error().code == core::ErrorCode::Internal));
            ask_everything(**database);
            const auto draft = core::make_scan(entry("T1", ports.clock.at));
            static_cast<void>((*database)->append({&draft, 1}));
            continue;
        }
        ++harmless; // a byte that nobody uses: then everything must be as it was
        std::vector<core::Digest> hashes;
        for (const auto& operation : all_operations(**database))
            hashes.push_back(operation.hash);
        CHECK(hashes == sound.hashes);
        CHECK(need((*database)->dump_projections()) == sound.dump);
    }
    INFO(refused << " refused, " << reported << " reported, " << harmless << " harmless");
    CHECK(refused > 20);
    CHECK(reported > 100);
}

TEST_CASE("damaged file: what is damaged says so in words of the catalogue", "[faults][damage]") {
    auto sound = make_sound();
    storage::CrashVfs layer("damaged-words");
    std::fill_n(sound.files.at("k.db").begin(), 100, 'x');
    layer.load(std::move(sound.files));
    Ports ports;
    const auto database = storage::Database::open("k.db", ports.options("k1", layer.name()));
    REQUIRE(!database);
    CHECK(database.error().code == core::ErrorCode::Corrupt);
    CHECK(database.error().message_key == "error.database_damaged");
}
