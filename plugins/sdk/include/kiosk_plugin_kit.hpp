// SPDX-License-Identifier: Apache-2.0
#pragma once
// What most event types have in common, as small functions to put together: fields and steps, rules at the door, lines
// of the welcome, blocks of an agenda, sections of a report, groups that can be booked. Optional: a plugin may do
// without. Texts are keys by pattern ("field.<id>", "option.<id>.<option>", "agenda.<title>", …); those that the kit
// uses itself come from its locale files, which kiosk_add_plugin(… KIT) merges into the plugin's. A key that the plugin
// has too keeps the plugin's words. Ownership: values. Threads: any; nothing here has state. Failure: settings of a
// wrong shape are a Problem, since a rule that nobody can read must not be read as "no rule".
#include "kiosk_plugin.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::sdk::kit {

inline constexpr std::int64_t minute_ms = 60'000;

inline bool contains(std::span<const std::string> list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}
inline bool contains(std::span<const std::string_view> list, std::string_view item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}
inline bool has_addon(const Event& event, std::string_view id) {
    return contains(event.addons, id);
}

// ---- settings: an event type reads the event's settings, an add-on the object there that bears its id ----

inline Object settings_of(const Event& event, const char* addon) {
    static const Json none = Json::object();
    const Object all = event.setting();
    return all.has(addon) ? all.object(addon) : Object(none, std::string("event.settings.") + addon);
}

inline std::int64_t integer_in(const Object& settings, const char* key, std::int64_t otherwise, std::int64_t least,
                               std::int64_t most) {
    if (!settings.has(key))
        return otherwise;
    const std::int64_t value = settings.integer(key);
    if (value < least || value > most)
        throw Problem(KIOSK_E_REQUEST, std::string("event.settings: ") + key + " must be " + std::to_string(least) +
                                           " to " + std::to_string(most));
    return value;
}

// {"zh": …, "en": …} under this key, or nothing.
inline std::optional<Text> place_in(const Object& settings, const char* key) {
    if (!settings.has(key))
        return std::nullopt;
    return Text::data(LocalText::read(settings.object(key)));
}

// ---- forms ----

// "field.<id>"
inline Field field(const std::string& id, const std::string& type, bool required = false) {
    return {id, type, Text::of("field." + id), required};
}

// A property of the person (binds: name, phone, email, organisation, title) or a consent.
inline Field bound(const std::string& id, const std::string& type, const std::string& binds, bool required = false) {
    return {id, type, Text::of("field." + id), required, binds};
}

template <typename List> Field choice_of(const std::string& id, const std::string& type, const List& options) {
    Field made = field(id, type);
    for (const auto& option : options)
        made.options.push_back({std::string(option), Text::of("option." + id + "." + std::string(option))});
    return made;
}

// type: single or multiple. "option.<id>.<option>"
inline Field choice(const std::string& id, const std::string& type, std::initializer_list<const char*> options) {
    return choice_of(id, type, options);
}

// These take a field and give it back changed: kit::helped(kit::field("topic", "text")).
inline Field helped(Field made) { // "help.<id>"
    made.help = Text::of("help." + made.id);
    return made;
}
inline Field required(Field made) {
    made.required = true;
    return made;
}
inline Field limited(Field made, std::optional<std::int64_t> min, std::optional<std::int64_t> max) {
    made.min = min;
    made.max = max;
    return made;
}
// Asked only where an earlier field has one of these values ("yes" of a yes/no).
inline Field when(Field made, std::string question, std::vector<std::string> values) {
    made.depends_on = std::move(question);
    made.depends_values = std::move(values);
    return made;
}
inline Field leading_to(Field made, std::string lead_type, std::vector<std::string> values = {}) {
    made.leads.push_back({std::move(lead_type), std::move(values)});
    return made;
}

// "step.<id>"
inline Step step(const std::string& id, std::vector<Field> fields) {
    return {id, Text::of("step." + id), std::move(fields)};
}

inline constexpr std::array<std::string_view, 14> job_kinds{
    "dba",     "developer", "architect", "manager",  "executive", "sales",     "operations",
    "teacher", "student",   "trainer",   "official", "press",     "volunteer", "other"};

inline Field name_field() {
    return bound("name", "text", "name", true);
}
inline Field phone_field() {
    return helped(bound("phone", "phone", "phone", true));
}
inline Field organisation_field() {
    return helped(bound("organisation", "text", "organisation"));
}
inline Field title_field() {
    return bound("title", "text", "title");
}
inline Field job_kind_field() {
    return choice_of("job_kind", "single", job_kinds);
}
inline Field privacy_field() {
    return helped(bound("privacy", "yes_no", "consent", true));
}
inline Field share_field() {
    return helped(bound("share", "yes_no", "consent"));
}

