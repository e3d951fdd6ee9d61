// SPDX-License-Identifier: Apache-2.0
#pragma once
// Leases asked for over a line to the hub. Purpose: app::LeaseOffice over server_sync/client: what is asked in the words of
// the core goes out in those of the wire, and back; the hub's clock is told to the HubClock. Ownership: borrows everything
// in Ports. Threads: those of the wire and of the two functions; it blocks. Failure: as sync::client::ask_leases; and
// Unavailable where the hub lives in another epoch than the feed that was read here: its numbers don't tell yet what must
// have been read before a grant is used.
#include "app/lease_office.hpp"
#include "client/wire.hpp"
#include "main/wiring/hub_clock.hpp"

#include <functional>
#include <string>

namespace kiosk::storage {
class Database;
}

namespace kiosk::wiring {

// Who asks, as the journal knows it now.
struct LeaseAsker {
    std::string device;
    std::string incarnation;
    std::string epoch; // of the feed that was read; empty: none yet
    bool relay_due = false; // the hub was put back and has not got from here yet what others wrote
};
core::Result<LeaseAsker> lease_asker(storage::Database& database);
// Enrolled nowhere, now or before: what it books is in nobody's way.
bool never_had_a_hub(storage::Database& database);

class WireLeaseOffice final : public app::LeaseOffice {
public:
    struct Ports {
        sync::client::Wire* wire = nullptr;
        sync::client::HubAddress hub;
        std::function<core::Result<LeaseAsker>()> asker;
        HubClock* clock = nullptr;
        std::function<bool(std::uint64_t up_to)> read_feed; // may be empty: then nothing can be read
    };
    explicit WireLeaseOffice(Ports ports) : m_ports(std::move(ports)) {}

    core::Result<app::LeaseReply> exchange(const app::LeaseAsk& ask) override;
    bool read_feed(std::uint64_t up_to) override { return m_ports.read_feed && m_ports.read_feed(up_to); }

private:
    Ports m_ports;
};

} // namespace kiosk::wiring
