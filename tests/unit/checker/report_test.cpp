// SPDX-License-Identifier: Apache-2.0
// What the checker says: every finding has its sentence in both languages, JSON lines are JSON, JUnit XML is XML; and
// the program's exit codes.
#include "report.hpp"
#include "resources/resources.hpp"
#include "unit/checker/fixture.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <regex>

using namespace kiosk;
using core::Language;

namespace {

const core::Catalogue& texts() {
    static const auto catalogue = resources::load_catalogue(XIANGDAO_SOURCE_DIR "/assets").value();
    return catalogue;
}

struct Run {
    int code = -1;
    std::string output;
};

Run run(const std::string& arguments) {
    Run result;
    FILE* pipe = popen((std::string(CHECKER_PROGRAM) + " " + arguments + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        result.output.append(buffer.data(), count);
    result.code = pclose(pipe) >> 8;
    return result;
}

} // namespace

TEST_CASE("checker: every check has a title, and every finding in the code its sentence", "[checker][texts]") {
    for (const auto& check : checker::all_checks()) {
        INFO(check.name);
        CHECK(texts().has("checker.title." + std::string(check.name)));
    }
    const std::regex named(R"re((?:fail|warn)\(\s*"([a-z_.]+)")re");
    std::size_t seen = 0;
    for (const auto& entry : test::fs::directory_iterator(XIANGDAO_SOURCE_DIR "/plugins/sdk/checker")) {
        if (entry.path().extension() != ".cpp")
            continue;
        const auto source = resources::read_file(entry.path()).value();
        for (std::sregex_iterator found(source.begin(), source.end(), named), end; found != end; ++found, ++seen) {
            const auto key = (*found)[1].str();
            if (key.ends_with(".") || key.starts_with("error."))
                continue;
            INFO(key);
            CHECK(texts().has("checker." + key));
        }
    }
    CHECK(seen > 60);
}

TEST_CASE("checker: sentences say what is wrong in both languages", "[checker][texts]") {
    const auto result = test::check(test::faulty("bad_untranslated"), {"texts"});
    REQUIRE(result.checks.size() == 1);
    const auto& finding = result.checks[0].findings.back();
    const auto english = checker::Report(texts(), Language::English).sentence(finding);
    const auto chinese = checker::Report(texts(), Language::Chinese).sentence(finding);
    CHECK(english.find("locale/en.json has no \"welcome.hello\"") != std::string::npos);
    CHECK(chinese.find("locale/en.json 里没有「welcome.hello」") != std::string::npos);
}

TEST_CASE("checker: JUnit XML holds any text", "[checker][report]") {
    checker::PluginResult result;
    result.plugin = "a<b>&\"c\"";
    result.checks.push_back({"texts", checker::State::Failed,
                             {{checker::Severity::Failure, "checker_failed", {{"what", "]]>\x01\xff <&\">\n"}}}}, 12});
    result.checks.push_back({"forms", checker::State::Skipped, {{checker::Severity::Warning, "skipped", {{"check", "calls"}}}}, 0});
    const auto xml = checker::Report(texts(), Language::English).junit(std::vector{result});
    CHECK(xml.find("tests=\"2\" failures=\"1\" skipped=\"1\"") != std::string::npos);
    CHECK(xml.find("a&lt;b&gt;&amp;&quot;c&quot;") != std::string::npos);
    CHECK(xml.find('\x01') == std::string::npos);
    CHECK(xml.find('\xff') == std::string::npos);
    CHECK(xml.find("]]>") == std::string::npos);
}

TEST_CASE("checker: the program ends with 0, 1 or 2, and its JSON is JSON", "[checker][program]") {
    const auto good = run("--json --fast " + test::faulty("flawless").string());
    CHECK(good.code == 0);
    std::istringstream lines(good.output);
    std::size_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto object = nlohmann::json::parse(line);
        CHECK(object.at("plugin") == "flawless");
        CHECK(object.at("state") == "passed");
    }
    CHECK(count == checker::all_checks().size());

    // What the program itself has not yet written to a pipe is not taken for the plugin's output.
    CHECK(run("--only output " + test::faulty("flawless").string()).code == 0);

    const auto bad = run("--lang en --only admits " + test::faulty("bad_denies").string());
    CHECK(bad.code == 1);
    CHECK(bad.output.find("every guest at every door gets refused") != std::string::npos);
    CHECK(run("").code == 2);
    CHECK(run("--only nothing " + test::faulty("flawless").string()).code == 2);
    CHECK(run("--no-such-option").code == 2);
    CHECK(run("--list").code == 0);
    CHECK(run("--fixtures /nowhere " + test::faulty("flawless").string()).code == 2);
}
