// SPDX-License-Identifier: Apache-2.0
#include "core/bookings.hpp"

#include "core/json_words.hpp"

#include <algorithm>
#include <tuple>

namespace kiosk::core {

namespace {

constexpr Words<BookingAct, 10> acts_words{{{BookingAct::Confirm, "confirm"},
                                            {BookingAct::Accept, "accept"},
                                            {BookingAct::Decline, "decline"},
                                            {BookingAct::Cancel, "cancel"},
                                            {BookingAct::Refuse, "refuse"},
                                            {BookingAct::Arrive, "arrive"},
                                            {BookingAct::Start, "start"},
                                            {BookingAct::Finish, "finish"},
                                            {BookingAct::NoShow, "no_show"},
                                            {BookingAct::Outcome, "outcome"}}};

constexpr Words<BookingReason, 32> reason_words{{{BookingReason::None, ""},
                                                 {BookingReason::UnknownUnit, "unknown_unit"},
                                                 {BookingReason::UnknownSlot, "unknown_slot"},
                                                 {BookingReason::UnknownBooking, "unknown_booking"},
                                                 {BookingReason::Blocked, "slot_blocked"},
                                                 {BookingReason::SlotEnded, "slot_ended"},
                                                 {BookingReason::UnitTaken, "unit_taken"},
                                                 {BookingReason::PersonTaken, "person_taken"},
                                                 {BookingReason::TooManyPeople, "too_many_people"},
                                                 {BookingReason::TooFewPeople, "too_few_people"},
                                                 {BookingReason::SamePersonTwice, "same_person_twice"},
                                                 {BookingReason::Unknown, "unknown"},
                                                 {BookingReason::Ambiguous, "ambiguous"},
                                                 {BookingReason::Cancelled, "cancelled"},
                                                 {BookingReason::PersonBlocked, "person_blocked"},
                                                 {BookingReason::Revoked, "revoked"},
                                                 {BookingReason::TooManyBookings, "too_many_bookings"},
                                                 {BookingReason::NotCheckedIn, "not_checked_in"},
                                                 {BookingReason::NoConsent, "no_consent"},
                                                 {BookingReason::Full, "full"},
                                                 {BookingReason::Declined, "declined"},
                                                 {BookingReason::Lapsed, "lapsed"},
                                                 {BookingReason::NotConfirmed, "not_confirmed"},
                                                 {BookingReason::NoShow, "no_show"},
                                                 {BookingReason::AlreadyStarted, "already_started"},
                                                 {BookingReason::AlreadyDone, "already_done"},
                                                 {BookingReason::NotStarted, "not_started"},
                                                 {BookingReason::HeldElsewhere, "held_elsewhere"},
                                                 {BookingReason::MustAccept, "must_accept"},
                                                 {BookingReason::NotParticipant, "not_participant"},
                                                 {BookingReason::NotAllowed, "not_allowed"},
                                                 {BookingReason::Displaced, "displaced"}}};

constexpr Words<BookingStatus, 7> status_words{{{BookingStatus::Pending, "pending"},
                                                {BookingStatus::Confirmed, "confirmed"},
                                                {BookingStatus::CheckedIn, "checked_in"},
                                                {BookingStatus::Done, "done"},
                                                {BookingStatus::NoShow, "no_show"},
                                                {BookingStatus::Cancelled, "cancelled"},
                                                {BookingStatus::Refused, "refused"}}};

template <typename T>
bool contains(const std::vector<T>& items, const T& item) {
    return std::ranges::find(items, item) != items.end();
}

std::optional<BookingStage> releases(BookingAct act) {
    switch (act) {
    case BookingAct::Cancel: return BookingStage::Cancelled;
    case BookingAct::Decline: return BookingStage::Declined;
    case BookingAct::Refuse: return BookingStage::Refused;
    case BookingAct::NoShow: return BookingStage::NoShow;
    default: return std::nullopt;
    }
}

BookingReason reason_of(const BookingActRecord& release) {
    if (release.reason == BookingReason::None && release.act == BookingAct::Decline)
        return BookingReason::Declined;
    return release.reason;
}

bool is_seat(const BookingRequest& request) { return !request.session.empty(); }

bool times_overlap(const BookingRequest& one, const BookingRequest& other) {
    // A session without times has none here either (both 0): it is in nobody's way.
    return one.starts < other.ends && other.starts < one.ends;
}

bool shares_a_person(const BookingRequest& one, const BookingRequest& other) {
    return std::ranges::any_of(one.participants, [&](const Participant& person) {
        return std::ranges::find(other.participants, person.ticket, &Participant::ticket) != other.participants.end();
    });
}

bool same_session(const BookingRequest& one, const BookingRequest& other) {
    return is_seat(one) && one.session == other.session;
}

bool was_confirmed(BookingStage stage) { return stands(stage) || stage == BookingStage::Displaced; }

// Generations by subject: of a person leased whole and one leased by the hour it is the same subject.
std::map<std::string, std::uint64_t> by_subject(const Booking& booking) {
    std::map<std::string, std::uint64_t> generations;
    for (const auto& [text, generation] : booking.leases)
        if (const auto resource = parse_resource(text)) {
            auto& known = generations[resource->subject];
            known = std::max(known, generation);
        }
    return generations;
}

} // namespace

std::string_view to_string(BookingAct act) { return word_of(acts_words, act); }
std::optional<BookingAct> parse_booking_act(std::string_view text) { return value_of(acts_words, text); }
std::string_view to_string(BookingReason reason) { return word_of(reason_words, reason); }
std::optional<BookingReason> parse_booking_reason(std::string_view text) { return value_of(reason_words, text); }
std::string_view to_string(BookingStatus status) { return word_of(status_words, status); }
std::optional<BookingStatus> parse_booking_status(std::string_view text) { return value_of(status_words, text); }

bool Booking::all_accepted() const {
    return std::ranges::all_of(request.must_accept, [&](const std::string& ticket) { return contains(accepted, ticket); });
}

bool is_released(BookingStage stage) {
    switch (stage) {
    case BookingStage::Requested:
    case BookingStage::Confirmed:
    case BookingStage::Started:
    case BookingStage::Finished: return false;
    case BookingStage::Cancelled:
    case BookingStage::Declined:
    case BookingStage::Refused:
    case BookingStage::NoShow:
    case BookingStage::Displaced: return true;
    }
    return false;
}

bool stands(BookingStage stage) {
    return stage == BookingStage::Confirmed || stage == BookingStage::Started || stage == BookingStage::Finished;
}

Booking fold_booking(const BookingRequest& request, const OperationId& id, std::span<const StoredAct> acts) {
    Booking booking;
    booking.request = request;
    booking.id = id;

    std::vector<const StoredAct*> ordered;
    ordered.reserve(acts.size());
    for (const auto& act : acts)
        ordered.push_back(&act);
    std::ranges::sort(ordered, [](const StoredAct* one, const StoredAct* other) {
        return std::tie(one->hlc, one->id) < std::tie(other->hlc, other->id);
    });

    const StoredAct* release = nullptr;
    const StoredAct* confirm = nullptr;
    std::optional<Instant> all_there, started, finished;
    for (const auto* stored : ordered) {
        const auto& act = stored->record;
        if (releases(act.act)) {
            if (release == nullptr)
                release = stored;
            continue;
        }
        switch (act.act) {
        case BookingAct::Confirm:
            if (confirm == nullptr)
                confirm = stored;
            break;
        case BookingAct::Accept:
            if (contains(request.must_accept, act.ticket) && !contains(booking.accepted, act.ticket))
                booking.accepted.push_back(act.ticket);
            break;
        case BookingAct::Arrive:
            if (std::ranges::find(request.participants, act.ticket, &Participant::ticket) != request.participants.end() &&
                !contains(booking.arrived, act.ticket))
                booking.arrived.push_back(act.ticket);
            if (!all_there && !request.participants.empty() && booking.arrived.size() == request.participants.size())
                all_there = act.at;
            break;
        case BookingAct::Start:
            if (!started)
                started = act.at;
            break;
        case BookingAct::Finish:
            if (!finished)
                finished = act.at;
            break;
        case BookingAct::Outcome:
            booking.outcome = act.outcome;
            booking.outcome_note = act.note;
            if (!act.lead.empty()) // a later correction of the outcome does not lose the lead
                booking.lead = act.lead;
            break;
        default: break;
        }
    }
    if (!started)
        started = all_there;

    // Without everybody's consent a confirmation counts for nothing, wherever it came from.
    if (confirm != nullptr && booking.all_accepted()) {
        booking.leases = confirm->record.leases;
        booking.confirmed_by = confirm->id;
        booking.confirmed_hlc = confirm->hlc;
        booking.stage = BookingStage::Confirmed;
    }
    if (release != nullptr) {
        booking.stage = *releases(release->record.act);
        booking.reason = reason_of(release->record);
        booking.ended = release->record.at;
        return booking;
    }
    if (booking.stage == BookingStage::Confirmed && started) {
        booking.started = started;
        booking.stage = BookingStage::Started;
        if (finished) {
            booking.ended = finished;
            booking.stage = BookingStage::Finished;
        }
    }
    return booking;
}

bool share_a_resource(const Booking& one, const Booking& other) {
    const auto& a = one.request;
    const auto& b = other.request;
    if (same_session(a, b))
        return shares_a_person(a, b);
    if (!times_overlap(a, b))
        return false;
    return (!a.unit.empty() && a.unit == b.unit) || shares_a_person(a, b);
}

bool beats(const Booking& one, const Booking& other) {
    const auto ours = by_subject(one), theirs = by_subject(other);
    bool newer = false, older = false;
    for (const auto& [subject, generation] : ours)
        if (const auto found = theirs.find(subject); found != theirs.end()) {
            newer = newer || generation > found->second;
            older = older || generation < found->second;
        }
    if (newer != older)
        return newer;
    const auto key = [](const Booking& booking) {
        return std::tie(booking.confirmed_hlc, booking.confirmed_by, booking.request.uid);
    };
    return key(one) < key(other);
}

bool is_displaced(const Booking& booking, std::span<const Booking> neighbours, std::optional<std::int64_t> capacity) {
    if (!was_confirmed(booking.stage))
        return false;
    const auto seats_of = [](const Booking& seat) { return static_cast<std::int64_t>(seat.request.participants.size()); };
    std::vector<const Booking*> seats;
    auto all = seats_of(booking), before = all;
    for (const auto& other : neighbours) {
        if (other.request.uid == booking.request.uid || !was_confirmed(other.stage))
            continue;
        if (share_a_resource(booking, other)) {
            if (beats(other, booking))
                return true;
        } else if (same_session(booking.request, other.request)) {
            seats.push_back(&other);
            all += seats_of(other);
        }
    }
    // Whose turn it was is asked only where there are more than there is room for.
    if (!capacity || !is_seat(booking.request) || all <= *capacity)
        return false;
    for (const auto* other : seats)
        if (beats(*other, booking))
            before += seats_of(*other);
    return before > *capacity;
}

BookingStanding standing_at(const Booking& booking, Instant now, std::int64_t grace_ms) {
    const auto& request = booking.request;
    switch (booking.stage) {
    case BookingStage::Displaced: return {BookingStatus::Refused, BookingReason::Displaced};
    case BookingStage::Cancelled: return {BookingStatus::Cancelled, booking.reason};
    case BookingStage::Declined:
    case BookingStage::Refused: return {BookingStatus::Refused, booking.reason};
    case BookingStage::NoShow: return {BookingStatus::NoShow, BookingReason::None};
    case BookingStage::Finished: return {BookingStatus::Done, BookingReason::None};
    case BookingStage::Started: return {BookingStatus::CheckedIn, BookingReason::None};
    case BookingStage::Confirmed: {
        // Who books a slot that runs already has the grace from then on, but never beyond its end.
        const auto until = std::max(request.starts + grace_ms, std::min(request.at + grace_ms, request.ends));
        if (!is_seat(request) && now >= until)
            return {BookingStatus::NoShow, BookingReason::None};
        return {BookingStatus::Confirmed, BookingReason::None};
    }
    case BookingStage::Requested: break;
    }
    const bool walk_up = request.at >= request.starts;
    const auto lapses = is_seat(request) || walk_up ? request.ends : request.starts;
    const bool timeless = is_seat(request) && request.starts == request.ends;
    if (!timeless && now >= lapses)
        return {BookingStatus::Refused, BookingReason::Lapsed};
    return {BookingStatus::Pending, booking.all_accepted() ? BookingReason::HeldElsewhere : BookingReason::MustAccept};
}

bool is_active(const Booking& booking, Instant now, std::int64_t grace_ms) {
    return stands(booking.stage) && standing_at(booking, now, grace_ms).status != BookingStatus::NoShow;
}

} // namespace kiosk::core
