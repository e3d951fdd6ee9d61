// SPDX-License-Identifier: Apache-2.0
#include "exchange/figures.hpp"

#include "core/names.hpp"
#include "exchange/cell_values.hpp"

#include <algorithm>

namespace kiosk::exchange {
namespace {

constexpr std::int64_t arrival_ms = 15 * core::minute_ms;
constexpr std::size_t max_arrival_slots = 4 * 24 * 14; // two weeks; of longer events only slots with people

enum Flag : std::uint8_t { flag_present = 1, flag_overridden = 2, flag_claimed = 4, flag_named = 8 };

std::uint64_t key_of(char kind, std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL ^ static_cast<unsigned char>(kind);
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    hash ^= hash >> 31;
    hash *= 0x94d049bb133111ebULL;
    return hash ^ (hash >> 29);
}
std::uint64_t ticket_key(std::string_view ticket) { return key_of('t', ticket); }
std::uint64_t uid_key(std::string_view uid) { return key_of('u', uid); }

// By registration, because two may share a ticket; by ticket where the scan came before its registration.
std::uint64_t scan_key(const core::ScanRecord& record) {
    return record.registration.empty() ? ticket_key(record.ticket) : uid_key(record.registration);
}

std::size_t checkpoint_bit(const core::EventConfig& config, std::string_view id) {
    const auto& all = config.checkpoints;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& checkpoint) { return checkpoint.id == id; });
    return std::min<std::size_t>(static_cast<std::size_t>(found - all.begin()), 63);
}

bool is_closed_door(const core::EventConfig& config, const core::ScanRecord& record) {
    const auto* checkpoint = config.checkpoint(record.checkpoint);
    const auto& session_id = checkpoint != nullptr && checkpoint->session ? *checkpoint->session : record.session;
    const auto* session = session_id.empty() ? nullptr : config.session(session_id);
    return session != nullptr && session->kind == "closed_door";
}

} // namespace

std::string canonical_organisation(std::string_view organisation) {
    auto name = core::fold(organisation);
    std::erase_if(name, [](char c) { return c == ' ' || c == '.' || c == ',' || c == '(' || c == ')'; });
    return name;
}

BookingCounts count_bookings(const core::EventConfig& config, std::span<const core::Booking> bookings, core::Instant now) {
    const auto grace_ms = core::booking_policy(config).grace_ms;
    BookingCounts counts;
    for (const auto& booking : bookings) {
        if (booking.request.unit.empty()) // a seat in a session is no meeting
            continue;
        const auto status = core::standing_at(booking, now, grace_ms).status;
        counts.met += status == core::BookingStatus::CheckedIn || status == core::BookingStatus::Done;
        counts.no_shows += status == core::BookingStatus::NoShow;
        counts.booked += status == core::BookingStatus::Confirmed;
    }
    counts.booked += counts.met + counts.no_shows;
    return counts;
}

AttendanceTally::AttendanceTally(const core::EventConfig& config) : m_config(config), m_index(1024) {}

std::uint32_t& AttendanceTally::place(std::uint64_t key) {
    const auto mask = m_index.size() - 1;
    auto at = key & mask;
    while (m_index[at] != 0 && m_people[m_index[at] - 1].key != key)
        at = (at + 1) & mask;
    return m_index[at];
}

void AttendanceTally::grow_index() {
    const auto size = m_index.size() * 2;
    m_index.clear();
    m_index.shrink_to_fit();
    m_index.resize(size);
    for (std::size_t i = 0; i < m_people.size(); ++i)
        place(m_people[i].key) = static_cast<std::uint32_t>(i + 1);
}

AttendanceTally::Person& AttendanceTally::person(std::uint64_t key) {
    if ((m_people.size() + 1) * 2 > m_index.size())
        grow_index();
    auto& number = place(key);
    if (number == 0) {
        m_people.emplace_back().key = key;
        number = static_cast<std::uint32_t>(m_people.size());
    }
    return m_people[number - 1];
}

AttendanceTally::Person* AttendanceTally::claim(std::uint64_t key) {
    const auto number = place(key);
    if (number == 0 || (m_people[number - 1].flags & flag_claimed) != 0)
        return nullptr;
    m_people[number - 1].flags |= flag_claimed;
    return &m_people[number - 1];
}

void AttendanceTally::add_scan(const core::StoredScan& scan) {
    const auto& record = scan.record;
    if (record.outcome == core::Outcome::Repeat)
        ++m_figures.repeats;
    if (record.outcome == core::Outcome::Refused)
        ++m_figures.refused[record.reason];
    if (record.outcome != core::Outcome::Admitted || scan.undone)
        return;
    if (!record.override_staff.empty())
        ++m_figures.overrides;
    if (record.registration.empty() && record.ticket.empty())
        return;
    auto& who = person(scan_key(record));
    if (!record.override_staff.empty())
        who.flags |= flag_overridden;
    const bool entry = record.direction == core::Direction::Entry;
    if (entry)
        who.flags |= flag_present;
    if (is_closed_door(m_config, record)) // that somebody was there counts, when and where is nobody's business
        return;
    if (entry) {
        who.first_entry_ms = std::min(who.first_entry_ms, record.at.unix_ms);
        who.checkpoints |= 1ULL << checkpoint_bit(m_config, record.checkpoint);
        ++who.entries;
    } else {
        who.last_exit_ms = std::max(who.last_exit_ms, record.at.unix_ms);
    }
}

