// SPDX-License-Identifier: Apache-2.0
// A plugin that crashes twice is switched off, stays off over a restart, and comes back when staff say so.
#include "plugin_host/quarantine.hpp"

#include "resources/resources.hpp"
#include "unit/plugin_host/helper_fixture.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

namespace fs = std::filesystem;
using namespace kiosk;
using core::Outcome;
using core::Reason;
using plugin_host::QuarantineEntry;
using plugin_host::QuarantineList;

namespace {

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "quarantine_test_XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        m_path = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(m_path, ignored);
    }
    fs::path operator/(const char* name) const { return m_path / name; }

  private:
    fs::path m_path;
};

core::Digest digest(std::uint8_t first) {
    core::Digest result{};
    result[0] = first;
    return result;
}

QuarantineEntry entry(std::uint8_t library = 1) {
    return {digest(library), "salon decide: killed by signal 11", test::at("2026-11-20T13:05:00+08:00"), "kiosk"};
}

// An event of the plugin that breaks, in a helper process, with a list beside a database.
struct Kiosk {
    test::Bench bench;
    test::Door door;
    std::shared_ptr<QuarantineList> list;
    std::unique_ptr<plugin_host::Broker> broker;

    explicit Kiosk(const fs::path& file, const fs::path& folder = test::breaking_folders()) {
        list = std::make_shared<QuarantineList>(file);
        if (const auto loaded = list->load(); !loaded)
            bench.log.lines.push_back(loaded.error().message_key);
        auto options = bench.options();
        options.transport = plugin_host::TransportKind::HelperProcess;
        options.budget.hard_us = test::patient_us;
        options.budget.start_us = test::patient_us;
        options.quarantine = list;
        options.now = [] { return test::at("2026-11-20T13:05:00+08:00"); };
        const std::vector<fs::path> folders{folder};
        broker = plugin_host::Broker::create("breaks", {}, folders, options);
        REQUIRE(broker->has_event_type());
        door.config.event.type = "breaks";
    }
    core::PluginVerdict scan(const char* gate = "main") {
        door.request.gate = gate;
        return broker->decide(door.query());
    }
    plugin_host::PluginStatus status() const { return broker->status().at(0); }
};

} // namespace

TEST_CASE("quarantine: the list is kept in its file", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    QuarantineList list(folder / "list.json");
    REQUIRE(list.load()); // no file yet
    CHECK(list.entries().empty());
    REQUIRE(list.add("salon", entry()));
    REQUIRE(list.add("meetup", entry(2)));

    QuarantineList again(folder / "list.json");
    REQUIRE(again.load());
    REQUIRE(again.entries().size() == 2);
    const auto* found = again.find("salon", digest(1));
    REQUIRE(found != nullptr);
    CHECK(found->reason == "salon decide: killed by signal 11");
    CHECK(found->by == "kiosk");
    CHECK(found->at == test::at("2026-11-20T13:05:00+08:00"));
    CHECK(again.find("salon", digest(9)) == nullptr); // another build
    CHECK(again.find("nobody", digest(1)) == nullptr);

    CHECK(again.release("salon").value());
    CHECK_FALSE(again.release("salon").value());
    QuarantineList third(folder / "list.json");
    REQUIRE(third.load());
    CHECK(third.entries().size() == 1);
}

TEST_CASE("quarantine: two programs that write don't undo each other", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    QuarantineList kiosk(folder / "list.json"), kioskctl(folder / "list.json");
    REQUIRE(kiosk.load());
    REQUIRE(kioskctl.load());
    REQUIRE(kiosk.add("salon", entry()));
    REQUIRE(kioskctl.add("meetup", entry()));
    CHECK(kioskctl.entries().size() == 2);
    REQUIRE(kiosk.release("salon"));
    CHECK(kiosk.entries().size() == 1);
    CHECK(kiosk.entries().contains("meetup"));
}

TEST_CASE("quarantine: a change by another program is seen, at most once a second", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    QuarantineList kiosk(folder / "list.json"), kioskctl(folder / "list.json");
    REQUIRE(kiosk.add("salon", entry()));
    kiosk.refresh(5'000'000);
    REQUIRE(kioskctl.load());
    REQUIRE(kioskctl.release("salon"));
    kiosk.refresh(5'999'999);
    CHECK(kiosk.entries().size() == 1);
    kiosk.refresh(6'000'000);
    CHECK(kiosk.entries().empty());
}

