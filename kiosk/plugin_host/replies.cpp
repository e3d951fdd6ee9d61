// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/replies.hpp"

#include "core/leads.hpp"
#include "core/records.hpp"

#include "plugin_host/json_reader.hpp"
#include "plugin_host/schemas.hpp"

#include <kiosk_plugin.h>

#include <array>
#include <optional>
#include <set>

namespace kiosk::plugin_host {

namespace {

constexpr std::size_t max_text_bytes = 1000;
constexpr std::size_t max_id_bytes = 64;
constexpr std::size_t max_columns = 8;
constexpr std::size_t max_options = 64;
constexpr const char* message_key = "error.plugin_reply";

// Control characters have no business on a screen, and U+0000 none in a database.
bool is_printable(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

std::string one_language(const Json& json, const char* language, const std::string& where) {
    const auto found = json.find(language);
    if (found == json.end() || !found->is_string())
        throw Malformed{where, "needs zh and en, or a key"};
    auto text = found->get<std::string>();
    if (text.size() > max_text_bytes || !is_printable(text))
        throw Malformed{where, "is too long or holds control characters"};
    return text;
}

core::LocalText literal(const Json& json, const std::string& where) {
    const Reader reader(json, where, {"zh", "en"});
    return {one_language(json, "zh", where), one_language(json, "en", where)};
}

std::string known_key(const Reader& reader, const core::Catalogue& texts) {
    auto key = reader.text("key", 128);
    if (!texts.has(key))
        reader.wrong("key", "is not in the plugin's locale files: " + key);
    return key;
}

// {"zh", "en"}, or {"key", "args"} through the plugin's locale files.
core::LocalText local_text(const Json& json, const core::Catalogue& texts, const std::string& where) {
    if (!json.is_object() || !json.contains("key"))
        return literal(json, where);
    const Reader reader(json, where, {"key", "args"});
    core::Message zh{known_key(reader, texts), {}};
    core::Message en = zh;
    if (reader.has("args")) {
        const Json& args = reader.at("args");
        if (!args.is_object() || args.size() > 16)
            reader.wrong("args", "must be an object of at most 16 texts");
        for (const auto& [name, value] : args.items()) {
            core::LocalText text;
            if (value.is_object() && value.contains("key")) {
                const Reader argument(value, where + ".args", {"key"});
                const auto key = known_key(argument, texts);
                text = {texts.text(core::Language::Chinese, key), texts.text(core::Language::English, key)};
            } else {
                text = literal(value, where + ".args");
            }
            zh.args.emplace_back(name, text.in(core::Language::Chinese));
            en.args.emplace_back(name, text.in(core::Language::English));
        }
    }
    return {texts.text(core::Language::Chinese, zh), texts.text(core::Language::English, en)};
}

std::string id_text(const Reader& reader, const char* key) {
    auto id = reader.text(key, max_id_bytes);
    const bool fits = std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
               c == '.';
    });
    if (!fits)
        reader.wrong(key, "must be letters, digits, '_', '-' and '.'");
    return id;
}

template <typename Value, std::size_t Size>
Value one_of(const Reader& reader, const char* key, const std::array<std::pair<std::string_view, Value>, Size>& words) {
    const auto word = reader.text(key, max_id_bytes);
    for (const auto& [name, value] : words)
        if (name == word)
            return value;
    reader.wrong(key, "is not a known word: " + word);
}

using core::Outcome;
using core::Reason;

// "repeat" is not among them: whether somebody is in already is the host's to know.
constexpr std::array<std::pair<std::string_view, Outcome>, 4> outcomes{{{"admitted", Outcome::Admitted},
                                                                        {"incomplete", Outcome::Incomplete},
                                                                        {"staff_check", Outcome::StaffCheck},
                                                                        {"refused", Outcome::Refused}}};

// What a plugin may give as its reason. The others are findings of the host about the code itself.
constexpr std::array<std::pair<std::string_view, Reason>, 9> reasons{{{"not_yet_valid", Reason::NotYetValid},
                                                                      {"expired", Reason::Expired},
                                                                      {"ticket_type", Reason::TicketType},
                                                                      {"unapproved", Reason::Unapproved},
                                                                      {"rules", Reason::Rules},
                                                                      {"full", Reason::Full},
                                                                      {"closed", Reason::Closed},
                                                                      {"not_invited", Reason::NotInvited},
                                                                      {"nda_required", Reason::NdaRequired}}};

using core::QuestionType;
constexpr std::array<std::pair<std::string_view, QuestionType>, 15> types{{{"text", QuestionType::Text},
                                                                           {"textarea", QuestionType::TextArea},
                                                                           {"number", QuestionType::Number},
                                                                           {"yes_no", QuestionType::YesNo},
                                                                           {"single", QuestionType::Single},
                                                                           {"multiple", QuestionType::Multiple},
                                                                           {"date", QuestionType::Date},
                                                                           {"time", QuestionType::Time},
                                                                           {"datetime", QuestionType::DateTime},
                                                                           {"email", QuestionType::Email},
                                                                           {"phone", QuestionType::Phone},
                                                                           {"country", QuestionType::Country},
                                                                           {"contact", QuestionType::Contact},
                                                                           {"list", QuestionType::List},
                                                                           {"signature", QuestionType::Signature}}};

constexpr std::array<std::pair<std::string_view, QuestionType>, 3> column_types{
    {{"text", QuestionType::Text}, {"number", QuestionType::Number}, {"single", QuestionType::Single}}};

constexpr std::array<std::pair<std::string_view, Binding>, 6> bindings{{{"name", Binding::Name},
                                                                        {"phone", Binding::Phone},
                                                                        {"email", Binding::Email},
                                                                        {"organisation", Binding::Organisation},
                                                                        {"title", Binding::Title},
                                                                        {"consent", Binding::Consent}}};

constexpr std::array<std::pair<std::string_view, core::AskAt>, 2> moments{
    {{"registration", core::AskAt::Registration}, {"checkin", core::AskAt::CheckIn}}};

// Options where the type has some, and only there.
std::vector<core::QuestionOption> option_list(const Reader& reader, bool is_choice, const core::Catalogue& texts) {
    if (is_choice != reader.has("options"))
        reader.wrong("options", is_choice ? "are missing" : "are for single and multiple only");
    std::vector<core::QuestionOption> options;
    if (!is_choice)
        return options;
    std::set<std::string> seen;
    for (const Json& item : reader.list("options", max_options)) {
        const Reader option(item, reader.path("options"), {"id", "text"});
        options.push_back({id_text(option, "id"), local_text(option.at("text"), texts, option.path("text"))});
        if (!seen.insert(options.back().id).second)
            option.wrong("id", "is there twice");
    }
    if (options.empty())
        reader.wrong("options", "are empty");
    return options;
}

std::vector<core::QuestionColumn> column_list(const Reader& reader, bool is_list, const core::Catalogue& texts) {
    if (is_list != reader.has("columns"))
        reader.wrong("columns", is_list ? "are missing" : "are for lists only");
    std::vector<core::QuestionColumn> columns;
    if (!is_list)
        return columns;
    std::set<std::string> seen;
    for (const Json& item : reader.list("columns", max_columns)) {
        const Reader one(item, reader.path("columns"), {"id", "type", "text", "required", "options"});
        core::QuestionColumn column;
        column.id = id_text(one, "id");
        column.type = one_of(one, "type", column_types);
        column.text = local_text(one.at("text"), texts, one.path("text"));
        column.required = one.has("required") && one.flag("required");
        column.options = option_list(one, column.type == QuestionType::Single, texts);
        if (!seen.insert(column.id).second)
            one.wrong("id", "is there twice");
        columns.push_back(std::move(column));
    }
    if (columns.empty())
        reader.wrong("columns", "are empty");
    return columns;
}

void read_limits(const Reader& reader, core::Question& question) {
    constexpr std::int64_t most = 1'000'000'000'000;
    if (reader.has("min"))
        question.min = reader.integer("min", -most, most);
    if (reader.has("max"))
        question.max = reader.integer("max", -most, most);
    if (question.min && question.max && *question.min > *question.max)
        reader.wrong("max", "is less than min");
}

std::vector<core::LeadRule> lead_rules(const Reader& reader) {
    std::vector<core::LeadRule> rules;
    if (reader.has("leads"))
        for (const Json& item : reader.list("leads", 8)) {
            const Reader one(item, reader.path("leads"), {"type", "values"});
            rules.push_back({one.text("type", max_id_bytes), one.texts("values", max_options, max_id_bytes)});
            if (!core::is_lead_type(rules.back().type))
                one.wrong("type", "is not a type of lead");
        }
    return rules;
}

FormField form_field(const Json& json, const core::Catalogue& texts, const std::string& where) {
    const Reader reader(json, where,
                        {"id", "type", "text", "help", "required", "binds", "ask_at", "options", "depends_on", "columns",
                         "min", "max", "leads"});
    FormField field;
    core::Question& question = field.question;
    question.id = id_text(reader, "id");
    question.type = one_of(reader, "type", types);
    question.text = local_text(reader.at("text"), texts, reader.path("text"));
    if (reader.has("help"))
        field.help = local_text(reader.at("help"), texts, reader.path("help"));
    question.required = reader.has("required") && reader.flag("required");
    question.ask_at = reader.has("ask_at") ? one_of(reader, "ask_at", moments) : core::AskAt::Registration;
    if (reader.has("binds"))
        field.binding = one_of(reader, "binds", bindings);
    if (field.binding == Binding::Consent && question.type != QuestionType::YesNo)
        reader.wrong("type", "of a consent must be yes_no");

    const bool is_choice = question.type == QuestionType::Single || question.type == QuestionType::Multiple;
    question.options = option_list(reader, is_choice, texts);
    question.columns = column_list(reader, question.type == QuestionType::List, texts);
    read_limits(reader, question);
    field.leads = lead_rules(reader);
    if (reader.has("depends_on")) {
        const Reader depends(reader.at("depends_on"), reader.path("depends_on"), {"question", "values"});
        question.depends_on = {id_text(depends, "question"), depends.texts("values", max_options, max_id_bytes)};
    }
    return field;
}

// Answers as the host writes them (requests.cpp).
core::Answers answers(const Reader& reader, const char* key) {
    auto parsed = core::parse_answers(reader.at(key).dump(-1, ' ', false, Json::error_handler_t::replace));
    if (!parsed)
        reader.wrong(key, parsed.error().context);
    return std::move(*parsed);
}

// What authors are promised (the schema) comes first, then what no schema can say. It costs a decision 1 to 3 µs.
template <typename Read>
auto read_reply(std::string_view method, std::string_view reply, const std::string& subject, Read&& read) {
    return read_document(reply, KIOSK_MAX_REPLY_BYTES, message_key, subject, [&](const Json& json) {
        std::string problem = SchemaSet::published().problem(method, SchemaPart::Reply, json);
        auto value = read(json); // where it finds the fault as well, its words are the plainer ones
        if (!problem.empty())
            throw Malformed{std::move(problem), "(schema)"};
        return value;
    });
}

constexpr std::array<std::string_view, 5> unit_kinds{"table", "room", "expert_desk", "exam_seat", "booth"};

BookableGroup bookable_group(const Json& json, const core::Catalogue& texts, const std::string& where) {
    const Reader reader(json, where,
                        {"id", "kind", "text", "count", "seats", "first_min", "length_min", "gap_min", "slots"});
    BookableGroup group;
    group.id = id_text(reader, "id");
    group.kind = reader.text("kind", max_id_bytes);
    if (std::find(unit_kinds.begin(), unit_kinds.end(), group.kind) == unit_kinds.end())
        reader.wrong("kind", "is not a kind of thing that can be booked");
    group.text = local_text(reader.at("text"), texts, reader.path("text"));
    group.count = reader.integer("count", 1, 1000);
    group.seats = reader.integer("seats", 1, 1000);
    group.first_min = reader.integer("first_min", 0, 31 * 1440);
    group.length_min = reader.integer("length_min", 0, 1440);
    group.gap_min = reader.integer("gap_min", 0, 1440);
    group.slots = reader.integer("slots", 0, 200);
    if (group.slots > 0 && group.length_min == 0)
        reader.wrong("length_min", "must be at least 1 where there are slots");
    return group;
}

Form form_steps(const Json& json, const core::Catalogue& texts) {
    Form form;
    std::set<std::string> ids;
    const Reader reader(json, "", {"steps"});
    for (const Json& item : reader.list("steps", 16)) {
        const Reader one(item, "steps[" + std::to_string(form.size()) + "]", {"id", "title", "fields"});
        FormStep step{id_text(one, "id"), local_text(one.at("title"), texts, one.path("title")), {}};
        for (const Json& field : one.list("fields", 32)) {
            step.fields.push_back(
                form_field(field, texts, one.path("fields") + "[" + std::to_string(step.fields.size()) + "]"));
            const core::Question& question = step.fields.back().question;
            // Only earlier fields: so a form can't wait for itself.
            if (question.depends_on && !ids.contains(question.depends_on->question))
                one.wrong("fields", "depend on a question that does not come before: " + question.id);
            if (!ids.insert(question.id).second)
                one.wrong("fields", "hold this id twice: " + question.id);
        }
        form.push_back(std::move(step));
    }
    return form;
}

} // namespace

