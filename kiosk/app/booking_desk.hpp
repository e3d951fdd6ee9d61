// SPDX-License-Identifier: Apache-2.0
#pragma once
// The booking service: the one way in which a wish becomes a booking. Purpose: reads what the store knows, lets the core
// decide, confirms under leases that this device holds, asks for those that it does not, keeps what can't be had now as
// pending and comes back to it. Called by the window's state machine, kioskctl, replay and the simulation. Ownership: borrows
// its ports, which must outlive it. Threads: the application thread; nothing here waits for the network: what is to be asked
// of the hub is handed out (LeaseAsk), what it answered is handed in. Failure: an Error means that nothing was saved.
#include "app/lease_office.hpp"
#include "core/bookings.hpp"
#include "core/load_config.hpp"
#include "core/ports.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kiosk::app {

struct BookingServices {
    core::Store* store = nullptr;
    const core::Clock* clock = nullptr; // the hub's time where it is known (main/wiring/hub_clock.hpp), else this machine's
    core::Random* random = nullptr;
    // No hub at all: this device holds everything, so that one kiosk alone can book.
    bool alone = false;
    // Asks for its share of the tables without being told to. Off: holds only what was given or asked for by name.
    bool deals = true;
};

struct BookingResult {
    core::BookingStatus status = core::BookingStatus::Refused; // Confirmed, Pending, Refused; or as it then is
    core::BookingReason reason = core::BookingReason::None;
    std::string about;   // ticket in the way
    std::string booking; // uid; empty where nothing was written
    // Pending only because this was not asked yet. Wants nothing: what is held may be used once the feed was read up to
    // the number that comes with the answer.
    std::optional<LeaseAsk> ask;
};

class BookingDesk {
public:
    static core::Result<BookingDesk> create(BookingServices services);
    core::Status reload(); // after the event's documents changed
    const core::EventConfig& config() const { return *m_config; }
    const core::BookingPolicy& policy() const { return m_policy; }

    // Confirms at once where everything is held here; refuses what the rules refuse, and writes nothing then. Else it is
    // written as a request and `ask` says what has to be asked for; answer it with take() and then try_again().
    core::Result<BookingResult> book(const core::BookingWish& wish);
    // Of an own pending one: confirmed now, refused for good (written), or still pending with what to ask.
    core::Result<BookingResult> try_again(const std::string& booking);
    // Releases the old one and makes a new one at another slot or unit, in one transaction where everything is held here;
    // where it is not, the old one stays as it is until the new one can be confirmed.
    core::Result<BookingResult> move(const std::string& booking, std::string unit, std::string slot, std::string by);
    // Two bookings change places. All or nothing: Pending with `ask` and without `booking` means that nothing was written;
    // call it again after take(). Confirmed names the first one's new booking.
    core::Result<BookingResult> swap(const std::string& one, const std::string& other, std::string by);

    core::Result<BookingResult> accept(const std::string& booking, const std::string& ticket);
    core::Result<BookingResult> decline(const std::string& booking, const std::string& ticket);
    core::Result<BookingResult> cancel(const std::string& booking, const std::string& ticket, std::string by);
    core::Result<BookingResult> arrive(const std::string& booking, const std::string& ticket); // starts it with the last one
    core::Result<BookingResult> start(const std::string& booking, std::string by);
    core::Result<BookingResult> finish(const std::string& booking, std::string by);
    // Outcome and note; makes a lead of the booking's purpose where `make_lead` (and both let their contact be shared:
    // else the reason is NoConsent, and the outcome is kept all the same).
    core::Result<BookingResult> outcome(const std::string& booking, std::string outcome, std::string note, bool make_lead,
                                        std::string by);

    // Leases. What the hub answered; nothing is confirmed by it. Answers how many resources came or went.
    core::Result<std::size_t> take(const LeaseAsk& ask, const LeaseReply& reply);
    // What is to be said to the hub now: what to give back (others' pending requests that need what is not in use here, what
    // the hub recalled, what is past), what to have dealt, whose lease to get (`arrived`: tickets that were just scanned here).
    // Absent: nothing. Marks what is given back as closing before it answers.
    core::Result<std::optional<LeaseAsk>> upkeep(const std::vector<std::string>& arrived);
    // Own pending ones that should be tried again now; the caller asks for each.
    core::Result<std::vector<std::string>> waiting();

