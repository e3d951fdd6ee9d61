// SPDX-License-Identifier: Apache-2.0
#include "matchmaking.hpp"

namespace matchmaking {

using namespace kiosk::sdk;

namespace {

// The salon asks for offers and needs itself, checks them and points to this area: nothing is said twice.
bool is_said_already(const Event& event) {
    return event.type == "salon";
}

// What brings people here besides the two sides of an exchange; suggestions weigh it.
constexpr std::array<std::string_view, 8> reasons_to_come{"market",   "new_field", "talent",  "research",
                                                          "students", "skills",    "product", "other"};

} // namespace

// Who gave no consent to share is not suggested to others; whether to give it is asked by the event type.
Form Matchmaking::form(const FormRequest&) const {
    Form form;
    form.steps.push_back(kit::step(
        "match", {kit::offers_field(), kit::needs_field(), kit::choice_of("looking_for", "multiple", reasons_to_come),
                  kit::limited(kit::helped(kit::field("topic", "text")), std::nullopt, 60)}));
    return form;
}

Validation Matchmaking::validate(const ValidateRequest& request) const {
    Validation validation;
    if (!is_said_already(request.event))
        kit::same_on_both_sides(validation, request.answers, "offers", "needs", "same_as_offer");
    return validation;
}

// settings.place {"zh", "en"}: where the area is.
Welcome Matchmaking::welcome(const WelcomeRequest& request) const {
    const auto needs = choices_of(request.holder.answers, "needs");
    if (is_said_already(request.event) || needs.empty() || !kit::contains(kit::topics, needs.front()))
        return {};
    const auto need = std::pair{std::string("need"), Text::of("option.needs." + needs.front())};
    if (auto place = kit::place_in(kit::settings_of(request.event, "matchmaking"), "place"))
        return {{Text::of("welcome.match_at", {need, {"place", std::move(*place)}})}};
    return {{Text::of("welcome.match", {need})}};
}

Report Matchmaking::report(const ReportRequest&) const {
    Report report;
    report.sections = {
        kit::section("match_use", {"use_by_slot", "bookings_by_status"}),
        kit::section("match_pairs", {"pair_matrix", "answers_offers", "answers_needs", "answers_looking_for"}),
        kit::section("match_no_shows", {"no_shows"}),
        kit::section("match_outcomes", {"outcomes"}, kit::Audience::Organizers),
        kit::section("match_leads", {"leads_by_type"}, kit::Audience::Organizers),
    };
    return report;
}

// settings.matchmaking: tables, desks, first_min, length_min, gap_min, slots.
BookingResources Matchmaking::resources(const ResourcesRequest& request) const {
    const Object settings = kit::settings_of(request.event, "matchmaking");
    const auto first_min = kit::integer_in(settings, "first_min", 30, 0, 1440);
    const auto length_min = kit::integer_in(settings, "length_min", 20, 5, 240);
    const auto gap_min = kit::integer_in(settings, "gap_min", 5, 0, 120);
    const auto slots = kit::integer_in(settings, "slots", 9, 1, 100);
    BookingResources resources;
    const auto offer = [&](const char* id, const char* kind, std::int64_t count) {
        if (count > 0)
            resources.groups.push_back(
                kit::in_slots(kit::bookable(id, kind, count, 2), first_min, length_min, gap_min, slots));
    };
    offer("T", "table", kit::integer_in(settings, "tables", 8, 0, 200));
    offer("E", "expert_desk", kit::integer_in(settings, "desks", 2, 0, 200));
    resources.purposes = {"business", "opportunity", "trial", "pr", "town", "recruit", "training"};
    resources.most_per_person = 4;
    resources.grace_min = 7;
    resources.needs_check_in = true;
    return resources;
}

} // namespace matchmaking
