// SPDX-License-Identifier: Apache-2.0
// Conflicts: duplicate entries minus those that somebody has settled.
#include "core/conflicts.hpp"
#include "crypto/crypto.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace kiosk::core;

namespace {

const kiosk::crypto::Sodium& hasher() {
    static const bool ready = kiosk::crypto::initialise();
    static const kiosk::crypto::Sodium sodium;
    KIOSK_ASSERT(ready);
    return sodium;
}

StoredScan entry(const char* device, std::int64_t at_s) {
    StoredScan scan;
    scan.id = {device, "1", static_cast<std::uint64_t>(at_s)};
    scan.record.checkpoint = "main";
    scan.record.ticket = "A";
    scan.record.registration = "uid-a";
    scan.record.outcome = Outcome::Admitted;
    scan.record.at = {at_s * 1000};
    return scan;
}

EventConfig one_door(Scope scope = Scope::Event) {
    EventConfig config;
    Checkpoint door;
    door.id = "main";
    door.scope = scope;
    config.checkpoints = {door};
    return config;
}

Operation written(const OperationDraft& draft, std::uint64_t seq, const char* device = "k1") {
    Operation operation;
    operation.id = {device, "1", seq};
    operation.kind = draft.kind;
    operation.subject = draft.subject;
    operation.body = draft.body;
    operation.personal = draft.personal;
    operation.hlc = {seq << 16};
    operation.wall = {static_cast<std::int64_t>(seq) * 1000};
    return operation;
}

std::vector<Conflict> conflicts(const EventConfig& config, const std::vector<StoredScan>& scans,
                                const std::vector<Operation>& notes = {}) {
    return find_conflicts(config, scans, notes, hasher());
}

} // namespace

TEST_CASE("conflicts: a note settles exactly the scans that were looked at", "[core][conflicts]") {
    const auto config = one_door();
    std::vector<StoredScan> scans{entry("k1", 100), entry("k2", 101)};
    const auto open = conflicts(config, scans);
    REQUIRE(open.size() == 1);
    CHECK_FALSE(open.front().resolved);
    CHECK(open.front().day == 0);
    CHECK(open.front().id.size() == 32);

    const auto draft = make_conflict_resolution(open.front(), "desk-1", "同名两位，已核实");
    CHECK(draft.subject == "uid-a"); // erased with the person
    CHECK(draft.body.find("核实") == std::string::npos);
    const auto note = written(draft, 200);
    const auto settled = conflicts(config, scans, {note});
    REQUIRE(settled.size() == 1);
    CHECK(settled.front().resolved);
    CHECK(settled.front().resolved_by == "desk-1");
    CHECK(settled.front().resolved_at == Instant{200'000});
    CHECK(settled.front().note == "同名两位，已核实");

    SECTION("another scan opens it again") {
        scans.push_back(entry("k3", 102));
        const auto grown = conflicts(config, scans, {note});
        REQUIRE(grown.size() == 1);
        CHECK_FALSE(grown.front().resolved);
        CHECK(grown.front().id != open.front().id);
    }
    SECTION("one scan less does not") {
        scans.push_back(entry("k3", 102));
        const auto three = conflicts(config, scans);
        const auto on_three = written(make_conflict_resolution(three.front(), "desk-1", ""), 300);
        scans.back().undone = true;
        CHECK(conflicts(config, scans, {on_three}).front().resolved);
    }
    SECTION("an undo that takes the extra entry back leaves nothing to settle") {
        scans.back().undone = true;
        CHECK(conflicts(config, scans, {note}).empty());
    }
}

TEST_CASE("conflicts: the list does not depend on the order of arrival", "[core][conflicts]") {
    const auto config = one_door();
    std::vector<StoredScan> scans{entry("k1", 100), entry("k2", 101), entry("k3", 102)};
    const auto open = conflicts(config, scans);
    std::vector<Operation> notes{written(make_conflict_resolution(open.front(), "first", ""), 200),
                                 written(make_conflict_resolution(open.front(), "last", ""), 201, "hub")};
    const auto forwards = conflicts(config, scans, notes);
    std::ranges::reverse(scans);
    std::ranges::reverse(notes);
    const auto backwards = conflicts(config, scans, notes);
    REQUIRE(forwards.size() == 1);
    REQUIRE(backwards.size() == 1);
    CHECK(forwards.front().id == backwards.front().id);
    CHECK(forwards.front().resolved_by == "last");
    CHECK(backwards.front().resolved_by == "last");
}

TEST_CASE("conflicts: a door that counts by day has one for each day", "[core][conflicts]") {
    const auto config = one_door(Scope::Day);
    constexpr std::int64_t day_s = 86'400;
    const std::vector<StoredScan> scans{entry("k1", 100), entry("k2", 101), entry("k1", day_s + 100), entry("k2", day_s + 101)};
    const auto open = conflicts(config, scans);
    REQUIRE(open.size() == 2);
    CHECK(open[0].day != open[1].day);
    const auto note = written(make_conflict_resolution(open[0], "desk-1", ""), 200);
    const auto after = conflicts(config, scans, {note});
    CHECK(after[0].resolved);
    CHECK_FALSE(after[1].resolved);
}

TEST_CASE("conflicts: a note that names only the conflict is enough, and one that can't be read settles nothing", "[core][conflicts]") {
    const auto config = one_door();
    const std::vector<StoredScan> scans{entry("k1", 100), entry("k2", 101)};
    const auto id = conflicts(config, scans).front().id;
    const auto note = [](const std::string& body) {
        return written({std::string(operation_kind::note), "", body, {}}, 200);
    };
    CHECK(conflicts(config, scans, {note(R"({"conflict":")" + id + R"(","what":"conflict.resolved","who":"u1"})")}).front().resolved);
    for (const auto* body : {R"({"what":"conflict.resolved"})", R"({"what":"conflict.resolved","conflict":7})", R"([])", "{",
                             R"({"what":"conflict.resolved","entries":["x"],"who":"u1"})",
                             R"({"what":"export","conflict":"x"})"})
        CHECK_FALSE(conflicts(config, scans, {note(body)}).front().resolved);
}
