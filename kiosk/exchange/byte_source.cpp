// SPDX-License-Identifier: Apache-2.0
#include "exchange/byte_source.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace kiosk::exchange {
namespace {

class FileSource final : public ByteSource {
public:
    FileSource(FileHandle file, std::uint64_t size, std::string name)
        : m_file(std::move(file)), m_size(size), m_name(std::move(name)) {}

    core::Result<std::size_t> read(char* out, std::size_t capacity) override {
        const auto count = std::fread(out, 1, capacity, m_file.get());
        if (count < capacity && std::ferror(m_file.get()) != 0)
            return core::fail(core::ErrorCode::Io, "error.exchange.read", m_name);
        return count;
    }
    core::Status rewind() override {
        std::clearerr(m_file.get());
        if (std::fseek(m_file.get(), 0, SEEK_SET) != 0)
            return core::fail(core::ErrorCode::Io, "error.exchange.read", m_name);
        return {};
    }
    std::uint64_t size() const override { return m_size; }
    const std::string& name() const override { return m_name; }

private:
    FileHandle m_file;
    std::uint64_t m_size;
    std::string m_name;
};

class MemorySource final : public ByteSource {
public:
    MemorySource(std::string bytes, std::string name) : m_bytes(std::move(bytes)), m_name(std::move(name)) {}

    core::Result<std::size_t> read(char* out, std::size_t capacity) override {
        const auto count = std::min(capacity, m_bytes.size() - m_at);
        std::copy_n(m_bytes.data() + m_at, count, out);
        m_at += count;
        return count;
    }
    core::Status rewind() override {
        m_at = 0;
        return {};
    }
    std::uint64_t size() const override { return m_bytes.size(); }
    const std::string& name() const override { return m_name; }

private:
    std::string m_bytes;
    std::string m_name;
    std::size_t m_at = 0;
};

} // namespace

core::Result<std::unique_ptr<ByteSource>> open_file_source(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error))
        return core::fail(core::ErrorCode::NotFound, "error.exchange.no_file", path.string());
    if (!std::filesystem::is_regular_file(path, error))
        return core::fail(core::ErrorCode::Invalid, "error.exchange.not_a_file", path.string());
    const auto size = std::filesystem::file_size(path, error);
    FileHandle file(std::fopen(path.c_str(), "rbe"));
    if (error || !file)
        return core::fail(core::ErrorCode::Io, "error.exchange.read", path.string() + ": " + std::strerror(errno));
    return std::make_unique<FileSource>(std::move(file), size, path.filename().string());
}

std::unique_ptr<ByteSource> make_memory_source(std::string bytes, std::string name) {
    return std::make_unique<MemorySource>(std::move(bytes), std::move(name));
}

} // namespace kiosk::exchange
