// SPDX-License-Identifier: Apache-2.0
#include "core/question_json.hpp"

#include "core/json_words.hpp"

namespace kiosk::core {

namespace {

constexpr Words<QuestionType, 15> question_types{{{QuestionType::Text, "text"},
                                                  {QuestionType::TextArea, "textarea"},
                                                  {QuestionType::Number, "number"},
                                                  {QuestionType::YesNo, "yes_no"},
                                                  {QuestionType::Single, "single"},
                                                  {QuestionType::Multiple, "multiple"},
                                                  {QuestionType::Date, "date"},
                                                  {QuestionType::Time, "time"},
                                                  {QuestionType::DateTime, "datetime"},
                                                  {QuestionType::Email, "email"},
                                                  {QuestionType::Phone, "phone"},
                                                  {QuestionType::Country, "country"},
                                                  {QuestionType::Contact, "contact"},
                                                  {QuestionType::List, "list"},
                                                  {QuestionType::Signature, "signature"}}};
constexpr Words<AskAt, 2> ask_ats{{{AskAt::Registration, "registration"}, {AskAt::CheckIn, "checkin"}}};

std::optional<QuestionType> parse_question_type(std::string_view text) { return value_of(question_types, text); }
std::optional<AskAt> parse_ask_at(std::string_view text) { return value_of(ask_ats, text); }
// A cell is one line of text, a number, or one of a few words.
std::optional<QuestionType> parse_column_type(std::string_view text) {
    const auto type = parse_question_type(text);
    return type == QuestionType::Text || type == QuestionType::Number || type == QuestionType::Single ? type
                                                                                                      : std::nullopt;
}

Result<std::vector<QuestionOption>> read_options(JsonFields& fields, const char* what) {
    std::vector<QuestionOption> options;
    if (fields.has("options") && !fields.raw("options").is_array())
        fields.problem("options", "must be a list");
    else
        for (const auto& item : fields.raw("options")) {
            JsonFields option(item, what);
            options.push_back({option.required_text("id"), option.local_text("text")});
            KIOSK_CHECK(option.status());
        }
    return options;
}

Json write_options(const std::vector<QuestionOption>& options) {
    auto json = Json::array();
    for (const auto& option : options)
        json.push_back({{"id", option.id}, {"text_zh", option.text.zh}, {"text_en", option.text.en}});
    return json;
}

Result<QuestionColumn> read_column(const Json& json) {
    JsonFields fields(json, "question.columns");
    QuestionColumn column;
    column.id = fields.required_text("id");
    column.type = fields.word("type", QuestionType::Text, &parse_column_type);
    column.required = fields.boolean("required", false);
    column.text = fields.local_text("text");
    KIOSK_TRY(column.options, read_options(fields, "question.columns.options"));
    KIOSK_CHECK(fields.status());
    return column;
}

} // namespace

Result<Question> read_question(const Json& json) {
    JsonFields fields(json, "question");
    Question question;
    question.id = fields.required_text("id");
    question.type = fields.word("type", QuestionType::Text, &parse_question_type);
    question.required = fields.boolean("required", false);
    question.ask_at = fields.word("ask_at", AskAt::CheckIn, &parse_ask_at);
    question.ticket_types = fields.optional_texts("ticket_types");
    question.text = fields.local_text("text");
    KIOSK_TRY(question.options, read_options(fields, "question.options"));
    if (fields.has("columns") && !fields.raw("columns").is_array())
        fields.problem("columns", "must be a list");
    else
        for (const auto& item : fields.raw("columns")) {
            KIOSK_TRY(question.columns.emplace_back(), read_column(item));
        }
    if (question.type == QuestionType::List && question.columns.empty())
        fields.problem("columns", "must name at least one column of the list");
    question.min = fields.optional_integer("min");
    question.max = fields.optional_integer("max");
    if (question.min && question.max && *question.min > *question.max)
        fields.problem("min", "is more than max");
    if (fields.has("depends_on")) {
        JsonFields parent(fields.raw("depends_on"), "question.depends_on");
        question.depends_on = Question::Dependency{parent.required_text("question"), {}};
        // A yes/no parent is naturally written as true or false.
        for (const auto& value : parent.raw("values"))
            question.depends_on->values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
        KIOSK_CHECK(parent.status());
    }
    KIOSK_CHECK(fields.status());
    return question;
}

Json write_question(const Question& question) {
    Json json{{"id", question.id},
              {"type", word_of(question_types, question.type)},
              {"required", question.required},
              {"ask_at", word_of(ask_ats, question.ask_at)},
              {"text_zh", question.text.zh},
              {"text_en", question.text.en}};
    if (question.ticket_types)
        json["ticket_types"] = *question.ticket_types;
    if (!question.options.empty())
        json["options"] = write_options(question.options);
    for (const auto& column : question.columns) {
        Json made{{"id", column.id},
                  {"type", word_of(question_types, column.type)},
                  {"required", column.required},
                  {"text_zh", column.text.zh},
                  {"text_en", column.text.en}};
        if (!column.options.empty())
            made["options"] = write_options(column.options);
        json["columns"].push_back(std::move(made));
    }
    if (question.min)
        json["min"] = *question.min;
    if (question.max)
        json["max"] = *question.max;
    if (question.depends_on)
        json["depends_on"] = {{"question", question.depends_on->question}, {"values", question.depends_on->values}};
    return json;
}

} // namespace kiosk::core
