// SPDX-License-Identifier: Apache-2.0
#include "town.hpp"

namespace visit_town {

using namespace kiosk::sdk;

namespace {

constexpr std::array<std::string_view, 4> door_questions{"resident_company", "sector", "head_count_band", "needs"};

// settings.residents_only: whom the roster does not list says at the door that their company belongs here; who has
// said that it does not is for staff to decide.
std::optional<Decision> outsider(const DecideRequest& request) {
    const bool listed = request.holder.in_roster && request.holder.source != "walk_in";
    if (listed || !request.event.setting().flag("residents_only", false))
        return std::nullopt;
    const std::string company = text_of(request.holder.answers, "resident_company");
    if (company.empty())
        return Decision::ask({"resident_company"});
    if (company == "resident" || company == "operator")
        return std::nullopt;
    return Decision::to_staff("unapproved", Text::of("explain.outsider"));
}

Field needs() {
    Field field = kit::needs_field();
    for (const char* option : {"space", "policy", "funding"})
        field.options.push_back({option, Text::of(std::string("option.needs.") + option)});
    return field;
}

namespace block = kit::block;

constexpr std::array programme{
    block::checkin,
    kit::Block{"talk", "town_goals", 20},
    block::community.lasting(20),
    block::situation.lasting(20),
    block::pg_position.lasting(20),
    block::case_study,
    block::learning.lasting(20),
    block::membership,
};

} // namespace

// The town's own list comes first, and whoever works here is welcome to walk in.
Decision Town::decide(const DecideRequest& request) const {
    return kit::decide(request, outsider(request), door_questions);
}

Form Town::form(const FormRequest& request) const {
    Form form;
    form.steps.push_back(kit::person_step());
    form.steps.push_back(kit::step(
        "town",
        {kit::leading_to(kit::choice("resident_company", "single", {"resident", "moving_in", "operator", "other"}),
                         "town", {"moving_in"}),
         kit::choice("sector", "single", {"industry", "academia", "research", "user", "government", "media", "other"}),
         kit::choice("head_count_band", "single", {"under_20", "20_99", "100_499", "over_500"}), needs()}));
    form.steps.push_back(kit::step(
        "together", {kit::when(kit::helped(kit::choice("goals", "multiple",
                                                       {"attract", "talent", "showcase", "pilot", "events", "other"})),
                               "resident_company", {"operator"}),
                     kit::choice("cooperation", "multiple",
                                 {"salon", "trial", "training_base", "expert_visit", "case_study", "other"}),
                     kit::leading_to(kit::helped(kit::choice("membership", "single", {"yes", "later", "no"})),
                                     "membership", {"yes"})}));
    form.steps.push_back(kit::consent_step());

    kit::ask_at_door(form, kit::asked_at_door(request.event.setting(), door_questions));
    if (request.event.setting().flag("residents_only", false))
        for (Field& field : form.steps[1].fields)
            if (field.id == "resident_company")
                field.ask_at = "checkin"; // of walk-ins only, so it is not required of all
    return form;
}

Validation Town::validate(const ValidateRequest& request) const {
    Validation validation;
    const std::string company = text_of(request.answers, "resident_company");
    const auto needs = choices_of(request.answers, "needs");
    // Who has a place already does not look for one: most often the first answer was chosen by mistake.
    if (company == "operator" && kit::contains(needs, "space"))
        kit::complain(validation, "needs", "operator_space");
    return validation;
}

Welcome Town::welcome(const WelcomeRequest& request) const {
    std::optional<Text> desks;
    const auto needs = choices_of(request.holder.answers, "needs");
    if (text_of(request.holder.answers, "resident_company") == "operator")
        desks = Text::of("welcome.goals");
    else if (!needs.empty())
        desks = Text::of("welcome.desks");
    return kit::lines({kit::greeting(request.holder), kit::zone(request), kit::agenda_hint(request), std::move(desks)});
}

Agenda Town::agenda(const AgendaRequest& request) const {
    return kit::agenda(request, programme, programme);
}

Report Town::report(const ReportRequest&) const {
    return kit::report({
        kit::section("goals", {"answers_goals"}),
        kit::section("cooperation", {"answers_cooperation", "answers_membership"}),
        kit::section("resident_companies", {"answers_resident_company", "answers_sector", "answers_head_count_band"}),
        kit::section("needs", {"answers_needs"}),
        kit::section("booking_use", {"bookings_by_slot", "bookings_by_status"}),
    });
}

// Desks where the town's companies receive guests, after the programme has begun.
BookingResources Town::resources(const ResourcesRequest& request) const {
    BookingResources resources;
    resources.purposes = {"town", "membership", "business", "trial", "opportunity", "training"};
    kit::offer(resources, kit::in_slots(kit::bookable("company_desk", "booth", 6, 3), 50, 20, 5, 5),
               request.event.setting());
    return resources;
}

} // namespace visit_town
