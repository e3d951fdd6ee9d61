// SPDX-License-Identifier: Apache-2.0
// The leases of the booking service: what a booking lacks, what others wait for and gets given back, and the rounds with
// the hub of callers that may wait.
#include "app/booking_desk.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace kiosk::app {

using namespace core;

namespace {

constexpr std::int64_t deal_every_ms = 30'000;
constexpr std::int64_t too_late_ms = 5'000; // leases that end so soon are not worth a word
constexpr std::size_t most_wanted = 1'500;  // in one request; the wire takes 2,000
constexpr int most_rounds = 3;

constexpr std::string_view unit_prefix = "unit:", person_prefix = "person:", seats_prefix = "seats:";

bool has_prefix(const Resource& resource, std::string_view prefix) { return resource.subject.starts_with(prefix); }
std::string name_of(const Resource& resource) { return resource.subject.substr(resource.subject.find(':') + 1); }

bool at_the_same_time(const BookingRequest& one, const BookingRequest& other) {
    return one.starts < other.ends && other.starts < one.ends;
}

bool within(const BookingRequest& request, const Resource& resource) {
    return !resource.starts || (request.starts < *resource.ends && *resource.starts < request.ends);
}

} // namespace

// ---- what a booking needs ----

// Seats that this device has given away, whatever it was called when it did: what it holds covers them all.
Result<std::int64_t> BookingDesk::seats_used(const std::string& session) {
    KIOSK_TRY(const auto bookings, store().bookings_at(session));
    return std::ranges::count_if(bookings, [&](const Booking& booking) {
        return stands(booking.stage) && booking.confirmed_by.device == m_device;
    });
}

Result<Cover> BookingDesk::cover(const std::vector<Resource>& needs) {
    if (m_services.alone)
        return Cover{};
    KIOSK_TRY(const auto leases, store().leases_on(needs));
    KIOSK_TRY(const auto feed_after, store().feed_after());
    std::map<std::string, std::int64_t> used;
    for (const auto& need : needs)
        if (need.is_counted()) {
            KIOSK_TRY(used[name_of(need)], seats_used(name_of(need)));
        }
    return core::cover(leases, needs, feed_after, now(), used);
}

LeaseWanted BookingDesk::wanted(Resource resource, const std::string& booking) const {
    LeaseWanted want{std::move(resource), 1, booking};
    if (want.resource.is_counted()) {
        const auto* session = m_config->session(name_of(want.resource));
        want.capacity = session && session->capacity ? *session->capacity : std::numeric_limits<std::int32_t>::max();
    }
    return want;
}

LeaseAsk BookingDesk::ask_for(const std::vector<Resource>& missing, const std::string& booking) const {
    LeaseAsk ask;
    ask.booking = booking;
    for (const auto& resource : missing)
        ask.want.push_back(wanted(resource, booking));
    return ask;
}

Result<std::vector<std::string>> BookingDesk::waiting() {
    KIOSK_TRY(const auto pending, store().pending_bookings());
    std::vector<std::string> list;
    for (const auto& booking : pending)
        if (is_own(booking) && booking.all_accepted() && as_it_stands(booking).status == BookingStatus::Pending)
            list.push_back(booking.request.uid);
    return list;
}

// ---- what is given back ----

struct BookingDesk::Waiting {
    struct Request {
        BookingRequest request;
        std::vector<Resource> needs;
    };
    std::vector<Request> others, own;
};

Result<BookingDesk::Waiting> BookingDesk::look_around() {
    KIOSK_TRY(const auto pending, store().pending_bookings());
    Waiting waiting;
    for (const auto& booking : pending) {
        if (!booking.all_accepted() || as_it_stands(booking).status != BookingStatus::Pending)
            continue;
        auto& list = is_own(booking) ? waiting.own : waiting.others;
        list.push_back({booking.request, resources_of(*m_config, booking.request)});
    }
    return waiting;
}

Result<std::vector<Booking>> BookingDesk::bookings_in(const Resource& resource) {
    std::vector<Booking> bookings;
    if (has_prefix(resource, person_prefix)) {
        KIOSK_TRY(bookings, store().bookings_of(name_of(resource)));
    } else if (has_prefix(resource, unit_prefix) || has_prefix(resource, seats_prefix)) {
        KIOSK_TRY(bookings, store().bookings_at(name_of(resource)));
    }
    std::erase_if(bookings, [&](const Booking& booking) { return !within(booking.request, resource); });
    return bookings;
}

