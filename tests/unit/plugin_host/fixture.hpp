// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the tests of plugin_host share: an event, a guest, a scan, a clock that tests move, plugins in folders.
// Ownership: values. Threads: one.
#include "core/admission.hpp"
#include "crypto/crypto.hpp"
#include "plugin_host/broker.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kiosk::test {

inline core::Instant at(std::string_view text) {
    return core::parse_rfc3339(text).value();
}

inline const std::filesystem::path& salon_folders() {
    static const std::filesystem::path folder = XIANGDAO_PLUGIN_DIR;
    return folder;
}
inline const std::filesystem::path& bad_folders() {
    static const std::filesystem::path folder = BAD_PLUGIN_DIR;
    return folder;
}

struct Log {
    std::vector<std::string> lines;
    bool holds(std::string_view part) const {
        for (const auto& line : lines)
            if (line.find(part) != std::string::npos)
                return true;
        return false;
    }
};

// A door, a guest and a scan at 13:05 of the demo salon.
struct Door {
    core::EventConfig config;
    core::Registration guest;
    core::ScanRequest request;
    std::vector<core::PastScan> history;
    bool in_roster = true;

    Door() {
        core::Event& event = config.event;
        event.code = "HZ01";
        event.type = "salon";
        event.title = {"天天象上·杭州站", "Hangzhou Salon"};
        event.venue = {"示例大厦", "Demo Tower"};
        event.timezone = core::TimeZone::create("Asia/Shanghai").value();
        event.starts = at("2026-11-20T13:00:00+08:00");
        event.ends = at("2026-11-20T18:00:00+08:00");
        core::Checkpoint main;
        main.id = "main";
        core::Checkpoint backstage;
        backstage.id = "backstage";
        config.checkpoints = {main, backstage};
        guest.uid = "0193-guest";
        guest.ticket = "TICKET1234";
        guest.ticket_type = "std";
        guest.person.name = "王谷雨";
        guest.person.phone = "10000005678";
        guest.person.organisation = "松果示例软件";
        request.checkpoint = "main";
        request.code = guest.ticket;
        request.at = at("2026-11-20T13:05:00+08:00");
    }

    core::PluginQuery query() const {
        core::PluginQuery query;
        query.config = &config;
        query.checkpoint = config.checkpoint(request.checkpoint);
        query.request = &request;
        query.registration = in_roster ? &guest : nullptr;
        query.history = &history;
        query.ticket = guest.ticket;
        return query;
    }
};

struct Bench {
    Log log;
    std::int64_t now_us = 0;

    plugin_host::Options options() {
        plugin_host::Options options;
        options.monotonic_us = [this] { return now_us; };
        options.log = [this](plugin_host::LogLevel, std::string_view plugin, std::string_view text) {
            log.lines.push_back(std::string(plugin) + ": " + std::string(text));
        };
        return options;
    }

    std::unique_ptr<plugin_host::Broker> broker(std::string_view event_type, const std::filesystem::path& folder,
                                                const std::vector<std::string>& addons = {}) {
        const std::vector<std::filesystem::path> folders{folder};
        return plugin_host::Broker::create(event_type, addons, folders, options());
    }
};

} // namespace kiosk::test
