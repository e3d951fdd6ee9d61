// SPDX-License-Identifier: Apache-2.0
// Meetup, conference, training and the add-ons for a stage, as their guests meet them: through the broker, from the
// built folders; several at one event; and the kit that they are made of.
#include "resources/resources.hpp"
#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"

#include <kiosk_plugin_kit.hpp>

#include <algorithm>
#include <set>

using namespace kiosk;
using core::Outcome;
using core::Reason;
namespace kit = sdk::kit;

namespace {

const std::vector<std::string> stage_addons{"roundtable", "user_group", "live"};

struct Event {
    test::Bench bench;
    test::Door door;
    std::unique_ptr<plugin_host::Broker> broker;
    explicit Event(const std::string& type, std::vector<std::string> addons = {})
        : broker(bench.broker(type, test::salon_folders(), addons)) {
        door.config.event.type = type;
        door.config.event.addons = std::move(addons);
        REQUIRE(broker->missing().empty());
    }
    core::PluginVerdict decide() { return broker->decide(door.query()); }
    core::Form form() { return broker->registration_form(door.config); }
    std::vector<core::LocalText> welcome() { return broker->welcome(door.config, &door.guest, door.request.at); }
    std::vector<core::FieldProblem> problems(const core::Answers& answers) {
        return broker->validate(door.config, nullptr, answers).problems;
    }
    void set(const char* settings) { door.config.event.settings = settings; }
};

const core::FormField& field(const core::Form& form, std::string_view id) {
    const auto* found = core::find_field(form, id);
    INFO(id);
    REQUIRE(found != nullptr);
    return *found;
}

bool says(const std::vector<core::LocalText>& lines, std::string_view zh) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return line.zh.find(zh) != std::string::npos; });
}

core::AgendaItem item(const char* kind, const char* zh, const char* starts, const char* ends, const char* room = "") {
    return {kind, {zh, zh}, {room, room}, test::at(starts), test::at(ends)};
}

sdk::Json locale(const std::filesystem::path& folder, const char* language) {
    const auto text = resources::read_file(folder / (std::string(language) + ".json"));
    return text ? sdk::Json::parse(*text) : sdk::Json::object();
}

} // namespace

TEST_CASE("event types: without settings everybody may come, but a training has counted its seats", "[types]") {
    const std::string type = GENERATE("salon", "meetup", "conference", "conference.regional", "training");
    const bool with_addons = GENERATE(false, true);
    Event event(type, with_addons ? stage_addons : std::vector<std::string>{});
    CHECK(event.decide().outcome == Outcome::Admitted);
    event.door.guest.event_role = "media";
    event.door.guest.source = core::RegistrationSource::Staff;
    CHECK(event.decide().outcome == Outcome::Admitted);
    event.door.request.at = test::at("2026-11-20T03:00:00+08:00");
    CHECK(event.decide().outcome == Outcome::Admitted);
    event.door.guest.source = core::RegistrationSource::WalkIn;
    CHECK(event.decide().outcome == (type == "training" ? Outcome::StaffCheck : Outcome::Admitted));
    event.door.in_roster = false;
    CHECK(event.decide().outcome == Outcome::Admitted);
}

TEST_CASE("event types: the common fields are asked, name, phone and privacy of everybody", "[types]") {
    const std::string type = GENERATE("salon", "meetup", "conference", "conference.regional", "training");
    Event event(type, stage_addons);
    const auto form = event.form();
    using core::Binding;
    for (const auto& [id, binding] : {std::pair{"name", Binding::Name},
                                      {"phone", Binding::Phone},
                                      {"organisation", Binding::Organisation},
                                      {"title", Binding::Title},
                                      {"privacy", Binding::Consent},
                                      {"share", Binding::Consent}})
        CHECK(field(form, id).binding == binding);
    for (const char* id : {"name", "phone", "privacy"})
        CHECK(field(form, id).question.required);
    for (const char* id : {"organisation", "title", "share", "job_kind"})
        CHECK_FALSE(field(form, id).question.required);
    CHECK(field(form, "job_kind").question.options.size() == 14);
    // Nothing else is demanded of somebody who just wants to come in.
    for (const auto& step : form)
        for (const auto& each : step.fields)
            if (each.question.required && each.binding == core::Binding::Own)
                CHECK(each.question.depends_on);
}

