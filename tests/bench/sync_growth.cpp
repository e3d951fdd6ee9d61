// SPDX-License-Identifier: Apache-2.0
// What an operation costs the hub when it holds 10 thousand, 100 thousand and a million: CPU time of taking batches of
// 500 (parsed, checked, committed, answered), without the network. Baseline of each: the first.
#include "sync_bench.hpp"

#include "protocol/messages.hpp"

int main() {
    using namespace kiosk;
    using namespace kiosk::bench;
    const auto folder = make_folder("growth");
    SystemClock clock;
    crypto::SystemRandom random;
    crypto::Sodium sodium;
    auto store = need(sync::hub::SqliteStore::open((folder / "hub.db").string(), {&random, {}}));
    sync::hub::ApiOptions options;
    options.folder = folder / "mirrors";
    options.hub_url = "https://127.0.0.1";
    std::filesystem::create_directories(options.folder);
    auto api = need(sync::hub::Api::create(*store, clock, random, sodium, options));
    const auto code = need(sync::protocol::decode_enrolment_code(need(api->make_enrolment_code("BENCH", false))));
    const auto enrolled = api->handle(
        {"POST", "/v1/enroll", {}, sync::protocol::encode(sync::protocol::EnrollRequest{code.code, "k1", "i1", "BENCH", "bench", false}), "127.0.0.1"});
    const auto reply = need(sync::protocol::decode_enroll_reply(enrolled.body));

    std::uint64_t seq = 0;
    core::Digest previous{};
    core::Hlc hlc;
    double first = 0;
    const auto batch = [&] {
        sync::protocol::PushRequest push{"k1", "i1", "BENCH", {}, false, {}};
        for (int i = 0; i < 500; ++i) {
            hlc = core::next_hlc(hlc, clock.now());
            push.operations.push_back(core::seal(door_scan(random, clock.now()), {{"k1", "i1", ++seq}, hlc, clock.now(), 1, {}, previous}, sodium, random));
            previous = push.operations.back().hash;
        }
        push.head = {seq, core::to_hex(previous)};
        return sync::hub::ApiRequest{"POST", "/v1/ops", {{"authorization", "Bearer " + reply.token}}, sync::protocol::encode(push), "127.0.0.1"};
    };
    for (const std::uint64_t size : {10'000u, 100'000u, 1'000'000u}) {
        constexpr std::uint64_t measured = 5'000; // the last ones before that size; the first half of the first size is the warming up
        while (seq + measured < size)
            if (api->handle(batch()).status != 200)
                return 1;
        std::vector<sync::hub::ApiRequest> requests;
        for (std::uint64_t i = 0; i < measured / 500; ++i)
            requests.push_back(batch());
        const auto cpu = cpu_seconds();
        for (const auto& request : requests)
            if (api->handle(request).status != 200)
                return 1;
        const auto cost = (cpu_seconds() - cpu) / measured * 1e6;
        if (first == 0)
            first = cost;
        print("sync_growth", fmt::format("cpu_per_operation_at_{}", size), cost, "us", first);
    }
    if (need(store->latest("BENCH")) != 1'000'000)
        return 1;
    api.reset();
    store.reset();
    std::filesystem::remove_all(folder);
    return 0;
}
