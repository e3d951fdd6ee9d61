// SPDX-License-Identifier: Apache-2.0
// Check-ins a second, one durable commit each, with a roster of 100,000, against the rate of bare transactions of
// SQLite that write the same two rows. Blocks of each take turns.
#include "storage_bench.hpp"

using namespace kiosk;
using namespace kiosk::bench;

int main() {
    Bench bench(test::roster_event());
    auto check_in = bench.check_in();
    BareTransaction bare(bench);
    constexpr std::uint64_t block = 500, blocks = 12;
    double ours_us = 0, bare_us = 0;
    std::uint64_t number = 0;
    for (std::uint64_t turn = 0; turn <= blocks; ++turn) {
        std::vector<core::ScanRequest> requests;
        std::vector<core::ScanRecord> records;
        std::vector<core::OperationDraft> drafts;
        for (std::uint64_t i = 0; i < block; ++i, ++number) {
            const auto person = test::roster_person(number * 7919 % people);
            requests.push_back(request_for(person.ticket, number, bench.clock.now()));
            records.push_back(record_of(person, requests.back()));
            drafts.push_back(core::make_scan(records.back()));
        }
        const auto start = now_us();
        for (const auto& request : requests)
            if (need(check_in.scan(request)).decision.outcome != core::Outcome::Admitted)
                return 1;
        const auto middle = now_us();
        for (std::size_t i = 0; i < records.size(); ++i)
            bare.run(records[i], drafts[i]);
        const auto end = now_us();
        if (turn == 0)
            continue; // warm-up
        ours_us += middle - start;
        bare_us += end - middle;
    }
    const auto rate = [&](double us) { return static_cast<double>(block * blocks) / us * 1e6; };
    print("check_ins_per_second", "committed one by one", rate(ours_us), "1/s", rate(bare_us));
}
