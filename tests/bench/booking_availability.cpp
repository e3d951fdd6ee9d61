// SPDX-License-Identifier: Apache-2.0
// How much can still be booked when every kiosk is cut off from everything. 40 kiosks, 60 exhibitors' tables × 24 slots,
// requests for 70 % of them, in one order, seen by four worlds: an oracle that knows everything at once (the baseline),
// leases as the hub deals them out, a venue hub whose uplink is down, and optimistic booking, where each kiosk trusts what
// it knows itself. The rules are the product's own (core/leases.hpp); people and requests are drawn from a fixed seed.
//
// What is assumed of people: they book an exhibitor at the kiosk beside its table in `near` of all cases and anywhere else
// otherwise; in `home` of all cases the kiosk before them is the one that they were scanned at last while there was a
// line. Both are said in the output, with what comes out for other values of `near`.
#include "core/leases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace kiosk::core;

namespace {

constexpr int kiosks = 40, tables = 60, slots = 24, load_percent = 70, runs = 20;
constexpr std::int64_t minute = 60'000;
constexpr Instant opening{1'795'000'000'000};

std::string kiosk_name(int number) { return fmt::format("k{:02}", number); }
std::string table_name(int number) { return fmt::format("T{:02}", number); }

EventConfig hall() {
    EventConfig config;
    for (int table = 0; table < tables; ++table) {
        BookableUnit unit;
        unit.id = table_name(table);
        unit.host = fmt::format("HOST{:02}", table);
        unit.owner_org = fmt::format("展商{}", table);
        unit.kiosk = kiosk_name(table % kiosks);
        for (int slot = 0; slot < slots; ++slot) {
            const auto starts = opening + slot * 25 * minute;
            unit.slots.push_back({fmt::format("s{}", slot), starts, starts + 20 * minute, false});
        }
        config.units.push_back(std::move(unit));
    }
    return config;
}

struct Request {
    int visitor = 0;
    int kiosk = 0; // where they stand
    int home = 0;  // where their own lease is
    int table = 0; // wanted by name
    int slot = 0;  // the time they would like best
};

std::vector<Request> draw(std::mt19937& random, double near, double home) {
    const auto chance = [&](double of) { return std::uniform_real_distribution<>(0, 1)(random) < of; };
    const auto below = [&](int limit) { return std::uniform_int_distribution<>(0, limit - 1)(random); };
    std::vector<Request> requests;
    for (int visitor = 0; visitor < tables * slots * load_percent / 100; ++visitor) {
        Request request;
        request.visitor = visitor;
        request.table = below(tables);
        request.kiosk = chance(near) ? request.table % kiosks : below(kiosks);
        request.home = chance(home) ? request.kiosk : below(kiosks);
        request.slot = below(slots);
        requests.push_back(request);
    }
    return requests;
}

// Every kiosk in turn is dealt its share, as it is when kiosks start one after the other.
std::map<std::string, std::vector<Lease>> deal_out(const EventConfig& config, std::vector<HeldLease>& rows) {
    std::vector<std::string> names;
    for (int kiosk = 0; kiosk < kiosks; ++kiosk)
        names.push_back(kiosk_name(kiosk));
    std::uint64_t generation = 1;
    std::map<std::string, std::vector<Lease>> held;
    for (const auto& name : names) {
        const auto share = deal(config, rows, names, name, opening - minute, 100'000);
        for (const auto& granted : grant(rows, share, false, {name, "1", (opening - minute).unix_ms}, generation))
            if (granted.held)
                held[name].push_back({granted.resource, granted.generation, 0, granted.resource.starts, false});
    }
    return held;
}

// The wished time first, then the nearest ones.
std::vector<int> by_nearness(int wished) {
    std::vector<int> order(slots);
    for (int slot = 0; slot < slots; ++slot)
        order[static_cast<std::size_t>(slot)] = slot;
    std::ranges::stable_sort(order, {}, [&](int slot) { return std::abs(slot - wished); });
    return order;
}

struct Place {
    int table = 0, slot = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
};

// Where a request could be served: its exhibitor at any time, or any table at its time.
std::vector<Place> places_for(const Request& request, bool by_name) {
    std::vector<Place> places;
    if (by_name)
        for (const int slot : by_nearness(request.slot))
            places.push_back({request.table, slot});
    else
        for (int step = 0; step < tables; ++step)
            places.push_back({(request.table + step) % tables, request.slot});
    return places;
}

struct Outcome {
    int oracle = 0, leases = 0, venue_hub = 0, optimistic = 0, booked_twice = 0;
};

Outcome one_run(const EventConfig& config, const std::vector<Request>& requests, bool by_name) {
    Outcome outcome;
    std::vector<HeldLease> rows;
    const auto held = deal_out(config, rows);

    std::set<Place> oracle, leased, venue, twice;
    std::map<int, std::set<Place>> known; // optimistic: by kiosk
    std::vector<HeldLease> venue_rows;    // of the venue hub, which holds the event
    std::uint64_t generation = 1;
    for (const auto& request : requests) {
        const auto places = places_for(request, by_name);
        const auto& unit_of = config.units;
        if (const auto place = std::ranges::find_if(places, [&](const Place& at) { return !oracle.contains(at); });
            place != places.end()) {
            oracle.insert(*place);
            ++outcome.oracle;
        }
        const auto needs = [&](const Place& place) {
            const auto& unit = unit_of[static_cast<std::size_t>(place.table)];
            const auto& slot = unit.slots[static_cast<std::size_t>(place.slot)];
            return std::vector<Resource>{unit_resource(unit.id, slot.starts, slot.ends),
                                         person_resource(unit.host, slot.starts, slot.ends),
                                         person_resource(fmt::format("V{}", request.visitor))};
        };
        // Cut off: what this kiosk holds, and the visitor where they were scanned last.
        auto mine = held.at(kiosk_name(request.kiosk));
        if (request.home == request.kiosk)
            mine.push_back({person_resource(fmt::format("V{}", request.visitor)), 1, 0, std::nullopt, false});
        for (const auto& place : places)
            if (!leased.contains(place) && cover(mine, needs(place), 0, opening - minute, {}).missing.empty()) {
                leased.insert(place);
                ++outcome.leases;
                break;
            }
        // A venue hub answers: all or nothing, for each place in turn.
        for (const auto& place : places) {
            if (venue.contains(place))
                continue;
            std::vector<LeaseWanted> wanted;
            for (const auto& resource : needs(place))
                wanted.push_back({resource, 1, fmt::format("b{}", request.visitor)});
            const auto granted = grant(venue_rows, wanted, true,
                                       {kiosk_name(request.kiosk), "1", (opening - minute).unix_ms}, generation);
            // What another kiosk holds unused it gives back when it is asked, over the venue's own network.
            if (!std::ranges::all_of(granted, [](const LeaseGranted& one) { return one.held; }))
                continue;
            venue.insert(place);
            ++outcome.venue_hub;
            break;
        }
        // Optimistic: free is what this kiosk has not given away itself.
        auto& own = known[request.kiosk];
        if (const auto place = std::ranges::find_if(places, [&](const Place& at) { return !own.contains(at); });
            place != places.end()) {
            own.insert(*place);
            ++outcome.optimistic;
            if (!twice.insert(*place).second)
                ++outcome.booked_twice;
        }
    }
    return outcome;
}

Outcome measured(bool by_name, double near, double home, int times) {
    const auto config = hall();
    Outcome sum;
    for (int run = 0; run < times; ++run) {
        std::mt19937 random(static_cast<unsigned>(1000 + run));
        const auto outcome = one_run(config, draw(random, near, home), by_name);
        sum.oracle += outcome.oracle;
        sum.leases += outcome.leases;
        sum.venue_hub += outcome.venue_hub;
        sum.optimistic += outcome.optimistic;
        sum.booked_twice += outcome.booked_twice;
    }
    return sum;
}

double share(int of, int all) { return all == 0 ? 0 : static_cast<double>(of) / all; }

void print(const std::string& metric, double value, const char* unit, double baseline) {
    fmt::print(R"({{"bench": "booking_availability", "metric": "{}", "value": {:.4g}, "unit": "{}", "baseline": {:.4g}, "ratio": {:.4g}}})"
               "\n",
               metric, value, unit, baseline, baseline == 0 ? 0 : value / baseline);
}

} // namespace

// Baselines: what the oracle serves; of double bookings, those of leases would be none, so that all are the optimist's.
int main() {
    constexpr double near = 0.75, home = 0.9;
    bool met = true;
    for (const bool by_name : {true, false}) {
        const std::string table = by_name ? "named_table" : "any_table";
        const auto all = measured(by_name, near, home, runs);
        print(table + "_cut_off_served", all.leases, "bookings", all.oracle);
        print(table + "_venue_hub_served", all.venue_hub, "bookings", all.oracle);
        print(table + "_optimistic_booked_twice", all.booked_twice, "bookings", all.optimistic);
        met = met && share(all.leases, all.oracle) >= (by_name ? 0.62 : 0.65) && all.venue_hub >= all.oracle;
        for (const int percent : {0, 25, 50, 100}) {
            const auto other = measured(by_name, percent / 100.0, home, 3);
            print(fmt::format("{}_cut_off_served_near_{}", table, percent), other.leases, "bookings", other.oracle);
        }
    }
    return met ? 0 : 1;
}
