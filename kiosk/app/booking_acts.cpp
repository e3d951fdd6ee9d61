// SPDX-License-Identifier: Apache-2.0
// What is done to a booking that exists: agreed to, called off, begun, ended, and what came of it.
#include "app/booking_desk.hpp"
#include "app/counterparts.hpp"

#include <algorithm>
#include <array>

namespace kiosk::app {

using namespace core;

namespace {

bool has(const std::vector<std::string>& list, const std::string& ticket) {
    return std::ranges::find(list, ticket) != list.end();
}

bool takes_part(const BookingRequest& request, const std::string& ticket) {
    return std::ranges::any_of(request.participants,
                               [&](const Participant& participant) { return participant.ticket == ticket; });
}

BookingActRecord act_of(const Booking& booking, BookingAct act, Instant at) {
    BookingActRecord record;
    record.booking = booking.request.uid;
    record.act = act;
    record.at = at;
    return record;
}

BookingResult answer(BookingStatus status, BookingReason reason, const std::string& booking, std::string about = {}) {
    BookingResult result;
    result.status = status;
    result.reason = reason;
    result.booking = booking;
    result.about = std::move(about);
    return result;
}

BookingResult unknown() { return answer(BookingStatus::Refused, BookingReason::UnknownBooking, {}); }

} // namespace

Result<BookingResult> BookingDesk::write(const Booking& booking, BookingActRecord act, BookingStatus then) {
    const std::array drafts{make_booking_act(act, booking.request)};
    KIOSK_CHECK(store().append(drafts));
    return answer(then, BookingReason::None, booking.request.uid);
}

Result<BookingResult> BookingDesk::accept(const std::string& uid, const std::string& ticket) {
    KIOSK_TRY(const auto booking, store().booking(uid));
    if (!booking)
        return unknown();
    const auto standing = as_it_stands(*booking);
    if (standing.status != BookingStatus::Pending || has(booking->accepted, ticket))
        return standing;
    if (!has(booking->request.must_accept, ticket))
        return answer(BookingStatus::Refused, BookingReason::NotParticipant, uid);
    auto record = act_of(*booking, BookingAct::Accept, now());
    record.ticket = ticket;
    KIOSK_CHECK(write(*booking, std::move(record), BookingStatus::Pending));
    KIOSK_TRY(const auto now_is, store().booking(uid));
    if (!now_is || !now_is->all_accepted())
        return answer(BookingStatus::Pending, BookingReason::MustAccept, uid);
    // The kiosk that wrote the request confirms it: two that tried at once could each spoil it for the other.
    if (!is_own(*booking))
        return answer(BookingStatus::Pending, BookingReason::HeldElsewhere, uid);
    return try_again(uid);
}

Result<BookingResult> BookingDesk::decline(const std::string& uid, const std::string& ticket) {
    KIOSK_TRY(const auto booking, store().booking(uid));
    if (!booking)
        return unknown();
    if (!takes_part(booking->request, ticket))
        return answer(BookingStatus::Refused, BookingReason::NotParticipant, uid);
    if (booking->stage == BookingStage::Confirmed) // agreed already, or never asked: then it is called off
        return cancel(uid, ticket, {});
    const auto standing = as_it_stands(*booking);
    if (standing.status != BookingStatus::Pending)
        return standing;
    auto record = act_of(*booking, BookingAct::Decline, now());
    record.ticket = ticket;
    auto result = write(*booking, std::move(record), BookingStatus::Refused);
    if (result)
        result->reason = BookingReason::Declined;
    return result;
}

Result<BookingResult> BookingDesk::cancel(const std::string& uid, const std::string& ticket, std::string by) {
    KIOSK_TRY(const auto booking, store().booking(uid));
    if (!booking)
        return unknown();
    if (by.empty() && !ticket.empty() && !takes_part(booking->request, ticket))
        return answer(BookingStatus::Refused, BookingReason::NotParticipant, uid);
    if (const auto reason = may_cancel(*booking, now(), m_policy); reason != BookingReason::None)
        return answer(BookingStatus::Refused, reason, uid);
    auto record = act_of(*booking, BookingAct::Cancel, now());
    record.ticket = ticket;
    record.by = std::move(by);
    return write(*booking, std::move(record), BookingStatus::Cancelled);
}

Result<BookingResult> BookingDesk::arrive(const std::string& uid, const std::string& ticket) {
    KIOSK_TRY(const auto booking, store().booking(uid));
    if (!booking)
        return unknown();
    if (!takes_part(booking->request, ticket))
        return answer(BookingStatus::Refused, BookingReason::NotParticipant, uid);
    const auto standing = as_it_stands(*booking);
    if (standing.status != BookingStatus::Confirmed)
        return standing;
    KIOSK_TRY(const bool checked_in, is_checked_in(ticket));
    if (!checked_in)
        return answer(BookingStatus::Refused, BookingReason::NotCheckedIn, uid, ticket);

    std::vector<OperationDraft> drafts;
    auto arrived = booking->arrived;
    if (!has(arrived, ticket)) {
        auto record = act_of(*booking, BookingAct::Arrive, now());
        record.ticket = ticket;
        drafts.push_back(make_booking_act(record, booking->request));
        arrived.push_back(ticket);
    }
    auto result = answer(BookingStatus::Confirmed, BookingReason::None, uid);
    if (std::ranges::all_of(booking->request.participants, [&](const Participant& participant) {
            return has(arrived, participant.ticket);
        })) {
        KIOSK_TRY(const auto missing, absent(booking->request));
        result.reason = may_start(*booking, missing, now(), m_policy);
        if (!missing.empty())
            result.about = missing.front();
        if (result.reason == BookingReason::None) {
            drafts.push_back(make_booking_act(act_of(*booking, BookingAct::Start, now()), booking->request));
            result.status = BookingStatus::CheckedIn;
        }
    }
    if (!drafts.empty())
        KIOSK_CHECK(store().append(drafts));
    return result;
}

Result<BookingResult> BookingDesk::start(const std::string& uid, std::string by) {
    KIOSK_TRY(const auto booking, store().booking(uid));
    if (!booking)
        return unknown();
    KIOSK_TRY(const auto missing, absent(booking->request));
    if (const auto reason = may_start(*booking, missing, now(), m_policy); reason != BookingReason::None)
        return answer(BookingStatus::Refused, reason, uid,
                      reason == BookingReason::NotCheckedIn && !missing.empty() ? missing.front() : std::string());
    auto record = act_of(*booking, BookingAct::Start, now());
    record.by = std::move(by);
    return write(*booking, std::move(record), BookingStatus::CheckedIn);
}

Result<BookingResult> BookingDesk::finish(const std::string& uid, std::string by) {
    KIOSK_TRY(const auto booking, store().booking(uid));
    if (!booking)
        return unknown();
    if (const auto reason = may_finish(*booking, now(), m_policy); reason != BookingReason::None)
        return answer(BookingStatus::Refused, reason, uid);
    auto record = act_of(*booking, BookingAct::Finish, now());
    record.by = std::move(by);
    return write(*booking, std::move(record), BookingStatus::Done);
}

Result<bool> BookingDesk::lets_share(const Participant& participant) {
    KIOSK_TRY(const auto registrations, store().registrations_by_ticket(participant.ticket));
    if (registrations.size() != 1)
        return false;
    return app::lets_share(store(), registrations.front());
}

Result<BookingResult> BookingDesk::outcome(const std::string& uid, std::string outcome, std::string note, bool make_lead,
                                           std::string by) {
    KIOSK_TRY(const auto booking, store().booking(uid));
    if (!booking)
        return unknown();
    if (booking->stage != BookingStage::Started && booking->stage != BookingStage::Finished) {
        const auto standing = as_it_stands(*booking);
        return answer(BookingStatus::Refused,
                      standing.reason == BookingReason::None ? BookingReason::NotStarted : standing.reason, uid);
    }
    const auto& request = booking->request;
    auto result = as_it_stands(*booking);
    std::vector<OperationDraft> drafts;
    auto record = act_of(*booking, BookingAct::Outcome, now());
    record.by = by;
    record.outcome = std::move(outcome);
    record.note = note;
    record.lead = booking->lead; // one meeting leaves one lead, however often its outcome is corrected
    if (make_lead && booking->lead.empty()) {
        for (const auto& participant : request.participants) {
            KIOSK_TRY(const bool shares, lets_share(participant));
            if (!shares && result.reason == BookingReason::None) {
                result.reason = BookingReason::NoConsent;
                result.about = participant.ticket;
            }
        }
        // About the one who was met; who asked for the meeting knows themselves.
        const auto& met = request.participants.size() > 1 ? request.participants[1] : request.participants[0];
        KIOSK_TRY(const auto registrations, store().registrations_by_ticket(met.ticket));
        if (result.reason == BookingReason::None && registrations.size() == 1) {
            Lead lead;
            lead.uid = make_uid(now(), *m_services.random);
            lead.type = request.purpose.empty() ? "business" : request.purpose;
            lead.source = "staff";
            lead.registration = registrations.front().uid;
            lead.confidential = request.confidential;
            lead.changed_by = by;
            lead.at = now();
            lead.organisation = registrations.front().person.organisation;
            lead.person = registrations.front().person.name;
            lead.note = std::move(note);
            record.lead = lead.uid;
            drafts.push_back(core::make_lead(lead));
        }
    }
    drafts.push_back(make_booking_act(record, request));
    KIOSK_CHECK(store().append(drafts));
    return result;
}

} // namespace kiosk::app
