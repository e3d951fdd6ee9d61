// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the client asks of the local journal. Purpose: the port between sync and storage, which never see each other;
// main/wiring implements it over storage::Database. Ownership: the client borrows it. Threads: the calls may block for a
// transaction and come from the sync threads; the implementation brings writes to the thread that owns the store.
// Failure: Result; after an error nothing of the call was written.
#include "core/operation.hpp"
#include "core/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kiosk::sync::client {

using kiosk::core::Operation;
using kiosk::core::Result;
using kiosk::core::Status;

// Where the feed was read up to; kept in the same transaction as what was read.
struct FeedMark {
    std::string hub;
    std::string epoch;
    std::uint64_t after = 0;
    // Others' operations offered to a restored hub so far: a cursor of the journal's own (arrivals), done at its end.
    std::int64_t relayed = 0;
    bool relay_due = false;
    std::string scope = "*"; // FeedReply::scope of what was read
    friend bool operator==(const FeedMark&, const FeedMark&) = default;
};

struct OwnChain {
    std::string incarnation;
    std::uint64_t last_seq = 0;
    std::string last_hash; // hex, empty for seq 0
    std::uint64_t acknowledged = 0;
    bool present = false;
};

struct Standing {
    std::string device;
    std::string event;            // code; empty where there is none yet
    std::vector<OwnChain> chains; // all that were written on this device (file), the present one last
    FeedMark mark;
    std::uint64_t pending() const {
        std::uint64_t sum = 0;
        for (const auto& chain : chains)
            sum += chain.last_seq > chain.acknowledged ? chain.last_seq - chain.acknowledged : 0;
        return sum;
    }
};

struct Page {
    std::vector<Operation> operations;
    std::int64_t next = 0; // cursor of others_after
};

class Replica {
public:
    virtual ~Replica() = default;

    virtual Result<Standing> standing() = 0;
    // Own operations of one incarnation with seq > after, in order. At least one where there is one, otherwise as many as
    // fit both limits (bytes of subject, body and personal part, roughly).
    virtual Result<std::vector<Operation>> own_after(const std::string& incarnation, std::uint64_t after,
                                                     std::size_t limit, std::size_t limit_bytes) = 0;
    // What arrived from others, after that cursor.
    virtual Result<Page> others_after(std::int64_t cursor, std::size_t limit) = 0;

    // The hub's word: it has everything up to seq. May be lower than before, after the hub was restored.
    virtual Status acknowledge(const std::string& incarnation, std::uint64_t seq) = 0;
    // Operations of the feed and how far it was read, in one transaction.
    virtual Status ingest(std::span<const Operation> operations, const FeedMark& mark) = 0;
    virtual Status set_mark(const FeedMark& mark) = 0;
    // The hub knows more of the present incarnation than this device does: go on under a new one.
    virtual Status begin_incarnation() = 0;
    // Numbers after `common` were used twice: what stands there, if anything, is written anew under a new incarnation.
    virtual Status fork_after(std::uint64_t common) = 0;
    virtual void set_clock_offset(std::optional<std::int64_t> offset_ms) = 0;
};

} // namespace kiosk::sync::client
