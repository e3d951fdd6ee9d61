// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/venue.hpp"

#include "core/load_config.hpp"
#include "main/wiring/plugin_tools.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace kiosk::wiring {

namespace fs = std::filesystem;
using core::ErrorCode;
using core::fail;
using core::Result;
using core::Status;

fs::path default_database() {
    const char* set = std::getenv("XIANGDAO_DB");
    return set && *set ? set : "xiangdao.db";
}

std::string machine_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name.front() == '\0')
        return "kiosk";
    return name.data();
}

namespace {

std::optional<plugin_host::TransportKind> transport_of_environment(const std::function<void(std::string_view)>& log) {
    const char* set = std::getenv("XIANGDAO_PLUGIN_TRANSPORT");
    if (set == nullptr || *set == '\0')
        return {};
    const std::string_view word = set;
    if (word == "in_process")
        return plugin_host::TransportKind::InProcess;
    if (word != "helper_process" && log)
        log("XIANGDAO_PLUGIN_TRANSPORT is neither helper_process nor in_process; helper processes are used");
    return plugin_host::TransportKind::HelperProcess;
}

// One list for all plugins of the event, beside the database.
void attach_quarantine(plugin_host::Options& options, const fs::path& database,
                       const std::function<void(std::string_view)>& log) {
    options.quarantine =
        std::make_shared<plugin_host::QuarantineList>(plugin_host::QuarantineList::file_for(database));
    if (const auto loaded = options.quarantine->load(); !loaded && log)
        log("the list of plugins that are switched off counts as empty: " + loaded.error().context);
}

} // namespace

std::unique_ptr<plugin_host::Broker> make_broker(const core::Event& event,
                                                 const std::function<void(std::string_view)>& log,
                                                 const std::function<void(plugin_host::Options&)>& adjust) {
    plugin_host::Options options;
    options.monotonic_us = &monotonic_us;
    options.transport = plugin_host::TransportKind::HelperProcess;
    if (log)
        options.log = [log](plugin_host::LogLevel, std::string_view plugin, std::string_view text) {
            log(std::string(plugin) + ": " + std::string(text));
        };
    if (adjust)
        adjust(options);
    if (const auto set = transport_of_environment(log))
        options.transport = *set;
    const auto folders = plugin_host::default_folders();
    return plugin_host::Broker::create(event.type, event.addons, folders, options);
}

std::unique_ptr<plugin_host::Broker> make_replay_broker(const core::Event& event) {
    return make_broker(event, {}, [](plugin_host::Options& options) {
        options.monotonic_us = [] { return std::int64_t{0}; };
        options.budget.hard_us = options.budget.start_us = 60'000'000; // a plugin that hangs for ever still ends
    });
}

Result<std::unique_ptr<Venue>> Venue::open(VenueOptions options) {
    if (!crypto::initialise())
        return fail(ErrorCode::Internal, "error.crypto");
    std::error_code error;
    const bool there = fs::exists(options.database, error);
    if (!there && !options.create)
        return fail(ErrorCode::NotFound, "error.no_database", options.database.string());
    if (!there && options.database.has_parent_path())
        fs::create_directories(options.database.parent_path(), error);
    if (!there && options.device.empty())
        options.device = machine_name();

    std::unique_ptr<Venue> venue(new Venue(std::move(options)));
    storage::Options storage;
    storage.device = venue->m_options.device;
    storage.clock = &venue->m_clock;
    storage.random = &venue->m_random;
    storage.hasher = &venue->m_sodium;
    const auto path = venue->m_options.database.string();
    KIOSK_TRY(venue->m_database, venue->m_options.read_only ? storage::Database::open_read_only(path, storage)
                                                            : storage::Database::open(path, storage));
    if (auto loaded = venue->load_event(); !loaded && loaded.error().message_key != "error.no_event")
        return std::unexpected(std::move(loaded).error());
    return venue;
}

Status Venue::load_event() {
    m_check_in.reset();
    m_broker.reset();
    KIOSK_TRY(const auto config, core::load_config(*m_database));
    if (m_options.with_plugins) {
        m_broker = make_broker(config.event, m_options.log, [&](plugin_host::Options& options) {
            if (m_options.plugin_transport)
                options.transport = *m_options.plugin_transport;
            attach_quarantine(options, m_options.database, m_options.log);
            attach_trust(options, m_options.database);
            if (!m_options.read_only)
                attach_call_journal(options, m_options.database);
        });
        keep_answers_in_step(*m_database, config, *m_broker, m_options.read_only, m_options.log);
    } else {
        m_broker = std::make_unique<plugin_host::Broker>(nullptr, std::vector<std::unique_ptr<plugin_host::Plugin>>());
    }
    app::Services services;
    services.store = m_database.get();
    services.clock = &m_clock;
    services.random = &m_random;
    services.verifier = &m_sodium;
    services.plugin = m_broker.get();
    KIOSK_TRY(m_check_in, app::CheckIn::create(services));
    return {};
}

} // namespace kiosk::wiring
