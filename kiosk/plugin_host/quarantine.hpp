// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which plugins are switched off, and why. Purpose: a plugin that crashed or hung twice stays off over a restart, until
// staff release it or another build of it is installed. Kept as a small file beside the database, shared by the kiosk
// and kioskctl: whoever writes reads it again first, under a lock of the folder. Ownership: values. Threads: one.
// Failure: what can't be read counts as empty and never stops a kiosk; what can't be written still holds in memory.
#include "core/operation.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace kiosk::plugin_host {

struct QuarantineEntry {
    core::Digest library{}; // hash of the library that failed: another build of the plugin is given a new chance
    std::string reason;     // for staff and the log: "admission.decide/1: killed by signal 11"; never personal data
    core::Instant at;
    std::string by; // "kiosk" where the kiosk did it by itself, else a member of staff or "kioskctl"
};

class QuarantineList {
  public:
    using Entries = std::map<std::string, QuarantineEntry, std::less<>>; // by plugin id

    // Without a file the list lives in memory only. Nothing is read yet.
    explicit QuarantineList(std::filesystem::path file = {}) : m_file(std::move(file)) {}
    static std::filesystem::path file_for(const std::filesystem::path& database); // "<database>.quarantine.json"

    // A file that is not there is an empty list. After a failure the list is empty as well.
    core::Status load();
    // Loads again where the file has changed since; looks at most once a second of `monotonic_us`.
    void refresh(std::int64_t monotonic_us);

    const Entries& entries() const { return m_entries; }
    // The plugin's entry if it is about this very library, else null.
    const QuarantineEntry* find(std::string_view plugin, const core::Digest& library) const;

    // Both hold at once, also where the file can't be written. `release` answers whether there was an entry.
    core::Status add(std::string_view plugin, QuarantineEntry entry);
    core::Result<bool> release(std::string_view plugin);

  private:
    struct Stamp { // which version of the file has been read
        std::int64_t modified_ns = -1;
        ino_t inode = 0;
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };
    Stamp stamp() const;
    core::Status save();

    std::filesystem::path m_file;
    Entries m_entries;
    Stamp m_read;
    std::int64_t m_looked_us = INT64_MIN;
};

} // namespace kiosk::plugin_host
