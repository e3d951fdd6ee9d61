// SPDX-License-Identifier: Apache-2.0
// Is the simulation worth anything? The same seed must give the same run, and a client that is wrong must be caught.
#include "support/catch.hpp"

#include "main/simulate/simulation.hpp"

using namespace kiosk::simulate;

namespace {

Report run(std::uint64_t seed, Sabotage sabotage = Sabotage::None) {
    Plan plan;
    plan.seed = seed;
    plan.devices = 3;
    plan.hours = 0.5;
    plan.sabotage = sabotage;
    return simulate(plan);
}

// How many of a few seeds notice it.
int noticed(Sabotage sabotage, std::uint64_t seeds) {
    int count = 0;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        count += run(seed, sabotage).ok() ? 0 : 1;
    return count;
}

} // namespace

TEST_CASE("simulation: the same seed is the same run, another one is not", "[simulation]") {
    const auto first = run(3), again = run(3), other = run(4);
    for (const auto& line : first.failures)
        UNSCOPED_INFO(line);
    CHECK(first.ok());
    CHECK(first.digest == again.digest);
    CHECK(first.requests == again.requests);
    CHECK(first.operations == again.operations);
    CHECK(first.digest != other.digest);
    CHECK(first.operations > 30);
    CHECK(first.requests > 100);
}

TEST_CASE("simulation: a client that takes more for acknowledged than the hub said is caught", "[simulation]") {
    CHECK(noticed(Sabotage::AcknowledgesTooMuch, 3) >= 1);
}

TEST_CASE("simulation: a client that loses some of the feed is caught", "[simulation]") {
    CHECK(noticed(Sabotage::SkipsFeed, 2) == 2);
}
