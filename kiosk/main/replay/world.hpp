// SPDX-License-Identifier: Apache-2.0
#pragma once
// The machines of a scenario: devices and a hub, each with a database of its own, under one set of clocks and with a
// network that can be cut. Purpose: what the steps of a scenario act on. Ownership: owns a temporary folder that goes
// with it. Threads: one. Failure: Result of whatever the store says.
#include "app/check_in.hpp"
#include "crypto/crypto.hpp"
#include "main/replay/scenario.hpp"
#include "storage/database.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>

namespace kiosk::replay {

using PluginFactory = std::function<std::unique_ptr<core::AdmissionPlugin>(const core::Event&)>;

// True time, and what each machine believes of it.
class WorldClock final : public core::Clock {
public:
    core::Instant now() const override { return {m_true->unix_ms + shift_ms}; }
    std::int64_t boot_ms() const override { return *m_true - m_start; }
    WorldClock(const core::Instant* true_time, core::Instant start) : m_true(true_time), m_start(start) {}
    std::int64_t shift_ms = 0;

private:
    const core::Instant* m_true;
    core::Instant m_start;
};

class SeededRandom final : public core::Random {
public:
    explicit SeededRandom(std::string_view name);
    void fill(std::span<std::uint8_t> bytes) override;

private:
    std::uint64_t m_state;
};

enum class Link : std::uint8_t { Up = 1, Down, Captive, NoAnswer };

struct Traffic {
    std::int64_t pushed = 0;
    std::int64_t pulled = 0;
};

class Machine {
public:
    Machine(std::string name, std::filesystem::path folder, const core::Instant* true_time, core::Instant start);

    core::Status open();
    void close();
    // The power goes: what had reached the disk is there, what had not is gone.
    core::Status crash();
    core::Status back_up(std::size_t step);
    core::Status restore(std::size_t step);

    const std::string& name() const { return m_name; }
    storage::Database& database() { return *m_database; }
    WorldClock clock;
    Link link = Link::Up;

    // Of a device: where it stands with the hub. A new epoch makes it start again.
    std::uint64_t known_epoch = 0;
    storage::JournalCursor pushed_to;
    storage::JournalCursor pulled_to;

    std::unique_ptr<app::CheckIn> check_in;
    std::unique_ptr<core::AdmissionPlugin> plugin;

private:
    std::string m_name;
    std::filesystem::path m_folder;
    std::filesystem::path m_file;
    SeededRandom m_random;
    crypto::Sodium m_sodium;
    std::unique_ptr<storage::Database> m_database;
    friend class World;
};

class World {
public:
    static core::Result<std::unique_ptr<World>> create(const Scenario& scenario, const PluginFactory& plugins);
    ~World();

    Machine& device(const std::string& name) { return *m_devices.at(name); }
    std::map<std::string, std::unique_ptr<Machine>>& devices() { return m_devices; }
    Machine* hub() { return m_hub.get(); }
    core::Instant now{};
    const crypto::Sodium& sodium() const { return m_sodium; }

    // Makes the device's services anew: after opening, and after its configuration may have changed.
    core::Status refresh(Machine& machine);
    // One exchange of a device with the hub, both ways.
    core::Result<Traffic> exchange(Machine& machine);
    core::Status restore_hub(std::size_t step);
    // The scans of all machines, each operation once.
    core::Result<std::vector<core::StoredScan>> all_scans();

private:
    World() = default;
    core::Result<std::int64_t> push(Machine& machine);

    std::filesystem::path m_folder;
    crypto::Sodium m_sodium;
    std::map<std::string, std::unique_ptr<Machine>> m_devices;
    std::unique_ptr<Machine> m_hub;
    std::uint64_t m_hub_epoch = 1;
    PluginFactory m_plugins;
};

} // namespace kiosk::replay
