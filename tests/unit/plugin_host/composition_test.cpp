// SPDX-License-Identifier: Apache-2.0
// Event type and add-ons as one: what can be booked, whose question an id means, plugins that are set aside.
#include "plugin_host/broker.hpp"

#include "core/forms.hpp"
#include "plugin_host/schemas.hpp"
#include "support/catch.hpp"
#include "unit/plugin_host/scripted.hpp"

#include <nlohmann/json.hpp>

using namespace kiosk;
using core::Outcome;
using plugin_host::Broker;
using test::Script;
using test::scripted;
using Json = nlohmann::json;
using Names = std::vector<std::string>;

namespace {

std::unique_ptr<Broker> both(std::unique_ptr<plugin_host::Plugin> type, std::unique_ptr<plugin_host::Plugin> addon) {
    std::vector<std::unique_ptr<plugin_host::Plugin>> addons;
    addons.push_back(std::move(addon));
    return std::make_unique<Broker>(std::move(type), std::move(addons));
}

std::string form(const std::string& step, const std::string& id, const std::string& type) {
    Json field{{"id", id}, {"type", type}, {"text", {{"zh", "问"}, {"en", "Q"}}}, {"ask_at", "checkin"}};
    if (type == "single")
        field["options"] = {{{"id", "x"}, {"text", {{"zh", "一"}, {"en", "X"}}}}};
    return Json{{"steps", {{{"id", step}, {"title", {{"zh", "步"}, {"en", "S"}}}, {"fields", {field}}}}}}.dump();
}

std::string resources(const std::string& groups, int most, int grace, bool check_in, const std::string& purposes) {
    return R"({"groups":[)" + groups + R"(],"most_per_person":)" + std::to_string(most) + R"(,"grace_min":)" +
           std::to_string(grace) + R"(,"needs_check_in":)" + (check_in ? "true" : "false") + R"(,"purposes":[)" +
           purposes + "]}";
}

std::string group(const std::string& id, int count, int length = 20, int slots = 6) {
    return R"({"id":")" + id + R"(","kind":"table","text":{"zh":"洽谈桌","en":"Table"},"count":)" + std::to_string(count) +
           R"(,"seats":2,"first_min":30,"length_min":)" + std::to_string(length) + R"(,"gap_min":5,"slots":)" +
           std::to_string(slots) + "}";
}

constexpr const char* decide = "admission.decide/1";
constexpr const char* describe = "form.describe/1";
constexpr const char* bookable = "booking.resources/1";

} // namespace

TEST_CASE("composition: what can be booked is one list with the narrower rules", "[plugin_host][bookings]") {
    test::Bench bench;
    Script type, addon;
    type.replies.emplace(bookable, resources(group("table", 10), 4, 7, false, R"("business")"));
    addon.replies.emplace(bookable, resources(group("table", 99) + "," + group("desk", 3), 2, 9, true,
                                              R"("trial","business")"));
    const auto broker = both(scripted("type", type, bench), scripted("addon", addon, bench));
    const auto all = broker->booking_resources(test::Door().config);
    REQUIRE(all.groups.size() == 2);
    CHECK(all.groups[0].id == "table");
    CHECK(all.groups[0].count == 10); // the event type's own word stands
    CHECK(all.groups[0].text.zh == "洽谈桌");
    CHECK(all.groups[1].id == "desk");
    CHECK(all.rules.most_per_person == 2);
    CHECK(all.rules.grace_min == 7);
    CHECK(all.rules.needs_check_in);
    CHECK(all.rules.purposes == Names{"business", "trial"});
}

TEST_CASE("composition: who has nothing to book has no say in it", "[plugin_host][bookings]") {
    test::Bench bench;
    Script type, addon;
    type.replies.emplace(bookable, resources("", 1, 0, true, ""));
    addon.replies.emplace(bookable, resources(group("table", 3), 4, 7, false, ""));
    const auto broker = both(scripted("type", type, bench), scripted("addon", addon, bench));
    const auto all = broker->booking_resources(test::Door().config);
    CHECK(all.groups.size() == 1);
    CHECK(all.rules.most_per_person == 4);
    CHECK_FALSE(all.rules.needs_check_in);
}