// Who somebody is: name and phone are required, the organisation may be "individual". Own fields come after.
inline Step person_step(std::vector<Field> more = {}) {
    std::vector<Field> fields{name_field(), phone_field(), organisation_field(), title_field(), job_kind_field()};
    std::move(more.begin(), more.end(), std::back_inserter(fields));
    return step("person", std::move(fields));
}
inline Step consent_step(std::vector<Field> more = {}) {
    std::vector<Field> fields{privacy_field(), share_field()};
    std::move(more.begin(), more.end(), std::back_inserter(fields));
    return step("consent", std::move(fields));
}

// Fields that several types ask in the same words, so that one form of several plugins asks them once.
inline Field pg_status_field() {
    return choice("pg_status", "single", {"production", "trial", "planned", "none"});
}
inline Field tracks_field() {
    return helped(choice("tracks", "multiple", {"mysql", "oracle", "teradata", "sqlserver", "cloud", "other"}));
}
inline constexpr std::array<std::string_view, 6> topics{"content", "channel", "product",
                                                        "service", "talent",  "training"};
inline Field offers_field() {
    return choice_of("offers", "multiple", topics);
}
inline Field needs_field() {
    return choice_of("needs", "multiple", topics);
}

// Who wants an invoice says for whom; check_invoice() looks at the tax number.
inline Step invoice_step() {
    return step("invoice", {field("invoice", "yes_no"),
                            when(required(limited(field("invoice_title", "text"), 2, 100)), "invoice", {"yes"}),
                            when(helped(limited(field("tax_number", "text"), std::nullopt, 20)), "invoice", {"yes"})});
}

// ---- questions that an organizer wants answered at the door: settings {"ask_at_door": ["pg_status"]} ----

// That setting, checked against the questions that may be asked there.
inline std::vector<std::string> asked_at_door(const Object& settings, std::span<const std::string_view> may_be_asked) {
    auto asked = settings.texts("ask_at_door");
    for (const std::string& id : asked)
        if (!contains(may_be_asked, id))
            throw Problem(KIOSK_E_REQUEST, "event.settings.ask_at_door names an unknown question");
    return asked;
}

// Marks them in the form: required, and asked at check-in where registration left them open. A required yes/no would
// take a yes alone, so there an answer is waited for by unanswered() only.
inline void ask_at_door(Form& form, std::span<const std::string> asked) {
    for (Step& each : form.steps)
        for (Field& made : each.fields)
            if (contains(asked, made.id)) {
                made.ask_at = "checkin";
                made.required = made.required || made.type != "yes_no";
            }
}

// ---- rules at the door. Each says what it has against the holder, or nothing ----

// settings.role_checkpoints {"backstage": ["staff", "speaker"]}: a door for these roles only.
inline std::optional<Decision> role_door(const DecideRequest& request) {
    const Object settings = request.event.setting();
    if (!settings.has("role_checkpoints"))
        return std::nullopt;
    const Object doors = settings.object("role_checkpoints");
    const char* door = request.door.id.c_str();
    if (!doors.has(door) || contains(doors.texts(door), request.holder.role))
        return std::nullopt;
    return Decision::refuse("not_invited", Text::of("explain.crew_door"));
}

// "12:30" for a moment `minutes` before another: the local clock is known for that one only, and doors open at most
// half a day before it, so the arithmetic stays within the clock face (a change of summer time in between is not seen).
inline std::string clock_before(const Moment& moment, std::int64_t minutes) {
    const std::string clock = moment.clock();
    int hour = 0, minute = 0;
    if (std::sscanf(clock.c_str(), "%2d:%2d", &hour, &minute) != 2)
        return clock;
    const std::int64_t at = ((hour * 60 + minute - minutes) % 1440 + 1440) % 1440;
    char text[8];
    std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(at / 60), static_cast<int>(at % 60));
    return text;
}

