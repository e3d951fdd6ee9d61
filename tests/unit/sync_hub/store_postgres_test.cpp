// SPDX-License-Identifier: Apache-2.0
// What only the PostgreSQL store has to stand: several hubs on one database, and a server that goes away.
#include "store_fixture.hpp"

#include <atomic>
#include <chrono>
#include <thread>

using namespace kiosk;
using namespace kiosk::test;
using namespace kiosk::test::hub_store;
using namespace kiosk::sync::hub;

namespace {

bool comes_true(const std::function<bool()>& what) {
    for (int i = 0; i < 6000; ++i) {
        if (what())
            return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
}

} // namespace

TEST_CASE("hub store: several hubs on one PostgreSQL database give each number once, and a reader skips none",
          "[hub][store][postgres]") {
    OnPostgres where;
    constexpr int hubs = 3;
    constexpr std::uint64_t rounds = 25;
    constexpr std::uint64_t size = 4;
    std::vector<std::unique_ptr<Store>> stores(hubs + 1);
    std::atomic<int> wrong = 0;
    {
        std::vector<std::thread> openers; // all at once: the schema is made by one of them
        for (auto& store : stores)
            openers.emplace_back([&] {
                SeededRandom random(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&store)));
                auto opened = PostgresStore::open(where.url, {&random});
                opened ? static_cast<void>(store = std::move(*opened)) : static_cast<void>(++wrong);
            });
        for (auto& opener : openers)
            opener.join();
        REQUIRE(wrong == 0);
    }
    for (auto& store : stores)
        CHECK(need(store->identity()).hub == need(stores[0]->identity()).hub);

    std::atomic<int> writing = hubs;
    std::vector<std::thread> threads;
    for (int hub = 0; hub < hubs; ++hub)
        threads.emplace_back([&, hub] {
            const auto own = "k" + std::to_string(hub);
            for (std::uint64_t round = 0; round < rounds; ++round) {
                // Its own kiosk, one that pushes to all of them at once, and another event.
                const std::vector jobs{batch("a", own, round * size + 1, (round + 1) * size),
                                       batch("a", "everywhere", round + 1, round + 1), batch("b", own, round + 1, round + 1)};
                const auto done = stores[static_cast<std::size_t>(hub)]->commit(jobs);
                if (!done) {
                    ++wrong;
                    continue;
                }
                wrong += (*done)[0].contiguous.at({own, "i1"}) != (round + 1) * size;
                wrong += (*done)[1].taken[0] != Taken::Stored && (*done)[1].taken[0] != Taken::Duplicate;
            }
            --writing;
        });
    std::vector<std::uint64_t> numbers;
    for (bool last = false; !last;) {
        last = writing == 0;
        const auto page = need(stores[hubs]->feed("a", numbers.size(), 1000, 1 << 20, {}));
        for (const auto& item : page.items) {
            numbers.push_back(item.number);
            wrong += item.number != numbers.size();
        }
    }
    for (auto& thread : threads)
        thread.join();
    CHECK(wrong == 0);
    CHECK(numbers.size() == hubs * rounds * size + rounds);
    CHECK(need(stores[0]->latest("b")) == hubs * rounds);
    CHECK(need(stores[0]->highest("a", "everywhere", "i1")) == rounds);
}

TEST_CASE("hub store: what one hub commits the others on the database are told", "[hub][store][postgres]") {
    OnPostgres where;
    auto first = where.open();
    SeededRandom random(2);
    auto second = need(PostgresStore::open(where.url, {&random}));
    std::atomic<int> told_first = 0;
    std::atomic<int> told_second = 0;
    first->on_foreign_commit([&] { ++told_first; });
    second->on_foreign_commit([&] { ++told_second; });
    // The listening begins in a while.
    std::uint64_t seq = 0;
    REQUIRE(comes_true([&] {
        ++seq;
        push(*first, batch("a", "k1", seq, seq));
        return told_second > 0;
    }));
    CHECK(told_first == 0); // its own commits are no news
    Postgres::shared().restart();
    REQUIRE(comes_true([&] {
        static_cast<void>(second->set_fact("x", "y")); // fails once, where its connection is of the old server
        return told_first > 0;
    }));
    second.reset();
    first.reset();
}

TEST_CASE("hub store: a PostgreSQL server that restarts costs one failed call and nothing that was acknowledged",
          "[hub][store][postgres]") {
    OnPostgres where;
    auto store = where.open();
    std::uint64_t acknowledged = 0;
    for (const bool kill : {false, true}) {
        for (int i = 0; i < 5; ++i)
            acknowledged = push(*store, batch("a", "k1", acknowledged + 1, acknowledged + 7)).latest;
        CHECK(need(store->latest("a")) == acknowledged);
        Postgres::shared().stop(kill);
        const auto next = batch("a", "k1", acknowledged + 1, acknowledged + 7);
        for (int i = 0; i < 2; ++i) {
            const auto away = store->commit({&next, 1});
            REQUIRE(!away);
            CHECK(away.error().code == core::ErrorCode::Unavailable);
            const auto unread = store->latest("a");
            REQUIRE(!unread);
            CHECK(unread.error().code == core::ErrorCode::Unavailable);
            CHECK(!store->check());
        }
        Postgres::shared().start();
        const auto done = push(*store, next);
        CHECK(done.taken == std::vector(7, Taken::Stored));
        acknowledged += 7;
        CHECK(done.latest == acknowledged);
        CHECK(done.contiguous.at({"k1", "i1"}) == acknowledged);
        CHECK(whole_feed(*store, "a").size() == acknowledged);
    }
    // A connection that is cut while nobody looks.
    Postgres::shared().sql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                                       " AND backend_type = 'client backend'");
    const auto next = batch("a", "k1", acknowledged + 1, acknowledged + 7);
    const auto cut = store->commit({&next, 1});
    if (!cut)
        CHECK(cut.error().code == core::ErrorCode::Unavailable);
    static_cast<void>(store->latest("a"));
    CHECK(push(*store, next).contiguous.at({"k1", "i1"}) == acknowledged + 7);
    CHECK(need(store->latest("a")) == acknowledged + 7);
}

