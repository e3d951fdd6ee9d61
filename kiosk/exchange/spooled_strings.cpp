// SPDX-License-Identifier: Apache-2.0
#include "exchange/spooled_strings.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace kiosk::exchange {
namespace {

constexpr std::size_t window_bytes = 64 * 1024;

std::unexpected<core::Error> spool_error() {
    return errno == ENOSPC || errno == EDQUOT ? core::fail(core::ErrorCode::DiskFull, "error.disk_full", "temporary file")
                                              : core::fail(core::ErrorCode::Io, "error.exchange.temporary",
                                                           std::strerror(errno));
}

} // namespace

core::Result<SpoolFile> SpoolFile::create() {
    SpoolFile spool;
    spool.m_file.reset(std::tmpfile());
    if (!spool.m_file)
        return spool_error();
    return spool;
}

core::Status SpoolFile::append(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), m_file.get()) != bytes.size())
        return spool_error();
    m_size += bytes.size();
    m_reading = false;
    return {};
}

core::Result<const SpoolFile::Window*> SpoolFile::window(std::uint64_t number) {
    if (!m_reading) {
        if (std::fflush(m_file.get()) != 0)
            return spool_error();
        m_reading = true;
        for (auto& window : m_windows)
            window.number = UINT64_MAX;
    }
    auto* oldest = &m_windows[0];
    for (auto& window : m_windows) {
        if (window.number == number) {
            window.used = ++m_clock;
            return &window;
        }
        if (window.used < oldest->used)
            oldest = &window;
    }
    oldest->bytes.resize(window_bytes);
    const auto count = ::pread(::fileno(m_file.get()), oldest->bytes.data(), window_bytes,
                               static_cast<off_t>(number * window_bytes));
    if (count < 0)
        return spool_error();
    oldest->number = number;
    oldest->filled = static_cast<std::size_t>(count);
    oldest->used = ++m_clock;
    return oldest;
}

core::Status SpoolFile::read(std::uint64_t offset, std::size_t size, std::string& out) {
    out.clear();
    while (size > 0) {
        KIOSK_TRY(const auto* from, window(offset / window_bytes));
        const auto start = static_cast<std::size_t>(offset % window_bytes);
        if (start >= from->filled)
            return core::fail(core::ErrorCode::Io, "error.exchange.temporary");
        const auto count = std::min(size, from->filled - start);
        out.append(from->bytes.data() + start, count);
        offset += count;
        size -= count;
    }
    return {};
}

core::Result<SpooledStrings> SpooledStrings::create() {
    SpooledStrings strings;
    KIOSK_TRY(strings.m_bytes, SpoolFile::create());
    KIOSK_TRY(strings.m_offsets, SpoolFile::create());
    return strings;
}

core::Status SpooledStrings::append(std::string_view text) {
    const std::array<std::uint64_t, 2> place{m_bytes.size(), text.size()};
    KIOSK_CHECK(m_offsets.append({reinterpret_cast<const char*>(place.data()), sizeof place}));
    KIOSK_CHECK(m_bytes.append(text));
    ++m_count;
    return {};
}

core::Status SpooledStrings::get(std::uint64_t index, std::string& out) {
    if (index >= m_count)
        return core::fail(core::ErrorCode::Corrupt, "error.exchange.damaged", "a cell names a text that is missing");
    std::array<std::uint64_t, 2> place{};
    KIOSK_CHECK(m_offsets.read(index * sizeof place, sizeof place, out));
    std::memcpy(place.data(), out.data(), sizeof place);
    return m_bytes.read(place[0], static_cast<std::size_t>(place[1]), out);
}

} // namespace kiosk::exchange
