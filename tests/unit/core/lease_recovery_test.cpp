// SPDX-License-Identifier: Apache-2.0
// Leases of a hub that was put back from a backup.
#include "core/leases.hpp"

#include "support/catch.hpp"

#include <algorithm>

using namespace kiosk::core;

namespace {

constexpr Asker k1{"k1", "i1", 9'000};

Resource slot(const char* unit, std::int64_t from_s = 1'000) {
    return unit_resource(unit, Instant{from_s * 1000}, Instant{(from_s + 1'200) * 1000});
}
HeldLease row(Resource resource, std::string holder, std::uint64_t generation = 3, std::string booking = {}) {
    return {std::move(resource), std::move(holder), "i1", generation, 5, std::move(booking), 0};
}
LeaseWanted holds(Resource resource) { return {std::move(resource), 1, {}, true}; }

std::vector<std::string> of(const std::vector<HeldLease>& rows, const std::string& holder) {
    std::vector<std::string> texts;
    for (const auto& each : rows)
        if (each.holder == holder)
            texts.push_back(resource_text(each.resource));
    std::ranges::sort(texts);
    return texts;
}
const std::vector<std::string> both{"k1", "k2"};

} // namespace

TEST_CASE("lease recovery: what a device says it holds is what it holds", "[core][leases]") {
    std::vector rows{row(slot("T1"), "k1", 3, "uid-1"), row(person_resource("A"), "k1")};
    const std::vector wanted{holds(slot("T1")), holds(slot("T2")), LeaseWanted{person_resource("B"), 1, {}}};
    take_report(rows, wanted, both, k1, 8);
    REQUIRE(of(rows, "k1") == std::vector{resource_text(slot("T1")), resource_text(slot("T2"))}); // A it gave back, B it only wants
    REQUIRE(rows[0].generation == 3); // as the backup knows it
    REQUIRE(rows[0].booking == "uid-1");
    REQUIRE(rows[1].generation == 8);
    REQUIRE(rows[1].granted_ms == 9'000);
    const auto once = rows;
    take_report(rows, wanted, both, k1, 9);
    REQUIRE(rows == once); // said twice
}

TEST_CASE("lease recovery: who speaks is believed over the backup, who has spoken over who speaks later", "[core][leases]") {
    std::vector rows{row(slot("T1"), "k2"), row(slot("T2"), "k3"), row(person_resource("A"), "k2")};
    const std::vector wanted{holds(slot("T1", 1'600)), holds(slot("T2"))}; // T1's slot was moved since
    take_report(rows, wanted, both, k1, 8);
    REQUIRE(of(rows, "k1") == std::vector{resource_text(slot("T1", 1'600))});
    REQUIRE(of(rows, "k2") == std::vector<std::string>{"person:A"});
    REQUIRE(of(rows, "k3") == std::vector{resource_text(slot("T2"))});
}

TEST_CASE("lease recovery: seats are as many as each says", "[core][leases]") {
    std::vector rows{row(seats_resource("cd1", 3), "k2")};
    auto own = holds(seats_resource("cd1", 2));
    own.capacity = 4;
    take_report(rows, std::vector{own}, both, k1, 8);
    REQUIRE(rows.size() == 2); // k2 will say how many it really has
    REQUIRE(rows[1].resource.count == 2);
    own.resource.count = 0;
    take_report(rows, std::vector{own}, both, k1, 8);
    REQUIRE(of(rows, "k1").empty());
}

TEST_CASE("lease recovery: the hub of a hall holds everything or nothing", "[core][leases]") {
    std::vector rows{row(slot("T1"), "k2")};
    take_report(rows, std::vector{holds({"event", {}, {}, 1})}, both, k1, 8);
    REQUIRE(of(rows, "k1") == std::vector<std::string>{"event"});
    REQUIRE(of(rows, "k2").empty());
    take_report(rows, std::vector{holds(slot("T2"))}, std::vector<std::string>{"k2"}, {"k2", "i1", 9'000}, 8);
    REQUIRE(of(rows, "k2").empty()); // k1 has spoken
}

TEST_CASE("lease recovery: meanwhile nothing new is granted, and nobody is named for it", "[core][leases]") {
    const std::vector rows{row(slot("T1"), "k1"), row(slot("T2"), "k2"), row(seats_resource("cd1", 2), "k1")};
    const std::vector wanted{LeaseWanted{slot("T1"), 1, {}}, LeaseWanted{slot("T2"), 1, {}}, LeaseWanted{slot("T3"), 1, {}},
                             LeaseWanted{seats_resource("cd1", 3), 9, {}}};
    auto answers = grant_nothing_new(rows, wanted, false, k1);
    REQUIRE(answers.size() == 4);
    REQUIRE(answers[0].held);
    REQUIRE(answers[0].generation == 3);
    for (std::size_t i = 1; i < 4; ++i) {
        REQUIRE_FALSE(answers[i].held);
        REQUIRE(answers[i].holder.empty());
        REQUIRE_FALSE(answers[i].taken);
    }
    REQUIRE(answers[3].resource.count == 2); // those that it has
    answers = grant_nothing_new(rows, wanted, true, k1);
    REQUIRE(std::ranges::none_of(answers, &LeaseGranted::held));
}
