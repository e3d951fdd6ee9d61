// SPDX-License-Identifier: Apache-2.0
#include "situations.hpp"

#include "plugin_host/requests.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <random>
#include <set>

namespace kiosk::checker {

using Json = nlohmann::json;

namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::size_t max_settings = 24; // of fixtures: each multiplies the table
constexpr std::array roles{"attendee", "speaker", "moderator", "vip", "volunteer", "media", "staff", "guest_of_honour"};
constexpr std::array doors{"main", "backstage", "closed_room", "day"};

core::AgendaItem item(const char* kind, core::LocalText title, core::Instant starts, int length_min) {
    return {kind, std::move(title), {"主会场", "Main hall"}, starts, starts + length_min * minute_ms};
}

class Table {
  public:
    explicit Table(const Subject& subject) : m_subject(subject), m_manifest(*subject.manifest) {}

    std::vector<Request> make() {
        std::set<std::string> settings;
        for (const Fixture& fixture : m_subject.fixtures)
            if (!fixture.settings.empty() && fixture.settings != "{}" && settings.size() < max_settings)
                settings.insert(fixture.settings);
        with_settings("");
        for (const std::string& one : settings)
            with_settings(one);
        migrations();
        return std::move(m_requests);
    }

  private:
    void add(std::string_view method, std::string json, const std::string& label) {
        if (m_manifest.has_method(method))
            m_requests.push_back({std::string(method), std::move(json),
                                  label + (m_settings.empty() ? "" : ", settings " + m_settings), m_settings.empty()});
    }

    void with_settings(const std::string& settings) {
        m_settings = settings;
        const auto config = example_event(m_manifest, settings);
        plugin_host::EventEncoder encoder;
        const auto& event = encoder.encode(config.event);
        if (!event)
            return;
        decisions(config, *event);
        for (const std::string& form : form_ids(m_manifest)) {
            add("form.describe/1", plugin_host::form_request(*event, form), "form " + form);
            add("form.validate/1", plugin_host::validate_request(*event, form, {}), "no answers to " + form);
        }
        for (const char* role : roles)
            for (const std::int64_t minutes : {-60, 0, 45, 400}) {
                const auto guest = example_guest(role);
                add("welcome.describe/1",
                    plugin_host::welcome_request(*event, config.event, &guest,
                                                 config.event.starts + minutes * minute_ms, {}),
                    std::string(role) + " " + std::to_string(minutes) + " minutes after the start");
            }
        add("welcome.describe/1",
            plugin_host::welcome_request(*event, config.event, nullptr, config.event.starts, {}), "not in the roster");
        add("agenda.describe/1", plugin_host::agenda_request(*event, false), "half day");
        add("agenda.describe/1", plugin_host::agenda_request(*event, true), "full day");
        add("report.sections/1", plugin_host::report_request(*event), "report");
        add("booking.resources/1", plugin_host::resources_request(*event), "resources");
    }

    void decisions(const core::EventConfig& config, const std::string& event) {
        const auto decide = [&](const core::Registration* guest, const char* door, std::int64_t minutes,
                                const std::vector<core::PastScan>& history, const std::string& label) {
            auto scan = example_scan(config, door);
            scan.at = config.event.starts + minutes * minute_ms;
            core::PluginQuery query;
            query.config = &config;
            query.checkpoint = config.checkpoint(door);
            query.request = &scan;
            query.registration = guest;
            query.history = &history;
            query.ticket = "EXAMPLE0001";
            add("admission.decide/1", plugin_host::decide_request(event, query, {}), label);
        };
        const std::vector<core::PastScan> none;
        for (const char* role : roles)
            for (const char* door : doors) {
                const auto guest = example_guest(role);
                decide(&guest, door, 5, none, std::string(role) + " at the door " + door);
            }
        for (const std::int64_t minutes : {-1440, -60, -29, 0, 400, 2000}) {
            const auto guest = example_guest();
            decide(&guest, "main", minutes, none, std::to_string(minutes) + " minutes after the start");
        }
        for (const auto source : {core::RegistrationSource::WalkIn, core::RegistrationSource::Invite,
                                  core::RegistrationSource::Staff}) {
            auto guest = example_guest();
            guest.source = source;
            guest.person.organisation.clear();
            decide(&guest, "main", 5, none, "another source");
        }
        decide(nullptr, "main", 5, none, "not in the roster");
        const auto guest = example_guest();
        const auto starts = config.event.starts;
        decide(&guest, "main", 30, {{core::Direction::Entry, starts}}, "is in already");
        decide(&guest, "main", 30,
               {{core::Direction::Entry, starts}, {core::Direction::Exit, starts + 10 * minute_ms}}, "was in and left");
        std::vector<core::PastScan> many;
        for (int i = 0; i < 100; ++i)
            many.push_back({i % 2 == 0 ? core::Direction::Entry : core::Direction::Exit, starts + i * minute_ms});
        decide(&guest, "main", 200, many, "a hundred scans before");
    }

    void migrations() {
        m_settings.clear();
        for (const std::string& form : form_ids(m_manifest))
            for (std::int64_t from = 1; from < std::max<std::int64_t>(m_manifest.state_version, 2); ++from)
                add("state.migrate/1",
                    plugin_host::migrate_request(from, m_manifest.state_version, form, {}),
                    "answers of state " + std::to_string(from));
    }

