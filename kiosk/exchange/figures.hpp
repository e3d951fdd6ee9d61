// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who was there, and the figures of an event. Purpose: one pure computation for the export, the summary and the recap.
// Feed it every registration, then seal() it, then every scan (any order), then read. Ownership: holds 40 bytes for each
// person, and organisations by name. Threads: one. Failure: none.
#include "core/admission.hpp"
#include "core/ports.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kiosk::exchange {

enum class Presence : std::uint8_t { Absent = 1, Present, WalkIn, Cancelled };

struct Attendance {
    Presence presence = Presence::Absent;
    std::optional<core::Instant> first_entry;
    std::optional<core::Instant> last_exit;
    std::uint32_t entries = 0;
    std::vector<std::string> checkpoints; // ids, in the configuration's order
    bool overridden = false;              // a member of staff let them in against the decision
};

struct OrganisationCount {
    std::string name; // as first met
    std::int64_t registered = 0;
    std::int64_t present = 0;
};

struct ArrivalCount {
    core::Instant from; // a quarter of an hour from here
    std::int64_t people = 0;
};

struct Figures {
    std::int64_t registered = 0; // valid registrations, walk-ins among them; people admitted by ticket alone too
    std::int64_t present = 0;
    std::int64_t walk_ins = 0;   // of the present
    std::int64_t absent = 0;
    std::int64_t cancelled = 0;  // not counted above, unless they came after all
    std::int64_t unlisted = 0;   // of the present: signed tickets that the roster does not hold
    double rate = 0;             // present / registered
    std::int64_t organisations_registered = 0; // distinct, without individuals
    std::int64_t organisations_present = 0;
    std::int64_t entries = 0;
    std::int64_t repeats = 0;
    std::int64_t overrides = 0;
    std::map<core::Reason, std::int64_t> refused; // by reason
    std::vector<ArrivalCount> arrivals;           // by first entry, gaps filled in
};

// The same organisation however it is spaced or cased.
std::string canonical_organisation(std::string_view organisation);

class AttendanceTally {
public:
    // `config` must outlive the tally. Closed-door sessions count as presence but show neither time nor door.
    explicit AttendanceTally(const core::EventConfig& config);

    void reserve(std::size_t people) { m_people.reserve(people); }
    void add_registration(const core::Registration& registration);
    void seal(); // after the last registration
    void add_scan(const core::StoredScan& scan);

    Attendance attendance(const core::Registration& registration) const;
    // Of a ticket that no registration holds.
    Attendance attendance_of_ticket(std::string_view ticket) const;
    bool is_listed(std::string_view ticket) const;

    // After the last scan: counts presence by organisation; call once for each registration, in any order.
    void count_organisation(const core::Registration& registration);
    Figures figures() const;
    // Most present first. At most max_organisations; `organisations_cut` says whether there were more.
    std::vector<OrganisationCount> organisations() const;
    bool organisations_cut() const { return m_organisations_cut; }

    static constexpr std::size_t max_organisations = 20'000;

private:
    struct Person {
        std::uint64_t key = 0;
        std::int64_t first_entry_ms = INT64_MAX;
        std::int64_t last_exit_ms = INT64_MIN;
        std::uint64_t checkpoints = 0; // a bit for each; the last one stands for all beyond 64
        std::uint32_t entries = 0;
        std::uint8_t flags = 0;
    };
    static_assert(sizeof(Person) == 40);

    const Person* find(std::uint64_t key) const;
    const Person* person_of(const core::Registration& registration) const;
    Attendance describe(const Person& person) const;

    const core::EventConfig& m_config;
    std::vector<std::uint64_t> m_keys_twice; // tickets that two registrations share, as they come
    std::vector<Person> m_people;            // by key once sealed
    std::unordered_map<std::uint64_t, Person> m_unlisted;
    bool m_sealed = false;
    std::int64_t m_repeats = 0, m_overrides = 0;
    std::map<core::Reason, std::int64_t> m_refused;
    std::map<std::string, OrganisationCount, std::less<>> m_organisations;
    bool m_organisations_cut = false;
};

} // namespace kiosk::exchange
