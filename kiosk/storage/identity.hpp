// SPDX-License-Identifier: Apache-2.0
#pragma once
// Is this file the one that was closed last, on the machine that closed it? Purpose: a database that was copied or put
// back from an old image must not give out numbers again that the original has used, so it begins a new incarnation
// (docs/decisions/0010). Two witnesses: a fingerprint of machine and file, kept inside; and a mark file beside the
// database that is renewed at every opening. Ownership: values. Threads: any. Failure: Result; a witness that can't be
// read counts as "not the same", which is safe.
#include "core/ports.hpp"

#include <cstdint>
#include <string>

namespace kiosk::storage {

// Machine id, serial numbers that software can't copy (board, storage, network cards), and the file's inode.
// Empty where the file does not exist.
std::string platform_fingerprint(const std::string& path);

// What the mark file says: the mark that the database should hold, or the one before it (power may fail between the
// two writes), and how far its journal had come.
struct Mark {
    std::string mark;
    std::string before;
    std::string incarnation;
    std::uint64_t seq = 0;
};
core::Result<Mark> read_mark(const std::string& database, const std::string& vfs);
core::Status write_mark(const std::string& database, const std::string& vfs, const Mark& mark);

// Held by whoever writes to the database; a second writer would break the chain.
class WriterLock {
public:
    static core::Result<WriterLock> take(const std::string& database);
    WriterLock() = default;
    ~WriterLock();
    WriterLock(WriterLock&& other) noexcept;
    WriterLock& operator=(WriterLock&& other) noexcept;

private:
    int m_descriptor = -1;
};

} // namespace kiosk::storage
