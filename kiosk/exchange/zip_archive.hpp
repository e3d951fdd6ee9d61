// SPDX-License-Identifier: Apache-2.0
#pragma once
// The parts of a zip file, read block by block. Purpose: XLSX and ODS files, without trust: parts and bytes are
// bounded, so a zip bomb costs seconds, not memory. Ownership: an archive owns its file and outlives its streams.
// Threads: one. Failure: Invalid or Corrupt where the file is no zip or was cut off, Denied where it has a password.
#include "core/result.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct zip;
struct zip_file;

namespace kiosk::exchange {

constexpr std::uint64_t max_part_bytes = 1ull << 30; // unpacked
constexpr std::int64_t max_parts = 10'000;

class ZipStream {
public:
    // Up to `capacity` bytes; 0 at the end. TooLarge beyond max_part_bytes.
    core::Result<std::size_t> read(char* out, std::size_t capacity);
    double progress() const; // 0 to 1, of what the archive says is the part's size

private:
    friend class ZipArchive;
    struct Close {
        void operator()(zip_file* file) const;
    };
    std::unique_ptr<zip_file, Close> m_file;
    std::string m_name;
    std::uint64_t m_size = 0;
    std::uint64_t m_read = 0;
};

class ZipArchive {
public:
    static core::Result<ZipArchive> open(const std::filesystem::path& path);

    bool has(std::string_view part) const;
    core::Result<ZipStream> stream(std::string_view part) const;

private:
    struct Close {
        void operator()(zip* archive) const;
    };
    std::unique_ptr<zip, Close> m_archive;
    std::string m_name;
};

} // namespace kiosk::exchange
