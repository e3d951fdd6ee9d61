// SPDX-License-Identifier: Apache-2.0
#include "hub/metrics.hpp"

#include <fmt/format.h>

namespace kiosk::sync::hub {

namespace {

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
    out += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
}

} // namespace

template <std::size_t N> void Metrics::Histogram<N>::add(const std::array<double, N>& bounds, double value) {
    std::size_t i = 0;
    while (i < N && value > bounds[i])
        ++i;
    ++buckets[i];
    sum += value;
}

template <std::size_t N>
void Metrics::Histogram<N>::print(std::string& out, const std::array<double, N>& bounds, std::string_view name,
                                  std::string_view labels) const {
    const std::string comma = labels.empty() ? "" : ",";
    const std::string braces = labels.empty() ? "" : fmt::format("{{{}}}", labels);
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < N; ++i) {
        below += buckets[i];
        out += fmt::format("{}_bucket{{{}{}le=\"{}\"}} {}\n", name, labels, comma, bounds[i], below);
    }
    below += buckets[N];
    out += fmt::format("{}_bucket{{{}{}le=\"+Inf\"}} {}\n", name, labels, comma, below);
    out += fmt::format("{}_sum{} {}\n{}_count{} {}\n", name, braces, sum, name, braces, below);
}

void Metrics::operations(std::string_view verdict, std::uint64_t count) {
    if (count == 0)
        return;
    const std::lock_guard lock(m_mutex);
    m_operations[std::string(verdict)] += count;
}

void Metrics::request(std::string_view method, std::string_view route, int status, double seconds) {
    const std::lock_guard lock(m_mutex);
    ++m_requests[{std::string(method), std::string(route), status}];
    m_latency[std::string(route)].add(latency_bounds, seconds);
}

void Metrics::commit(std::size_t pushes, std::size_t operations, bool failed) {
    const std::lock_guard lock(m_mutex);
    ++m_commits;
    m_failed_commits += failed ? 1 : 0;
    m_pushes += pushes;
    m_batches.add(batch_bounds, static_cast<double>(operations));
}

void Metrics::set_waiting(std::size_t feeds) {
    const std::lock_guard lock(m_mutex);
    m_waiting = feeds;
}

std::string Metrics::text(const std::vector<Gauge>& gauges) const {
    const std::lock_guard lock(m_mutex);
    std::string out;
    head(out, "xiangdao_hub_operations_total", "counter", "Operations received, by what became of them.");
    for (const auto& [verdict, count] : m_operations)
        out += fmt::format("xiangdao_hub_operations_total{{verdict=\"{}\"}} {}\n", verdict, count);
    head(out, "xiangdao_hub_requests_total", "counter", "Requests answered.");
    for (const auto& [key, count] : m_requests)
        out += fmt::format("xiangdao_hub_requests_total{{method=\"{}\",route=\"{}\",status=\"{}\"}} {}\n",
                           std::get<0>(key), std::get<1>(key), std::get<2>(key), count);
    head(out, "xiangdao_hub_request_seconds", "histogram", "From a whole request to its answer; without a feed's waiting.");
    for (const auto& [route, histogram] : m_latency)
        histogram.print(out, latency_bounds, "xiangdao_hub_request_seconds", fmt::format("route=\"{}\"", route));
    head(out, "xiangdao_hub_commits_total", "counter", "Transactions of the writer.");
    out += fmt::format("xiangdao_hub_commits_total {}\n", m_commits);
    head(out, "xiangdao_hub_commit_failures_total", "counter", "Transactions that failed; their pushes were told to come again.");
    out += fmt::format("xiangdao_hub_commit_failures_total {}\n", m_failed_commits);
    head(out, "xiangdao_hub_committed_pushes_total", "counter", "Pushes in those transactions.");
    out += fmt::format("xiangdao_hub_committed_pushes_total {}\n", m_pushes);
    head(out, "xiangdao_hub_commit_operations", "histogram", "Operations in a transaction.");
    m_batches.print(out, batch_bounds, "xiangdao_hub_commit_operations", "");
    head(out, "xiangdao_hub_feed_waiting", "gauge", "Feeds that wait for news.");
    out += fmt::format("xiangdao_hub_feed_waiting {}\n", m_waiting);
    for (const auto& gauge : gauges) {
        head(out, gauge.name, "gauge", gauge.help);
        out += fmt::format("{} {}\n", gauge.name, gauge.value);
    }
    return out;
}

} // namespace kiosk::sync::hub
