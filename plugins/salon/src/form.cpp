// SPDX-License-Identifier: Apache-2.0
#include "salon.hpp"

namespace salon {

using namespace kiosk::sdk;

namespace {

constexpr std::size_t max_tracks = 3;

} // namespace

Form Salon::form(const FormRequest& request) const {
    Form form;
    form.steps.push_back(kit::person_step());
    form.steps.push_back(kit::step("interest", {kit::pg_status_field(), kit::tracks_field()}));
    form.steps.push_back(kit::step("match", {kit::offers_field(), kit::needs_field()}));
    form.steps.push_back(kit::consent_step());
    kit::ask_at_door(form, kit::asked_at_door(request.event.setting(), door_questions));
    return form;
}

Validation Salon::validate(const ValidateRequest& request) const {
    Validation validation;
    if (choices_of(request.answers, "tracks").size() > max_tracks)
        kit::complain(validation, "tracks", "too_many_tracks");
    // Suggestions pair one side's offer with the other's need.
    kit::same_on_both_sides(validation, request.answers, "offers", "needs", "same_as_offer");
    return validation;
}

} // namespace salon
