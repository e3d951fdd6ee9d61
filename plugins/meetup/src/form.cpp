// SPDX-License-Identifier: Apache-2.0
#include "meetup.hpp"

namespace meetup {

using namespace kiosk::sdk;

Form Meetup::form(const FormRequest& request) const {
    Form form;
    form.steps.push_back(kit::person_step());
    form.steps.push_back(kit::step(
        "meetup",
        {kit::choice("heard_from", "single",
                     {"wechat_account", "wechat_group", "dingtalk", "website", "friend", "host", "earlier", "other"}),
         kit::when(kit::limited(kit::field("heard_where", "text"), std::nullopt, 60), "heard_from", {"other"}),
         kit::helped(kit::choice(
             "database_used", "multiple",
             {"postgresql", "pg_based", "mysql", "oracle", "sqlserver", "teradata", "document", "other", "none"}))}));
    form.steps.push_back(kit::consent_step());
    kit::ask_at_door(form, kit::asked_at_door(request.event.setting(), door_questions));
    return form;
}

Validation Meetup::validate(const ValidateRequest& request) const {
    Validation validation;
    kit::none_and_some(validation, request.answers, "database_used");
    return validation;
}

} // namespace meetup
