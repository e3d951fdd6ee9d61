// SPDX-License-Identifier: Apache-2.0
// Scenario files that are wrong must be refused: a typo can't make a case pass.
#include "main/replay/scenario.hpp"
#include "support/catch.hpp"

using namespace kiosk;
using replay::Json;

namespace {

Json good() {
    return Json::parse(R"({
        "format": 1, "name": "n",
        "seed": {"event": {"code": "D", "type": "salon", "starts": "2026-11-20T13:00:00+08:00",
                           "timezone": "Asia/Shanghai"},
                 "checkpoints": [{"id": "main"}],
                 "registrations": [{"ticket": "A", "ticket_type": "std", "name": "王谷雨"}]},
        "devices": ["k1"],
        "steps": [{"device": "k1", "do": "scan", "checkpoint": "main", "code": "A",
                   "expect": {"outcome": "admitted"}}]})");
}

bool accepted(const Json& json) { return replay::parse_scenario(json.dump()).has_value(); }

} // namespace

TEST_CASE("scenario: a good file is read", "[replay][scenario]") {
    const auto scenario = replay::parse_scenario(good().dump());
    REQUIRE(scenario);
    CHECK(scenario->steps.size() == 1);
    CHECK(scenario->seed.registrations.size() == 1);
    CHECK_FALSE(scenario->seed.config.event.ends);
}

TEST_CASE("scenario: questions may be tables, contacts and signatures, with limits", "[replay][scenario]") {
    auto json = good();
    json["seed"]["questions"] = Json::parse(R"([
        {"id": "systems", "type": "list", "text_zh": "系统", "max": 8,
         "columns": [{"id": "name", "required": true, "text_zh": "名称"},
                     {"id": "tier", "type": "single", "options": [{"id": "core", "text_zh": "核心"}]},
                     {"id": "count", "type": "number"}]},
        {"id": "who", "type": "contact"}, {"id": "nda", "type": "signature", "required": true},
        {"id": "people", "type": "number", "min": 0, "max": 9}])");
    const auto scenario = replay::parse_scenario(json.dump());
    REQUIRE(scenario);
    const auto* systems = scenario->seed.config.question("systems");
    REQUIRE(systems != nullptr);
    CHECK(systems->type == core::QuestionType::List);
    CHECK(systems->columns.size() == 3);
    CHECK(systems->max == 8);
    CHECK(scenario->seed.config.question("who")->type == core::QuestionType::Contact);
    CHECK(scenario->seed.config.question("nda")->type == core::QuestionType::Signature);
    CHECK(scenario->seed.config.question("people")->min == 0);
    json["seed"]["questions"][0]["columns"][0]["type"] = "signature"; // a cell is a word, a number or a choice
    CHECK_FALSE(replay::parse_scenario(json.dump()));
    json["seed"]["questions"][0].erase("columns");
    CHECK_FALSE(replay::parse_scenario(json.dump()));
}

TEST_CASE("scenario: what is not understood is refused and named", "[replay][scenario]") {
    auto json = good();
    std::string named;
    SECTION("unknown key in the file") { json["sedes"] = 1, named = "sedes"; }
    SECTION("unknown key in the seed") { json["seed"]["reg"] = 1, named = "reg"; }
    SECTION("unknown key of a checkpoint") { json["seed"]["checkpoints"][0]["capcity"] = 1, named = "capcity"; }
    SECTION("unknown key of a registration") { json["seed"]["registrations"][0]["stauts"] = "x", named = "stauts"; }
    SECTION("unknown step") { json["steps"][0]["do"] = "scna", named = "scna"; }
    SECTION("unknown key of a step") { json["steps"][0]["cod"] = "A", named = "cod"; }
    SECTION("an expectation that the step does not have") {
        json["steps"][0]["expect"]["outcom"] = "x", named = "outcom";
    }
    SECTION("an expectation of another step") { json["steps"][0]["expect"]["admitted"] = Json::object(), named = "admitted"; }
    SECTION("a time that doesn't parse") { json["steps"][0]["at"] = "2026-11-20 13:05", named = "at"; }
    SECTION("a time of the seed") { json["seed"]["event"]["starts"] = "tomorrow", named = "starts"; }
    SECTION("an unknown device") { json["steps"][0]["device"] = "k9", named = "k9"; }
    SECTION("a missing device") { json["steps"][0].erase("device"), named = "device"; }
    SECTION("an unknown checkpoint") { json["steps"][0]["checkpoint"] = "side", named = "side"; }
    SECTION("a count that is none") { json["steps"][0]["expect"]["pending_ops"] = "one", named = "pending_ops"; }
    SECTION("a count with a typo") {
        json["steps"][0]["expect"]["pending_ops"] = {{"mni", 1}}, named = "mni";
    }
    SECTION("an unknown status") { json["seed"]["registrations"][0]["status"] = "paid", named = "status"; }
    SECTION("a key without a seed") {
        json["steps"][0].erase("code");
        json["steps"][0]["sign"] = {{"key", 1}, {"ticket", "A"}}, named = "key";
    }
    SECTION("another format") { json["format"] = 2, named = "format"; }
    SECTION("a list where a text belongs") { json["steps"][0]["code"] = Json::array(), named = "code"; }
    const auto scenario = replay::parse_scenario(json.dump());
    REQUIRE_FALSE(scenario);
    INFO(scenario.error().context);
    CHECK(scenario.error().context.find(named) != std::string::npos);
}

TEST_CASE("scenario: rubbish is refused without falling over", "[replay][scenario]") {
    for (const auto* text : {"", "{", "[]", "null", "1", "\"x\"", "{\"format\":1}", "{\"format\":1,\"seed\":[],\"steps\":{}}",
                             "{\"format\":1,\"seed\":{},\"steps\":[]}", "\xff\xfe", "{\"format\":1,\"seed\":1,\"steps\":[1]}"})
        CHECK_FALSE(replay::parse_scenario(text));
    auto json = good();
    json["steps"] = Json::array({1, "x", nullptr});
    CHECK_FALSE(accepted(json));
    json = good();
    json["devices"] = Json::array();
    CHECK_FALSE(accepted(json));
}
