// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file that is there as a whole or not at all. Purpose: exports are written beside their target, synced, and renamed;
// whoever opens the target sees the old file or the new one. Ownership: owns the descriptor and removes the partial
// file unless commit() was reached. Threads: one. Failure: DiskFull or Io with the path.
#include "core/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace kiosk::exchange {

class AtomicFile {
public:
    static core::Result<AtomicFile> create(const std::filesystem::path& target);
    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    ~AtomicFile();

    core::Status write(std::string_view bytes); // buffered
    core::Status commit();
    // For libraries that want to write by name; don't mix with write().
    const std::filesystem::path& partial_path() const { return m_partial; }

private:
    AtomicFile() = default;
    core::Status flush();
    std::unexpected<core::Error> error(int number) const;

    std::filesystem::path m_target, m_partial;
    int m_descriptor = -1;
    bool m_committed = false;
    std::string m_buffer;
};

} // namespace kiosk::exchange