TEST_CASE("event types: agenda templates follow on without gaps and make room for the stage", "[types]") {
    const std::string type = GENERATE("salon", "meetup", "conference", "conference.regional", "training");
    const bool full_day = GENERATE(false, true);
    const auto plain = Event(type).broker->agenda_template(Event(type).door.config, full_day);
    Event event(type, stage_addons);
    const auto items = event.broker->agenda_template(event.door.config, full_day);
    CHECK(items.size() == plain.size() + 2);
    CHECK(items.front().kind == "checkin");
    CHECK(items.front().starts == event.door.config.event.starts);
    for (std::size_t i = 1; i < items.size(); ++i)
        CHECK(items[i].starts == items[i - 1].ends);
    const auto of_kind = [&](const char* kind) {
        return std::find_if(items.begin(), items.end(), [&](const auto& one) { return one.kind == kind; });
    };
    REQUIRE(of_kind("panel") != items.end());
    CHECK(of_kind("panel") + 1 == of_kind("ceremony"));
    const auto draw = of_kind("draw");
    CHECK((draw == items.end() || draw == of_kind("ceremony") + 1));
    const auto minutes = (items.back().ends - items.front().starts) / core::minute_ms;
    CHECK(minutes >= (full_day ? 360 : 180));
    CHECK(minutes <= (full_day ? 600 : 330));
}

TEST_CASE("event types: reports name a section once and keep people's own business for organizers", "[types]") {
    const std::string type = GENERATE("salon", "meetup", "conference", "training");
    Event event(type, stage_addons);
    std::set<std::string> ids, restricted;
    for (const auto& section : event.broker->report_sections(event.door.config)) {
        INFO(section.id);
        CHECK(ids.insert(section.id).second);
        CHECK_FALSE(section.figures.empty());
        if (section.confidential)
            restricted.insert(section.id);
    }
    for (const char* common : {"attendance", "arrivals", "organisations", "returning", "channels", "satisfaction"})
        CHECK(ids.contains(common));
    CHECK(restricted.contains("leads"));
    CHECK(restricted.contains("panel_questions"));
    if (type == "training")
        for (const char* own : {"attendance_matrix", "eligibility", "exam_results", "certificates", "invoices"})
            CHECK(restricted.contains(own));
    if (type == "conference")
        CHECK(restricted.contains("catering"));
}

TEST_CASE("event types: settings that nobody can read go to staff", "[types]") {
    const auto [type, settings] =
        GENERATE(table<const char*, const char*>({{"meetup", R"({"require_roster":1})"},
                                                  {"meetup", R"({"ask_at_door":["pg_status"]})"},
                                                  {"conference", R"({"meals":"yes"})"},
                                                  {"conference.regional", R"({"ask_at_door":["diet"]})"},
                                                  {"training", R"({"walk_ins":"yes"})"}}));
    Event event(type);
    event.door.guest.source = core::RegistrationSource::WalkIn;
    event.set(settings);
    CHECK(event.decide().reason == Reason::PluginUnavailable);
}

TEST_CASE("salon with panel, founding and stream: one form that asks nothing twice", "[composition]") {
    Event event("salon", stage_addons);
    std::set<std::string> ids, steps;
    std::set<core::Binding> properties;
    for (const auto& step : event.form()) {
        CHECK(steps.insert(step.id).second);
        for (const auto& each : step.fields) {
            INFO(each.question.id);
            CHECK(ids.insert(each.question.id).second);
            if (each.binding != core::Binding::Own && each.binding != core::Binding::Consent)
                CHECK(properties.insert(each.binding).second);
            CHECK_FALSE(each.question.text.zh.empty());
            CHECK_FALSE(each.question.text.en.empty());
        }
    }
    for (const char* id : {"pg_status", "panel_question", "join_group", "role_wanted", "attends", "media", "email"})
        CHECK(ids.contains(id));
    CHECK(steps == std::set<std::string>{"person", "interest", "match", "consent", "panel", "user_group", "live"});
}

