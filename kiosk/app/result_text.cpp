// SPDX-License-Identifier: Apache-2.0
#include "app/result_text.hpp"

#include "app/agenda.hpp"
#include "core/names.hpp"

#include <array>

namespace kiosk::app {

using core::Outcome;
using core::Reason;

namespace {

constexpr std::array all_reasons{
    Reason::Unknown,     Reason::Ambiguous,   Reason::Unreadable, Reason::BadSignature, Reason::WrongEvent,
    Reason::Revoked,     Reason::Blocked,     Reason::Cancelled,  Reason::Unpaid,       Reason::Unapproved,
    Reason::NotYetValid, Reason::Expired,     Reason::TicketType, Reason::Rules,        Reason::AlreadyIn,
    Reason::Full,        Reason::Closed,      Reason::NotInvited, Reason::NdaRequired,  Reason::PluginUnavailable,
};

std::string reason_key(Reason reason, std::string_view part) {
    if (reason == Reason::None)
        return "result.refused." + std::string(part);
    return "result." + std::string(core::to_string(reason)) + "." + std::string(part);
}

// "You checked in at 13:05", or on which day where that wasn't today.
Message repeat_detail(const core::Decision& decision, const ResultSetting& setting) {
    if (!decision.first_at)
        return {"result.already_in.detail", {}};
    const auto days = setting.zone->day_number(setting.now) - setting.zone->day_number(*decision.first_at);
    const auto time = clock_text(*setting.zone, *decision.first_at);
    if (days == 0)
        return {"result.already_in.detail_at", {{"time", time}}};
    if (days == 1)
        return {"result.already_in.detail_yesterday", {{"time", time}}};
    if (days > 1)
        return {"result.already_in.detail_days", {{"days", std::to_string(days)}}};
    return {"result.already_in.detail", {}}; // the clock was set back: better no time than a wrong one
}

void describe_admitted(ResultView& view, const ResultSetting& setting) {
    view.tone = Tone::Good;
    const bool exit = setting.direction == core::Direction::Exit;
    const std::string base = exit ? "result.exit." : "result.admitted.";
    view.title = view.name.empty() ? Message{base + "title_no_name", {}} : Message{base + "title", {{"name", view.name}}};
    view.detail = {base + "detail", {}};
    view.can_print_badge = setting.can_print_badge && !exit && !setting.no_names;
}

std::string staff_note(const core::Decision& decision, const std::string& explanation) {
    std::string note(core::to_string(decision.outcome));
    if (decision.reason != Reason::None)
        note += " · " + std::string(core::to_string(decision.reason));
    if (!explanation.empty())
        note += " · " + explanation;
    for (const auto lifted : decision.overridden)
        note += " · +" + std::string(core::to_string(lifted));
    return note;
}

} // namespace

ResultView result_view(const core::Decision& decision, const ResultSetting& setting) {
    ResultView view;
    view.outcome = decision.outcome;
    view.reason = decision.reason;
    const core::Person person = decision.registration ? decision.registration->person : core::Person{};
    switch (decision.outcome) {
    case Outcome::Admitted:
        if (!setting.no_names) {
            view.name = person.name;
            view.organisation = person.organisation;
        }
        describe_admitted(view, setting);
        break;
    case Outcome::Repeat:
        // The screen may be seen by somebody who photographed the code of another: no full name.
        view.name = person.name.empty() || setting.no_names ? "" : core::mask_name(person.name);
        view.tone = Tone::Wait;
        view.title = {reason_key(Reason::AlreadyIn, "title"), {}};
        view.detail = repeat_detail(decision, setting);
        break;
    case Outcome::Incomplete: // shown as a form; here only where there is nobody to ask
    case Outcome::StaffCheck:
        view.tone = Tone::Wait;
        view.title = {"result.staff_check.title", {}};
        view.detail = decision.reason == Reason::None || decision.reason == Reason::PluginUnavailable
                          ? Message{"result.staff_check.detail", {}}
                          : Message{reason_key(decision.reason, "detail"), {}};
        view.can_call_staff = setting.can_call_staff;
        break;
    case Outcome::Refused:
        view.tone = Tone::Stop;
        view.title = {reason_key(decision.reason, "title"), {}};
        view.detail = {reason_key(decision.reason, "detail"), {}};
        if (decision.explanation.key == "explanation.session_cancelled") { // another door is no help
            view.title = {"result.session_cancelled.title", {}};
            view.detail = {"result.session_cancelled.detail", {}};
        }
        view.can_call_staff = setting.can_call_staff;
        break;
    }
    if (setting.staff_mode)
        view.staff_note = staff_note(decision, setting.explanation);
    return view;
}

ResultView ask_staff_view(std::string_view title_key, std::string_view detail_key, bool can_call_staff) {
    ResultView view;
    view.outcome = Outcome::StaffCheck;
    view.tone = Tone::Wait;
    view.title = {std::string(title_key), {}};
    view.detail = {std::string(detail_key), {}};
    view.can_call_staff = can_call_staff;
    return view;
}

Cue cue_of(Outcome outcome) {
    switch (outcome) {
    case Outcome::Admitted:
        return Cue::Good;
    case Outcome::Repeat:
        return Cue::Repeat;
    case Outcome::Refused:
    case Outcome::StaffCheck:
        return Cue::Stop;
    case Outcome::Incomplete:
        break;
    }
    return Cue::None;
}

std::vector<std::string> result_text_keys() {
    std::vector<std::string> keys{"result.refused.title",          "result.refused.detail",
                                  "result.staff_check.title",      "result.staff_check.detail",
                                  "result.admitted.title",         "result.admitted.title_no_name",
                                  "result.admitted.detail",        "result.exit.title",
                                  "result.exit.title_no_name",     "result.exit.detail",
                                  "result.already_in.detail_at",   "result.already_in.detail_yesterday",
                                  "result.already_in.detail_days", "result.session_cancelled.title",
                                  "result.session_cancelled.detail"};
    for (const auto reason : all_reasons)
        for (const auto* part : {"title", "detail"})
            keys.push_back(reason_key(reason, part));
    return keys;
}

bool can_be_overridden(Reason reason) {
    switch (reason) {
    case Reason::Unreadable:
    case Reason::Unknown:
    case Reason::Ambiguous:
    case Reason::BadSignature:
    case Reason::WrongEvent:
        return false;
    default:
        return true;
    }
}

} // namespace kiosk::app