    const Subject& m_subject;
    const plugin_host::Manifest& m_manifest;
    std::string m_settings;
    std::vector<Request> m_requests;
};

Json random_value(std::mt19937& random) {
    constexpr std::array texts{"", "yes", "mysql", "other", "12", "-3.5e9", "2026-11-20", "张三 O’Neil", "\u0001", "x.y"};
    const auto text = [&] { return std::string(texts[random() % texts.size()]); };
    switch (random() % 9) {
    case 0:
        return random() % 2 == 0;
    case 1: {
        Json list = Json::array();
        for (auto n = random() % 6; n > 0; --n)
            list.push_back(text());
        return list;
    }
    case 2: {
        Json rows = Json::array();
        for (auto n = random() % 4; n > 0; --n)
            rows.push_back({{"name", text()}, {"count", text()}, {text(), text()}});
        return rows;
    }
    case 3:
        return std::string(4000, 'x');
    case 4:
        return "象到🐘";
    default:
        return text();
    }
}

} // namespace

core::EventConfig example_event(const plugin_host::Manifest& manifest, const std::string& settings) {
    core::EventConfig config;
    core::Event& event = config.event;
    event.code = "EX01";
    const bool is_type = manifest.type == plugin_host::PluginType::EventType && !manifest.event_types.empty();
    event.type = is_type ? manifest.event_types.front() : "salon";
    if (!is_type)
        event.addons = {manifest.id};
    event.title = {"示例活动", "Example event"};
    event.venue = {"示例大厦", "Example Tower"};
    if (auto zone = core::TimeZone::create("Asia/Shanghai"))
        event.timezone = *zone;
    event.starts = core::Instant{1'795'150'800'000}; // 2026-11-20 13:00 in Shanghai
    event.ends = event.starts + 300 * minute_ms;
    event.agenda = {item("opening", {"开场", "Opening"}, event.starts + 10 * minute_ms, 10),
                    item("talk", {"主题演讲", "Keynote"}, event.starts + 20 * minute_ms, 40),
                    item("break", {"茶歇", "Break"}, event.starts + 60 * minute_ms, 20)};
    event.settings = settings;
    core::Session room;
    room.id = "s1";
    room.kind = "closed_door";
    room.starts = event.starts;
    room.ends = event.ends;
    config.sessions = {room};
    for (const char* id : doors) {
        core::Checkpoint door;
        door.id = id;
        if (door.id == "closed_room") {
            door.scope = core::Scope::Session;
            door.session = room.id;
        } else if (door.id == "day") {
            door.scope = core::Scope::Day;
        }
        config.checkpoints.push_back(std::move(door));
    }
    return config;
}

core::Registration example_guest(const std::string& role) {
    core::Registration guest;
    guest.uid = "00000000-0000-7000-8000-000000000001";
    guest.ticket = "EXAMPLE0001";
    guest.ticket_type = "std";
    guest.event_role = role;
    guest.person.name = "王谷雨";
    guest.person.organisation = "松果示例软件";
    return guest;
}

core::ScanRequest example_scan(const core::EventConfig& config, const std::string& door) {
    core::ScanRequest scan;
    scan.checkpoint = door;
    scan.code = "EXAMPLE0001";
    scan.gate = "1";
    scan.at = config.event.starts + 5 * minute_ms;
    return scan;
}

std::vector<Request> all_requests(const Subject& subject) {
    return Table(subject).make();
}

std::vector<Request> requests_of(const Subject& subject, std::string_view method) {
    auto requests = all_requests(subject);
    std::erase_if(requests, [&](const Request& request) { return request.method != method; });
    return requests;
}

std::vector<Request> plain_requests(const Subject& subject) {
    std::vector<Request> first;
    std::set<std::string> seen;
    for (auto& request : all_requests(subject))
        if (request.plain && seen.insert(request.method).second)
            first.push_back(std::move(request));
    return first;
}

std::vector<std::string> random_answers(const std::vector<std::string>& questions, std::size_t count) {
    std::mt19937 random(20'261'120); // the same every time
    std::vector<std::string> all{"{}"};
    while (all.size() < count) {
        Json answers = Json::object();
        for (const std::string& id : questions)
            if (random() % 3 != 0)
                answers[id] = random_value(random);
        if (random() % 8 == 0)
            answers["nobody_asked"] = random_value(random);
        all.push_back(answers.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    return all;
}

std::vector<std::string> question_ids(const plugin_host::Manifest& manifest,
                                      const std::vector<std::string>& form_replies) {
    std::set<std::string> ids(manifest.reads_answers.begin(), manifest.reads_answers.end());
    for (const std::string& reply : form_replies) {
        try {
            const Json form = Json::parse(reply);
            for (const Json& step : form.at("steps"))
                for (const Json& field : step.at("fields"))
                    ids.insert(field.at("id").get<std::string>());
        } catch (const std::exception&) { // what is wrong with it is said elsewhere
        }
    }
    return {ids.begin(), ids.end()};
}

std::vector<std::string> form_ids(const plugin_host::Manifest& manifest) {
    std::vector<std::string> ids{"registration"};
    for (const auto& questionnaire : manifest.questionnaires)
        ids.push_back(questionnaire.id);
    return ids;
}

} // namespace kiosk::checker