TEST_CASE("salon with panel, founding and stream: the strictest answer wins, questions add up", "[composition]") {
    Event event("salon", stage_addons);
    event.set(R"({"ask_at_door":["pg_status"],"user_group":{"ask_at_door":["join_group"]},
                  "require_roster":true,"role_checkpoints":{"backstage":["staff"]}})");
    auto verdict = event.decide();
    CHECK(verdict.outcome == Outcome::Incomplete);
    CHECK(verdict.questions == std::vector<std::string>{"pg_status", "join_group"});

    event.door.guest.ticket_type = "online"; // a viewer, whatever else is open
    verdict = event.decide();
    CHECK(verdict.outcome == Outcome::StaffCheck);
    CHECK(verdict.reason == Reason::TicketType);
    CHECK(verdict.explanation.zh.find("欢迎放行") != std::string::npos);

    event.door.request.checkpoint = "backstage"; // the type's refusal is stricter still
    CHECK(event.decide().reason == Reason::NotInvited);

    event.door.request.checkpoint = "main";
    event.door.guest.ticket_type = "std";
    event.door.guest.answers = {{"pg_status", std::string("trial")}, {"join_group", true}};
    CHECK(event.decide().questions == std::vector<std::string>{"role_wanted", "city"});
    event.door.request.answers = {{"role_wanted", std::string("member")}, {"city", std::string("南京")}};
    CHECK(event.decide().outcome == Outcome::Admitted);
    event.door.request.answers = {{"join_group", false}};
    CHECK(event.decide().outcome == Outcome::Admitted);
}

TEST_CASE("salon with panel, founding and stream: each of them welcomes in turn", "[composition]") {
    Event event("salon", stage_addons);
    event.set(R"({"live":{"off_camera":{"zh":"右后方","en":"at the back"}}})");
    event.door.guest.answers = {{"panel_question", std::string("怎么回退")},
                                {"role_wanted", std::string("ambassador")}};
    event.door.config.event.agenda = {
        item("panel", "圆桌", "2026-11-20T16:20:00+08:00", "2026-11-20T16:50:00+08:00", "主会场"),
        item("ceremony", "成立", "2026-11-20T16:50:00+08:00", "2026-11-20T17:10:00+08:00")};
    const auto lines = event.welcome();
    REQUIRE(lines.size() == 4);
    CHECK(lines[0].zh == "祝您今天有收获");
    CHECK(says(lines, "圆桌 16:20 开始"));
    CHECK(says(lines, "大使"));
    CHECK(says(lines, "右后方"));
    event.door.guest.event_role = "moderator";
    CHECK(says(event.welcome(), "请 16:10 前到主会场"));
}

TEST_CASE("meetup: nobody uses no database and MySQL", "[meetup]") {
    Event event("meetup");
    CHECK(event.problems({{"database_used", std::vector<std::string>{"none"}}}).empty());
    const auto problems = event.problems({{"database_used", std::vector<std::string>{"mysql", "none"}}});
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].field == "database_used");
}

TEST_CASE("meetup: where there is a draw guests are told their number, crew are not", "[meetup]") {
    Event event("meetup");
    event.door.config.event.agenda = {item("draw", "抽奖", "2026-11-20T17:10:00+08:00", "2026-11-20T17:30:00+08:00")};
    CHECK(says(event.welcome(), "17:10 开奖"));
    event.door.guest.event_role = "volunteer";
    CHECK_FALSE(says(event.welcome(), "开奖"));
    event.door.guest.event_role = "attendee";
    event.door.request.at = test::at("2026-11-20T17:15:00+08:00");
    CHECK_FALSE(says(event.welcome(), "开奖")); // too late
}

