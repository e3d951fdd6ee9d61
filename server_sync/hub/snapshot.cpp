// SPDX-License-Identifier: Apache-2.0
#include "hub/snapshot.hpp"

#include "hub/directory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace kiosk::sync::hub {

namespace {

using kiosk::core::ErrorCode;
using kiosk::core::fail;

// 2 packs 100,000 people in well under a second; a higher level saves little of a database's pages.
constexpr int level = 2;

std::unexpected<kiosk::core::Error> system_fail(const std::filesystem::path& path) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return fail(full ? ErrorCode::DiskFull : ErrorCode::Io, full ? "error.disk_full" : "error.database_io",
                path.filename().string() + ": " + std::strerror(errno));
}

class File {
public:
    File(const std::filesystem::path& path, int flags) : m_descriptor(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~File() {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int descriptor() const { return m_descriptor; }
    bool write(const char* data, std::size_t size) const {
        while (size > 0) {
            const auto written = ::write(m_descriptor, data, size);
            if (written < 0 && errno == EINTR)
                continue;
            if (written <= 0)
                return false;
            data += written;
            size -= static_cast<std::size_t>(written);
        }
        return true;
    }

private:
    int m_descriptor;
};

// The bytes of a file as memory that the system may drop at any time.
class Mapping {
public:
    Mapping(int descriptor, std::size_t size)
        : m_size(size), m_data(size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0) : nullptr) {}
    ~Mapping() {
        if (m_data && m_data != MAP_FAILED)
            ::munmap(m_data, m_size);
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    bool ok() const { return m_data != MAP_FAILED; }
    std::string_view bytes() const { return {static_cast<const char*>(m_data), m_size}; }

private:
    std::size_t m_size;
    void* m_data;
};

Result<std::uint64_t> pack(std::string_view bytes, const File& out, const std::filesystem::path& path) {
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(context.get(), bytes.size());
    std::vector<char> buffer(ZSTD_CStreamOutSize());
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::uint64_t written = 0;
    for (;;) {
        ZSTD_outBuffer to{buffer.data(), buffer.size(), 0};
        const auto left = ZSTD_compressStream2(context.get(), &to, &in, ZSTD_e_end);
        if (ZSTD_isError(left))
            return fail(ErrorCode::Internal, "error.compression", ZSTD_getErrorName(left));
        if (!out.write(buffer.data(), to.pos))
            return system_fail(path);
        written += to.pos;
        if (left == 0)
            return written;
    }
}

Status fill(Snapshot& snapshot, const std::filesystem::path& database, const kiosk::core::Hasher& hasher) {
    const File in(database, O_RDONLY);
    struct stat about{};
    if (in.descriptor() < 0 || ::fstat(in.descriptor(), &about) != 0)
        return system_fail(database);
    const Mapping mapping(in.descriptor(), static_cast<std::size_t>(about.st_size));
    if (!mapping.ok())
        return system_fail(database);
    const File out(snapshot.file, O_WRONLY | O_CREAT | O_TRUNC);
    if (out.descriptor() < 0)
        return system_fail(snapshot.file);
    snapshot.content_bytes = mapping.bytes().size();
    snapshot.content_hash = secret_hash(hasher, mapping.bytes());
    KIOSK_TRY(snapshot.bytes, pack(mapping.bytes(), out, snapshot.file));
    snapshot.etag = "\"" + snapshot.epoch.substr(0, 8) + "-" + std::to_string(snapshot.number) + "-" +
                    snapshot.content_hash.substr(0, 16) + "\"";
    return {};
}

} // namespace

Snapshot::~Snapshot() {
    std::error_code ignored;
    if (!file.empty())
        std::filesystem::remove(file, ignored);
}

Result<std::shared_ptr<const Snapshot>> pack_snapshot(const std::filesystem::path& database,
                                                      const std::filesystem::path& file, std::uint64_t number,
                                                      const std::string& epoch, const kiosk::core::Hasher& hasher,
                                                      std::int64_t now_boot_ms) {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->file = file;
    snapshot->number = number;
    snapshot->epoch = epoch;
    snapshot->made_boot_ms = now_boot_ms;
    const auto filled = fill(*snapshot, database, hasher);
    std::error_code ignored;
    std::filesystem::remove(database, ignored);
    if (!filled)
        return std::unexpected(filled.error());
    return snapshot;
}

} // namespace kiosk::sync::hub
