// SPDX-License-Identifier: Apache-2.0
// How a machine comes to a hub: with a code in good times and over a line that breaks; what becomes of a machine that is
// of another event, and of a code that was used. The hub is the real one in a process of its own.
#include "faults/sync_world.hpp"
#include "support/chaos_proxy.hpp"

#include "core/records.hpp"
#include "crypto/crypto.hpp"
#include "main/wiring/hub_join.hpp"
#include "protocol/messages.hpp"

#include <algorithm>
#include <filesystem>

using namespace kiosk;
using namespace kiosk::test;
using wiring::HubJoin;

namespace {

namespace fs = std::filesystem;
constexpr const char* event = "DEMO";

core::OperationDraft event_document(std::string_view code) {
    return core::make_config({"event", "", R"({"code":")" + std::string(code) +
                                               R"(","type":"salon","starts":"2026-11-20T13:00:00+08:00",)"
                                               R"("timezone":"Asia/Shanghai"})"});
}

KioskEnd::Options of(const char* code) {
    KioskEnd::Options options;
    options.event = code;
    return options;
}

// A machine that may have nothing yet, and everything that joining needs.
struct Machine {
    Machine(fs::path database, std::string device)
        : join({std::move(database), std::move(device), "test/1", &clock, &random, &hasher}) {}
    // The hub makes its snapshot a moment after the first operations.
    core::Result<std::string> fetch(const sync::client::HubAddress& hub) {
        auto got = join.fetch(hub);
        for (const auto deadline = in_seconds(60); !got && std::chrono::steady_clock::now() < deadline; got = join.fetch(hub))
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        return got;
    }
    wiring::SystemClock clock;
    crypto::SystemRandom random;
    crypto::Sodium hasher;
    HubJoin join;
};

// As it stands in the QR code on the hub's page.
std::string code_of(SyncWorld& world) {
    std::string pin = world.hub.pin();
    std::ranges::replace(pin, '+', '-');
    std::ranges::replace(pin, '/', '_');
    pin.erase(pin.find_last_not_of('=') + 1);
    return sync::protocol::encode(sync::protocol::EnrolmentCode{world.hub.url(), pin, world.hub.enrolment_code(event)});
}

// A hub with an event and some people, brought by the kiosk that is answered.
std::unique_ptr<KioskEnd> prepared(SyncWorld& world) {
    auto first = world.kiosk("k1", 1, 0, of(event));
    std::vector<core::OperationDraft> drafts{event_document(event)};
    std::mt19937_64 dice(5); // notes that no compression makes short: the image is more than a piece of a bad line
    for (int note = 0; note < 20; ++note) {
        std::string text;
        for (int word = 0; word < 250; ++word)
            text += std::to_string(dice());
        drafts.push_back({std::string(core::operation_kind::note), "", R"({"text":")" + text + R"("})", {}});
    }
    need(first->database().append(drafts));
    need(first->append(200));
    REQUIRE(first->settle(in_seconds(60)));
    return first;
}

// What came is this machine's own, whole, and goes on from there.
void require_joined(KioskEnd& first, const fs::path& database, const sync::client::HubAddress& address) {
    CHECK_FALSE(fs::exists(database.string() + ".snapshot"));
    CHECK_FALSE(fs::exists(database.string() + ".snapshot.part"));
    auto second = need(KioskEnd::open(database.string(), "", 2, of(event)));
    need(second->use(address));
    CHECK(need(second->database().status()).device == "k2");
    need(second->append(20));
    for (int round = 0; round < 2; ++round)
        for (auto* kiosk : {second.get(), &first}) {
            kiosk->hurry();
            REQUIRE(kiosk->settle(in_seconds(60)));
        }
    require_sound(second->database());
    CHECK((need(second->database().dump_projections()) == need(first.database().dump_projections())));
}

} // namespace