// settings.doors {"opens_min": 30, "early_roles": ["staff"]}: guests come in from that many minutes before the start;
// without opens_min from the event's admission time. Those who prepare the event come in any time.
inline std::optional<Decision> before_opening(const DecideRequest& request) {
    const Object settings = request.event.setting();
    if (!settings.has("doors"))
        return std::nullopt;
    const Object doors = settings.object("doors");
    const auto early = doors.has("early_roles")
                           ? doors.texts("early_roles")
                           : std::vector<std::string>{"staff", "volunteer", "speaker", "moderator"};
    const std::int64_t ahead_min = doors.has("opens_min") ? doors.integer("opens_min") : 0;
    if (ahead_min < 0 || ahead_min > 720)
        throw Problem(KIOSK_E_REQUEST, "event.settings.doors.opens_min must be 0 to 720");
    const Moment& base =
        !doors.has("opens_min") && request.event.admission ? *request.event.admission : request.event.starts;
    if (request.now.unix_ms >= base.unix_ms - ahead_min * minute_ms || contains(early, request.holder.role))
        return std::nullopt;
    return Decision::refuse("closed",
                            Text::of("explain.not_open", {{"time", Text::data(clock_before(base, ahead_min))}}));
}

// settings.require_roster true: a genuine ticket that the roster does not hold is for staff to look at.
inline std::optional<Decision> not_in_roster(const DecideRequest& request) {
    if (!request.event.setting().flag("require_roster", false) || request.holder.in_roster)
        return std::nullopt;
    return Decision::to_staff("rules", Text::of("explain.not_in_roster"));
}

// What was to be asked at the door and has no answer yet.
inline std::optional<Decision> unanswered(const DecideRequest& request, std::span<const std::string> asked) {
    std::vector<std::string> open;
    for (const std::string& id : asked)
        if (!request.holder.answers.contains(id))
            open.push_back(id);
    if (open.empty())
        return std::nullopt;
    return Decision::ask(std::move(open));
}

// The rules of every event type, in order; without settings nobody is held up. An add-on leaves them to the type.
inline std::optional<Decision> common_rules(const DecideRequest& request) {
    if (auto no = role_door(request))
        return no;
    if (auto no = before_opening(request))
        return no;
    return not_in_roster(request);
}

// A type's own check stands between the common rules and the questions: nobody answers in vain.
inline Decision decide(const DecideRequest& request, std::optional<Decision> own,
                       std::span<const std::string_view> door_questions) {
    if (auto no = common_rules(request))
        return *no;
    if (own)
        return *own;
    if (auto no = unanswered(request, asked_at_door(request.event.setting(), door_questions)))
        return *no;
    return Decision::admit();
}

// ---- answers ----

inline bool has_answer(const Answers& answers, const std::string& id) {
    const auto found = answers.find(id);
    if (found == answers.end())
        return false;
    const Json& value = found->second;
    return value.is_boolean() || (value.is_string() && !value.get_ref<const std::string&>().empty()) ||
           (value.is_array() && !value.empty());
}

// A yes/no: the host sends true or false; lists that came with a roster may hold the words.
inline bool is_yes(const Answers& answers, const std::string& id) {
    const auto found = answers.find(id);
    if (found == answers.end())
        return false;
    return found->second.is_boolean() ? found->second.get<bool>() : text_of(answers, id) == "yes";
}

// A number as typed, where it is a whole one of at most nine digits.
inline std::optional<std::int64_t> integer_of(const Answers& answers, const std::string& id) {
    const std::string text = text_of(answers, id);
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    const bool digits = text.size() > sign && text.size() <= sign + 9 &&
                        std::all_of(text.begin() + static_cast<std::ptrdiff_t>(sign), text.end(),
                                    [](char c) { return c >= '0' && c <= '9'; });
    if (!digits)
        return std::nullopt;
    std::int64_t value = 0;
    for (const char c : std::string_view(text).substr(sign))
        value = value * 10 + (c - '0');
    return sign != 0 ? -value : value;
}

// "problem.<key>" at this field.
inline void complain(Validation& validation, const std::string& at_field, const std::string& key) {
    validation.problems.push_back({at_field, Text::of("problem." + key)});
}

// The same choice on both sides of an exchange pairs with nobody: a complaint at the second field.
inline void same_on_both_sides(Validation& validation, const Answers& answers, const std::string& first,
                               const std::string& second, const std::string& key) {
    const auto one = choices_of(answers, first);
    for (const std::string& choice : choices_of(answers, second))
        if (contains(one, choice))
            return complain(validation, second, key);
}

// "None of these" together with one of these: a complaint.
inline void none_and_some(Validation& validation, const Answers& answers, const std::string& id,
                          std::string_view none = "none") {
    const auto chosen = choices_of(answers, id);
    if (chosen.size() > 1 && contains(chosen, none))
        complain(validation, id, "none_and_some");
}

