// SPDX-License-Identifier: Apache-2.0
// Both stores are held to the same: every case here runs on SQLite and on PostgreSQL.
#include "store_fixture.hpp"

#include <atomic>
#include <set>
#include <thread>

using namespace kiosk;
using namespace kiosk::test;
using namespace kiosk::test::hub_store;
using namespace kiosk::sync::hub;

#define EACH_STORE(name) TEMPLATE_TEST_CASE(name, "[hub][store]", OnSqlite, OnPostgres)

EACH_STORE("hub store: a new one has a name and an epoch of its own, and keeps them") {
    TestType where;
    auto store = where.open();
    const auto identity = need(store->identity());
    CHECK(identity.hub.size() == 32);
    CHECK(identity.epoch.size() == 32);
    CHECK(identity.hub != identity.epoch);
    CHECK(!identity.recovering);
    need(store->set_epoch("e2", true));
    store.reset();
    store = where.open();
    CHECK(need(store->identity()).hub == identity.hub);
    CHECK(need(store->identity()).epoch == "e2");
    CHECK(need(store->identity()).recovering);
    need(store->check());
}

EACH_STORE("hub store: feed numbers go from 1 without gaps, in the order of jobs and items, for each event") {
    TestType where;
    auto store = where.open();
    const std::vector jobs{batch("a", "k1", 1, 3), batch("b", "k2", 1, 2), batch("a", "k3", 1, 2)};
    const auto done = need(store->commit(jobs));
    CHECK(done[0].latest == 5);
    CHECK(done[1].latest == 2);
    CHECK(push(*store, batch("a", "k1", 4, 4)).latest == 6);
    const auto feed = whole_feed(*store, "a");
    REQUIRE(feed.size() == 6);
    const std::vector expected{operation("k1", 1), operation("k1", 2), operation("k1", 3),
                               operation("k3", 1), operation("k3", 2), operation("k1", 4)};
    for (std::size_t i = 0; i < feed.size(); ++i) {
        CHECK(feed[i].number == i + 1);
        CHECK(feed[i].line == expected[i].line);
        CHECK(feed[i].personal.empty());
    }
    CHECK(need(store->latest("a")) == 6);
    CHECK(need(store->latest("b")) == 2);
    CHECK(need(store->latest("nothing")) == 0);
    CHECK(whole_feed(*store, "nothing").empty());
    const auto events = need(store->events());
    REQUIRE(events.size() == 2);
    CHECK(events[0].event == "a");
    CHECK(events[0].operations == 6);
    CHECK(events[0].latest == 6);
    CHECK(events[0].last_ms == 1000);
}

EACH_STORE("hub store: a batch sent twice is stored once") {
    TestType where;
    auto store = where.open();
    const auto first = push(*store, batch("a", "k1", 1, 40));
    CHECK(first.taken == std::vector(40, Taken::Stored));
    // Again, also by a store that has just been opened; and overlapping with what is new.
    CHECK(push(*store, batch("a", "k1", 1, 40)).taken == std::vector(40, Taken::Duplicate));
    store.reset();
    store = where.open();
    auto again = push(*store, batch("a", "k1", 20, 50));
    for (std::size_t i = 0; i < again.taken.size(); ++i)
        CHECK(again.taken[i] == (i <= 20 ? Taken::Duplicate : Taken::Stored));
    // Twice within one batch, and in two jobs of one transaction.
    auto twice = batch("a", "k1", 51, 52);
    twice.items.push_back(twice.items.front());
    const std::vector jobs{twice, batch("a", "k1", 52, 53)};
    const auto done = need(store->commit(jobs));
    CHECK(done[0].taken == std::vector{Taken::Stored, Taken::Stored, Taken::Duplicate});
    CHECK(done[1].taken == std::vector{Taken::Duplicate, Taken::Stored});
    CHECK(whole_feed(*store, "a").size() == 53);
    CHECK(need(store->quarantine_count()) == 0);
}

