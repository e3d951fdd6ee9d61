// SPDX-License-Identifier: Apache-2.0
#pragma once
// Requests and replies of the methods, as values. Purpose: what the schemas in schemas/ say, in C++ types; read() makes
// a request of JSON, to_json() makes JSON of a reply, with keys in sorted order so that the same reply is the same
// bytes. Ownership: values. Threads: any. Failure: read() throws Problem with the path of what is wrong.
#include "kiosk_plugin.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::sdk {

using Json = nlohmann::json;

// Thrown by a plugin that can't answer. Refusing somebody is not a problem but a Decision.
class Problem : public std::runtime_error {
  public:
    Problem(std::int32_t code_, const std::string& message) : std::runtime_error(message), code(code_) {}
    std::int32_t code;
};

// A JSON object read with types; a wrong type is a Problem that names the place. Borrows the JSON.
class Object {
  public:
    Object(const Json& json, std::string path) : m_json(&json), m_path(std::move(path)) {
        if (!json.is_object())
            wrong("", "an object");
    }

    bool has(const char* key) const {
        const auto found = m_json->find(key);
        return found != m_json->end() && !found->is_null();
    }
    std::string text(const char* key) const {
        const Json& value = needed(key);
        if (!value.is_string())
            wrong(key, "a text");
        return value.get<std::string>();
    }
    std::string text(const char* key, std::string_view otherwise) const {
        return has(key) ? text(key) : std::string(otherwise);
    }
    std::int64_t integer(const char* key) const {
        const Json& value = needed(key);
        if (!value.is_number_integer())
            wrong(key, "a whole number");
        return value.get<std::int64_t>();
    }
    bool flag(const char* key, bool otherwise) const {
        if (!has(key))
            return otherwise;
        const Json& value = needed(key);
        if (!value.is_boolean())
            wrong(key, "true or false");
        return value.get<bool>();
    }
    std::vector<std::string> texts(const char* key) const { // absent: none
        std::vector<std::string> list;
        for (const Json& item : array(key)) {
            if (!item.is_string())
                wrong(key, "a list of texts");
            list.push_back(item.get<std::string>());
        }
        return list;
    }
    const Json& array(const char* key) const { // absent: empty
        static const Json none = Json::array();
        if (!has(key))
            return none;
        const Json& value = needed(key);
        if (!value.is_array())
            wrong(key, "a list");
        return value;
    }
    Object object(const char* key) const { return {needed(key), m_path + "." + key}; }
    const Json& json() const { return *m_json; }

  private:
    const Json& needed(const char* key) const {
        const auto found = m_json->find(key);
        if (found == m_json->end())
            wrong(key, "present");
        return *found;
    }
    [[noreturn]] void wrong(const std::string& key, const char* expected) const {
        throw Problem(KIOSK_E_REQUEST, m_path + (key.empty() ? "" : "." + key) + " must be " + expected);
    }

    const Json* m_json;
    std::string m_path;
};

// A moment: to compare by unix_ms, to show by the event's own wall clock.
struct Moment {
    std::int64_t unix_ms = 0;
    std::string local; // "2026-11-20T13:05:00+08:00"

    std::string clock() const { return local.size() >= 16 ? local.substr(11, 5) : local; } // "13:05"
    static Moment read(const Object& object) { return {object.integer("unix_ms"), object.text("local")}; }
    static std::optional<Moment> read_optional(const Object& parent, const char* key) {
        return parent.has(key) ? std::optional(read(parent.object(key))) : std::nullopt;
    }
};

struct LocalText {
    std::string zh, en;
    static LocalText read(const Object& object) { return {object.text("zh", ""), object.text("en", "")}; }
};

// A sentence for the public: a key of the plugin's locale/*.json with arguments, or a text that came as data.
// An argument is itself such a text (one level), or the same characters in both languages.
struct Text {
    std::string key; // empty: literal
    LocalText literal;
    std::vector<std::pair<std::string, Text>> args;

    static Text of(std::string key_, std::vector<std::pair<std::string, Text>> args_ = {}) {
        return {std::move(key_), {}, std::move(args_)};
    }
    static Text data(LocalText text) { return {{}, std::move(text), {}}; }
    static Text data(const std::string& text) { return {{}, {text, text}, {}}; }
};

inline Json to_json(const Text& text) {
    if (text.key.empty())
        return {{"zh", text.literal.zh}, {"en", text.literal.en}};
    Json json = {{"key", text.key}};
    for (const auto& [name, value] : text.args)
        json["args"][name] = to_json(value);
    return json;
}

using Answers = std::map<std::string, Json>; // text, list of option ids, or yes/no; only those that the manifest reads

