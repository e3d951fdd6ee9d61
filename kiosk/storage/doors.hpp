// SPDX-License-Identifier: Apache-2.0
#pragma once
// How many went through each door, kept in memory. Purpose: occupancy and counts at once, with 100,000 entries, though
// they are defined as queries over the scans (docs/decisions/0002). Each number is what the query would answer: what
// changed is marked and asked again, nothing is added up along the way. Ownership: borrows connection and journal.
// Threads: those of the connection. Failure: throws SQLite::Exception.
#include "core/ports.hpp"
#include "storage/journal.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace kiosk::storage {

class Doors {
public:
    Doors(Connection& connection, Journal& journal) : m_connection(connection), m_journal(journal) {}

    // A scan was committed; an undo of it was.
    void scan_added(const core::ScanRecord& scan);
    void touched(std::string_view checkpoint, std::string_view ticket);
    void forget(); // anything may have changed

    std::int64_t occupancy(std::string_view checkpoint, const std::optional<core::TimeRange>& range);
    std::vector<core::CheckpointCounts> counts();

private:
    struct Ticket {
        std::int64_t entries = 0;
        bool inside = false; // by the latest scan, by (time, operation id):
        std::int64_t latest_ms = 0;
        std::int64_t latest_id = 0;
    };
    // One door, seen over the whole event or over a range of time.
    struct Window {
        std::optional<core::TimeRange> range;
        std::unordered_map<std::string, Ticket> tickets;
        std::int64_t admitted = 0, inside = 0, entries = 0;
        void replace(const std::string& ticket, Ticket fresh);
    };
    struct Door {
        std::vector<Window> windows;
        std::set<std::string> changed; // tickets to ask for again
        std::int64_t scans = 0, repeats = 0, refused = 0; // known once counts() was asked
    };
    struct Passage {
        std::int64_t at_ms = 0;
        std::int64_t id = 0;
        bool entry = false;
    };
    Window& window(Door& door, const std::string& checkpoint, const std::optional<core::TimeRange>& range);
    void build(Window& window, const std::string& checkpoint);
    void refresh(Door& door, const std::string& checkpoint);
    void add(Ticket& ticket, const Passage& passage, const std::optional<core::TimeRange>& range) const;

    Connection& m_connection;
    Journal& m_journal;
    std::map<std::string, Door> m_doors;
    bool m_all_known = false; // every checkpoint of the scans is in m_doors, with its totals
};

} // namespace kiosk::storage
