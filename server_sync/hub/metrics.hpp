// SPDX-License-Identifier: Apache-2.0
#pragma once
// What /metrics tells, in Prometheus' text form. Purpose: counters and one histogram, cheap to add to; no label ever
// holds a device, a person or a token. Ownership: values. Threads: any. Failure: none.
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace kiosk::sync::hub {

class Metrics {
public:
    void operations(std::string_view verdict, std::uint64_t count); // stored, duplicate, or why not
    void request(std::string_view method, std::string_view route, int status, double seconds);
    void commit(std::size_t pushes, std::size_t operations, bool failed);
    void set_waiting(std::size_t feeds);
    // What is counted elsewhere is handed in when it is asked for: ("xiangdao_hub_devices", "help", value).
    struct Gauge {
        const char* name;
        const char* help;
        double value;
    };
    std::string text(const std::vector<Gauge>& gauges) const;

private:
    static constexpr std::array latency_bounds{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0};
    static constexpr std::array batch_bounds{1.0, 10.0, 100.0, 500.0, 1000.0, 5000.0, 20000.0};

    template <std::size_t N> struct Histogram {
        std::array<std::uint64_t, N + 1> buckets{};
        double sum = 0;
        void add(const std::array<double, N>& bounds, double value);
        void print(std::string& out, const std::array<double, N>& bounds, std::string_view name,
                   std::string_view labels) const;
    };

    mutable std::mutex m_mutex;
    std::map<std::string, std::uint64_t, std::less<>> m_operations;
    std::map<std::tuple<std::string, std::string, int>, std::uint64_t> m_requests;
    std::map<std::string, Histogram<latency_bounds.size()>, std::less<>> m_latency; // by route
    Histogram<batch_bounds.size()> m_batches;
    std::uint64_t m_commits = 0;
    std::uint64_t m_failed_commits = 0;
    std::uint64_t m_pushes = 0;
    std::size_t m_waiting = 0;
};

} // namespace kiosk::sync::hub