core::Result<core::PluginVerdict>
ReplyReader::decision(std::string_view reply, const std::function<bool(std::string_view)>& is_question) const {
    return read_reply("admission.decide/1", reply, m_subject, [&](const Json& json) {
        const Reader reader(json, "", {"outcome", "reason", "explanation", "questions"});
        core::PluginVerdict verdict;
        verdict.outcome = one_of(reader, "outcome", outcomes);
        const bool needs_reason = verdict.outcome == Outcome::Refused || verdict.outcome == Outcome::StaffCheck;
        if (needs_reason)
            verdict.reason = one_of(reader, "reason", reasons);
        if (reader.has("explanation"))
            verdict.explanation = local_text(reader.at("explanation"), m_texts, "explanation");
        if (verdict.outcome == Outcome::Incomplete) {
            verdict.questions = reader.texts("questions", 64, max_id_bytes);
            if (verdict.questions.empty())
                reader.wrong("questions", "are empty");
            for (const std::string& id : verdict.questions)
                if (!is_question(id))
                    reader.wrong("questions", "name one that nobody can answer: " + id);
        }
        return verdict;
    });
}

core::Result<Form> ReplyReader::form(std::string_view reply) const {
    return read_reply("form.describe/1", reply, m_subject,
                         [&](const Json& json) { return form_steps(json, m_texts); });
}

