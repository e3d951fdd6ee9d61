// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the log means: one kiosk database for each event. Purpose: conflicts, rosters and the snapshot for new kiosks come
// from the code that kiosks run. Beside the whole one there is one for each set of closed sessions that devices asked an
// image for (hub/scope.hpp): they get nothing else of what is confidential. Ownership: a Mirror owns its database and snapshots; borrows store and ports. Threads:
// any, one after the other (the database is used under a lock); nobody who pushes ever waits for it. Failure: Result; what
// is damaged or of another epoch is thrown away and made again from the log.
#include "core/conflicts.hpp"
#include "core/ports.hpp"
#include "hub/snapshot.hpp"
#include "hub/store.hpp"
#include "storage/database.hpp"

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace kiosk::sync::hub {

struct MirrorPorts {
    Store* store = nullptr;
    const kiosk::core::Clock* clock = nullptr;
    kiosk::core::Random* random = nullptr;
    const kiosk::core::Hasher* hasher = nullptr;
    std::filesystem::path folder;
    std::string vfs;
    std::function<HubIdentity()> identity;
    std::function<void(std::string_view what, std::string_view detail)> log;
};

// One ticket that came in more often than its door allows, with what the log tells beside it.
struct Conflict {
    kiosk::core::Conflict found;
    std::string registration;                            // uid, or empty
    std::vector<std::optional<std::int64_t>> offsets_ms; // of each scan: hub minus device, as the device knew it then
};

class Mirror {
public:
    // `scope`: what of closed sessions it takes in (hub/scope.hpp).
    Mirror(MirrorPorts ports, std::string event, std::string scope);

    // Takes in what is new; stops after about `budget_ms` or where `budget_ms` is below 0 at the end of the log. Answers
    // whether there is more.
    Result<bool> catch_up(std::int64_t budget_ms);
    std::uint64_t after() const { return m_after; }

    Result<std::vector<Conflict>> conflicts();
    // For questions of the hub's own; under the lock, and caught up by the caller.
    Status use(const std::function<Status(kiosk::storage::Database&)>& ask);

    // The newest snapshot, or the one of that etag where it is still there; null where there is none. Asking for one
    // makes fold() prepare a newer one where it is worth while.
    std::shared_ptr<const Snapshot> snapshot(const std::string& etag);
    bool snapshot_due(std::uint64_t latest) const;
    Status make_snapshot();

private:
    Status open(const HubIdentity& identity);
    void throw_away();
    Result<std::uint64_t> take_page(const HubIdentity& identity, std::size_t limit);
    Result<std::vector<Conflict>> find_conflicts();

    MirrorPorts m_ports;
    std::string m_event;
    std::string m_scope;
    std::string m_key; // of the event, as a part of file names
    std::mutex m_mutex; // of the database and what is beside it here
    std::unique_ptr<kiosk::storage::Database> m_database;
    std::string m_path;
    std::string m_epoch;
    int m_generation = 0;
    std::uint64_t m_conflicts_at = UINT64_MAX; // the feed number that m_conflicts are of
    std::vector<Conflict> m_conflicts;
    std::atomic<std::uint64_t> m_after = 0;

    mutable std::mutex m_snapshot_mutex;
    std::shared_ptr<const Snapshot> m_snapshot;
    std::shared_ptr<const Snapshot> m_previous; // for downloads that were cut off
    std::int64_t m_changed_boot_ms = 0;
    bool m_wanted = false;
    bool m_erased = false; // somebody was erased since: what holds them must go
};

class Mirrors {
public:
    explicit Mirrors(MirrorPorts ports) : m_ports(std::move(ports)) {}
    std::shared_ptr<Mirror> of(const std::string& event, const std::string& scope = "*"); // made where there is none
    std::vector<std::pair<std::string, std::shared_ptr<Mirror>>> all() const;

private:
    MirrorPorts m_ports;
    mutable std::mutex m_mutex;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<Mirror>> m_mirrors; // by event and scope
};

} // namespace kiosk::sync::hub
