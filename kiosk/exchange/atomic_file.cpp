// SPDX-License-Identifier: Apache-2.0
#include "exchange/atomic_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace kiosk::exchange {
namespace {

constexpr std::size_t buffer_bytes = 64 * 1024;

} // namespace

std::unexpected<core::Error> AtomicFile::error(int number) const {
    if (number == ENOSPC || number == EDQUOT)
        return core::fail(core::ErrorCode::DiskFull, "error.disk_full", m_target.string());
    return core::fail(core::ErrorCode::Io, "error.exchange.write", m_target.string() + ": " + std::strerror(number));
}

core::Result<AtomicFile> AtomicFile::create(const std::filesystem::path& target) {
    AtomicFile file;
    file.m_target = target;
    // In the same folder, so that the rename stays within one file system. Several exports may run side by side.
    auto name = (target.has_parent_path() ? target.parent_path() : std::filesystem::path(".")).string() + "/." +
                target.filename().string() + ".XXXXXX";
    file.m_descriptor = ::mkostemp(name.data(), O_CLOEXEC);
    if (file.m_descriptor < 0)
        return file.error(errno);
    file.m_partial = name;
    ::fchmod(file.m_descriptor, 0640); // personal data: not for everybody on the machine
    return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_target(std::move(other.m_target)), m_partial(std::move(other.m_partial)),
      m_descriptor(std::exchange(other.m_descriptor, -1)), m_committed(std::exchange(other.m_committed, true)),
      m_buffer(std::move(other.m_buffer)) {}

AtomicFile::~AtomicFile() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
    if (!m_committed && !m_partial.empty())
        ::unlink(m_partial.c_str());
}

core::Status AtomicFile::flush() {
    for (std::size_t done = 0; done < m_buffer.size();) {
        const auto count = ::write(m_descriptor, m_buffer.data() + done, m_buffer.size() - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return error(count < 0 ? errno : EIO);
        done += static_cast<std::size_t>(count);
    }
    m_buffer.clear();
    return {};
}

core::Status AtomicFile::write(std::string_view bytes) {
    m_buffer += bytes;
    return m_buffer.size() < buffer_bytes ? core::Status{} : flush();
}

core::Status AtomicFile::commit() {
    KIOSK_CHECK(flush());
    if (::fsync(m_descriptor) != 0)
        return error(errno);
    if (::rename(m_partial.c_str(), m_target.c_str()) != 0)
        return error(errno);
    m_committed = true;
    // The rename itself is durable only once the folder is.
    const auto folder = m_target.has_parent_path() ? m_target.parent_path() : std::filesystem::path(".");
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) {
        ::fsync(directory);
        ::close(directory);
    }
    return {};
}

} // namespace kiosk::exchange
