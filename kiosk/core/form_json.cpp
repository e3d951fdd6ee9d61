// SPDX-License-Identifier: Apache-2.0
// Forms as JSON, to be pinned: {"steps": [{id, title_zh, title_en, fields: [question + help, binds, leads]}]}.
#include "core/forms.hpp"
#include "core/json_words.hpp"
#include "core/question_json.hpp"

namespace kiosk::core {

namespace {

constexpr std::size_t max_form_bytes = 2'000'000;
constexpr std::size_t max_form_fields = 2048;

constexpr Words<Binding, 7> bindings{{{Binding::Own, "own"},
                                      {Binding::Name, "name"},
                                      {Binding::Phone, "phone"},
                                      {Binding::Email, "email"},
                                      {Binding::Organisation, "organisation"},
                                      {Binding::Title, "title"},
                                      {Binding::Consent, "consent"}}};
std::optional<Binding> parse_binding(std::string_view text) { return value_of(bindings, text); }

Json write_field(const FormField& field) {
    auto json = write_question(field.question);
    if (!field.help.zh.empty() || !field.help.en.empty()) {
        json["help_zh"] = field.help.zh;
        json["help_en"] = field.help.en;
    }
    if (field.binding != Binding::Own)
        json["binds"] = word_of(bindings, field.binding);
    for (const auto& rule : field.leads)
        json["leads"].push_back({{"type", rule.type}, {"values", rule.values}});
    return json;
}

Result<FormField> read_field(const Json& json) {
    FormField field;
    KIOSK_TRY(field.question, read_question(json));
    JsonFields fields(json, "form.field");
    field.help = fields.local_text("help");
    field.binding = fields.word("binds", Binding::Own, &parse_binding);
    if (fields.has("leads") && !fields.raw("leads").is_array())
        fields.problem("leads", "must be a list");
    else
        for (const auto& item : fields.raw("leads")) {
            JsonFields rule(item, "form.field.leads");
            field.leads.push_back({rule.required_text("type"), rule.texts("values")});
            KIOSK_CHECK(rule.status());
        }
    KIOSK_CHECK(fields.status());
    return field;
}

} // namespace

std::string form_json(const Form& form) {
    auto steps = Json::array();
    for (const auto& step : form) {
        auto fields = Json::array();
        for (const auto& field : step.fields)
            fields.push_back(write_field(field));
        steps.push_back({{"id", step.id},
                         {"title_zh", step.title.zh},
                         {"title_en", step.title.en},
                         {"fields", std::move(fields)}});
    }
    return dump_json(Json{{"steps", std::move(steps)}});
}

Result<Form> parse_form(std::string_view json) {
    if (json.size() > max_form_bytes)
        return fail(ErrorCode::TooLarge, "error.form", std::to_string(json.size()) + " bytes");
    KIOSK_TRY(const auto object, parse_object(json, "form"));
    const auto steps = object.find("steps");
    if (steps == object.end() || !steps->is_array())
        return fail(ErrorCode::Invalid, "error.form", "form.steps must be a list");
    Form form;
    std::size_t count = 0;
    for (const auto& item : *steps) {
        JsonFields fields(item, "form.step");
        FormStep step{fields.required_text("id"), fields.local_text("title"), {}};
        if (!fields.raw("fields").is_array())
            fields.problem("fields", "must be a list");
        KIOSK_CHECK(fields.status());
        for (const auto& field : fields.raw("fields")) {
            if (++count > max_form_fields)
                return fail(ErrorCode::TooLarge, "error.form", std::to_string(count) + " fields");
            KIOSK_TRY(step.fields.emplace_back(), read_field(field));
        }
        form.push_back(std::move(step));
    }
    return form;
}

std::string pinned_form_id(const QuestionnaireInfo& questionnaire) {
    return questionnaire.plugin + "/" + questionnaire.id + "/" + std::to_string(questionnaire.version);
}

} // namespace kiosk::core
