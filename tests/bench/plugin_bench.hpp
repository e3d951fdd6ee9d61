// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the benchmarks of plugins share: a broker over the built plugins, a busy salon's door, times and how they are
// printed. Ownership: values. Threads: one.
#include "plugin_host/broker.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace kiosk::bench {

inline std::int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

inline plugin_host::Options options_of(plugin_host::TransportKind transport) {
    plugin_host::Options options;
    options.monotonic_us = [] { return steady_ns() / 1000; };
    options.transport = transport;
    return options;
}

// Null, and why on stderr, where the plugin can't be used.
inline std::unique_ptr<plugin_host::Broker> broker_of(const std::string& event_type,
                                                      plugin_host::TransportKind transport) {
    const auto folders = plugin_host::default_folders();
    auto broker = plugin_host::Broker::create(event_type, {}, folders, options_of(transport));
    for (const auto& missing : broker->missing()) {
        std::fprintf(stderr, "bench: %s: %s\n", missing.id.c_str(), missing.error.context.c_str());
        return nullptr;
    }
    return broker;
}

// A salon with ten talks, and a guest who has answered its questions.
struct SalonDoor {
    core::EventConfig config;
    core::Checkpoint door;
    core::Registration guest;
    core::ScanRequest request;
    std::vector<core::PastScan> history;
    core::PluginQuery query;

    SalonDoor() {
        const auto start = core::parse_rfc3339("2026-11-20T13:00:00+08:00").value();
        core::Event& event = config.event;
        event.code = "D1";
        event.type = "salon";
        event.title = {"天天象上·杭州站", "Hangzhou Salon"};
        event.timezone = core::TimeZone::create("Asia/Shanghai").value();
        event.starts = start;
        event.ends = start + 5 * core::hour_ms;
        for (int i = 0; i < 10; ++i)
            event.agenda.push_back({"talk",
                                    {"分享", "Talk"},
                                    {"主会场", "Main hall"},
                                    start + i * 30 * core::minute_ms,
                                    start + (i + 1) * 30 * core::minute_ms});
        door.id = "main";
        guest.answers = {{"pg_status", std::string("trial")},
                         {"tracks", std::vector<std::string>{"mysql", "oracle"}}};
        request.checkpoint = door.id;
        request.at = start + core::minute_ms;
        query.config = &config;
        query.checkpoint = &door;
        query.request = &request;
        query.registration = &guest;
        query.history = &history;
    }
    SalonDoor(const SalonDoor&) = delete; // the query points into it
    SalonDoor& operator=(const SalonDoor&) = delete;
};

inline double percentile_us(std::vector<std::int64_t>& times_ns, std::size_t percent) {
    std::sort(times_ns.begin(), times_ns.end());
    return static_cast<double>(times_ns[std::min(times_ns.size() - 1, times_ns.size() * percent / 100)]) / 1e3;
}

inline void print(const char* bench, const std::string& metric, double value, const char* unit) {
    std::printf("{\"bench\": \"%s\", \"metric\": \"%s\", \"value\": %.3f, \"unit\": \"%s\", \"baseline\": null, "
                "\"ratio\": null}\n",
                bench, metric.c_str(), value, unit);
}
inline void print(const char* bench, const std::string& metric, double value, const char* unit, double baseline) {
    std::printf("{\"bench\": \"%s\", \"metric\": \"%s\", \"value\": %.3f, \"unit\": \"%s\", \"baseline\": %.3f, "
                "\"ratio\": %.3f}\n",
                bench, metric.c_str(), value, unit, baseline, value / baseline);
}

} // namespace kiosk::bench
