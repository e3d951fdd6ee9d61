// SPDX-License-Identifier: Apache-2.0
#pragma once
// The line between one kiosk and its hub. Purpose: a sync::client::Wire whose other end is the hub's Api itself, with
// everything that happens to requests on their way. Ownership: borrows time, dice and the hub's entrance. Threads: one.
// Failure: what a wire says: Unavailable where no whole answer came.
#include "client/wire.hpp"
#include "hub/api.hpp"
#include "main/simulate/virtual_time.hpp"

#include <functional>
#include <optional>

namespace kiosk::simulate {

enum class LinkState : std::uint8_t {
    Up = 1,
    Down,     // nothing gets through
    NoAnswer, // requests arrive, answers are lost
    Captive,  // a log-in page answers
};

struct LinkFaults { // per thousand requests
    int drop_request = 0;
    int drop_answer = 0;
    int late = 0;       // of the dropped ones: arrives long after nobody waits for it any more
    int twice = 0;      // delivered again, later
    int spoilt = 0;     // the answer is cut, or rubbish, or another server's
};

struct Link {
    LinkState state = LinkState::Up;
    std::int64_t shortest_ms = 1, longest_ms = 120; // of each way
    LinkFaults faults;
};

// Absent: the hub is not there.
using HubEntrance = std::function<std::optional<sync::hub::ApiAnswer>(const sync::hub::ApiRequest&)>;

class SimWire final : public sync::client::Wire {
public:
    SimWire(VirtualTime& time, Dice dice, DeviceClock& clock, const Link& link, HubEntrance hub, std::string peer)
        : m_time(time), m_dice(dice), m_clock(clock), m_link(link), m_hub(std::move(hub)), m_peer(std::move(peer)) {}

    core::Result<sync::client::WireAnswer> exchange(const sync::client::WireRequest& request) override;
    core::Result<sync::client::WireAnswer> download(const sync::client::WireRequest& request,
                                                    const std::function<bool(std::string_view)>& take) override;
    void interrupt() override {}

    // Called while a request is under way: the kiosk goes on with its work meanwhile.
    std::function<void()> meanwhile;

private:
    void deliver_later(const sync::hub::ApiRequest& request, std::int64_t soonest_ms, std::int64_t latest_ms);
    core::Result<sync::client::WireAnswer> nobody(std::int64_t after_ms, std::string_view why);
    sync::client::WireAnswer spoil(sync::client::WireAnswer answer);

    VirtualTime& m_time;
    Dice m_dice;
    DeviceClock& m_clock;
    const Link& m_link;
    HubEntrance m_hub;
    std::string m_peer;
};

} // namespace kiosk::simulate
