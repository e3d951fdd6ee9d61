// SPDX-License-Identifier: Apache-2.0
// What the salon says: the lines after admission, the agenda template, the report's sections, what can be booked.
#include "salon.hpp"

namespace salon {

using namespace kiosk::sdk;

namespace {

std::optional<Text> matchmaking_hint(const WelcomeRequest& request) {
    const auto needs = choices_of(request.holder.answers, "needs");
    if (!kit::has_addon(request.event, "matchmaking") || needs.empty() || !kit::contains(kit::topics, needs.front()))
        return std::nullopt;
    return Text::of("welcome.match", {{"need", Text::of("option.needs." + needs.front())}});
}

namespace block = kit::block;

constexpr std::array half_day{
    block::checkin, block::opening,    block::community,    block::deo, block::company_intro,
    block::tea,     block::case_study, block::architecture, block::qa,  block::draw,
};

constexpr std::array full_day{
    block::checkin,
    block::opening,
    block::community,
    block::situation,
    block::tea,
    block::pg_position,
    block::case_study,
    block::lunch,
    block::deo.lasting(40),
    block::architecture.lasting(40),
    block::company_intro.lasting(40),
    block::tea,
    block::case_study.titled("case_second"),
    block::learning,
    block::qa.lasting(40),
    block::draw,
};

} // namespace

Welcome Salon::welcome(const WelcomeRequest& request) const {
    return kit::lines(
        {kit::greeting(request.holder), kit::zone(request), kit::agenda_hint(request), matchmaking_hint(request)});
}

Agenda Salon::agenda(const AgendaRequest& request) const {
    return kit::agenda(request, half_day, full_day);
}

Report Salon::report(const ReportRequest&) const {
    return kit::report({kit::section("company_introductions", {"company_introductions"}),
                        kit::section("qa_demand", {"answers_pg_status", "answers_tracks"}),
                        kit::section("booking_use", {"bookings_by_slot", "bookings_by_status"})});
}

// Where the event has a business area, tables and desks are the area's: it has its own rules for them.
BookingResources Salon::resources(const ResourcesRequest& request) const {
    BookingResources resources;
    resources.purposes = {"business", "trial", "opportunity", "pr", "recruit", "training", "case_talk", "membership"};
    if (kit::has_addon(request.event, "matchmaking"))
        return resources;
    const Object settings = request.event.setting();
    kit::offer(resources, kit::in_slots(kit::bookable("table", "table", 4, 2), 30, 20, 5, 9), settings);
    kit::offer(resources, kit::in_slots(kit::bookable("expert_desk", "expert_desk", 2, 3), 30, 20, 5, 9), settings);
    return resources;
}

} // namespace salon
