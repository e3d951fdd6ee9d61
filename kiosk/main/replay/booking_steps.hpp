// SPDX-License-Identifier: Apache-2.0
#pragma once
// The steps of a scenario that are about bookings and closed sessions. Purpose: book, cancel, start, finish, session, and how
// many bookings there are of each kind (scenario.md). Ownership: borrows scenario and world. Threads: one. Failure: an Error
// where a step could not be done; a refusal is a result.
#include "main/replay/world.hpp"

#include <functional>

namespace kiosk::replay {

class BookingSteps {
public:
    // `code_of`: a ticket, of itself or of the name that an earlier walk-in was given.
    BookingSteps(const Scenario& scenario, World& world, std::function<std::string(const Json&)> code_of)
        : m_scenario(scenario), m_world(world), m_code_of(std::move(code_of)) {}

    core::Result<Json> act(const Step& step);
    core::Result<Json> count(); // status → how many, at this moment

private:
    core::Result<Json> book(const Step& step);
    core::Result<Json> change(const Step& step);
    core::Result<Json> session(const Step& step);

    const Scenario& m_scenario;
    World& m_world;
    std::function<std::string(const Json&)> m_code_of;
    std::map<std::string, std::string> m_bookings; // `as` → uid; empty where nothing was written
    std::int64_t m_refused_at_once = 0;            // asked for, and refused before anything was written
};

} // namespace kiosk::replay
