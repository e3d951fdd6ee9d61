// SPDX-License-Identifier: Apache-2.0
// What is personal in quarantine goes with the person, or with its age; that it was there stays. On both stores.
#include "core/sealing.hpp"
#include "hub/quarantine.hpp"
#include "protocol/operation_json.hpp"
#include "store_fixture.hpp"

using namespace kiosk;
using namespace kiosk::test;
using namespace kiosk::test::hub_store;
using namespace kiosk::sync::hub;

#define EACH_STORE(name) TEMPLATE_TEST_CASE(name, "[hub][store][privacy]", OnSqlite, OnPostgres)

namespace {

constexpr const char* marker = "NAME-77";

core::Operation registration(const std::string& number, std::uint64_t seq) {
    core::Seal seal;
    seal.id = {"k9", "i1", seq};
    SeededRandom random;
    return core::seal(core::make_registration(person(number, marker)), seal, hasher(), random);
}
std::string whole(const core::Operation& operation) {
    std::string text;
    sync::protocol::append_operation(text, operation);
    return text;
}
std::string line_of(const core::Operation& operation) {
    std::string text;
    sync::protocol::append_line(text, operation);
    return text;
}
std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}
// A whole registration, one whose hash is wrong and which says too much, one with another way to write its uid, and bytes
// that are none; all of uid-0001. Then somebody else's.
std::vector<std::string> bad_things() {
    const auto first = whole(registration("0001", 1));
    auto forged = registration("0001", 2);
    forged.hash[0] = static_cast<std::uint8_t>(forged.hash[0] + 1);
    auto more = whole(forged);
    more.insert(1, std::string(R"("remark":")") + marker + "\",");
    return {first,
            more,
            replaced(whole(registration("0001", 3)), "uid-0001", "uid\\u002d0001"),
            std::string("{\"uid\":\"uid-0001\",\"name\":\"") + marker + "\xff\0",
            whole(registration("00011", 5)),
            std::string("[uid-00011] ") + marker};
}
constexpr std::size_t about_first = 4;

PushJob refusals(const std::string& event, const std::string& verdict = "revoked", std::int64_t at_ms = 1000) {
    auto made = job(event, "k9", {}, at_ms);
    std::uint64_t seq = 0;
    for (const auto& raw : bad_things())
        made.items.push_back(refused("k9/i1/" + std::to_string(++seq), verdict, raw));
    return made;
}
PushJob erasure(const std::string& event, std::uint64_t seq, const std::string& uid = "uid-0001") {
    auto erase = operation("k1", seq);
    erase.erases = uid;
    return job(event, "k1", {erase});
}
bool marked(const QuarantineEntry& entry) { return entry.raw.find(marker) != std::string::npos; }

} // namespace

TEST_CASE("hub quarantine: a uid is a word of its own, whatever stands around it", "[hub][privacy]") {
    ErasedUids uids;
    CHECK(uids.empty());
    CHECK_FALSE(uids.mentioned_in("uid-1"));
    uids.add("");
    CHECK(uids.empty());
    uids.add("uid-1");
    uids.add("谷雨:2");
    for (const auto* text : {"uid-1", "{\\\"uid\\\":\\\"uid-1\\\"}", "x uid-1", "uid-1\xff", "谷雨uid-1", "a谷雨:2", "谷雨:2:"})
        CHECK(uids.mentioned_in(text));
    for (const auto* text : {"", "uid-17", "xuid-1", "uid-1_", "uid", "谷雨:22", "谷雨", ":2"})
        CHECK_FALSE(uids.mentioned_in(text));
}