TEST_CASE("conference: one plugin serves both, the regional one asks less", "[conference]") {
    Event national("conference"), regional("conference.regional");
    CHECK(core::find_field(national.form(), "diet") != nullptr);
    CHECK(core::find_field(regional.form(), "diet") == nullptr);
    regional.set(R"({"meals":true})");
    CHECK(core::find_field(regional.form(), "diet") != nullptr);
    const auto form = national.form();
    const auto& title = field(form, "invoice_title");
    CHECK_FALSE(core::is_asked(form, title, {}));
    CHECK(core::is_asked(form, title, {{"invoice", true}}));
    CHECK(national.problems({{"invoice", true}, {"tax_number", std::string("91-x")}}).size() == 1);
    CHECK(national.problems({{"invoice", false}, {"tax_number", std::string("91-x")}}).empty());
}

TEST_CASE("conference: its own tracks, at most three, and where they are", "[conference]") {
    Event event("conference");
    event.set(R"({"tracks":[{"id":"kernel","text":{"zh":"内核","en":"Kernel"},"room":{"zh":"三楼","en":"level 3"}},
                            {"id":"cloud","text":{"zh":"云上","en":"Cloud"}}]})");
    const auto form = event.form();
    REQUIRE(field(form, "tracks").question.options.size() == 2);
    CHECK(field(form, "tracks").question.options[0].text.zh == "内核");
    CHECK(field(form, "tracks").question.max == 3);
    event.door.guest.answers = {{"tracks", std::vector<std::string>{"kernel"}}};
    CHECK(says(event.welcome(), "您选的「内核」在三楼"));
    event.door.guest.answers = {{"tracks", std::vector<std::string>{"cloud"}}};
    CHECK(event.welcome().size() == 1);
}

TEST_CASE("training: walk-ins are for staff unless the organizer opens the class", "[training]") {
    Event event("training");
    event.door.guest.source = core::RegistrationSource::WalkIn;
    const auto verdict = event.decide();
    CHECK(verdict.outcome == Outcome::StaffCheck);
    CHECK(verdict.reason == Reason::Rules);
    CHECK(verdict.explanation.zh.find("空位") != std::string::npos);
    event.set(R"({"walk_ins":true})");
    CHECK(event.decide().outcome == Outcome::Admitted);
}

TEST_CASE("training: a no to the laptop is an answer", "[training]") {
    Event event("training");
    event.set(R"({"ask_at_door":["laptop"],"laptops":{"zh":"助教台","en":"the desk"}})");
    CHECK(event.decide().questions == std::vector<std::string>{"laptop"});
    event.door.request.answers = {{"laptop", false}};
    CHECK(event.decide().outcome == Outcome::Admitted);
    event.door.guest.answers = {{"laptop", false}};
    CHECK(says(event.welcome(), "借用电脑请到助教台"));
}

TEST_CASE("training: the name for the certificate stays with the host", "[training]") {
    const auto manifest = plugin_host::read_manifest(test::salon_folders() / "training");
    REQUIRE(manifest);
    CHECK_FALSE(manifest->reads_answer("legal_name"));
    Event event("training");
    CHECK(core::find_field(event.form(), "legal_name") != nullptr);
}

TEST_CASE("user_group: who leads says what they will do; every application is a lead", "[user_group]") {
    Event event("meetup", {"user_group"});
    const auto role = [](const char* id) {
        return core::Answers{{"join_group", true}, {"role_wanted", std::string(id)}, {"city", std::string("南京")}};
    };
    CHECK(event.problems(role("member")).empty());
    CHECK(event.problems(role("organizer")).size() == 1);
    auto ambassador = role("ambassador");
    ambassador["contribution"] = std::vector<std::string>{"talk"};
    CHECK(event.problems(ambassador).empty());

    const auto form = event.form();
    const auto& wanted = field(form, "role_wanted");
    REQUIRE(wanted.leads.size() == 1);
    CHECK(wanted.leads[0].type == "group_join");
    CHECK(wanted.leads[0].values.empty());
    CHECK_FALSE(core::is_asked(form, field(form, "city"), {{"join_group", false}}));
    CHECK(core::is_asked(form, field(form, "city"), {{"join_group", true}}));
}

