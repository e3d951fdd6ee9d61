// SPDX-License-Identifier: Apache-2.0
// What the salon says: the lines after admission, the agenda template, the report's sections.
#include "salon.hpp"

#include <algorithm>
#include <array>

namespace salon {

using namespace kiosk::sdk;

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t soon_ms = 10 * minute_ms;
constexpr std::int64_t settled_ms = 2 * minute_ms; // later than this into a talk, the room has settled

Text greeting(const WelcomeRequest& request) {
    constexpr std::array<std::string_view, 6> known{"speaker", "moderator", "vip", "volunteer", "media", "staff"};
    const bool special = std::find(known.begin(), known.end(), request.holder.role) != known.end();
    return Text::of("welcome." + (special ? request.holder.role : std::string("attendee")));
}

// settings.zones {"speaker": {"zh": …, "en": …}}: where people of a role are expected.
std::optional<Text> zone(const WelcomeRequest& request) {
    if (!request.event.setting().has("zones"))
        return std::nullopt;
    const Object zones = request.event.setting().object("zones");
    if (!zones.has(request.holder.role.c_str()))
        return std::nullopt;
    const LocalText place = LocalText::read(zones.object(request.holder.role.c_str()));
    return Text::of("welcome.zone", {{"zone", Text::data(place)}});
}

bool is_quiet(std::string_view kind) {
    return kind != "checkin" && kind != "break" && kind != "draw" && kind != "photo";
}

// The screen shows now and next already; a line is worth it only where the guest should do something about them.
std::optional<Text> agenda_hint(const WelcomeRequest& request) {
    const std::int64_t now = request.now.unix_ms;
    for (const AgendaItem& item : request.agenda) { // in order of time
        const bool soon = item.starts.unix_ms > now && item.starts.unix_ms <= now + soon_ms;
        const bool running = item.starts.unix_ms + settled_ms <= now && now < item.ends.unix_ms;
        if (!is_quiet(item.kind) || (!soon && !running))
            continue;
        // A talk that is about to end is no reason to hush somebody who walks in for the next one.
        if (running && item.ends.unix_ms - now <= settled_ms)
            continue;
        const auto title = std::pair{std::string("title"), Text::data(item.title)};
        if (running)
            return Text::of("welcome.running", {title});
        const auto time = std::pair{std::string("time"), Text::data(item.starts.clock())};
        if (item.room.zh.empty() && item.room.en.empty())
            return Text::of("welcome.soon", {title, time});
        return Text::of("welcome.soon_in_room", {title, time, {"room", Text::data(item.room)}});
    }
    return std::nullopt;
}

std::optional<Text> matchmaking_hint(const WelcomeRequest& request) {
    const auto& addons = request.event.addons;
    if (std::find(addons.begin(), addons.end(), "matchmaking") == addons.end())
        return std::nullopt;
    const auto needs = request.holder.answers.find("needs");
    if (needs == request.holder.answers.end() || !needs->second.is_array() || needs->second.empty())
        return std::nullopt;
    constexpr std::array<std::string_view, 6> known{"content", "channel", "product", "service", "talent", "training"};
    const Json& first = needs->second.front();
    if (!first.is_string() || std::find(known.begin(), known.end(), first.get<std::string>()) == known.end())
        return std::nullopt;
    return Text::of("welcome.match", {{"need", Text::of("option.needs." + first.get<std::string>())}});
}

struct Block {
    const char* kind;
    const char* title; // "agenda.<title>" of the locale files
    int length_min;
};

constexpr std::array half_day{
    Block{"checkin", "checkin", 30},
    Block{"opening", "opening", 10},
    Block{"community", "community", 30},
    Block{"deo", "deo", 30},
    Block{"company_intro", "company_intro", 30},
    Block{"break", "break", 20},
    Block{"case", "case", 30},
    Block{"architecture", "architecture", 30},
    Block{"qa", "qa", 30},
    Block{"draw", "draw", 15},
};

constexpr std::array full_day{
    Block{"checkin", "checkin", 30},
    Block{"opening", "opening", 10},
    Block{"community", "community", 30},
    Block{"situation", "situation", 30},
    Block{"break", "break", 20},
    Block{"pg_position", "pg_position", 30},
    Block{"case", "case", 30},
    Block{"break", "lunch", 90},
    Block{"deo", "deo", 40},
    Block{"architecture", "architecture", 40},
    Block{"company_intro", "company_intro", 40},
    Block{"break", "break", 20},
    Block{"case", "case_second", 30},
    Block{"learning", "learning", 30},
    Block{"qa", "qa", 40},
    Block{"draw", "draw", 15},
};

struct Section {
    const char* id;
    std::array<const char*, 5> figures; // up to five
    bool confidential = false;
};

constexpr std::array sections{
    Section{"attendance", {"registered", "present", "walk_in", "absent", "attendance_rate"}},
    Section{"arrivals", {"arrival_curve"}},
    Section{"organisations", {"organisations", "organisations_by_kind", "organisations_by_sector"}},
    Section{"returning", {"first_time", "returning"}},
    Section{"agenda", {"agenda_items"}},
    Section{"hosts", {"hosts_by_role"}},
    Section{"company_introductions", {"company_introductions"}},
    Section{"qa_demand", {"answers_pg_status", "answers_tracks"}},
    Section{"booking_use", {"bookings_by_slot", "bookings_by_status"}},
    Section{"leads", {"leads_by_type", "leads_per_100_present"}, true},
    Section{"channels", {"channels_shown", "channels_claimed"}},
    Section{"satisfaction", {"feedback_count", "feedback_mean"}},
};

} // namespace

Welcome Salon::welcome(const WelcomeRequest& request) const {
    Welcome welcome;
    welcome.lines.push_back(greeting(request));
    for (auto hint : {zone(request), agenda_hint(request), matchmaking_hint(request)})
        if (hint)
            welcome.lines.push_back(std::move(*hint));
    return welcome;
}

Agenda Salon::agenda(const AgendaRequest& request) const {
    const std::span<const Block> blocks =
        request.length == "full_day" ? std::span<const Block>(full_day) : std::span<const Block>(half_day);
    if (request.length != "full_day" && request.length != "half_day")
        throw Problem(KIOSK_E_REQUEST, "request.length must be half_day or full_day");
    Agenda agenda;
    std::int64_t at_min = 0;
    for (const Block& block : blocks) {
        agenda.items.push_back({block.kind, Text::of(std::string("agenda.") + block.title), at_min, block.length_min});
        at_min += block.length_min;
    }
    return agenda;
}

Report Salon::report(const ReportRequest&) const {
    Report report;
    for (const Section& section : sections) {
        ReportSection declared{section.id, Text::of(std::string("report.") + section.id), {}, section.confidential};
        for (const char* figure : section.figures)
            if (figure != nullptr)
                declared.figures.emplace_back(figure);
        report.sections.push_back(std::move(declared));
    }
    return report;
}

} // namespace salon