core::Result<core::Validation> ReplyReader::validation(std::string_view reply, const Form& form) const {
    return read_reply("form.validate/1", reply, m_subject, [&](const Json& json) {
        core::Validation validation;
        const auto own = [&](const std::string& id) {
            const auto* field = core::find_field(form, id);
            return field != nullptr && field->binding == Binding::Own;
        };
        const Reader reader(json, "", {"problems", "values"});
        for (const Json& item : reader.list("problems", 64)) {
            const Reader one(item, "problems", {"field", "text"});
            FieldProblem problem{id_text(one, "field"), local_text(one.at("text"), m_texts, one.path("text"))};
            if (!own(problem.field))
                one.wrong("field", "is not one of the plugin's own");
            validation.problems.push_back(std::move(problem));
        }
        if (reader.has("values"))
            validation.values = answers(reader, "values");
        for (const auto& [id, value] : validation.values)
            if (!own(id))
                reader.wrong("values", "name a field that is not the plugin's own: " + id.substr(0, max_id_bytes));
        return validation;
    });
}

core::Result<std::vector<core::LocalText>> ReplyReader::welcome(std::string_view reply) const {
    return read_reply("welcome.describe/1", reply, m_subject, [&](const Json& json) {
        std::vector<core::LocalText> lines;
        const Reader reader(json, "", {"lines"});
        for (const Json& item : reader.list("lines", 4))
            lines.push_back(local_text(item, m_texts, "lines[" + std::to_string(lines.size()) + "]"));
        return lines;
    });
}

