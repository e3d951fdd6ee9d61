// SPDX-License-Identifier: Apache-2.0
#pragma once
// A kiosk's database as the hub has it, for a new kiosk. Purpose: brings it whole and checked to `destination`, going on
// where an earlier attempt was cut ("<destination>.part" and its ETag beside it). Ownership: values. Threads: one; blocks.
// Failure: the last attempt's: NotFound (the hub has nothing of the event yet), Unavailable, Denied, Corrupt (the bytes are
// not what the hub says), DiskFull; never a broken file under `destination`.
#include "client/wire.hpp"
#include "core/ports.hpp"

#include <filesystem>

namespace kiosk::sync::client {

struct SnapshotInfo {
    std::filesystem::path path;
    std::uint64_t feed_number = 0; // the feed goes on after this
    std::string epoch;
    std::string scope = "*"; // FeedReply::scope of what is in it
    std::uint64_t bytes = 0;
};

struct SnapshotOptions {
    unsigned tries = 6;
    std::uint64_t max_bytes = std::uint64_t{16} << 30;
    std::int64_t timeout_ms = 30 * 60'000; // of one attempt; one that brings nothing ends much sooner
    // Between attempts: waits a little, and says whether to go on. None: at once, every time.
    std::function<bool(unsigned attempt, const kiosk::core::Error& why)> again;
    std::function<void(std::uint64_t have, std::uint64_t of)> progress; // compressed bytes; `of` 0: not known
};

kiosk::core::Result<SnapshotInfo> fetch_snapshot(Wire& wire, const HubAddress& hub,
                                                 const std::filesystem::path& destination,
                                                 const kiosk::core::Hasher& hasher, const SnapshotOptions& options = {});

} // namespace kiosk::sync::client
