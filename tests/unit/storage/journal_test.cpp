// SPDX-License-Identifier: Apache-2.0
#include "support/storage_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;

TEST_CASE("journal: numbers are gap-free and the chain links", "[storage][journal]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    for (int i = 0; i < 5; ++i) {
        const auto receipt = append(*database, note("a"));
        CHECK(receipt.last.seq == static_cast<std::uint64_t>(i + 1));
        CHECK(receipt.last.device == "k1");
    }
    const auto operations = all_operations(*database);
    REQUIRE(operations.size() == 5);
    core::Digest previous{};
    core::Hlc clock{};
    for (const auto& operation : operations) {
        CHECK(operation.previous == previous);
        CHECK(operation.hlc > clock);
        CHECK(operation.wall == ports.clock.at);
        CHECK(operation.boot_ms == ports.clock.boot);
        previous = operation.hash;
        clock = operation.hlc;
    }
    require_sound(*database);
}

TEST_CASE("journal: a batch is one transaction, all or nothing", "[storage][journal]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    std::vector<core::OperationDraft> drafts{core::make_registration(person("0001")), note("x")};
    drafts.push_back({std::string(core::operation_kind::scan), "T", "{\"outcome\":7}", {}}); // no checkpoint
    const auto refused = database->append(drafts);
    REQUIRE(!refused);
    CHECK(refused.error().code == core::ErrorCode::Invalid);
    CHECK(need(database->status()).operations == 0);
    CHECK(!need(database->registration("uid-0001")));

    drafts.pop_back();
    CHECK(need(database->append(drafts)).last.seq == 2);
    CHECK(need(database->registration("uid-0001")));
}

TEST_CASE("journal: the chain goes on after closing, in the same incarnation", "[storage][journal]") {
    TempFolder folder;
    Ports ports;
    std::string incarnation;
    {
        auto database = open(folder / "k.db", ports);
        CHECK(database->opened() == storage::Opened::Created);
        incarnation = append(*database, note("a")).last.incarnation;
    }
    auto database = open(folder / "k.db", ports);
    CHECK(database->opened() == storage::Opened::Same);
    const auto receipt = append(*database, note("b"));
    CHECK(receipt.last.seq == 2);
    CHECK(receipt.last.incarnation == incarnation);
    require_sound(*database);
}

TEST_CASE("journal: a clock set back does not turn the journal's clock back", "[storage][journal]") {
    TempFolder folder;
    Ports ports;
    core::Hlc last;
    {
        auto database = open(folder / "k.db", ports);
        last = append(*database, core::make_registration(person("0001", "王谷雨"))).hlc;
        ports.clock.at = ports.clock.at - core::day_ms;
        const auto receipt = append(*database, core::make_registration(person("0001", "李白露")));
        CHECK(receipt.hlc > last);
        last = receipt.hlc;
    }
    ports.clock.at = ports.clock.at - core::day_ms; // and over a restart
    auto database = open(folder / "k.db", ports);
    CHECK(append(*database, core::make_registration(person("0001", "解惊蛰"))).hlc > last);
    CHECK(need(database->registration("uid-0001"))->person.name == "解惊蛰"); // what was written last stands
    CHECK(all_operations(*database).back().wall == ports.clock.at);          // and the device's own time is told as it was
    require_sound(*database);
}

TEST_CASE("journal: pending counts what the hub has not acknowledged", "[storage][journal]") {
    TempFolder folder;
    Ports ports;
    {
        auto database = open(folder / "k.db", ports);
        for (int i = 0; i < 10; ++i)
            append(*database, note("a"));
        CHECK(need(database->status()).pending == 10);
        need(database->acknowledge(7));
        CHECK(need(database->status()).pending == 3);
        need(database->acknowledge(4)); // an old answer that comes late
        CHECK(need(database->status()).pending == 3);
        append(*database, note("b"));
        CHECK(need(database->status()).pending == 4);
    }
    auto database = open(folder / "k.db", ports);
    CHECK(need(database->status()).pending == 4);
    CHECK(!database->acknowledge("elsewhere", 1));
}

