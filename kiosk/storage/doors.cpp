// SPDX-License-Identifier: Apache-2.0
#include "storage/doors.hpp"

#include <algorithm>

namespace kiosk::storage {

namespace {

// Days of one event, and the whole of it; more windows than that are not kept.
constexpr std::size_t max_windows = 16;

constexpr std::int64_t outcome_number(core::Outcome outcome) { return static_cast<std::int64_t>(outcome); }
// The partial indexes of migrations/0001.sql are over this number.
static_assert(outcome_number(core::Outcome::Admitted) == 1);
static_assert(static_cast<int>(core::Direction::Entry) == 1);

bool same(const std::optional<core::TimeRange>& a, const std::optional<core::TimeRange>& b) {
    return a.has_value() == b.has_value() && (!a || (a->from == b->from && a->until == b->until));
}

} // namespace

void Doors::Window::replace(const std::string& ticket, Ticket fresh) {
    auto& old = tickets[ticket];
    admitted += (fresh.entries > 0) - (old.entries > 0);
    inside += fresh.inside - old.inside;
    entries += fresh.entries - old.entries;
    old = fresh;
}

void Doors::scan_added(const core::ScanRecord& scan) {
    if (!m_all_known && !m_doors.contains(scan.checkpoint))
        return;
    auto& door = m_doors[scan.checkpoint];
    if (scan.outcome == core::Outcome::Admitted)
        door.changed.insert(scan.ticket);
    ++door.scans;
    door.repeats += scan.outcome == core::Outcome::Repeat;
    door.refused += scan.outcome == core::Outcome::Refused;
}

void Doors::touched(std::string_view checkpoint, std::string_view ticket) {
    if (const auto door = m_doors.find(std::string(checkpoint)); door != m_doors.end())
        door->second.changed.insert(std::string(ticket));
}

void Doors::forget() {
    m_doors.clear();
    m_all_known = false;
}

void Doors::add(Ticket& ticket, const Passage& passage, const std::optional<core::TimeRange>& range) const {
    if (range && (passage.at_ms < range->from.unix_ms || passage.at_ms >= range->until.unix_ms))
        return;
    ticket.entries += passage.entry;
    const auto later = [&] {
        if (passage.at_ms != ticket.latest_ms)
            return passage.at_ms > ticket.latest_ms;
        return m_journal.operation_id(passage.id) > m_journal.operation_id(ticket.latest_id);
    };
    if (ticket.latest_id == 0 || later()) {
        ticket.latest_ms = passage.at_ms;
        ticket.latest_id = passage.id;
        ticket.inside = passage.entry;
    }
}

void Doors::build(Window& window, const std::string& checkpoint) {
    Query rows(m_connection,
               "SELECT ticket, at_ms, id, direction FROM scans WHERE checkpoint = ? AND outcome = 1 "
               "AND NOT EXISTS (SELECT 1 FROM undos WHERE target = scans.id)",
               checkpoint);
    while (rows.next())
        add(window.tickets[rows.text(0)], {rows.integer(1), rows.integer(2), rows.integer(3) == 1}, window.range);
    for (const auto& [id, ticket] : window.tickets) {
        window.admitted += ticket.entries > 0;
        window.inside += ticket.inside;
        window.entries += ticket.entries;
    }
}

void Doors::refresh(Door& door, const std::string& checkpoint) {
    for (const auto& id : door.changed) {
        std::vector<Passage> passages;
        Query rows(m_connection,
                   "SELECT at_ms, id, direction FROM scans WHERE ticket = ? AND checkpoint = ? AND outcome = 1 "
                   "AND NOT EXISTS (SELECT 1 FROM undos WHERE target = scans.id)",
                   id, checkpoint);
        while (rows.next())
            passages.push_back({rows.integer(0), rows.integer(1), rows.integer(2) == 1});
        for (auto& window : door.windows) {
            Ticket ticket;
            for (const auto& passage : passages)
                add(ticket, passage, window.range);
            window.replace(id, ticket);
        }
    }
    door.changed.clear();
}

Doors::Window& Doors::window(Door& door, const std::string& checkpoint, const std::optional<core::TimeRange>& range) {
    if (!door.windows.empty())
        refresh(door, checkpoint);
    for (auto& known : door.windows)
        if (same(known.range, range))
            return known;
    if (door.windows.size() >= max_windows)
        door.windows.erase(door.windows.begin());
    auto& fresh = door.windows.emplace_back();
    fresh.range = range;
    build(fresh, checkpoint);
    door.changed.clear(); // all windows are as the table is now
    return fresh;
}

std::int64_t Doors::occupancy(std::string_view checkpoint, const std::optional<core::TimeRange>& range) {
    const std::string id(checkpoint);
    return window(m_doors[id], id, range).inside;
}

std::vector<core::CheckpointCounts> Doors::counts() {
    if (!m_all_known) {
        for (auto& [id, door] : m_doors)
            door.scans = door.repeats = door.refused = 0;
        Query totals(m_connection,
                     "SELECT checkpoint, sum(outcome = ?), sum(outcome = ?), count(*) FROM scans GROUP BY checkpoint",
                     outcome_number(core::Outcome::Repeat), outcome_number(core::Outcome::Refused));
        while (totals.next()) {
            auto& door = m_doors[totals.text(0)];
            door.repeats = totals.integer(1);
            door.refused = totals.integer(2);
            door.scans = totals.integer(3);
        }
        m_all_known = true;
    }
    std::map<std::string, core::CheckpointCounts> rows;
    for (auto& [id, door] : m_doors) {
        if (door.scans == 0)
            continue; // somebody asked for it, but it has seen nobody
        const auto& whole = window(door, id, std::nullopt);
        rows[id] = {id, whole.admitted, whole.inside, whole.entries, door.repeats, door.refused};
    }
    Query configured(m_connection, "SELECT id FROM documents WHERE entity = 'checkpoint'");
    while (configured.next())
        rows[configured.text(0)].checkpoint = configured.text(0);

    std::vector<core::CheckpointCounts> counts;
    for (auto& [id, row] : rows)
        counts.push_back(std::move(row));
    return counts;
}

} // namespace kiosk::storage
