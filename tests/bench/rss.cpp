// SPDX-License-Identifier: Apache-2.0
// Resident memory of the kiosk and its scanner: with 100,000 people, against one.
#include "kiosk_process.hpp"

#include <thread>

using namespace kiosk;
using namespace kiosk::bench;

namespace {

double resident_mb(const std::string& database, const std::string& scanner) {
    KioskProcess kiosk(database, scanner);
    kiosk.wait_for_first_frame_ms();
    std::this_thread::sleep_for(std::chrono::seconds(6));
    return kiosk.resident_mb();
}

} // namespace

int main() {
    const RosterDatabase small(1), large(people);
    print("rss", "without_camera", resident_mb(large.path(), ""), "MB", resident_mb(small.path(), ""));
    print("rss", "with_camera", resident_mb(large.path(), "test:"), "MB", resident_mb(small.path(), "test:"));
}
