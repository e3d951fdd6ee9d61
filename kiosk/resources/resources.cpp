// SPDX-License-Identifier: Apache-2.0
#include "resources/resources.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace kiosk::resources {

namespace {

namespace fs = std::filesystem;

core::ErrorCode code_of(int error_number) {
    switch (error_number) {
    case ENOENT: return core::ErrorCode::NotFound;
    case ENOSPC:
    case EDQUOT: return core::ErrorCode::DiskFull;
    case EACCES:
    case EPERM: return core::ErrorCode::Denied;
    default: return core::ErrorCode::Io;
    }
}

std::unexpected<core::Error> file_error(std::string_view key, const fs::path& path, int error_number) {
    return core::fail(code_of(error_number), error_number == ENOSPC ? "error.disk_full" : key,
                      path.string() + ": " + std::strerror(error_number));
}

struct Descriptor {
    int fd = -1;
    ~Descriptor() {
        if (fd >= 0)
            ::close(fd);
    }
};

} // namespace

fs::path assets_folder() {
    if (const char* set = std::getenv("XIANGDAO_ASSETS"); set && *set)
        return set;
    std::error_code error;
    const auto program = fs::read_symlink("/proc/self/exe", error);
    if (!error) {
        const auto installed = program.parent_path().parent_path() / "share" / "xiangdao";
        if (fs::exists(installed / "locale", error))
            return installed;
    }
    return XIANGDAO_SOURCE_ASSETS;
}

core::Result<std::string> read_file(const fs::path& path, std::size_t limit_bytes) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.fd < 0)
        return file_error("error.file_read", path, errno);
    std::string bytes;
    std::vector<char> block(64 * 1024);
    for (;;) {
        const auto count = ::read(file.fd, block.data(), block.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return file_error("error.file_read", path, errno);
        if (count == 0)
            return bytes;
        if (bytes.size() + static_cast<std::size_t>(count) > limit_bytes)
            return core::fail(core::ErrorCode::TooLarge, "error.file_too_large", path.string());
        bytes.append(block.data(), static_cast<std::size_t>(count));
    }
}

core::Status write_file_atomically(const fs::path& path, std::string_view bytes) {
    auto partial = path;
    partial += ".partial";
    {
        const Descriptor file{::open(partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
        if (file.fd < 0)
            return file_error("error.file_write", path, errno);
        for (std::size_t done = 0; done < bytes.size();) {
            const auto count = ::write(file.fd, bytes.data() + done, bytes.size() - done);
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0) {
                const int saved = errno;
                ::unlink(partial.c_str());
                return file_error("error.file_write", path, saved);
            }
            done += static_cast<std::size_t>(count);
        }
        if (::fsync(file.fd) != 0) {
            const int saved = errno;
            ::unlink(partial.c_str());
            return file_error("error.file_write", path, saved);
        }
    }
    if (::rename(partial.c_str(), path.c_str()) != 0)
        return file_error("error.file_write", path, errno);
    // The rename itself is durable only once the folder is.
    const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (directory.fd >= 0)
        ::fsync(directory.fd);
    return {};
}

core::Result<core::Catalogue> load_catalogue(const fs::path& assets) {
    std::vector<core::Catalogue::Source> sources;
    for (const auto& [language, name] :
         {std::pair{core::Language::Chinese, "zh"}, std::pair{core::Language::English, "en"}}) {
        const auto folder = assets / "locale" / name;
        std::error_code error;
        for (const auto& entry : fs::directory_iterator(folder, error)) {
            if (entry.path().extension() != ".json")
                continue;
            KIOSK_TRY(auto json, read_file(entry.path(), 4u << 20));
            sources.push_back({language, entry.path().string(), std::move(json)});
        }
        if (error)
            return core::fail(core::ErrorCode::NotFound, "error.file_read", folder.string());
    }
    return core::Catalogue::create(sources);
}

core::Language language_of_call(int argc, const char* const* argv) {
    std::string_view wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument(argv[i]);
        if (argument == "--lang" && i + 1 < argc)
            wanted = argv[i + 1];
        else if (argument.starts_with("--lang="))
            wanted = argument.substr(7);
    }
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"})
        if (const char* value = std::getenv(name); wanted.empty() && value)
            wanted = value;
    // Chinese first: a machine that says nothing of its language ("C", "POSIX") speaks Chinese.
    const bool says_nothing = wanted.empty() || wanted.starts_with("C") || wanted.starts_with("POSIX");
    return says_nothing || wanted.starts_with("zh") ? core::Language::Chinese : core::Language::English;
}

} // namespace kiosk::resources
