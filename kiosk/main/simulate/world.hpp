// SPDX-License-Identifier: Apache-2.0
#pragma once
// All machines of one run and what happens to them. Purpose: what simulation.cpp drives and invariants.cpp looks at.
// Ownership: owns the machines. Threads: one. Failure: sentences in `report`.
#include "main/simulate/hub_machine.hpp"
#include "main/simulate/kiosk_machine.hpp"
#include "main/simulate/simulation.hpp"
#include "main/simulate/venue_link.hpp"

#include <deque>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace kiosk::simulate {

class World {
public:
    explicit World(const Plan& plan);

    bool set_up();
    void live();  // work and misfortune, for the plan's hours
    void settle(); // everything is mended; nobody works; until it is quiet
    void check(); // invariants.cpp

    Report report;

private:
    struct Place { // a machine, and the images that somebody made of it
        std::unique_ptr<KioskMachine> machine;
        HubMachine* hub = nullptr; // at which it is enrolled
        std::deque<KioskMachine::Image> images;
        int restores = 0;
    };

    void trace(const std::string& line);
    void wrong(const std::string& sentence);
    Surroundings surroundings(HubMachine& hub);
    bool set_up_venue();
    std::string seed_changes();
    bool change_at_hub(const std::string& body);
    void organizer_works();
    void note_hub_operations();

    void schedule_work(std::size_t place);
    void schedule_misfortune(std::size_t place);
    void schedule_hub_misfortune();
    void schedule_images();
    void schedule_organizer();
    void strike(std::size_t place);
    void strike_hub();
    void strike_hub(HubMachine& hub, std::deque<storage::CrashVfs::Files>& images);
    void strike_line(); // between the hubs
    void start_hub_after(HubMachine& hub, std::int64_t delay_ms);
    void restore_kiosk(Place& place);
    void restore_hub(HubMachine& hub, const storage::CrashVfs::Files& image);
    void clone(std::size_t place);
    void lose(std::size_t place); // an organizer says that it is gone; it is not
    void count_what_is_left();
    bool is_over() const { return m_time.elapsed_ms() >= m_work_ms; }

    std::uint64_t check_gaps(const std::vector<core::Operation>& operations);
    void check_machines(const std::vector<core::Operation>& operations, const std::string& reference_dump);
    void check_ledger(const std::vector<core::Operation>& operations);
    void check_identities(const std::vector<core::Operation>& operations);
    void check_duplicates(const std::vector<core::Operation>& operations, storage::Database& reference);
    void check_quarantine();
    // booking_invariants.cpp
    void check_bookings(storage::Database& reference);
    void check_walk_ups(storage::Database& reference);

    const Plan& m_plan;
    crypto::Sodium m_sodium;
    VirtualTime m_time;
    Dice m_dice, m_organizer_dice, m_hub_dice;
    Ledger m_ledger;
    std::string m_disks; // prefix of this run's disks
    std::unique_ptr<HubMachine> m_hub;   // the central one
    std::unique_ptr<HubMachine> m_venue; // the hall's, where the plan has one
    std::unique_ptr<VenueLink> m_line;   // between them
    std::vector<std::unique_ptr<Place>> m_places;
    std::deque<storage::CrashVfs::Files> m_hub_images, m_venue_images;
    std::vector<std::string> m_tickets;
    std::set<std::string> m_twins_expected; // names of machines that were put back or copied
    std::int64_t m_work_ms = 0;
    bool m_hub_was_restored = false;
    bool m_some_were_lost = false;
};

} // namespace kiosk::simulate