Attendance AttendanceTally::describe(const Person& who, core::RegistrationStatus status,
                                     core::RegistrationSource source) const {
    Attendance attendance;
    if ((who.flags & flag_present) != 0)
        attendance.presence = source == core::RegistrationSource::WalkIn ? Presence::WalkIn : Presence::Present;
    else if (status == core::RegistrationStatus::Cancelled)
        attendance.presence = Presence::Cancelled;
    if (who.first_entry_ms != INT64_MAX)
        attendance.first_entry = core::Instant{who.first_entry_ms};
    if (who.last_exit_ms != INT64_MIN)
        attendance.last_exit = core::Instant{who.last_exit_ms};
    attendance.entries = who.entries;
    attendance.overridden = (who.flags & flag_overridden) != 0;
    for (std::size_t i = 0; i < m_config.checkpoints.size() && i < 63; ++i)
        if ((who.checkpoints >> i & 1) != 0)
            attendance.checkpoints.push_back(m_config.checkpoints[i].id);
    if ((who.checkpoints >> 63) != 0)
        attendance.checkpoints.emplace_back("…");
    return attendance;
}

void AttendanceTally::count(Figures& figures, std::map<std::int64_t, std::int64_t>& arrivals, const Person& who) const {
    ++figures.registered;
    figures.present += (who.flags & flag_present) != 0;
    figures.entries += who.entries;
    if (who.first_entry_ms != INT64_MAX) {
        // Zones differ from UTC by whole quarters of an hour, so quarters are the same everywhere.
        ++arrivals[who.first_entry_ms - ((who.first_entry_ms % arrival_ms) + arrival_ms) % arrival_ms];
    }
}

void AttendanceTally::count_organisation(const std::string& organisation, bool present) {
    if (is_individual(organisation))
        return;
    auto canonical = canonical_organisation(organisation);
    auto found = m_organisations.find(canonical);
    if (found == m_organisations.end()) {
        if (m_organisations.size() >= max_organisations) {
            m_organisations_cut = true;
            return;
        }
        found = m_organisations.emplace(std::move(canonical), OrganisationCount{organisation, 0, 0}).first;
    }
    ++found->second.registered;
    found->second.present += present;
}

Attendance AttendanceTally::take(const core::Registration& registration) {
    Person who;
    for (auto* part : {claim(uid_key(registration.uid)),
                       registration.ticket.empty() ? nullptr : claim(ticket_key(registration.ticket))})
        if (part != nullptr) {
            who.first_entry_ms = std::min(who.first_entry_ms, part->first_entry_ms);
            who.last_exit_ms = std::max(who.last_exit_ms, part->last_exit_ms);
            who.checkpoints |= part->checkpoints;
            who.entries += part->entries;
            who.flags |= part->flags;
        }
    const bool present = (who.flags & flag_present) != 0;
    if (registration.status == core::RegistrationStatus::Cancelled && !present) {
        ++m_figures.cancelled;
    } else {
        count(m_figures, m_arrivals, who);
        m_figures.walk_ins += present && registration.source == core::RegistrationSource::WalkIn;
        count_organisation(registration.person.organisation, present);
    }
    return describe(who, registration.status, registration.source);
}

bool AttendanceTally::has_unlisted() const {
    return std::any_of(m_people.begin(), m_people.end(), [](const Person& who) {
        return (who.flags & flag_claimed) == 0 && (who.flags & flag_present) != 0;
    });
}

std::optional<Attendance> AttendanceTally::take_unlisted(const core::StoredScan& scan) {
    if (scan.record.outcome != core::Outcome::Admitted || scan.undone)
        return std::nullopt;
    const auto number = place(scan_key(scan.record));
    if (number == 0)
        return std::nullopt;
    auto& who = m_people[number - 1];
    if ((who.flags & (flag_claimed | flag_named)) != 0 || (who.flags & flag_present) == 0)
        return std::nullopt;
    who.flags |= flag_named;
    return describe(who, core::RegistrationStatus::Confirmed, core::RegistrationSource::Import);
}

Figures AttendanceTally::figures() const {
    auto figures = m_figures;
    auto arrivals = m_arrivals;
    for (const auto& who : m_people)
        if ((who.flags & flag_claimed) == 0 && (who.flags & flag_present) != 0) { // an exit alone tells of nobody
            count(figures, arrivals, who);
            ++figures.unlisted;
        }
    figures.absent = figures.registered - figures.present;
    figures.rate = figures.registered == 0 ? 0.0
                                           : static_cast<double>(figures.present) / static_cast<double>(figures.registered);
    for (const auto& [name, organisation] : m_organisations) {
        ++figures.organisations_registered;
        figures.organisations_present += organisation.present > 0;
    }
    if (!arrivals.empty()) {
        const auto first = arrivals.begin()->first;
        const auto slots = (arrivals.rbegin()->first - first) / arrival_ms + 1;
        if (static_cast<std::size_t>(slots) <= max_arrival_slots)
            for (auto slot = first; slot <= arrivals.rbegin()->first; slot += arrival_ms)
                arrivals.try_emplace(slot, 0);
        for (const auto& [slot, people] : arrivals)
            figures.arrivals.push_back({{slot}, people});
    }
    return figures;
}

std::vector<OrganisationCount> AttendanceTally::organisations() const {
    std::vector<OrganisationCount> rows;
    rows.reserve(m_organisations.size());
    for (const auto& [canonical, organisation] : m_organisations)
        rows.push_back(organisation);
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
        return a.present != b.present ? a.present > b.present : a.registered > b.registered;
    });
    return rows;
}

} // namespace kiosk::exchange