EACH_STORE("hub store: another operation under a known identity goes to quarantine, without its personal part") {
    TestType where;
    auto store = where.open();
    push(*store, batch("a", "k1", 1, 3));
    auto twin = operation("k1", 2, "i1", 9);
    twin.line += " ";
    twin.personal = "\"personal\":\"secret\"";
    // What comes behind the twin in the same push follows the twin, and nothing that is in the log.
    const auto done = push(*store, job("a", "k1", {twin, operation("k1", 3), operation("k1", 4)}, 77));
    CHECK(done.taken == std::vector{Taken::Conflict, Taken::Duplicate, Taken::Conflict});
    CHECK(done.contiguous.at({"k1", "i1"}) == 3);
    CHECK(need(store->highest("a", "k1", "i1")) == 3);
    CHECK(push(*store, batch("a", "k1", 4, 4)).taken == std::vector{Taken::Stored});
    // Within one batch as well: the first one stands.
    CHECK(push(*store, job("a", "k1", {operation("k1", 5), operation("k1", 5, "i1", 1)})).taken ==
          std::vector{Taken::Stored, Taken::Conflict});
    const auto kept = need(store->quarantine(0, 10));
    REQUIRE(kept.size() == 3);
    CHECK(kept[1].claimed == "k1/i1/4");
    CHECK(kept[0].event == "a");
    CHECK(kept[0].via == "k1");
    CHECK(kept[0].claimed == "k1/i1/2");
    CHECK(kept[0].verdict == "conflict");
    CHECK(kept[0].raw == twin.line);
    CHECK(kept[0].at_ms == 77);
    CHECK(need(store->operation_head("a", "k1", "i1", 2))->hash == operation("k1", 2).hash);
    CHECK(whole_feed(*store, "a").size() == 5);
}

EACH_STORE("hub store: the contiguous number stops at gaps and goes on when they are filled, whatever the order") {
    TestType where;
    auto store = where.open();
    const auto contiguous = [&](const PushJob& what) { return push(*store, what).contiguous.at({"k1", "i1"}); };
    CHECK(contiguous(batch("a", "k1", 3, 5)) == 0);
    CHECK(contiguous(batch("a", "k1", 1, 1)) == 1);
    CHECK(contiguous(batch("a", "k1", 8, 9)) == 1);
    CHECK(contiguous(batch("a", "k1", 2, 2)) == 5);
    store.reset();
    store = where.open(); // nothing of it is only in memory
    CHECK(contiguous(batch("a", "k1", 7, 7)) == 5);
    CHECK(contiguous(batch("a", "k1", 6, 6)) == 9);
    // Backwards within one batch.
    PushJob backwards = job("a", "k1", {});
    for (std::uint64_t seq = 30; seq >= 10; --seq)
        backwards.items.push_back({operation("k1", seq), {}});
    CHECK(contiguous(backwards) == 30);
    for (std::uint64_t seq = 1; seq <= 30; ++seq)
        CHECK(need(store->operation_head("a", "k1", "i1", seq))->hash == operation("k1", seq).hash);
    CHECK(!need(store->operation_head("a", "k1", "i1", 31)));
    CHECK(!need(store->operation_head("a", "k1", "i2", 1)));
    CHECK(!need(store->operation_head("b", "k1", "i1", 1)));
    CHECK(need(store->highest("a", "k1", "i1")) == 30);
    CHECK(need(store->highest("a", "k9", "i1")) == 0);
    CHECK(push(*store, batch("a", "k1", 1, 30)).taken == std::vector(30, Taken::Duplicate));
}

