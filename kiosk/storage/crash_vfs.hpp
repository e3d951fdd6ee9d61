// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file layer for SQLite that forgets what was not synced. Purpose: power loss, full disks and failing disks at any
// write, thousands of times a minute and the same again for the same seed; used by tests and by the simulator. Files
// live in memory. On power loss each 512-byte sector written since the last sync is kept or lost by chance, in any
// combination; a file that was created or deleted may be so or not until its folder was synced. Ownership: registered
// with SQLite under its name while it lives; close every database on it first. Threads: any.
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace kiosk::storage {

class CrashVfs {
public:
    using Files = std::map<std::string, std::string>; // full name → content

    explicit CrashVfs(const std::string& name);
    ~CrashVfs();
    CrashVfs(const CrashVfs&) = delete;
    CrashVfs& operator=(const CrashVfs&) = delete;
    const std::string& name() const;

    // What a disk might hold if power failed now. The files themselves go on as they are.
    Files image_after_power_loss(std::uint64_t seed) const;
    // What a program sees that reads the files now.
    Files files() const;
    // Replaces everything, as one durable state. No file may be open.
    void load(Files files);
    // Power fails: every open file answers only errors from now on, and the disk holds one of the possible images.
    void power_loss(std::uint64_t seed);

    // Called before every write, sync, truncation and deletion; no lock is held, but it must not use the files.
    void on_change(std::function<void()> hook);
    std::uint64_t changes() const; // such calls so far

    // All files together may not grow beyond this; then writes answer that the disk is full. Absent: no limit.
    void set_capacity(std::optional<std::uint64_t> bytes);
    // From that change on (counted as changes() does) every write and sync fails with an I/O error. Absent: none does.
    void fail_from(std::optional<std::uint64_t> change);

    struct State;

private:
    std::unique_ptr<State> m_state;
};

} // namespace kiosk::storage
