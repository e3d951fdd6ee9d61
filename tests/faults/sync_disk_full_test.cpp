// SPDX-License-Identifier: Apache-2.0
// A full disk on either side. The hub says so and acknowledges nothing that it could not keep; a kiosk says so, takes
// nothing half in and moves no cursor; with room again everything drains by itself.
#include "faults/small_disk.hpp"
#include "faults/sync_world.hpp"

#include <algorithm>
#include <csignal>

#include <sys/resource.h>

using namespace kiosk;
using namespace kiosk::test;
using sync::client::Trouble;

namespace {

// Writes and pushes until the hub can't any more.
void push_until_trouble(KioskEnd& kiosk) {
    kiosk.troubles().clear();
    std::size_t written = 0;
    const bool told = kiosk.run(
        [&](KioskEnd&) {
            if (kiosk.troubles().contains(Trouble::HubTrouble))
                return true;
            if (written < 60'000 && kiosk.pending() < 500)
                written += kiosk.append(250) ? 250 : 0;
            return false;
        },
        in_seconds(60));
    INFO(words(kiosk.troubles()) << "; " << kiosk.last_detail() << "; " << written << " written");
    REQUIRE(told);
    CHECK(kiosk.pending() > 0);
    for (const auto trouble : kiosk.troubles())
        CHECK((trouble == Trouble::None || trouble == Trouble::HubTrouble));
}

// What the kiosk was told to be on the hub is there. To be asked while it is held.
void require_acknowledged_is_there(SyncWorld& world, KioskEnd& kiosk) {
    std::set<core::OperationId> there;
    for (const auto& operation : world.feed())
        there.insert(operation.id);
    const auto standing = need(kiosk.standing());
    for (const auto& chain : standing.chains)
        for (std::uint64_t seq = 1; seq <= chain.acknowledged; ++seq)
            if (!there.contains({standing.device, chain.incarnation, seq}))
                FAIL(seq << " of " << chain.acknowledged << " acknowledged is not there");
}

} // namespace

TEST_CASE("sync and a full disk: the hub's", "[faults][sync][disk]") {
    const auto seed = fault_seed(301);
    SmallDisk disk(24);
    if (::geteuid() == 0)
        REQUIRE(disk.mounted());
    if (!disk.mounted()) {
        WARN("may not mount a file system here; the next test limits the hub's files instead");
        return;
    }
    HubProcess::Options options;
    options.data = disk / "hub";
    SyncWorld world(options);
    auto first = world.kiosk("k1", seed + 1);
    auto second = world.kiosk("k2", seed + 2);
    need(first->append(100));
    world.require_one_truth({first.get(), second.get()});

    disk.fill(64 * 1024);
    push_until_trouble(*first);
    CHECK(first->status().reachable); // it is the hub who says so
    require_acknowledged_is_there(world, *first);
    CHECK(!world.hub.has_died());
    // Others are told the same, and those who only read are served.
    need(second->append(300));
    push_until_trouble(*second);
    CHECK(second->feed_wire().statuses.at(200) > 0);

    // The machine fails as well; what was acknowledged is still there.
    world.hub.kill();
    disk.make_room();
    world.hub.start();
    require_acknowledged_is_there(world, *first);
    require_acknowledged_is_there(world, *second);
    world.require_one_truth({first.get(), second.get()}, 90);

    // Once more, and this time somebody only tidies up: nobody starts anything again.
    disk.fill(64 * 1024);
    push_until_trouble(*first);
    disk.make_room();
    world.require_one_truth({first.get(), second.get()}, 90);
    CHECK(!world.hub.has_died());
    CHECK(world.hub.stop() == 0);
}

TEST_CASE("sync and a full disk: the hub's files may not grow", "[faults][sync][disk]") {
    const auto seed = fault_seed(302);
    auto limit = std::make_shared<rlim_t>(RLIM_INFINITY);
    HubProcess::Options options;
    options.before_run = [limit] { // also as root: a limit of the process, not of a file system
        const rlimit files{*limit, *limit};
        ::setrlimit(RLIMIT_FSIZE, &files);
        ::signal(SIGXFSZ, SIG_IGN);
    };
    SyncWorld world(options);
    auto kiosk = world.kiosk("k1", seed + 1);
    need(kiosk->append(100));
    world.require_one_truth({kiosk.get()});
    REQUIRE(world.hub.stop() == 0);
    *limit = 1024 * 1024;
    world.hub.start();
    push_until_trouble(*kiosk);
    require_acknowledged_is_there(world, *kiosk);
    world.hub.kill();
    *limit = RLIM_INFINITY;
    world.hub.start();
    require_acknowledged_is_there(world, *kiosk);
    world.require_one_truth({kiosk.get()}, 90);
}

TEST_CASE("sync and a full disk: a kiosk's, while the feed comes in", "[faults][sync][disk]") {
    const auto seed = fault_seed(303);
    SmallDisk disk(24);
    if (::geteuid() == 0)
        REQUIRE(disk.mounted());
    if (!disk.mounted()) {
        WARN("may not mount a file system here: left out");
        return;
    }
    SyncWorld world;
    auto other = world.kiosk("k1", seed + 1);
    KioskEnd::Options options;
    options.feed_limit = 200;
    auto kiosk = need(KioskEnd::open(disk / "k2.db", "k2", seed + 2, options));
    need(kiosk->enroll(world.hub.url(), world.hub.pin(), world.hub.enrolment_code(options.event)));
    need(kiosk->append(50));
    world.require_one_truth({other.get(), kiosk.get()});

    for (int i = 0; i < 24; ++i)
        need(other->append(250));
    REQUIRE(other->settle(in_seconds(60)));
    disk.fill(64 * 1024);
    kiosk->troubles().clear();
    kiosk->hurry();
    REQUIRE(kiosk->run([](KioskEnd& end) { return end.troubles().contains(Trouble::StoreTrouble); }, in_seconds(60)));
    INFO(kiosk->last_detail());
    CHECK(kiosk->last_detail().find("error.disk_full") != std::string::npos);
    // The cursor stands where the journal stands: everything up to it is here. Numbers of the feed count from 1.
    const auto feed = world.feed();
    const auto mark = need(kiosk->standing()).mark;
    CHECK(mark.after < feed.size());
    std::set<core::OperationId> here;
    for (const auto& operation : all_operations(kiosk->database()))
        here.insert(operation.id);
    for (std::size_t i = 0; i < mark.after; ++i)
        if (!here.contains(feed[i].id))
            FAIL(core::to_string(feed[i].id) << " is below the cursor and not here");
    // Trying again changes nothing.
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(600);
    kiosk->run([&](KioskEnd&) { return std::chrono::steady_clock::now() > until; }, in_seconds(10));
    CHECK(need(kiosk->standing()).mark == mark);
    // At the door it is the error that staff know, and nothing is half written.
    std::uint64_t last = need(kiosk->database().status()).last_seq;
    core::Error refused;
    for (int i = 0; i < 5000 && refused.message_key.empty(); ++i) {
        const auto receipt = kiosk->append(1);
        if (receipt)
            last = receipt->last.seq;
        else
            refused = receipt.error();
    }
    CHECK(refused.code == core::ErrorCode::DiskFull);
    CHECK(refused.message_key == "error.disk_full");
    CHECK(need(kiosk->database().status()).last_seq == last);

    disk.make_room();
    world.require_one_truth({other.get(), kiosk.get()}, 90);
    CHECK(need(kiosk->append(1)).last.seq == last + 1);
    world.require_one_truth({other.get(), kiosk.get()});
}
