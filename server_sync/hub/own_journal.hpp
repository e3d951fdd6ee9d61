// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the hub itself writes: organizers' changes and decisions. Purpose: the hub is a device like the others, with a
// chain of its own for each event and a new incarnation each start, so that nothing needs to be remembered between
// starts but the log. Ownership: borrows store and ports. Threads: append() under the store's writer lock; observe() from
// the writer too. Failure: Result; after an error nothing was written and the chain stands where it stood.
#include "core/ports.hpp"
#include "hub/store.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace kiosk::sync::hub {

class OwnJournal {
public:
    OwnJournal(Store& store, const kiosk::core::Clock& clock, kiosk::core::Random& random,
               const kiosk::core::Hasher& hasher)
        : m_store(store), m_clock(clock), m_random(random), m_hasher(hasher) {}

    // The name under which the hub writes. Never that of a kiosk: enrolment refuses names that begin so.
    static std::string device_of(const std::string& hub);

    struct Appended {
        std::vector<OperationId> ids;
        std::uint64_t latest = 0;
        OperationHead head; // of the chain
    };
    Result<Appended> append(const std::string& hub, const std::string& event,
                            std::span<const kiosk::core::OperationDraft> drafts);
    // What was taken from others: the hub's own word must be later, or it would lose against what it answers to.
    void observe(const std::string& event, kiosk::core::Hlc seen);
    // The clock that must not fall back, kept as a fact so that it outlives a restart.
    Status keep_clocks();

private:
    struct Chain {
        std::string incarnation;
        std::uint64_t seq = 0;
        Digest hash{};
    };
    Status load_clock(const std::string& event);

    Store& m_store;
    const kiosk::core::Clock& m_clock;
    kiosk::core::Random& m_random;
    const kiosk::core::Hasher& m_hasher;
    std::map<std::string, Chain> m_chains;                 // by event
    std::map<std::string, kiosk::core::Hlc> m_clocks;      // by event
    std::map<std::string, kiosk::core::Hlc> m_kept_clocks; // as in the store
};

// What is to be kept of an operation; its personal part's owners only where there is one.
NewOperation to_keep(const kiosk::core::Operation& operation);

} // namespace kiosk::sync::hub