    // Whom the hub waits for before it grants anything, as of its last answer; empty: nobody.
    const std::vector<std::string>& awaited() const { return m_awaited; }

    void met_a_hub() { m_services.alone = false; } // what is not held here must be asked for from now on

    core::Instant now() const { return m_services.clock->now(); }
    core::Result<std::vector<core::FreeSlot>> free_slots(const std::vector<std::string>& people, const std::string& unit,
                                                         std::size_t limit);

private:
    explicit BookingDesk(BookingServices services) : m_services(services) {}
    core::Store& store() const { return *m_services.store; }

    core::Result<core::BookingFacts> facts_for(const core::BookingWish& wish);
    core::Result<core::BookingFacts> facts_for(const core::BookingRequest& request);
    core::Result<bool> is_checked_in(const std::string& ticket);
    core::Result<bool> lets_share(const core::Participant& participant);
    core::Result<std::vector<std::string>> absent(const core::BookingRequest& request);
    bool is_own(const core::Booking& booking) const { return booking.id.device == m_device; }

    // Leases for what it needs, and what has to be asked for; in booking_leases.cpp.
    core::Result<core::Cover> cover(const std::vector<core::Resource>& needs);
    core::Result<std::int64_t> seats_used(const std::string& session);
    LeaseAsk ask_for(const std::vector<core::Resource>& missing, const std::string& booking) const;
    core::Result<std::vector<core::OperationDraft>> make_room(const core::BookingRequest& request,
                                                              const std::vector<std::string>& no_shows);
    core::Result<BookingResult> place(const core::BookingRequest& request, const core::BookingDecision& decision,
                                      bool is_new);
    core::Result<BookingResult> make(const core::BookingWish& wish);
    core::Result<BookingResult> refuse(const core::Booking& booking, core::BookingReason reason, std::string about);
    core::Result<BookingResult> write(const core::Booking& booking, core::BookingActRecord act, core::BookingStatus then);
    BookingResult as_it_stands(const core::Booking& booking) const;

    struct Waiting; // what waits for resources: others' requests and our own
    core::Result<Waiting> look_around();
    core::Result<std::vector<core::Booking>> bookings_in(const core::Resource& resource);
    core::Result<bool> must_yield(const Waiting& waiting, const core::Lease& lease);
    core::Result<std::uint64_t> closing_seq(const core::Resource& resource);
    core::Result<std::vector<core::LeaseWanted>> wanted_for(const std::vector<std::string>& arrived,
                                                            const std::vector<core::Lease>& held);
    core::LeaseWanted wanted(core::Resource resource, const std::string& booking) const;

    BookingServices m_services;
    std::string m_device;
    std::shared_ptr<const core::EventConfig> m_config;
    core::BookingPolicy m_policy;
    std::vector<core::Resource> m_recalled;
    std::vector<std::string> m_awaited;
    std::int64_t m_heard_ms = 0; // the hub's time of the last answer
    std::optional<std::int64_t> m_next_deal_ms; // of the boot clock
};

// Asks for what `result` waits for, takes the answer and tries again, a few times. For callers that may wait.
core::Result<BookingResult> pursue(BookingDesk& desk, LeaseOffice& office, BookingResult result);
// book(), and where it needs the hub: pursue().
core::Result<BookingResult> book_now(BookingDesk& desk, LeaseOffice& office, const core::BookingWish& wish);
// Says to the hub what upkeep() finds, and hears what it recalls. Answers how many resources came or went.
core::Result<std::size_t> keep_leases(BookingDesk& desk, LeaseOffice& office, const std::vector<std::string>& arrived = {});
// One round for a device that has just synced: upkeep, then everything that waits. Answers how much changed.
core::Result<std::size_t> settle(BookingDesk& desk, LeaseOffice& office, const std::vector<std::string>& arrived = {});

} // namespace kiosk::app
