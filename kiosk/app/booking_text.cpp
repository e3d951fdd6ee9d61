// SPDX-License-Identifier: Apache-2.0
#include "app/booking_text.hpp"

#include "app/agenda.hpp"
#include "app/event_settings.hpp"
#include "core/leads.hpp"

#include <algorithm>
#include <array>

namespace kiosk::app {

using core::BookingReason;
using core::BookingStatus;

namespace {

constexpr std::array unit_kinds{"table", "room", "expert_desk", "exam_seat", "booth"};

} // namespace

LocalText unit_label(const core::EventConfig& config, std::string_view unit) {
    const auto* found = config.unit(unit);
    if (found == nullptr || (found->label.zh.empty() && found->label.en.empty()))
        return {std::string(unit), std::string(unit)};
    return found->label;
}

LocalText unit_kind_label(const core::Catalogue& catalogue, std::string_view kind) {
    if (std::ranges::find(unit_kinds, kind) == unit_kinds.end())
        return {std::string(kind), std::string(kind)};
    return local_text(catalogue, "meeting.unit." + std::string(kind));
}

Message purpose_text(std::string_view purpose) {
    if (purpose.empty())
        return {};
    if (core::is_lead_type(purpose))
        return {"lead.type." + std::string(purpose), {}};
    return {"lead.type_other", {{"type", std::string(purpose)}}};
}

Message booking_reason_text(BookingReason reason) {
    if (reason == BookingReason::None)
        return {};
    return {"meeting.reason." + std::string(core::to_string(reason)), {}};
}

Message booking_status_text(BookingStatus status) { return {"meeting.status." + std::string(core::to_string(status)), {}}; }

bool has_arrived(const core::Booking& booking, std::string_view ticket) {
    return std::ranges::find(booking.arrived, ticket) != booking.arrived.end();
}

bool waits_for(const core::Booking& booking, std::string_view ticket) {
    return booking.stage == core::BookingStage::Requested &&
           std::ranges::find(booking.request.must_accept, ticket) != booking.request.must_accept.end() &&
           std::ranges::find(booking.accepted, ticket) == booking.accepted.end();
}

const core::Participant* other_of(const core::Booking& booking, std::string_view ticket) {
    const auto& all = booking.request.participants;
    const auto found = std::ranges::find_if(all, [&](const auto& each) { return each.ticket != ticket; });
    return found == all.end() ? nullptr : &*found;
}

Message meeting_state_text(const core::Booking& booking, const MeetingStateSetting& setting) {
    const auto standing = core::standing_at(booking, setting.now, setting.grace_ms);
    switch (standing.status) {
    case BookingStatus::Pending:
        if (waits_for(booking, setting.ticket))
            return {"meeting.state.asks_you", {}};
        return {booking.all_accepted() ? "meeting.state.waits_for_hub" : "meeting.state.waits_for_them", {}};
    case BookingStatus::Confirmed: {
        if (has_arrived(booking, setting.ticket))
            return {"meeting.state.you_are_here", {}};
        const auto from = booking.request.starts - arrive_before_ms;
        if (setting.now < from)
            return {"meeting.state.confirmed", {{"time", clock_text(setting.zone, from)}}};
        return {"meeting.state.arrive_now", {}};
    }
    case BookingStatus::CheckedIn: return {"meeting.state.started", {}};
    case BookingStatus::Done: return {"meeting.state.done", {}};
    case BookingStatus::NoShow: return {"meeting.state.no_show", {}};
    case BookingStatus::Cancelled: return {"meeting.state.cancelled", {}};
    case BookingStatus::Refused: break;
    }
    if (standing.reason == BookingReason::Declined)
        return {"meeting.state.declined", {}};
    if (standing.reason == BookingReason::Lapsed)
        return {"meeting.state.lapsed", {}};
    if (standing.reason == BookingReason::Displaced)
        return {"meeting.state.displaced", {}};
    return {"meeting.state.refused", {}};
}

std::vector<std::string> booking_text_keys() {
    std::vector<std::string> keys;
    for (const auto* state : {"asks_you", "waits_for_hub", "waits_for_them", "you_are_here", "confirmed", "arrive_now", "started",
                              "done", "no_show", "cancelled", "declined", "lapsed", "displaced", "refused"})
        keys.push_back(std::string("meeting.state.") + state);
    for (auto reason = BookingReason::UnknownUnit; reason <= BookingReason::Displaced;
         reason = static_cast<BookingReason>(static_cast<int>(reason) + 1))
        keys.push_back(booking_reason_text(reason).key);
    for (auto status = BookingStatus::Pending; status <= BookingStatus::Refused;
         status = static_cast<BookingStatus>(static_cast<int>(status) + 1))
        keys.push_back(booking_status_text(status).key);
    for (const auto* kind : unit_kinds)
        keys.push_back(std::string("meeting.unit.") + kind);
    return keys;
}

} // namespace kiosk::app
