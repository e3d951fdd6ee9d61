// SPDX-License-Identifier: Apache-2.0
#include "main/replay/booking_steps.hpp"

#include <array>

namespace kiosk::replay {

namespace {

using core::Result;

Json text_or_null(std::string_view text) { return text.empty() ? Json() : Json(text); }

std::string text_of(const Json& json, const char* name) {
    return json.contains(name) && json.at(name).is_string() ? json.at(name).get<std::string>() : std::string();
}

Json result_json(const app::BookingResult& result) {
    Json got{{"status", core::to_string(result.status)}, {"reason", text_or_null(core::to_string(result.reason))}};
    if (!result.about.empty())
        got["about"] = result.about;
    return got;
}

} // namespace

Result<Json> BookingSteps::act(const Step& step) {
    if (step.action == "book")
        return book(step);
    return step.action == "session" ? session(step) : change(step);
}

Result<Json> BookingSteps::book(const Step& step) {
    const auto& json = step.fields;
    core::BookingWish wish;
    const auto unit = json.at("unit").get<std::string>();
    wish.slot = text_of(json, "slot");
    (wish.slot.empty() ? wish.session : wish.unit) = unit;
    for (const auto& ticket : json.at("participants"))
        wish.participants.push_back(m_code_of(ticket));
    wish.purpose = text_of(json, "purpose");
    wish.topic = text_of(json, "topic");
    auto& machine = m_world.device(step.device);
    const auto line = m_world.office(machine);
    KIOSK_TRY(auto result, app::book_now(*machine.bookings, *line, wish));
    if (result.status == core::BookingStatus::Pending) {
        KIOSK_TRY(const bool recovered, m_world.recover(machine));
        if (recovered) {
            KIOSK_CHECK(m_world.settle(machine));
            KIOSK_TRY(const auto booking, machine.database().booking(result.booking));
            if (booking) {
                const auto standing = core::standing_at(*booking, m_world.now(), core::booking_policy(m_scenario.seed.config).grace_ms);
                result.status = standing.status;
                result.reason = standing.reason;
            }
        }
    }
    auto got = result_json(result);
    const auto name = text_of(json, "as");
    got["booking"] = result.booking.empty() ? Json() : Json(name.empty() ? result.booking : name);
    if (!name.empty())
        m_bookings[name] = result.booking;
    m_refused_at_once += result.booking.empty() && result.status == core::BookingStatus::Refused ? 1 : 0;
    return got;
}

Result<Json> BookingSteps::change(const Step& step) {
    auto& desk = *m_world.device(step.device).bookings;
    const auto& uid = m_bookings[step.fields.at("booking").get<std::string>()];
    const auto staff = text_of(step.fields, "staff");
    auto result = step.action == "cancel"  ? desk.cancel(uid, {}, staff)
                  : step.action == "start" ? desk.start(uid, staff)
                                           : desk.finish(uid, staff);
    if (!result)
        return std::unexpected(std::move(result).error());
    return result_json(*result);
}

Result<Json> BookingSteps::session(const Step& step) {
    const auto& json = step.fields;
    auto& machine = m_world.device(step.device);
    auto& desk = *machine.sessions;
    const auto id = text_of(json, "session"), action = text_of(json, "action"), staff = text_of(json, "staff"),
               text = text_of(json, "text");
    const auto ticket = json.contains("ticket") && json.at("ticket").is_string() ? m_code_of(json.at("ticket")) : std::string();
    const auto role = text_of(json, "role");
    auto done = action == "submit"    ? desk.submit(id, staff)
                : action == "approve" ? desk.approve(id, staff)
                : action == "reject"  ? desk.reject(id, staff, text)
                : action == "cancel"  ? desk.cancel(id, staff, text)
                : action == "invite"  ? desk.invite(id, ticket, role.empty() ? "guest" : role, staff)
                : action == "revoke"  ? desk.revoke(id, ticket, staff)
                                      : desk.minutes(id, text, staff);
    if (!done)
        return std::unexpected(std::move(done).error());
    KIOSK_CHECK(m_world.refresh(machine));
    if (done->reason != core::SessionReason::None)
        return Json{{"status", "refused"}, {"reason", core::to_string(done->reason)}};
    const bool of_one = action == "invite" || action == "revoke";
    return Json{{"status", of_one && done->invitation ? core::to_string(*done->invitation) : core::to_string(done->state)},
                {"reason", nullptr}};
}

Result<Json> BookingSteps::count() {
    Json counts = Json::object();
    for (const auto status : {core::BookingStatus::Pending, core::BookingStatus::Confirmed, core::BookingStatus::CheckedIn,
                              core::BookingStatus::Done, core::BookingStatus::NoShow, core::BookingStatus::Cancelled,
                              core::BookingStatus::Refused})
        counts[std::string(core::to_string(status))] = 0;
    // Whether a refusal left a trace in a journal depends on who knew what when; whoever asked was refused all the same.
    counts[std::string(core::to_string(core::BookingStatus::Refused))] = m_refused_at_once;
    KIOSK_TRY(const auto bookings, m_world.all_bookings());
    const auto grace_ms = core::booking_policy(m_scenario.seed.config).grace_ms;
    for (const auto& booking : bookings) {
        auto& count = counts[std::string(core::to_string(core::standing_at(booking, m_world.now(), grace_ms).status))];
        count = count.get<std::int64_t>() + 1;
    }
    return counts;
}

} // namespace kiosk::replay
