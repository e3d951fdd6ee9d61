// SPDX-License-Identifier: Apache-2.0
#pragma once
// The journal for whoever copies it elsewhere, beside the program that writes. Purpose: a connection of its own that
// reads nothing but operations and chains, so that copying costs the writer nothing and holds nothing of 100,000 people
// in memory. Ownership: its own connection; borrows the hasher. Threads: one at a time. Failure: Result, as Database.
#include "storage/database.hpp"

#include <memory>
#include <string>
#include <vector>

namespace kiosk::storage {

class JournalReader {
public:
    static core::Result<std::unique_ptr<JournalReader>> open(const std::string& path, const core::Hasher& hasher,
                                                             const std::string& vfs = {});
    ~JournalReader();
    JournalReader(const JournalReader&) = delete;
    JournalReader& operator=(const JournalReader&) = delete;

    core::Result<OwnChains> chains();
    // As the functions of Database.
    core::Result<std::vector<core::Operation>> own_after(std::string_view incarnation, std::uint64_t after,
                                                         std::size_t limit, std::size_t limit_bytes);
    core::Result<Arrivals> arrived_after(std::int64_t cursor, std::size_t limit);

private:
    struct Impl;
    explicit JournalReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kiosk::storage