EACH_STORE("hub store: an erasure takes what is personal out of quarantine, and leaves that it was there") {
    TestType where;
    auto store = where.open();
    const auto raws = bad_things();
    auto before = push(*store, refusals("a"));
    push(*store, refusals("b"));
    const auto kept = need(store->quarantine(0, 100));
    REQUIRE(kept.size() == 2 * raws.size());
    for (std::size_t i = 0; i < kept.size(); ++i)
        CHECK(kept[i].raw == raws[i % raws.size()]);

    push(*store, erasure("a", 1));
    auto left = need(store->quarantine(0, 100));
    REQUIRE(left.size() == kept.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
        CAPTURE(i, left[i].raw);
        CHECK(marked(left[i]) == (i >= about_first));
        auto same = left[i];
        same.raw = kept[i].raw;
        CHECK(std::tie(same.event, same.via, same.claimed, same.verdict, same.at_ms, same.number) ==
              std::tie(kept[i].event, kept[i].via, kept[i].claimed, kept[i].verdict, kept[i].at_ms, kept[i].number));
        if (i >= about_first)
            CHECK(left[i].raw == kept[i].raw);
    }
    CHECK(left[0].raw == line_of(registration("0001", 1)));
    CHECK(left[2].raw == line_of(registration("0001", 3)));
    CHECK(left[1].raw.find("\"kind\":\"registration.set\"") != std::string::npos);
    CHECK(left[3].raw == R"({"erased":true,"bytes":)" + std::to_string(raws[3].size()) + R"(,"blake2b":")" +
                             core::to_hex(hasher().blake2b_256(raws[3])) + "\"}");

    // The same bytes again are the same entries: nothing is new, and nothing comes back.
    store.reset();
    store = where.open();
    for (int round = 0; round < 2; ++round) {
        const auto again = push(*store, refusals("a"));
        CHECK(again.taken == before.taken);
        CHECK(again.contiguous == before.contiguous);
        CHECK(need(store->quarantine_count()) == kept.size());
        CHECK_FALSE(marked(need(store->quarantine(0, 1)).front()));
    }
    push(*store, erasure("a", 2, "uid-00011"));
    left = need(store->quarantine(0, raws.size()));
    CHECK(std::ranges::none_of(left, marked));
    CHECK(std::ranges::count_if(need(store->quarantine(0, 100)), marked) == static_cast<std::ptrdiff_t>(raws.size())); // of "b"
}

EACH_STORE("hub store: what comes into quarantine after an erasure, or with it, is emptied as well") {
    TestType where;
    auto store = where.open();
    push(*store, erasure("a", 1));
    SECTION("after a restart") {
        store.reset();
        store = where.open();
    }
    SECTION("at once") {}
    push(*store, refusals("a"));
    const auto all = bad_things().size();
    auto entries = need(store->quarantine(0, 100));
    REQUIRE(entries.size() == all);
    for (std::size_t i = 0; i < all; ++i)
        CHECK(marked(entries[i]) == (i >= about_first));
    push(*store, refusals("a")); // again: found by what it was
    CHECK(need(store->quarantine_count()) == all);
    push(*store, refusals("a", "foreign_event")); // for another reason it is another entry, and empty too
    entries = need(store->quarantine(all, 100));
    REQUIRE(entries.size() == all);
    for (std::size_t i = 0; i < all; ++i)
        CHECK(marked(entries[i]) == (i >= about_first));

    // In one transaction, whichever stands first.
    const std::vector both{refusals("a", "hash"), erasure("a", 2, "uid-00011"), refusals("a", "malformed")};
    need(store->commit(both));
    entries = need(store->quarantine(2 * all, 100));
    REQUIRE(entries.size() == 2 * all);
    CHECK(std::ranges::none_of(entries, marked));
}

EACH_STORE("hub store: what is old loses its personal part without anybody being erased") {
    TestType where;
    auto store = where.open();
    const auto all = bad_things().size();
    push(*store, refusals("a", "revoked", 1000));
    push(*store, refusals("b", "revoked", 2000));
    auto twin = operation("k1", 1, "i1", 1);
    push(*store, job("a", "k1", {operation("k1", 1), twin}, 1000));
    CHECK(need(store->empty_quarantine(1000)) == 0);
    CHECK(need(store->empty_quarantine(2000)) == all); // the twin was kept without
    CHECK(need(store->empty_quarantine(2000)) == 0);
    auto entries = need(store->quarantine(0, 100));
    REQUIRE(entries.size() == 2 * all + 1);
    for (std::size_t i = 0; i < 2 * all; ++i)
        CHECK(marked(entries[i]) == (i >= all));
    CHECK(entries[0].raw == line_of(registration("0001", 1)));
    CHECK(entries.back().raw == twin.line);
    const auto again = push(*store, refusals("a", "revoked", 9000));
    CHECK(again.contiguous.at({"k9", "i1"}) == all);
    CHECK(need(store->quarantine_count()) == 2 * all + 1);
    CHECK(need(store->quarantine(0, 1)).front().at_ms == 1000);
    CHECK_FALSE(marked(need(store->quarantine(0, 1)).front()));
    CHECK(need(store->empty_quarantine(10'000)) == all);
    entries = need(store->quarantine(0, 100));
    CHECK(std::ranges::none_of(entries, marked));
}
