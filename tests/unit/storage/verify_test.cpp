// SPDX-License-Identifier: Apache-2.0
// verify() finds what somebody changed behind the journal's back, and rebuild() mends what can be mended.
#include "support/storage_fixture.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>

using namespace kiosk;
using namespace kiosk::test;
using Kind = storage::Finding::Kind;

namespace {

struct Tampered {
    TempFolder folder;
    Ports ports;
    std::unique_ptr<storage::Database> database;
    Tampered() {
        database = open(folder / "k.db", ports);
        append(*database, core::make_config({"checkpoint", "main", "{}"}));
        for (int i = 1000; i < 1010; ++i) {
            append(*database, core::make_registration(person(std::to_string(i))));
            append(*database, core::make_scan(entry("T" + std::to_string(i), ports.clock.at)));
        }
        need(database->rebuild()); // so that the search table is filled
        require_sound(*database);
        database.reset();
    }
    std::vector<Kind> findings_after(const std::string& sql) {
        {
            SQLite::Database raw(folder / "k.db", SQLite::OPEN_READWRITE);
            raw.exec("PRAGMA foreign_keys=OFF");
            REQUIRE(raw.exec(sql) > 0);
        }
        database = open(folder / "k.db", ports);
        std::vector<Kind> kinds;
        for (const auto& finding : need(database->verify()).findings)
            kinds.push_back(finding.kind);
        return kinds;
    }
};

bool has(const std::vector<Kind>& kinds, Kind kind) { return std::ranges::find(kinds, kind) != kinds.end(); }

} // namespace

TEST_CASE("verify: a changed operation breaks its hash", "[storage][verify]") {
    Tampered t;
    CHECK(has(t.findings_after("UPDATE operations SET body = replace(body, 'T1003', 'T1004') WHERE body LIKE '%T1003%'"),
              Kind::Hash));
}

TEST_CASE("verify: a removed operation leaves a gap", "[storage][verify]") {
    Tampered t;
    CHECK(has(t.findings_after("DELETE FROM operations WHERE id & 0xffffffff = 5"), Kind::Gap));
}

TEST_CASE("verify: a changed link is found", "[storage][verify]") {
    Tampered t;
    CHECK(has(t.findings_after("UPDATE operations SET previous = zeroblob(32) WHERE id & 0xffffffff = 6"), Kind::Chain));
}

TEST_CASE("verify: a changed or missing personal part is found", "[storage][verify]") {
    Tampered t;
    SECTION("changed") {
        CHECK(has(t.findings_after("UPDATE personal SET content = replace(content, '王', '汪') WHERE owner = 'uid-1001'"),
                  Kind::Personal));
    }
    SECTION("missing") {
        CHECK(has(t.findings_after("DELETE FROM personal WHERE owner = 'uid-1001'"), Kind::Personal));
    }
}

TEST_CASE("verify: changed projections are found and rebuilt", "[storage][verify]") {
    const auto* sql = GENERATE("UPDATE scans SET outcome = 4 WHERE ticket = 'T1001'", "DELETE FROM scans WHERE ticket = 'T1002'",
                               "UPDATE registrations SET ticket = 'X' WHERE uid = 'uid-1003'",
                               "UPDATE people SET name = 'X' WHERE name = '王谷雨'", "UPDATE documents SET doc = '[]'",
                               "INSERT INTO revocations VALUES ('T1001')");
    Tampered t;
    CHECK(t.findings_after(sql) == std::vector<Kind>{Kind::Projection});
    need(t.database->rebuild());
    require_sound(*t.database);
}

TEST_CASE("verify: a search table that lost a term is found and rebuilt", "[storage][verify]") {
    Tampered t;
    CHECK(t.findings_after("DELETE FROM terms WHERE term = '1003'") == std::vector<Kind>{Kind::Search});
    CHECK(need(t.database->search("1003", 8)).empty());
    need(t.database->rebuild());
    CHECK(need(t.database->search("1003", 8)).size() == 1);
    require_sound(*t.database);
}

TEST_CASE("verify: progress grows to the end", "[storage][verify]") {
    TempFolder folder;
    Ports ports;
    auto database = open(folder / "k.db", ports);
    std::vector<core::OperationDraft> drafts(3000, note("x"));
    need(database->append(drafts));
    std::uint64_t last = 0;
    need(database->verify([&](std::uint64_t done, std::uint64_t total) {
        CHECK(done > last);
        CHECK(done <= total);
        last = done;
    }));
    CHECK(last == 6000);
}

TEST_CASE("verify: nothing is chained to a damaged last operation", "[storage][verify]") {
    Tampered t;
    {
        SQLite::Database raw(t.folder / "k.db", SQLite::OPEN_READWRITE);
        REQUIRE(raw.exec("UPDATE operations SET body = '{}' WHERE id = (SELECT max(id) FROM operations)") == 1);
    }
    const auto opened = storage::Database::open(t.folder / "k.db", t.ports.options());
    REQUIRE(!opened);
    CHECK(opened.error().code == core::ErrorCode::Corrupt);
    // It can still be read and checked.
    auto reader = need(storage::Database::open_read_only(t.folder / "k.db", t.ports.options()));
    CHECK(!need(reader->verify()).ok());
}
