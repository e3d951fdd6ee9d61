// SPDX-License-Identifier: Apache-2.0
// From starting the program to the first frame on the screen: with 100,000 people, and with one for comparison.
#include "kiosk_process.hpp"

using namespace kiosk;
using namespace kiosk::bench;

namespace {

double median_start_ms(const std::string& database) {
    std::vector<double> times;
    for (int i = 0; i < 7; ++i) {
        KioskProcess kiosk(database, "");
        times.push_back(kiosk.wait_for_first_frame_ms());
    }
    return percentile(times, 0.5);
}

} // namespace

int main() {
    const RosterDatabase small(1), large(people);
    const auto baseline_ms = median_start_ms(small.path());
    print("start_to_first_frame", "median", median_start_ms(large.path()), "ms", baseline_ms);
}
