// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is asked of the hub about leases, and its answer. Purpose: the port between bookings and the line to the hub; main/
// implements it over server_sync/client. Ownership: values. Threads: exchange() may wait for the network: never from the
// window's application thread, which asks by Deck::ask_leases and hears notice::LeasesAnswered. Failure: Unavailable where
// the hub did not answer.
#include "core/leases.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kiosk::app {

struct LeaseAsk {
    std::vector<core::LeaseWanted> want;
    bool all_or_nothing = true;
    std::vector<std::pair<core::Resource, std::uint64_t>> give_back; // with the closing number
    std::int64_t as_of_ms = 0; // the hub's time of the last answer that was read; 0: none yet
    bool deal = false;   // give me my share
    std::string booking; // uid that it is asked for, or empty
    // Present: the wanted ones with `holds` are everything that this device holds, and its journal goes up to here.
    std::optional<std::uint64_t> holds_seq;
};
struct LeaseReply {
    std::vector<core::LeaseGranted> grants;     // of what was wanted, and what was dealt
    std::vector<core::Resource> given_back;     // are not this device's any more; the others are still closing
    std::vector<core::Resource> recalled;       // others wait for these
    std::uint64_t feed = 0;                     // newest feed number at that moment
    std::int64_t hub_time_ms = 0;
    // Devices from which the hub, put back from a backup, has yet to hear what they hold; until then it grants nothing new.
    std::vector<std::string> awaited;
};

class LeaseOffice {
public:
    virtual ~LeaseOffice() = default;
    virtual core::Result<LeaseReply> exchange(const LeaseAsk& ask) = 0;
    // Reads the feed up to that number; for callers that may wait. Answers whether it could.
    virtual bool read_feed(std::uint64_t up_to) = 0;
};

} // namespace kiosk::app
