// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a commit is to write. Purpose: both stores decide by this one piece of code what is new, known, contradictory or
// to be kept aside, which feed numbers are given, and how far each chain is without gaps; they only read and write rows.
// Ownership: a Plan points into the jobs and into the EventStates, which must outlive it. Threads: the writer's.
// Failure: whatever the store's LogSource throws passes through; the states are then to be thrown away.
#include "core/ports.hpp"
#include "hub/quarantine.hpp"
#include "hub/store.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::sync::hub {

constexpr std::uint64_t max_seq = (std::uint64_t{1} << 40) - 1;
constexpr std::uint64_t max_feed_number = max_seq;

// Operations first…first + count − 1 of a chain have the feed numbers number…number + count − 1.
struct Run {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::uint64_t number = 0;
    bool holds(std::uint64_t seq) const { return seq >= first && seq - first < count; }
};

// What is held in memory of a chain between commits, so that operations in order need no look-up.
struct ChainState {
    std::int64_t number = 0;
    std::uint64_t contiguous = 0;
    std::uint64_t highest = 0;       // stored
    std::uint64_t aside_highest = 0; // in quarantine
    Run tail;                        // the run that ends with `highest`
    Run near;                        // the one that was looked up last
    // Of the commit under way:
    bool touched = false;
    bool tail_changed = false;
    std::uint64_t contiguous_before = 0;
    std::uint64_t highest_before = 0;
    bool moved() const { return contiguous != contiguous_before || highest != highest_before; }
    std::map<std::uint64_t, Run> changed_runs; // by first
    std::set<std::uint64_t> new_aside;
};

using ChainKey = std::pair<std::string, std::string>; // device, incarnation

struct EventState {
    std::int64_t number = 0;
    std::uint64_t latest = 0;
    std::int64_t last_ms = 0;
    std::int64_t changes = 0; // PostgreSQL: the count that this state belongs to
    std::map<ChainKey, ChainState> chains;
    std::optional<ErasedUids> erased; // all of them; absent until something is kept aside
    // Of the commit under way:
    std::uint64_t latest_before = 0;
};

class LogSource {
public:
    virtual ~LogSource() = default;
    virtual std::optional<ChainState> chain(const EventState& event, const ChainKey& key, bool create) = 0;
    // The run with the greatest `first` that is at most `seq`.
    virtual std::optional<Run> run_at(const ChainState& chain, std::uint64_t seq) = 0;
    virtual bool is_aside(const ChainState& chain, std::uint64_t seq) = 0;
    // Of feed numbers number, number + 1, …: at least one, as many as are worth fetching, not beyond `last`.
    virtual std::vector<Digest> hashes(const EventState& event, std::uint64_t number, std::uint64_t last) = 0;
    virtual std::set<std::string> erased(const EventState& event, const std::set<std::string>& uids) = 0;
    virtual ErasedUids all_erased(const EventState& event) = 0;
    // What is kept aside of the event and may still hold something personal.
    virtual void each_personal_aside(const std::string& event,
                                     const std::function<void(std::uint64_t number, const std::string& raw)>& take) = 0;
    // Can the database hold these texts?
    virtual bool fits(const NewOperation&) { return true; }
};

struct Plan {
    struct Row {
        EventState* event = nullptr;
        std::uint64_t number = 0;
        ChainState* chain = nullptr;
        const NewOperation* operation = nullptr;
        const std::string* via = nullptr;
        bool keep_personal = false;
    };
    struct Aside {
        QuarantineEntry entry;
        EventState* event = nullptr;
        std::string key;   // of the entry as it came
        bool bare = false; // nothing personal is in it, or no more
    };
    struct Emptied { // of what was in quarantine before
        std::uint64_t number = 0;
        std::string raw; // what is left
    };
    std::vector<Row> rows;
    std::vector<Row> known; // stored before; their personal part may have been missing
    std::vector<std::pair<EventState*, std::string>> erasures;
    std::vector<Aside> quarantine;
    std::vector<Emptied> emptied;
    std::vector<ChainState*> chains; // touched
    std::vector<EventState*> events; // of the jobs
    std::vector<PushDone> done;
};

// `events` holds every event of the jobs. Reads through `source`, changes the states, writes nothing.
Plan make_plan(std::span<const PushJob> jobs, std::map<std::string, EventState>& events, LogSource& source);
// The commit has succeeded: the states are the truth from now on.
void settle(Plan& plan);

// The key under which the same thing sent again is found, of the entry as it came: 32 bytes.
std::string quarantine_key(const QuarantineEntry& entry);
// 32 hexadecimal digits.
std::string random_name(kiosk::core::Random& random);

} // namespace kiosk::sync::hub
