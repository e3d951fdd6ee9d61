// SPDX-License-Identifier: Apache-2.0
#pragma once
// A file system of a few mebibytes of this process's own, which goes with it however it ends: nobody else sees the mount.
// Ownership: the folder and the mount. Threads: the main one; processes that it starts afterwards see the disk, threads
// that ran before may not. Failure: mounted() is false where this process may not mount (it is not root).
#include "support/storage_fixture.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <fcntl.h>
#include <string>

namespace kiosk::test {

class SmallDisk {
public:
    explicit SmallDisk(std::size_t mebibytes) {
        static const bool apart =
            ::unshare(CLONE_NEWNS) == 0 && ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
        const auto size = "size=" + std::to_string(mebibytes) + "m,mode=0700";
        m_mounted = apart && ::mount("tmpfs", path().c_str(), "tmpfs", 0, size.c_str()) == 0;
    }
    ~SmallDisk() {
        if (m_mounted)
            ::umount2(path().c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool mounted() const { return m_mounted; }
    std::string operator/(const std::string& name) const { return m_folder / name; }
    // Leaves about that many bytes.
    void fill(std::size_t room) {
        const int file = ::open((m_folder / "filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        REQUIRE(file >= 0);
        const std::string some(4096, 'x');
        while (free_bytes() > room && ::write(file, some.data(), some.size()) > 0) {
        }
        ::close(file);
    }
    void make_room() { ::unlink((m_folder / "filler").c_str()); }
    std::size_t free_bytes() const {
        struct statvfs now {};
        REQUIRE(::statvfs(path().c_str(), &now) == 0);
        return now.f_bavail * now.f_frsize;
    }

private:
    std::string path() const { return m_folder / ""; }
    TempFolder m_folder;
    bool m_mounted = false;
};

} // namespace kiosk::test