TEST_CASE("composition: resources that can't be are not taken", "[plugin_host][bookings]") {
    const auto wrong = GENERATE(
        as<std::string>(), resources(group("table", 0), 4, 7, true, ""), resources(group("table", 5, 0, 3), 4, 7, true, ""),
        resources(group("t", 1) + "," + group("t", 2), 4, 7, true, ""), resources(group("t", 1), 0, 7, true, ""),
        resources(group("t", 1), 4, 7, true, R"("dancing")"), R"({"groups":[]})");
    test::Bench bench;
    Script type;
    type.replies.emplace(bookable, wrong);
    Broker broker(scripted("type", type, bench), {});
    INFO(wrong);
    CHECK(broker.booking_resources(test::Door().config).groups.empty());
    CHECK(broker.status()[0].statistics.failures == 1);
}

// The event type and the add-on both have a question "size", of different types: the add-on's is asked as "extra.size".
TEST_CASE("composition: an id that two plugins use means each one's own question", "[plugin_host][broker]") {
    test::Bench bench;
    Script type, addon;
    type.replies.emplace(describe, form("main", "size", "text"));
    type.replies.emplace(decide, R"({"outcome":"admitted"})");
    addon.replies.emplace(describe, form("extra", "size", "single"));
    addon.replies.emplace(decide, R"({"outcome":"incomplete","questions":["size"]})");
    const auto broker = both(scripted("type", type, bench, {"size"}), scripted("addon", addon, bench, {"size"}));
    test::Door door;
    REQUIRE(core::find_field(broker->registration_form(door.config), "extra.size") != nullptr);

    const auto asked = [&](const Script& script) {
        return Json::parse(script.requests.at(decide)).at("holder").at("answers");
    };
    door.guest.answers = {{"size", std::string("as typed")}};
    auto verdict = broker->decide(door.query());
    CHECK(verdict.outcome == Outcome::Incomplete);
    CHECK(verdict.questions == Names{"extra.size"});
    CHECK(asked(type) == Json{{"size", "as typed"}});
    CHECK(asked(addon) == Json::object()); // another's answer is none of its business

    door.guest.answers["extra.size"] = std::string("x");
    verdict = broker->decide(door.query());
    CHECK(asked(addon) == Json{{"size", "x"}});
    CHECK(verdict.outcome == Outcome::StaffCheck); // it asks for what it has been told: staff decide, nobody goes round
}

TEST_CASE("composition: problems with answers name the field as it is asked", "[plugin_host][broker]") {
    test::Bench bench;
    Script type, addon;
    type.replies.emplace(describe, form("main", "size", "text"));
    addon.replies.emplace(describe, form("extra", "size", "single"));
    addon.replies.emplace("form.validate/1",
                          R"({"problems":[{"field":"size","text":{"zh":"请改","en":"change"}}],"values":{"size":"x"}})");
    const auto broker = both(scripted("type", type, bench), scripted("addon", addon, bench));
    const auto found = broker->validate(test::Door().config, nullptr, {});
    REQUIRE(found.problems.size() == 1);
    CHECK(found.problems[0].field == "extra.size");
    CHECK(found.values.contains("extra.size"));
}

