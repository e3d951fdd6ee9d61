// SPDX-License-Identifier: Apache-2.0
// A queue of scans whose plugin breaks in the middle: each scan is answered and saved, the plugin alone is switched off,
// and what was stored before stays as it was, byte for byte.
#include "faults/plugin_queue.hpp"

#include "plugin_host/helper_transport.hpp"
#include "plugin_host/sandbox.hpp"

#include <cstdio>
#include <set>

using namespace kiosk;
using namespace kiosk::test;
using core::Outcome;
using core::Reason;

namespace {

int open_descriptors() {
    int count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
        ++count;
    return count;
}

void require_prefix(const std::vector<core::Operation>& before, const std::vector<core::Operation>& after) {
    REQUIRE(after.size() >= before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        REQUIRE(core::canonical_bytes(before[i]) == core::canonical_bytes(after[i]));
        REQUIRE(before[i].personal == after[i].personal);
        REQUIRE(before[i].hash == after[i].hash);
    }
}

} // namespace

TEST_CASE("plugin crash: no scan is lost, the second crash switches the plugin off, the kiosk goes on",
          "[faults][plugins]") {
    constexpr std::uint64_t people = 60, first_crash = 20, second_crash = 40;
    PluginQueue queue(people);
    const auto before = all_operations(*queue.database);
    std::set<std::string> saved;
    for (std::uint64_t i = 0; i < people; ++i) {
        const bool crash = i == first_crash || i == second_crash;
        const auto result = queue.scan(i, crash ? "crash" : "main");
        INFO("scan " << i);
        REQUIRE(result.saved); // each is an operation of its own
        saved.insert(core::to_string(*result.saved));
        if (crash || i > second_crash) {
            CHECK(result.decision.outcome == Outcome::StaffCheck);
            CHECK(result.decision.reason == Reason::PluginUnavailable);
        } else {
            CHECK(result.decision.outcome == Outcome::Admitted);
        }
    }
    CHECK(saved.size() == people);
    CHECK(queue.plugin().in_quarantine);
    CHECK(queue.plugin().statistics.crashes == 2);

    const auto after = all_operations(*queue.database);
    require_prefix(before, after);
    CHECK(after.size() == before.size() + people);
    require_sound(*queue.database);

    // Staff let somebody in meanwhile.
    core::ScanRequest request;
    request.checkpoint = "main";
    request.code = roster_person(first_crash).ticket;
    request.at = queue.ports.clock.now();
    request.override_by = core::Override{"desk-1", "插件停用"};
    CHECK(need(queue.check_in->scan(request)).decision.outcome == Outcome::Admitted);

    // A restart does not forget; a release does, and nobody who was in is asked to come in again.
    queue.start();
    CHECK(queue.plugin().in_quarantine);
    CHECK(queue.scan(second_crash).decision.reason == Reason::PluginUnavailable);
    queue.broker->release_quarantine();
    CHECK(queue.scan(second_crash).decision.outcome == Outcome::Admitted);
    CHECK(queue.scan(0).decision.outcome == Outcome::Repeat);
    require_prefix(after, all_operations(*queue.database));
    require_sound(*queue.database);
}

TEST_CASE("plugin crash: one that a fresh process does not repeat is seen by nobody in the queue", "[faults][plugins]") {
    constexpr std::uint64_t people = 60;
    PluginQueue queue(people);
    queue.options.budget.crashes = 1000;
    queue.scan(0);
    const auto failures = queue.plugin().statistics.failures; // it describes no form that could be read
    for (std::uint64_t i = 1; i < people; ++i)                // every other scan takes the process with it
        REQUIRE(queue.scan(i, "third_call").decision.outcome == Outcome::Admitted);
    CHECK(queue.plugin().statistics.crashes > 20);
    CHECK(queue.plugin().statistics.failures == failures);
}

TEST_CASE("plugin crash: whatever it does in the middle of the queue, the others are let in", "[faults][plugins]") {
    const std::string gate =
        GENERATE("crash", "abort", "ends", "hang", "fork", "thread", "execute", "read_file", "socket", "kill_parent",
                 "trace_parent", "run_memory", "take_signal", "print", "eat_memory", "deep_stack", "log_flood",
                 "last_words", "reply_flood", "send_garbage", "send_huge", "send_part", "send_ready", "send_many_lines",
                 "send_twice", "close_socket");
    if (!plugin_host::sandboxed && (gate == "eat_memory" || gate == "deep_stack"))
        return; // a sanitizer has no limit of memory
    INFO(gate);
    constexpr std::uint64_t people = 12, breaks_at = 6;
    PluginQueue queue(people);
    if (gate == "hang" || gate == "send_part")
        queue.options.budget.hard_us = 300'000;
    for (std::uint64_t i = 0; i < people; ++i) {
        const auto result = queue.scan(i, i == breaks_at ? gate : "main");
        INFO("scan " << i);
        CHECK(result.saved);
        if (i != breaks_at)
            CHECK(result.decision.outcome == Outcome::Admitted);
        else if (result.decision.outcome != Outcome::Admitted)
            CHECK(result.decision.reason == Reason::PluginUnavailable);
    }
    CHECK_FALSE(queue.plugin().in_quarantine);
    require_sound(*queue.database);
}

TEST_CASE("plugin crash: a helper program that vanishes in the middle of the day goes to staff until it is back",
          "[faults][plugins]") {
    PluginQueue queue(10);
    const std::filesystem::path copy = queue.folder / "kiosk-plugin-host";
    std::filesystem::copy_file(plugin_host::default_helper(), copy);
    queue.options.helper = copy;
    CHECK(queue.scan(0).decision.outcome == Outcome::Admitted);
    std::filesystem::rename(copy, queue.folder / "elsewhere");
    CHECK(queue.scan(1).decision.outcome == Outcome::Admitted); // the process that runs needs no file
    CHECK(queue.scan(2, "crash").decision.reason == Reason::PluginUnavailable);
    for (std::uint64_t i = 3; i < 6; ++i)
        CHECK(queue.scan(i).decision.reason == Reason::PluginUnavailable);
    CHECK_FALSE(queue.plugin().in_quarantine); // it is not the plugin's fault
    std::filesystem::rename(queue.folder / "elsewhere", copy);
    CHECK(queue.scan(6).decision.outcome == Outcome::Admitted);
}

TEST_CASE("plugin crash: a thousand restarts leave no descriptor and no process behind", "[faults][plugins]") {
    PluginQueue queue(3);
    queue.options.budget.crashes = 1'000'000;
    queue.options.budget.failures = 1'000'000;
    queue.scan(0);
    const int before = open_descriptors();
    for (int i = 0; i < 500; ++i) // each takes two processes: the crash, and the second try
        queue.scan(1, "crash");
    CHECK(queue.plugin().statistics.crashes == 500);
    CHECK(queue.scan(2).decision.outcome == Outcome::Admitted);
    CHECK(open_descriptors() == before);
}
