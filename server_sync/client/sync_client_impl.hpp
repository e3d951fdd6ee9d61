// SPDX-License-Identifier: Apache-2.0
#pragma once
// The insides of SyncClient, shared by sync_client.cpp (common parts, push of own operations, relay) and sync_pull.cpp.
// Ownership: see sync_client.hpp. Threads: what only push() touches needs no lock; `store` is held wherever the mark is
// read and written again, so that feed and relay never undo each other's progress; `shared` guards the rest and is never
// held during a call to the outside. Failure: as values in StepResult and SyncStatus.
#include "client/step_parts.hpp"
#include "protocol/messages.hpp"

#include <atomic>
#include <map>

namespace kiosk::sync::client {

// What push() has learnt about a chain since the start; all of it can be forgotten at any time.
struct ChainState {
    // The hub says that it has everything up to here, which we never pushed to our knowledge: ask whether that
    // operation is ours before believing it (an old image of this device may have used the numbers).
    std::uint64_t probe = 0;
    // Where the hub took everything that was offered after `stuck_at` and still lacks something before: what was offered
    // is not sent again until later.
    std::uint64_t stuck_at = 0;
    std::uint64_t offered = 0;
    std::uint64_t refused = 0;   // an operation that the hub does not even take alone
    std::uint64_t resume = 0;    // where to go on once that one was tried again
    bool is_stuck = false;
    // What the hub lacks is not here either: it begins right after `stuck_at`, and the first that is here lies behind it.
    bool gap_first = false;
    // Everything of this chain that is here was taken, up to this number, while the hub's own count ends at `gap_after`:
    // the numbers between went with a disk, and nobody can bring them.
    std::uint64_t settled = 0;
    std::uint64_t gap_after = 0;
};

// Looking for the first operation of the present chain that the hub knows otherwise.
struct Search {
    std::uint64_t cursor = 0; // the hub has the same up to here
    std::uint64_t limit = 0;  // and numbers up to here are in doubt
    bool confirmed = false;   // the hub has just said so of the cursor; before, it is what we remember
};

struct Batch {
    enum class Kind : std::uint8_t { Handshake = 1, Own, Probe, Search, Relay };
    Kind kind = Kind::Handshake;
    std::string incarnation;
    std::uint64_t after = 0;
    std::int64_t next = 0; // of a relay
    bool whole = true;     // of a relay: the page was sent as it came
};

struct SyncClient::Impl {
    Replica& replica;
    Wire& push_wire;
    Wire& feed_wire;
    const kiosk::core::Clock& clock;
    kiosk::core::Random& random;
    const kiosk::core::Hasher& hasher;
    const ClientOptions options;

    std::mutex store;

    mutable std::mutex shared;
    HubAddress hub;
    SyncStatus status;
    Trouble push_trouble = Trouble::None, pull_trouble = Trouble::None;
    std::string push_detail, pull_detail;
    ClockEstimate estimate;
    std::optional<std::int64_t> told_offset_ms;
    std::atomic<bool> push_wanted = true;
    std::atomic<bool> handshake_due = true;

    // push() only
    Backoff push_backoff;
    std::string present;
    std::map<std::string, ChainState> chains;
    std::optional<Search> search;
    const std::size_t most_at_once;
    std::size_t batch_limit, relay_limit;
    double json_per_raw = 1.8; // learnt: how much larger the JSON of an operation is than its texts
    std::int64_t offer_again_boot_ms = 0;
    std::int64_t greet_again_boot_ms = 0;
    std::uint64_t others_twice = 0; // operations of older incarnations that the hub keeps aside

    // pull() only
    Backoff pull_backoff;
    bool caught_up = false;
    unsigned fewer_times = 0;         // the hub's feed ended before what we had read
    std::int64_t fewer_since_ms = 0;
    std::uint64_t left_out = 0;

    Impl(Replica& replica_, Wire& push_wire_, Wire& feed_wire_, const kiosk::core::Clock& clock_,
         kiosk::core::Random& random_, const kiosk::core::Hasher& hasher_, HubAddress hub_, ClientOptions options_);

    // Common
    StepResult failed(bool pushing, Trouble trouble, std::string detail, std::int64_t at_least_ms = 0);
    StepResult store_failed(bool pushing, const kiosk::core::Error& error);
    StepResult not_enrolled(bool pushing);
    StepResult answered_badly(bool pushing, const Outcome& outcome);
    void answered_well(bool pushing, Trouble trouble, std::string detail);
    bool is_our_hub(const std::string& id);
    void clock_sample(std::int64_t hub_ms, std::int64_t sent_boot_ms);
    void take_pins(const std::vector<std::string>& pins);
    std::string token() const;
    void tell_pending(const Standing& standing);
    // A hub that was restored, or another one: the feed is read anew. Call with `store` held.
    Status begin_epoch(FeedMark& mark, const std::string& hub_id, const std::string& epoch);

    // Push
    StepResult push();
    Result<std::optional<protocol::PushRequest>> plan(const Standing& standing, Batch& batch);
    Result<std::optional<protocol::PushRequest>> plan_own(const Standing& standing, Batch& batch);
    Status read_own(const OwnChain& chain, std::uint64_t after, std::uint64_t up_to, std::size_t limit,
                    protocol::PushRequest& request);
    std::string encode_bounded(protocol::PushRequest& request, Batch& batch);
    StepResult take_reply(Standing& standing, const Batch& batch, const protocol::PushRequest& request,
                          const protocol::PushReply& reply);
    Result<bool> take_acknowledged(Standing& standing, const Batch& batch, const protocol::PushRequest& request,
                                   const protocol::PushReply& reply);
    StepResult go_on_searching(const protocol::PushRequest& request, const protocol::PushReply& reply);
    StepResult refused(const Batch& batch, const protocol::PushRequest& request, const Outcome& outcome);
    StepResult new_incarnation(const std::string& of, std::optional<std::uint64_t> common);
    Status relayed(std::int64_t next, bool done, const std::string& epoch);
    StepResult idle(const Standing& standing);

    // Pull
    StepResult pull();
    StepResult take_feed(const FeedMark& asked, const std::string& skipped, protocol::FeedReply& reply, bool waited,
                         std::int64_t sent_boot_ms);
    Status ingest(const std::vector<Operation>& operations, const FeedMark& before, const FeedMark& mark);
};

} // namespace kiosk::sync::client
