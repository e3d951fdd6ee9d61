// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is said of bookings: standings and reasons to words. Purpose: one place for the sentences of the attendee's pages
// and of the staff's board. Pure. Threads: any. Failure: none.
#include "app/booking_view.hpp"
#include "core/bookings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kiosk::app {

LocalText unit_label(const core::EventConfig& config, std::string_view unit); // "4号桌"; the id where it has no name
LocalText unit_kind_label(const core::Catalogue& catalogue, std::string_view kind);
Message purpose_text(std::string_view purpose); // empty where there is none
Message booking_reason_text(core::BookingReason reason); // "this table has just been taken"
Message booking_status_text(core::BookingStatus status); // one word, for staff

// What the person with that ticket should know and do. `arrive_from`: when they may say that they are here.
struct MeetingStateSetting {
    std::string ticket;
    core::Instant now;
    std::int64_t grace_ms = 0;
    core::TimeZone zone = core::TimeZone::utc();
};
constexpr std::int64_t arrive_before_ms = 10 * core::minute_ms; // "I'm here" counts from then on
Message meeting_state_text(const core::Booking& booking, const MeetingStateSetting& setting);
bool waits_for(const core::Booking& booking, std::string_view ticket); // somebody asks this person, who has not answered
bool has_arrived(const core::Booking& booking, std::string_view ticket);
const core::Participant* other_of(const core::Booking& booking, std::string_view ticket); // null: alone

// Every key that these functions can use; the test looks them up.
std::vector<std::string> booking_text_keys();

} // namespace kiosk::app