inline Answers read_answers(const Object& parent, const char* key) {
    Answers answers;
    if (parent.has(key))
        for (const auto& [id, value] : parent.object(key).json().items())
            answers.emplace(id, value);
    return answers;
}

struct AgendaItem {
    std::string kind;
    LocalText title, room;
    Moment starts, ends;
    static AgendaItem read(const Object& object) {
        return {object.text("kind"), LocalText::read(object.object("title")), LocalText::read(object.object("room")),
                Moment::read(object.object("starts")), Moment::read(object.object("ends"))};
    }
};

struct Event {
    std::string code, type;
    std::vector<std::string> addons;
    LocalText title, venue;
    Moment starts;
    std::optional<Moment> ends, admission;
    Json settings; // an object

    // The event's settings for this plugin, read with types.
    Object setting() const { return {settings, "event.settings"}; }

    static Event read(const Object& object) {
        return {object.text("code"),
                object.text("type"),
                object.texts("addons"),
                LocalText::read(object.object("title")),
                LocalText::read(object.object("venue")),
                Moment::read(object.object("starts")),
                Moment::read_optional(object, "ends"),
                Moment::read_optional(object, "admission"),
                object.object("settings").json()};
    }
};

// The person at the door, as far as a plugin may know: no name, no phone, no code.
struct Holder {
    std::string role; // attendee, speaker, moderator, vip, volunteer, media, staff
    std::string ticket_type;
    std::string source; // import, walk_in, invite, staff; empty where the roster does not hold this ticket
    bool in_roster = false;
    bool has_organisation = false;
    Answers answers;

    static Holder read(const Object& object) {
        return {object.text("role"),
                object.text("ticket_type"),
                object.text("source", ""),
                object.flag("in_roster", false),
                object.flag("has_organisation", false),
                read_answers(object, "answers")};
    }
};

struct Door {
    std::string id, scope, session; // session is empty where the door is not a session's
    static Door read(const Object& object) {
        return {object.text("id"), object.text("scope"), object.text("session", "")};
    }
};

struct PastScan {
    bool entry = true;
    Moment at;
};

// ---- admission.decide/1: may this holder pass? Asked after the host's own checks; the strictest answer wins ----

struct Decision {
    std::string outcome = "admitted";   // admitted, incomplete, staff_check, refused
    std::string reason;                 // needed for staff_check and refused
    std::optional<Text> explanation;    // for staff
    std::vector<std::string> questions; // incomplete: what to ask

    static Decision admit() { return {}; }
    static Decision ask(std::vector<std::string> ids) { return {"incomplete", {}, {}, std::move(ids)}; }
    static Decision to_staff(std::string why, Text explanation) {
        return {"staff_check", std::move(why), std::move(explanation), {}};
    }
    static Decision refuse(std::string why, Text explanation) {
        return {"refused", std::move(why), std::move(explanation), {}};
    }
};

inline Json to_json(const Decision& decision) {
    return {{"outcome", decision.outcome},
            {"reason", decision.reason.empty() ? Json(nullptr) : Json(decision.reason)},
            {"explanation", decision.explanation ? to_json(*decision.explanation) : Json(nullptr)},
            {"questions", decision.questions}};
}

struct DecideRequest {
    static constexpr std::string_view method = "admission.decide/1";
    using Reply = Decision;
    Moment now;
    Event event;
    Door door;
    std::string gate;
    Holder holder; // its answers include those given with this scan
    std::vector<PastScan> history;

    static DecideRequest read(const Object& object) {
        DecideRequest request{Moment::read(object.object("now")),      Event::read(object.object("event")),
                              Door::read(object.object("checkpoint")), object.text("gate", ""),
                              Holder::read(object.object("holder")),   {}};
        for (const Json& item : object.array("history")) {
            const Object scan(item, "request.history");
            request.history.push_back({scan.text("direction") == "entry", Moment::read(scan.object("at"))});
        }
        return request;
    }
};

// ---- form.describe/1: what is asked of a registrant; the host draws it ----

struct Option {
    std::string id;
    Text text;
};

struct Field {
    std::string id;
    std::string type; // text, textarea, number, yes_no, single, multiple, date, time, datetime, email, phone, country
    Text text;
    bool required = false;
    std::string binds = {}; // name, phone, email, organisation, title, consent; empty: an answer of its own
    std::string ask_at = "registration"; // registration, checkin
    std::optional<Text> help = {};
    std::vector<Option> options = {};
    std::string depends_on = {};                  // a field of this form …
    std::vector<std::string> depends_values = {}; // … with one of these values
};

struct Step {
    std::string id;
    Text title;
    std::vector<Field> fields;
};

struct Form {
    std::vector<Step> steps;
};

