// SPDX-License-Identifier: Apache-2.0
#pragma once
// Short ways to write down forms and to find fields, for the tests of forms. Ownership: values. Threads: any.
#include "core/forms.hpp"
#include "kiosk_fixture.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::test {

inline core::FormField form_field(std::string id, core::QuestionType type, bool required = true,
                                  core::Binding binding = core::Binding::Own) {
    core::FormField made;
    made.question.id = std::move(id);
    made.question.type = type;
    made.question.required = required;
    made.question.ask_at = core::AskAt::Registration;
    made.question.text = {"问题", "Question"};
    made.binding = binding;
    return made;
}

inline core::FormField choice_field(std::string id, std::vector<std::string> options, bool required = true) {
    auto made = form_field(std::move(id), core::QuestionType::Single, required);
    for (auto& option : options)
        made.question.options.push_back({option, {option, option}});
    return made;
}

inline core::FormField after(core::FormField field, std::string question, std::vector<std::string> values) {
    field.question.depends_on = core::Question::Dependency{std::move(question), std::move(values)};
    return field;
}

inline core::FormField table_field(std::string id, bool required = true) {
    auto made = form_field(std::move(id), core::QuestionType::List, required);
    core::QuestionColumn name, engine, count;
    name.id = "name";
    name.required = true;
    name.text = {"系统", "System"};
    engine.id = "engine";
    engine.type = core::QuestionType::Single;
    engine.text = {"数据库", "Database"};
    engine.options = {{"pg", {"PostgreSQL", "PostgreSQL"}}, {"ora", {"Oracle", "Oracle"}}};
    count.id = "count";
    count.type = core::QuestionType::Number;
    count.text = {"套数", "Instances"};
    made.question.columns = {name, engine, count};
    return made;
}

inline const app::FieldView& field_on(Kiosk& kiosk, std::string_view id) {
    const auto& form = kiosk.body<app::FormView>();
    const auto found = std::ranges::find(form.fields, id, &app::FieldView::id);
    INFO("field " << id);
    REQUIRE(found != form.fields.end());
    return *found;
}

inline bool is_on(Kiosk& kiosk, std::string_view id) {
    const auto& form = kiosk.body<app::FormView>();
    return std::ranges::find(form.fields, id, &app::FieldView::id) != form.fields.end();
}

} // namespace kiosk::test
