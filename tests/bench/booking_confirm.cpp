// SPDX-License-Identifier: Apache-2.0
// From a wish to a confirmed and durable booking, against a bare transaction of SQLite with synchronous=FULL that writes two
// rows. The two take turns, so that both meet the same disk.
// held_*: of what this kiosk holds, with a roster of 100,000 and 1,440 slots: facts, rules, leases and commit. At most twice
// the bare transaction is wanted.
// hub_*: of a table that it does not hold, from the last touch to the green screen, through a hub on loopback with TLS and
// synchronous=FULL: the request saved, leases asked for and granted, tried again, confirmed and saved. Both kiosks run as in
// the program. At most 50 ms at p99 are wanted; hub_p99_of_wanted has that as its baseline.
// both_*: two kiosks ask for one table at the same moment: one gets it, the other hears a plain no.
#include "booking_kiosk.hpp"

#include <thread>

using namespace kiosk;
using namespace kiosk::bench;

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr int tables = 60, slots = 24;
constexpr std::array shares{std::pair("p50", 0.5), std::pair("p99", 0.99), std::pair("max", 1.0)};

void add_tables(core::EventConfig& config, const char* prefix, int count) {
    const core::Instant opening{(SystemClock().now().unix_ms / 1000 + 3600) * 1000};
    for (int table = 0; table < count; ++table) {
        core::BookableUnit unit;
        unit.id = fmt::format("{}{}", prefix, table);
        unit.seats = 2;
        for (int slot = 0; slot < slots; ++slot) {
            const auto starts = opening + slot * 25 * minute_ms;
            unit.slots.push_back({fmt::format("s{}", slot), starts, starts + 20 * minute_ms, false});
        }
        config.units.push_back(std::move(unit));
    }
}

// The other side of the comparison, on the same disk at the same time.
class Bare {
public:
    explicit Bare(Bench& bench) : m_bench(bench), m_transaction(bench) {}
    double us() {
        const auto person = test::roster_person(m_next);
        const auto record = record_of(person, request_for(person.ticket, m_next++, m_bench.clock.now()));
        const auto draft = core::make_scan(record);
        const auto start = now_us();
        m_transaction.run(record, draft);
        return now_us() - start;
    }

private:
    Bench& m_bench;
    BareTransaction m_transaction;
    std::uint64_t m_next = 0;
};

[[noreturn]] void give_up(const std::string& what) {
    fmt::print(stderr, "bench: {}\n", what);
    std::exit(1);
}

void held_here(Bench& bench, const core::EventConfig& config, Bare& bare) {
    constexpr int booked = 1'000;
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
        if (made.status != core::BookingStatus::Confirmed)
            give_up(fmt::format("booking {} was not confirmed: {}", i, core::to_string(made.reason)));
        theirs.push_back(bare.us());
    }
    for (const auto& [name, share] : shares)
        print("booking_confirm", fmt::format("held_{}", name), percentile(ours, share) / 1000, "ms",
              percentile(theirs, share) / 1000);
}

void through_the_hub(Bare& bare) {
    constexpr std::uint64_t people_there = 2'000;
    constexpr int booked = 500, contested = 60;
    constexpr double wanted_ms = 50;
    auto config = test::roster_event();
    add_tables(config, "T", tables);
    add_tables(config, "C", contested);

    HubEnd hub;
    KioskEnd first(hub, "k1", config.event.code, 0), second(hub, "k2", config.event.code, 0);
    need(test::write_roster(*first.database, config, people_there));
    first.push_all();
    while (need(second.database->status()).registrations < static_cast<std::int64_t>(people_there))
        if (!second.client->pull().progress)
            give_up("the second kiosk got no roster: " + second.client->status().detail);
    first.client.reset(); // from here on the kiosks' own threads do it
    second.client.reset();
    BookingKiosk one(hub, first, config), other(hub, second, config);
    std::this_thread::sleep_for(std::chrono::seconds(1)); // both are waiting on the feed by then

    std::uint64_t next = 0;
    const auto ticket = [&] { return test::roster_person(next++).ticket; };
    const auto pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(20)); };
    std::vector<double> ours, theirs;
    for (int i = 0; i < booked; ++i) {
        const auto a = ticket(), b = ticket();
        one.walk_to_the_last_touch(a, b, fmt::format("T{}", i % tables));
        const auto begun = now_us();
        one.say_yes();
        const auto [state, said_us] = one.outcome();
        ours.push_back(said_us - begun);
        if (state != BookingKiosk::State::Confirmed || !one.asked_the_hub())
            give_up(fmt::format("booking {} ended as {}, hub asked: {}", i, static_cast<int>(state), one.asked_the_hub()));
        theirs.push_back(bare.us());
        pause();
    }

    int one_each = 0, plain_no = 0;
    std::vector<double> won, refused;
    for (int i = 0; i < contested; ++i) {
        const auto a = ticket(), b = ticket(), c = ticket(), d = ticket();
        one.walk_to_the_last_touch(a, b, fmt::format("C{}", i));
        other.walk_to_the_last_touch(c, d, fmt::format("C{}", i));
        const auto begun = now_us();
        if (i % 2 == 0) {
            one.say_yes();
            other.say_yes();
        } else {
            other.say_yes();
            one.say_yes();
        }
        int confirmed = 0;
        for (auto* kiosk : {&one, &other}) {
            const auto [state, said_us] = kiosk->outcome();
            confirmed += state == BookingKiosk::State::Confirmed ? 1 : 0;
            plain_no += state == BookingKiosk::State::Refused ? 1 : 0;
            (state == BookingKiosk::State::Confirmed ? won : refused).push_back(said_us - begun);
        }
        one_each += confirmed == 1 ? 1 : 0;
        pause();
    }
    std::this_thread::sleep_for(std::chrono::seconds(1)); // what one kiosk wrote is at the other
    int twice = 0;
    for (auto* kiosk : {&one, &other}) {
        std::map<std::pair<std::string, std::string>, int> at;
        for (const auto& booking : kiosk->bookings())
            if (booking.stage == core::BookingStage::Confirmed)
                twice += ++at[{booking.request.unit, booking.request.slot}] == 2 ? 1 : 0;
        if (const auto all = static_cast<int>(at.size()); all != booked + one_each)
            give_up(fmt::format("{} tables are booked on a kiosk, not {}", all, booked + one_each));
    }

    for (const auto& [name, share] : shares)
        print("booking_confirm", fmt::format("hub_{}", name), percentile(ours, share) / 1000, "ms",
              percentile(theirs, share) / 1000);
    print("booking_confirm", "hub_p99_of_wanted", percentile(ours, 0.99) / 1000, "ms", wanted_ms);
    print("booking_confirm", "hub_samples", booked, "bookings");
    print("booking_confirm", "both_one_confirmed", one_each, "tables", contested);
    print("booking_confirm", "both_other_refused", plain_no, "tables", contested);
    print("booking_confirm", "both_booked_twice", twice, "tables");
    print("booking_confirm", "both_confirmed_p99", percentile(won, 0.99) / 1000, "ms");
    print("booking_confirm", "both_refused_p50", percentile(refused, 0.5) / 1000, "ms");
    print("booking_confirm", "both_refused_p99", percentile(refused, 0.99) / 1000, "ms");
    if (one_each != contested || plain_no != contested || twice != 0)
        give_up("a table that two asked for did not go to exactly one of them");
}

} // namespace

int main() {
    auto config = test::roster_event();
    if (!crypto::initialise())
        return 1;
    add_tables(config, "T", tables);
    Bench bench(config);
    Bare bare(bench);
    held_here(bench, config, bare);
    through_the_hub(bare);
}
