// SPDX-License-Identifier: Apache-2.0
// Making bookings: booked, moved, swapped, tried again. What is done to one that exists is in booking_acts.cpp, the leases
// are in booking_leases.cpp.
#include "app/booking_desk.hpp"

#include <algorithm>
#include <array>

namespace kiosk::app {

using namespace core;

Result<BookingDesk> BookingDesk::create(BookingServices services) {
    KIOSK_ASSERT(services.store && services.clock && services.random);
    BookingDesk desk(services);
    KIOSK_CHECK(desk.reload());
    return desk;
}

Status BookingDesk::reload() {
    KIOSK_TRY(auto config, load_config(store()));
    KIOSK_TRY(const auto status, store().status());
    m_policy = booking_policy(config);
    m_config = std::make_shared<const EventConfig>(std::move(config));
    m_device = status.device;
    return {};
}

// ---- what is known ----

// At the doors of the event: leaving a session's room is not leaving.
Result<bool> BookingDesk::is_checked_in(const std::string& ticket) {
    KIOSK_TRY(const auto scans, store().standing_scans(ticket));
    const StoredScan* latest = nullptr; // they come oldest first
    for (const auto& scan : scans)
        if (const auto* door = m_config->checkpoint(scan.record.checkpoint); door && door->scope != Scope::Session)
            latest = &scan;
    return latest && latest->record.direction == Direction::Entry;
}

Result<std::vector<std::string>> BookingDesk::absent(const BookingRequest& request) {
    std::vector<std::string> list;
    for (const auto& participant : request.participants) {
        KIOSK_TRY(const bool here, is_checked_in(participant.ticket));
        if (!here)
            list.push_back(participant.ticket);
    }
    return list;
}

Result<BookingFacts> BookingDesk::facts_for(const BookingWish& wish) {
    BookingFacts facts;
    // The one that it takes the place of is in nobody's way.
    const auto without_replaced = [&](std::vector<Booking>& bookings) {
        if (!wish.replaces.empty())
            std::erase_if(bookings, [&](const Booking& booking) { return booking.request.uid == wish.replaces; });
    };
    for (const auto& ticket : wish.participants) {
        if (facts.people.contains(ticket))
            continue;
        PersonFacts person;
        KIOSK_TRY(person.registrations, store().registrations_by_ticket(ticket));
        KIOSK_TRY(person.revoked, store().is_revoked(ticket));
        KIOSK_TRY(person.checked_in, is_checked_in(ticket));
        KIOSK_TRY(person.bookings, store().bookings_of(ticket));
        without_replaced(person.bookings);
        facts.people.emplace(ticket, std::move(person));
    }
    KIOSK_TRY(facts.at_unit, store().bookings_at(wish.session.empty() ? wish.unit : wish.session));
    without_replaced(facts.at_unit);
    return facts;
}

namespace {

template <typename T>
bool has(const std::vector<T>& list, const T& wanted) {
    return std::ranges::find(list, wanted) != list.end();
}

BookingWish wish_of(const BookingRequest& request) {
    BookingWish wish;
    wish.unit = request.unit;
    wish.slot = request.slot;
    wish.session = request.session;
    for (const auto& participant : request.participants)
        wish.participants.push_back(participant.ticket);
    wish.must_accept = request.must_accept;
    wish.purpose = request.purpose;
    wish.topic = request.topic;
    wish.by = request.by;
    wish.replaces = request.replaces;
    return wish;
}

BookingActRecord act_on(std::string booking, BookingAct act, Instant at, std::string by) {
    BookingActRecord record;
    record.booking = std::move(booking);
    record.act = act;
    record.at = at;
    record.by = std::move(by);
    return record;
}

BookingResult refused(BookingReason reason, std::string about = {}, std::string booking = {}) {
    BookingResult result;
    result.reason = reason;
    result.about = std::move(about);
    result.booking = std::move(booking);
    return result;
}

BookingResult told(BookingStatus status, BookingReason reason, std::string booking) {
    BookingResult result;
    result.status = status;
    result.reason = reason;
    result.booking = std::move(booking);
    return result;
}

// Why one that exists can't be moved or swapped; None: it can.
BookingReason may_move(const Booking& booking, const BookingStanding& standing) {
    switch (booking.stage) {
    case BookingStage::Started:
        return BookingReason::AlreadyStarted;
    case BookingStage::Finished:
        return BookingReason::AlreadyDone;
    case BookingStage::Requested:
    case BookingStage::Confirmed:
        return standing.status == BookingStatus::Refused || standing.status == BookingStatus::NoShow
                   ? (standing.reason == BookingReason::None ? BookingReason::NoShow : standing.reason)
                   : BookingReason::None;
    default:
        return standing.reason == BookingReason::None ? BookingReason::Cancelled : standing.reason;
    }
}

} // namespace

Result<BookingFacts> BookingDesk::facts_for(const BookingRequest& request) { return facts_for(wish_of(request)); }

BookingResult BookingDesk::as_it_stands(const Booking& booking) const {
    const auto standing = standing_at(booking, now(), m_policy.grace_ms);
    return told(standing.status, standing.reason, booking.request.uid);
}

// ---- making one ----

Result<BookingResult> BookingDesk::book(const BookingWish& wish) { return make(wish); }

Result<BookingResult> BookingDesk::make(const BookingWish& wish) {
    KIOSK_TRY(const auto facts, facts_for(wish));
    auto decision = decide_booking(*m_config, m_policy, wish, facts, now());
    if (decision.reason != BookingReason::None)
        return refused(decision.reason, decision.about);
    auto& request = decision.request;
    request.uid = make_uid(now(), *m_services.random);
    request.at = now();
    if (!request.must_accept.empty()) {
        // Whether it can be had is asked for when the last one has agreed: nothing is kept for those who do not answer.
        const std::array drafts{make_booking_request(request)};
        KIOSK_CHECK(store().append(drafts));
        return told(BookingStatus::Pending, BookingReason::MustAccept, request.uid);
    }
    return place(request, decision, true);
}

// What has to be released in the same transaction, before it is confirmed: no-shows, for good, and the one that it replaces.
Result<std::vector<OperationDraft>> BookingDesk::make_room(const BookingRequest& request,
                                                           const std::vector<std::string>& no_shows) {
    std::vector<OperationDraft> drafts;
    const auto release = [&](const std::string& uid, BookingAct act) -> Status {
        KIOSK_TRY(const auto booking, store().booking(uid));
        if (booking && !is_released(booking->stage))
            drafts.push_back(make_booking_act(act_on(uid, act, now(), request.by), booking->request));
        return {};
    };
    for (const auto& uid : no_shows)
        KIOSK_CHECK(release(uid, BookingAct::NoShow));
    if (!request.replaces.empty())
        KIOSK_CHECK(release(request.replaces, BookingAct::Cancel));
    return drafts;
}

Result<BookingResult> BookingDesk::place(const BookingRequest& request, const BookingDecision& decision, bool is_new) {
    KIOSK_TRY(const auto covered, cover(decision.needs));
    if (covered.missing.empty() && !covered.feed_behind) {
        KIOSK_TRY(auto drafts, make_room(request, decision.frees));
        if (is_new)
            drafts.push_back(make_booking_request(request));
        auto confirm = act_on(request.uid, BookingAct::Confirm, now(), request.by);
        confirm.leases = covered.generations;
        drafts.push_back(make_booking_act(confirm, request));
        const auto saved = store().append(drafts);
        if (saved)
            return told(BookingStatus::Confirmed, BookingReason::None, request.uid);
        // Something arrived between the look and the write; it is looked at again.
        if (saved.error().code != ErrorCode::Conflict)
            return std::unexpected(saved.error());
    }
    if (is_new) {
        // Before anybody is asked: a kiosk that loses its power while it waits still knows what it was asked for.
        const std::array drafts{make_booking_request(request)};
        KIOSK_CHECK(store().append(drafts));
    }
    auto result = told(BookingStatus::Pending, BookingReason::HeldElsewhere, request.uid);
    result.ask = ask_for(covered.missing, request.uid);
    return result;
}

Result<BookingResult> BookingDesk::refuse(const Booking& booking, BookingReason reason, std::string about) {
    auto record = act_on(booking.request.uid, BookingAct::Refuse, now(), {});
    record.reason = reason;
    const std::array drafts{make_booking_act(record, booking.request)};
    KIOSK_CHECK(store().append(drafts));
    return refused(reason, std::move(about), booking.request.uid);
}

Result<BookingResult> BookingDesk::try_again(const std::string& uid) {
    KIOSK_TRY(const auto booking, store().booking(uid));
    if (!booking)
        return refused(BookingReason::UnknownBooking);
    const auto standing = as_it_stands(*booking);
    if (booking->stage != BookingStage::Requested || standing.status != BookingStatus::Pending || !is_own(*booking))
        return standing;
    if (!booking->all_accepted())
        return told(BookingStatus::Pending, BookingReason::MustAccept, uid);
    const auto& request = booking->request;
    if (!request.replaces.empty()) {
        KIOSK_TRY(const auto replaced, store().booking(request.replaces));
        if (replaced) {
            // What was to be moved is gone, or has begun where it was: there is nothing left to move. One that was refused or
            // that nobody came to may well be had elsewhere.
            if (replaced->stage == BookingStage::Cancelled || replaced->stage == BookingStage::Declined)
                return refuse(*booking, BookingReason::Cancelled, {});
            if (replaced->stage == BookingStage::Started || replaced->stage == BookingStage::Finished)
                return refuse(*booking, BookingReason::AlreadyStarted, {});
        }
    }
    KIOSK_TRY(const auto facts, facts_for(request));
    const auto decision = decide_again(*m_config, m_policy, request, facts, now());
    if (decision.reason != BookingReason::None)
        return refuse(*booking, decision.reason, decision.about);
    return place(request, decision, false);
}

Result<BookingResult> BookingDesk::move(const std::string& uid, std::string unit, std::string slot, std::string by) {
    KIOSK_TRY(const auto old, store().booking(uid));
    if (!old)
        return refused(BookingReason::UnknownBooking);
    if (const auto reason = may_move(*old, standing_at(*old, now(), m_policy.grace_ms)); reason != BookingReason::None)
        return refused(reason, {}, uid);
    auto wish = wish_of(old->request);
    wish.unit = std::move(unit);
    wish.slot = std::move(slot);
    wish.session.clear();
    wish.by = std::move(by);
    wish.replaces = uid;
    // Whoever agreed to the meeting agreed to it; the others are still asked.
    if (old->stage == BookingStage::Confirmed)
        wish.must_accept.clear();
    std::erase_if(wish.must_accept,
                  [&](const std::string& ticket) { return has(old->accepted, ticket); });
    return make(wish);
}

Result<BookingResult> BookingDesk::swap(const std::string& one, const std::string& other, std::string by) {
    KIOSK_TRY(const auto first, store().booking(one));
    KIOSK_TRY(const auto second, store().booking(other));
    if (!first || !second || one == other)
        return refused(BookingReason::UnknownBooking);
    for (const auto* booking : {&*first, &*second}) {
        if (const auto reason = may_move(*booking, standing_at(*booking, now(), m_policy.grace_ms));
            reason != BookingReason::None)
            return refused(reason, {}, booking->request.uid);
        if (booking->stage != BookingStage::Confirmed || !booking->request.session.empty())
            return refused(BookingReason::NotConfirmed, {}, booking->request.uid);
    }
    std::vector<Resource> needs;
    std::vector<BookingRequest> requests;
    std::vector<OperationDraft> drafts;
    for (const auto& [from, to] : {std::pair{&*first, &*second}, std::pair{&*second, &*first}}) {
        auto wish = wish_of(from->request);
        wish.unit = to->request.unit;
        wish.slot = to->request.slot;
        wish.must_accept.clear();
        wish.by = by;
        wish.replaces = from->request.uid;
        KIOSK_TRY(auto facts, facts_for(wish));
        const auto is_the_other = [&](const Booking& booking) { return booking.request.uid == to->request.uid; };
        std::erase_if(facts.at_unit, is_the_other);
        for (auto& [ticket, person] : facts.people)
            std::erase_if(person.bookings, is_the_other);
        auto decision = decide_booking(*m_config, m_policy, wish, facts, now());
        if (decision.reason != BookingReason::None)
            return refused(decision.reason, decision.about, from->request.uid);
        decision.request.uid = make_uid(now(), *m_services.random);
        decision.request.at = now();
        for (const auto& need : decision.needs)
            if (!has(needs, need))
                needs.push_back(need);
        // Both leave before either sits down.
        KIOSK_TRY(auto room, make_room(decision.request, decision.frees));
        std::ranges::move(room, std::back_inserter(drafts));
        requests.push_back(std::move(decision.request));
    }
    // People who are in both would be in two places where the two overlap.
    if (requests[0].starts < requests[1].ends && requests[1].starts < requests[0].ends)
        for (const auto& person : requests[0].participants)
            if (has(requests[1].participants, person))
                return refused(BookingReason::PersonTaken, person.ticket, one);
    KIOSK_TRY(const auto covered, cover(needs));
    if (!covered.missing.empty() || covered.feed_behind) {
        auto result = told(BookingStatus::Pending, BookingReason::HeldElsewhere, {});
        result.ask = ask_for(covered.missing, {});
        return result;
    }
    for (const auto& request : requests) {
        auto confirm = act_on(request.uid, BookingAct::Confirm, now(), by);
        for (const auto& need : resources_of(*m_config, request))
            if (const auto found = covered.generations.find(resource_text(need)); found != covered.generations.end())
                confirm.leases.insert(*found);
        drafts.push_back(make_booking_request(request));
        drafts.push_back(make_booking_act(confirm, request));
    }
    KIOSK_CHECK(store().append(drafts));
    return told(BookingStatus::Confirmed, BookingReason::None, requests[0].uid);
}

Result<std::vector<FreeSlot>> BookingDesk::free_slots(const std::vector<std::string>& people, const std::string& unit,
                                                      std::size_t limit) {
    KIOSK_TRY(const auto bookings, store().bookings());
    KIOSK_TRY(const auto leases, store().leases());
    auto slots = core::free_slots(*m_config, m_policy, bookings, people, unit, leases, now(), limit);
    if (m_services.alone)
        for (auto& slot : slots)
            slot.held_here = true;
    return slots;
}

} // namespace kiosk::app