core::Result<std::vector<AgendaBlock>> ReplyReader::agenda(std::string_view reply) const {
    return read_reply("agenda.describe/1", reply, m_subject, [&](const Json& json) {
        std::vector<AgendaBlock> blocks;
        const Reader reader(json, "", {"items"});
        for (const Json& item : reader.list("items", 100)) {
            const Reader one(item, "items[" + std::to_string(blocks.size()) + "]",
                             {"kind", "title", "start_min", "length_min"});
            blocks.push_back({id_text(one, "kind"), local_text(one.at("title"), m_texts, one.path("title")),
                              one.integer("start_min", 0, 1440), one.integer("length_min", 1, 1440)});
        }
        return blocks;
    });
}

core::Result<std::vector<ReportSection>> ReplyReader::report(std::string_view reply) const {
    return read_reply("report.sections/1", reply, m_subject, [&](const Json& json) {
        std::vector<ReportSection> sections;
        const Reader reader(json, "", {"sections"});
        for (const Json& item : reader.list("sections", 64)) {
            const Reader one(item, "sections[" + std::to_string(sections.size()) + "]",
                             {"id", "title", "figures", "confidential"});
            sections.push_back({id_text(one, "id"), local_text(one.at("title"), m_texts, one.path("title")),
                                one.texts("figures", 64, max_id_bytes), one.flag("confidential")});
        }
        return sections;
    });
}

