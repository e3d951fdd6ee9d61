// SPDX-License-Identifier: Apache-2.0
// The broker over scripted transports: how several plugins become one answer, what they get to see, and what time
// costs.
#include "plugin_host/broker.hpp"

#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"
#include "unit/plugin_host/schema_check.hpp"
#include "unit/plugin_host/scripted.hpp"

#include <map>

using namespace kiosk;
using core::Outcome;
using core::Reason;
using plugin_host::Broker;
using plugin_host::Plugin;
using test::Script;
using test::scripted;

namespace {

constexpr const char* decide = "admission.decide/1";

Script deciding(const std::string& reply) {
    Script script;
    script.replies.emplace(decide, reply);
    return script;
}

constexpr const char* admits = R"({"outcome":"admitted"})";
constexpr const char* refuses = R"({"outcome":"refused","reason":"rules","explanation":{"zh":"不行","en":"no"}})";
constexpr const char* to_staff = R"({"outcome":"staff_check","reason":"unapproved"})";

} // namespace

TEST_CASE("plugin_host: the strictest answer wins, whoever gives it", "[plugin_host][broker]") {
    struct Case {
        const char* type;
        const char* addon;
        Outcome outcome;
        Reason reason;
    };
    const auto c = GENERATE(Case{admits, admits, Outcome::Admitted, Reason::None},
                            Case{refuses, admits, Outcome::Refused, Reason::Rules},
                            Case{admits, refuses, Outcome::Refused, Reason::Rules},
                            Case{to_staff, refuses, Outcome::Refused, Reason::Rules},
                            Case{admits, to_staff, Outcome::StaffCheck, Reason::Unapproved},
                            Case{admits, "rubbish", Outcome::StaffCheck, Reason::PluginUnavailable},
                            Case{"rubbish", refuses, Outcome::Refused, Reason::Rules});
    test::Bench bench;
    Script type = deciding(c.type), addon = deciding(c.addon);
    std::vector<std::unique_ptr<Plugin>> addons;
    addons.push_back(scripted("addon", addon, bench));
    Broker broker(scripted("type", type, bench), std::move(addons));
    const auto verdict = broker.decide(test::Door().query());
    CHECK(verdict.outcome == c.outcome);
    CHECK(verdict.reason == c.reason);
}

TEST_CASE("plugin_host: questions of several plugins are asked together", "[plugin_host][broker]") {
    test::Bench bench;
    Script type = deciding(R"({"outcome":"incomplete","questions":["a","b"]})");
    Script addon = deciding(R"({"outcome":"incomplete","questions":["b","c"]})");
    std::vector<std::unique_ptr<Plugin>> addons;
    addons.push_back(scripted("addon", addon, bench));
    Broker broker(scripted("type", type, bench), std::move(addons));
    test::Door door;
    for (const char* id : {"a", "b", "c"}) {
        core::Question question;
        question.id = id;
        door.config.questions.push_back(question);
    }
    const auto verdict = broker.decide(door.query());
    CHECK(verdict.outcome == Outcome::Incomplete);
    CHECK(verdict.questions == std::vector<std::string>{"a", "b", "c"});

    SECTION("and not again once they are answered") {
        door.request.answers = {{"a", std::string("x")}, {"b", std::string("x")}};
        // The event type asks for nothing that is open: it wants what it can't have, and staff decide.
        CHECK(broker.decide(door.query()).outcome == Outcome::StaffCheck);
        door.request.answers.erase("b");
        CHECK(broker.decide(door.query()).questions == std::vector<std::string>{"b", "c"});
    }
}

TEST_CASE("plugin_host: exits are not asked about", "[plugin_host][broker]") {
    test::Bench bench;
    Script type = deciding(refuses);
    Broker broker(scripted("type", type, bench), {});
    test::Door door;
    door.request.direction = core::Direction::Exit;
    CHECK(broker.decide(door.query()).outcome == Outcome::Admitted);
    CHECK(type.calls.empty());
}

TEST_CASE("plugin_host: a plugin without admission.decide takes no part in it", "[plugin_host][broker]") {
    test::Bench bench;
    Script type;
    type.replies.emplace("report.sections/1", R"({"sections":[]})");
    Broker broker(scripted("type", type, bench), {});
    CHECK(broker.decide(test::Door().query()).outcome == Outcome::Admitted);
}

TEST_CASE("plugin_host: a request holds no name, no phone, no code, and only the answers it may read",
          "[plugin_host][broker][privacy]") {
    test::Bench bench;
    Script type = deciding(admits);
    type.replies.emplace("welcome.describe/1", R"({"lines":[]})");
    Broker broker(scripted("type", type, bench, {"tracks"}), {});
    test::Door door;
    door.guest.answers = {{"tracks", std::vector<std::string>{"mysql"}}, {"secret", std::string("diagnosis")}};
    door.request.answers = {{"other", std::string("private words")}};
    door.history = {{core::Direction::Entry, door.request.at - core::hour_ms}};
    broker.decide(door.query());
    broker.welcome(door.config, &door.guest, door.request.at);

    for (const auto& [method, request] : type.requests) {
        INFO(method << request);
        CHECK(request.find("mysql") != std::string::npos);
        for (const char* personal :
             {"王谷雨", "10000005678", "松果", "TICKET1234", "0193-guest", "diagnosis", "private words"})
            CHECK(request.find(personal) == std::string::npos);
        const std::string file = method.substr(0, method.find('/')) + ".1.json";
        CHECK(test::schema_problem(file + "#/definitions/request", request) == "");
    }
    REQUIRE(type.requests.size() == 2);
}

