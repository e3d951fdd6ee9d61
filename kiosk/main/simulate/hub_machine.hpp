// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hub of a simulation or a scenario: the real Api over the real SQLite store, on a disk that can lose power, fill
// up and be put back to an earlier image. Ownership: owns its disk and everything on it. Threads: one. Failure: Result; while it is
// down nobody answers.
#include "crypto/crypto.hpp"
#include "hub/store_sqlite.hpp"
#include "main/simulate/network.hpp"
#include "storage/crash_vfs.hpp"
#include "storage/database.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::simulate {

inline constexpr std::string_view event_code = "SIM";

class HubMachine {
public:
    HubMachine(VirtualTime& time, Dice dice, const crypto::Sodium& sodium, std::string disk,
               std::string event = std::string(event_code));
    ~HubMachine();

    core::Status start();
    void stop();
    void crash(std::uint64_t seed); // stays down until start()
    // An image of the whole disk put in its place; the operator says so, as `kiosk-hub restore` does.
    core::Status restore(const storage::CrashVfs::Files& image);
    bool is_up() const { return m_api != nullptr; }
    storage::CrashVfs& disk() { return m_disk; }
    // The next write but `changes` others fails, and with it the power.
    void lose_power_after(std::uint64_t changes) { m_power_left = changes; }

    std::optional<sync::hub::ApiAnswer> handle(const sync::hub::ApiRequest& request);
    // The same where nothing happens to the hub meanwhile: what it asks itself.
    sync::hub::ApiAnswer call(const sync::hub::ApiRequest& request);
    core::Result<std::string> enrolment_code(bool for_hub = false);
    sync::hub::Store& store() { return *m_store; } // while it is up
    std::uint64_t starts() const { return m_starts; }
    core::Status make_organizer();
    // POST /v1/changes; answers the ids of what was written, or nothing where the hub could not.
    std::optional<std::vector<core::OperationId>> change(const std::string& body);
    // An organizer says that this device is gone for good; answers whether the hub heard it.
    bool declare_lost(const std::string& device);
    // The answer of a GET as an organizer.
    core::Result<std::string> ask(const std::string& target);

    core::Result<std::vector<core::Operation>> operations();
    core::Result<std::vector<sync::hub::QuarantineEntry>> quarantine();
    core::Result<std::uint64_t> operation_count(); // of the event
    // What the hub itself has folded, up to date and read only.
    core::Status read_mirror(const std::function<core::Status(storage::Database&)>& read);
    core::Result<std::string> mirror_dump();
    core::Status check() { return m_store->check(); } // the store's own file

    std::uint64_t requests = 0;

private:
    VirtualTime& m_time;
    std::string m_event;
    Dice m_dice;
    const crypto::Sodium& m_sodium;
    storage::CrashVfs m_disk;
    DeviceClock m_clock;
    std::unique_ptr<sync::hub::SqliteStore> m_store;
    std::unique_ptr<sync::hub::Api> m_api;
    std::string m_organizer; // token
    std::uint64_t m_starts = 0;
    std::optional<std::uint64_t> m_power_left;
};

} // namespace kiosk::simulate
