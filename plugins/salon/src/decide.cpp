// SPDX-License-Identifier: Apache-2.0
#include "salon.hpp"

#include <algorithm>
#include <cstdio>

namespace salon {

using namespace kiosk::sdk;

namespace {

constexpr std::int64_t minute_ms = 60'000;

bool contains(const std::vector<std::string>& list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

// "12:30" for a moment `minutes` before another: the local clock is known for that one only, and doors open at most
// half a day before it, so the arithmetic stays within the clock face (a change of summer time in between is not seen).
std::string clock_before(const Moment& moment, std::int64_t minutes) {
    const std::string clock = moment.clock();
    int hour = 0, minute = 0;
    if (std::sscanf(clock.c_str(), "%2d:%2d", &hour, &minute) != 2)
        return clock;
    const std::int64_t at = ((hour * 60 + minute - minutes) % 1440 + 1440) % 1440;
    char text[8];
    std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(at / 60), static_cast<int>(at % 60));
    return text;
}

// settings.role_checkpoints {"backstage": ["staff", "speaker"]}: a door for these roles only.
bool may_use_door(const DecideRequest& request) {
    if (!request.event.setting().has("role_checkpoints"))
        return true;
    const Object doors = request.event.setting().object("role_checkpoints");
    return !doors.has(request.door.id.c_str()) || contains(doors.texts(request.door.id.c_str()), request.holder.role);
}

// settings.doors {"opens_min": 30, "early_roles": ["staff"]}: guests come in from that many minutes before the start;
// without opens_min from the event's admission time. Those who prepare the event come in any time.
std::optional<Decision> before_opening(const DecideRequest& request) {
    const Object settings = request.event.setting();
    if (!settings.has("doors"))
        return std::nullopt;
    const Object doors = settings.object("doors");
    const auto early = doors.has("early_roles")
                           ? doors.texts("early_roles")
                           : std::vector<std::string>{"staff", "volunteer", "speaker", "moderator"};
    const std::int64_t ahead_min = doors.has("opens_min") ? doors.integer("opens_min") : 0;
    if (ahead_min < 0 || ahead_min > 720)
        throw Problem(KIOSK_E_REQUEST, "event.settings.doors.opens_min must be 0 to 720");
    const Moment& base =
        !doors.has("opens_min") && request.event.admission ? *request.event.admission : request.event.starts;
    if (request.now.unix_ms >= base.unix_ms - ahead_min * minute_ms || contains(early, request.holder.role))
        return std::nullopt;
    return Decision::refuse("closed",
                            Text::of("explain.not_open", {{"time", Text::data(clock_before(base, ahead_min))}}));
}

} // namespace

// The salon is open: without settings everybody whom the host lets in may pass. Each setting takes something away.
Decision Salon::decide(const DecideRequest& request) const {
    if (!may_use_door(request))
        return Decision::refuse("not_invited", Text::of("explain.crew_door"));
    if (auto closed = before_opening(request))
        return *closed;
    if (request.event.setting().flag("require_roster", false) && !request.holder.in_roster)
        return Decision::to_staff("rules", Text::of("explain.not_in_roster"));

    std::vector<std::string> open;
    for (const std::string& id : asked_at_door(request.event))
        if (!request.holder.answers.contains(id))
            open.push_back(id);
    return open.empty() ? Decision::admit() : Decision::ask(std::move(open));
}

} // namespace salon
