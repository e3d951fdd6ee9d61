// SPDX-License-Identifier: Apache-2.0
// What asking the salon costs a scan: decide and welcome through the broker, in microseconds, p50 and p99.
// There is no baseline: without the plugin there is no such call.
#include "plugin_host/broker.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace kiosk;

namespace {

std::int64_t steady_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

template <typename Call> void measure(const char* what, Call&& call) {
    constexpr int rounds = 5000;
    std::vector<std::int64_t> times;
    times.reserve(rounds);
    for (int i = 0; i < rounds; ++i) {
        const auto began = steady_ns();
        call();
        times.push_back(steady_ns() - began);
    }
    std::sort(times.begin(), times.end());
    for (const int percent : {50, 99})
        std::printf("{\"bench\": \"plugin_calls\", \"metric\": \"%s_p%d\", \"value\": %.1f, \"unit\": \"us\", "
                    "\"baseline\": null, \"ratio\": null}\n",
                    what, percent,
                    static_cast<double>(times[times.size() * static_cast<std::size_t>(percent) / 100]) / 1e3);
}

} // namespace

int main() {
    plugin_host::Options options;
    options.monotonic_us = [] { return steady_ns() / 1000; };
    const auto folders = plugin_host::default_folders();
    const auto broker = plugin_host::Broker::create("salon", {}, folders, options);
    for (const auto& missing : broker->missing()) {
        std::fprintf(stderr, "plugin_calls: %s\n", missing.error.context.c_str());
        return 1;
    }

    core::EventConfig config;
    config.event.code = "D1";
    config.event.type = "salon";
    config.event.title = {"天天象上·杭州站", "Hangzhou Salon"};
    const auto zone = core::TimeZone::create("Asia/Shanghai");
    const auto start = core::parse_rfc3339("2026-11-20T13:00:00+08:00");
    if (!zone || !start)
        return 1;
    config.event.timezone = *zone;
    config.event.starts = *start;
    for (int i = 0; i < 10; ++i)
        config.event.agenda.push_back({"talk",
                                       {"分享", "Talk"},
                                       {"主会场", "Main hall"},
                                       *start + i * 30 * core::minute_ms,
                                       *start + (i + 1) * 30 * core::minute_ms});
    core::Checkpoint door;
    door.id = "main";
    core::Registration guest;
    guest.answers = {{"pg_status", std::string("trial")}, {"tracks", std::vector<std::string>{"mysql", "oracle"}}};
    core::ScanRequest request;
    request.checkpoint = door.id;
    request.at = *start + core::minute_ms;
    const std::vector<core::PastScan> history;
    core::PluginQuery query;
    query.config = &config;
    query.checkpoint = &door;
    query.request = &request;
    query.registration = &guest;
    query.history = &history;

    bool right = true;
    measure("decide", [&] { right = right && broker->decide(query).outcome == core::Outcome::Admitted; });
    measure("welcome", [&] { right = right && !broker->welcome(config, &guest, request.at).empty(); });
    if (!right)
        std::fprintf(stderr, "plugin_calls: the salon answered something else than expected\n");
    return right ? 0 : 1;
}