TEST_CASE("composition: an event type that is set aside sends everybody to staff, an add-on nobody",
          "[plugin_host][broker]") {
    test::Bench bench;
    Script type, addon;
    type.replies.emplace(decide, R"({"outcome":"admitted"})");
    addon.replies.emplace(decide, R"({"outcome":"refused","reason":"rules"})");
    const auto broker = both(scripted("type", type, bench), scripted("addon", addon, bench));
    const core::Error why{core::ErrorCode::NewerVersion, "error.plugin_older_state", "x", {}};
    broker->set_aside("nobody", why);
    CHECK(broker->missing().empty());
    broker->set_aside("addon", why);
    CHECK(broker->decide(test::Door().query()).outcome == Outcome::Admitted);
    REQUIRE(broker->missing().size() == 1);
    CHECK_FALSE(broker->missing()[0].is_event_type);
    broker->set_aside("type", why);
    const auto verdict = broker->decide(test::Door().query());
    CHECK(verdict.outcome == Outcome::StaffCheck);
    CHECK(verdict.reason == core::Reason::PluginUnavailable);
    CHECK(broker->missing().back().is_event_type);
}

TEST_CASE("composition: migrated answers keep what the plugin has not seen", "[plugin_host][migrate]") {
    test::Bench bench;
    Script type;
    type.replies.emplace("state.migrate/1", R"({"answers":{"new":"n","kept":"k2"},"lost":["gone"]})");
    Broker broker(scripted("type", type, bench, {"old", "gone", "kept", "new"}, 3), {});
    const core::Answers stored{{"old", std::string("o")},
                               {"gone", std::string("g")},
                               {"kept", std::string("k")},
                               {"others", std::string("private")}};
    const auto answers = broker.migrate(test::Door().config, "type", 2, "registration", stored);
    REQUIRE(answers);
    CHECK(*answers == core::Answers{{"new", std::string("n")},
                                    {"kept", std::string("k2")},
                                    {"gone", std::string("g")},
                                    {"others", std::string("private")}});
    const auto request = Json::parse(type.requests.at("state.migrate/1"));
    CHECK(request.at("from") == 2);
    CHECK(request.at("to") == 3);
    CHECK_FALSE(request.at("answers").contains("others"));

    SECTION("and never one that is another's") {
        type.replies.insert_or_assign("state.migrate/1", R"({"answers":{"others":"mine now"},"lost":[]})");
        CHECK_FALSE(broker.migrate(test::Door().config, "type", 2, "registration", stored));
    }
    SECTION("nothing that it reads: it is not asked") {
        type.calls.clear();
        CHECK(broker.migrate(test::Door().config, "type", 2, "registration", {{"others", true}}).value().size() == 1);
        CHECK(type.calls.empty());
    }
}

TEST_CASE("composition: every request keeps its schema", "[plugin_host][schemas]") {
    test::Bench bench;
    Script type;
    type.replies.emplace(describe, form("main", "size", "text"));
    type.replies.emplace(decide, R"({"outcome":"admitted"})");
    type.replies.emplace("form.validate/1", R"({"problems":[]})");
    type.replies.emplace("welcome.describe/1", R"({"lines":[]})");
    type.replies.emplace("agenda.describe/1", R"({"items":[]})");
    type.replies.emplace("report.sections/1", R"({"sections":[]})");
    type.replies.emplace(bookable, resources("", 1, 0, true, ""));
    type.replies.emplace("state.migrate/1", R"({"answers":{},"lost":[]})");
    Broker broker(scripted("type", type, bench, {"size"}, 2), {});
    test::Door door;
    door.guest.answers = {{"size", core::AnswerRows{{{"name", "x"}}}}};
    broker.decide(door.query());
    broker.validate(door.config, nullptr, door.guest.answers);
    broker.welcome(door.config, &door.guest, door.request.at);
    broker.agenda_template(door.config, true);
    broker.report_sections(door.config);
    broker.booking_resources(door.config);
    CHECK(broker.migrate(door.config, "type", 1, "registration", door.guest.answers));
    REQUIRE(type.requests.size() == type.replies.size());
    for (const auto& [method, request] : type.requests) {
        INFO(method << " " << request);
        CHECK(plugin_host::SchemaSet::published().problem(method, plugin_host::SchemaPart::Request, request) == "");
    }
    for (const auto& status : broker.status())
        CHECK(status.statistics.failures == 0);
}
