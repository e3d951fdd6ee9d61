// SPDX-License-Identifier: Apache-2.0
#include "support/storage_fixture.hpp"

#include "storage/identity.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

using namespace kiosk;
using namespace kiosk::test;
namespace fs = std::filesystem;

namespace {

// A closed database with three operations.
std::string make(const std::string& path, Ports& ports) {
    auto database = open(path, ports);
    for (int i = 0; i < 3; ++i)
        append(*database, note("a"));
    return need(database->status()).incarnation;
}

} // namespace

TEST_CASE("identity: a copied database begins a new incarnation", "[storage][identity]") {
    TempFolder folder;
    Ports ports;
    const auto incarnation = make(folder / "k.db", ports);
    fs::copy_file(folder / "k.db", folder / "copy.db");
    SECTION("without its mark") {}
    SECTION("with its mark") { fs::copy_file(folder / "k.db-mark", folder / "copy.db-mark"); }
    auto copy = open(folder / "copy.db", ports);
    CHECK(copy->opened() == storage::Opened::Copied);
    const auto receipt = append(*copy, note("b"));
    CHECK(receipt.last.incarnation != incarnation);
    CHECK(receipt.last.seq == 1);
    CHECK(need(copy->status()).operations == 4);
    CHECK(need(copy->status()).pending == 4); // nobody has acknowledged the old ones either
    require_sound(*copy);
    // The original is what it was.
    auto original = open(folder / "k.db", ports);
    CHECK(original->opened() == storage::Opened::Same);
    CHECK(append(*original, note("c")).last.seq == 4);
    // Both chains live together.
    need(original->ingest(all_operations(*copy)));
    CHECK(need(original->status()).operations == 5);
    require_sound(*original);
}

TEST_CASE("identity: an old image put back in place begins a new incarnation", "[storage][identity]") {
    TempFolder folder;
    Ports ports;
    const auto incarnation = make(folder / "k.db", ports);
    std::string image;
    {
        std::ifstream in(folder / "k.db", std::ios::binary);
        image.assign(std::istreambuf_iterator<char>(in), {});
    }
    {
        auto database = open(folder / "k.db", ports);
        append(*database, note("b"));
    }
    {
        // Into the same file: inode and machine are the same, only the mark beside it knows better.
        std::ofstream out(folder / "k.db", std::ios::binary | std::ios::trunc);
        out << image;
    }
    auto database = open(folder / "k.db", ports);
    CHECK(database->opened() == storage::Opened::Copied);
    CHECK(append(*database, note("c")).last.incarnation != incarnation);
    require_sound(*database);
}

TEST_CASE("identity: a moved database on another machine begins a new incarnation", "[storage][identity]") {
    TempFolder folder;
    Ports ports;
    auto options = ports.options();
    options.fingerprint = [](const std::string&) { return "machine 1"; };
    { need(storage::Database::open(folder / "k.db", options)); }
    CHECK(need(storage::Database::open(folder / "k.db", options))->opened() == storage::Opened::Same);
    options.fingerprint = [](const std::string&) { return "machine 2"; };
    CHECK(need(storage::Database::open(folder / "k.db", options))->opened() == storage::Opened::Copied);
    CHECK(need(storage::Database::open(folder / "k.db", options))->opened() == storage::Opened::Same);
}

TEST_CASE("identity: another device name begins a new incarnation", "[storage][identity]") {
    TempFolder folder;
    Ports ports;
    make(folder / "k.db", ports);
    auto renamed = open(folder / "k.db", ports, "k2");
    CHECK(renamed->opened() == storage::Opened::Renamed);
    CHECK(append(*renamed, note("b")).last.device == "k2");
    renamed.reset();
    CHECK(open(folder / "k.db", ports, "")->opened() == storage::Opened::Same); // no name: as it was
    CHECK(!storage::Database::open(folder / "new.db", ports.options("")));
    CHECK(!storage::Database::open(folder / "new.db", ports.options("a/b")));
}

TEST_CASE("identity: power cut between mark and database is no copy", "[storage][identity]") {
    TempFolder folder;
    Ports ports;
    make(folder / "k.db", ports);
    auto mark = need(storage::read_mark(folder / "k.db", {}));
    mark.before = mark.mark;
    mark.mark = "0123456789abcdef"; // written, and then the power went
    need(storage::write_mark(folder / "k.db", {}, mark));
    CHECK(open(folder / "k.db", ports)->opened() == storage::Opened::Same);
}

TEST_CASE("identity: what is not ours is told apart", "[storage][identity]") {
    TempFolder folder;
    Ports ports;
    const auto error_of = [&](const std::string& path) {
        const auto opened = storage::Database::open(path, ports.options());
        REQUIRE(!opened);
        return opened.error();
    };
    {
        SQLite::Database other(folder / "other.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        other.exec("CREATE TABLE x (y)");
    }
    CHECK(error_of(folder / "other.db").message_key == "error.database_foreign");

    make(folder / "k.db", ports);
    {
        SQLite::Database newer(folder / "k.db", SQLite::OPEN_READWRITE);
        newer.exec("PRAGMA user_version = 9999");
    }
    CHECK(error_of(folder / "k.db").code == core::ErrorCode::NewerVersion);
    CHECK(error_of(folder / "k.db").message_key == "error.database_newer");

    std::ofstream(folder / "text.db") << std::string(5000, 'x');
    CHECK(error_of(folder / "text.db").code == core::ErrorCode::Corrupt);

    make(folder / "emptied.db", ports);
    fs::resize_file(folder / "emptied.db", 0);
    CHECK(error_of(folder / "emptied.db").code == core::ErrorCode::Corrupt);

    CHECK(error_of("/nowhere/k.db").code == core::ErrorCode::Io);
}
