// SPDX-License-Identifier: Apache-2.0
#include "main/wiring/venue.hpp"

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

std::unique_ptr<plugin_host::Broker> make_broker(const core::Event& event,
                                                 const std::function<void(std::string_view)>& log,
                                                 std::function<std::int64_t()> clock_us,
                                                 const std::function<void(plugin_host::Options&)>& adjust) {
    plugin_host::Options options;
    options.monotonic_us = std::move(clock_us);
    if (log)
        options.log = [log](plugin_host::LogLevel, std::string_view plugin, std::string_view text) {
            log(std::string(plugin) + ": " + std::string(text));
        };
    if (adjust)
        adjust(options);
    const auto folders = plugin_host::default_folders();
    return plugin_host::Broker::create(event.type, event.addons, folders, options);
}

bool runs_without_plugin(std::string_view event_type) {
    // Salons have theirs; a closed-door event needs its own: who may enter is the point of it.
    constexpr std::array<std::string_view, 10> types{"meetup",         "conference",  "conference.regional", "training",
                                                    "visit.customer", "visit.isv",   "visit.integrator",
                                                    "visit.middleware", "visit_town", "visit_campus"};
    return std::ranges::find(types, event_type) != types.end();
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
    KIOSK_TRY(const auto documents, m_database->config());
    KIOSK_TRY(const auto config, core::assemble_config(documents));
    m_broker = make_broker(config.event, m_options.log, &monotonic_us, [&](plugin_host::Options& options) {
        attach_trust(options, m_options.database);
        if (!m_options.read_only)
            attach_call_journal(options, m_options.database);
    });
    keep_answers_in_step(*m_database, config, *m_broker, m_options.read_only, m_options.log);
    app::Services services;
    services.store = m_database.get();
    services.clock = &m_clock;
    services.random = &m_random;
    services.verifier = &m_sodium;
    // A plugin that is there and can't be used is another matter than one that was never installed.
    const bool refused = std::ranges::any_of(m_broker->missing(), [](const plugin_host::MissingPlugin& missing) {
        return missing.is_event_type && missing.error.code != ErrorCode::NotFound;
    });
    const bool asks = m_broker->has_event_type() || refused || !runs_without_plugin(config.event.type);
    services.plugin = asks ? m_broker.get() : nullptr;
    KIOSK_TRY(m_check_in, app::CheckIn::create(services));
    return {};
}

} // namespace kiosk::wiring
