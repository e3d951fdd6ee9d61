// SPDX-License-Identifier: Apache-2.0
// How the hub deals out leases before anybody asked: everything once, most of a unit to the kiosk beside it.
#include "support/catch.hpp"

#include "core/leases.hpp"

#include <algorithm>
#include <map>

using namespace kiosk::core;

namespace {

constexpr Instant one_pm{1'795'150'800'000};
constexpr Instant morning = one_pm - 4 * hour_ms;
constexpr std::size_t no_limit = 1'000'000;

EventConfig hall(int units, int slots, const std::vector<std::string>& devices) {
    EventConfig config;
    for (int u = 0; u < units; ++u) {
        BookableUnit unit;
        unit.id = "T" + std::to_string(u);
        unit.host = "H" + std::to_string(u);
        unit.kiosk = devices[static_cast<std::size_t>(u) % devices.size()];
        for (int s = 0; s < slots; ++s) {
            const auto starts = one_pm + s * 25 * minute_ms;
            unit.slots.push_back({"s" + std::to_string(s), starts, starts + 20 * minute_ms, false});
        }
        config.units.push_back(std::move(unit));
    }
    return config;
}

std::vector<std::string> kiosks(int count) {
    std::vector<std::string> devices;
    for (int i = 0; i < count; ++i)
        devices.push_back("k" + std::to_string(10 + i));
    return devices;
}

// resource → device, of all that is dealt.
std::map<std::string, std::string> deal_all(const EventConfig& config, const std::vector<std::string>& devices,
                                            std::span<const HeldLease> rows = {}) {
    std::map<std::string, std::string> dealt;
    for (const auto& device : devices)
        for (const auto& want : deal(config, rows, devices, device, morning, no_limit)) {
            INFO(resource_text(want.resource));
            REQUIRE(dealt.emplace(resource_text(want.resource), device).second); // to nobody twice
            CHECK(want.booking.empty());
        }
    return dealt;
}

} // namespace

TEST_CASE("leases: every slot is dealt once, with its host's time beside it", "[core][leases]") {
    const auto devices = kiosks(5);
    const auto config = hall(8, 9, devices);
    const auto dealt = deal_all(config, devices);
    CHECK(dealt.size() == 2 * 8 * 9);
    for (const auto& unit : config.units)
        for (const auto& slot : unit.slots)
            CHECK(dealt.at(resource_text(unit_resource(unit.id, slot.starts, slot.ends))) ==
                  dealt.at(resource_text(person_resource(unit.host, slot.starts, slot.ends))));
    CHECK(deal_all(config, devices) == dealt); // the same everywhere
    CHECK(deal(config, {}, devices, "stranger", morning, no_limit).empty());
}

TEST_CASE("leases: most of a unit goes to the kiosk beside it, the rest to all", "[core][leases]") {
    const auto devices = kiosks(10);
    const auto config = hall(60, 24, devices);
    std::size_t own = 0;
    std::map<std::string, std::size_t> of_device;
    const auto dealt = deal_all(config, devices);
    for (const auto& unit : config.units)
        for (const auto& slot : unit.slots) {
            const auto& device = dealt.at(resource_text(unit_resource(unit.id, slot.starts, slot.ends)));
            own += device == unit.kiosk ? 1 : 0;
            ++of_device[device];
        }
    // 60 %, and its tenth of the rest.
    const auto share = static_cast<double>(own) / (60 * 24);
    CHECK(share > 0.60);
    CHECK(share < 0.68);
    for (const auto& device : devices)
        CHECK(of_device[device] > 60 * 24 / 10 * 8 / 10);

    // A unit whose kiosk is not here, or that has none, is spread.
    auto spread = hall(60, 24, {"elsewhere"});
    std::map<std::string, std::size_t> even;
    for (const auto& [resource, device] : deal_all(spread, devices))
        ++even[device];
    for (const auto& device : devices)
        CHECK(even[device] > 2 * 60 * 24 / 10 * 7 / 10);
}

TEST_CASE("leases: slots of one moment are spread evenly", "[core][leases]") {
    const auto devices = kiosks(7);
    const auto config = hall(20, 12, {"elsewhere"}); // no unit stands beside any of them
    const auto dealt = deal_all(config, devices);
    for (int s = 0; s < 12; ++s) {
        std::map<std::string, int> of_device;
        for (const auto& unit : config.units) {
            const auto& slot = unit.slots[static_cast<std::size_t>(s)];
            ++of_device[dealt.at(resource_text(unit_resource(unit.id, slot.starts, slot.ends)))];
        }
        CHECK(of_device.size() == devices.size());
        for (const auto& [device, count] : of_device)
            CHECK((count == 2 || count == 3)); // 20 of 7
    }
}

TEST_CASE("leases: when a device goes, the others get what it gives up, and nobody else's", "[core][leases]") {
    const auto devices = kiosks(6);
    const auto config = hall(20, 12, devices);
    const auto before = deal_all(config, devices);
    const std::vector<std::string> fewer(devices.begin(), devices.end() - 1);
    std::vector<HeldLease> rows;
    std::size_t given_up = 0;
    for (const auto& [resource, device] : before) {
        if (device == devices.back())
            ++given_up;
        else
            rows.push_back({*parse_resource(resource), device, "i1", 1, 0, "", 0});
    }
    REQUIRE(given_up > 0);
    const auto after = deal_all(config, fewer, rows);
    CHECK(after.size() == given_up);
    for (const auto& [resource, device] : after)
        CHECK(before.at(resource) == devices.back());
}

TEST_CASE("leases: what is blocked, past or held is not dealt", "[core][leases]") {
    const auto devices = kiosks(1);
    auto config = hall(2, 3, devices);
    config.units[0].slots[1].blocked = true;
    CHECK(deal_all(config, devices).size() == 2 * 5);
    const auto late = deal(config, {}, devices, "k10", config.units[0].slots[0].starts, no_limit);
    CHECK(late.size() == 2 * 3);

    const auto& slot = config.units[1].slots[2];
    std::vector<HeldLease> rows{{unit_resource("T1", slot.starts - minute_ms, slot.starts + minute_ms), "k99", "i1", 1, 0, "", 0}};
    CHECK(deal(config, rows, devices, "k10", morning, no_limit).size() == 2 * 4);
    rows[0].holder = "k10"; // also its own
    CHECK(deal(config, rows, devices, "k10", morning, no_limit).size() == 2 * 4);
    rows[0].resource = person_resource("H1"); // the host is held whole: the table can be dealt alone
    CHECK(deal(config, rows, devices, "k10", morning, no_limit).size() == 2 * 2 + 3);
    rows[0] = {Resource{"event", {}, {}, 1}, "venue", "i1", 1, 0, "", 0};
    CHECK(deal(config, rows, devices, "k10", morning, no_limit).empty());
}

TEST_CASE("leases: under a limit the nearest slots come first, never without their host", "[core][leases]") {
    const auto devices = kiosks(1);
    const auto config = hall(3, 4, devices);
    const auto wanted = deal(config, {}, devices, "k10", morning, 7);
    REQUIRE(wanted.size() == 6);
    for (const auto& want : wanted)
        CHECK(want.resource.starts == one_pm);
    CHECK(deal(config, {}, devices, "k10", morning, 0).empty());
    CHECK(deal(config, {}, devices, "k10", morning, 1).empty());
}
