// SPDX-License-Identifier: Apache-2.0
#pragma once
// A door with a queue before it, whose event type is a plugin that does what the scan's gate says. Ownership: owns
// folder, database, plugin and service. Threads: one. Failure: REQUIRE.
#include "app/check_in.hpp"
#include "plugin_host/broker.hpp"
#include "plugin_host/quarantine.hpp"
#include "support/roster.hpp"
#include "support/storage_fixture.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kiosk::test {

inline std::int64_t steady_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// On a busy machine an honest process may wait long for its turn: only one that hangs ever needs so much.
constexpr std::int64_t patient_us = 20'000'000;

class PluginQueue {
  public:
    TempFolder folder;
    Ports ports;
    std::unique_ptr<storage::Database> database;
    std::unique_ptr<plugin_host::Broker> broker;
    plugin_host::Options options;
    std::vector<std::string> log;

    explicit PluginQueue(std::uint64_t people) {
        const auto event = [] {
            auto config = roster_event();
            config.event.type = "breaks";
            return config;
        }();
        database = open(folder / "kiosk.db", ports);
        need(write_roster(*database, event, people));
        options.monotonic_us = &steady_us;
        options.transport = plugin_host::TransportKind::HelperProcess;
        options.budget.hard_us = options.budget.start_us = patient_us;
        options.log = [this](plugin_host::LogLevel, std::string_view, std::string_view text) {
            log.emplace_back(text);
        };
    }

    // As at a start of the kiosk; again after `options` have been changed.
    void start() {
        check_in.reset();
        broker.reset();
        options.quarantine =
            std::make_shared<plugin_host::QuarantineList>(plugin_host::QuarantineList::file_for(folder / "kiosk.db"));
        need(options.quarantine->load());
        const std::vector<std::filesystem::path> folders{BREAKING_PLUGIN_DIR};
        broker = plugin_host::Broker::create("breaks", {}, folders, options);
        REQUIRE(broker->has_event_type());
        app::Services services;
        services.store = database.get();
        services.clock = &ports.clock;
        services.random = &ports.random;
        services.verifier = &hasher();
        services.plugin = broker.get();
        check_in = std::make_unique<app::CheckIn>(need(app::CheckIn::create(services)));
    }

    app::ScanResult scan(std::uint64_t number, const std::string& gate = "main") {
        if (!check_in)
            start();
        ports.clock.forward(1000);
        core::ScanRequest request;
        request.checkpoint = "main";
        request.code = roster_person(number).ticket;
        request.at = ports.clock.now();
        request.gate = gate;
        request.key = "camera-" + std::to_string(number) + "-" + std::to_string(++m_scans);
        return need(check_in->scan(request));
    }
    plugin_host::PluginStatus plugin() const { return broker->status().at(0); }

    std::unique_ptr<app::CheckIn> check_in;

  private:
    int m_scans = 0;
};

} // namespace kiosk::test
