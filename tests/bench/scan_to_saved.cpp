// SPDX-License-Identifier: Apache-2.0
// From a code to a durable check-in, with a roster of 100,000: decision and commit, against a bare transaction of
// SQLite that writes the same two rows into the same tables. The two take turns, so that both meet the same disk.
#include "storage_bench.hpp"

#include "core/ticket.hpp"

using namespace kiosk;
using namespace kiosk::bench;

namespace {

struct Times {
    std::vector<double> ours, bare;
};

Times measure(Bench& bench, app::CheckIn& check_in, BareTransaction& bare, std::uint64_t first, std::uint64_t scans,
              const std::function<std::string(const core::Registration&)>& code_of) {
    Times times;
    for (std::uint64_t i = 0; i < scans; ++i) {
        const auto person = test::roster_person((first + i) * 7919 % people); // from all over the roster
        const auto request = request_for(code_of(person), first + i, bench.clock.now());
        const auto record = record_of(person, request);
        const auto draft = core::make_scan(record);
        const auto ours = [&] {
            const auto start = now_us();
            const auto result = need(check_in.scan(request));
            times.ours.push_back(now_us() - start);
            if (result.decision.outcome != core::Outcome::Admitted) {
                fmt::print(stderr, "bench: {} was not admitted\n", person.ticket);
                std::exit(1);
            }
        };
        const auto theirs = [&] {
            const auto start = now_us();
            bare.run(record, draft);
            times.bare.push_back(now_us() - start);
        };
        if (i % 2 == 0) {
            ours();
            theirs();
        } else {
            theirs();
            ours();
        }
    }
    return times;
}

void tell(const Times& times, const std::string& suffix) {
    for (const auto& [name, share] : {std::pair("p50", 0.5), {"p99", 0.99}, {"p99.9", 0.999}})
        print("scan_to_saved", name + suffix, percentile(times.ours, share) / 1000, "ms", percentile(times.bare, share) / 1000);
}

} // namespace

int main() {
    auto config = test::roster_event();
    if (!crypto::initialise())
        return 1;
    const auto keys = crypto::make_key_pair();
    config.keys = {{1, keys.public_key, {}}};
    Bench bench(config);
    auto check_in = bench.check_in();
    BareTransaction bare(bench);
    constexpr std::uint64_t warm_up = 300, plain = 6000, with_signature = 6000;
    const auto plain_code = [](const core::Registration& person) { return person.ticket; };
    measure(bench, check_in, bare, 0, warm_up, plain_code);
    tell(measure(bench, check_in, bare, warm_up, plain, plain_code), "");
    tell(measure(bench, check_in, bare, warm_up + plain, with_signature,
                 [&](const core::Registration& person) {
                     core::SignedTicket ticket;
                     ticket.key_id = 1;
                     ticket.event = "DEMO";
                     ticket.ticket = person.ticket;
                     ticket.ticket_type = person.ticket_type;
                     return need(core::encode_ticket(ticket, keys.seed, bench.sodium));
                 }),
         "_signed_ticket");
}
