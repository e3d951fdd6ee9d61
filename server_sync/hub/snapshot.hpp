// SPDX-License-Identifier: Apache-2.0
#pragma once
// The image that a new kiosk starts from. Purpose: a copy of a mirror as one zstd frame in a file, made in bounded memory,
// and the names under which a cut-off download goes on. Ownership: a Snapshot owns its file and removes it. Threads:
// making and reading from any. Failure: Result; a half-made file is removed.
#include "core/ports.hpp"
#include "hub/store.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace kiosk::sync::hub {

struct Snapshot {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
    std::uint64_t number = 0;       // of the feed: everything up to here is in it
    std::string epoch;
    std::string content_hash;       // hex BLAKE2b of the inflated bytes
    std::uint64_t content_bytes = 0;
    std::string etag;               // with its quotes
    std::int64_t made_boot_ms = 0;

    Snapshot() = default;
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    ~Snapshot();
};

// Packs `database`, which is removed in any case.
Result<std::shared_ptr<const Snapshot>> pack_snapshot(const std::filesystem::path& database,
                                                      const std::filesystem::path& file, std::uint64_t number,
                                                      const std::string& epoch, const kiosk::core::Hasher& hasher,
                                                      std::int64_t now_boot_ms);

} // namespace kiosk::sync::hub
