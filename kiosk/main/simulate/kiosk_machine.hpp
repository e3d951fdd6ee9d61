// SPDX-License-Identifier: Apache-2.0
#pragma once
// One kiosk of a simulation: the real check-in service, database and sync client on a disk, a clock and a line of its
// own. Ownership: owns its disk and everything on it; borrows time, ledger and the hub's entrance. Threads: one.
// Failure: what must never happen is told through `wrong`; what the world does to it is no failure.
#include "app/booking_desk.hpp"
#include "app/check_in.hpp"
#include "client/sync_client.hpp"
#include "protocol/messages.hpp"
#include "crypto/crypto.hpp"
#include "main/simulate/hub_machine.hpp"
#include "main/simulate/network.hpp"
#include "main/simulate/oracle.hpp"
#include "main/simulate/simulation.hpp"
#include "main/wiring/hub_clock.hpp"
#include "main/wiring/store_replica.hpp"
#include "main/wiring/wire_lease_office.hpp"
#include "storage/crash_vfs.hpp"
#include "storage/database.hpp"

#include <functional>
#include <memory>
#include <string>

namespace kiosk::simulate {

// What the machines of one run share.
struct Surroundings {
    VirtualTime& time;
    const crypto::Sodium& sodium;
    Ledger& ledger;
    HubEntrance hub;
    Sabotage sabotage = Sabotage::None;
    std::function<void(const std::string& sentence)> wrong;
    std::function<void(const std::string& line)> trace;
};

class KioskMachine {
public:
    struct Image {
        storage::CrashVfs::Files files;
        std::set<std::string> kept; // contents that were saved on it
        bool enrolled = false;
    };

    // `name` is what it calls itself, `label` what we call it: two machines may share a name.
    KioskMachine(const Surroundings& world, std::string name, std::string label, Dice dice, std::string disk);
    ~KioskMachine();

    bool start();
    void stop();
    void crash();
    // A whole-disk image, mark file and all: nothing on the machine can tell.
    Image image() const { return {m_disk.files(), m_kept, !m_address.token.empty()}; }
    bool restore(const Image& image);
    const std::set<std::string>& kept() const { return m_kept; }
    bool enrol(const std::string& code);
    void take_address_of(const KioskMachine& other) { m_address = other.m_address; }

    void work();  // somebody comes to the desk
    void push();  // these schedule themselves again
    void pull();
    void line_is_back(); // the network says so
    void settle_bookings(); // leases and what waits for them; schedules itself again
    // Somebody walks up to a table whose slot is running: is it given to them, or is there a reason?
    core::Result<app::BookingResult> walk_up_after_reading(const core::BookingWish& wish);

    bool is_up() const { return m_database != nullptr; }
    bool is_ready() const { return m_check_in != nullptr; }
    const std::string& name() const { return m_name; }
    const std::string& label() const { return m_label; }
    storage::Database& database() { return *m_database; }
    storage::CrashVfs& disk() { return m_disk; }
    std::uint64_t pending() const;
    std::string trouble() const;

    DeviceClock clock;
    Link link;
    bool lively = true;              // does work of its own accord
    bool books = true;               // has to do with the business area
    bool power_fails_in_next_step = false;
    std::vector<std::string> tickets; // that people here hold
    std::uint64_t crashes = 0, forks = 0;
    std::uint64_t booked_at_once = 0; // confirmed before anybody was asked

private:
    class Replica;
    void refresh();
    void collect();
    void after_step(bool pushing, const sync::client::StepResult& step);
    sync::client::StepResult step(bool pushing);
    core::Status one_action();
    // booking_work.cpp
    void open_desk();
    core::Status booking_action();
    bool read_feed(std::uint64_t up_to);
    void settle_after(std::int64_t delay_ms);

    Surroundings m_world;
    std::string m_name, m_label;
    Dice m_dice, m_luck; // of the machine's own software, and of what happens to it
    storage::CrashVfs m_disk;
    sync::client::HubAddress m_address;
    std::unique_ptr<storage::Database> m_database;
    std::unique_ptr<app::CheckIn> m_check_in;
    std::unique_ptr<wiring::StoreReplica> m_store_replica;
    std::unique_ptr<Replica> m_replica;
    std::unique_ptr<SimWire> m_push_wire, m_feed_wire, m_lease_wire;
    std::unique_ptr<sync::client::SyncClient> m_client;
    wiring::HubClock m_hub_clock;
    std::unique_ptr<wiring::WireLeaseOffice> m_office;
    std::unique_ptr<app::BookingDesk> m_desk;
    bool m_settling = false;
    std::vector<std::string> m_arrived; // tickets that were scanned since the hub was asked last
    std::uint64_t m_settle_round = 0;
    std::uint64_t m_life = 0; // steps of an earlier life of this machine are not taken any more
    std::uint64_t m_push_round = 0;
    bool m_config_changed = false;
    std::set<std::string> m_kept; // contents of everything that this disk has acknowledged
    std::string m_incarnation;
    std::uint64_t m_collected = 0; // of that incarnation
};

} // namespace kiosk::simulate
