// SPDX-License-Identifier: Apache-2.0
// 50 kiosks with 2,000 operations each push at once: to a hub on SQLite, and to one on PostgreSQL. Baseline of the latter:
// INSERT … ON CONFLICT in batches of 500 from a bare client into the same server, in this run.
#include "sync_bench.hpp"

#include "hub/store_postgres.hpp"
#include "support/postgres.hpp"

#include <pqxx/pqxx>

#include <thread>

namespace {

using namespace kiosk;
using namespace kiosk::bench;

constexpr std::uint64_t kiosks = 50, each = 2'000;

double push_everything(HubEnd& hub, std::uint64_t per_kiosk = each) {
    std::vector<std::unique_ptr<KioskEnd>> ends;
    for (std::uint64_t i = 0; i < kiosks; ++i)
        ends.push_back(std::make_unique<KioskEnd>(hub, fmt::format("k{}", i + 1), "BENCH", per_kiosk));
    const auto start = now_us();
    {
        std::vector<std::jthread> threads;
        for (auto& end : ends)
            threads.emplace_back([&end] { end->push_all(); });
    }
    const auto seconds = (now_us() - start) / 1e6;
    if (need(hub.store().latest("BENCH")) != kiosks * per_kiosk) {
        fmt::print(stderr, "bench: the hub has {} operations\n", need(hub.store().latest("BENCH")));
        std::exit(1);
    }
    return static_cast<double>(kiosks * per_kiosk) / seconds;
}

double bare_inserts(const std::string& url) {
    constexpr int rows = 100'000, batch = 500;
    crypto::SystemRandom random;
    pqxx::connection connection(url);
    {
        pqxx::work work(connection);
        work.exec("CREATE TABLE bare (chain integer NOT NULL, seq bigint NOT NULL, line text NOT NULL, PRIMARY KEY (chain, seq))");
        work.commit();
    }
    const std::string body(300, 'x');
    std::vector<std::string> statements;
    for (int at = 0; at < rows; at += batch) {
        std::string sql = "INSERT INTO bare VALUES ";
        for (int i = at; i < at + batch; ++i)
            sql += fmt::format("{}({},{},'{:08}{}')", i > at ? "," : "", 1, i + 1, i, body);
        statements.push_back(sql + " ON CONFLICT DO NOTHING");
    }
    const auto start = now_us();
    for (const auto& sql : statements) {
        pqxx::work work(connection);
        work.exec(sql);
        work.commit();
    }
    return rows / ((now_us() - start) / 1e6);
}

} // namespace

int main() {
    {
        HubEnd hub;
        print("sync_push_many", "sqlite_operations_per_second", push_everything(hub), "1/s");
    }
    auto& server = test::Postgres::shared();
    const auto baseline = bare_inserts(server.make_database());
    crypto::SystemRandom random;
    HubEnd hub(need(sync::hub::PostgresStore::open(server.make_database(), {&random})));
    print("sync_push_many", "postgresql_operations_per_second", push_everything(hub), "1/s", baseline);
    return 0;
}
