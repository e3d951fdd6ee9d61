// SPDX-License-Identifier: Apache-2.0
// A plugin whose process crashes in the middle of a queue: how long until a scan is served again, and how many scans got
// no right answer. Two ways: a crash inside a scan whose second try succeeds, and one whose second try crashes as well
// (that guest goes to staff, the next one counts). Budget: at most 50 ms, no scan lost. For comparison a scan to which
// nothing happened.
#include "bench/plugin_bench.hpp"

using namespace kiosk;

namespace {

class Door {
  public:
    Door() {
        auto options = bench::options_of(plugin_host::TransportKind::HelperProcess);
        options.budget.crashes = options.budget.failures = 1'000'000; // to go on measuring
        const std::vector<std::filesystem::path> folders{BREAKING_PLUGIN_DIR};
        m_broker = plugin_host::Broker::create("breaks", {}, folders, options);
    }
    bool ready() const { return m_broker->has_event_type(); }
    // Microseconds; counts what was admitted.
    std::int64_t scan(const char* gate) {
        m_door.request.gate = gate;
        const auto began = bench::steady_ns();
        m_admitted = m_broker->decide(m_door.query).outcome == core::Outcome::Admitted;
        return bench::steady_ns() - began;
    }
    bool admitted() const { return m_admitted; }
    std::uint64_t crashes() const { return m_broker->status().at(0).statistics.crashes; }

  private:
    std::unique_ptr<plugin_host::Broker> m_broker;
    bench::SalonDoor m_door;
    bool m_admitted = false;
};

} // namespace

int main() {
    constexpr int rounds = 100;
    Door door;
    if (!door.ready()) {
        std::fprintf(stderr, "plugin_crash_recovery: the plugin that breaks can't be loaded\n");
        return 1;
    }
    int lost = 0;
    std::vector<std::int64_t> plain, healed, after;
    for (int i = 0; i < rounds * 5; ++i) {
        plain.push_back(door.scan("main"));
        lost += door.admitted() ? 0 : 1;
    }
    // Crashes in every third call of a process: the very scan is asked again and served.
    for (int i = 0; i < rounds * 2; ++i) {
        const auto before = door.crashes();
        const auto took = door.scan("third_call");
        lost += door.admitted() ? 0 : 1;
        if (door.crashes() != before)
            healed.push_back(took);
    }
    // From the crash's beginning (the scan that sets it off gets its answer: staff) to the next guest's green.
    for (int i = 0; i < rounds; ++i) {
        const auto crash = door.scan("crash");
        if (door.admitted())
            return 1; // it did not crash
        after.push_back(crash + door.scan("main"));
        lost += door.admitted() ? 0 : 1;
    }
    if (healed.empty())
        return 1;
    const double plain_ms = bench::percentile_us(plain, 50) / 1e3;
    bench::print("plugin_crash_recovery", "scan_without_a_crash_p50", plain_ms, "ms");
    bench::print("plugin_crash_recovery", "crash_to_same_scan_served_p50", bench::percentile_us(healed, 50) / 1e3, "ms", 50);
    bench::print("plugin_crash_recovery", "crash_to_same_scan_served_p99", bench::percentile_us(healed, 99) / 1e3, "ms", 50);
    bench::print("plugin_crash_recovery", "two_crashes_to_next_scan_served_p50", bench::percentile_us(after, 50) / 1e3, "ms", 50);
    bench::print("plugin_crash_recovery", "two_crashes_to_next_scan_served_p99", bench::percentile_us(after, 99) / 1e3, "ms", 50);
    bench::print("plugin_crash_recovery", "scans_lost", lost, "scans");
    return lost == 0 ? 0 : 1;
}
