// SPDX-License-Identifier: Apache-2.0
// Projections are a fold over a set: whatever the order of arrival, whatever arrives twice, they come out the same.
#include "support/storage_fixture.hpp"

#include "storage/crash_vfs.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <random>

using namespace kiosk;
using namespace kiosk::test;

namespace {

// Three devices that write about the same few people, doors and documents, and sometimes see each other's operations.
std::vector<core::Operation> history(const std::string& layer, std::uint64_t seed, int steps) {
    std::mt19937_64 random(seed);
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    struct Device {
        Ports ports;
        std::unique_ptr<storage::Database> database;
    };
    std::array<Device, 3> devices;
    for (std::size_t i = 0; i < devices.size(); ++i) {
        devices[i].ports.random = SeededRandom(seed * 10 + i);
        const auto name = "d" + std::to_string(i);
        devices[i].database = open(name + ".db", devices[i].ports, name, layer);
    }
    std::vector<std::string> scans;
    for (int step = 0; step < steps; ++step) {
        auto& device = devices[pick(devices.size())];
        // Clocks that disagree, stand still and go back: ties and disorder.
        device.ports.clock.at = device.ports.clock.at + static_cast<std::int64_t>(pick(5)) * 1000 - 1500;
        auto& database = *device.database;
        const auto number = std::to_string(1000 + pick(4));
        switch (pick(9)) {
        case 0: {
            auto registration = person(number, pick(2) ? "王谷雨" : "Grace Hopper");
            registration.status = pick(2) ? core::RegistrationStatus::Confirmed : core::RegistrationStatus::Cancelled;
            append(database, core::make_registration(registration));
            break;
        }
        case 1:
            append(database, core::make_config({"checkpoint", "c" + std::to_string(pick(2)),
                                                R"({"v":)" + std::to_string(pick(100)) + "}"}));
            break;
        case 2: append(database, core::make_revocation("T" + number)); break;
        case 3:
            append(database, core::make_invitation({"s1", "T" + number, pick(2) ? "guest" : "host",
                                                    core::InvitationStatus::Accepted, pick(2) == 1}));
            break;
        case 4:
            if (!scans.empty())
                append(database, core::make_undo({scans[pick(scans.size())], "boss", device.ports.clock.at}, ""));
            break;
        case 5:
            if (pick(4) == 0)
                append(database, core::make_erasure("uid-" + number));
            else
                append(database, note("n"));
            break;
        case 6: need(database.ingest(all_operations(*devices[pick(devices.size())].database))); break;
        default: {
            auto scan = entry("T" + number, device.ports.clock.at, "c" + std::to_string(pick(2)));
            scan.registration = "uid-" + number;
            scan.direction = pick(3) ? core::Direction::Entry : core::Direction::Exit;
            scan.outcome = pick(4) ? core::Outcome::Admitted : core::Outcome::Repeat;
            if (pick(2))
                scan.answers["diet"] = std::string("x");
            scans.push_back(core::to_string(append(database, core::make_scan(scan)).last));
        }
        }
    }
    std::vector<core::Operation> all;
    for (auto& device : devices) {
        auto part = all_operations(*device.database);
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

struct Outcome {
    std::string dump;
    std::vector<std::int64_t> counts;
};

Outcome outcome(storage::Database& database) {
    Outcome result{need(database.dump_projections()), {}};
    for (const auto& row : need(database.counts()))
        for (const auto n : {row.admitted, row.inside, row.entries, row.repeats, row.refused})
            result.counts.push_back(n);
    for (const auto* checkpoint : {"c0", "c1"})
        result.counts.push_back(need(database.occupancy(checkpoint, std::nullopt)));
    return result;
}

} // namespace

TEST_CASE("projections: any order, duplicates and a rebuild give the same bytes", "[storage][order]") {
    int round = 0;
    const bool holds = rc::check([&] {
        const auto seed = *rc::gen::arbitrary<std::uint32_t>();
        const auto steps = *rc::gen::inRange(5, 60);
        storage::CrashVfs layer("order"); // in memory: nothing waits for a disk
        const auto operations = history(layer.name(), seed, steps);
        std::mt19937_64 random(seed);

        std::optional<Outcome> expected;
        for (int attempt = 0; attempt < 3; ++attempt) {
            auto shuffled = operations;
            std::ranges::shuffle(shuffled, random);
            for (std::size_t i = 0; i < operations.size() / 3; ++i)
                shuffled.push_back(operations[random() % operations.size()]); // again
            Ports ports;
            auto database = open("fold-" + std::to_string(attempt) + ".db", ports, "reader", layer.name());
            bool asked = false;
            for (std::size_t from = 0; from < shuffled.size();) {
                const auto size = std::min<std::size_t>(1 + random() % 20, shuffled.size() - from);
                need(database->ingest(std::span(shuffled).subspan(from, size)));
                from += size;
                if (!asked && random() % 3 == 0) { // what is held in memory must follow
                    static_cast<void>(outcome(*database));
                    asked = true;
                }
            }
            const auto result = outcome(*database);
            if (!expected)
                expected = result;
            RC_ASSERT(result.dump == expected->dump);
            RC_ASSERT(result.counts == expected->counts);
            need(database->rebuild());
            const auto rebuilt = outcome(*database);
            RC_ASSERT(rebuilt.dump == expected->dump);
            RC_ASSERT(rebuilt.counts == expected->counts);
            RC_ASSERT(need(database->verify()).ok());
        }
        ++round;
    });
    CHECK(holds);
    CHECK(round > 10);
}
