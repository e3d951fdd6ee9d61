// SPDX-License-Identifier: Apache-2.0
#include "client/files.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace kiosk::sync::client {

using kiosk::core::ErrorCode;
using kiosk::core::fail;
using kiosk::core::Result;
using kiosk::core::Status;

std::unexpected<kiosk::core::Error> file_error(const std::filesystem::path& path, int number) {
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        return fail(ErrorCode::DiskFull, "error.disk_full", path.string());
    if (number == ENOENT)
        return fail(ErrorCode::NotFound, "error.sync.file", path.string());
    return fail(ErrorCode::Io, "error.sync.file", path.string() + ": " + std::generic_category().message(number));
}

OpenFile::~OpenFile() {
    close();
}

void OpenFile::close() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    m_descriptor = -1;
}

Status OpenFile::open(const std::filesystem::path& path, int flags) {
    close();
    m_path = path;
    m_descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    return m_descriptor < 0 ? Status(file_error(path, errno)) : Status{};
}

Status OpenFile::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::write(m_descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return file_error(m_path, count < 0 ? errno : EIO);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Status OpenFile::sync() {
    return ::fsync(m_descriptor) == 0 ? Status{} : Status(file_error(m_path, errno));
}

Status move_into_place(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0)
        return file_error(to, errno);
    OpenFile folder; // the rename is durable only once the folder is
    if (folder.open(to.has_parent_path() ? to.parent_path() : std::filesystem::path("."), O_RDONLY | O_DIRECTORY))
        (void)folder.sync();
    return {};
}

Status write_whole(const std::filesystem::path& path, std::string_view bytes) {
    auto partial = path;
    partial += ".new";
    const auto written = [&]() -> Status {
        ::unlink(partial.c_str()); // of an interrupted attempt, perhaps with other rights
        OpenFile file;
        KIOSK_CHECK(file.open(partial, O_WRONLY | O_CREAT | O_EXCL));
        KIOSK_CHECK(file.write(bytes));
        KIOSK_CHECK(file.sync());
        return move_into_place(partial, path);
    }();
    if (!written)
        ::unlink(partial.c_str());
    return written;
}

Result<std::string> read_small(const std::filesystem::path& path, std::size_t limit) {
    OpenFile file;
    KIOSK_CHECK(file.open(path, O_RDONLY));
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const auto count = ::read(file.descriptor(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return file_error(path, errno);
        if (count == 0)
            return text;
        text.append(buffer.data(), static_cast<std::size_t>(count));
        if (text.size() > limit)
            return fail(ErrorCode::TooLarge, "error.sync.file", path.string());
    }
}

} // namespace kiosk::sync::client
