// SPDX-License-Identifier: Apache-2.0
#include "core/jsonlogic.hpp"
#include "support/catch.hpp"

#include <initializer_list>
#include <string>

using namespace kiosk::core;

namespace {

Instant at(std::string_view rfc3339) {
    return parse_rfc3339(rfc3339).value();
}

const Event& shanghai() {
    static const auto event = [] {
        Event made;
        made.code = "DEMO";
        made.starts = at("2026-11-20T13:00:00+08:00"); // a Friday
        made.ends = at("2026-11-20T18:00:00+08:00");
        made.admission = at("2026-11-20T12:30:00+08:00");
        made.timezone = TimeZone::create("Asia/Shanghai").value();
        return made;
    }();
    return event;
}

RuleFacts facts_at(std::string_view now) {
    RuleFacts facts;
    facts.now = at(now);
    facts.event = &shanghai();
    facts.product = "std";
    facts.gate = "2";
    return facts;
}

RuleFacts facts() {
    return facts_at("2026-11-20T13:05:00+08:00");
}

// "true", "false", or "error: what".
std::string verdict(std::string_view json, const RuleFacts& given = facts()) {
    const auto rule = Rule::parse(json);
    if (!rule)
        return "error: " + rule.error().context;
    const auto holds = rule->evaluate(given);
    if (!holds)
        return "error: " + holds.error().context;
    return *holds ? "true" : "false";
}

void all(const char* wanted, std::initializer_list<const char*> rules, const RuleFacts& given = facts()) {
    for (const char* rule : rules) {
        INFO(rule);
        CHECK(verdict(rule, given).substr(0, 5) == std::string_view(wanted).substr(0, 5));
    }
}

} // namespace

TEST_CASE("jsonlogic: no rule lets everybody in", "[core][jsonlogic]") {
    for (const char* none : {"", "  \n", "null", "{}", " {} "}) {
        const auto rule = Rule::parse(none);
        REQUIRE(rule);
        CHECK(rule->always());
        CHECK(rule->evaluate({}).value());
        CHECK(rule->explain({}).empty());
    }
    CHECK(verdict("true") == "true");
    CHECK(verdict("false") == "false");
}

