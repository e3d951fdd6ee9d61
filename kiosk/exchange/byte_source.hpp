// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bytes to be read from the start, more than once. Purpose: readers of tables work on a file and, in tests and under
// the fuzzer, on memory. Ownership: a source owns its file. Threads: one. Failure: Io with the path.
#include "core/result.hpp"

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace kiosk::exchange {

class ByteSource {
public:
    virtual ~ByteSource() = default;
    // Up to `capacity` bytes; 0 at the end.
    virtual core::Result<std::size_t> read(char* out, std::size_t capacity) = 0;
    virtual core::Status rewind() = 0;
    virtual std::uint64_t size() const = 0;
    virtual const std::string& name() const = 0; // for messages: the file's name
};

core::Result<std::unique_ptr<ByteSource>> open_file_source(const std::filesystem::path& path);
std::unique_ptr<ByteSource> make_memory_source(std::string bytes, std::string name = "memory");

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using FileHandle = std::unique_ptr<std::FILE, CloseFile>;

} // namespace kiosk::exchange
