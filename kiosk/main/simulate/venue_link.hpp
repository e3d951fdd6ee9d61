// SPDX-License-Identifier: Apache-2.0
#pragma once
// The line from a hall's hub to the central one: the real relay on a bad network. Purpose: enrols the hall's hub and
// carries both directions on virtual time; lives through both hubs' crashes and restores. Ownership: borrows the machines,
// time and dice; owns its wires. Threads: one. Failure: what goes wrong on the way is tried again, as a relay does.
#include "hub/relay.hpp"
#include "main/simulate/hub_machine.hpp"
#include "main/simulate/network.hpp"

#include <functional>
#include <memory>
#include <string>

namespace kiosk::simulate {

class VenueLink {
public:
    VenueLink(VirtualTime& time, Dice dice, const crypto::Sodium& sodium, HubMachine& central, HubMachine& venue);

    // Both hubs are up and the central one has the event; afterwards the hall's has it too.
    core::Status enrol();
    void run();          // schedules itself again, for ever
    bool carry();        // at once, until neither side has anything new; false: it never came to that
    const std::string& device() const { return m_enrolment.central.device; } // of the hall's hub at the central one

    Link link;

private:
    sync::hub::Relay* relay(); // null: the hall's hub is down
    void run_direction(bool up);

    VirtualTime& m_time;
    Dice m_dice;
    const crypto::Sodium& m_sodium;
    HubMachine& m_central;
    HubMachine& m_venue;
    DeviceClock m_clock;
    SimWire m_push_wire, m_pull_wire;
    sync::hub::RelayEnrolment m_enrolment;
    std::unique_ptr<sync::hub::Relay> m_relay;
    std::uint64_t m_relay_of = 0; // start of the hall's hub that it belongs to
};

} // namespace kiosk::simulate