TEST_CASE("jsonlogic: what is no rule is an error", "[core][jsonlogic]") {
    all("error", {"{",
                  "[]",
                  "[true]",
                  "\"yes\"",
                  "1",
                  "0",
                  R"({"unknown":[1]})",
                  R"({"and":[true,{"wat":1}]})",
                  R"({"or":[true,{"wat":1}]})",
                  R"({"==":[1,1],"<":[1,2]})",
                  R"({"and":[true,{}]})",
                  R"({"and":[{"==":[1,1],"!=":[1,1]}]})",
                  R"({"and":[]})",
                  R"({"==":[1]})",
                  R"({"==":[1,1,1]})",
                  R"({"isBefore":[{"var":"now"}]})",
                  R"({"!":[]})",
                  "{\"cat\":[\"\xff\"]}",
                  "nul",
                  "{}{}"});
    CHECK_FALSE(Rule::parse(std::string(70'000, ' ') + "true"));
    std::string deep = "true";
    for (int i = 0; i < 200; ++i)
        deep = "{\"!!\":" + deep + "}";
    const auto rule = Rule::parse(deep);
    REQUIRE_FALSE(rule);
    CHECK(rule.error().code == ErrorCode::TooLarge);
    CHECK_FALSE(Rule::parse(std::string(60'000, '[')));
    CHECK_FALSE(Rule::parse("{\"==\":[1," + std::string(30'000, '[') + std::string(30'000, ']') + "]}"));
}

TEST_CASE("jsonlogic: comparisons convert as JavaScript does", "[core][jsonlogic]") {
    all("true", {R"({"==":[1,1]})",     R"({"==":[1,"1"]})",     R"({"==":["",0]})",
                 R"({"==":[true,1]})",  R"({"==":[null,null]})", R"({"==":[[1],"1"]})",
                 R"({"==":[" 3 ",3]})", R"({"===":[1,1.0]})",    R"({"!=":[1,2]})",
                 R"({"!=":[null,0]})",  R"({"!==":[1,"1"]})",    R"({"<":[1,2]})",
                 R"({"<":["1",2]})",    R"({"<":["a","b"]})",    R"({"<":["10","9"]})" /* as texts */,
                 R"({"<=":[2,2]})",     R"({"<":[1,2,3]})",      R"({"<=":[1,1,3]})",
                 R"({">":[3,2]})",      R"({">=":[3,3]})",       R"({">":[3,2,1]})",
                 R"({"<":[null,1]})",   R"({"<":[false,true]})"});
    all("false",
        {R"({"==":[1,2]})", R"({"==":["a",1]})", R"({"==":[null,false]})", R"({"==":[null,0]})", R"({"==":[[1],[1]]})",
         R"({"===":[1,"1"]})", R"({"===":[null,false]})", R"({"!=":[1,"1"]})", R"({"<":[2,1]})", R"({"<":[1,1]})",
         R"({"<":[1,3,2]})", R"({"<":["x",1]})", R"({">=":["x",1]})", R"({"<=":[1,4,3]})"});
}

TEST_CASE("jsonlogic: truth as JsonLogic has it", "[core][jsonlogic]") {
    all("true", {R"({"!!":["0"]})", R"({"!!":[1]})", R"({"!!":[[0]]})", R"({"!":[[]]})", R"({"!":""})", R"({"!":0})",
                 R"({"!":[null]})", R"({"and":[true,1,"x"]})", R"({"or":[false,0,"x"]})",
                 R"({"if":[false,false,true]})", R"({"if":[true,true]})", R"({"?:":[1,true,false]})",
                 R"({"if":[0,false,0,false,true]})", R"({"or":[true,{"isBefore":["x","y"]}]})"});
    all("false", {R"({"!!":[[]]})", R"({"!!":""})", R"({"!!":0})", R"({"!":["0"]})", R"({"and":[true,[]]})",
                  R"({"or":[false,0,""]})", R"({"if":[]})", R"({"if":[false,true]})", R"({"if":[[],true,false]})",
                  R"({"and":[false,{"isBefore":["x","y"]}]})"});
}

TEST_CASE("jsonlogic: numbers", "[core][jsonlogic]") {
    all("true", {R"({"==":[{"+":[1,2,"3"]},6]})", R"({"===":[{"+":"5"},5]})", R"({"==":[{"-":[5,2]},3]})",
                 R"({"==":[{"-":3},-3]})", R"({"==":[{"*":[2,"3",4]},24]})", R"({"==":[{"/":[7,2]},3.5]})",
                 R"({"==":[{"%":[7,3]},1]})", R"({"==":[{"max":[1,3,2]},3]})", R"({"==":[{"min":[4,3,5]},3]})",
                 R"({"==":[{"+":[]},0]})", R"({"==":[{"count":[1,0,"a"]},2]})"});
    all("error", {R"({"/":[1,0]})", R"({"%":[1,0]})", R"({"+":["x"]})", R"({"*":[1e200,1e200]})", R"({"max":["x",1]})",
                  R"({"-":["x",1]})"});
}

TEST_CASE("jsonlogic: lists", "[core][jsonlogic]") {
    all("true",
        {R"({"in":["b",["a","b"]]})", R"({"in":["ell","hello"]})", R"({"==":[{"merge":[1,[2,3],[]]},"1,2,3"]})",
         R"({"==":[{"map":[[1,2,3],{"*":[{"var":""},2]}]},"2,4,6"]})",
         R"({"==":[{"filter":[[1,2,3],{">":[{"var":""},1]}]},"2,3"]})",
         R"({"==":[{"reduce":[[1,2,3],{"+":[{"var":"current"},{"var":"accumulator"}]},10]},16]})",
         R"({"all":[[1,2],{">":[{"var":""},0]}]})", R"({"some":[[1,2],{">":[{"var":""},1]}]})",
         R"({"none":[[1,2],{">":[{"var":""},2]}]})", R"({"none":[[],true]})", R"({"==":[{"reduce":[null,1,7]},7]})",
         R"({"==":[{"missing":["product","nothing"]},"nothing"]})", R"({"!":{"missing":["product","gate"]}})",
         R"({"!":{"missing_some":[1,["product","nothing"]]}})", R"({"missing_some":[2,["product","nothing"]]})",
         R"({"missing":"variation"})", R"({"==":[{"missing":{"merge":["nothing",["product"]]}},"nothing"]})"});
    all("false", {R"({"in":["c",["a","b"]]})", R"({"in":[1,["1"]]})", R"({"in":["a",null]})", R"({"all":[[],true]})",
                  R"({"some":[[],true]})", R"({"some":[null,true]})", R"({"map":[null,true]})", R"({"merge":[]})"});
}

TEST_CASE("jsonlogic: texts", "[core][jsonlogic]") {
    all("true", {R"({"==":[{"cat":["a",1,true,null,2.5]},"a1true2.5"]})",
                 R"({"==":[{"substr":["jsonlogic",4]},"logic"]})", R"({"==":[{"substr":["jsonlogic",-5]},"logic"]})",
                 R"({"==":[{"substr":["jsonlogic",1,3]},"son"]})", R"({"==":[{"substr":["jsonlogic",4,-2]},"log"]})",
                 R"({"==":[{"substr":["王谷雨",1,1]},"谷"]})", R"({"==":[{"substr":["abc",9]},""]})",
                 R"({"==":[{"substr":["abc",0,-9]},""]})", R"({"==":[{"log":"x"},"x"]})", R"({"==":[{"cat":[]},""]})"});
}

TEST_CASE("jsonlogic: the facts of a scan", "[core][jsonlogic]") {
    auto given = facts();
    given.variation = "early";
    all("true",
        {R"({"==":[{"var":"product"},"std"]})", R"({"==":[{"var":"ticket_type"},"std"]})",
         R"({"==":[{"var":["variation"]},"early"]})", R"({"==":[{"var":"gate"},2]})",
         R"({"==":[{"var":"now_isoweekday"},5]})", R"({"==":[{"var":"entries_number"},0]})",
         R"({"==":[{"var":"minutes_since_last_entry"},-1]})", R"({"==":[{"var":"minutes_since_first_entry"},-1]})",
         R"({"==":[{"var":"entry_status"},"absent"]})", R"({"==":[{"var":["nothing","x"]},"x"]})",
         R"({"==":[{"var":["product","x"]},"std"]})", R"({"!!":{"var":"now"}})"},
        given);
    all("error", {R"({"var":"nothing"})", R"({"==":[{"var":"entires_number"},0]})", R"({"var":"product.x"})",
                  R"({"!":{"var":"nothing"}})", R"({"var":""})", R"({"!":{"var":""}})"});
    CHECK(verdict(R"({"==":[{"var":"variation"},null]})") == "true"); // none here
    CHECK(verdict(R"({"!":{"var":"variation"}})") == "true");
    CHECK(verdict(R"({"==":[{"var":"now_isoweekday"},7]})", facts_at("2026-11-21T16:00:00Z")) ==
          "true"); // Sunday there
}

TEST_CASE("jsonlogic: entries are counted in the event's days", "[core][jsonlogic]") {
    auto given = facts_at("2026-11-20T13:05:59+08:00");
    given.entries = {at("2026-11-18T09:00:00+08:00"), at("2026-11-19T23:59:00+08:00"), at("2026-11-20T00:00:00+08:00"),
                     at("2026-11-20T12:00:00+08:00")};
    given.present = true;
    all("true",
        {R"({"==":[{"var":"entries_number"},4]})", R"({"==":[{"var":"entries_today"},2]})",
         R"({"==":[{"var":"entries_days"},3]})", R"({"==":[{"var":"minutes_since_last_entry"},65]})",
         R"({"==":[{"var":"minutes_since_first_entry"},3125]})", R"({"==":[{"var":"entry_status"},"present"]})",
         R"({"==":[{"entries_since":[{"buildTime":["custom","2026-11-20T00:00:00+08:00"]}]},2]})",
         R"({"==":[{"entries_before":[{"buildTime":["custom","2026-11-20T00:00:00+08:00"]}]},2]})",
         R"({"==":[{"entries_since":[{"buildTime":["customtime","00:00"]}]},2]})",
         R"({"==":[{"entries_days_since":[{"buildTime":["custom","2026-11-19T00:00:00+08:00"]}]},2]})",
         R"({"==":[{"entries_days_before":[{"buildTime":["custom","2026-11-20T12:00:00.001+08:00"]}]},3]})",
         R"({"==":[{"entries_before":{"var":"now"}},4]})", R"({"==":[{"entries_since":{"buildTime":"date_from"}},0]})",
         R"({"==":[{"entries_days_before":[{"buildTime":["date_from"]}]},3]})"},
        given);
    all("error",
        {R"({"entries_since":[5]})", R"({"entries_before":["noon"]})", R"({"entries_days_since":[null]})",
         R"({"var":"entries_since"})"},
        given);
    given.entries = {at("2026-11-20T13:07:00+08:00")}; // the clock was set back since
    CHECK(verdict(R"({"==":[{"var":"minutes_since_last_entry"},0]})", given) == "true");
}

TEST_CASE("jsonlogic: before and after, with tolerance", "[core][jsonlogic]") {
    // It is 13:05, the event is from 13:00 to 18:00, admission from 12:30.
    all("true", {R"({"isAfter":[{"var":"now"},{"buildTime":["date_from"]},null]})",
                 R"({"isAfter":[{"var":"now"},{"buildTime":["date_from"]}]})",
                 R"({"isBefore":[{"var":"now"},{"buildTime":["date_to"]},null]})",
                 R"({"isAfter":[{"var":"now"},{"buildTime":["date_admission"]}]})",
                 R"({"isBefore":[{"var":"now"},{"buildTime":["customtime","13:06"]}]})",
                 R"({"isBefore":[{"var":"now"},{"buildTime":["customtime","13:05:00.5"]}]})",
                 R"({"isAfter":[{"var":"now"},{"buildTime":["customtime","09:00:00"]}]})",
                 R"({"isBefore":[{"var":"now"},{"buildTime":["custom","2026-11-20T05:05:01Z"]}]})",
                 R"({"isBefore":[{"var":"now"},{"buildTime":["date_from"]},6]})",
                 R"({"isBefore":[{"var":"now"},{"buildTime":["date_from"]},"6"]})",
                 R"({"isAfter":[{"var":"now"},{"buildTime":["customtime","13:10"]},5.5]})",
                 R"({"<":[{"buildTime":["date_from"]},{"var":"now"}]})",
                 R"({"==":[{"buildTime":["date_from"]},{"buildTime":["custom","2026-11-20T13:00:00+08:00"]}]})"});
    all("false", {R"({"isBefore":[{"var":"now"},{"buildTime":["date_from"]}]})",
                  R"({"isBefore":[{"var":"now"},{"buildTime":["customtime","13:05"]}]})",
                  R"({"isAfter":[{"var":"now"},{"buildTime":["customtime","13:05"]}]})",
                  R"({"isBefore":[{"var":"now"},{"buildTime":["date_from"]},5]})", // 13:05 is not before 13:00 + 5
                  R"({"isAfter":[{"var":"now"},{"buildTime":["customtime","13:10"]},5]})",
                  R"({"isAfter":[{"var":"now"},{"buildTime":["date_to"]},0]})"});
    all("error",
        {R"({"isBefore":[{"var":"now"},5]})", R"({"isBefore":["noon",{"var":"now"}]})",
         R"({"isBefore":[{"var":"now"},null]})", R"({"isBefore":[{"var":"now"},{"var":"now"},"soon"]})",
         R"({"isBefore":[{"var":"now"},{"var":"now"},1e300]})", R"({"isBefore":[{"var":"now"},{"var":"now"},true]})",
         R"({"buildTime":["custom"]})", R"({"buildTime":["custom","2026-11-20"]})",
         R"({"buildTime":["customtime","25:00"]})", R"({"buildTime":["customtime","9"]})",
         R"({"buildTime":["customtime","09:00+08:00"]})", R"({"buildTime":["customtime",900]})",
         R"({"buildTime":["yesterday"]})", R"({"<":[{"var":"now"},5]})",
         R"({"==":[{"var":"now"},"2026-11-20T13:05:00+08:00"]})", R"({"!":{"isBefore":[{"var":"now"},"noon"]}})"});
}

TEST_CASE("jsonlogic: an event without an end or an admission", "[core][jsonlogic]") {
    auto event = shanghai();
    event.ends.reset();
    event.admission.reset();
    auto given = facts();
    given.event = &event;
    all("true",
        {R"({"==":[{"buildTime":["date_to"]},{"buildTime":["date_from"]}]})",
         R"({"==":[{"buildTime":["date_admission"]},{"buildTime":["date_from"]}]})"},
        given);
}

TEST_CASE("jsonlogic: a time of day is today's where the event is", "[core][jsonlogic]") {
    // 23:30 UTC on the 19th is 07:30 on the 20th in Shanghai.
    const auto given = facts_at("2026-11-19T23:30:00Z");
    CHECK(
        verdict(R"({"==":[{"buildTime":["customtime","09:15"]},{"buildTime":["custom","2026-11-20T09:15:00+08:00"]}]})",
                given) == "true");
    CHECK(verdict(R"({"isBefore":[{"var":"now"},{"buildTime":["customtime","08:00"]}]})", given) == "true");
}

TEST_CASE("jsonlogic: membership compares ids as text", "[core][jsonlogic]") {
    auto given = facts();
    given.product = "42";
    given.variation = "7";
    all("true",
        {R"({"inList":[{"var":"product"},{"objectList":[{"lookup":["product","42","VIP"]},{"lookup":["product","43","Std"]}]}]})",
         R"({"inList":[{"var":"product"},{"objectList":[{"lookup":["product",42,"VIP"]}]}]})",
         R"({"inList":[{"var":"gate"},{"objectList":[{"lookup":["gate","2","West"]}]}]})",
         R"({"inList":[{"var":"variation"},{"objectList":[{"lookup":["variation",7,"x"]}]}]})",
         R"({"inList":[{"var":"product"},["41",42]]})"},
        given);
    all("false",
        {R"({"inList":[{"var":"product"},{"objectList":[]}]})",
         R"({"inList":[{"var":"product"},{"objectList":[{"lookup":["product","4","VIP"]}]}]})",
         R"({"inList":[null,["",null]]})"},
        given);
    CHECK(verdict(R"({"inList":[{"var":"variation"},{"objectList":[{"lookup":["variation","",""]}]}]})") == "false");
    all("error",
        {R"({"inList":[{"var":"product"},"42"]})", R"({"inList":[{"var":"product"},null]})",
         R"({"inList":[{"var":"product"},{"objectList":[{"lookup":["product"]}]}]})",
         R"({"inList":[{"var":"product"},{"objectList":[{"lookup":["product",null,"x"]}]}]})"},
        given);
}

TEST_CASE("jsonlogic: a rule can't run for ever or eat the memory", "[core][jsonlogic]") {
    const auto too_large = [](const std::string& json) {
        const auto rule = Rule::parse(json);
        REQUIRE(rule);
        const auto holds = rule->evaluate(facts());
        return !holds && holds.error().code == ErrorCode::TooLarge;
    };
    std::string numbers = "1";
    for (int i = 0; i < 5'000; ++i)
        numbers += ",1";
    CHECK(too_large(R"({"map":[[)" + numbers + R"(],{"+":[1,1,1]}]})"));
    std::string ten = "[1,1,1,1,1,1,1,1,1,1]";
    CHECK(too_large(
        R"({"reduce":[)" + ten + "," + R"({"merge":[)" +
        std::string(R"({"var":"accumulator"},{"var":"accumulator"},{"var":"accumulator"},{"var":"accumulator"})") +
        "]}," + ten + "]}"));
    CHECK(too_large(
        R"({"reduce":[)" + ten +
        R"(,{"cat":[{"var":"accumulator"},{"var":"accumulator"},{"var":"accumulator"},{"var":"accumulator"}]},"abcdefgh"]})"));
    // A tree of lists that doubles in every round is small in memory; reading it is cut off.
    std::string rounds = "[1";
    for (int i = 0; i < 1'000; ++i)
        rounds += ",1";
    const auto tree = Rule::parse(R"({"in":["x",{"cat":[{"reduce":[)" + rounds +
                                  R"(],[{"var":"accumulator"},{"var":"accumulator"}],"y"]}]}]})");
    REQUIRE(tree);
    CHECK(tree->evaluate(facts()).has_value());
}

TEST_CASE("jsonlogic: staff are told which part failed", "[core][jsonlogic]") {
    const auto why = [](const char* json) { return Rule::parse(json).value().explain(facts()); };
    CHECK(why(R"({"and":[{"==":[1,1]},{"isBefore":[{"var":"now"},{"buildTime":["customtime","12:00"]},15]},false]})") ==
          "now < 2026-11-20 12:00 + 15 min (now = 2026-11-20 13:05)");
    CHECK(
        why(R"({"inList":[{"var":"product"},{"objectList":[{"lookup":["product","vip","贵宾票"]},{"lookup":["product","x","媒体"]}]}]})") ==
        "product ∈ {贵宾票, 媒体} (product = std)");
    CHECK(why(R"({"and":[{"and":[{">":[{"var":"entries_today"},2]}]}]})") == "entries_today > 2 (entries_today = 0)");
    CHECK(why(R"({"or":[{"==":[{"var":"gate"},"1"]},{"!":{"var":"product"}}]})") ==
          "gate == 1 || !(product) (gate = 2, product = std)");
    CHECK(why(R"({"==":[{"entries_since":[{"buildTime":["date_from"]}]},1]})") ==
          "entries_since(2026-11-20 13:00) == 1 (entries_since(2026-11-20 13:00) = 0)");
    CHECK(why(R"({"==":[{"var":"product"},"std"]})") == ""); // it holds
    std::string wide = R"({"or":[false)";
    for (int i = 0; i < 2'000; ++i)
        wide += R"(,{"==":[1,2]})";
    CHECK(Rule::parse(wide + "]}").value().explain(facts()).size() < 400);
}
