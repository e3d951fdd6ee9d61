// SPDX-License-Identifier: Apache-2.0
#include "training.hpp"

namespace training {

using namespace kiosk::sdk;

Form Training::form(const FormRequest& request) const {
    Form form;
    form.steps.push_back(kit::person_step());
    form.steps.push_back(kit::step(
        "course",
        {kit::choice("level", "single", {"entry", "intermediate", "expert"}),
         kit::helped(kit::field("laptop", "yes_no")),
         kit::leading_to(kit::choice("exam", "single", {"yes", "no", "later"}), "training", {"yes", "later"}),
         // The name above is right for most; who needs another on paper writes it here.
         kit::when(kit::helped(kit::limited(kit::field("legal_name", "text"), 2, 60)), "exam", {"yes", "later"})}));
    form.steps.push_back(kit::invoice_step());
    form.steps.push_back(kit::consent_step());
    kit::ask_at_door(form, kit::asked_at_door(request.event.setting(), door_questions));
    return form;
}

Validation Training::validate(const ValidateRequest& request) const {
    Validation validation;
    kit::check_invoice(validation, request.answers);
    return validation;
}

} // namespace training
