// SPDX-License-Identifier: Apache-2.0
#pragma once
// The machines of a scenario: devices and a hub, each with a store of its own, on one virtual time and with lines that
// can be cut. Operations move as they do in the product: SyncClient here, the hub's Api there. Purpose: what the steps
// of a scenario act on. Ownership: owns a temporary folder that goes with it. Threads: one. Failure: Result of whatever
// the stores say.
#include "app/check_in.hpp"
#include "client/sync_client.hpp"
#include "crypto/crypto.hpp"
#include "main/replay/scenario.hpp"
#include "main/simulate/hub_machine.hpp"
#include "main/simulate/network.hpp"
#include "main/wiring/store_replica.hpp"
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
    // Pushes and pulls until nothing moves.
    core::Result<std::int64_t> exchange(); // operations that were new here

    const std::string& name() const { return m_name; }
    storage::Database& database() { return *m_database; }
    simulate::DeviceClock clock;
    simulate::Link link;

    std::unique_ptr<app::CheckIn> check_in;
    std::unique_ptr<core::AdmissionPlugin> plugin;

private:
    void connect();
    core::Status step(bool pushing, bool& moved);

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
    std::unique_ptr<simulate::SimWire> m_push_wire, m_feed_wire;
    std::unique_ptr<sync::client::SyncClient> m_client;
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
    core::Status back_up(std::size_t step);
    core::Status restore_hub(std::size_t step);
    // Every machine's store; the hub's is its mirror, where there is a hub.
    core::Status for_each_store(const std::function<core::Status(storage::Database&)>& visit);
    // The scans of all machines, each operation once; and all notes.
    core::Result<std::vector<core::StoredScan>> all_scans();
    core::Result<std::vector<core::Operation>> all_notes();

private:
    explicit World(core::Instant start) : m_start(start), m_time(start) {}
    core::Result<std::unique_ptr<Machine>> make_machine(const std::string& name);
    core::Status seed(const Scenario& scenario);

    core::Instant m_start;
    simulate::VirtualTime m_time;
    std::filesystem::path m_folder;
    std::string m_event;
    bool m_has_hub = true;
    crypto::Sodium m_sodium;
    std::unique_ptr<simulate::HubMachine> m_hub; // before the devices: they talk to it
    std::map<std::size_t, storage::CrashVfs::Files> m_hub_images;
    std::map<std::string, std::unique_ptr<Machine>> m_devices;
    PluginFactory m_plugins;
};

} // namespace kiosk::replay