TEST_CASE("live: a viewer at the door is for staff, by ticket or by answer", "[live]") {
    Event event("meetup", {"live"});
    event.door.guest.answers = {{"attends", std::string("online")}};
    CHECK(event.decide().reason == Reason::TicketType);
    event.door.guest.answers = {{"attends", std::string("onsite")}};
    CHECK(event.decide().outcome == Outcome::Admitted);
    event.door.guest.ticket_type = "stream";
    CHECK(event.decide().outcome == Outcome::Admitted);
    event.set(R"({"live":{"ticket_types":["stream"]}})");
    CHECK(event.decide().outcome == Outcome::StaffCheck);
    event.set(R"({"live":{"ticket_types":["stream"],"viewers_welcome":true}})");
    CHECK(event.decide().outcome == Outcome::Admitted);
}

TEST_CASE("roundtable: questions are short and can be read out", "[roundtable]") {
    Event event("meetup", {"roundtable"});
    CHECK(field(event.form(), "panel_question").question.max == 120);
    CHECK(event.problems({{"panel_question", std::string("迁移以后怎么回退？")}}).empty());
    CHECK(event.problems({{"panel_question", std::string("看 https://demo.example")}}).size() == 1);
}

TEST_CASE("kit: a built plugin has the kit's texts, and its own words where it has both", "[kit]") {
    for (const char* id : {"salon", "meetup", "conference", "training", "roundtable", "user_group", "live"})
        for (const char* language : {"zh", "en"}) {
            INFO(id << " " << language);
            auto expected = locale(XIANGDAO_SOURCE_DIR "/plugins/sdk/locale", language);
            REQUIRE(expected.size() > 50);
            const auto own = locale(std::filesystem::path(XIANGDAO_SOURCE_DIR "/plugins") / id / "locale", language);
            REQUIRE_FALSE(own.empty());
            expected.update(own);
            CHECK(locale(test::salon_folders() / id / "locale", language) == expected);
        }
}

TEST_CASE("kit: numbers as typed", "[kit]") {
    const auto read = [](const char* text) { return kit::integer_of({{"n", text}}, "n"); };
    CHECK(read("0") == 0);
    CHECK(read("120") == 120);
    CHECK(read("-7") == -7);
    for (const char* other : {"", "-", "1.5", "x", " 1", "1234567890"})
        CHECK_FALSE(read(other));
    CHECK_FALSE(kit::integer_of({}, "n"));
    CHECK_FALSE(kit::integer_of({{"n", 3}}, "n")); // numbers come as text
}

TEST_CASE("kit: a group that can be booked is as the settings say, and gone at a count of none", "[kit]") {
    const auto offered = [](const char* settings) {
        const auto json = sdk::Json::parse(settings);
        sdk::BookingResources resources;
        kit::offer(resources, kit::in_slots(kit::bookable("table", "table", 4, 2), 30, 20, 5, 9),
                   sdk::Object(json, "event.settings"));
        return resources.groups;
    };
    REQUIRE(offered("{}").size() == 1);
    CHECK(offered("{}")[0].slots == 9);
    CHECK(offered(R"({"bookable":{"table":{"count":8,"slots":3}}})")[0].count == 8);
    CHECK(offered(R"({"bookable":{"table":{"count":8,"slots":3}}})")[0].seats == 2);
    CHECK(offered(R"({"bookable":{"table":{"count":0}}})").empty());
    CHECK_THROWS_AS(offered(R"({"bookable":{"table":{"count":-1}}})"), sdk::Problem);
    CHECK_THROWS_AS(offered(R"({"bookable":[]})"), sdk::Problem);
}

TEST_CASE("kit: the welcome has room for four lines", "[kit]") {
    const auto line = [](const char* key) { return std::optional(sdk::Text::of(key)); };
    const auto welcome = kit::lines({line("a"), std::nullopt, line("b"), line("c"), line("d"), line("e")});
    REQUIRE(welcome.lines.size() == 4);
    CHECK(welcome.lines.back().key == "d");
}
