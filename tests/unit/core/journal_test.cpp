// SPDX-License-Identifier: Apache-2.0
// Operations, their clock, and entries that were made apart.
#include "core/catalogue.hpp"
#include "core/duplicates.hpp"
#include "core/operation.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace kiosk::core;

TEST_CASE("operation: the clock only grows, and a future one is not followed", "[core][operation]") {
    const Instant now{1'000'000'000};
    const auto first = next_hlc({}, now);
    const auto second = next_hlc(first, now);
    CHECK(second > first);
    CHECK(next_hlc(second, now - 60'000) > second); // set back
    const Hlc near{static_cast<std::uint64_t>((now + 4 * minute_ms).unix_ms) << 16};
    const Hlc far{static_cast<std::uint64_t>((now + 6 * minute_ms).unix_ms) << 16};
    CHECK(observe_hlc(second, near, now) > near);
    CHECK(observe_hlc(second, far, now) < far);
    CHECK(observe_hlc(second, far, now) > second);
}

TEST_CASE("operation: ids and canonical bytes", "[core][operation]") {
    const OperationId id{"door/left", "abc", 7}; // a name may hold a slash
    CHECK(parse_operation_id(to_string(id)).value() == id);
    for (const auto* wrong : {"", "a", "a/b", "a/b/", "a/b/0", "a//1", "/b/1", "a/b/1x", "a/b/-1"})
        CHECK_FALSE(parse_operation_id(wrong));
    Operation operation;
    operation.id = id;
    operation.kind = "scan";
    operation.subject = "ab";
    operation.body = "c";
    auto other = operation;
    other.subject = "a";
    other.body = "bc"; // the same characters, parted elsewhere
    CHECK(canonical_bytes(operation) != canonical_bytes(other));
    auto personal = operation;
    personal.personal = "王谷雨"; // not hashed in the clear
    CHECK(canonical_bytes(operation) == canonical_bytes(personal));
}

namespace {

StoredScan entry(const char* device, std::int64_t at_s, Direction direction = Direction::Entry) {
    StoredScan scan;
    scan.id = {device, "1", static_cast<std::uint64_t>(at_s)};
    scan.record.checkpoint = "main";
    scan.record.ticket = "A";
    scan.record.direction = direction;
    scan.record.outcome = Outcome::Admitted;
    scan.record.at = {at_s * 1000};
    return scan;
}

EventConfig one_door() {
    EventConfig config;
    Checkpoint door;
    door.id = "main";
    config.checkpoints = {door};
    return config;
}

std::int64_t too_many(const EventConfig& config, std::vector<StoredScan> scans) {
    std::int64_t sum = 0;
    for (const auto& found : find_duplicates(config, scans))
        sum += found.too_many;
    std::ranges::reverse(scans);
    std::int64_t backwards = 0;
    for (const auto& found : find_duplicates(config, scans))
        backwards += found.too_many;
    CHECK(sum == backwards); // whatever the order of arrival
    return sum;
}

} // namespace

TEST_CASE("duplicates: n entries made apart are n - 1", "[core][duplicates]") {
    const auto config = one_door();
    CHECK(too_many(config, {entry("k1", 1)}) == 0);
    CHECK(too_many(config, {entry("k1", 1), entry("k2", 2), entry("k3", 3)}) == 2);
    auto undone = entry("k2", 2);
    undone.undone = true;
    CHECK(too_many(config, {entry("k1", 1), undone}) == 0);
    auto forced = entry("k2", 2);
    forced.record.override_staff = "desk-1";
    CHECK(too_many(config, {entry("k1", 1), forced}) == 0);
}

TEST_CASE("duplicates: doors that allow it make none", "[core][duplicates]") {
    auto config = one_door();
    config.checkpoints.front().allow_multiple = true;
    CHECK(too_many(config, {entry("k1", 1), entry("k2", 2)}) == 0);
    config.checkpoints.front().allow_multiple = false;
    config.checkpoints.front().allow_reentry = true;
    CHECK(too_many(config, {entry("k1", 1), entry("k1", 2, Direction::Exit), entry("k2", 3)}) == 0);
    CHECK(too_many(config, {entry("k1", 1), entry("k2", 3)}) == 1);
    config.checkpoints.front().allow_reentry = false;
    config.checkpoints.front().scope = Scope::Day;
    CHECK(too_many(config, {entry("k1", 1), entry("k2", 86'400 + 1)}) == 0);
}

TEST_CASE("catalogue: both languages, the same keys and arguments", "[core][catalogue]") {
    using Source = Catalogue::Source;
    const auto make = [](std::string zh, std::string en) {
        const std::vector<Source> sources{{Language::Chinese, "zh", std::move(zh)}, {Language::English, "en", std::move(en)}};
        return Catalogue::create(sources);
    };
    const auto good = make(R"({"a":"欢迎，{name}"})", R"({"a":"Welcome, {name}"})");
    REQUIRE(good);
    CHECK(good->text(Language::English, Message{"a", {{"name", "Grace"}}}) == "Welcome, Grace");
    CHECK(good->text(Language::Chinese, Message{"a", {{"name", "{name}"}}}) == "欢迎，{name}"); // put in once
    CHECK(good->text(Language::English, "b") == "b");
    CHECK_FALSE(make(R"({"a":"一"})", R"({"b":"one"})"));
    CHECK_FALSE(make(R"({"a":"一 {n}"})", R"({"a":"one"})"));
    CHECK_FALSE(make(R"({"a":1})", R"({"a":"one"})"));
    CHECK_FALSE(make("[", "{}"));
}
