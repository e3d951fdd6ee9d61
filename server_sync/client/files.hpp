// SPDX-License-Identifier: Apache-2.0
#pragma once
// POSIX files for this folder's two keepers. Purpose: durable, whole or not at all, readable by the owner alone.
// Ownership: OpenFile closes what it opened. Threads: one. Failure: DiskFull or Io with the path and the system's word.
#include "core/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace kiosk::sync::client {

std::unexpected<kiosk::core::Error> file_error(const std::filesystem::path& path, int number);

class OpenFile {
public:
    OpenFile() = default;
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile();
    // `flags` as for open(2); new files are the owner's alone.
    kiosk::core::Status open(const std::filesystem::path& path, int flags);
    kiosk::core::Status write(std::string_view bytes);
    kiosk::core::Status sync();
    void close();
    int descriptor() const { return m_descriptor; }

private:
    int m_descriptor = -1;
    std::filesystem::path m_path;
};

// Renames and makes that durable.
kiosk::core::Status move_into_place(const std::filesystem::path& from, const std::filesystem::path& to);
kiosk::core::Status write_whole(const std::filesystem::path& path, std::string_view bytes);
kiosk::core::Result<std::string> read_small(const std::filesystem::path& path, std::size_t limit);

} // namespace kiosk::sync::client
