// SPDX-License-Identifier: Apache-2.0
// A new kiosk at an event with 100,000 people: from the enrolment code to the first scan that is saved. Once straight, and
// once with the connection cut in the middle of the snapshot (what it costs beyond the straight one is the ratio).
#include "sync_bench.hpp"

#include "client/snapshot.hpp"

#include <thread>

namespace {

using namespace kiosk;
using namespace kiosk::bench;

// Ends the first download in its middle.
class CutWire final : public sync::client::Wire {
public:
    CutWire(sync::client::Wire& wire, std::uint64_t after) : m_wire(wire), m_left(after) {}
    core::Result<sync::client::WireAnswer> exchange(const sync::client::WireRequest& request) override {
        return m_wire.exchange(request);
    }
    core::Result<sync::client::WireAnswer> download(const sync::client::WireRequest& request,
                                                    const std::function<bool(std::string_view)>& take) override {
        if (m_cut)
            return m_wire.download(request, take);
        auto answer = m_wire.download(request, [&](std::string_view bytes) {
            if (bytes.size() >= m_left) {
                m_cut = true;
                return false;
            }
            m_left -= bytes.size();
            return take(bytes);
        });
        if (m_cut)
            return core::fail(core::ErrorCode::Unavailable, "error.hub_unreachable", "cut by the benchmark");
        return answer;
    }
    void interrupt() override { m_wire.interrupt(); }
    bool was_cut() const { return m_cut; }

private:
    sync::client::Wire& m_wire;
    std::uint64_t m_left;
    bool m_cut = false;
};

double bootstrap(HubEnd& hub, const core::EventConfig& config, const std::string& device, bool cut) {
    const auto folder = make_folder(device);
    const auto target = (folder / "kiosk.db").string();
    const auto start = now_us();
    const auto address = hub.enroll(device, "new", config.event.code);
    const auto wire = hub.wire();
    CutWire cutting(*wire, 8 << 20);
    const auto snapshot =
        need(sync::client::fetch_snapshot(cut ? static_cast<sync::client::Wire&>(cutting) : *wire, address,
                                          folder / "snapshot.db", hub.sodium));
    need(storage::restore_database(snapshot.path.string(), target));
    storage::Options options;
    options.device = address.device;
    options.clock = &hub.clock;
    options.random = &hub.random;
    options.hasher = &hub.sodium;
    auto database = need(storage::Database::open(target, options));
    app::Services services;
    services.store = database.get();
    services.clock = &hub.clock;
    services.random = &hub.random;
    services.verifier = &hub.sodium;
    auto check_in = need(app::CheckIn::create(services));
    const auto result = need(check_in.scan(request_for(test::roster_person(42).ticket, 1, hub.clock.now())));
    const auto seconds = (now_us() - start) / 1e6;
    if (!result.saved || need(database->status()).registrations != people || (cut && !cutting.was_cut())) {
        fmt::print(stderr, "bench: the new kiosk has {} people\n", need(database->status()).registrations);
        std::exit(1);
    }
    database.reset();
    std::filesystem::remove_all(folder);
    return seconds;
}

} // namespace

int main() {
    const auto config = test::roster_event();
    HubEnd hub;
    // The organizers' machine brings the roster; the hub prepares the snapshot when it has become quiet.
    KioskEnd office(hub, "office", config.event.code, 0);
    need(test::write_roster(*office.database, config, people));
    office.push_all();
    const auto pushed = now_us();
    sync::client::WireRequest asks;
    asks.path = "/v1/snapshot";
    asks.token = office.address.token;
    const auto ready = [&] {
        const auto answer = need(office.push_wire->download(asks, [](std::string_view) { return true; }));
        const auto number = answer.headers.find("x-feed-number");
        return answer.status == 200 && number != answer.headers.end() &&
               std::stoull(number->second) == need(hub.store().latest(config.event.code));
    };
    while (!ready()) {
        if (now_us() - pushed > 300e6) {
            fmt::print(stderr, "bench: no snapshot within five minutes\n");
            return 1;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    print("sync_bootstrap", "snapshot_prepared_after_the_roster", (now_us() - pushed) / 1e6, "s");
    const auto straight = bootstrap(hub, config, "new-1", false);
    print("sync_bootstrap", "ready_to_scan", straight, "s");
    print("sync_bootstrap", "ready_to_scan_after_a_cut", bootstrap(hub, config, "new-2", true), "s", straight);
    return 0;
}
