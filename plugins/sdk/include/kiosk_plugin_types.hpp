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

// Text, list of option ids, yes/no, or rows (list of objects, column id → text); only those that the manifest reads.
using Answers = std::map<std::string, Json>;

// Typed readings of one answer; what is not there, or of another type, reads as nothing.
inline std::string text_of(const Answers& answers, const std::string& id) {
    const auto found = answers.find(id);
    return found != answers.end() && found->second.is_string() ? found->second.get<std::string>() : std::string();
}
inline std::vector<std::string> choices_of(const Answers& answers, const std::string& id) {
    std::vector<std::string> list;
    if (const auto found = answers.find(id); found != answers.end() && found->second.is_array())
        for (const Json& item : found->second)
            if (item.is_string())
                list.push_back(item.get<std::string>());
    return list;
}
using Row = std::map<std::string, std::string>;
inline std::vector<Row> rows_of(const Answers& answers, const std::string& id) {
    std::vector<Row> rows;
    if (const auto found = answers.find(id); found != answers.end() && found->second.is_array())
        for (const Json& item : found->second) {
            Row row;
            if (item.is_object())
                for (const auto& [column, cell] : item.items())
                    if (cell.is_string())
                        row.emplace(column, cell.get<std::string>());
            if (!row.empty())
                rows.push_back(std::move(row));
        }
    return rows;
}

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
    std::string id, scope, session; // session is empty where the door is not a session's …
    std::string session_kind;       // … and so is its kind: closed_door, track, class, …
    static Door read(const Object& object) {
        return {object.text("id"), object.text("scope"), object.text("session", ""), object.text("session_kind", "")};
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

// A column of a list. Its type is text, number or single.
struct Column {
    std::string id;
    std::string type;
    Text text;
    bool required = false; // in every row
    std::vector<Option> options = {};
};

// An answer that makes a lead once the form is final: one of these values, or any where there are none.
struct LeadRule {
    std::string type; // business, pr, trial, opportunity, town, recruit, training, case_talk, membership, group_join
    std::vector<std::string> values = {};
};

struct Field {
    std::string id;
    std::string type; // text, textarea, number, yes_no, single, multiple, date, time, datetime, email, phone, country,
                      // contact (one row: name, title, phone, email), list (rows with columns), signature
    Text text;
    bool required = false;
    std::string binds = {}; // name, phone, email, organisation, title, consent; empty: an answer of its own
    std::string ask_at = "registration"; // registration, checkin
    std::optional<Text> help = {};
    std::vector<Option> options = {};
    std::string depends_on = {};                  // a field of this form …
    std::vector<std::string> depends_values = {}; // … with one of these values
    std::vector<Column> columns = {};             // of a list
    // Of a number its value, of a text its characters, of multiple its choices, of a list its rows.
    std::optional<std::int64_t> min = {};
    std::optional<std::int64_t> max = {};
    std::vector<LeadRule> leads = {};
};

struct Step {
    std::string id;
    Text title;
    std::vector<Field> fields;
};

struct Form {
    std::vector<Step> steps;
};

namespace detail {
inline Json options_json(const std::vector<Option>& options) {
    Json list = Json::array();
    for (const Option& option : options)
        list.push_back({{"id", option.id}, {"text", to_json(option.text)}});
    return list;
}
} // namespace detail

inline Json to_json(const Column& column) {
    Json json = {
        {"id", column.id}, {"type", column.type}, {"text", to_json(column.text)}, {"required", column.required}};
    if (!column.options.empty())
        json["options"] = detail::options_json(column.options);
    return json;
}

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
    if (!field.options.empty())
        json["options"] = detail::options_json(field.options);
    if (!field.depends_on.empty())
        json["depends_on"] = {{"question", field.depends_on}, {"values", field.depends_values}};
    for (const Column& column : field.columns)
        json["columns"].push_back(to_json(column));
    if (field.min)
        json["min"] = *field.min;
    if (field.max)
        json["max"] = *field.max;
    for (const LeadRule& lead : field.leads)
        json["leads"].push_back({{"type", lead.type}, {"values", lead.values}});
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
    std::string form; // "registration", or the id of one of the manifest's questionnaires
    static FormRequest read(const Object& object) {
        return {Event::read(object.object("event")), object.text("form", "registration")};
    }
};

// ---- form.validate/1: what the types of the fields alone can't say ----

struct FieldProblem {
    std::string field;
    Text text; // what to do
};

struct Validation {
    std::vector<FieldProblem> problems;
    Answers values = {}; // what follows from other answers, offered where the field is empty
};

inline Json to_json(const Validation& validation) {
    Json problems = Json::array();
    for (const FieldProblem& problem : validation.problems)
        problems.push_back({{"field", problem.field}, {"text", to_json(problem.text)}});
    return {{"problems", std::move(problems)}, {"values", validation.values}};
}

struct ValidateRequest {
    static constexpr std::string_view method = "form.validate/1";
    using Reply = Validation;
    Event event;
    std::string form; // as in FormRequest
    Answers answers;
    static ValidateRequest read(const Object& object) {
        return {Event::read(object.object("event")), object.text("form", "registration"),
                read_answers(object, "answers")};
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

// ---- booking.resources/1: what can be booked at this event, and by which rules; the host does the booking ----

struct BookableGroup {
    std::string id;   // its units are <id>1, <id>2, …
    std::string kind; // table, room, expert_desk, exam_seat, booth
    Text text;
    std::int64_t count = 1;
    std::int64_t seats = 2;
    // Slots, after the event's start; none: bookable for the whole event.
    std::int64_t first_min = 0;
    std::int64_t length_min = 0;
    std::int64_t gap_min = 0;
    std::int64_t slots = 0;
};

struct BookingResources {
    std::vector<BookableGroup> groups;
    std::int64_t most_per_person = 4;       // active bookings
    std::int64_t grace_min = 7;             // an absent party frees the unit after so long
    std::vector<std::string> purposes = {}; // lead types to choose from
    bool needs_check_in = true;
};

inline Json to_json(const BookingResources& resources) {
    Json groups = Json::array();
    for (const BookableGroup& group : resources.groups)
        groups.push_back({{"id", group.id},
                          {"kind", group.kind},
                          {"text", to_json(group.text)},
                          {"count", group.count},
                          {"seats", group.seats},
                          {"first_min", group.first_min},
                          {"length_min", group.length_min},
                          {"gap_min", group.gap_min},
                          {"slots", group.slots}});
    return {{"groups", std::move(groups)},
            {"most_per_person", resources.most_per_person},
            {"grace_min", resources.grace_min},
            {"purposes", resources.purposes},
            {"needs_check_in", resources.needs_check_in}};
}

struct ResourcesRequest {
    static constexpr std::string_view method = "booking.resources/1";
    using Reply = BookingResources;
    Event event;
    static ResourcesRequest read(const Object& object) { return {Event::read(object.object("event"))}; }
};

// ---- state.migrate/1: answers stored under an older state version (manifest: "state"), as this version wants them ----

struct Migration {
    Answers answers;
    std::vector<std::string> lost; // ids that have no place any more; the host keeps the old rows all the same
};

inline Json to_json(const Migration& migration) {
    return {{"answers", migration.answers}, {"lost", migration.lost}};
}

struct MigrateRequest {
    static constexpr std::string_view method = "state.migrate/1";
    using Reply = Migration;
    std::int64_t from = 1, to = 1;
    std::string form; // as in FormRequest
    Answers answers;
    static MigrateRequest read(const Object& object) {
        return {object.integer("from"), object.integer("to"), object.text("form"), read_answers(object, "answers")};
    }
};

} // namespace kiosk::sdk
