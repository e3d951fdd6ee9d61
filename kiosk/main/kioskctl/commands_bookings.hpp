// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the commands about bookings share. Purpose: one way to open the desk, to find a booking by a piece of its uid, to say
// what became of one. Ownership: an office owns what it opened. Threads: one. Failure: Result.
#include "app/booking_desk.hpp"
#include "main/kioskctl/commands.hpp"
#include "main/wiring/hub_line.hpp"

#include <memory>
#include <string>

namespace kioskctl {

// The desk over this database: alone where there never was a hub, else under leases, with the hub's time where it answers.
struct BookingOffice {
    std::unique_ptr<kiosk::wiring::Venue> venue;
    std::unique_ptr<kiosk::wiring::HubLine> line; // null: no hub
    bool reached = false;                         // the hub answered just now
    std::unique_ptr<kiosk::app::BookingDesk> desk;

    const core::EventConfig& config() const { return desk->config(); }
    kiosk::storage::Database& database() const { return venue->database(); }
};
// `writing`: for commands that change something: the hub is asked first what is new.
core::Result<BookingOffice> open_bookings(const Context& context, bool writing);
// Asks the hub for what `result` waits for, where it can be reached.
core::Result<kiosk::app::BookingResult> pursue(BookingOffice& office, kiosk::app::BookingResult result);

core::Result<core::Booking> find_booking(core::Store& store, const std::string& wanted);
std::string booking_line(const Context& context, BookingOffice& office, const core::Booking& booking, bool full);
core::Result<Json> booking_json(BookingOffice& office, const core::Booking& booking, bool full);
std::string booking_why(const Context& context, core::BookingReason reason, const std::string& about);
std::string slot_times(const core::EventConfig& config, core::Instant starts, core::Instant ends); // "11-20 13:00–13:20"

void add_booking_act_commands(CLI::App& booking, Context& context); // commands_booking_acts.cpp

} // namespace kioskctl
