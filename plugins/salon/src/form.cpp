// SPDX-License-Identifier: Apache-2.0
#include "salon.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace salon {

using namespace kiosk::sdk;

namespace {

constexpr std::array<std::string_view, 5> own_questions{"job_kind", "pg_status", "tracks", "offers", "needs"};
constexpr std::size_t max_tracks = 3;

// Its words are "field.<id>", "help.<id>" and "option.<id>.<option>" of the locale files.
Field bound(std::string id, std::string type, std::string binds, bool required, bool helped = false) {
    Field field{id, std::move(type), Text::of("field." + id), required, std::move(binds)};
    if (helped)
        field.help = Text::of("help." + id);
    return field;
}

Field choice(std::string id, std::string type, std::initializer_list<const char*> options) {
    Field field{id, std::move(type), Text::of("field." + id)};
    for (const char* option : options)
        field.options.push_back({option, Text::of("option." + id + "." + option)});
    return field;
}

std::vector<std::string> chosen(const Answers& answers, const std::string& id) {
    std::vector<std::string> list;
    if (const auto found = answers.find(id); found != answers.end() && found->second.is_array())
        for (const Json& item : found->second)
            if (item.is_string())
                list.push_back(item.get<std::string>());
    return list;
}

} // namespace

std::span<const std::string_view> door_questions() {
    return own_questions;
}

std::vector<std::string> asked_at_door(const Event& event) {
    auto asked = event.setting().texts("ask_at_door");
    for (const std::string& id : asked)
        if (std::find(own_questions.begin(), own_questions.end(), id) == own_questions.end())
            throw Problem(KIOSK_E_REQUEST, "event.settings.ask_at_door names an unknown question");
    return asked;
}

Form Salon::form(const FormRequest& request) const {
    Form form;
    form.steps.push_back(
        {"person",
         Text::of("step.person"),
         {bound("name", "text", "name", true), bound("phone", "phone", "phone", true, true),
          bound("organisation", "text", "organisation", false, true), bound("title", "text", "title", false),
          choice("job_kind", "single",
                 {"dba", "developer", "architect", "manager", "executive", "sales", "operations", "teacher", "student",
                  "trainer", "official", "press", "volunteer", "other"})}});

    Field tracks = choice("tracks", "multiple", {"mysql", "oracle", "teradata", "sqlserver", "cloud", "other"});
    tracks.help = Text::of("help.tracks");
    form.steps.push_back(
        {"interest",
         Text::of("step.interest"),
         {choice("pg_status", "single", {"production", "trial", "planned", "none"}), std::move(tracks)}});

    const auto topics = {"content", "channel", "product", "service", "talent", "training"};
    form.steps.push_back(
        {"match", Text::of("step.match"), {choice("offers", "multiple", topics), choice("needs", "multiple", topics)}});
    form.steps.push_back(
        {"consent",
         Text::of("step.consent"),
         {bound("privacy", "yes_no", "consent", true, true), bound("share", "yes_no", "consent", false, true)}});

    const auto at_door = asked_at_door(request.event);
    for (Step& step : form.steps)
        for (Field& field : step.fields)
            if (std::find(at_door.begin(), at_door.end(), field.id) != at_door.end()) {
                field.ask_at = "checkin";
                field.required = true;
            }
    return form;
}

Validation Salon::validate(const ValidateRequest& request) const {
    Validation validation;
    if (chosen(request.answers, "tracks").size() > max_tracks)
        validation.problems.push_back({"tracks", Text::of("problem.too_many_tracks")});

    // Suggestions pair one side's offer with the other's need; the same choice on both sides pairs with nobody.
    const auto offers = chosen(request.answers, "offers");
    for (const std::string& need : chosen(request.answers, "needs"))
        if (std::find(offers.begin(), offers.end(), need) != offers.end()) {
            validation.problems.push_back({"needs", Text::of("problem.same_as_offer")});
            break;
        }
    return validation;
}

} // namespace salon
