// SPDX-License-Identifier: Apache-2.0
#include "main/simulate/venue_link.hpp"

#include "protocol/messages.hpp"

#include <algorithm>

namespace kiosk::simulate {

VenueLink::VenueLink(VirtualTime& time, Dice dice, const crypto::Sodium& sodium, HubMachine& central, HubMachine& venue)
    : m_time(time), m_dice(dice), m_sodium(sodium), m_central(central), m_venue(venue), m_clock(time, 0),
      m_push_wire(time, m_dice.branch("push"), m_clock, link, [this](const auto& request) { return m_central.handle(request); }, "venue"),
      m_pull_wire(time, m_dice.branch("pull"), m_clock, link, [this](const auto& request) { return m_central.handle(request); }, "venue") {}

core::Status VenueLink::enrol() {
    KIOSK_TRY(const auto text, m_central.enrolment_code(true));
    KIOSK_TRY(const auto code, sync::protocol::decode_enrolment_code(text));
    KIOSK_TRY(const auto identity, m_venue.store().identity());
    KIOSK_TRY(m_enrolment,
              sync::hub::enroll_at_central(
                  m_push_wire, code.url, code.pin, code.code, identity.hub, "simulation",
                  [this](const sync::hub::ApiRequest& request) { return m_venue.call(request); },
                  [this](const std::string&) { return m_venue.enrolment_code(true); }));
    // Until the central hub gave it the event, nothing of it is granted here.
    KIOSK_CHECK(m_venue.store().set_fact("rights/" + m_enrolment.central.event, std::string(sync::hub::rights_wanted)));
    return carry() ? core::Status{} : core::fail(core::ErrorCode::Internal, "error.internal", "the event does not reach the hall's hub");
}

sync::hub::Relay* VenueLink::relay() {
    if (!m_venue.is_up()) {
        m_relay.reset();
        return nullptr;
    }
    if (m_relay && m_relay_of == m_venue.starts())
        return m_relay.get();
    sync::hub::RelayPorts ports;
    ports.store = &m_venue.store();
    ports.push_wire = &m_push_wire;
    ports.pull_wire = &m_pull_wire;
    ports.random = &m_dice;
    ports.hasher = &m_sodium;
    ports.own = [this](const sync::hub::ApiRequest& request) { return m_venue.call(request); };
    sync::hub::RelayOptions options;
    options.central = m_enrolment.central;
    options.own_token = m_enrolment.own_token;
    options.own_device = m_enrolment.own_device;
    options.incarnation = m_enrolment.central.device;
    options.poll_s = 0;
    options.rights_every_ms = 0; // by the machine's own clock, which here stands still
    m_relay = std::make_unique<sync::hub::Relay>(std::move(ports), std::move(options));
    m_relay_of = m_venue.starts();
    return m_relay.get();
}

void VenueLink::run() {
    run_direction(true);
    run_direction(false);
}

void VenueLink::run_direction(bool up) {
    std::int64_t wait_ms = 1'000;
    if (auto* at_work = relay()) {
        const auto step = up ? at_work->push() : at_work->pull();
        // A long poll would be answered when there is news; here the hub asks again after a while.
        wait_ms = step.moved > 0 ? 1 : step.progress ? 500 : std::min<std::int64_t>(step.wait_ms, 5'000);
    }
    m_time.after(std::exchange(m_clock.in_call_ms, 0) + wait_ms, [this, up] { run_direction(up); });
}

bool VenueLink::carry() {
    constexpr int enough = 10'000;
    for (int rounds = 0, quiet = 0; rounds < enough; ++rounds) {
        auto* at_work = relay();
        if (at_work == nullptr)
            return false;
        const auto up = at_work->push();
        const auto down = at_work->pull();
        m_clock.in_call_ms = 0;
        quiet = up.moved + down.moved > 0 ? 0 : quiet + 1;
        if (quiet == 4) // the first ones may only ask for the epoch
            return true;
    }
    return false;
}

} // namespace kiosk::simulate
