// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kiosk's side of sync as steps. Purpose: push() brings own operations to the hub, pull() takes the feed in; each does
// one request at most a few and says when it wants to be called again. No threads, no clocks of its own, no sleeping:
// sync_threads.hpp runs it in a kiosk, `kioskctl sync` until it is quiet, the simulation on virtual time. Ownership:
// borrows replica, wires, clock and random. Threads: push() and pull() may run on two threads, with a wire each; status()
// from any. Failure: never stops for good: every failure is a state with a next time to try (back-off with jitter), and
// a call of changed() or a success ends the waiting.
#include "client/replica.hpp"
#include "client/wire.hpp"
#include "core/ports.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace kiosk::sync::client {

enum class Trouble : std::uint8_t {
    None = 1,
    NotEnrolled,
    Unreachable,   // nobody answers
    Portal,        // somebody answers who is not the hub: a log-in page, another server
    WrongPin,      // the other end's certificate is not the hub's: scan the hub's code again
    Revoked,       // the hub no longer takes this device; what it pushes is kept aside
    Cloned,        // another machine uses this name
    HubTrouble,    // the hub says that it can't (5xx, disk full)
    Refused,       // the hub says that we are wrong (4xx): a newer or older version
    StoreTrouble,  // our own journal can't be read or written
};

struct SyncStatus {
    bool enrolled = false;
    bool reachable = false;         // the last exchange was with the hub
    std::uint64_t pending = 0;      // own operations that the hub has not acknowledged
    std::uint64_t feed_behind = 0;  // operations of others that are known to wait
    Trouble trouble = Trouble::None;
    std::string detail;             // technical, no personal data
    std::optional<kiosk::core::Instant> last_exchange;
    std::optional<std::int64_t> clock_offset_ms; // hub minus this device
    std::uint64_t pushed = 0;       // since the start
    std::uint64_t pulled = 0;
};

struct StepResult {
    bool progress = false;       // something moved; call again at once
    std::int64_t wait_ms = 0;    // otherwise: not before that, unless changed() was called
    std::uint64_t moved = 0;     // operations
};

struct ClientOptions {
    std::int64_t poll_s = 25;             // of the long poll; 0: ask and go
    std::int64_t first_retry_ms = 500;
    std::int64_t longest_retry_ms = 30'000;
    std::int64_t idle_ms = 15'000;        // push() with nothing to bring asks to be called again after that
    std::size_t batch_operations = 500;
    std::size_t feed_limit = 1000;
};

class SyncClient {
public:
    SyncClient(Replica& replica, Wire& push_wire, Wire& feed_wire, const kiosk::core::Clock& clock,
               kiosk::core::Random& random, const kiosk::core::Hasher& hasher, HubAddress hub, ClientOptions options = {});
    ~SyncClient();
    SyncClient(const SyncClient&) = delete;
    SyncClient& operator=(const SyncClient&) = delete;

    StepResult push();
    StepResult pull();
    void changed();  // something was written, or the network came back: waiting is over
    bool push_wanted() const; // since push() last began: changed(), or pull() met a hub that was restored
    SyncStatus status() const;
    HubAddress hub() const; // pins may have been added by the hub
    // The hub's time at this moment, as far as its answers told; whatever the device's own clock says.
    std::optional<kiosk::core::Instant> hub_now() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

// POST /v1/enroll with a code of the hub. `wire` must already be one to code.url with its pin.
kiosk::core::Result<HubAddress> enroll(Wire& wire, const std::string& url, const std::string& pin, const std::string& code,
                                       const std::string& device, const std::string& incarnation,
                                       const std::string& event, const std::string& software);

} // namespace kiosk::sync::client
