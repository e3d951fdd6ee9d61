// SPDX-License-Identifier: Apache-2.0
#pragma once
// The hash chain. Purpose: the one place that knows what an operation's hashes are made of, for whoever writes operations
// (storage, the hub) and whoever checks them (storage, the wire). Pure. Threads: any. Failure: none.
#include "core/ports.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kiosk::core {

constexpr std::size_t personal_salt_bytes = 16;

std::string_view bytes_of(const Digest& digest);
std::string to_hex(const Digest& digest);
Result<Digest> digest_from_hex(std::string_view hex);

Digest personal_digest(const Hasher& hasher, std::string_view salt, std::string_view content);
// BLAKE2b(previous ‖ canonical bytes).
Digest chain_hash(const Hasher& hasher, const Operation& operation);

// What goes into an operation besides its draft.
struct Seal {
    OperationId id;
    Hlc hlc;
    Instant wall;
    std::int64_t boot_ms = 0;
    std::optional<std::int64_t> offset_ms;
    Digest previous{};
};
// A whole operation: a fresh salt for its personal part, digests, hash.
Operation seal(const OperationDraft& draft, Seal seal, const Hasher& hasher, Random& random);

} // namespace kiosk::core
