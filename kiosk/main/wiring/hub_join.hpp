// SPDX-License-Identifier: Apache-2.0
#pragma once
// How a machine comes to a hub. Purpose: what `kioskctl enroll` and a code held before the kiosk's camera do alike: the
// one-time code is redeemed, the address kept beside the database, and where there is no event yet, the hub's snapshot
// put in place and opened under this machine's name. Ownership: borrows the ports. Threads: one at a time and it blocks;
// interrupt() from any. Failure: Result; after a failed fetch() the address stays, and the next one goes on from there.
#include "client/hub_address.hpp"
#include "client/snapshot.hpp"
#include "client/wire.hpp"
#include "core/ports.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace kiosk::wiring {

// What is here already; read beside a kiosk that runs.
struct LocalStanding {
    bool exists = false;
    std::string event; // code; empty: none yet
    std::string device;
    std::string incarnation;
};

class HubJoin {
public:
    struct Ports {
        std::filesystem::path database;
        std::string device;   // wanted name of a new database; empty: the machine's
        std::string software; // for the hub's list of devices
        const core::Clock* clock = nullptr;
        core::Random* random = nullptr;
        const core::Hasher* hasher = nullptr;
    };
    explicit HubJoin(Ports ports) : m_ports(std::move(ports)) {}

    core::Result<LocalStanding> look() const;
    // Redeems the code and keeps the address. The database is not touched and may be open.
    core::Result<sync::client::HubAddress> enrol(std::string_view code, const LocalStanding& here);
    // The event from the hub; the database must not be open, nor be one with an event. Answers the event's code.
    core::Result<std::string> fetch(const sync::client::HubAddress& hub,
                                    const std::function<void(std::uint64_t have, std::uint64_t of)>& progress = {});
    void interrupt(); // what is under way ends soon; nothing new is begun

private:
    core::Result<std::shared_ptr<sync::client::Wire>> wire_to(const std::string& url, std::vector<std::string> pins);

    Ports m_ports;
    std::atomic<bool> m_interrupted{false};
    std::mutex m_mutex;
    std::shared_ptr<sync::client::Wire> m_wire; // guarded by m_mutex; the one in use
};

} // namespace kiosk::wiring
