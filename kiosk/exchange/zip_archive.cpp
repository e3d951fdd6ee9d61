// SPDX-License-Identifier: Apache-2.0
// The adapter of libzip.
#include "exchange/zip_archive.hpp"

#include <zip.h>

#include <algorithm>

namespace kiosk::exchange {

void ZipStream::Close::operator()(zip_file* file) const { zip_fclose(file); }
void ZipArchive::Close::operator()(zip* archive) const { zip_discard(archive); }

core::Result<std::size_t> ZipStream::read(char* out, std::size_t capacity) {
    const auto count = zip_fread(m_file.get(), out, capacity);
    if (count < 0)
        return core::fail(core::ErrorCode::Corrupt, "error.exchange.damaged", m_name);
    m_read += static_cast<std::uint64_t>(count);
    if (m_read > max_part_bytes)
        return core::fail(core::ErrorCode::TooLarge, "error.exchange.unpacked_too_large", m_name);
    return static_cast<std::size_t>(count);
}

double ZipStream::progress() const {
    return m_size == 0 ? 1.0 : std::min(1.0, static_cast<double>(m_read) / static_cast<double>(m_size));
}

core::Result<ZipArchive> ZipArchive::open(const std::filesystem::path& path) {
    ZipArchive archive;
    archive.m_name = path.filename().string();
    int code = 0;
    // ZIP_CHECKCONS would refuse files that common ticket systems write; the parts are checked as they are read.
    archive.m_archive.reset(zip_open(path.c_str(), ZIP_RDONLY, &code));
    if (!archive.m_archive) {
        if (code == ZIP_ER_OPEN || code == ZIP_ER_READ)
            return core::fail(core::ErrorCode::Io, "error.exchange.read", path.string());
        return core::fail(core::ErrorCode::Corrupt, "error.exchange.damaged", archive.m_name);
    }
    if (zip_get_num_entries(archive.m_archive.get(), 0) > max_parts)
        return core::fail(core::ErrorCode::TooLarge, "error.exchange.unpacked_too_large", archive.m_name);
    return archive;
}

bool ZipArchive::has(std::string_view part) const {
    return zip_name_locate(m_archive.get(), std::string(part).c_str(), 0) >= 0;
}

core::Result<ZipStream> ZipArchive::stream(std::string_view part) const {
    const std::string name(part);
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat(m_archive.get(), name.c_str(), 0, &stat) != 0)
        return core::fail(core::ErrorCode::Invalid, "error.exchange.damaged", m_name + ": " + name);
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
        return core::fail(core::ErrorCode::Denied, "error.exchange.password", m_name);
    ZipStream stream;
    stream.m_name = m_name + ": " + name;
    stream.m_size = (stat.valid & ZIP_STAT_SIZE) != 0 ? stat.size : 0;
    if (stream.m_size > max_part_bytes)
        return core::fail(core::ErrorCode::TooLarge, "error.exchange.unpacked_too_large", stream.m_name);
    stream.m_file.reset(zip_fopen(m_archive.get(), name.c_str(), 0));
    if (!stream.m_file)
        return core::fail(core::ErrorCode::Corrupt, "error.exchange.damaged", stream.m_name);
    return stream;
}

} // namespace kiosk::exchange
