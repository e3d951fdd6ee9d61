// SPDX-License-Identifier: Apache-2.0
// Each fault is found by the checks that are about it, and by no others: a checker that passes everything would fail
// here, and so would one that cries at everything.
#include "unit/checker/fixture.hpp"

using namespace kiosk;
using test::failed;
using Names = std::set<std::string>;

namespace {

std::string joined(const Names& names) {
    std::string text;
    for (const auto& name : names)
        text += (text.empty() ? "" : " ") + name;
    return text;
}

// What was found, to read where a test fails.
std::string told(const checker::PluginResult& result) {
    std::string text;
    for (const auto& one : result.checks)
        for (const auto& finding : one.findings) {
            if (one.state == checker::State::Skipped)
                continue;
            text += "\n  " + one.name + " " + finding.key;
            for (const auto& [name, value] : finding.args)
                text += " " + name + "=" + value;
        }
    return text;
}

} // namespace

TEST_CASE("checker: a plugin without faults passes everything", "[checker]") {
    const auto result = test::check(test::faulty("flawless"));
    INFO(told(result));
    CHECK(joined(failed(result)) == "");
    CHECK(result.checks.size() == checker::all_checks().size());
    for (const auto& one : result.checks) {
        INFO(one.name);
        CHECK(one.state == checker::State::Passed);
        CHECK(one.findings.empty());
    }
}

TEST_CASE("checker: each fault is found by the checks that are about it, and by no others", "[checker][slow]") {
    struct Case {
        const char* id;
        Names checks;
        const char* finding;
        Names perhaps = {}; // checks that find it or not, as the moment or the C library will have it
    };
    const auto c = GENERATE(
        Case{"bad_abi", {"library"}, "library.refused"},
        Case{"bad_any_method", {"methods"}, "methods.secret"},
        Case{"bad_arguments", {"texts"}, "texts.args"},
        Case{"bad_clock", {"imports", "determinism"}, "imports.clock", {"instances"}}, // a second may begin in between
        Case{"bad_config_crash", {"config"}, "crashed"},
        Case{"bad_counts", {"determinism", "instances"}, "determinism.twice"},
        Case{"bad_crash", {"calls"}, "crashed"},
        Case{"bad_crash_garbage", {"requests"}, "crashed"},
        Case{"bad_decides_garbage", {"requests"}, "requests.decided"},
        Case{"bad_denies", {"admits"}, "admits.nobody"},
        Case{"bad_environment", {"imports", "determinism"}, "determinism.elsewhere"},
        Case{"bad_exit", {"imports", "calls"}, "exited"},
        Case{"bad_figures", {"figures"}, "figures.twice"},
        Case{"bad_file", {"imports", "files"}, "files.call"},
        Case{"bad_flood", {"calls"}, "too_large"},
        Case{"bad_folder", {"imports", "files", "surroundings"}, "surroundings.changed"},
        Case{"bad_form", {"forms"}, "forms.depends_value"},
        Case{"bad_hang", {"calls"}, "hung"},
        Case{"bad_host_reason", {"schemas", "answers", "never_widens"}, "widens.reason"},
        Case{"bad_keeps_input", {"inputs"}, "crashed"},
        Case{"bad_leak", {"leaks"}, "leaks.memory"},
        Case{"bad_lies", {"calls"}, "calls.method"},
        Case{"bad_locale", {"determinism"}, "determinism.elsewhere"},
        Case{"bad_log", {"log"}, "log.floods"},
        Case{"bad_log_unasked", {"host_versions"}, "crashed"},
        Case{"bad_missing_key", {"texts"}, "texts.missing"},
        Case{"bad_no_problem", {"requests"}, "no_problem_document"},
        Case{"bad_open_fails", {"calls"}, "calls.open"},
        Case{"bad_prints", {"imports", "output"}, "output.printed", {"files"}}, // stdout asks what it is
        Case{"bad_process", {"imports", "threads"}, "threads.call"},
        Case{"bad_reads_beyond", {"inputs"}, "crashed"},
        Case{"bad_repeat", {"schemas", "answers", "never_widens"}, "widens.outcome"},
        Case{"bad_reserved", {"library"}, "library.reserved"},
        Case{"bad_schema", {"schemas", "answers"}, "schemas.reply"},
        Case{"bad_second_export", {"exports"}, "exports.more"},
        Case{"bad_secret_method", {}, "methods.undeclared"}, // a note
        Case{"bad_sets_locale", {"imports", "files", "surroundings"}, "surroundings.changed"},
        Case{"bad_shares", {"instances"}, "instances.closed"},
        Case{"bad_sink", {"sink"}, "sink.goes_on"},
        Case{"bad_slow", {"budget"}, "budget.hard"},
        Case{"bad_socket", {"imports", "files"}, "files.call"},
        Case{"bad_strange_code", {"requests"}, "strange_code"},
        Case{"bad_thread", {"imports", "threads"}, "forbidden_call"},
        Case{"bad_throws", {"calls"}, "threw"},
        Case{"bad_throws_garbage", {"requests"}, "threw"},
        Case{"bad_untranslated", {"texts"}, "texts.missing"},
        Case{"bad_writes_input", {"inputs"}, "crashed"});
    const bool quickly = std::string_view(c.id) != "bad_clock"; // a clock shows only to somebody who waits
    const auto result = test::check(test::faulty(c.id), {}, {}, quickly);
    auto found = failed(result);
    for (const auto& name : c.perhaps)
        found.erase(name);
    INFO(c.id << told(result));
    CHECK(joined(found) == joined(c.checks));
    CHECK(test::says(result, c.finding));
}

TEST_CASE("checker: what can't run is left out, and says why", "[checker]") {
    const auto result = test::check(test::faulty("bad_crash"));
    std::size_t skipped = 0;
    for (const auto& one : result.checks)
        if (one.state == checker::State::Skipped) {
            ++skipped;
            CHECK(one.findings.at(0).args.at(0).second == "calls");
        }
    CHECK(skipped > 15);
    CHECK(test::says(result, "crashed", "welcome.describe/1")); // where
}

TEST_CASE("checker: one check alone brings what it needs", "[checker]") {
    const auto good = test::check(test::faulty("flawless"), {"texts"});
    REQUIRE(good.checks.size() == 1);
    CHECK(good.checks[0].name == "texts");
    const auto bad = test::check(test::faulty("bad_crash"), {"texts"});
    REQUIRE(bad.checks.size() == 2); // what failed, and what is left out for it
    CHECK(bad.checks[0].name == "calls");
    CHECK(bad.checks[1].state == checker::State::Skipped);
}