EACH_STORE("hub store: what is in quarantine counts as received, but not where somebody else claims it") {
    TestType where;
    auto store = where.open();
    auto mixed = job("a", "k1", {operation("k1", 1)});
    mixed.items.push_back(refused("k1/i1/2", "hash"));
    mixed.items.push_back({operation("k1", 3), {}});
    mixed.items.push_back(refused("", "malformed", std::string("\0\xff\"", 3)));
    const auto done = push(*store, mixed);
    CHECK(done.taken == std::vector{Taken::Stored, Taken::Quarantined, Taken::Stored, Taken::Quarantined});
    CHECK(done.contiguous.at({"k1", "i1"}) == 3);
    CHECK(need(store->highest("a", "k1", "i1")) == 3);
    CHECK(need(store->quarantine(1, 10)).at(0).raw == std::string("\0\xff\"", 3));

    auto foreign = job("a", "k2", {});
    foreign.items.push_back(refused("k1/i1/4", "foreign_device"));
    push(*store, foreign);
    PushJob question = job("a", "k1", {});
    question.chains = {{"k1", "i1"}, {"k7", "i7"}};
    const auto answer = push(*store, question);
    CHECK(answer.contiguous.at({"k1", "i1"}) == 3);
    CHECK(answer.contiguous.at({"k7", "i7"}) == 0);
    CHECK(answer.latest == 2);
    // The real ones still come in, also the one whose number was used up by a bad one.
    CHECK(push(*store, job("a", "k1", {operation("k1", 2), operation("k1", 4)})).taken ==
          std::vector{Taken::Stored, Taken::Stored});
    CHECK(push(*store, question).contiguous.at({"k1", "i1"}) == 4);
    // A number in quarantine ahead of the rest.
    auto ahead = job("a", "k1", {});
    ahead.items.push_back(refused("k1/i1/6", "hash", "{6"));
    CHECK(push(*store, ahead).contiguous.at({"k1", "i1"}) == 4);
    store.reset();
    store = where.open();
    CHECK(push(*store, batch("a", "k1", 5, 5)).contiguous.at({"k1", "i1"}) == 6);
}

EACH_STORE("hub store: the same bad thing sent again is kept once") {
    TestType where;
    auto store = where.open();
    auto bad = job("a", "k1", {});
    bad.items = {refused("k1/i1/1", "hash", "{1"), refused("k1/i1/1", "hash", "{1"), refused("k1/i1/2", "hash", "{2")};
    CHECK(push(*store, bad).taken == std::vector(3, Taken::Quarantined));
    push(*store, bad);
    CHECK(need(store->quarantine_count()) == 2);
    auto more = job("a", "k1", {});
    more.items = {refused("k1/i1/1", "malformed", "{1"), refused("k1/i1/1", "hash", "{1}"), refused("k1/i1/2", "hash", "{2")};
    push(*store, more);
    CHECK(need(store->quarantine_count()) == 4);
    const auto all = need(store->quarantine(0, 100));
    REQUIRE(all.size() == 4);
    for (std::size_t i = 0; i < all.size(); ++i)
        CHECK(all[i].number == i + 1);
    CHECK(need(store->quarantine(1, 2)).front().raw == "{2");
    CHECK(need(store->quarantine(1, 2)).size() == 2);
}

EACH_STORE("hub store: what it can't hold is kept raw and stands in nobody's way") {
    TestType where;
    auto store = where.open();
    auto zero = operation("k1", 0);
    auto huge = operation("k1", std::uint64_t{1} << 60);
    auto nameless = operation("", 1);
    const auto done = push(*store, job("a", "k1", {zero, huge, nameless, operation("k1", 1)}));
    CHECK(done.taken == std::vector{Taken::Quarantined, Taken::Quarantined, Taken::Quarantined, Taken::Stored});
    CHECK(need(store->quarantine_count()) == 3);
    CHECK(done.contiguous.at({"k1", "i1"}) == 1);
}

EACH_STORE("hub store: the feed is cut by number and by size, and leaves out what was asked for") {
    TestType where;
    auto store = where.open();
    push(*store, batch("a", "k1", 1, 10));
    push(*store, batch("a", "k2", 1, 10));
    auto relayed = batch("a", "k3", 1, 5);
    relayed.via = "hall";
    push(*store, relayed);
    CHECK(whole_feed(*store, "a").size() == 25);
    const auto others = whole_feed(*store, "a", Store::Skip{"k1", "i1"});
    REQUIRE(others.size() == 15);
    CHECK(others.front().number == 11);
    CHECK(whole_feed(*store, "a", Store::Skip{"k1", "i2"}).size() == 25);
    const auto not_hall = whole_feed(*store, "a", Store::Skip{"hall", ""});
    REQUIRE(not_hall.size() == 20);
    CHECK(not_hall.back().number == 20);

    const auto line_bytes = operation("k1", 1).line.size();
    const auto page = need(store->feed("a", 0, 100, line_bytes * 3, {}));
    CHECK(page.items.size() >= 2);
    CHECK(page.items.size() <= 4);
    CHECK(page.scanned_to == page.items.back().number);
    CHECK(page.latest == 25);
    CHECK(need(store->feed("a", 0, 100, 1, {})).items.size() == 1); // one always fits
    CHECK(need(store->feed("a", 25, 100, 1000, {})).items.empty());
    CHECK(need(store->feed("a", 20, 2, 1 << 20, {})).scanned_to == 22);
    // All that is left is left out: the reader goes on behind it.
    const auto none = need(store->feed("a", 20, 100, 1 << 20, Store::Skip{"k3", "i1"}));
    CHECK(none.items.empty());
    CHECK(none.scanned_to == 25);
}

