// SPDX-License-Identifier: Apache-2.0
// GET /v1/bookings: what the log says of bookings, by the code that kiosks run. Tickets and places, never names or topics.
#include "hub/api_impl.hpp"

#include <algorithm>

namespace kiosk::sync::hub {

namespace {

constexpr std::int64_t fold_ms = 200;
constexpr std::size_t max_bookings = 5000;

std::int64_t milliseconds(const core::Instant& at) { return at.unix_ms; }

Json booking_json(const core::Booking& booking, const core::BookingStanding& standing) {
    const auto& request = booking.request;
    Json row{{"id", request.uid},
             {"status", core::to_string(standing.status)},
             {"reason", core::to_string(standing.reason)},
             {"displaced", booking.stage == core::BookingStage::Displaced},
             {"starts_ms", milliseconds(request.starts)},
             {"ends_ms", milliseconds(request.ends)},
             {"asked_ms", milliseconds(request.at)},
             {"device", booking.id.device},
             {"confirmed_by", booking.confirmed_by.seq > 0 ? booking.confirmed_by.device : std::string()}};
    if (request.session.empty()) {
        row["unit"] = request.unit;
        row["slot"] = request.slot;
    } else {
        row["session"] = request.session;
    }
    auto& tickets = row["tickets"] = Json::array();
    for (const auto& participant : request.participants)
        tickets.push_back(participant.ticket);
    if (!request.replaces.empty())
        row["replaces"] = request.replaces;
    if (!request.confidential.empty())
        row["confidential"] = request.confidential;
    return row;
}

} // namespace

Api::Prepared Api::Impl::get_bookings(Context& context) {
    const auto event = context.text("event");
    if (!is_event_code(event))
        return ready(error(400, "query", "event is needed."));
    const bool only_open = context.text("open") == "1";
    const auto now = clock.now();
    Json counts = Json::object();
    for (int status = 1; status <= static_cast<int>(core::BookingStatus::Refused); ++status)
        counts[std::string(core::to_string(static_cast<core::BookingStatus>(status)))] = 0;
    if (latest_of(event) == 0)
        return ready(json({{"event", event}, {"bookings", Json::array()}, {"counts", std::move(counts)}, {"open", 0},
                           {"cut", false}, {"folded", 0}, {"more", false}, {"time_ms", now.unix_ms}}));
    const auto mirror = mirrors.of(event);
    const auto more = mirror->catch_up(fold_ms);
    const auto config = config_of(event);
    if (!more || !config)
        return ready(store_error(more ? config.error() : more.error()));
    const auto grace_ms = (*config ? core::booking_policy(**config) : core::BookingPolicy{}).grace_ms;
    std::vector<core::Booking> bookings;
    if (const auto read = mirror->use([&](storage::Database& database) -> Status {
            KIOSK_TRY(bookings, database.bookings());
            return {};
        });
        !read)
        return ready(store_error(read.error()));

    Json list = Json::array();
    std::size_t open = 0;
    bool cut = false;
    for (const auto& booking : bookings) {
        if (!booking.request.confidential.empty() && !is_organizer(context))
            continue; // not even as a number
        const auto standing = core::standing_at(booking, now, grace_ms);
        auto& count = counts[std::string(core::to_string(standing.status))];
        count = count.get<std::int64_t>() + 1;
        // What somebody has to look at: nobody answered yet, or it was confirmed and fell, and its time is to come.
        const bool needs_somebody = standing.status == core::BookingStatus::Pending ||
                                    (booking.stage == core::BookingStage::Displaced && now < booking.request.ends);
        open += needs_somebody ? 1 : 0;
        if (only_open && !needs_somebody)
            continue;
        if (list.size() >= max_bookings) {
            cut = true;
            continue;
        }
        list.push_back(booking_json(booking, standing));
        list.back()["open"] = needs_somebody;
    }
    return ready(json({{"event", event},
                       {"bookings", std::move(list)},
                       {"counts", std::move(counts)},
                       {"open", open},
                       {"cut", cut},
                       {"folded", mirror->after()},
                       {"more", *more},
                       {"time_ms", now.unix_ms}}));
}

} // namespace kiosk::sync::hub
