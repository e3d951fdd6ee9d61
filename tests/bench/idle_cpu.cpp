// SPDX-License-Identifier: Apache-2.0
// What the kiosk takes of a processor while nobody is there: without a camera, and with one whose every frame is
// decoded (the scanner's own process is counted too; the test picture stands for the camera).
#include "kiosk_process.hpp"

#include <thread>

using namespace kiosk;
using namespace kiosk::bench;

namespace {

double idle_percent(const std::string& database, const std::string& scanner) {
    KioskProcess kiosk(database, scanner);
    kiosk.wait_for_first_frame_ms();
    std::this_thread::sleep_for(std::chrono::seconds(5)); // backup and dictionaries are done by then
    const auto cpu = kiosk.cpu_seconds();
    const auto start_us = now_us();
    std::this_thread::sleep_for(std::chrono::seconds(15));
    return (kiosk.cpu_seconds() - cpu) / ((now_us() - start_us) / 1e6) * 100;
}

} // namespace

int main() {
    const RosterDatabase bench(people);
    print("idle_cpu", "without_camera", idle_percent(bench.path(), ""), "% of one core");
    print("idle_cpu", "with_camera", idle_percent(bench.path(), "test:"), "% of one core");
}
