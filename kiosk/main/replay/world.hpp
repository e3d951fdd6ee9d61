// SPDX-License-Identifier: Apache-2.0
#pragma once
// The machines of a scenario: devices and a hub, each with a store of its own, on one virtual time and with lines that
// can be cut. Operations move as they do in the product: SyncClient here, the hub's Api there. Purpose: what the steps
// of a scenario act on. Ownership: owns a temporary folder that goes with it. Threads: one. Failure: Result of whatever
// the stores say.
#include "app/booking_desk.hpp"
#include "app/check_in.hpp"
#include "app/session_desk.hpp"
#include "client/sync_client.hpp"
#include "crypto/crypto.hpp"
#include "main/replay/scenario.hpp"
#include "main/simulate/hub_machine.hpp"
#include "main/simulate/network.hpp"
#include "main/wiring/hub_clock.hpp"
#include "main/wiring/store_replica.hpp"
#include "main/wiring/wire_lease_office.hpp"
#include "storage/database.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace kiosk::replay {

using PluginFactory = std::function<std::unique_ptr<core::AdmissionPlugin>(const core::Event&)>;

struct Traffic {
    std::int64_t pushed = 0; // operations that were new to the hub
    std::int64_t pulled = 0; // operations that were new to the device
};

class Machine {
public:
    Machine(std::string name, std::string event, std::filesystem::path folder, simulate::VirtualTime& time,
            simulate::HubEntrance hub);

    core::Status open();
    void close();
    // The power goes: what had reached the disk is there, what had not is gone.
    core::Status crash();
    core::Status back_up(std::size_t step);
    core::Status restore(std::size_t step);
    core::Status enrol(const std::string& code);
    // Makes itself known to the hub, as it does when it starts; takes nothing from the feed.
    core::Status greet();
    core::Status flush(); // the same with what was written since
    // Pushes and pulls until nothing moves.
    core::Result<std::int64_t> exchange(); // operations that were new here
    // The line to the hub for leases. What it reads of the feed on the way is told to the services at once.
    app::LeaseOffice& leases() { return m_leases; }
    // Hears the hub's time without moving anything, as a kiosk does when it starts.
    void hear_the_time();
    core::Status reload();

    const std::string& name() const { return m_name; }
    storage::Database& database() { return *m_database; }
    simulate::DeviceClock clock;
    simulate::Link link;

    std::unique_ptr<app::CheckIn> check_in;
    std::unique_ptr<app::BookingDesk> bookings;
    std::unique_ptr<app::SessionDesk> sessions;
    std::vector<std::string> arrived; // tickets that were admitted here since the last exchange
    std::unique_ptr<core::AdmissionPlugin> plugin;

private:
    // An exchange takes no time here, whatever becomes of it: true time is the scenario's alone.
    struct LeaseLine final : app::LeaseOffice {
        explicit LeaseLine(Machine& own) : machine(own) {}
        core::Result<app::LeaseReply> exchange(const app::LeaseAsk& ask) override;
        bool read_feed(std::uint64_t up_to) override;
        Machine& machine;
    };
    void connect();
    core::Status step(bool pushing, bool& moved);
    void learn_the_time();

    std::string m_name, m_event;
    std::filesystem::path m_folder;
    std::filesystem::path m_file;
    simulate::HubEntrance m_hub;
    simulate::VirtualTime& m_time;
    simulate::Dice m_random;
    crypto::Sodium m_sodium;
    sync::client::HubAddress m_address;
    std::unique_ptr<storage::Database> m_database;
    std::unique_ptr<wiring::StoreReplica> m_replica;
    std::unique_ptr<simulate::SimWire> m_push_wire, m_feed_wire, m_lease_wire;
    std::unique_ptr<sync::client::SyncClient> m_client;
    std::unique_ptr<wiring::HubClock> m_hub_clock; // what bookings go by; a machine that starts anew does not know it
    std::unique_ptr<wiring::WireLeaseOffice> m_office;
    LeaseLine m_leases{*this};
    friend class World;
};

class World {
public:
    static core::Result<std::unique_ptr<World>> create(const Scenario& scenario, const PluginFactory& plugins);
    ~World();

    Machine& device(const std::string& name) { return *m_devices.at(name); }
    std::map<std::string, std::unique_ptr<Machine>>& devices() { return m_devices; }
    simulate::HubMachine& hub() { return *m_hub; }
    core::Instant now() const { return m_time.now(); }
    void set_now(core::Instant now) { m_time.run_until(now - m_start); }
    const crypto::Sodium& sodium() const { return m_sodium; }

    // Makes the device's services anew: after opening, and after its configuration may have changed.
    core::Status refresh(Machine& machine);
    // One exchange of a device with the hub, both ways.
    core::Result<Traffic> exchange(Machine& machine);
    // What a device does about bookings after an exchange; answers how much changed.
    core::Result<std::size_t> settle(Machine& machine);
    // A hub that was put back grants nothing before everybody has said what they hold; those with a line do so before
    // long, here at once. Answers whether there was such a hub.
    core::Result<bool> recover(Machine& machine);
    // For what is asked of the hub while somebody waits. Where another kiosk holds it and can be reached, that one is asked
    // to give it back, as the hub asks it in the product within the second.
    std::unique_ptr<app::LeaseOffice> office(Machine& machine);
    core::Status back_up(std::size_t step);
    core::Status restore_hub(std::size_t step);
    // Every machine's store; the hub's is its mirror, where there is a hub.
    core::Status for_each_store(const std::function<core::Status(storage::Database&)>& visit);
    // The scans of all machines, each operation once; and all notes.
    core::Result<std::vector<core::StoredScan>> all_scans();
    core::Result<std::vector<core::Operation>> all_notes();
    // Every booking, each once, as the operations of all machines together make it.
    core::Result<std::vector<core::Booking>> all_bookings();

private:
    class Office;
    explicit World(core::Instant start) : m_start(start), m_time(start) {}
    core::Result<std::unique_ptr<Machine>> make_machine(const std::string& name);
    core::Status seed(const Scenario& scenario);
    core::Status seed_leases(const Scenario& scenario);
    core::Status yield(const std::string& holder, bool reading);

    core::Instant m_start;
    simulate::VirtualTime m_time;
    std::filesystem::path m_folder;
    std::string m_event;
    core::EventConfig m_config; // of the seed
    bool m_has_hub = true;
    bool m_alone = false; // one device without a hub holds everything
    bool m_deals = true;  // tables are dealt out by the product's own policy
    crypto::Sodium m_sodium;
    std::unique_ptr<simulate::HubMachine> m_hub; // before the devices: they talk to it
    std::map<std::size_t, storage::CrashVfs::Files> m_hub_images;
    std::map<std::string, std::unique_ptr<Machine>> m_devices;
    PluginFactory m_plugins;
};

} // namespace kiosk::replay
