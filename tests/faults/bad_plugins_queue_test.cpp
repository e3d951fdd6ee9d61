// SPDX-License-Identifier: Apache-2.0
// A queue of people at the door while one of the event's add-ons misbehaves: whatever it does, every scan gets an answer
// in time, every answer is in the journal, nobody who is kept out gets in, and without that add-on all goes on as ever.
#include "app/check_in.hpp"
#include "plugin_host/broker.hpp"
#include "support/storage_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>

namespace fs = std::filesystem;
using namespace kiosk;
using namespace kiosk::test;
using core::Outcome;
using core::Reason;

namespace {

using Clock = std::chrono::steady_clock;

constexpr int guests = 24;
// A scan may wait for one hang: the hard budget, then a fresh process that is given a second try.
constexpr auto longest_scan = std::chrono::milliseconds(2500);

core::EventConfig event(const std::string& addon) {
    core::EventConfig config;
    config.event.code = "QUEUE";
    config.event.type = "salon";
    config.event.title = {"排队", "Queue"};
    config.event.venue = {"示例大厦", "Example Tower"};
    config.event.starts = {1'795'000'000'000};
    if (!addon.empty())
        config.event.addons = {addon};
    config.ticket_types = {{"std", {"标准票", "Standard"}}};
    core::Checkpoint main;
    main.id = "main";
    main.name = {"主入口", "Main door"};
    config.checkpoints = {main};
    return config;
}

plugin_host::Options options(plugin_host::TransportKind transport) {
    plugin_host::Options made;
    made.monotonic_us = [] {
        return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now().time_since_epoch()).count();
    };
    made.transport = transport;
    made.helper = KIOSK_PLUGIN_HOST;
    return made;
}

struct Queue {
    TempFolder folder;
    Ports ports;
    std::unique_ptr<storage::Database> database = open(folder / "queue.db", ports);
    crypto::Sodium sodium;

    Queue() {
        std::vector<core::OperationDraft> drafts;
        for (const auto& document : core::config_documents(event("")))
            drafts.push_back(core::make_config(document));
        for (int i = 0; i < guests; ++i) {
            auto guest = person(std::to_string(i));
            if (i % 2 == 0) // for whom most of the faults are
                guest.event_role = "guest_of_honour";
            if (i % 6 == 5) // one in six must not come in, whatever a plugin says
                guest.status = core::RegistrationStatus::Cancelled;
            drafts.push_back(core::make_registration(guest));
        }
        need(database->append(drafts));
    }

    app::CheckIn check_in(core::AdmissionPlugin* plugin) {
        return need(app::CheckIn::create({database.get(), &ports.clock, &ports.random, &sodium, plugin}));
    }

    app::ScanResult scan(app::CheckIn& service, int guest) {
        ports.clock.forward(1000);
        core::ScanRequest request;
        request.checkpoint = "main";
        request.code = "T" + std::to_string(guest);
        request.at = ports.clock.at;
        request.key = "key-" + std::to_string(ports.clock.at.unix_ms);
        return need(service.scan(request));
    }
};

std::unique_ptr<plugin_host::Broker> broker(const std::string& addon, plugin_host::TransportKind transport) {
    const std::vector<fs::path> folders{XIANGDAO_PLUGIN_DIR, FAULTY_PLUGIN_DIR};
    const std::vector<std::string> addons{addon};
    return plugin_host::Broker::create("salon", addons, folders, options(transport));
}

std::vector<std::string> faulty_plugins() {
    std::vector<std::string> ids;
    for (const auto& entry : fs::directory_iterator(FAULTY_PLUGIN_DIR))
        if (fs::exists(entry.path() / "manifest.json"))
            ids.push_back(entry.path().filename().string());
    std::sort(ids.begin(), ids.end());
    return ids;
}

// Which of them can be trusted at the door: their faults are none of a decision.
bool decides_well(const std::string& id) {
    const std::set<std::string> wrong{"bad_denies", "bad_hang", "bad_exit", "bad_flood", "bad_throws", "bad_thread",
                                      "bad_process", "bad_socket", "bad_file", "bad_open_fails", "bad_abi", "bad_folder",
                                      "bad_prints", "bad_untranslated", "bad_sets_locale", "bad_sink", "bad_clock"};
    return !wrong.contains(id);
}

} // namespace

TEST_CASE("bad plugins: every scan of a queue is answered and saved, whatever the add-on does", "[faults][plugins]") {
    const auto ids = faulty_plugins();
    REQUIRE(ids.size() >= 45);
    for (const auto& id : ids) {
        INFO(id);
        Queue queue;
        const auto plugins = broker(id, plugin_host::TransportKind::HelperProcess);
        auto service = queue.check_in(plugins.get());
        REQUIRE(plugins->has_event_type());

        std::vector<int> to_staff;
        int admitted = 0;
        for (int guest = 0; guest < guests; ++guest) {
            INFO("guest " << guest);
            const auto began = Clock::now();
            const auto result = queue.scan(service, guest);
            CHECK(Clock::now() - began < longest_scan);
            const auto& decision = result.decision;
            if (guest % 6 == 5) {
                CHECK(decision.outcome == Outcome::Refused);
                CHECK(decision.reason == Reason::Cancelled);
            } else if (decision.outcome == Outcome::Admitted) {
                ++admitted;
            } else {
                CHECK((decision.outcome == Outcome::StaffCheck || decision.outcome == Outcome::Refused));
                to_staff.push_back(guest);
            }
            REQUIRE(result.saved); // green or not, it is in the journal
        }
        if (decides_well(id))
            CHECK(to_staff.empty());
        if (id == "bad_denies" || id == "bad_hang" || id == "bad_flood")
            CHECK(admitted == 0);

        std::set<std::string> seen;
        need(queue.database->for_each_scan([&](const core::StoredScan& scan) {
            seen.insert(scan.record.ticket);
            return true;
        }));
        CHECK(seen.size() == guests); // nobody lost
        require_sound(*queue.database);

        // The organizer takes the add-on away: those who were kept out come in.
        const auto without = plugin_host::Broker::create("salon", {}, std::vector<fs::path>{XIANGDAO_PLUGIN_DIR},
                                                         options(plugin_host::TransportKind::InProcess));
        auto again = queue.check_in(without.get());
        for (const int guest : to_staff)
            CHECK(queue.scan(again, guest).decision.outcome == Outcome::Admitted);
        require_sound(*queue.database);
    }
}
