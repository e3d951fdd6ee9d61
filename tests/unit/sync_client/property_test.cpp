// SPDX-License-Identifier: Apache-2.0
// Whatever goes wrong between kiosks and hub, once it stops going wrong everything drains, and everybody has the same.
#include "fake_hub.hpp"

#include <random>

using namespace kiosk;
using namespace kiosk::test;

namespace {

struct World {
    std::mt19937_64 dice;
    FakeHub hub;
    FakeKiosk one{hub, "k1"}, two{hub, "k2", "token-2"};
    bool healed = false;
    bool with_images = false;
    int epochs = 1;
    std::vector<FakeReplica::State> images;
    std::unique_ptr<FakeHub> backup = std::make_unique<FakeHub>(hub);

    explicit World(std::uint64_t seed) : dice(seed), with_images(seed % 2 == 0) {
        for (auto* kiosk : {&one, &two})
            for (auto* wire : {&kiosk->push_wire, &kiosk->feed_wire}) {
                wire->fault = [this](const auto&) { return fault(); };
                wire->instead = [this](const auto&) { return refusal(); };
            }
    }
    std::uint64_t roll(std::uint64_t sides) { return dice() % sides; }
    Fault fault() {
        if (healed || roll(3) != 0)
            return Fault::None;
        return static_cast<Fault>(2 + roll(6));
    }
    std::optional<client::WireAnswer> refusal() {
        if (healed || roll(6) != 0)
            return std::nullopt;
        const int statuses[] = {302, 400, 401, 403, 404, 413, 429, 500, 502, 503, 507};
        auto answer = FakeHub::error(statuses[roll(std::size(statuses))], roll(4) == 0 ? "revoked" : "word");
        if (roll(3) == 0)
            answer.body = "<html>";
        return answer;
    }
    void happen() {
        for (auto* kiosk : {&one, &two}) {
            if (roll(3) == 0)
                kiosk->replica.write(roll(120));
            if (roll(20) == 0)
                kiosk->start();
            if (roll(12) == 0)
                kiosk->replica.fail_with = core::fail(ErrorCode::Io, "error.io", "disk").error();
            kiosk->push();
            kiosk->pull();
            kiosk->replica.fail_with.reset();
        }
        if (with_images && roll(10) == 0)
            images.push_back(one.replica.image());
        if (with_images && !images.empty() && roll(15) == 0) {
            one.replica.put_back(images[roll(images.size())]);
            if (roll(2) == 0)
                one.replica.write(roll(60), "again");
            one.start();
        }
        if (!with_images && roll(15) == 0)
            backup = std::make_unique<FakeHub>(hub);
        if (!with_images && roll(25) == 0)
            hub.restore(*backup, "e" + std::to_string(++epochs));
    }
};

} // namespace

TEST_CASE("sync property: after any failures everything drains and all have the same", "[sync_client][property]") {
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        INFO("seed " << seed);
        World world(seed);
        for (int round = 0; round < 60; ++round)
            world.happen();
        world.healed = true;
        bool quiet = false;
        for (int round = 0; round < 60 && !quiet; ++round)
            quiet = world.one.drain(200) && world.two.drain(200) && world.one.is_drained();
        REQUIRE(quiet);
        for (auto* kiosk : {&world.one, &world.two}) {
            require_all_at_hub(kiosk->replica, world.hub);
            require_all_here(kiosk->replica, world.hub);
            CHECK(kiosk->client->status().pending == 0);
            CHECK(kiosk->client->status().trouble == Trouble::None);
        }
        if (!world.with_images) {
            CHECK(world.one.replica.forks == 0);
            CHECK(world.hub.quarantine.empty());
        }
    }
}
