// SPDX-License-Identifier: Apache-2.0
#include "storage/identity.hpp"

#include <sqlite3.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>
#include <vector>

namespace kiosk::storage {

namespace {

std::string first_line(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

// Cards with an address of their own; bridges, virtual machines' links and random addresses say nothing.
std::vector<std::string> network_addresses() {
    std::vector<std::string> addresses;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/sys/class/net", error)) {
        constexpr auto permanent = "0";
        if (std::filesystem::exists(entry.path() / "device", error) && first_line(entry.path() / "addr_assign_type") == permanent)
            addresses.push_back(first_line(entry.path() / "address"));
    }
    std::ranges::sort(addresses);
    return addresses;
}

// A file opened through SQLite's own file layer, so that a mark is as durable as the database, also in tests that lose
// what was not synced.
class LayerFile {
public:
    LayerFile(const std::string& path, const std::string& vfs_name, bool write) {
        auto* vfs = sqlite3_vfs_find(vfs_name.empty() ? nullptr : vfs_name.c_str());
        if (!vfs)
            return;
        // The layer expects a full name with a second zero byte behind it, which std::string's copy here gives.
        m_path.resize(static_cast<std::size_t>(vfs->mxPathname) + 2, '\0');
        if (vfs->xFullPathname(vfs, path.c_str(), vfs->mxPathname, m_path.data()) != SQLITE_OK)
            return;
        m_file.reset(static_cast<sqlite3_file*>(std::calloc(1, static_cast<std::size_t>(vfs->szOsFile))));
        const int flags = SQLITE_OPEN_SUPER_JOURNAL |
                          (write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
        int granted = 0;
        m_status = vfs->xOpen(vfs, m_path.c_str(), m_file.get(), flags, &granted);
    }
    ~LayerFile() {
        if (m_file && m_file->pMethods)
            m_file->pMethods->xClose(m_file.get());
    }
    LayerFile(const LayerFile&) = delete;
    LayerFile& operator=(const LayerFile&) = delete;

    int status() const { return m_status; }
    int write(std::string_view bytes) {
        const auto& io = *m_file->pMethods;
        const int status = io.xWrite(m_file.get(), bytes.data(), static_cast<int>(bytes.size()), 0);
        return status == SQLITE_OK ? io.xSync(m_file.get(), SQLITE_SYNC_NORMAL) : status;
    }
    std::string read() {
        const auto& io = *m_file->pMethods;
        sqlite3_int64 size = 0;
        constexpr sqlite3_int64 longest = 4096;
        if (io.xFileSize(m_file.get(), &size) != SQLITE_OK || size <= 0 || size > longest)
            return {};
        std::string bytes(static_cast<std::size_t>(size), '\0');
        return io.xRead(m_file.get(), bytes.data(), static_cast<int>(size), 0) == SQLITE_OK ? bytes : std::string();
    }

private:
    struct Free {
        void operator()(sqlite3_file* file) const { std::free(file); }
    };
    std::string m_path;
    std::unique_ptr<sqlite3_file, Free> m_file;
    int m_status = SQLITE_CANTOPEN;
};

constexpr std::size_t mark_bytes = 256;

std::string mark_path(const std::string& database) { return database + "-mark"; }

} // namespace

std::string platform_fingerprint(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0)
        return {};
    std::ostringstream out;
    out << first_line("/etc/machine-id") << '\n';
    out << first_line("/sys/class/dmi/id/product_uuid") << '\n';
    out << first_line("/sys/firmware/devicetree/base/serial-number") << '\n';
    // The storage's own serial: a card that was cloned for a second kiosk has another one.
    const auto device = "/sys/dev/block/" + std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));
    for (const auto* name : {"/device/cid", "/../device/cid", "/device/serial", "/../device/serial"})
        out << first_line(device + name) << '\n';
    for (const auto& address : network_addresses())
        out << address << '\n';
    out << status.st_ino << '\n';
    return out.str();
}

core::Result<Mark> read_mark(const std::string& database, const std::string& vfs) {
    LayerFile file(mark_path(database), vfs, false);
    if (file.status() != SQLITE_OK)
        return core::fail(core::ErrorCode::NotFound, "error.database_io", mark_path(database));
    std::istringstream in(file.read());
    std::string magic;
    Mark mark;
    in >> magic >> mark.mark >> mark.before >> mark.incarnation >> mark.seq;
    if (!in || magic != "xiangdao-mark-1")
        return core::fail(core::ErrorCode::Corrupt, "error.database_io", mark_path(database));
    return mark;
}

core::Status write_mark(const std::string& database, const std::string& vfs, const Mark& mark) {
    const auto or_dash = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
    std::ostringstream out;
    out << "xiangdao-mark-1 " << or_dash(mark.mark) << ' ' << or_dash(mark.before) << ' ' << or_dash(mark.incarnation)
        << ' ' << mark.seq << ' ';
    // Always the same length, less than a sector: it is written as a whole or not at all.
    auto text = out.str();
    text.resize(std::max(text.size(), mark_bytes), ' ');
    LayerFile file(mark_path(database), vfs, true);
    const int status = file.status() == SQLITE_OK ? file.write(text) : file.status();
    if (status == SQLITE_OK)
        return {};
    const bool full = (status & 0xff) == SQLITE_FULL || (file.status() != SQLITE_OK && errno == ENOSPC);
    return core::fail(full ? core::ErrorCode::DiskFull : core::ErrorCode::Io,
                      full ? "error.disk_full" : "error.database_io", mark_path(database));
}

core::Result<WriterLock> WriterLock::take(const std::string& database) {
    const auto path = database + "-lock";
    WriterLock lock;
    lock.m_descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (lock.m_descriptor < 0) {
        const bool full = errno == ENOSPC;
        return core::fail(full ? core::ErrorCode::DiskFull : core::ErrorCode::Io,
                          full ? "error.disk_full" : "error.database_io", path + ": " + std::strerror(errno));
    }
    if (::flock(lock.m_descriptor, LOCK_EX | LOCK_NB) != 0)
        return core::fail(core::ErrorCode::Unavailable, "error.database_in_use", path);
    return lock;
}

WriterLock::~WriterLock() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

WriterLock::WriterLock(WriterLock&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

WriterLock& WriterLock::operator=(WriterLock&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

} // namespace kiosk::storage
