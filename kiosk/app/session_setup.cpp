// SPDX-License-Identifier: Apache-2.0
#include "app/session_setup.hpp"

#include "app/agenda.hpp"
#include "app/event_settings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

namespace kiosk::app {

using core::QuestionType;

namespace {

constexpr std::string_view other_option = "+"; // what is not among the choices is typed
constexpr std::size_t most_people = 7, most_rooms = 10, most_times = 11, most_days = 10;
constexpr std::size_t title_characters = 60, nda_characters = core::max_answer_bytes / 3; // as many as a form holds
constexpr std::int64_t minutes_a_day = 24 * 60;

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_empty(const LocalText& text) { return text.zh.empty() && text.en.empty(); }
bool same(const LocalText& one, const LocalText& other) { return one.zh == other.zh && one.en == other.en; }
LocalText plain(const std::string& text) { return {text, text}; }
std::string room_id(const LocalText& room) { return room.zh + "\n" + room.en; }

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && !text.empty() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// "16:05" as minutes of the day.
std::optional<std::int64_t> minute_in(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return number_in(text);
    const auto hour = number_in(text.substr(0, colon)), minute = number_in(text.substr(colon + 1));
    return hour && minute ? std::optional(*hour * 60 + *minute) : std::nullopt;
}

std::int64_t minute_of(const core::TimeZone& zone, core::Instant at) {
    const auto civil = zone.civil(at);
    return civil.hour * 60 + civil.minute;
}

core::QuestionOption time_option(std::int64_t minute) {
    const auto text = fmt::format("{:02}:{:02}", minute / 60, minute % 60);
    return {std::to_string(minute), {text, text}};
}

core::Instant instant_at(const core::TimeZone& zone, std::int32_t day, std::int64_t minute) {
    auto civil = zone.civil(zone.start_of_day(day));
    civil.hour = static_cast<int>(minute % minutes_a_day / 60);
    civil.minute = static_cast<int>(minute % 60);
    return zone.from_civil(civil);
}

// Times at which it may begin: a grid over the event's day, as fine as the screen has room for. What is over is left out;
// the one that runs now stays.
std::vector<core::QuestionOption> grid_of_starts(const core::Event& event, std::int32_t day, core::Instant now) {
    constexpr std::int64_t usual_first = 8 * 60, usual_last = 20 * 60;
    auto first = minute_of(event.timezone, event.starts), last = event.ends ? minute_of(event.timezone, *event.ends) : usual_last;
    if (last <= first) {
        first = usual_first;
        last = usual_last;
    }
    std::int64_t step = 30;
    while ((last - first) / step > static_cast<std::int64_t>(most_times))
        step *= 2;
    std::vector<core::QuestionOption> options;
    for (auto minute = first / step * step; minute < last && options.size() < most_times; minute += step)
        if (instant_at(event.timezone, day, minute) + step * core::minute_ms > now)
            options.push_back(time_option(minute));
    return options;
}

// The only day is not asked for.
std::int32_t chosen_day(const FormState& form, const core::EventConfig& config, const core::Session& session) {
    const auto asked = number_in(form.text("day"));
    return asked ? static_cast<std::int32_t>(*asked) : config.event.timezone.day_number(session.starts.value_or(config.event.starts));
}

// A version of another text has another name: the number at its end is counted on.
std::string next_version(const std::string& version) {
    auto digits = version.size();
    while (digits > 0 && version[digits - 1] >= '0' && version[digits - 1] <= '9')
        --digits;
    const auto number = number_in(std::string_view(version).substr(digits));
    return number ? version.substr(0, digits) + std::to_string(*number + 1) : version + "-2";
}

class SetupForm {
public:
    explicit SetupForm(const SetupSource& source) : m_source(source) {}
    FormState made() {
        ask_titles();
        ask_people();
        ask_place();
        ask_time();
        ask_size();
        ask_agreement();
        return std::move(m_form);
    }

private:
    void ask_titles();
    void ask_people();
    void ask_place();
    void ask_time();
    void ask_size();
    void ask_agreement();

