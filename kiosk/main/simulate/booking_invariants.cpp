// SPDX-License-Identifier: Apache-2.0
// What must be true of bookings once it is quiet: counted here by looking at every pair, with nothing of the product's own
// rules but what a booking's stage is.
#include "core/load_config.hpp"
#include "main/simulate/world.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace kiosk::simulate {

namespace {

bool has_its_place(const core::Booking& booking) {
    return booking.stage == core::BookingStage::Confirmed || booking.stage == core::BookingStage::Started ||
           booking.stage == core::BookingStage::Finished;
}

bool at_the_same_time(const core::BookingRequest& one, const core::BookingRequest& other) {
    return one.starts.unix_ms < other.ends.unix_ms && other.starts.unix_ms < one.ends.unix_ms;
}

// The unit or the ticket that both have at the same time; empty: none.
std::string shared(const core::BookingRequest& one, const core::BookingRequest& other) {
    if (!one.session.empty() || !other.session.empty() || !at_the_same_time(one, other))
        return {};
    if (one.unit == other.unit)
        return one.unit;
    for (const auto& mine : one.participants)
        for (const auto& theirs : other.participants)
            if (mine.ticket == theirs.ticket)
                return mine.ticket;
    return {};
}

} // namespace

void World::check_bookings(storage::Database& reference) {
    const auto bookings = reference.bookings();
    if (!bookings)
        return wrong("the bookings can't be read at the end");
    const auto now = m_time.now();
    // A hub that was put back grants nothing before all have said what they hold.
    const bool may_displace = m_some_were_lost || !m_twins_expected.empty();
    constexpr std::int64_t grace_ms = 7 * 60'000;
    std::size_t seats = 0;
    std::map<std::string, int> seats_of;
    for (std::size_t i = 0; i < bookings->size(); ++i) {
        const auto& booking = (*bookings)[i];
        ++report.bookings;
        if (booking.stage == core::BookingStage::Displaced) {
            ++report.displaced;
            if (!may_displace)
                wrong("displaced, and nobody's lease was taken: " + booking.request.uid);
        }
        // Answered, after everything is mended: but by a machine whose name two use, which the hub does not listen to.
        if (booking.stage == core::BookingStage::Requested && booking.request.starts > now &&
            booking.request.session.empty() && !m_twins_expected.contains(booking.id.device))
            wrong(fmt::format("nobody answered {} of {}", booking.request.uid, booking.id.device));
        if (!has_its_place(booking))
            continue;
        ++report.confirmed;
        if (!booking.request.session.empty()) {
            seats += booking.request.participants.size();
            for (const auto& person : booking.request.participants)
                if (++seats_of[person.ticket] > 1)
                    wrong(person.ticket + " has two seats");
            continue;
        }
        for (std::size_t k = i + 1; k < bookings->size(); ++k) {
            const auto& other = (*bookings)[k];
            if (!has_its_place(other))
                continue;
            // A no-show that nobody has written down is in nobody's way any more.
            if (!core::is_active(booking, now, grace_ms) && booking.stage == core::BookingStage::Confirmed &&
                other.request.at.unix_ms > booking.request.starts.unix_ms + grace_ms)
                continue;
            if (const auto what = shared(booking.request, other.request); !what.empty())
                wrong(fmt::format("{} is in two bookings at once: {} and {}", what, booking.request.uid, other.request.uid));
        }
    }
    constexpr std::size_t session_seats = 4;
    if (seats > session_seats)
        wrong(fmt::format("{} seats of {} are taken", seats, session_seats));
}

// No table stays with somebody who is gone: whatever slot is running can be had by whoever walks up, or is taken.
void World::check_walk_ups(storage::Database& reference) {
    const auto place = std::ranges::find_if(m_places, [&](const auto& one) {
        return one->machine->is_ready() && one->machine->books && !m_twins_expected.contains(one->machine->name());
    });
    if (place == m_places.end())
        return;
    const auto bookings = reference.bookings();
    const auto config = core::load_config(reference);
    if (!bookings || !config)
        return wrong("the bookings can't be read at the end");
    const auto now = m_time.now();
    int number = 0;
    for (const auto& unit : config->units)
        for (const auto& slot : unit.slots) {
            // The hub waits a moment longer than the slot's beginning.
            if (slot.starts + core::lease_margin_ms >= now || slot.ends <= now)
                continue;
            core::BookingWish wish;
            wish.unit = unit.id;
            wish.slot = slot.id;
            wish.participants = {fmt::format("WALK{}", number++), fmt::format("WALK{}", number++)};
            nlohmann::json people = nlohmann::json::array();
            for (const auto& ticket : wish.participants)
                people.push_back({{"ticket", ticket}, {"ticket_type", "std"}, {"name", "来宾"}, {"phone", "13800000000"}});
            if (!change_at_hub(nlohmann::json{{"event", event_code}, {"registrations", people}}.dump()))
                return wrong("the hub takes no walk-ins at the end");
            if (m_line && !m_line->carry())
                return wrong("the walk-ins do not reach the hall's hub");
            const auto result = (*place)->machine->walk_up_after_reading(wish);
            const bool taken = std::ranges::any_of(*bookings, [&](const core::Booking& booking) {
                return booking.request.unit == unit.id && core::is_active(booking, now, 7 * 60'000) &&
                       booking.request.starts < slot.ends && slot.starts < booking.request.ends;
            });
            const auto wanted = taken ? core::BookingStatus::Refused : core::BookingStatus::Confirmed;
            if (!result || result->status != wanted)
                wrong(fmt::format("{}/{} is running and {}: {}", unit.id, slot.id, taken ? "taken" : "free",
                                  result ? std::string(core::to_string(result->status)) + " " +
                                               std::string(core::to_string(result->reason))
                                         : result.error().message_key + " " + result.error().context));
            ++report.walk_ups;
        }
}

} // namespace kiosk::simulate