TEST_CASE("quarantine: a file that can't be read is an empty list and an error", "[plugin_host][quarantine]") {
    const auto text = GENERATE("", "{", "[]", "\xff\xfe", R"({"format":2,"plugins":{}})", R"({"format":1})",
                               R"({"format":1,"plugins":[]})", R"({"format":1,"plugins":{"salon":{}}})",
                               R"({"format":1,"plugins":{"salon":{"library":"zz","reason":"r","at":"x","by":"b"}}})");
    INFO(text);
    const TemporaryFolder folder;
    std::ofstream(folder / "list.json") << text;
    QuarantineList list(folder / "list.json");
    const auto loaded = list.load();
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().message_key == "error.quarantine_file");
    CHECK(list.entries().empty());
    CHECK(list.add("salon", entry())); // and is made anew
    CHECK(QuarantineList(folder / "list.json").load());
}

TEST_CASE("quarantine: what can't be written holds in memory", "[plugin_host][quarantine]") {
    QuarantineList list("/nonexistent/folder/list.json");
    CHECK_FALSE(list.add("salon", entry()));
    list.refresh(10'000'000);
    CHECK(list.find("salon", digest(1)) != nullptr);
    list.release("salon");
    CHECK(list.find("salon", digest(1)) == nullptr);
}