    LocalText words(std::string_view key) const { return local_text(m_source.catalogue, "session.setup." + std::string(key)); }
    FormField field(std::string_view name, QuestionType type, bool required = false) const {
        FormField made;
        made.question.id = name;
        made.question.type = type;
        made.question.required = required;
        made.question.text = words(name);
        made.max_characters = title_characters;
        made.latin = name.ends_with("_en");
        return made;
    }
    static FormField only_if(FormField made, std::string question, std::string value) {
        made.question.depends_on = core::Question::Dependency{std::move(question), {std::move(value)}};
        return made;
    }
    // Once, however often it is offered.
    static void option(FormField& made, std::string_view name, LocalText label) {
        auto& options = made.question.options;
        if (!name.empty() && std::ranges::find(options, name, &core::QuestionOption::id) == options.end())
            options.push_back({std::string(name), std::move(label)});
    }
    void page(std::string_view step, std::vector<FormField> fields) {
        m_form.add_page(std::move(fields), std::string(step), local_text(m_source.catalogue, "session.step." + std::string(step)));
    }

    const SetupSource& m_source;
    FormState m_form;
};

void SetupForm::ask_titles() {
    const auto& session = m_source.known.session;
    const auto& details = m_source.known.details;
    // What it is called, outside and inside. One language is enough.
    const bool chinese = m_source.language == core::Language::Chinese;
    const auto titles = [&](const std::string& stem, const LocalText& now) {
        auto zh = field(stem + "_zh", QuestionType::Text, chinese && now.en.empty());
        auto en = field(stem + "_en", QuestionType::Text, !chinese && now.zh.empty());
        zh.help = words(stem + ".help");
        page("titles", {std::move(zh), std::move(en)});
        m_form.set(stem + "_zh", now.zh);
        m_form.set(stem + "_en", now.en);
    };
    titles("public", m_source.is_new ? local_text(m_source.catalogue, "session.untitled") : session.public_title);
    titles("title", details.title);
}

void SetupForm::ask_people() {
    const auto& details = m_source.known.details;
    // Who: those who are invited stand here, everybody else is looked up.
    const auto people = [&](std::string_view name, const std::string& now) {
        auto made = field(name, QuestionType::Single);
        option(made, now, plain(m_source.name_of(now)));
        for (const auto& person : m_source.known.people)
            if (made.question.options.size() < most_people && person.invitation.status != core::InvitationStatus::Revoked &&
                person.invitation.status != core::InvitationStatus::Declined)
                option(made, person.invitation.ticket, plain(m_source.name_of(person.invitation.ticket)));
        option(made, look_up_option, words("look_up"));
        return made;
    };
    auto host_org = field("host_org", QuestionType::Single);
    option(host_org, details.host_org, plain(details.host_org));
    for (const auto& person : m_source.known.people)
        if (const auto& organisation = person.registration.person.organisation; host_org.question.options.size() < most_people)
            option(host_org, organisation, plain(organisation));
    option(host_org, look_up_option, words("look_up"));
    page("people", {people("host", details.host), std::move(host_org)});
    page("people", {people("note_taker", details.note_taker)});
    m_form.set("host", details.host);
    m_form.set("host_org", details.host_org);
    m_form.set("note_taker", details.note_taker);
}

void SetupForm::ask_place() {
    const auto& session = m_source.known.session;
    // Where and when.
    auto room = field("room", QuestionType::Single, true);
    const auto add_room = [&](const LocalText& label) {
        if (!is_empty(label) && room.question.options.size() < most_rooms)
            option(room, room_id(label), label);
    };
    add_room(session.room);
    for (const auto& unit : m_source.config.units)
        if (unit.kind == "room")
            add_room(is_empty(unit.label) ? plain(unit.id) : unit.label);
    for (const auto& other : m_source.config.sessions)
        add_room(other.room);
    for (const auto& item : m_source.config.event.agenda)
        add_room(item.room);
    option(room, other_option, words("room.other"));
    page("place", {std::move(room)});
    page("place", {only_if(field("room_other", QuestionType::Text, true), "room", std::string(other_option))});
    if (!is_empty(session.room))
        m_form.set("room", room_id(session.room));
}

void SetupForm::ask_time() {
    const auto& session = m_source.known.session;
    const auto& event = m_source.config.event;
    const auto& zone = event.timezone;
    auto day = field("day", QuestionType::Single, true);
    const auto add_day = [&](std::int32_t number) { option(day, std::to_string(number), date_text(zone, zone.start_of_day(number))); };
    const auto first_day = zone.day_number(event.starts), last_day = event.ends ? zone.day_number(*event.ends) : first_day;
    const auto from = std::clamp(zone.day_number(m_source.now), first_day, last_day); // days that are over are not offered
    if (session.starts)
        add_day(zone.day_number(*session.starts));
    for (auto number = from; number <= last_day && day.question.options.size() < most_days; ++number)
        add_day(number);
    std::ranges::sort(day.question.options, {}, [](const auto& each) { return number_in(each.id).value_or(0); });
    if (last_day > first_day || day.question.options.size() > 1)
        page("time", {std::move(day)});
    m_form.set("day", std::to_string(session.starts ? zone.day_number(*session.starts) : from));
    page("time", {field("start", QuestionType::Single, true)});
    offer_starts(m_form, m_source.config, m_source.catalogue, session, m_source.now);
    auto start_other = only_if(field("start_other", QuestionType::Time, true), "start", std::string(other_option));
    start_other.max_characters = 5;
    page("time", {std::move(start_other)});
    auto length = field("length", QuestionType::Single, true);
    std::set<std::int64_t> lengths{30, 45, 60, 90, 120, 180};
    if (session.starts && session.ends) {
        const auto now = (*session.ends - *session.starts) / core::minute_ms;
        lengths.insert(now);
        m_form.set("start", std::to_string(minute_of(zone, *session.starts)));
    }
    for (const auto each : lengths)
        option(length, std::to_string(each), local_text(m_source.catalogue, Message{"session.setup.minutes", {{"count", std::to_string(each)}}}));
    page("time", {std::move(length)});
    if (session.starts && session.ends)
        m_form.set("length", std::to_string((*session.ends - *session.starts) / core::minute_ms));
}

void SetupForm::ask_size() {
    const auto& session = m_source.known.session;
    // How many, how secret.
    const auto number = [&](std::string_view name, std::int64_t least) {
        auto made = field(name, QuestionType::Number);
        made.max_characters = 4;
        made.question.min = least;
        made.question.max = 9999;
        return made;
    };
    page("size", {number("minimum", 0), number("maximum", 1)});
    if (session.minimum)
        m_form.set("minimum", std::to_string(*session.minimum));
    if (session.capacity)
        m_form.set("maximum", std::to_string(*session.capacity));
}

void SetupForm::ask_agreement() {
    const auto& session = m_source.known.session;
    const auto& details = m_source.known.details;
    const bool chinese = m_source.language == core::Language::Chinese;
    auto level = field("level", QuestionType::Single, true);
    for (const auto* each : {"internal", "confidential", "strict"})
        option(level, each, local_text(m_source.catalogue, std::string("session.level.") + each));
    page("agreement", {std::move(level), field("nda", QuestionType::YesNo)});
    m_form.set("level", std::string(core::to_string(details.level)));
    m_form.set("nda", m_source.is_new || session.nda);
    auto source = only_if(field("nda_source", QuestionType::Single, true), "nda", "yes");
    const bool has_text = !is_empty(details.nda_text);
    const bool fits = characters(details.nda_text.zh) <= nda_characters && characters(details.nda_text.en) <= nda_characters;
    if (has_text)
        option(source, "keep", words("nda.keep"));
    option(source, "usual", words("nda.usual"));
    if (fits) // what is too long for this keyboard is not cut short
        option(source, "own", words("nda.own"));
    page("agreement", {std::move(source)});
    m_form.set("nda_source", std::string(has_text ? "keep" : "usual"));
    const auto usual = local_text(m_source.catalogue, "session.nda.usual");
    for (const auto* name : {"nda_zh", "nda_en"}) {
        auto text = only_if(field(name, QuestionType::TextArea, (name == std::string_view("nda_zh")) == chinese), "nda_source", "own");
        text.max_characters = nda_characters;
        page("agreement", {std::move(text)});
    }
    if (fits) {
        m_form.set("nda_zh", has_text ? details.nda_text.zh : usual.zh);
        m_form.set("nda_en", has_text ? details.nda_text.en : usual.en);
    }
    auto version = only_if(field("nda_version", QuestionType::Text, true), "nda", "yes");
    version.help = words("nda_version.help");
    page("agreement", {std::move(version)});
    m_form.set("nda_version", details.nda_version.empty() ? std::string("1") : details.nda_version);
}

} // namespace

FormState setup_form(const SetupSource& source) { return SetupForm(source).made(); }

void offer_starts(FormState& form, const core::EventConfig& config, const core::Catalogue& catalogue, const core::Session& session, core::Instant now) {
    const auto& zone = config.event.timezone;
    const auto day = chosen_day(form, config, session);
    auto options = grid_of_starts(config.event, day, now);
    // When it is to begin as it stands, on its own day even where that is over.
    if (session.starts) {
        const auto minute = minute_of(zone, *session.starts);
        const auto own = time_option(minute);
        const bool counts = day == zone.day_number(*session.starts) || instant_at(zone, day, minute) > now;
        if (counts && std::ranges::find(options, own.id, &core::QuestionOption::id) == options.end())
            options.push_back(own);
        std::ranges::sort(options, {}, [](const auto& each) { return number_in(each.id).value_or(0); });
    }
    options.push_back({std::string(other_option), local_text(catalogue, "session.setup.start.other")});
    form.set_options("start", std::move(options));
}

LocalText chosen_agreement(const FormState& form, const core::PrivateSession& before, const LocalText& usual) {
    const auto source = form.text("nda_source");
    if (source == "usual")
        return usual;
    return source == "own" ? LocalText{form.text("nda_zh"), form.text("nda_en")} : before.nda_text;
}

std::optional<std::pair<std::string, Message>> setup_problem(const FormState& form, const core::PrivateSession& before, const LocalText& usual) {
    const auto least = number_in(form.text("minimum")), most = number_in(form.text("maximum"));
    if (form.text("start") == other_option && form.answered("start_other") && !minute_in(form.text("start_other")))
        return std::pair(std::string("start_other"), Message{"form.problem.time", {}}); // a way of writing it that is only read elsewhere
    if (least && most && *least > *most)
        return std::pair(std::string("maximum"), Message{"session.problem.size", {}});
    if (!form.yes("nda"))
        return std::nullopt;
    if (!before.nda_version.empty() && form.text("nda_version") == before.nda_version && !same(chosen_agreement(form, before, usual), before.nda_text))
        return std::pair(std::string("nda_version"), Message{"session.problem.version", {}});
    return std::nullopt;
}

void propose_version(FormState& form, const core::PrivateSession& before, const LocalText& usual) {
    const auto wrong = form.is_ahead("nda_version") ? setup_problem(form, before, usual) : std::nullopt;
    if (wrong && wrong->first == "nda_version")
        form.set("nda_version", next_version(before.nda_version));
}

void apply_setup(const FormState& form, const core::EventConfig& config, const LocalText& usual, core::Session& session, core::PrivateSession& details) {
    session.public_title = {form.text("public_zh"), form.text("public_en")};
    details.title = {form.text("title_zh"), form.text("title_en")};
    details.host = form.text("host");
    details.host_org = form.text("host_org");
    details.note_taker = form.text("note_taker");
    if (const auto room = form.text("room"); room == other_option)
        session.room = {form.text("room_other"), {}};
    else if (const auto line = room.find('\n'); line != std::string::npos)
        session.room = {room.substr(0, line), room.substr(line + 1)};
    const auto minute = minute_in(form.text("start") == other_option ? form.text("start_other") : form.text("start")).value_or(0);
    session.starts = instant_at(config.event.timezone, chosen_day(form, config, session), minute);
    session.ends = *session.starts + number_in(form.text("length")).value_or(0) * core::minute_ms;
    session.minimum = number_in(form.text("minimum"));
    session.capacity = number_in(form.text("maximum"));
    details.level = core::parse_confidentiality(form.text("level")).value_or(details.level);
    session.nda = form.yes("nda");
    if (session.nda) {
        details.nda_text = chosen_agreement(form, details, usual);
        details.nda_version = form.text("nda_version");
    }
}

} // namespace kiosk::app
