// SPDX-License-Identifier: Apache-2.0
#pragma once
// Backups by themselves. Purpose: one at the start and one every so often, the newest N kept; the copy is made by a
// thread of its own with a connection of its own, so no scan waits for it. Ownership: needs the database's path alone.
// Threads: tick() is called by the application thread and never blocks; the destructor waits for a copy under way.
// Failure: told by tick(); the next one is tried after `retry_ms`, and older backups stay.
#include "core/ports.hpp"

#include <future>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::storage {

struct BackupOptions {
    std::string folder;            // made where it is missing
    std::size_t keep = 12;
    std::int64_t every_ms = 10 * core::minute_ms;
    std::int64_t retry_ms = core::minute_ms;
};

struct BackupEvent {
    std::string path; // where it was written
    core::Status status;
};

class BackupKeeper {
public:
    BackupKeeper(std::string database, BackupOptions options, const core::Clock& clock);
    ~BackupKeeper();
    BackupKeeper(const BackupKeeper&) = delete;
    BackupKeeper& operator=(const BackupKeeper&) = delete;

    // Starts a backup when one is due; answers how the last one went, once.
    std::optional<BackupEvent> tick();
    // Starts one now and waits for it: before an import, at an orderly end.
    core::Status backup_now();

    // Of the last one that succeeded.
    std::optional<core::Instant> last() const { return m_last; }
    // The backups in the folder, newest first.
    std::vector<std::string> backups() const;

private:
    std::string next_path() const;
    BackupEvent finish();
    void prune() const;

    std::string m_database;
    BackupOptions m_options;
    const core::Clock& m_clock;
    std::optional<std::int64_t> m_due_boot_ms; // by the clock that nobody sets
    std::optional<core::Instant> m_last;
    std::string m_running_path;
    std::future<core::Status> m_running;
};

} // namespace kiosk::storage
