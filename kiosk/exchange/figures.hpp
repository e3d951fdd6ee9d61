// SPDX-License-Identifier: Apache-2.0
#pragma once
// Who was there, and the figures of an event. Purpose: one pure computation for the export, the summary and the recap,
// in one pass over the scans and one over the registrations. Ownership: holds at most 56 bytes for each person who was
// scanned, and organisations by name. Threads: one. Failure: none.
#include "core/admission.hpp"
#include "core/ports.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
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

// Of the business area, as things stood when it was counted.
struct BookingCounts {
    std::int64_t booked = 0;   // had their table: met, still to come, or nobody came
    std::int64_t met = 0;
    std::int64_t no_shows = 0;
};
BookingCounts count_bookings(const core::EventConfig& config, std::span<const core::Booking> bookings, core::Instant now);

struct Figures {
    std::int64_t registered = 0; // valid registrations, walk-ins among them; people admitted by ticket alone too
    std::int64_t present = 0;
    std::int64_t walk_ins = 0;   // of the present
    std::int64_t absent = 0;
    std::int64_t cancelled = 0;  // not counted above, unless they came after all
    std::int64_t unlisted = 0;   // of the present: people whom the roster does not hold
    double rate = 0;             // present / registered
    std::int64_t organisations_registered = 0; // distinct, without individuals
    std::int64_t organisations_present = 0;
    std::int64_t entries = 0;
    std::int64_t repeats = 0;
    std::int64_t overrides = 0;
    std::map<core::Reason, std::int64_t> refused; // by reason
    std::vector<ArrivalCount> arrivals;           // by first entry, gaps filled in
    BookingCounts bookings;                       // all 0 where there is no business area
};

// The same organisation however it is spaced or cased.
std::string canonical_organisation(std::string_view organisation);

class AttendanceTally {
public:
    // `config` must outlive the tally. Closed-door sessions count as presence but show neither time nor door.
    explicit AttendanceTally(const core::EventConfig& config);

    // 1. Every scan, in any order.
    void add_scan(const core::StoredScan& scan);
    void set_bookings(const BookingCounts& counts) { m_figures.bookings = counts; }
    // 2. Every registration, once: counts it and says what is known of its attendance.
    Attendance take(const core::Registration& registration);
    // 3. Figures. People whose registration was not among those taken (signed tickets that came before their
    //    registration did) are in them; where there are any, the scans once more name each of them once.
    Figures figures() const;
    bool has_unlisted() const;
    std::optional<Attendance> take_unlisted(const core::StoredScan& scan);

    // Most present first. At most max_organisations; `organisations_cut` says whether there were more.
    std::vector<OrganisationCount> organisations() const;
    bool organisations_cut() const { return m_organisations_cut; }

    static constexpr std::size_t max_organisations = 20'000;

private:
    struct Person {
        std::uint64_t key = 0;
        std::int64_t first_entry_ms = INT64_MAX;
        std::int64_t last_exit_ms = INT64_MIN;
        std::uint64_t checkpoints = 0; // a bit for each; the last one stands for all beyond 63
        std::uint32_t entries = 0;
        std::uint8_t flags = 0;
    };
    static_assert(sizeof(Person) == 40);

    std::uint32_t& place(std::uint64_t key); // where the index holds, or would hold, this key
    Person& person(std::uint64_t key);
    Person* claim(std::uint64_t key);
    void grow_index();
    Attendance describe(const Person& person, core::RegistrationStatus status, core::RegistrationSource source) const;
    void count(Figures& figures, std::map<std::int64_t, std::int64_t>& arrivals, const Person& person) const;
    void count_organisation(const std::string& organisation, bool present);

    const core::EventConfig& m_config;
    std::deque<Person> m_people;        // a deque grows without copying
    std::vector<std::uint32_t> m_index; // open addressing into m_people, 0 is free, n is m_people[n - 1]
    Figures m_figures;                  // of the registrations taken
    std::map<std::int64_t, std::int64_t> m_arrivals; // start of the quarter of an hour → people
    std::map<std::string, OrganisationCount, std::less<>> m_organisations;
    bool m_organisations_cut = false;
};

} // namespace kiosk::exchange
