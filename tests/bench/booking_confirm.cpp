// SPDX-License-Identifier: Apache-2.0
// From a wish to a confirmed and durable booking of what this kiosk holds, with a roster of 100,000 and 1,440 slots: facts,
// rules, leases and commit, against a bare transaction of SQLite with synchronous=FULL that writes two rows. The two take
// turns, so that both meet the same disk. The way through the hub adds one exchange about leases: sync_latency has that.
#include "storage_bench.hpp"

#include "app/booking_desk.hpp"

using namespace kiosk;
using namespace kiosk::bench;

int main() {
    constexpr int tables = 60, slots = 24, booked = 1'000;
    auto config = test::roster_event();
    if (!crypto::initialise())
        return 1;
    SystemClock now;
    const core::Instant opening{(now.now().unix_ms / 1000 + 3600) * 1000};
    constexpr std::int64_t minute_ms = 60'000;
    for (int table = 0; table < tables; ++table) {
        core::BookableUnit unit;
        unit.id = fmt::format("T{}", table);
        for (int slot = 0; slot < slots; ++slot) {
            const auto starts = opening + slot * 25 * minute_ms;
            unit.slots.push_back({fmt::format("s{}", slot), starts, starts + 20 * minute_ms, false});
        }
        config.units.push_back(std::move(unit));
    }
    Bench bench(config);
    BareTransaction bare(bench);
    const auto ticket = [](int number) { return test::roster_person(static_cast<std::uint64_t>(number) * 7919 % people).ticket; };
    app::BookingServices services;
    services.store = bench.database.get();
    services.clock = &bench.clock;
    services.random = &bench.random;
    auto desk = need(app::BookingDesk::create(services));

    std::vector<double> ours, theirs;
    std::vector<std::string> held;
    for (int i = 0; i < booked; ++i) {
        // What one kiosk of forty has: its share of the slots, and the people who came to it.
        constexpr int at_once = tables * slots / 40;
        if (i % at_once == 0) {
            std::vector<core::Lease> leases;
            for (int k = i; k < i + at_once; ++k) {
                const auto& unit = config.units[static_cast<std::size_t>(k % tables)];
                const auto& slot = unit.slots[static_cast<std::size_t>(k / tables)];
                leases.push_back({core::unit_resource(unit.id, slot.starts, slot.ends), 1, 0, slot.starts, false});
                for (const int person : {2 * k, 2 * k + 1})
                    leases.push_back({core::person_resource(ticket(person)), 1, 0, std::nullopt, false});
            }
            need(bench.database->change_leases(leases, held));
            held.clear();
            for (const auto& lease : leases)
                held.push_back(core::resource_text(lease.resource));
        }
        core::BookingWish wish;
        wish.unit = fmt::format("T{}", i % tables);
        wish.slot = fmt::format("s{}", i / tables);
        wish.participants = {ticket(2 * i), ticket(2 * i + 1)};
        const auto begun = now_us();
        const auto made = need(desk.book(wish));
        ours.push_back(now_us() - begun);
        if (made.status != core::BookingStatus::Confirmed) {
            fmt::print(stderr, "bench: booking {} was not confirmed: {}\n", i, core::to_string(made.reason));
            return 1;
        }
        const auto person = test::roster_person(static_cast<std::uint64_t>(i));
        const auto record = record_of(person, request_for(person.ticket, static_cast<std::uint64_t>(i), bench.clock.now()));
        const auto draft = core::make_scan(record);
        const auto start = now_us();
        bare.run(record, draft);
        theirs.push_back(now_us() - start);
    }
    for (const auto& [name, share] : {std::pair("held_p50", 0.5), {"held_p99", 0.99}})
        print("booking_confirm", name, percentile(ours, share) / 1000, "ms", percentile(theirs, share) / 1000);
}