// A whole person is given back although bookings of theirs stand: who gets the lease has read of them first. What a booking
// stands in is not: nobody else could use it.
Result<bool> BookingDesk::must_yield(const Waiting& waiting, const Lease& lease) {
    const auto& held = lease.resource;
    const auto needs_it = [&](const Waiting::Request& request) {
        return std::ranges::any_of(request.needs, [&](const Resource& need) { return overlap(need, held); });
    };
    const bool recalled =
        std::ranges::any_of(m_recalled, [&](const Resource& resource) { return overlap(resource, held); });
    if (!recalled && std::ranges::none_of(waiting.others, needs_it))
        return false;
    KIOSK_TRY(const auto bookings, bookings_in(held));
    const auto is_taken = [&](const BookingRequest* by) {
        return !held.is_counted() && std::ranges::any_of(bookings, [&](const Booking& booking) {
            return is_active(booking, now(), m_policy.grace_ms) && (!by || at_the_same_time(booking.request, *by)) &&
                   (!by || booking.request.uid != by->replaces);
        });
    };
    for (const auto& other : waiting.others) {
        if (!needs_it(other) || is_taken(&other.request))
            continue;
        // Of two that want the same at the same time, the one that was asked for first.
        const bool ours_first = std::ranges::any_of(waiting.own, [&](const Waiting::Request& own) {
            return own.request.uid < other.request.uid && at_the_same_time(own.request, other.request) && needs_it(own);
        });
        if (!ours_first)
            return true;
    }
    return recalled && (!held.starts || !is_taken(nullptr));
}

// The hub may give it to others once it has our journal up to here: whoever gets it then knows what happened in it.
Result<std::uint64_t> BookingDesk::closing_seq(const Resource& resource) {
    KIOSK_TRY(const auto bookings, bookings_in(resource));
    if (std::ranges::none_of(bookings, [&](const Booking& booking) { return booking.confirmed_by.device == m_device; }))
        return std::uint64_t{0}; // nothing did
    return store().last_booking_seq();
}

// People are best booked where they are: their lease follows them, where nobody else needs it.
Result<std::vector<LeaseWanted>> BookingDesk::wanted_for(const std::vector<std::string>& arrived,
                                                         const std::vector<Lease>& held) {
    std::vector<LeaseWanted> list;
    std::set<std::string> subjects;
    for (const auto& lease : held)
        subjects.insert(lease.resource.subject);
    for (const auto& ticket : arrived) {
        auto resource = person_resource(ticket);
        if (ticket.empty() || m_config->is_host(ticket) || !subjects.insert(resource.subject).second)
            continue;
        KIOSK_TRY(const auto registrations, store().registrations_by_ticket(ticket));
        if (registrations.size() != 1)
            continue;
        list.push_back(wanted(std::move(resource), {}));
    }
    return list;
}

Result<std::optional<LeaseAsk>> BookingDesk::upkeep(const std::vector<std::string>& arrived) {
    if (m_services.alone)
        return std::optional<LeaseAsk>{};
    KIOSK_TRY(auto leases, store().leases());
    KIOSK_TRY(const auto waiting, look_around());
    LeaseAsk ask;
    ask.all_or_nothing = false;
    std::vector<Lease> put;
    std::vector<std::string> drop;
    std::erase_if(leases, [&](const Lease& lease) {
        const bool past = lease.until && now() >= *lease.until; // the hub knows by itself
        if (past)
            drop.push_back(resource_text(lease.resource));
        return past;
    });
    for (auto& lease : leases) {
        if (!lease.closing) {
            KIOSK_TRY(const bool yields, must_yield(waiting, lease));
            if (!yields)
                continue;
            if (lease.resource.is_counted()) { // those that were given away stay
                KIOSK_TRY(const auto used, seats_used(name_of(lease.resource)));
                auto kept = lease.resource;
                kept.count = used;
                ask.give_back.emplace_back(kept, 0);
                if (used < lease.resource.count) {
                    lease.resource.count = used;
                    lease.closing = used == 0;
                    put.push_back(lease);
                }
                continue;
            }
            lease.closing = true;
            put.push_back(lease);
        }
        // Until the hub has said that it is free: an answer may have been lost.
        KIOSK_TRY(const auto seq, closing_seq(lease.resource));
        ask.give_back.emplace_back(lease.resource, seq);
    }
    // What the hub believes to be held here and is not: it was granted by an answer that was lost.
    for (const auto& resource : m_recalled)
        if (std::ranges::none_of(leases, [&](const Lease& lease) { return overlap(lease.resource, resource); })) {
            auto none = resource;
            none.count = 0;
            KIOSK_TRY(const auto seq, closing_seq(resource));
            ask.give_back.emplace_back(std::move(none), seq);
        }
    m_recalled.clear(); // what others still wait for is recalled again
    ask.as_of_ms = m_heard_ms;
    KIOSK_TRY(ask.want, wanted_for(arrived, leases));
    const auto boot_ms = m_services.clock->boot_ms();
    if (!m_next_deal_ms || boot_ms >= *m_next_deal_ms) {
        m_next_deal_ms = boot_ms + deal_every_ms;
        ask.deal = m_services.deals;
        // And says what it believes to hold: a hub that was told that this device is lost, or that was put back to an older
        // state, thinks otherwise.
        bool all = true;
        for (const auto& lease : leases) {
            if (lease.closing || (lease.until && *lease.until - now() < too_late_ms))
                continue;
            if (ask.want.size() >= most_wanted) {
                all = false;
                break;
            }
            ask.want.push_back(wanted(lease.resource, {}));
            ask.want.back().holds = true;
        }
        if (all) {
            KIOSK_TRY(const auto status, store().status());
            ask.holds_seq = status.last_seq;
        }
    }
    if (!put.empty() || !drop.empty())
        KIOSK_CHECK(store().change_leases(put, drop));
    if (ask.want.empty() && ask.give_back.empty() && !ask.deal && !ask.holds_seq)
        return std::optional<LeaseAsk>{};
    return std::optional<LeaseAsk>{std::move(ask)};
}

