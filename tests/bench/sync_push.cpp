// SPDX-License-Identifier: Apache-2.0
// 100,000 operations of one kiosk's own SQLite to a hub on SQLite FULL, over loopback with TLS, acknowledged and the
// cursor stored. Baseline: the same rows into a bare SQLite FULL, 500 a transaction. Prints operations a second, bytes on
// the wire and CPU seconds of both ends together (this process holds both).
#include "sync_bench.hpp"

#include "protocol/operation_json.hpp"

int main() {
    using namespace kiosk;
    using namespace kiosk::bench;
    constexpr std::uint64_t operations = 100'000;
    HubEnd hub;
    KioskEnd kiosk(hub, "k1", "BENCH", operations);

    const auto moved_before = kiosk.push_wire->bytes_moved();
    const auto cpu = cpu_seconds();
    const auto start = now_us();
    kiosk.push_all();
    const auto seconds = (now_us() - start) / 1e6;
    const auto cpu_both = cpu_seconds() - cpu;
    const auto bytes = static_cast<double>(kiosk.push_wire->bytes_moved() - moved_before) / operations;
    if (need(hub.store().latest("BENCH")) != operations) {
        fmt::print(stderr, "bench: the hub has {} operations\n", need(hub.store().latest("BENCH")));
        return 1;
    }

    // The rows alone.
    const auto path = (hub.folder / "bare.db").string();
    SQLite::Database bare(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    bare.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;"
              "CREATE TABLE lines (id INTEGER PRIMARY KEY, hash BLOB NOT NULL, line TEXT NOT NULL)");
    std::vector<core::Operation> rows;
    const auto incarnation = need(kiosk.database->status()).incarnation;
    for (std::uint64_t after = 0; after < operations; after += 500)
        for (auto& row : need(kiosk.database->own_after(incarnation, after, 500, 1 << 20)))
            rows.push_back(std::move(row));
    std::vector<std::string> lines(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        sync::protocol::append_line(lines[i], rows[i]);
    SQLite::Statement insert(bare, "INSERT INTO lines VALUES (?, ?, ?)");
    const auto bare_start = now_us();
    for (std::size_t at = 0; at < rows.size(); at += 500) {
        bare.exec("BEGIN IMMEDIATE");
        for (std::size_t i = at; i < std::min(rows.size(), at + 500); ++i) {
            insert.bind(1, static_cast<std::int64_t>(i));
            insert.bindNoCopy(2, rows[i].hash.data(), static_cast<int>(rows[i].hash.size()));
            insert.bindNoCopy(3, lines[i]);
            insert.exec();
            insert.reset();
        }
        bare.exec("COMMIT");
    }
    const auto bare_rate = operations / ((now_us() - bare_start) / 1e6);

    print("sync_push", "operations_per_second", operations / seconds, "1/s", bare_rate);
    print("sync_push", "wire_bytes_per_operation", bytes, "B");
    print("sync_push", "cpu_seconds_both_ends", cpu_both, "s");
    return 0;
}