TEST_CASE("journal: the personal part lies beside the chain and can be erased", "[storage][journal][privacy]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    auto registration = person("0001", "王谷雨");
    append(*database, core::make_registration(registration));
    registration.person.phone = "10000009999"; // an older version keeps its own personal part
    append(*database, core::make_registration(registration));
    auto scan = entry("T0001", ports.clock.at);
    scan.registration = "uid-0001";
    scan.answers["diet"] = std::string("素食");
    append(*database, core::make_scan(scan));
    append(*database, core::make_registration(person("0002", "李白露")));

    const auto before = all_operations(*database);
    for (const auto& operation : before) {
        CHECK(core::canonical_bytes(operation).find("王谷雨") == std::string::npos);
        CHECK(core::canonical_bytes(operation).find("素食") == std::string::npos);
    }
    CHECK(need(database->standing_scans("T0001")).front().record.answers.contains("diet"));

    need(database->erase("uid-0001"));
    CHECK(need(database->registration("uid-0001"))->person.name.empty());
    CHECK(need(database->registrations_by_phone("10000009999")).empty());
    CHECK(need(database->search("王谷", 8)).empty());
    CHECK(need(database->search("李白", 8)).size() == 1);
    CHECK(need(database->standing_scans("T0001")).front().record.answers.empty());
    const auto after = all_operations(*database);
    for (std::size_t i = 0; i < before.size(); ++i) {
        CHECK(after[i].hash == before[i].hash);
        if (before[i].subject != "uid-0002") {
            CHECK(after[i].personal.empty());
            CHECK(after[i].personal_salt.empty());
        }
    }
    require_sound(*database);
    CHECK(need(database->verify()).erased == 3);

    // Erased is erased: the same person written again stays without a name, and nothing is left in the file.
    append(*database, core::make_registration(registration));
    CHECK(need(database->registration("uid-0001"))->person.name.empty());
    CHECK(!database->erase("nobody"));
    database.reset();
    for (const auto* name : {"k.db", "k.db-wal"}) {
        FILE* file = std::fopen((folder / name).c_str(), "rb");
        std::string bytes;
        for (int c; file && (c = std::fgetc(file)) != EOF;)
            bytes += static_cast<char>(c);
        if (file)
            std::fclose(file);
        CHECK(bytes.find("10000009999") == std::string::npos);
        CHECK(bytes.find("素食") == std::string::npos);
    }
}

TEST_CASE("journal: kinds of the future are kept and projected to nothing", "[storage][journal]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    append(*database, {"booking.confirm", "b1", R"({"unit":"T1"})", R"({"secret":"x"})"});
    const auto operations = all_operations(*database);
    REQUIRE(operations.size() == 1);
    CHECK(operations[0].kind == "booking.confirm");
    CHECK(operations[0].personal == R"({"secret":"x"})");
    CHECK(need(database->dump_projections()).empty());
    require_sound(*database);
}

TEST_CASE("journal: a second writer is refused, a reader is not", "[storage][journal]") {
    TempFolder folder;
    Ports ports, others;
    auto database = open(folder / "k.db", ports);
    const auto second = storage::Database::open(folder / "k.db", others.options());
    REQUIRE(!second);
    CHECK(second.error().code == core::ErrorCode::Unavailable);
    CHECK(second.error().message_key == "error.database_in_use");

    auto reader = need(storage::Database::open_read_only(folder / "k.db", others.options()));
    CHECK(need(reader->recent_scans(5)).empty());
    append(*database, core::make_scan(entry("T1", ports.clock.at)));
    append(*database, core::make_registration(person("0001")));
    CHECK(need(reader->recent_scans(5)).size() == 1); // what is committed is seen
    CHECK(need(reader->occupancy("main", std::nullopt)) == 1);
    CHECK(need(reader->status()).last_seq == 2);
    CHECK(need(reader->search("王谷", 5)).size() == 1);
    append(*database, core::make_scan(entry("T2", ports.clock.at)));
    CHECK(need(reader->occupancy("main", std::nullopt)) == 2);
    const auto draft = note("x");
    const auto written = reader->append({&draft, 1});
    REQUIRE(!written);
    CHECK(written.error().code == core::ErrorCode::Denied);
    CHECK(!storage::Database::open_read_only(folder / "none.db", others.options()));
}