// ---- what the hub answered ----

Result<std::size_t> BookingDesk::take(const LeaseAsk&, const LeaseReply& reply) {
    KIOSK_TRY(const auto leases, store().leases());
    std::map<std::string, Lease> held;
    for (const auto& lease : leases)
        held.emplace(resource_text(lease.resource), lease);
    std::set<std::string> drop;
    for (const auto& resource : reply.given_back)
        if (const auto found = held.find(resource_text(resource)); found != held.end() && found->second.closing)
            drop.insert(found->first);
    std::map<std::string, Lease> put;
    for (const auto& grant : reply.grants) {
        const auto text = resource_text(grant.resource);
        const auto found = held.find(text);
        if (!grant.held) {
            // The hub gave it to somebody else: this device was said to be lost.
            if (found != held.end() && !found->second.closing)
                drop.insert(text);
            continue;
        }
        Lease lease{grant.resource, grant.generation, reply.feed, grant.resource.starts, false};
        if (lease.until && reply.hub_time_ms >= lease.until->unix_ms)
            lease.until = grant.resource.ends;
        if (found != held.end()) {
            auto known = found->second;
            known.known_from = lease.known_from;
            if (known == lease)
                continue;
        }
        drop.erase(text);
        put.insert_or_assign(text, std::move(lease));
    }
    m_recalled = reply.recalled;
    m_heard_ms = reply.hub_time_ms;
    m_awaited = reply.awaited;
    if (std::ranges::find(m_awaited, m_device) != m_awaited.end())
        m_next_deal_ms.reset(); // others wait until this device has said what it holds
    if (put.empty() && drop.empty())
        return std::size_t{0};
    std::vector<Lease> rows;
    for (auto& [text, lease] : put)
        rows.push_back(std::move(lease));
    const std::vector<std::string> gone(drop.begin(), drop.end());
    KIOSK_CHECK(store().change_leases(rows, gone));
    return rows.size() + gone.size();
}

// ---- for callers that may wait ----

Result<BookingResult> pursue(BookingDesk& desk, LeaseOffice& office, BookingResult result) {
    for (int round = 0; round < most_rounds && result.status == BookingStatus::Pending && result.ask; ++round) {
        const auto ask = *std::exchange(result.ask, std::nullopt);
        const auto reply = office.exchange(ask);
        if (!reply)
            return result; // it waits; the hub is asked again after the next exchange
        KIOSK_CHECK(desk.take(ask, *reply));
        // Also where it was not granted: what stands in the way may be read there.
        if (!office.read_feed(reply->feed) || result.booking.empty()) // a swap is made anew by whoever wanted it
            return result;
        KIOSK_TRY(result, desk.try_again(result.booking));
    }
    result.ask.reset();
    return result;
}

Result<BookingResult> book_now(BookingDesk& desk, LeaseOffice& office, const BookingWish& wish) {
    KIOSK_TRY(auto result, desk.book(wish));
    return pursue(desk, office, std::move(result));
}

Result<std::size_t> keep_leases(BookingDesk& desk, LeaseOffice& office, const std::vector<std::string>& arrived) {
    std::size_t changed = 0;
    for (int round = 0; round < most_rounds; ++round) {
        KIOSK_TRY(const auto found, desk.upkeep(round == 0 ? arrived : std::vector<std::string>{}));
        if (!found && round > 0)
            break;
        const auto ask = found.value_or(LeaseAsk{}); // empty: what is recalled is heard all the same
        const auto reply = office.exchange(ask);
        if (!reply)
            break;
        KIOSK_TRY(const auto moved, desk.take(ask, *reply));
        changed += moved;
    }
    return changed;
}

Result<std::size_t> settle(BookingDesk& desk, LeaseOffice& office, const std::vector<std::string>& arrived) {
    KIOSK_TRY(auto changed, keep_leases(desk, office, arrived));
    KIOSK_TRY(const auto waiting, desk.waiting());
    for (const auto& booking : waiting) {
        KIOSK_TRY(auto result, desk.try_again(booking));
        KIOSK_TRY(result, pursue(desk, office, std::move(result)));
        changed += result.status == BookingStatus::Pending ? 0 : 1;
    }
    return changed;
}

} // namespace kiosk::app
