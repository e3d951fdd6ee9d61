// SPDX-License-Identifier: Apache-2.0
// Plugins that lie, flood, throw or talk rubbish: whatever they do, the guest goes to staff and the kiosk goes on.
#include "core/admission.hpp"
#include "support/catch.hpp"
#include "unit/plugin_host/fixture.hpp"

using namespace kiosk;
using core::Outcome;
using core::Reason;

TEST_CASE("plugin_host: a reply that can't be used goes to staff", "[plugin_host][bad]") {
    struct Case {
        const char* gate;
        const char* logged;
    };
    const auto c = GENERATE(
        Case{"garbage", "not JSON"}, Case{"nothing", "not JSON"}, Case{"list", "must be an object"},
        Case{"repeat", "not a known word: repeat"}, Case{"host_reason", "not a known word: revoked"},
        Case{"no_reason", "reason is missing"}, Case{"no_questions", "questions are empty"},
        Case{"alien_question", "nobody can answer: shoe_size"}, Case{"extra_key", "override is not known"},
        Case{"wrong_type", "outcome must be a text"}, Case{"control", "control characters"},
        Case{"unknown_key", "not in the plugin's locale files"}, Case{"long_text", "too long"},
        Case{"flood", "longer than 262144 bytes"}, Case{"deep", "not JSON"}, Case{"null_piece", "could not be taken"},
        Case{"strange_code", "no readable problem document"}, Case{"a method it does not have", "no readable problem"});
    test::Bench bench;
    const auto broker = bench.broker("misbehaves", test::bad_folders());
    REQUIRE(broker->has_event_type());
    test::Door door;
    door.request.gate = c.gate;
    const auto verdict = broker->decide(door.query());
    INFO(c.gate);
    CHECK(verdict.outcome == Outcome::StaffCheck);
    CHECK(verdict.reason == Reason::PluginUnavailable);
    CHECK(verdict.questions.empty());
    CHECK(bench.log.holds(c.logged));
}

TEST_CASE("plugin_host: a plugin that fails twice running is no longer asked", "[plugin_host][bad]") {
    test::Bench bench;
    const auto broker = bench.broker("misbehaves", test::bad_folders());
    test::Door door;
    const auto outcome = [&](const char* gate) {
        door.request.gate = gate;
        return broker->decide(door.query()).outcome;
    };
    CHECK(outcome("garbage") == Outcome::StaffCheck);
    CHECK(outcome("fine") == Outcome::Admitted); // once may happen
    CHECK(outcome("garbage") == Outcome::StaffCheck);
    CHECK(outcome("garbage") == Outcome::StaffCheck);
    const auto calls = broker->status()[0].statistics.calls;
    CHECK(outcome("fine") == Outcome::StaffCheck);
    CHECK(broker->status()[0].in_quarantine);
    CHECK(broker->status()[0].statistics.calls == calls);
    broker->release_quarantine();
    CHECK(outcome("fine") == Outcome::Admitted);
}

TEST_CASE("plugin_host: what a plugin throws never comes out of it", "[plugin_host][bad]") {
    struct Case {
        const char* gate;
        const char* logged;
    };
    const auto c = GENERATE(Case{"error", "internal: thrown on purpose"}, Case{"int", "exception of unknown type"},
                            Case{"memory", "out of memory"}, Case{"utf8", "internal: "});
    test::Bench bench;
    const auto broker = bench.broker("throws", test::bad_folders());
    test::Door door;
    door.request.gate = c.gate;
    CHECK(broker->decide(door.query()).outcome == Outcome::StaffCheck);
    CHECK(bench.log.holds(c.logged));
}

TEST_CASE("plugin_host: no plugin lets in whom the host keeps out", "[plugin_host][bad]") {
    test::Bench bench;
    const auto broker = bench.broker("misbehaves", test::bad_folders());
    test::Door door;
    door.request.gate = "fine"; // it says "admitted" to everybody
    core::AdmissionFacts facts;
    facts.registrations = {door.guest};
    core::RecognisedCode code;
    code.kind = core::CodeKind::Plain;
    code.ticket = door.guest.ticket;
    CHECK(core::decide(door.config, door.request, code, facts, broker.get()).outcome == Outcome::Admitted);

    facts.revoked = true;
    const auto decision = core::decide(door.config, door.request, code, facts, broker.get());
    CHECK(decision.outcome == Outcome::Refused);
    CHECK(decision.reason == Reason::Revoked);
}

TEST_CASE("plugin_host: a plugin may log, and its lines carry its name", "[plugin_host][bad]") {
    test::Bench bench;
    const auto broker = bench.broker("misbehaves", test::bad_folders());
    CHECK(bench.log.holds("misbehaves: open"));
}