inline Json to_json(const Field& field) {
    Json json = {{"id", field.id},
                 {"type", field.type},
                 {"text", to_json(field.text)},
                 {"required", field.required},
                 {"ask_at", field.ask_at}};
    if (!field.binds.empty())
        json["binds"] = field.binds;
    if (field.help)
        json["help"] = to_json(*field.help);
    for (const Option& option : field.options)
        json["options"].push_back({{"id", option.id}, {"text", to_json(option.text)}});
    if (!field.depends_on.empty())
        json["depends_on"] = {{"question", field.depends_on}, {"values", field.depends_values}};
    return json;
}

inline Json to_json(const Form& form) {
    Json steps = Json::array();
    for (const Step& step : form.steps) {
        Json fields = Json::array();
        for (const Field& field : step.fields)
            fields.push_back(to_json(field));
        steps.push_back({{"id", step.id}, {"title", to_json(step.title)}, {"fields", std::move(fields)}});
    }
    return {{"steps", std::move(steps)}};
}

struct FormRequest {
    static constexpr std::string_view method = "form.describe/1";
    using Reply = Form;
    Event event;
    static FormRequest read(const Object& object) { return {Event::read(object.object("event"))}; }
};

// ---- form.validate/1: what the types of the fields alone can't say ----

struct FieldProblem {
    std::string field;
    Text text; // what to do
};

struct Validation {
    std::vector<FieldProblem> problems;
};

inline Json to_json(const Validation& validation) {
    Json problems = Json::array();
    for (const FieldProblem& problem : validation.problems)
        problems.push_back({{"field", problem.field}, {"text", to_json(problem.text)}});
    return {{"problems", std::move(problems)}};
}

struct ValidateRequest {
    static constexpr std::string_view method = "form.validate/1";
    using Reply = Validation;
    Event event;
    Answers answers;
    static ValidateRequest read(const Object& object) {
        return {Event::read(object.object("event")), read_answers(object, "answers")};
    }
};

// ---- welcome.describe/1: the lines under the name after admission ----

struct Welcome {
    std::vector<Text> lines; // at most four are shown
};

inline Json to_json(const Welcome& welcome) {
    Json lines = Json::array();
    for (const Text& line : welcome.lines)
        lines.push_back(to_json(line));
    return {{"lines", std::move(lines)}};
}

struct WelcomeRequest {
    static constexpr std::string_view method = "welcome.describe/1";
    using Reply = Welcome;
    Moment now;
    Event event;
    std::vector<AgendaItem> agenda; // in order of time
    Holder holder;

    static WelcomeRequest read(const Object& object) {
        WelcomeRequest request{Moment::read(object.object("now")),
                               Event::read(object.object("event")),
                               {},
                               Holder::read(object.object("holder"))};
        for (const Json& item : object.array("agenda"))
            request.agenda.push_back(AgendaItem::read(Object(item, "request.agenda")));
        return request;
    }
};

// ---- agenda.describe/1: a template to start an agenda from ----

struct AgendaBlock {
    std::string kind;
    Text title;
    std::int64_t start_min = 0; // after the event's start
    std::int64_t length_min = 0;
};

struct Agenda {
    std::vector<AgendaBlock> items;
};

inline Json to_json(const Agenda& agenda) {
    Json items = Json::array();
    for (const AgendaBlock& item : agenda.items)
        items.push_back({{"kind", item.kind},
                         {"title", to_json(item.title)},
                         {"start_min", item.start_min},
                         {"length_min", item.length_min}});
    return {{"items", std::move(items)}};
}

struct AgendaRequest {
    static constexpr std::string_view method = "agenda.describe/1";
    using Reply = Agenda;
    Event event;
    std::string length; // half_day, full_day
    static AgendaRequest read(const Object& object) {
        return {Event::read(object.object("event")), object.text("length")};
    }
};

// ---- report.sections/1: what the report of this event type holds; the host computes the figures ----

struct ReportSection {
    std::string id;
    Text title;
    std::vector<std::string> figures; // ids of figures that the host knows
    bool confidential = false;        // stays out of general exports
};

struct Report {
    std::vector<ReportSection> sections;
};

inline Json to_json(const Report& report) {
    Json sections = Json::array();
    for (const ReportSection& section : report.sections)
        sections.push_back({{"id", section.id},
                            {"title", to_json(section.title)},
                            {"figures", section.figures},
                            {"confidential", section.confidential}});
    return {{"sections", std::move(sections)}};
}

struct ReportRequest {
    static constexpr std::string_view method = "report.sections/1";
    using Reply = Report;
    Event event;
    static ReportRequest read(const Object& object) { return {Event::read(object.object("event"))}; }
};

} // namespace kiosk::sdk