TEST_CASE("hub store: PostgreSQL killed again and again in the middle of pushes loses and doubles nothing",
          "[hub][store][postgres]") {
    OnPostgres where;
    auto store = where.open();
    std::atomic<std::uint64_t> acknowledged = 0;
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    std::thread writer([&] {
        while (!stop) {
            const auto next = batch("a", "k1", acknowledged + 1, acknowledged + 20);
            const auto done = store->commit({&next, 1});
            if (done && done->front().contiguous.at({"k1", "i1"}) == acknowledged + 20)
                acknowledged += 20;
            else if (done)
                ++wrong;
            else if (done.error().code != core::ErrorCode::Unavailable)
                ++wrong;
        }
    });
    for (int i = 0; i < 3; ++i) {
        const auto from = acknowledged.load();
        comes_true([&] { return acknowledged > from + 60 || wrong > 0; });
        Postgres::shared().restart(true);
    }
    const auto from = acknowledged.load();
    CHECK(comes_true([&] { return acknowledged > from || wrong > 0; }));
    stop = true;
    writer.join();
    CHECK(wrong == 0);
    const auto feed = whole_feed(*store, "a", {}, 1000);
    REQUIRE(feed.size() >= acknowledged);
    CHECK(feed.size() <= acknowledged + 20); // at most the one whose answer was lost
    for (std::size_t i = 0; i < feed.size(); ++i) {
        REQUIRE(feed[i].number == i + 1);
        REQUIRE(feed[i].line == operation("k1", i + 1).line);
    }
}

TEST_CASE("hub store: a PostgreSQL server without room refuses, half of nothing is kept, and afterwards all goes on",
          "[hub][store][postgres]") {
    OnPostgres where;
    auto store = where.open();
    push(*store, batch("a", "k1", 1, 5));
    // The server's own words for a full disk, in the middle of a batch.
    const auto name = where.url.substr(where.url.rfind('=') + 1);
    Postgres::shared().sql(name, "SET search_path = xiangdao_hub; CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
                                 " $$BEGIN IF NEW.seq >= 10 THEN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END IF;"
                                 " RETURN NEW; END$$; CREATE TRIGGER full_disk BEFORE INSERT ON operations FOR EACH ROW"
                                 " EXECUTE FUNCTION full_disk()");
    auto next = batch("a", "k1", 6, 20);
    next.items.push_back(refused("k1/i1/21", "hash"));
    for (int i = 0; i < 2; ++i) {
        const auto full = store->commit({&next, 1});
        REQUIRE(!full);
        CHECK(full.error().code == core::ErrorCode::DiskFull);
    }
    CHECK(need(store->latest("a")) == 5);
    CHECK(need(store->quarantine_count()) == 0);
    CHECK(need(store->highest("a", "k1", "i1")) == 5);
    Postgres::shared().sql(name, "DROP TRIGGER full_disk ON xiangdao_hub.operations");
    const auto done = push(*store, next);
    CHECK(done.latest == 20);
    CHECK(done.contiguous.at({"k1", "i1"}) == 21);
    CHECK(whole_feed(*store, "a").size() == 20);
}

TEST_CASE("hub store: texts that PostgreSQL can't hold are kept raw or made holdable", "[hub][store][postgres]") {
    OnPostgres where;
    auto store = where.open();
    auto bad = operation("k1", 1);
    bad.line += std::string("\0", 1);
    auto worse = operation("k1", 2);
    worse.line += "\xed\xa0\x80"; // half a surrogate pair
    const auto odd = operation(std::string("k\0", 2), 1);
    const auto done = push(*store, job("a", "k1", {bad, worse, odd, operation("k1", 3)}));
    CHECK(done.taken == std::vector{Taken::Quarantined, Taken::Quarantined, Taken::Quarantined, Taken::Stored});
    CHECK(need(store->quarantine(0, 9)).at(0).raw == bad.line);
    CHECK(need(store->quarantine(0, 9)).at(1).raw == worse.line);
    need(store->put_device({"a", "k1", "h", false, false, "i", "", std::string("soft\0\xffware", 10), 0, 0, 0, 0, ""}));
    CHECK(need(store->devices()).at(0).software == "soft??ware");
    auto owner = personal("k1", 4, {std::string("u\0\xff", 3)});
    auto erase = operation("k1", 5);
    erase.erases = owner.owners.front();
    push(*store, job("a", "k1", {owner}));
    push(*store, job("a", "k1", {erase}));
    CHECK(whole_feed(*store, "a")[1].personal.empty());
}

TEST_CASE("hub store: a PostgreSQL database of a newer version is refused", "[hub][store][postgres]") {
    OnPostgres where;
    where.open();
    const auto name = where.url.substr(where.url.rfind('=') + 1);
    Postgres::shared().sql(name, "UPDATE xiangdao_hub.meta SET value = '99' WHERE key = 'schema'");
    const auto opened = PostgresStore::open(where.url, {&where.random});
    REQUIRE(!opened);
    CHECK(opened.error().code == core::ErrorCode::NewerVersion);
    const auto nowhere = PostgresStore::open("host=/nonexistent dbname=x", {&where.random});
    REQUIRE(!nowhere);
    CHECK(nowhere.error().code == core::ErrorCode::Unavailable);
}
