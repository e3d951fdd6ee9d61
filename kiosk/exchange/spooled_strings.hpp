// SPDX-License-Identifier: Apache-2.0
#pragma once
// A list of strings on disk. Purpose: a workbook's shared strings must be at hand while its sheet is read, and may be
// larger than memory should be. They are written once to two nameless temporary files (bytes, offsets) and read back
// through windows of 64 KiB: workbooks name their strings nearly in order. Threads: one. Failure: Io, DiskFull.
#include "core/result.hpp"
#include "exchange/byte_source.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace kiosk::exchange {

// A temporary file that is appended to and then read at places.
class SpoolFile {
public:
    static core::Result<SpoolFile> create();
    core::Status append(std::string_view bytes);
    core::Status read(std::uint64_t offset, std::size_t size, std::string& out);
    std::uint64_t size() const { return m_size; }

private:
    struct Window {
        std::uint64_t number = UINT64_MAX;
        std::uint64_t used = 0; // when last
        std::vector<char> bytes;
        std::size_t filled = 0;
    };
    core::Result<const Window*> window(std::uint64_t number);

    FileHandle m_file;
    std::uint64_t m_size = 0;
    std::uint64_t m_clock = 0;
    bool m_reading = false;
    std::array<Window, 8> m_windows;
};

class SpooledStrings {
public:
    static core::Result<SpooledStrings> create();
    core::Status append(std::string_view text);
    std::uint64_t count() const { return m_count; }
    core::Status get(std::uint64_t index, std::string& out); // Corrupt where there is none

private:
    SpoolFile m_bytes, m_offsets;
    std::uint64_t m_count = 0;
};

} // namespace kiosk::exchange