core::Result<BookingResources> ReplyReader::resources(std::string_view reply) const {
    return read_reply("booking.resources/1", reply, m_subject, [&](const Json& json) {
        BookingResources resources;
        const Reader reader(json, "", {"groups", "most_per_person", "grace_min", "purposes", "needs_check_in"});
        std::set<std::string> ids;
        for (const Json& item : reader.list("groups", 32)) {
            const auto where = "groups[" + std::to_string(resources.groups.size()) + "]";
            resources.groups.push_back(bookable_group(item, m_texts, where));
            if (!ids.insert(resources.groups.back().id).second)
                reader.wrong("groups", "hold this id twice: " + resources.groups.back().id);
        }
        BookingRules& rules = resources.rules;
        rules.most_per_person = reader.integer("most_per_person", 1, 100);
        rules.grace_min = reader.integer("grace_min", 0, 1440);
        rules.purposes = reader.texts("purposes", 16, max_id_bytes);
        for (const std::string& purpose : rules.purposes)
            if (!core::is_lead_type(purpose))
                reader.wrong("purposes", "name one that is none: " + purpose);
        rules.needs_check_in = reader.flag("needs_check_in");
        return resources;
    });
}

core::Result<MigratedAnswers> ReplyReader::migration(std::string_view reply) const {
    return read_reply("state.migrate/1", reply, m_subject, [&](const Json& json) {
        const Reader reader(json, "", {"answers", "lost"});
        return MigratedAnswers{answers(reader, "answers"), reader.texts("lost", 64, max_id_bytes)};
    });
}

} // namespace kiosk::plugin_host
