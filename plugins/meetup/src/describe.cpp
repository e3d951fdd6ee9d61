// SPDX-License-Identifier: Apache-2.0
#include "meetup.hpp"

namespace meetup {

using namespace kiosk::sdk;
namespace block = kit::block;

namespace {

// Those who run the event stay out of its draw.
bool is_guest(const Holder& holder) {
    return holder.role != "staff" && holder.role != "volunteer";
}

const AgendaItem* coming_draw(const WelcomeRequest& request) {
    for (const AgendaItem& item : request.agenda)
        if (item.kind == "draw" && item.starts.unix_ms > request.now.unix_ms)
            return &item;
    return nullptr;
}

// settings.gift {"zh": …, "en": …}: where gifts are handed out. The draw is announced where the agenda has one.
std::optional<Text> gift_and_draw(const WelcomeRequest& request) {
    auto desk = kit::place_in(request.event.setting(), "gift");
    const AgendaItem* draw = is_guest(request.holder) ? coming_draw(request) : nullptr;
    if (draw == nullptr)
        return desk ? std::optional(Text::of("welcome.gift", {{"place", std::move(*desk)}})) : std::nullopt;
    const auto time = std::pair{std::string("time"), Text::data(draw->starts.clock())};
    if (!desk)
        return Text::of("welcome.draw", {time});
    return Text::of("welcome.gift_and_draw", {{"place", std::move(*desk)}, time});
}

constexpr kit::Block address{"opening", "address", 10};
constexpr std::array half_day{
    block::checkin,
    block::opening,
    address,
    block::talk.titled("roadmap"),
    block::talk.titled("migration"),
    block::talk.titled("availability"),
    block::case_study.titled("industry_case"),
    block::draw.lasting(20),
};

constexpr std::array full_day{
    block::checkin,
    block::opening,
    address,
    block::talk.titled("roadmap"),
    block::talk.titled("migration"),
    block::tea,
    block::talk.titled("availability"),
    block::lunch,
    block::architecture,
    block::case_study.titled("industry_case"),
    block::talk.titled("tools"),
    block::tea,
    block::talk.titled("lightning"),
    block::qa,
    block::draw.lasting(20),
};

} // namespace

Welcome Meetup::welcome(const WelcomeRequest& request) const {
    return kit::lines({kit::greeting(request.holder), kit::zone(request), gift_and_draw(request),
                       kit::agenda_hint(request), kit::badge_line(request.event)});
}

Agenda Meetup::agenda(const AgendaRequest& request) const {
    return kit::agenda(request, half_day, full_day);
}

// In the order of the recap: who invited and where, who spoke and with which titles, figures, talks. What add-ons
// report (panel, founding roster, reach) follows it.
Report Meetup::report(const ReportRequest& request) const {
    Report report;
    report.sections = {
        kit::section("hosts", {"hosts_by_role"}),
        kit::section("guests", {"guests_with_titles"}),
        kit::section("attendance", {"registered", "present", "walk_in", "absent", "attendance_rate"}),
        kit::section("arrivals", {"arrival_curve"}),
        kit::section("organisations", {"organisations", "organisations_by_kind", "organisations_by_sector"}),
        kit::section("returning", {"first_time", "returning"}),
        kit::section("databases", {"answers_database_used"}),
        kit::section("heard_from", {"answers_heard_from"}),
        kit::section("talks", {"agenda_items"}),
        kit::section("satisfaction", {"feedback_count", "feedback_mean"}),
        kit::section("channels", {"channels_shown", "channels_claimed"}),
        kit::section("leads", {"leads_by_type", "leads_per_100_present"}, kit::Audience::Organizers),
    };
    if (!kit::has_addon(request.event, "live")) // which has the replays in its own section
        report.sections.push_back(kit::section("links", {"album_link", "replay_links"}));
    return report;
}

} // namespace meetup