// Of fifteen to twenty digits and capital letters; whether it exists is not for a form to say.
inline void check_invoice(Validation& validation, const Answers& answers) {
    const std::string number = text_of(answers, "tax_number");
    const bool sound = number.size() >= 15 && number.size() <= 20 &&
                       std::all_of(number.begin(), number.end(),
                                   [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
    if (is_yes(answers, "invoice") && !number.empty() && !sound)
        complain(validation, "tax_number", "tax_number");
}

// ---- the welcome ----

// "welcome.<role>"; roles that the kit has no words for are greeted as attendees.
inline Text greeting(const Holder& holder) {
    constexpr std::array<std::string_view, 6> known{"speaker", "moderator", "vip", "volunteer", "media", "staff"};
    return Text::of("welcome." + (contains(known, holder.role) ? holder.role : std::string("attendee")));
}

// settings.zones {"speaker": {"zh": …, "en": …}}: where people of a role are expected.
inline std::optional<Text> zone(const WelcomeRequest& request) {
    if (!request.event.setting().has("zones"))
        return std::nullopt;
    auto place = place_in(request.event.setting().object("zones"), request.holder.role.c_str());
    if (!place)
        return std::nullopt;
    return Text::of("welcome.zone", {{"zone", std::move(*place)}});
}

// settings.badge {"zh": …, "en": …}: where badges are handed out.
inline std::optional<Text> badge_line(const Event& event) {
    auto place = place_in(event.setting(), "badge");
    if (!place)
        return std::nullopt;
    return Text::of("welcome.badge", {{"place", std::move(*place)}});
}

// The screen shows now and next already; a line is worth it only where the guest should do something about them.
inline std::optional<Text> agenda_hint(const WelcomeRequest& request) {
    constexpr std::int64_t soon_ms = 10 * minute_ms;
    constexpr std::int64_t settled_ms = 2 * minute_ms; // later than this into a talk, the room has settled
    constexpr std::array<std::string_view, 4> loud{"checkin", "break", "draw", "photo"};
    const std::int64_t now = request.now.unix_ms;
    for (const AgendaItem& item : request.agenda) { // in order of time
        const bool soon = item.starts.unix_ms > now && item.starts.unix_ms <= now + soon_ms;
        const bool running = item.starts.unix_ms + settled_ms <= now && now < item.ends.unix_ms;
        if (contains(loud, item.kind) || (!soon && !running))
            continue;
        // A talk that is about to end is no reason to hush somebody who walks in for the next one.
        if (running && item.ends.unix_ms - now <= settled_ms)
            continue;
        const auto title = std::pair{std::string("title"), Text::data(item.title)};
        if (running)
            return Text::of("welcome.running", {title});
        const auto time = std::pair{std::string("time"), Text::data(item.starts.clock())};
        if (item.room.zh.empty() && item.room.en.empty())
            return Text::of("welcome.soon", {title, time});
        return Text::of("welcome.soon_in_room", {title, time, {"room", Text::data(item.room)}});
    }
    return std::nullopt;
}

// The lines that there are, the most useful first: a screen has room for four.
inline Welcome lines(std::vector<std::optional<Text>> candidates) {
    Welcome welcome;
    for (auto& line : candidates)
        if (line && welcome.lines.size() < 4)
            welcome.lines.push_back(std::move(*line));
    return welcome;
}

// ---- agenda templates ----

struct Block {
    const char* kind;
    const char* title; // "agenda.<title>"
    int length_min;
    constexpr Block lasting(int minutes) const { return {kind, title, minutes}; }
    constexpr Block titled(const char* other) const { return {kind, other, length_min}; }
};

// Blocks that events of many types share, with the lengths that they usually have.
namespace block {
inline constexpr Block checkin{"checkin", "checkin", 30};
inline constexpr Block opening{"opening", "opening", 10};
inline constexpr Block community{"community", "community", 30};
inline constexpr Block situation{"situation", "situation", 30};
inline constexpr Block pg_position{"pg_position", "pg_position", 30};
inline constexpr Block deo{"deo", "deo", 30};
inline constexpr Block architecture{"architecture", "architecture", 30};
inline constexpr Block case_study{"case", "case", 30};
inline constexpr Block company_intro{"company_intro", "company_intro", 30};
inline constexpr Block talk{"talk", "talk", 30};
inline constexpr Block learning{"learning", "learning", 30};
inline constexpr Block membership{"membership", "membership", 10};
inline constexpr Block recruit{"recruit", "recruit", 30};
inline constexpr Block panel{"panel", "panel", 30};
inline constexpr Block ceremony{"ceremony", "ceremony", 20};
inline constexpr Block qa{"qa", "qa", 30};
inline constexpr Block tea{"break", "break", 20};
inline constexpr Block lunch{"break", "lunch", 90};
inline constexpr Block draw{"draw", "draw", 15};
inline constexpr Block photo{"photo", "photo", 10};
} // namespace block

// Makes room for what the event's add-ons bring on stage, before the draw and the photo that close a day.
inline std::vector<Block> with_addons(const Event& event, std::span<const Block> blocks) {
    std::vector<Block> made(blocks.begin(), blocks.end());
    auto end = made.end();
    while (end != made.begin() &&
           (std::string_view((end - 1)->kind) == "draw" || std::string_view((end - 1)->kind) == "photo"))
        --end;
    if (has_addon(event, "roundtable"))
        end = made.insert(end, block::panel) + 1;
    if (has_addon(event, "user_group"))
        made.insert(end, block::ceremony.titled("founding"));
    return made;
}

// One after the other from the event's start.
inline Agenda agenda(std::span<const Block> blocks) {
    Agenda made;
    std::int64_t at_min = 0;
    for (const Block& each : blocks) {
        made.items.push_back({each.kind, Text::of(std::string("agenda.") + each.title), at_min, each.length_min});
        at_min += each.length_min;
    }
    return made;
}

inline Agenda agenda(const AgendaRequest& request, std::span<const Block> half_day, std::span<const Block> full_day) {
    if (request.length != "full_day" && request.length != "half_day")
        throw Problem(KIOSK_E_REQUEST, "request.length must be half_day or full_day");
    return agenda(with_addons(request.event, request.length == "full_day" ? full_day : half_day));
}

// ---- reports ----

enum class Audience : std::uint8_t { Everybody = 1, Organizers }; // what is for organizers stays out of general exports

// "report.<id>"
inline ReportSection section(const std::string& id, std::vector<std::string> figures,
                             Audience audience = Audience::Everybody) {
    return {id, Text::of("report." + id), std::move(figures), audience == Audience::Organizers};
}

// What the report of every event type begins and ends with; the type's own sections stand in between.
inline Report report(std::vector<ReportSection> own = {}) {
    Report made;
    made.sections = {
        section("attendance", {"registered", "present", "walk_in", "absent", "attendance_rate"}),
        section("arrivals", {"arrival_curve"}),
        section("organisations", {"organisations", "organisations_by_kind", "organisations_by_sector"}),
        section("returning", {"first_time", "returning"}),
        section("agenda", {"agenda_items"}),
        section("hosts", {"hosts_by_role"}),
    };
    std::move(own.begin(), own.end(), std::back_inserter(made.sections));
    made.sections.push_back(section("leads", {"leads_by_type", "leads_per_100_present"}, Audience::Organizers));
    made.sections.push_back(section("channels", {"channels_shown", "channels_claimed"}));
    made.sections.push_back(section("satisfaction", {"feedback_count", "feedback_mean"}));
    return made;
}

// ---- what can be booked ----

// "resource.<id>"; bookable for the whole event until it gets slots.
inline BookableGroup bookable(const std::string& id, const std::string& kind, std::int64_t count, std::int64_t seats) {
    return {id, kind, Text::of("resource." + id), count, seats};
}
inline BookableGroup in_slots(BookableGroup group, std::int64_t first_min, std::int64_t length_min,
                              std::int64_t gap_min, std::int64_t slots) {
    group.first_min = first_min;
    group.length_min = length_min;
    group.gap_min = gap_min;
    group.slots = slots;
    return group;
}

// Adds the group as settings.bookable says: {"table": {"count": 8, "seats": 4, "first_min": 30, "length_min": 20,
// "gap_min": 5, "slots": 9}}, each of them only where it differs; a count of 0 takes the group away.
inline void offer(BookingResources& resources, BookableGroup group, const Object& settings) {
    if (settings.has("bookable") && settings.object("bookable").has(group.id.c_str())) {
        const Object wanted = settings.object("bookable").object(group.id.c_str());
        group.count = integer_in(wanted, "count", group.count, 0, 1000);
        group.seats = integer_in(wanted, "seats", group.seats, 1, 1000);
        group.first_min = integer_in(wanted, "first_min", group.first_min, 0, 44640);
        group.length_min = integer_in(wanted, "length_min", group.length_min, 0, 1440);
        group.gap_min = integer_in(wanted, "gap_min", group.gap_min, 0, 1440);
        group.slots = integer_in(wanted, "slots", group.slots, 0, 200);
    }
    if (group.count > 0)
        resources.groups.push_back(std::move(group));
}

} // namespace kiosk::sdk::kit
