// SPDX-License-Identifier: Apache-2.0
#pragma once
// A line to the hub for a program that may wait and ends soon. Purpose: what kioskctl needs around one booking: the feed read,
// leases asked for, the own operations brought, all over one connection and on one thread. Ownership: borrows the database
// and the ports; owns its wire. Threads: one, that of the database. Failure: a hub that can't be reached is a false, after a
// few seconds; nothing of the journal is lost by it.
#include "main/wiring/wire_lease_office.hpp"

#include <memory>
#include <string>

namespace kiosk::wiring {

class HubLine {
public:
    static core::Result<std::unique_ptr<HubLine>> open(storage::Database& database, const core::Clock& machine,
                                                       core::Random& random, const core::Hasher& hasher,
                                                       const sync::client::HubAddress& hub, const std::string& event);
    ~HubLine();

    // Both ways until nothing moves. False: the hub did not answer, or something is left.
    bool exchange();
    app::LeaseOffice& office();
    const HubClock& clock() const; // the hub's time, once it has answered

private:
    struct Impl;
    explicit HubLine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::wiring
