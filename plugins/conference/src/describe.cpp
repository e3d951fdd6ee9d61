// SPDX-License-Identifier: Apache-2.0
#include "conference.hpp"

namespace conference {

using namespace kiosk::sdk;
namespace block = kit::block;

namespace {

// Where the guest's first track is; who chose none is sent to the map. settings.track_map {"zh": …, "en": …}
std::optional<Text> track_line(const WelcomeRequest& request) {
    const auto chosen = choices_of(request.holder.answers, "tracks");
    for (const Track& track : tracks_of(request.event))
        if (!chosen.empty() && track.id == chosen.front() && track.room)
            return Text::of("welcome.track", {{"track", Text::data(track.text)}, {"room", *track.room}});
    auto map = kit::place_in(request.event.setting(), "track_map");
    if (!map)
        return std::nullopt;
    return Text::of("welcome.track_map", {{"place", std::move(*map)}});
}

// settings.gifts {"vip": {"zh": …, "en": …}}: what the tickets of a type entitle to; settings.gift_desk: where.
std::optional<Text> gift_line(const WelcomeRequest& request) {
    const Object settings = request.event.setting();
    if (!settings.has("gifts"))
        return std::nullopt;
    auto gift = kit::place_in(settings.object("gifts"), request.holder.ticket_type.c_str());
    if (!gift)
        return std::nullopt;
    auto desk = kit::place_in(settings, "gift_desk");
    if (!desk)
        return Text::of("welcome.gift", {{"gift", std::move(*gift)}});
    return Text::of("welcome.gift_at", {{"gift", std::move(*gift)}, {"place", std::move(*desk)}});
}

constexpr std::array half_day{
    block::checkin,
    block::opening,
    block::community.lasting(20),
    block::talk.titled("keynote").lasting(40),
    block::tea,
    block::case_study,
    block::talk,
    block::qa,
    block::draw,
};

constexpr std::array regional_day{
    block::checkin,
    block::opening,
    block::community.lasting(20),
    block::talk.titled("keynote").lasting(40),
    block::tea,
    block::pg_position,
    block::case_study,
    block::lunch,
    block::architecture.lasting(40),
    block::company_intro,
    block::tea,
    block::talk.lasting(40),
    block::qa,
    block::draw,
};

constexpr std::array national_day{
    block::checkin.lasting(60),
    block::opening.lasting(20),
    block::community.lasting(20),
    block::talk.titled("keynote").lasting(40),
    block::situation,
    block::tea,
    block::pg_position.lasting(40),
    block::case_study,
    block::lunch,
    block::talk.titled("tracks").lasting(75),
    block::tea.lasting(30),
    block::talk.titled("tracks_second").lasting(75),
    block::draw.lasting(20),
};

} // namespace

Welcome Conference::welcome(const WelcomeRequest& request) const {
    return kit::lines({kit::greeting(request.holder), kit::zone(request), kit::badge_line(request.event),
                       track_line(request), gift_line(request), kit::agenda_hint(request)});
}

Agenda Conference::agenda(const AgendaRequest& request) const {
    if (is_regional(request.event))
        return kit::agenda(request, half_day, regional_day);
    return kit::agenda(request, half_day, national_day);
}

Report Conference::report(const ReportRequest& request) const {
    std::vector<ReportSection> own{
        kit::section("tickets", {"tickets_by_type"}),
        kit::section("days", {"admitted_by_day"}),
        kit::section("tracks", {"admitted_by_session", "answers_tracks"}),
        kit::section("sponsors", {"sponsors"}),
        kit::section("gifts", {"gifts"}),
        kit::section("booking_use", {"bookings_by_slot", "bookings_by_status"}),
    };
    if (has_meals(request.event)) // what people may not eat is nobody else's business
        own.push_back(kit::section("catering", {"answers_diet", "answers_diet_note"}, kit::Audience::Organizers));
    own.push_back(kit::section("invoices", {"answers_invoice"}, kit::Audience::Organizers));
    return kit::report(std::move(own));
}

// Booths are an exhibitor's for the whole conference. Tables are the business area's where there is one.
BookingResources Conference::resources(const ResourcesRequest& request) const {
    const Object settings = request.event.setting();
    const bool national = !is_regional(request.event);
    BookingResources resources;
    resources.purposes = {"business", "trial", "opportunity", "pr", "recruit", "training", "case_talk", "membership"};
    kit::offer(resources, kit::bookable("booth", "booth", national ? 20 : 6, 4), settings);
    if (!kit::has_addon(request.event, "matchmaking"))
        kit::offer(resources, kit::in_slots(kit::bookable("table", "table", national ? 12 : 4, 2), 60, 20, 5, 16),
                   settings);
    kit::offer(resources, kit::in_slots(kit::bookable("room", "room", national ? 4 : 1, 8), 60, 45, 15, 8), settings);
    return resources;
}

} // namespace conference
