// SPDX-License-Identifier: Apache-2.0
// What people do in the business area of a simulated kiosk, and its line to the hub about leases.
#include "main/simulate/kiosk_machine.hpp"

#include <fmt/format.h>

#include <utility>

namespace kiosk::simulate {

void KioskMachine::open_desk() {
    wiring::WireLeaseOffice::Ports ports;
    ports.wire = m_lease_wire.get();
    ports.hub = m_address;
    ports.asker = [this] { return wiring::lease_asker(*m_database); };
    ports.clock = &m_hub_clock;
    ports.read_feed = [this](std::uint64_t up_to) { return read_feed(up_to); };
    m_office = std::make_unique<wiring::WireLeaseOffice>(std::move(ports));
    settle_after(m_luck.between(1'000, 20'000));
}

bool KioskMachine::read_feed(std::uint64_t up_to) {
    constexpr int most_pages = 50;
    for (int page = 0; page < most_pages; ++page) {
        const auto after = m_database->feed_after();
        if (!after || *after >= up_to)
            return after.has_value();
        if (!m_client->pull().progress)
            break;
    }
    const auto after = m_database->feed_after();
    return after && *after >= up_to;
}

core::Status KioskMachine::booking_action() {
    auto& dice = m_luck;
    const auto& config = m_desk->config();
    if (config.units.empty() || tickets.size() < 2)
        return {};
    KIOSK_TRY(const auto bookings, m_database->bookings());
    const auto action = dice.pick(100);
    if (action < 60 || bookings.empty()) {
        core::BookingWish wish;
        wish.participants = {tickets[dice.pick(tickets.size())], tickets[dice.pick(tickets.size())]};
        if (dice.chance(200)) {
            wish.session = "cd1";
            wish.participants.resize(1);
        } else {
            const auto& unit = config.units[dice.pick(config.units.size())];
            wish.unit = unit.id;
            wish.slot = unit.slots[dice.pick(unit.slots.size())].id;
        }
        m_arrived.insert(m_arrived.end(), wish.participants.begin(), wish.participants.end());
        KIOSK_TRY(const auto made, m_desk->book(wish));
        booked_at_once += made.status == core::BookingStatus::Confirmed ? 1 : 0;
        m_world.trace(fmt::format("{} books {}{}/{}: {} {}", m_label, wish.unit, wish.session, wish.slot,
                                  core::to_string(made.status), core::to_string(made.reason)));
        if (made.ask)
            settle_after(1);
        return {};
    }
    const auto& booking = bookings[dice.pick(bookings.size())].request;
    if (action < 75) {
        KIOSK_CHECK(m_desk->cancel(booking.uid, booking.participants.front().ticket, {}));
    } else if (action < 85 && !booking.unit.empty()) {
        const auto& unit = config.units[dice.pick(config.units.size())];
        KIOSK_TRY(const auto moved, m_desk->move(booking.uid, unit.id, unit.slots[dice.pick(unit.slots.size())].id, "boss-1"));
        if (moved.ask)
            settle_after(1);
    } else if (action < 93) {
        KIOSK_CHECK(m_desk->start(booking.uid, "boss-1"));
    } else {
        KIOSK_CHECK(m_desk->finish(booking.uid, "boss-1"));
    }
    return {};
}

void KioskMachine::settle_after(std::int64_t delay_ms) {
    m_world.time.after(delay_ms, [this, life = m_life, round = ++m_settle_round] {
        if (life == m_life && round == m_settle_round)
            settle_bookings();
    });
}

void KioskMachine::settle_bookings() {
    if (!is_up())
        return;
    // Work that comes in while the hub is asked asks for the same again; one after the other.
    if (!m_settling && m_desk && !m_address.token.empty()) {
        m_settling = true;
        const auto changed = app::settle(*m_desk, *m_office, std::exchange(m_arrived, {}));
        m_settling = false;
        if (m_config_changed || !is_ready())
            refresh();
        if (changed && *changed > 0) {
            collect();
            m_client->changed();
            line_is_back();
        }
    }
    const auto took_ms = std::exchange(clock.in_call_ms, 0);
    settle_after(took_ms + m_luck.between(10'000, 60'000));
}

core::Result<app::BookingResult> KioskMachine::walk_up_after_reading(const core::BookingWish& wish) {
    if (!m_desk)
        return core::fail(core::ErrorCode::Unavailable, "error.no_event");
    while (m_client->pull().progress) {} // who walks up has just been registered
    auto result = app::book_now(*m_desk, *m_office, wish);
    clock.in_call_ms = 0;
    return result;
}

} // namespace kiosk::simulate
