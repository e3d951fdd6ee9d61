// SPDX-License-Identifier: Apache-2.0
// What asking the salon costs a scan when it runs in a process of its own: decide through the broker, the same question
// by turns to a plugin in a helper process and to one in this process, in one run.
// Budget: the helper adds at most 60 µs at the median; its p99 lies at most 1 ms above.
#include "bench/plugin_bench.hpp"

#include <cstdlib>

using namespace kiosk;

int main() {
    const auto helper = bench::broker_of("salon", plugin_host::TransportKind::HelperProcess);
    const auto inside = bench::broker_of("salon", plugin_host::TransportKind::InProcess);
    if (!helper || !inside)
        return 1;
    bench::SalonDoor door;

    constexpr int warm_up = 200;
    constexpr int rounds = 5000;
    std::vector<std::int64_t> with_helper, within;
    bool right = true;
    const auto ask = [&](plugin_host::Broker& broker, std::vector<std::int64_t>& times) {
        const auto began = bench::steady_ns();
        const auto verdict = broker.decide(door.query);
        times.push_back(bench::steady_ns() - began);
        right = right && verdict.outcome == core::Outcome::Admitted;
    };
    for (int i = 0; i < warm_up + rounds; ++i) {
        if (i == warm_up) {
            with_helper.clear();
            within.clear();
        }
        ask(*helper, with_helper);
        ask(*inside, within);
    }
    if (!right) {
        std::fprintf(stderr, "plugin_decide: the salon answered something else than expected\n");
        return 1;
    }
    const double helper_p50 = bench::percentile_us(with_helper, 50), inside_p50 = bench::percentile_us(within, 50);
    const double helper_p99 = bench::percentile_us(with_helper, 99), inside_p99 = bench::percentile_us(within, 99);
    bench::print("plugin_decide", "helper_p50", helper_p50, "us", inside_p50);
    bench::print("plugin_decide", "helper_p99", helper_p99, "us", inside_p99);
    bench::print("plugin_decide", "overhead_p50", helper_p50 - inside_p50, "us", 60);
    bench::print("plugin_decide", "overhead_p99", helper_p99 - inside_p99, "us", 1000);
    return 0;
}
