// SPDX-License-Identifier: Apache-2.0
// The schemas built into the program: they are the published files, and they say what is wrong and where.
#include "plugin_host/schemas.hpp"

#include "plugin_host/method_table.hpp"
#include "plugin_host/replies.hpp"
#include "resources/resources.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>

using namespace kiosk;
using plugin_host::SchemaPart;
using plugin_host::SchemaSet;

namespace {

const std::filesystem::path folder = XIANGDAO_SOURCE_DIR "/plugins/sdk/schemas";

std::string decide_problem(const std::string& reply) {
    return SchemaSet::published().problem("admission.decide/1", SchemaPart::Reply, reply);
}

} // namespace

TEST_CASE("schemas: those built in are the published files, byte for byte", "[plugin_host][schemas]") {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        INFO(entry.path());
        CHECK(SchemaSet::published().text(entry.path().filename().string()) ==
              resources::read_file(entry.path()).value());
        ++files;
    }
    CHECK(files >= 10);
}

TEST_CASE("schemas: every method that the host knows has one, in each revision that it uses", "[plugin_host][schemas]") {
    const auto methods = SchemaSet::published().methods();
    for (const auto& known : plugin_host::known_methods()) {
        const auto newest = std::string(known.name) + "/" + std::to_string(known.newest);
        INFO(newest);
        CHECK(SchemaSet::published().has(newest));
        CHECK(std::find(methods.begin(), methods.end(), newest) != methods.end());
    }
    CHECK_FALSE(SchemaSet::published().has("admission.decide/2"));
    CHECK_FALSE(SchemaSet::published().has("manifest"));
    CHECK_FALSE(SchemaSet::published().problem("no.such/1", SchemaPart::Reply, "{}").empty());
}

TEST_CASE("schemas: what fits has no problem", "[plugin_host][schemas]") {
    for (const char* reply :
         {R"({"outcome":"admitted"})", R"({"outcome":"admitted","reason":null,"explanation":null})",
          R"({"outcome":"refused","reason":"rules","explanation":{"key":"a.b","args":{"x":{"zh":"一","en":"1"}}}})",
          R"({"outcome":"incomplete","questions":["a"]})"})
        CHECK(decide_problem(reply) == "");
}

TEST_CASE("schemas: what does not fit is named with its place", "[plugin_host][schemas]") {
    CHECK(decide_problem("nonsense") == "not JSON");
    CHECK_FALSE(decide_problem("[]").empty());
    CHECK(decide_problem(R"({"outcome":"repeat"})").find("outcome: ") == 0);
    CHECK_FALSE(decide_problem(R"({"outcome":"refused"})").empty());
    CHECK_FALSE(decide_problem(R"({"outcome":"incomplete","questions":[]})").empty());
    CHECK(decide_problem(R"({"outcome":"incomplete","questions":["a","b c"]})").find("questions[1]: ") == 0);
    const auto form = SchemaSet::published().problem(
        "form.describe/1", SchemaPart::Reply,
        R"({"steps":[{"id":"a","title":{"zh":"","en":""},"fields":[{"id":"x","type":"colour","text":{"zh":"","en":""}}]}]})");
    CHECK(form.find("steps[0].fields[0].type: ") == 0);
}

TEST_CASE("schemas: a plugin can't write its own lines into the log", "[plugin_host][schemas]") {
    const auto problem = decide_problem(R"({"outcome":"admitted","\n2026 all is well\u0007)" + std::string(5000, 'x') +
                                        R"(":1})");
    CHECK_FALSE(problem.empty());
    CHECK(problem.size() < 400);
    CHECK(std::none_of(problem.begin(), problem.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
}

TEST_CASE("schemas: long and deep texts are refused without harm", "[plugin_host][schemas]") {
    CHECK_FALSE(decide_problem(R"({"outcome":")" + std::string(200'000, 'a') + R"("})").empty());
    CHECK_FALSE(decide_problem(R"({"outcome":"incomplete","questions":[")" + std::string(200'000, 'a') + R"("]})").empty());
    CHECK_FALSE(decide_problem(R"({"outcome":"admitted","explanation":)" + std::string(20'000, '[') +
                               std::string(20'000, ']') + "}")
                    .empty());
}

// The reader alone would take these: the schema is what authors are promised, and both must agree.
TEST_CASE("schemas: a reply that keeps the reader's rules and not the schema is refused", "[plugin_host][schemas]") {
    const core::Catalogue texts = core::Catalogue::create({}).value();
    const plugin_host::ReplyReader reader(texts, "plugin admission.decide/1");
    const auto verdict = reader.decision(R"({"outcome":"admitted","questions":"none"})", [](auto) { return true; });
    REQUIRE_FALSE(verdict);
    CHECK(verdict.error().context.find("questions") != std::string::npos);
}