EACH_STORE("hub store: an erasure takes the personal parts that are there and those that come later") {
    TestType where;
    auto store = where.open();
    push(*store, job("a", "k1", {personal("k1", 1, {"u1"}), personal("k1", 2, {"u2"}), personal("k1", 3, {"u3", "u1"})}));
    push(*store, job("b", "k1", {personal("k1", 1, {"u1"})})); // another event: not touched
    auto feed = whole_feed(*store, "a");
    for (const auto& item : feed)
        CHECK(item.personal == personal("k1", 1, {}).personal);
    auto erase = operation("k1", 4);
    erase.erases = "u1";
    CHECK(push(*store, job("a", "k1", {erase})).taken == std::vector{Taken::Stored});
    feed = whole_feed(*store, "a");
    REQUIRE(feed.size() == 4);
    CHECK(feed[0].personal.empty());
    CHECK(!feed[1].personal.empty());
    CHECK(feed[2].personal.empty()); // any of its owners
    CHECK(feed[0].line == operation("k1", 1).line);
    CHECK(!whole_feed(*store, "b").front().personal.empty());

    store.reset();
    store = where.open();
    push(*store, job("a", "k1", {personal("k1", 5, {"u1"}), personal("k1", 6, {"u4"}), personal("k1", 1, {"u1"})}));
    feed = whole_feed(*store, "a");
    REQUIRE(feed.size() == 6);
    CHECK(feed[0].personal.empty()); // sent again, it does not come back
    CHECK(feed[4].personal.empty());
    CHECK(!feed[5].personal.empty());

    // In one batch, the erasure behind or before: both ways it is gone.
    auto both = operation("k1", 8);
    both.erases = "u5";
    push(*store, job("a", "k1", {personal("k1", 7, {"u5"}), both, personal("k1", 9, {"u5"})}));
    feed = whole_feed(*store, "a");
    CHECK(feed[6].personal.empty());
    CHECK(feed[8].personal.empty());
}

EACH_STORE("hub store: a personal part that was missing is taken when the operation comes again") {
    TestType where;
    auto store = where.open();
    push(*store, batch("a", "k1", 1, 2));
    CHECK(push(*store, job("a", "k1", {personal("k1", 1, {"u1"})})).taken == std::vector{Taken::Duplicate});
    auto feed = whole_feed(*store, "a");
    REQUIRE(feed.size() == 2);
    CHECK(!feed[0].personal.empty());
    CHECK(feed[1].personal.empty());
    auto erase = operation("k1", 3);
    erase.erases = "u1";
    push(*store, job("a", "k1", {erase}));
    CHECK(whole_feed(*store, "a")[0].personal.empty());
}

EACH_STORE("hub store: an enrolment code works once, in time") {
    TestType where;
    auto store = where.open();
    need(store->put_code({"c1", "ev", true, 1000, false, "cd1,谷"}));
    need(store->put_code({"c2", "", false, 1000, false, ""}));
    CHECK(!need(store->use_code("c0", 1)));
    CHECK(!need(store->use_code("c2", 1000)));
    const auto used = need(store->use_code("c1", 999));
    REQUIRE(used);
    CHECK(used->event == "ev");
    CHECK(used->for_hub);
    CHECK(used->expires_ms == 1000);
    CHECK(used->confidential == "cd1,谷");
    CHECK(!need(store->use_code("c1", 999)));
    store.reset();
    store = where.open();
    CHECK(!need(store->use_code("c1", 999)));
    CHECK(need(store->use_code("c2", 999)));
}

