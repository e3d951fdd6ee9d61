// SPDX-License-Identifier: Apache-2.0
#include "fake_hub.hpp"

using namespace kiosk;
using namespace kiosk::test;

namespace {

// What another kiosk wrote.
void bring(FakeHub& hub, std::size_t count, const std::string& device = "k2") {
    FakeKiosk other(hub, device, "token-2");
    other.replica.write(count);
    REQUIRE(other.drain());
}

} // namespace

TEST_CASE("sync pull: pages follow one another while behind, then it waits at the hub", "[sync_client][pull]") {
    FakeHub hub;
    bring(hub, 100);
    hub.feed_paths.clear();
    FakeKiosk kiosk(hub);
    kiosk.options.poll_s = 25;
    kiosk.start();
    auto step = kiosk.pull();
    CHECK(step.progress);
    CHECK(step.moved == 40);
    CHECK(kiosk.client->status().feed_behind == 60);
    CHECK(kiosk.pull().moved == 40);
    CHECK(kiosk.pull().moved == 20);
    CHECK(kiosk.client->status().feed_behind == 0);
    CHECK(kiosk.client->status().pulled == 100);
    kiosk.feed_wire.keep = true;
    kiosk.pull();
    REQUIRE(hub.feed_paths.size() == 4);
    CHECK(hub.feed_paths[0] == "/v1/feed?after=0&wait=0&limit=40&skip=k1i1");
    CHECK(hub.feed_paths[3] == "/v1/feed?after=100&wait=25&limit=40&skip=k1i1");
    CHECK(kiosk.feed_wire.requests.back().timeout_ms == 40'000);
    require_all_here(kiosk.replica, hub);
}

TEST_CASE("sync pull: a hub that does not wait is not asked in a circle", "[sync_client][pull]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.options.poll_s = 25;
    kiosk.start();
    for (int i = 0; i < 10; ++i)
        kiosk.pull();
    const auto started_ms = kiosk.clock.boot_ms();
    for (int i = 0; i < 10; ++i)
        kiosk.pull();
    CHECK(kiosk.clock.boot_ms() - started_ms >= 10'000);
}

TEST_CASE("sync pull: what is not the hub moves nothing", "[sync_client][pull]") {
    FakeHub hub;
    bring(hub, 10);
    FakeKiosk kiosk(hub);
    const auto fault = GENERATE(Fault::Unreachable, Fault::Html, Fault::Garbage, Fault::Cut, Fault::WrongPin);
    kiosk.feed_wire.fault = [&](const auto&) { return fault; };
    CHECK_FALSE(kiosk.pull().progress);
    CHECK(kiosk.client->status().trouble != Trouble::None);
    CHECK(kiosk.replica.state().mark == client::FeedMark{});
    kiosk.feed_wire.fault = [](const auto&) { return Fault::None; };
    REQUIRE(kiosk.drain());
    require_all_here(kiosk.replica, hub);
}

TEST_CASE("sync pull: one that can't be read or kept is left out, and those behind it come", "[sync_client][pull]") {
    FakeHub hub;
    bring(hub, 10);
    FakeKiosk kiosk(hub);
    hub.log[3].body = R"({"what":"forged"})"; // its hash is wrong now
    const auto unloved = hub.log[6].id;
    kiosk.replica.cannot_keep.insert(unloved);
    REQUIRE(kiosk.drain());
    CHECK(kiosk.replica.state().others.size() == 8);
    CHECK(kiosk.replica.state().mark.after == 10);
    CHECK(kiosk.client->status().detail.starts_with("2 "));
}

TEST_CASE("sync pull: an answer that was asked for under an older name or mark is not used", "[sync_client][pull]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(20);
    REQUIRE(kiosk.drain());
    bring(hub, 10);
    kiosk.feed_wire.instead = [&](const auto& request) {
        // While the question was under way, push() met the hub and found that this is an old image.
        kiosk.feed_wire.instead = nullptr;
        auto mark = kiosk.replica.state().mark;
        mark.after = 0;
        REQUIRE(kiosk.replica.set_mark(mark));
        REQUIRE(kiosk.replica.begin_incarnation());
        return std::optional(hub.answer(request));
    };
    CHECK(kiosk.pull().progress);
    CHECK(kiosk.replica.state().mark.after == 0);
    CHECK(kiosk.replica.state().others.empty());
    REQUIRE(kiosk.drain());
    CHECK(kiosk.replica.state().mark.after == 30);
}

TEST_CASE("sync pull: a hub that was restored gets the missing tail again, of others too", "[sync_client][pull]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(70);
    REQUIRE(kiosk.drain());
    bring(hub, 30);
    REQUIRE(kiosk.drain());
    const FakeHub backup(hub);
    kiosk.replica.write(70);
    bring(hub, 130, "k3"); // a kiosk that never comes back
    REQUIRE(kiosk.drain());
    const auto all = hub.known;
    REQUIRE(all.size() == 300);

    hub.restore(backup, "e2");
    CHECK_FALSE(kiosk.client->push_wanted());
    SECTION("noticed by the feed") {
        kiosk.pull();
        CHECK(kiosk.client->push_wanted());
    }
    SECTION("noticed by a push") {
        kiosk.replica.write(1);
    }
    SECTION("noticed after a restart") {
        kiosk.start();
    }
    CHECK(hub.known.size() == 100);
    REQUIRE(kiosk.drain());
    for (const auto& [id, hash] : all)
        CHECK(hub.known.contains(id));
    CHECK(hub.relays > 0);
    const auto mark = kiosk.replica.state().mark;
    CHECK(mark.epoch == "e2");
    CHECK_FALSE(mark.relay_due);
    require_all_here(kiosk.replica, hub);
    const auto relays = hub.relays;
    REQUIRE(kiosk.drain());
    CHECK(hub.relays == relays); // once
}

TEST_CASE("sync pull: older incarnations are offered again to a restored hub", "[sync_client][pull]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    const FakeHub empty(hub);
    kiosk.replica.write(60);
    REQUIRE(kiosk.drain());
    REQUIRE(kiosk.replica.begin_incarnation());
    kiosk.replica.write(5);
    REQUIRE(kiosk.drain());
    hub.restore(empty, "e2");
    REQUIRE(kiosk.drain());
    require_all_at_hub(kiosk.replica, hub);
    CHECK(hub.log.size() == 65);
}

TEST_CASE("sync pull: a hub that will have nothing of others is no trouble", "[sync_client][pull]") {
    FakeHub hub;
    const FakeHub empty(hub);
    bring(hub, 120);
    FakeKiosk kiosk(hub);
    REQUIRE(kiosk.drain());
    hub.restore(empty, "e2");
    hub.may_relay = false;
    REQUIRE(kiosk.drain());
    CHECK(hub.quarantine.size() == 120);
    CHECK(kiosk.client->status().trouble == Trouble::None);
}

TEST_CASE("sync pull: one of others that the hub refuses does not end the relay", "[sync_client][pull]") {
    FakeHub hub;
    const FakeHub empty(hub);
    bring(hub, 120);
    FakeKiosk kiosk(hub);
    REQUIRE(kiosk.drain());
    hub.refuses.insert(hub.log[33].id);
    hub.restore(empty, "e2");
    REQUIRE(kiosk.drain());
    CHECK(hub.log.size() == 119);
}

TEST_CASE("sync pull: a feed that stays shorter than what was read is read anew", "[sync_client][pull]") {
    FakeHub hub;
    const FakeHub empty(hub);
    bring(hub, 20);
    FakeKiosk kiosk(hub);
    REQUIRE(kiosk.drain());
    hub.restore(empty, "e1"); // put back without a new epoch
    CHECK_FALSE(kiosk.pull().progress);
    CHECK(kiosk.replica.state().mark.after == 20); // once may be another process of the hub
    REQUIRE(kiosk.drain());
    CHECK(hub.log.size() == 20);
}

TEST_CASE("sync pull: what the feed left out comes once this device is given it", "[sync_client][pull]") {
    FakeHub hub;
    hub.scope = "cd1";
    FakeKiosk writer(hub, "k2", "token-2");
    writer.replica.write(60);
    const auto written = writer.replica.present().operations;
    for (const std::size_t at : {4U, 5U, 50U})
        hub.confidential.insert(written[at].id);
    REQUIRE(writer.drain());
    FakeKiosk kiosk(hub);
    REQUIRE(kiosk.drain());
    CHECK(kiosk.replica.state().mark.scope == "cd1");
    CHECK(kiosk.replica.state().others.size() == 57);
    CHECK_FALSE(kiosk.replica.has(written[4]));

    SECTION("less is no reason to read again") {
        hub.scope = "";
        hub.feed_paths.clear();
        REQUIRE(kiosk.drain());
        kiosk.pull();
        CHECK(std::ranges::none_of(hub.feed_paths, [](const auto& path) { return path.contains("after=0&"); }));
        CHECK(kiosk.replica.state().mark.scope.empty());
    }
    SECTION("more: from the start") {
        hub.scope = "*";
        kiosk.pull();
        REQUIRE(kiosk.drain());
        CHECK(kiosk.replica.state().mark.scope == "*");
        require_all_here(kiosk.replica, hub);
        // Once.
        hub.feed_paths.clear();
        for (int i = 0; i < 10; ++i)
            kiosk.pull();
        CHECK(std::ranges::none_of(hub.feed_paths, [](const auto& path) { return path.contains("after=0&"); }));
    }
    SECTION("another session beside the one that is known") {
        hub.scope = "cd1,cd2";
        kiosk.pull();
        CHECK(kiosk.replica.state().mark.after == 0);
        REQUIRE(kiosk.drain());
        CHECK(kiosk.replica.state().mark.scope == "cd1,cd2");
    }
    SECTION("a name that only begins alike is another session") {
        hub.scope = "cd";
        kiosk.pull();
        CHECK(kiosk.replica.state().mark.after == 0);
    }
}

TEST_CASE("sync identity: an old image goes on under a new name and gets its lost operations back",
          "[sync_client][identity]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(100);
    REQUIRE(kiosk.drain());
    const auto image = kiosk.replica.image();
    kiosk.replica.write(50);
    REQUIRE(kiosk.drain());
    const auto lost = kiosk.replica.present().operations;
    kiosk.replica.put_back(image);
    kiosk.start();
    SECTION("at rest") {
    }
    SECTION("after the feed was read once more") {
        kiosk.pull();
    }
    REQUIRE(kiosk.drain());
    CHECK(kiosk.replica.begun == 2);
    CHECK(kiosk.replica.forks == 0);
    for (const auto& operation : lost)
        CHECK(kiosk.replica.has(operation));
    kiosk.replica.write(5);
    REQUIRE(kiosk.drain());
    require_all_at_hub(kiosk.replica, hub);
    CHECK(hub.quarantine.empty());
    CHECK(hub.log.size() == 155);
}

TEST_CASE("sync identity: numbers of an older name that exist nowhere any more are waited for by nobody",
          "[sync_client][identity]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(10);
    REQUIRE(kiosk.drain());
    const auto image = kiosk.replica.image();
    const FakeHub backup(hub);
    kiosk.replica.write(15);
    REQUIRE(kiosk.drain());
    const auto written = kiosk.replica.present().operations;
    // Hub and kiosk are put back; of what was written since, others have brought the end and nobody the beginning.
    hub.restore(backup, "e2");
    kiosk.replica.put_back(image);
    kiosk.start();
    for (std::size_t seq = 16; seq <= 25; ++seq)
        hub.store(written[seq - 1]);
    REQUIRE(kiosk.drain());
    CHECK(kiosk.replica.begun == 2);
    CHECK(kiosk.replica.forks == 0);
    CHECK(kiosk.replica.state().chains.front().last_seq() == 25);
    CHECK(hub.contiguous("k1", "k1i1") == 10);
    CHECK(kiosk.client->status().trouble == Trouble::None);

    // Nothing of it is offered again, neither after a while nor after a greeting.
    hub.push_sizes.clear();
    for (const auto until = kiosk.clock.at.unix_ms + 20 * 60'000; kiosk.clock.at.unix_ms < until;)
        kiosk.push();
    CHECK(std::ranges::all_of(hub.push_sizes, [](std::size_t size) { return size == 0; }));
    CHECK(kiosk.client->status().pending == 0);

    SECTION("a program that starts anew") {
        kiosk.start();
        REQUIRE(kiosk.drain());
    }
    SECTION("a hub that is restored once more is offered all of it that is here") {
        hub.restore(backup, "e3");
        REQUIRE(kiosk.drain());
        for (std::size_t seq = 16; seq <= 25; ++seq)
            CHECK(hub.has(written[seq - 1]));
    }
    SECTION("somebody had the rest after all") {
        for (std::size_t seq = 11; seq <= 15; ++seq)
            hub.store(written[seq - 1]);
        REQUIRE(kiosk.drain());
        CHECK(kiosk.replica.has(written[12]));
    }
    kiosk.replica.write(3);
    REQUIRE(kiosk.drain());
    require_all_at_hub(kiosk.replica, hub);
    CHECK(hub.quarantine.empty());
}

TEST_CASE("sync identity: numbers used twice are written anew from the first that differs", "[sync_client][identity]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(100);
    REQUIRE(kiosk.drain());
    auto image = kiosk.replica.image();
    kiosk.replica.write(150);
    REQUIRE(kiosk.drain());
    const auto first_life = kiosk.replica.present().operations;

    // Written on the old image before it met the hub: fewer, as many, or more than the hub has. The image's own memory
    // of what was acknowledged may be older still, or wrong.
    const auto written = GENERATE(std::size_t{1}, std::size_t{150}, std::size_t{400});
    const auto remembered = GENERATE(std::uint64_t{0}, std::uint64_t{20}, std::uint64_t{99}, std::uint64_t{100});
    INFO(written << " written, " << remembered << " acknowledged");
    image.chains.back().acknowledged = remembered;
    kiosk.replica.put_back(image);
    kiosk.replica.write(written, "second");
    kiosk.start();
    REQUIRE(kiosk.drain());
    CHECK(kiosk.replica.forks == 1);
    CHECK(kiosk.replica.forked_after == 100);
    for (const auto& operation : first_life)
        CHECK(kiosk.replica.has(operation));
    CHECK(hub.log.size() == 250 + written); // neither lost nor doubled
    require_all_at_hub(kiosk.replica, hub);
    require_all_here(kiosk.replica, hub);
    for (const auto& [id, verdict] : hub.quarantine)
        CHECK(verdict == "conflict");
}

TEST_CASE("sync identity: a memory of acknowledgements beyond the difference is not believed",
          "[sync_client][identity]") {
    FakeHub hub;
    FakeKiosk kiosk(hub);
    kiosk.replica.write(100);
    REQUIRE(kiosk.drain());
    auto image = kiosk.replica.image();
    kiosk.replica.write(150);
    REQUIRE(kiosk.drain());
    kiosk.replica.put_back(image);
    kiosk.replica.write(120, "second");
    kiosk.replica.present().acknowledged = 215;
    kiosk.start();
    REQUIRE(kiosk.drain());
    CHECK(kiosk.replica.forked_after == 100);
    CHECK(hub.log.size() == 370);
    require_all_at_hub(kiosk.replica, hub);
}

TEST_CASE("sync identity: two machines with one name both bring everything", "[sync_client][identity]") {
    FakeHub hub;
    FakeKiosk one(hub), two(hub);
    one.replica.write(30);
    REQUIRE(one.drain());
    two.replica.put_back(one.replica.image());
    two.replica.write(200, "clone");
    one.replica.write(100);
    for (int i = 0; i < 20; ++i) {
        one.push();
        two.push();
    }
    // Names of incarnations are random; those of the fakes are counted, so only the first fork is looked at here.
    CHECK(one.replica.forks + two.replica.forks >= 1);
    CHECK(one.replica.forked_after.value_or(30) == 30);
    CHECK(two.replica.forked_after.value_or(30) == 30);
}
