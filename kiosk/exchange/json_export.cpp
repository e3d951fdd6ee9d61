// SPDX-License-Identifier: Apache-2.0
// Attendance and figures as JSON: identifiers instead of words of one language, so that programs can read it. People
// are written one by one; the whole document is never in memory.
#include "exchange/atomic_file.hpp"
#include "exchange/attendance_rows.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace kiosk::exchange {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string_view presence_id(Presence presence) {
    switch (presence) {
    case Presence::Present: return "present";
    case Presence::WalkIn: return "walk_in";
    case Presence::Cancelled: return "cancelled";
    case Presence::Absent: break;
    }
    return "absent";
}

Json moment(const core::TimeZone& zone, const std::optional<core::Instant>& at) {
    return at ? Json(zone.rfc3339(*at)) : Json(nullptr);
}

Json figures_value(const Figures& figures) {
    Json refused = Json::object();
    for (const auto& [reason, count] : figures.refused)
        refused[std::string(core::to_string(reason))] = count;
    Json arrivals = Json::array();
    for (const auto& slot : figures.arrivals)
        arrivals.push_back({{"from", core::to_rfc3339_utc(slot.from)}, {"people", slot.people}});
    return {{"registered", figures.registered},
            {"present", figures.present},
            {"walk_ins", figures.walk_ins},
            {"absent", figures.absent},
            {"cancelled", figures.cancelled},
            {"unlisted", figures.unlisted},
            {"rate", figures.rate},
            {"organisations", figures.organisations_present},
            {"organisations_registered", figures.organisations_registered},
            {"entries", figures.entries},
            {"repeats", figures.repeats},
            {"overrides", figures.overrides},
            {"refused", std::move(refused)},
            {"arrivals", std::move(arrivals)},
            {"bookings", {{"booked", figures.bookings.booked}, {"met", figures.bookings.met}, {"no_shows", figures.bookings.no_shows}}}};
}

} // namespace

std::string figures_json(const Figures& figures) { return dump(figures_value(figures)); }

core::Result<ExportReport> export_json(const ExportRequest& request, const std::filesystem::path& path) {
    KIOSK_TRY(auto file, AtomicFile::create(path));
    AttendanceList list(request);
    KIOSK_CHECK(list.gather());
    const auto& event = request.config->event;
    const auto& zone = event.timezone;

    const Json head = {{"code", event.code},
                       {"type", event.type},
                       {"title_zh", event.title.zh},
                       {"title_en", event.title.en},
                       {"starts", zone.rfc3339(event.starts)},
                       {"ends", moment(zone, event.ends)},
                       {"timezone", zone.name()}};
    KIOSK_CHECK(file.write(fmt::format("{{\"format\":1,\"generated\":\"{}\",\"disclosure\":\"{}\",\n\"event\":{},\n\"attendance\":[",
                                       zone.rfc3339(request.now), to_string(request.disclosure), dump(head))));
    bool first = true;
    KIOSK_CHECK(list.write([&](const AttendanceRow& row) -> core::Status {
        Json person = {{"ticket", row.ticket},
                       {"name", row.name},
                       {"phone", row.phone},
                       {"email", row.email},
                       {"organisation", row.organisation},
                       {"title", row.title},
                       {"ticket_type", row.ticket_type},
                       {"role", row.role},
                       {"source", row.listed ? Json(std::string(core::to_string(row.source))) : Json(nullptr)},
                       {"status", row.listed ? std::string(core::to_string(row.status)) : std::string("unlisted")},
                       {"presence", presence_id(row.attendance.presence)},
                       {"first_entry", moment(zone, row.attendance.first_entry)},
                       {"last_exit", moment(zone, row.attendance.last_exit)},
                       {"entries", row.attendance.entries},
                       {"checkpoints", row.attendance.checkpoints},
                       {"override", row.attendance.overridden}};
        if (request.disclosure != Disclosure::Masked) {
            person["note"] = row.note;
            Json answers = Json::object();
            for (std::size_t i = 0; i < row.answers.size(); ++i)
                if (!row.answers[i].empty())
                    answers[request.config->questions[i].id] = row.answers[i];
            person["answers"] = std::move(answers);
        }
        return file.write((std::exchange(first, false) ? "\n" : ",\n") + dump(person));
    }));
    const auto figures = list.tally().figures();
    Json organisations = Json::array();
    for (const auto& organisation : list.tally().organisations())
        organisations.push_back({{"name", organisation.name},
                                 {"registered", organisation.registered},
                                 {"present", organisation.present}});
    KIOSK_CHECK(file.write("\n],\n\"figures\":" + figures_json(figures) + ",\n\"organisations\":" + dump(organisations) + "}\n"));
    KIOSK_CHECK(file.commit());
    return ExportReport{list.rows(), figures};
}

} // namespace kiosk::exchange