EACH_STORE("hub store: devices, users, facts and the audit are kept as they were put") {
    TestType where;
    auto store = where.open();
    DeviceRow device{"a", "k1", "hash", true, false, "i1", "i0", "xiangdao 1", 1, 2, -3, 4, "cd1,谷"};
    need(store->put_device(device));
    need(store->put_device({"b", "k1", "other", false, false, "", "", "", 0, 0, 0, 0, ""}));
    device.revoked = true;
    device.pending = 1'000'000;
    need(store->put_device(device));
    need(store->put_user({"王", "admin", "t1", false, 5}));
    need(store->put_user({"王", "viewer", "t2", true, 6}));
    need(store->set_fact("relay", "1"));
    need(store->set_fact("relay", "2"));
    need(store->audit({1, "王", "device.revoke k1"}));
    need(store->audit({2, "王", "epoch"}));
    store.reset();
    store = where.open();
    const auto devices = need(store->devices());
    REQUIRE(devices.size() == 2);
    CHECK(devices[0].token_hash == "hash");
    CHECK(devices[0].confidential == "cd1,谷");
    CHECK(devices[1].confidential.empty());
    CHECK(devices[0].is_hub);
    CHECK(devices[0].revoked);
    CHECK(devices[0].incarnation == "i1");
    CHECK(devices[0].cloned_by == "i0");
    CHECK(devices[0].software == "xiangdao 1");
    CHECK(devices[0].enrolled_ms == 1);
    CHECK(devices[0].seen_ms == 2);
    CHECK(devices[0].offset_ms == -3);
    CHECK(devices[0].pending == 1'000'000);
    CHECK(devices[1].event == "b");
    const auto users = need(store->users());
    REQUIRE(users.size() == 1);
    CHECK(users[0].role == "viewer");
    CHECK(users[0].token_hash == "t2");
    CHECK(users[0].revoked);
    CHECK(need(store->fact("relay")) == "2");
    CHECK(!need(store->fact("hub"))); // the store's own facts are not among them
    const auto audit = need(store->audit_log(1));
    REQUIRE(audit.size() == 1);
    CHECK(audit[0].what == "epoch");
    CHECK(need(store->audit_log(10)).size() == 2);
}

EACH_STORE("hub store: what is confidential is left out of the feed of whoever has no right to it") {
    TestType where;
    const auto store = where.open();
    auto secret = [](std::uint64_t seq, const std::string& session) {
        auto made = operation("k1", seq);
        made.confidential = session;
        return made;
    };
    push(*store, batch("a", "k1", 1, 2));
    CHECK(!need(store->any_confidential("a", 100)));
    push(*store, job("a", "k1", {secret(3, "cd1"), secret(4, "cd,2"), secret(5, "谷"), operation("k1", 6)}));
    CHECK(!need(store->any_confidential("a", 2)));
    CHECK(need(store->any_confidential("a", 3)));
    CHECK(!need(store->any_confidential("b", 100)));
    const auto numbers = [&](const std::string& scope) {
        std::vector<std::uint64_t> found;
        for (std::uint64_t after = 0;;) {
            const auto page = need(store->feed("a", after, 2, 1 << 20, {}, scope));
            for (const auto& item : page.items)
                found.push_back(item.number);
            if (page.scanned_to == page.latest)
                return found;
            REQUIRE(page.scanned_to > after);
            after = page.scanned_to;
        }
    };
    CHECK(numbers("*") == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
    CHECK(numbers("") == std::vector<std::uint64_t>{1, 2, 6});
    CHECK(numbers("cd1") == std::vector<std::uint64_t>{1, 2, 3, 6});
    CHECK(numbers("cd,cd1,谷") == std::vector<std::uint64_t>{1, 2, 3, 5, 6});
    CHECK(numbers("cd,2") == std::vector<std::uint64_t>{1, 2, 6}); // an id with a comma is nobody's but theirs who get all
    CHECK(need(store->feed("a", 2, 100, 1 << 20, Store::Skip{"k1", "i1"}, "")).items.empty());
}

EACH_STORE("hub store: readers beside a writer see whole commits in order and skip nothing") {
    TestType where;
    auto store = where.open();
    constexpr std::uint64_t rounds = 60;
    constexpr std::uint64_t size = 5;
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i)
        readers.emplace_back([&] {
            std::uint64_t seen = 0;
            for (bool last = false; !last;) {
                last = done;
                const auto page = store->feed("a", seen, 1000, 1 << 20, {});
                if (!page || page->latest % size != 0)
                    ++wrong;
                else
                    for (const auto& item : page->items)
                        wrong += item.number != ++seen;
            }
            wrong += seen != rounds * size;
        });
    for (std::uint64_t round = 0; round < rounds; ++round)
        push(*store, batch("a", "k1", round * size + 1, (round + 1) * size));
    done = true;
    for (auto& reader : readers)
        reader.join();
    CHECK(wrong == 0);
}

