// SPDX-License-Identifier: Apache-2.0
#pragma once
// The journal's unit. Purpose: what an operation is, its canonical bytes and its place in the hash chain.
// Every change of state is one; nothing else changes state. Ownership: values. Threads: any.
#include "core/result.hpp"
#include "core/time.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kiosk::core {

using Digest = std::array<std::uint8_t, 32>; // BLAKE2b-256

// Who made it: `device` is a stable name of the machine, `incarnation` changes whenever its database is created,
// restored or copied, `seq` counts from 1 without gaps within an incarnation.
struct OperationId {
    std::string device;
    std::string incarnation;
    std::uint64_t seq = 0;
    friend auto operator<=>(const OperationId&, const OperationId&) = default;
};

// Hybrid logical clock: 48 bits of milliseconds, 16 bits of counter, comparable as one number.
struct Hlc {
    std::uint64_t value = 0;
    friend auto operator<=>(const Hlc&, const Hlc&) = default;
    Instant physical() const { return {static_cast<std::int64_t>(value >> 16)}; }
};

// The next clock value at wall time `now`, after everything in `last`. A `seen` value more than five minutes ahead of
// `now` is not followed (design.md §3).
Hlc next_hlc(Hlc last, Instant now);
Hlc observe_hlc(Hlc last, Hlc seen, Instant now);

// Kinds of this version. An operation of a kind that is not known here is kept and projected to nothing.
namespace operation_kind {
inline constexpr std::string_view config_set = "config.set";             // {entity, id, doc}; last writer wins
inline constexpr std::string_view registration_set = "registration.set"; // {uid, ticket, …} + personal; last writer wins
inline constexpr std::string_view revocation_add = "revocation.add";     // {ticket}
inline constexpr std::string_view scan = "scan";                         // see ScanRecord
inline constexpr std::string_view undo = "undo";                         // {target: "device/incarnation/seq", staff}
inline constexpr std::string_view invitation_set = "invitation.set";     // {session, ticket, role, status, nda}
inline constexpr std::string_view personal_erase = "personal.erase";     // {uid}: the personal row is gone everywhere
inline constexpr std::string_view response_set = "response.set";         // see responses.hpp; the first final one stands
inline constexpr std::string_view lead_set = "lead.set";                 // see leads.hpp; last writer wins
inline constexpr std::string_view note = "note";                         // {what, …}: export made, database restored, …
} // namespace operation_kind

// What a caller hands to Store::append; the store adds identity, clocks and hashes inside its transaction.
struct OperationDraft {
    std::string kind;
    std::string subject;  // opaque id that it is about (registration uid, "entity/id", ticket code); may be empty
    std::string body;     // canonical JSON object: keys sorted, no white space; no personal data
    std::string personal; // JSON object held beside the journal under a salted digest, or empty
};

struct Operation {
    OperationId id;
    std::string kind;
    std::uint32_t version = 1;
    Hlc hlc;
    Instant wall;                       // the device's clock as it stood
    std::int64_t boot_ms = 0;           // milliseconds since the machine booted
    std::optional<std::int64_t> offset_ms; // estimated hub time minus device time, where known
    std::string subject;
    std::string body;
    std::string personal;        // empty where there is none or it was erased
    std::string personal_salt;   // 16 raw bytes, or empty where there is no personal part
    Digest personal_digest{};    // BLAKE2b(salt ‖ personal), zero where there is none
    Digest previous{};           // hash of seq − 1 of the same incarnation, zero for the first
    Digest hash{};
};

// Deterministic bytes of everything but `personal`, `personal_salt`, `previous` and `hash`. What is hashed is
// `previous ‖ canonical_bytes`; the hash function is in crypto/ (BLAKE2b-256).
std::string canonical_bytes(const Operation& operation);

std::string to_string(const OperationId& id); // "device/incarnation/seq"
Result<OperationId> parse_operation_id(std::string_view text);

} // namespace kiosk::core
