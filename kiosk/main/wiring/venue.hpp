// SPDX-License-Identifier: Apache-2.0
#pragma once
// One event on one machine, opened for work: database, configuration, plugins, check-in service. Purpose: the kiosk and
// kioskctl start alike. Ownership: owns everything it opened. Threads: one, that of the store. Failure: create() says
// what is missing and what to do.
#include "app/check_in.hpp"
#include "crypto/crypto.hpp"
#include "main/wiring/system_clock.hpp"
#include "plugin_host/broker.hpp"
#include "storage/database.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kiosk::wiring {

struct VenueOptions {
    std::filesystem::path database;
    std::string device; // empty: the database's own name, or the machine's for a new one
    bool create = false; // a missing database is made; otherwise it is an error
    bool read_only = false;
    bool with_plugins = true; // false to look at the data only: an event type is then as good as not installed
    // Where plugins run; empty: in processes of their own. $XIANGDAO_PLUGIN_TRANSPORT goes before it.
    std::optional<plugin_host::TransportKind> plugin_transport;
    std::function<void(std::string_view)> log; // one line, no personal data; may be empty
};

class Venue {
public:
    static core::Result<std::unique_ptr<Venue>> open(VenueOptions options);

    storage::Database& database() { return *m_database; }
    app::CheckIn& check_in() { return *m_check_in; } // only where has_event()
    bool has_event() const { return m_check_in.has_value(); }
    const core::EventConfig& config() const { return m_check_in->config(); }
    plugin_host::Broker* broker() { return m_broker.get(); }
    const core::Clock& clock() const { return m_clock; }
    core::Random& random() { return m_random; }
    const crypto::Sodium& sodium() const { return m_sodium; }
    const VenueOptions& options() const { return m_options; }

    // After the configuration was written: reads it, loads the plugins, makes the check-in service.
    core::Status load_event();

private:
    explicit Venue(VenueOptions options) : m_options(std::move(options)) {}

    VenueOptions m_options;
    SystemClock m_clock;
    crypto::SystemRandom m_random;
    crypto::Sodium m_sodium;
    std::unique_ptr<storage::Database> m_database;
    std::unique_ptr<plugin_host::Broker> m_broker;
    std::optional<app::CheckIn> m_check_in;
};

// The plugins of an event, from the usual folders, each in a process of its own unless $XIANGDAO_PLUGIN_TRANSPORT is
// "in_process" (for debuggers). `adjust` adds what belongs to a database (plugin_tools.hpp).
std::unique_ptr<plugin_host::Broker> make_broker(const core::Event& event,
                                                 const std::function<void(std::string_view)>& log,
                                                 const std::function<void(plugin_host::Options&)>& adjust = {});
// The same without budgets of time, for replays: they must come out alike on a busy machine.
std::unique_ptr<plugin_host::Broker> make_replay_broker(const core::Event& event);

// $XIANGDAO_DB, else xiangdao.db in this folder.
std::filesystem::path default_database();
// This machine's name, for the journal.
std::string machine_name();

} // namespace kiosk::wiring