EACH_STORE("hub store: many devices pushing anything in any order end at what a plain model says") {
    TestType where;
    auto store = where.open();
    SeededRandom dice(4711);
    const auto roll = [&](std::uint64_t sides) {
        std::uint8_t bytes[8];
        dice.fill(bytes);
        std::uint64_t value = 0;
        for (const auto byte : bytes)
            value = value << 8 | byte;
        return value % sides;
    };
    std::map<std::string, std::map<std::uint64_t, std::uint8_t>> stored;
    std::map<std::string, std::set<std::uint64_t>> aside;
    std::uint64_t count = 0;
    for (int round = 0; round < 60; ++round) {
        std::vector<PushJob> jobs;
        std::vector<std::vector<Taken>> expected;
        for (std::uint64_t n = roll(3) + 1; n > 0; --n) {
            const auto device = "k" + std::to_string(roll(4));
            auto& made = jobs.emplace_back(job("a", device, {}));
            auto& outcome = expected.emplace_back();
            auto seq = roll(60) + 1;
            bool twisted = false; // behind a twin nothing new is taken in that push
            for (std::uint64_t items = roll(12); items > 0; --items, seq = roll(5) == 0 ? roll(60) + 1 : seq + 1) {
                if (roll(15) == 0) {
                    made.items.push_back(refused(device + "/i1/" + std::to_string(seq), "hash"));
                    outcome.push_back(Taken::Quarantined);
                    aside[device].insert(seq);
                    continue;
                }
                const auto variant = static_cast<std::uint8_t>(roll(20) == 0);
                made.items.push_back({operation(device, seq, "i1", variant), {}});
                const auto known = stored[device].find(seq);
                if (known != stored[device].end()) {
                    outcome.push_back(known->second == variant ? Taken::Duplicate : Taken::Conflict);
                    twisted = twisted || known->second != variant;
                    continue;
                }
                outcome.push_back(twisted ? Taken::Conflict : Taken::Stored);
                if (twisted)
                    continue;
                stored[device].emplace(seq, variant);
                ++count;
            }
        }
        const auto done = need(store->commit(jobs));
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            CHECK(done[i].taken == expected[i]);
            CHECK(done[i].latest == count);
            for (const auto& [chain, contiguous] : done[i].contiguous) {
                std::uint64_t model = 0;
                while (stored[chain.first].contains(model + 1) || aside[chain.first].contains(model + 1))
                    ++model;
                CHECK(contiguous == model);
            }
        }
        if (round % 20 == 19) {
            store.reset();
            store = where.open();
        }
    }
    const auto feed = whole_feed(*store, "a", {}, 100);
    REQUIRE(feed.size() == count);
    for (std::size_t i = 0; i < feed.size(); ++i)
        CHECK(feed[i].number == i + 1);
    for (const auto& [device, operations] : stored)
        for (const auto& [seq, variant] : operations) {
            const auto head = need(store->operation_head("a", device, "i1", seq));
            REQUIRE(head);
            CHECK(head->hash == operation(device, seq, "i1", variant).hash);
        }
}