TEST_CASE("sync join: a machine with nothing but a code gets the event under its own name", "[faults][join]") {
    SyncWorld world;
    const fs::path database = world.folder / "new.db";
    Machine machine(database, "k2");
    auto here = need(machine.join.look());
    CHECK_FALSE(here.exists);
    CHECK(here.device == "k2");
    CHECK(here.event.empty());

    // Too early: nothing is there yet. The address stays, and no half database.
    const auto code = code_of(world);
    const auto address = need(machine.join.enrol(code, here));
    CHECK(need(sync::client::load_hub_address(database)).token == address.token);
    REQUIRE_FALSE(machine.join.fetch(address));
    CHECK_FALSE(fs::exists(database));

    const auto first = prepared(world);
    CHECK(need(machine.fetch(address)) == event);
    here = need(machine.join.look());
    CHECK(here.exists);
    CHECK(here.event == event);
    CHECK(here.device == "k2");
    require_joined(*first, database, address);

    // The code was for one machine.
    Machine other(world.folder / "other.db", "k3");
    const auto again = other.join.enrol(code, need(other.join.look()));
    REQUIRE_FALSE(again);
    CHECK(again.error().code == core::ErrorCode::Denied);
    CHECK_FALSE(sync::client::load_hub_address(world.folder / "other.db"));
    const auto garbage = other.join.enrol("https://example.org/menu", need(other.join.look()));
    REQUIRE_FALSE(garbage);
    CHECK(garbage.error().code == core::ErrorCode::Invalid);
}

TEST_CASE("sync join: a machine of another event is turned away and keeps what it has", "[faults][join]") {
    SyncWorld world;
    const auto first = prepared(world);
    const fs::path database = world.folder / "elsewhere.db";
    {
        auto elsewhere = need(KioskEnd::open(database.string(), "k2", 2, of("OTHER")));
        need(elsewhere->database().append(std::vector{event_document("OTHER")}));
        need(elsewhere->append(10));
    }
    Machine machine(database, "k2");
    const auto here = need(machine.join.look());
    CHECK(here.event == "OTHER");
    const auto refused = machine.join.enrol(code_of(world), here);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message_key == "error.sync.other_event");
    CHECK_FALSE(sync::client::load_hub_address(database));
    CHECK(need(machine.join.look()).event == "OTHER");
}

TEST_CASE("sync join: over a line that breaks it goes on where it was, and can be stopped", "[faults][join]") {
    SyncWorld world;
    const auto first = prepared(world);
    ChaosProxy proxy(world.hub.port(), fault_seed(7));
    const fs::path database = world.folder / "new.db";
    sync::client::HubAddress address;
    {
        Machine machine(database, "k2");
        address = need(machine.join.enrol(code_of(world), need(machine.join.look())));
        // Until the snapshot is there, over a good line, by somebody else.
        Machine scout(world.folder / "scout.db", "scout");
        need(scout.fetch(need(scout.join.enrol(code_of(world), need(scout.join.look())))));
        address.url = world.through(proxy.port());

        Chaos slow;
        slow.down.trickle_bytes = 1000;
        slow.down.trickle_ms = 50;
        proxy.set(slow);
        core::Result<std::string> stopped = std::string("not yet");
        std::atomic<std::uint64_t> have{0};
        std::thread fetching([&] {
            stopped = machine.join.fetch(address, [&](std::uint64_t now, std::uint64_t) { have = now; });
        });
        const auto deadline = in_seconds(60);
        while (have == 0 && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        machine.join.interrupt();
        fetching.join();
        CHECK(have > 0);
        REQUIRE_FALSE(stopped);
        CHECK(stopped.error().code == core::ErrorCode::Unavailable);
        CHECK_FALSE(fs::exists(database));
        const auto refused = machine.join.fetch(address); // interrupted is interrupted
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message_key == "error.sync.interrupted");
    }
    // The program was started again. Each connection is cut sooner or later, none of them brings everything.
    Machine machine(database, "k2");
    Chaos torn;
    torn.down.cut_after = 25'000; // more than a record of TLS, or none of it could be read
    proxy.set(torn);
    const auto before = proxy.harmed();
    CHECK(need(machine.fetch(address)) == event);
    CHECK(proxy.harmed() > before);
    proxy.heal();
    require_joined(*first, database, address);
}