TEST_CASE("plugin_host: the same scan gives the same request", "[plugin_host][broker]") {
    test::Bench bench;
    Script type = deciding(admits);
    Broker broker(scripted("type", type, bench), {});
    test::Door door;
    broker.decide(door.query());
    const auto first = type.requests.at(decide);
    broker.decide(door.query());
    CHECK(type.requests.at(decide) == first);
    door.config.event.settings = R"({"require_roster":true})"; // the cached event must notice
    broker.decide(door.query());
    CHECK(type.requests.at(decide).find(R"("require_roster":true)") != std::string::npos);
}

TEST_CASE("plugin_host: a ticket that the roster does not hold is told as such", "[plugin_host][broker]") {
    test::Bench bench;
    Script type = deciding(admits);
    Broker broker(scripted("type", type, bench), {});
    test::Door door;
    door.in_roster = false;
    broker.decide(door.query());
    CHECK(type.requests.at(decide).find(R"("in_roster":false)") != std::string::npos);
    CHECK(test::schema_problem("admission.decide.1.json#/definitions/request", type.requests.at(decide)) == "");
}

TEST_CASE("plugin_host: settings that are no object go to staff, and don't count against the plugin",
          "[plugin_host][broker]") {
    test::Bench bench;
    Script type = deciding(admits);
    Broker broker(scripted("type", type, bench), {});
    test::Door door;
    for (const char* settings : {"[1]", "{", "7"}) {
        door.config.event.settings = settings;
        CHECK(broker.decide(door.query()).reason == Reason::PluginUnavailable);
    }
    CHECK(type.calls.empty());
    door.config.event.settings = "{}";
    CHECK(broker.decide(door.query()).outcome == Outcome::Admitted);
}

TEST_CASE("plugin_host: a slow plugin is logged, a very slow one is no longer asked", "[plugin_host][broker][budget]") {
    test::Bench bench;
    Script type = deciding(admits);
    Broker broker(scripted("type", type, bench), {});
    const test::Door door;
    const auto ask = [&](std::int64_t takes_us) {
        type.takes_us = takes_us;
        return broker.decide(door.query()).outcome;
    };
    CHECK(ask(20'000) == Outcome::Admitted);
    CHECK(broker.status()[0].statistics.slow == 0);
    CHECK(ask(20'001) == Outcome::Admitted);
    CHECK(broker.status()[0].statistics.slow == 1);
    CHECK(bench.log.holds("took 20 ms"));

    CHECK(ask(150'000) == Outcome::Admitted); // late, but an answer
    CHECK(ask(1'000) == Outcome::Admitted);   // a hiccup is forgiven
    CHECK(ask(150'000) == Outcome::Admitted);
    CHECK(ask(150'000) == Outcome::Admitted);
    CHECK(ask(1'000) == Outcome::StaffCheck);
    CHECK(type.calls.at(decide) == 6);
    CHECK(broker.status()[0].statistics.worst_us == 150'000);
}

TEST_CASE("plugin_host: a plugin whose welcome is broken still decides", "[plugin_host][broker]") {
    test::Bench bench;
    Script type = deciding(admits);
    type.replies.emplace("welcome.describe/1", "rubbish");
    Broker broker(scripted("type", type, bench), {});
    const test::Door door;
    for (int i = 0; i < 5; ++i)
        CHECK(broker.welcome(door.config, &door.guest, door.request.at).empty());
    CHECK(type.calls.at("welcome.describe/1") == 2);
    CHECK(broker.status()[0].in_quarantine);
    CHECK(broker.decide(door.query()).outcome == Outcome::Admitted);
}

TEST_CASE("plugin_host: a form that makes no sense is no form", "[plugin_host][broker]") {
    const auto field = [](const std::string& rest) {
        return R"({"steps":[{"id":"s","title":{"zh":"x","en":"x"},"fields":[)" + rest + "]}]}";
    };
    const std::string text = R"("text":{"zh":"x","en":"x"})";
    const auto reply = GENERATE_COPY(
        std::string("{}"), field(R"({"id":"a b","type":"text",)" + text + "}"),
        field(R"({"id":"a","type":"colour",)" + text + "}"), field(R"({"id":"a","type":"single",)" + text + "}"),
        field(R"({"id":"a","type":"text","options":[],)" + text + "}"),
        field(R"({"id":"a","type":"text",)" + text + R"(},{"id":"a","type":"text",)" + text + "}"),
        field(R"({"id":"a","type":"text","depends_on":{"question":"a","values":["x"]},)" + text + "}"),
        field(R"({"id":"a","type":"text","binds":"consent",)" + text + "}"),
        field(R"({"id":"a","type":"text","text":{"zh":"x"}})"));
    test::Bench bench;
    Script type;
    type.replies.emplace("form.describe/1", reply);
    Broker broker(scripted("type", type, bench), {});
    INFO(reply);
    CHECK(broker.registration_form(test::Door().config).empty());
    CHECK(broker.status()[0].statistics.failures == 1);
}
