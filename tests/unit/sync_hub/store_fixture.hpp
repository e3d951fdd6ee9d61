// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the tests of the hub's stores share: the two stores by one form, and short ways to make jobs. Ownership: each
// fixture owns its folder or database. Threads: as sync::hub::Store says. Failure: REQUIRE.
#include "support/postgres.hpp"
#include "support/storage_fixture.hpp"

#include "hub/store_postgres.hpp"
#include "hub/store_sqlite.hpp"

namespace kiosk::test::hub_store {

struct OnSqlite {
    TempFolder folder;
    SeededRandom random;
    std::unique_ptr<sync::hub::Store> open() {
        return need(sync::hub::SqliteStore::open(folder / "hub.db", {&random, {}}));
    }
};

struct OnPostgres {
    std::string url = Postgres::shared().make_database();
    SeededRandom random;
    std::unique_ptr<sync::hub::Store> open() { return need(sync::hub::PostgresStore::open(url, {&random})); }
};

inline sync::hub::NewOperation operation(const std::string& device, std::uint64_t seq, const std::string& incarnation = "i1",
                                         std::uint8_t variant = 0) {
    sync::hub::NewOperation made;
    made.id = {device, incarnation, seq};
    made.kind = "scan";
    for (std::size_t i = 0; i < 8; ++i)
        made.hash[i] = static_cast<std::uint8_t>(seq >> (8 * i));
    made.hash[8] = variant;
    made.hash[9] = static_cast<std::uint8_t>(std::hash<std::string>{}(device + "/" + incarnation));
    made.line = R"({"id":")" + core::to_string(made.id) + R"(","kind":"scan","body":"{\"name\":\"谷雨\\n\"}"})";
    return made;
}

inline sync::hub::NewOperation personal(const std::string& device, std::uint64_t seq, std::vector<std::string> owners) {
    auto made = operation(device, seq);
    made.personal = R"("salt":"AAAA","personal":"{\"name\":\"王谷雨\"}")";
    made.owners = std::move(owners);
    return made;
}

inline sync::hub::PushJob job(const std::string& event, const std::string& via,
                              std::vector<sync::hub::NewOperation> operations, std::int64_t at_ms = 1000) {
    sync::hub::PushJob made;
    made.event = event;
    made.via = via;
    made.at_ms = at_ms;
    for (auto& each : operations)
        made.items.push_back({std::move(each), {}});
    return made;
}

// Operations first…last of one device, in order.
inline sync::hub::PushJob batch(const std::string& event, const std::string& device, std::uint64_t first, std::uint64_t last) {
    std::vector<sync::hub::NewOperation> operations;
    for (auto seq = first; seq <= last; ++seq)
        operations.push_back(operation(device, seq));
    return job(event, device, std::move(operations));
}

inline sync::hub::PushJob::Item refused(const std::string& claimed, const std::string& verdict, const std::string& raw = "{") {
    sync::hub::PushJob::Item item;
    item.quarantine.claimed = claimed;
    item.quarantine.verdict = verdict;
    item.quarantine.raw = raw;
    return item;
}

inline sync::hub::PushDone push(sync::hub::Store& store, const sync::hub::PushJob& job) {
    auto done = need(store.commit({&job, 1}));
    REQUIRE(done.size() == 1);
    REQUIRE(done.front().taken.size() == job.items.size());
    return std::move(done.front());
}

inline std::vector<sync::hub::FeedItem> whole_feed(sync::hub::Store& store, const std::string& event,
                                                   const std::optional<sync::hub::Store::Skip>& skip = {},
                                                   std::size_t limit = 7) {
    std::vector<sync::hub::FeedItem> all;
    for (std::uint64_t after = 0;;) {
        auto page = need(store.feed(event, after, limit, 1 << 20, skip));
        REQUIRE(page.scanned_to <= page.latest);
        REQUIRE(page.items.size() <= limit);
        all.insert(all.end(), page.items.begin(), page.items.end());
        if (page.scanned_to == page.latest)
            return all;
        REQUIRE(page.scanned_to > after);
        after = page.scanned_to;
    }
}

} // namespace kiosk::test::hub_store
