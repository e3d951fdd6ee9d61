// SPDX-License-Identifier: Apache-2.0
#include "exchange/figures.hpp"

#include "core/names.hpp"
#include "exchange/cell_values.hpp"

#include <algorithm>

namespace kiosk::exchange {
namespace {

constexpr std::int64_t arrival_ms = 15 * core::minute_ms;
constexpr std::size_t max_arrival_slots = 4 * 24 * 14; // two weeks; of longer events only slots with people

enum Flag : std::uint8_t { flag_cancelled = 1, flag_walk_in = 2, flag_present = 4, flag_overridden = 8 };

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

AttendanceTally::AttendanceTally(const core::EventConfig& config) : m_config(config) {}

void AttendanceTally::add_registration(const core::Registration& registration) {
    Person person;
    // By ticket, because a ticket may have been scanned before its registration arrived; by uid where two share one.
    person.key = registration.ticket.empty() ? uid_key(registration.uid) : ticket_key(registration.ticket);
    if (registration.status == core::RegistrationStatus::Cancelled)
        person.flags |= flag_cancelled;
    if (registration.source == core::RegistrationSource::WalkIn)
        person.flags |= flag_walk_in;
    // The uid waits where the first entry will be, until seal() knows which tickets are shared.
    person.checkpoints = uid_key(registration.uid);
    m_people.push_back(person);
}

void AttendanceTally::seal() {
    const auto by_key = [](const Person& a, const Person& b) { return a.key < b.key; };
    std::sort(m_people.begin(), m_people.end(), by_key);
    for (std::size_t i = 0; i < m_people.size();) {
        auto end = i + 1;
        while (end < m_people.size() && m_people[end].key == m_people[i].key)
            ++end;
        if (end - i > 1) {
            m_keys_twice.push_back(m_people[i].key);
            for (auto j = i; j < end; ++j)
                m_people[j].key = m_people[j].checkpoints;
        }
        i = end;
    }
    for (auto& person : m_people)
        person.checkpoints = 0;
    if (!m_keys_twice.empty())
        std::sort(m_people.begin(), m_people.end(), by_key);
    m_sealed = true;
}

const AttendanceTally::Person* AttendanceTally::find(std::uint64_t key) const {
    KIOSK_ASSERT(m_sealed);
    const auto found = std::lower_bound(m_people.begin(), m_people.end(), key,
                                        [](const Person& person, std::uint64_t wanted) { return person.key < wanted; });
    return found != m_people.end() && found->key == key ? &*found : nullptr;
}

const AttendanceTally::Person* AttendanceTally::person_of(const core::Registration& registration) const {
    if (!registration.ticket.empty())
        if (const auto* person = find(ticket_key(registration.ticket)))
            return person;
    return find(uid_key(registration.uid));
}

void AttendanceTally::add_scan(const core::StoredScan& scan) {
    const auto& record = scan.record;
    if (record.outcome == core::Outcome::Repeat)
        ++m_repeats;
    if (record.outcome == core::Outcome::Refused)
        ++m_refused[record.reason];
    if (record.outcome != core::Outcome::Admitted || scan.undone)
        return;
    if (!record.override_staff.empty())
        ++m_overrides;

    const auto* listed = record.ticket.empty() ? nullptr : find(ticket_key(record.ticket));
    if (listed == nullptr && !record.registration.empty())
        listed = find(uid_key(record.registration));
    if (listed == nullptr && record.ticket.empty())
        return;
    // find() is const for its readers; the row itself is ours to change.
    auto& person = listed != nullptr ? m_people[static_cast<std::size_t>(listed - m_people.data())]
                                     : m_unlisted[ticket_key(record.ticket)];
    if (!record.override_staff.empty())
        person.flags |= flag_overridden;
    const bool entry = record.direction == core::Direction::Entry;
    if (entry)
        person.flags |= flag_present;
    if (is_closed_door(m_config, record)) // that somebody was there counts, when and where is nobody's business
        return;
    if (entry) {
        person.first_entry_ms = std::min(person.first_entry_ms, record.at.unix_ms);
        person.checkpoints |= 1ULL << checkpoint_bit(m_config, record.checkpoint);
        ++person.entries;
    } else {
        person.last_exit_ms = std::max(person.last_exit_ms, record.at.unix_ms);
    }
}

Attendance AttendanceTally::describe(const Person& person) const {
    Attendance attendance;
    const bool present = (person.flags & flag_present) != 0;
    if (present)
        attendance.presence = (person.flags & flag_walk_in) != 0 ? Presence::WalkIn : Presence::Present;
    else if ((person.flags & flag_cancelled) != 0)
        attendance.presence = Presence::Cancelled;
    if (person.first_entry_ms != INT64_MAX)
        attendance.first_entry = core::Instant{person.first_entry_ms};
    if (person.last_exit_ms != INT64_MIN)
        attendance.last_exit = core::Instant{person.last_exit_ms};
    attendance.entries = person.entries;
    attendance.overridden = (person.flags & flag_overridden) != 0;
    for (std::size_t i = 0; i < m_config.checkpoints.size(); ++i)
        if (i < 63 && (person.checkpoints >> i & 1) != 0)
            attendance.checkpoints.push_back(m_config.checkpoints[i].id);
    if ((person.checkpoints >> 63) != 0)
        attendance.checkpoints.emplace_back("…");
    return attendance;
}

Attendance AttendanceTally::attendance(const core::Registration& registration) const {
    const auto* person = person_of(registration);
    return person != nullptr ? describe(*person) : Attendance{};
}

Attendance AttendanceTally::attendance_of_ticket(std::string_view ticket) const {
    const auto found = m_unlisted.find(ticket_key(ticket));
    return found != m_unlisted.end() ? describe(found->second) : Attendance{};
}

bool AttendanceTally::is_listed(std::string_view ticket) const {
    const auto key = ticket_key(ticket);
    return find(key) != nullptr || std::binary_search(m_keys_twice.begin(), m_keys_twice.end(), key);
}

void AttendanceTally::count_organisation(const core::Registration& registration) {
    const auto* person = person_of(registration);
    if (person == nullptr || is_individual(registration.person.organisation))
        return;
    const bool present = (person->flags & flag_present) != 0;
    if (!present && (person->flags & flag_cancelled) != 0)
        return;
    auto canonical = canonical_organisation(registration.person.organisation);
    auto found = m_organisations.find(canonical);
    if (found == m_organisations.end()) {
        if (m_organisations.size() >= max_organisations) {
            m_organisations_cut = true;
            return;
        }
        found = m_organisations.emplace(std::move(canonical), OrganisationCount{registration.person.organisation, 0, 0}).first;
    }
    ++found->second.registered;
    found->second.present += present;
}

Figures AttendanceTally::figures() const {
    Figures figures;
    std::map<std::int64_t, std::int64_t> arrivals; // start of the quarter of an hour → people
    const auto count = [&](const Person& person) {
        const bool present = (person.flags & flag_present) != 0;
        if ((person.flags & flag_cancelled) != 0 && !present) {
            ++figures.cancelled;
            return;
        }
        ++figures.registered;
        figures.present += present;
        figures.walk_ins += present && (person.flags & flag_walk_in) != 0;
        figures.entries += person.entries;
        if (person.first_entry_ms != INT64_MAX) {
            // Zones differ from UTC by whole quarters of an hour, so quarters are the same everywhere.
            const auto slot = person.first_entry_ms - ((person.first_entry_ms % arrival_ms) + arrival_ms) % arrival_ms;
            ++arrivals[slot];
        }
    };
    for (const auto& person : m_people)
        count(person);
    for (const auto& [key, person] : m_unlisted) {
        if ((person.flags & flag_present) == 0) // an exit alone says nothing about who it was
            continue;
        count(person);
        ++figures.unlisted;
    }
    figures.absent = figures.registered - figures.present;
    figures.rate = figures.registered == 0 ? 0.0
                                           : static_cast<double>(figures.present) / static_cast<double>(figures.registered);
    figures.repeats = m_repeats;
    figures.overrides = m_overrides;
    figures.refused = m_refused;
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