TEST_CASE("quarantine: a reason of any length and any bytes can be kept", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    QuarantineList list(folder / "list.json");
    auto odd = entry();
    odd.reason = std::string(499, 'x') + "象\xff" + std::string(100'000, 'y');
    odd.by.clear();
    REQUIRE(list.add("salon", odd));
    QuarantineList again(folder / "list.json");
    REQUIRE(again.load());
    CHECK(again.entries().size() == 1);
}

TEST_CASE("quarantine: the second crash switches the plugin off, and scans go on", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    Kiosk kiosk(folder / "kiosk.db.quarantine.json");
    CHECK(kiosk.scan().outcome == Outcome::Admitted);
    CHECK(kiosk.scan("crash").reason == Reason::PluginUnavailable);
    CHECK(kiosk.scan().outcome == Outcome::Admitted); // once may happen
    CHECK_FALSE(kiosk.status().in_quarantine);
    CHECK(kiosk.scan("crash").outcome == Outcome::StaffCheck);
    CHECK(kiosk.status().in_quarantine);
    CHECK(kiosk.status().statistics.crashes == 2);
    const auto calls = kiosk.status().statistics.calls;
    const auto verdict = kiosk.scan();
    CHECK(verdict.outcome == Outcome::StaffCheck);
    CHECK(verdict.reason == Reason::PluginUnavailable);
    CHECK(kiosk.status().statistics.calls == calls); // no longer asked
    CHECK(kiosk.bench.log.holds("is in quarantine"));

    const auto& entries = kiosk.list->entries();
    REQUIRE(entries.contains("breaks"));
    CHECK(entries.at("breaks").by == "kiosk");
    CHECK(entries.at("breaks").reason.find("admission.decide/1") != std::string::npos);

    kiosk.broker->release_quarantine();
    CHECK(kiosk.scan().outcome == Outcome::Admitted);
    CHECK(kiosk.list->entries().empty());
    CHECK(kiosk.scan("crash").outcome == Outcome::StaffCheck); // counted anew
    CHECK(kiosk.scan().outcome == Outcome::Admitted);
}

TEST_CASE("quarantine: two hangs do it as well", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    auto list = std::make_shared<QuarantineList>();
    test::Bench bench;
    auto options = bench.options();
    options.transport = plugin_host::TransportKind::HelperProcess;
    options.budget.hard_us = 150'000;
    options.budget.start_us = test::patient_us;
    options.quarantine = list;
    const std::vector<fs::path> folders{test::breaking_folders()};
    const auto broker = plugin_host::Broker::create("breaks", {}, folders, options);
    test::Door door;
    door.request.gate = "hang";
    CHECK(broker->decide(door.query()).outcome == Outcome::StaffCheck);
    CHECK(broker->decide(door.query()).outcome == Outcome::StaffCheck);
    CHECK(broker->status().at(0).in_quarantine);
    CHECK(list->entries().contains("breaks"));
}

TEST_CASE("quarantine: it outlives a restart, and none of the plugin's code runs then", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    {
        Kiosk kiosk(folder / "list.json");
        kiosk.scan("crash");
        kiosk.scan("crash");
    }
    Kiosk kiosk(folder / "list.json");
    CHECK(kiosk.status().in_quarantine);
    CHECK(kiosk.scan().reason == Reason::PluginUnavailable);
    CHECK(kiosk.status().statistics.calls == 0);
    REQUIRE(kiosk.broker->in_quarantine().size() == 1);
    CHECK(kiosk.broker->in_quarantine()[0].zh == "会出事的插件");

    // With kioskctl, while the kiosk runs.
    QuarantineList kioskctl(folder / "list.json");
    REQUIRE(kioskctl.load());
    REQUIRE(kioskctl.release("breaks").value());
    kiosk.bench.now_us += 2'000'000;
    CHECK(kiosk.scan().outcome == Outcome::Admitted);
    CHECK_FALSE(kiosk.status().in_quarantine);

    // And the other way round: staff switch it off from outside.
    const auto manifest = plugin_host::read_manifest(test::breaking_folders() / "breaks").value();
    auto by_hand = entry();
    by_hand.library = manifest.hashes.at(manifest.library);
    REQUIRE(kioskctl.add("breaks", by_hand));
    kiosk.bench.now_us += 2'000'000;
    CHECK(kiosk.scan().outcome == Outcome::StaffCheck);
}

TEST_CASE("quarantine: inside the kiosk too, a plugin that is switched off is not even loaded",
          "[plugin_host][quarantine]") {
    const auto manifest = plugin_host::read_manifest(test::breaking_folders() / "breaks_when_opened").value();
    test::Bench bench;
    auto options = bench.options();
    options.transport = plugin_host::TransportKind::InProcess; // opening it would take this test with it
    options.quarantine = std::make_shared<QuarantineList>();
    auto off = entry();
    off.library = manifest.hashes.at(manifest.library);
    REQUIRE(options.quarantine->add("breaks_when_opened", off));
    const std::vector<fs::path> folders{test::breaking_folders()};
    const auto broker = plugin_host::Broker::create("breaks_when_opened", {}, folders, options);
    REQUIRE(broker->has_event_type());
    CHECK(broker->status().at(0).in_quarantine);
    CHECK(broker->decide(test::Door().query()).reason == Reason::PluginUnavailable);
}

TEST_CASE("quarantine: another build of the plugin is given a new chance", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    QuarantineList list(folder / "list.json");
    REQUIRE(list.add("breaks", entry())); // of a library with another hash
    Kiosk kiosk(folder / "list.json");
    CHECK(kiosk.scan().outcome == Outcome::Admitted);
    CHECK_FALSE(kiosk.status().in_quarantine);
}

TEST_CASE("quarantine: an unreadable list does not stop the kiosk", "[plugin_host][quarantine]") {
    const TemporaryFolder folder;
    std::ofstream(folder / "list.json") << "{{{";
    Kiosk kiosk(folder / "list.json");
    CHECK(kiosk.bench.log.holds("error.quarantine_file"));
    CHECK(kiosk.scan().outcome == Outcome::Admitted);
}

TEST_CASE("quarantine: every call is told, with what became of it", "[plugin_host][quarantine]") {
    struct Seen {
        std::string method, reply, error;
    };
    std::vector<Seen> seen;
    test::Bench bench;
    auto options = bench.options();
    options.transport = plugin_host::TransportKind::HelperProcess;
    options.budget.hard_us = options.budget.start_us = test::patient_us;
    options.on_call = [&](const plugin_host::CallRecord& record) {
        CHECK(record.plugin == "breaks");
        CHECK(record.library != core::Digest{});
        CHECK_FALSE(record.request.empty());
        seen.push_back({std::string(record.method), std::string(record.reply),
                        record.error != nullptr ? record.error->message_key : ""});
    };
    const std::vector<fs::path> folders{test::breaking_folders()};
    const auto broker = plugin_host::Broker::create("breaks", {}, folders, options);
    test::Door door;
    static_cast<void>(broker->registration_form(door.config)); // described once, before the first decision
    seen.clear();
    door.request.gate = "main";
    broker->decide(door.query());
    door.request.gate = "crash";
    broker->decide(door.query());
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].method == "admission.decide/1");
    CHECK(seen[0].reply == test::fine);
    CHECK(seen[0].error.empty());
    CHECK(seen[1].reply.empty());
    CHECK(seen[1].error == "error.plugin_crash");
}
