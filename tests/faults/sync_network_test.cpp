// SPDX-License-Identifier: Apache-2.0
// Two kiosks and a hub with a bad line between them, of every kind. While it is bad the kiosks go on and say what is
// wrong; when it is well again everything is on the hub exactly once and both kiosks know the same.
#include "faults/sync_world.hpp"
#include "support/chaos_proxy.hpp"

#include <algorithm>
#include <atomic>
#include <random>

using namespace kiosk;
using namespace kiosk::test;
using sync::client::Trouble;
using Door = Chaos::Door;

namespace {

constexpr std::size_t operations_a_kiosk = 150;
constexpr double bad_times_s = 30; // at most: they are over as soon as enough has gone wrong

struct Kind {
    Chaos chaos;
    std::set<Trouble> expected; // each kiosk must meet one of them; empty: the line is slow, not bad
    std::set<Trouble> allowed;  // and may meet these
    bool nothing_moves = true;  // no cursor, of either direction
    std::uint64_t harm = 0;     // pieces that must have been spoilt
};

struct Cursors {
    sync::client::FeedMark mark;
    std::vector<std::uint64_t> acknowledged;
    friend bool operator==(const Cursors&, const Cursors&) = default;
};
Cursors cursors(KioskEnd& kiosk) {
    auto standing = need(kiosk.standing());
    Cursors made{standing.mark, {}};
    for (const auto& chain : standing.chains)
        made.acknowledged.push_back(chain.acknowledged);
    return made;
}

bool meets(const std::set<Trouble>& seen, const std::set<Trouble>& expected) {
    return expected.empty() || std::ranges::any_of(expected, [&](Trouble trouble) { return seen.contains(trouble); });
}

// What a kiosk does in bad times: people come all the same.
core::Status live(KioskEnd& kiosk, const Kind& kind, const ChaosProxy& proxy, std::uint64_t harm_before) {
    kiosk.hurry();
    kiosk.troubles().clear();
    std::size_t left = operations_a_kiosk;
    core::Status problem;
    const bool enough = kiosk.run(
        [&](KioskEnd&) {
            const bool met = meets(kiosk.troubles(), kind.expected);
            if (left > 0) {
                const auto now = std::min<std::size_t>(left, met && !kind.expected.empty() ? left : 10);
                if (const auto written = kiosk.append(now); !written)
                    problem = std::unexpected(written.error());
                left -= now;
                return !problem.has_value();
            }
            return met && proxy.harmed() - harm_before >= kind.harm &&
                   (!kind.expected.empty() || kiosk.pending() == 0);
        },
        in_seconds(bad_times_s));
    if (!problem)
        return problem;
    if (left > 0 || !enough)
        return core::fail(core::ErrorCode::Unavailable, "error.test",
                          "met only " + words(kiosk.troubles()) + ", " + std::to_string(proxy.harmed() - harm_before) +
                              " pieces harmed, " + kiosk.last_detail());
    return {};
}

void weather(const Kind& kind, std::uint64_t usual_seed) {
    const auto seed = fault_seed(usual_seed);
    SyncWorld world;
    ChaosProxy proxy(world.hub.port(), seed);
    auto first = world.kiosk("k1", seed + 1, proxy.port());
    auto second = world.kiosk("k2", seed + 2, proxy.port());
    for (auto* kiosk : {first.get(), second.get()})
        need(kiosk->append(20));
    world.require_one_truth({first.get(), second.get()});
    const auto before_first = cursors(*first), before_second = cursors(*second);
    const auto harm_before = proxy.harmed();

    proxy.set(kind.chaos);
    core::Status of_first, of_second;
    together([&] { of_first = live(*first, kind, proxy, harm_before); },
             [&] { of_second = live(*second, kind, proxy, harm_before); });
    need(of_first);
    need(of_second);
    for (auto* kiosk : {first.get(), second.get()}) {
        INFO(kiosk->address().device << " met " << words(kiosk->troubles()) << "; " << kiosk->last_detail());
        for (const auto trouble : kiosk->troubles())
            CHECK((trouble == Trouble::None || kind.expected.contains(trouble) || kind.allowed.contains(trouble)));
        if (kind.nothing_moves && !kind.expected.empty()) {
            CHECK(kiosk->pending() == operations_a_kiosk);
            CHECK(!kiosk->status().reachable);
        }
    }
    if (kind.nothing_moves && !kind.expected.empty()) {
        CHECK(cursors(*first) == before_first);
        CHECK(cursors(*second) == before_second);
    }

    proxy.heal();
    world.require_one_truth({first.get(), second.get()});
    for (auto* kiosk : {first.get(), second.get()}) {
        CHECK(kiosk->status().trouble == Trouble::None);
        CHECK(kiosk->status().reachable);
        CHECK(kiosk->status().pending == 0);
    }
    CHECK(world.hub.running());
    CHECK(world.hub.stop() == 0);
}

Kind both_ways(const Lane& lane, std::uint64_t harm) {
    Kind kind;
    kind.chaos.up = kind.chaos.down = lane;
    kind.expected = {Trouble::Unreachable};
    kind.nothing_moves = false;
    kind.harm = harm;
    return kind;
}

Kind door(Door which, Trouble expected) {
    Kind kind;
    kind.chaos.door = which;
    kind.expected = {expected};
    return kind;
}

} // namespace

TEST_CASE("sync over a bad line: latency only costs time", "[faults][sync]") {
    Lane lane;
    lane.latency_ms = 60;
    auto kind = both_ways(lane, 0);
    kind.expected = {};
    weather(kind, 101);
}

TEST_CASE("sync over a bad line: a slow trickle", "[faults][sync]") {
    Lane lane;
    lane.trickle_bytes = 100;
    lane.trickle_ms = 2;
    auto kind = both_ways(lane, 0);
    kind.expected = {};
    kind.allowed = {Trouble::Unreachable}; // on a machine under load
    weather(kind, 102);
}

TEST_CASE("sync over a bad line: a trickle too slow to be of use", "[faults][sync]") {
    Lane lane;
    lane.trickle_bytes = 1;
    lane.trickle_ms = 500;
    auto kind = both_ways(lane, 0);
    kind.nothing_moves = true;
    weather(kind, 103);
}

TEST_CASE("sync over a bad line: requests are cut short", "[faults][sync]") {
    Kind kind = both_ways({}, 6);
    // A new connection does not get one batch through either: what only a used one loses is sent again by libcurl itself.
    kind.chaos.up.cut_after = 1300;
    weather(kind, 104);
}

TEST_CASE("sync over a bad line: answers are cut short", "[faults][sync]") {
    Kind kind = both_ways({}, 6);
    kind.chaos.down.cut_after = 1300; // nor does a new one bring a whole answer
    weather(kind, 105);
}

TEST_CASE("sync over a bad line: garbage in the stream", "[faults][sync]") {
    Lane lane;
    lane.garbage = 0.2;
    auto kind = both_ways(lane, 10);
    kind.allowed = {Trouble::Portal}; // garbage at the very beginning looks like somebody else
    weather(kind, 106);
}

TEST_CASE("sync over a bad line: pieces that come twice", "[faults][sync]") {
    Lane lane;
    lane.duplicate = 0.2;
    auto kind = both_ways(lane, 10);
    kind.allowed = {Trouble::Portal};
    weather(kind, 107);
}

TEST_CASE("sync over a bad line: one direction ends early", "[faults][sync]") {
    Kind requests = both_ways({}, 4);
    requests.chaos.up.half_close_after = 900; // in the middle of what is asked first
    weather(requests, 108);
    Kind answers = both_ways({}, 4);
    answers.chaos.down.half_close_after = 1300;
    weather(answers, 109);
}

TEST_CASE("sync over a bad line: requests arrive, answers vanish", "[faults][sync]") {
    const auto seed = fault_seed(110);
    Kind kind;
    kind.chaos.down.lost = true;
    kind.expected = {Trouble::Unreachable};
    kind.harm = 4;
    weather(kind, seed);

    // The connection was there before: the hub takes what it hears, again and again, and keeps it once.
    SyncWorld world;
    ChaosProxy proxy(world.hub.port(), seed);
    auto kiosk = world.kiosk("k1", seed + 1, proxy.port());
    need(kiosk->append(20));
    world.require_one_truth({kiosk.get()});
    const auto before = cursors(*kiosk);
    const auto known = world.feed().size();
    need(kiosk->append(100));
    proxy.set(kind.chaos);
    kiosk->troubles().clear();
    kiosk->hurry();
    REQUIRE(kiosk->run([](KioskEnd& end) { return end.troubles().contains(Trouble::Unreachable); }, in_seconds(20)));
    CHECK(world.feed().size() == known + 100); // the hub has them and could not say so
    CHECK(cursors(*kiosk) == before);
    CHECK(kiosk->pending() == 100);
    proxy.heal();
    world.require_one_truth({kiosk.get()});
}

TEST_CASE("sync over a bad line: requests vanish", "[faults][sync]") {
    Kind kind;
    kind.chaos.up.lost = true;
    kind.expected = {Trouble::Unreachable};
    kind.harm = 4;
    weather(kind, 111);
}

TEST_CASE("sync over a bad line: nobody listens", "[faults][sync]") {
    weather(door(Door::Refusing, Trouble::Unreachable), 112);
}

TEST_CASE("sync over a bad line: somebody listens and says nothing", "[faults][sync]") {
    weather(door(Door::Silent, Trouble::Unreachable), 113);
}

TEST_CASE("sync over a bad line: a captive portal in the clear moves no cursor", "[faults][sync]") {
    auto kind = door(Door::Portal, Trouble::Portal);
    kind.allowed = {Trouble::Unreachable}; // when the connection that there was is torn
    weather(kind, 114);
}

TEST_CASE("sync over a bad line: a captive portal with a certificate of its own moves no cursor", "[faults][sync]") {
    auto kind = door(Door::TlsPortal, Trouble::WrongPin);
    kind.allowed = {Trouble::Unreachable};
    weather(kind, 115);
}

TEST_CASE("sync over a bad line: a portal's 200 to a kiosk without TLS is no acknowledgement", "[faults][sync]") {
    const auto seed = fault_seed(116);
    SyncWorld world;
    ChaosProxy proxy(world.hub.port(), seed);
    auto kiosk = world.kiosk("k1", seed + 1);
    need(kiosk->append(20));
    world.require_one_truth({kiosk.get()});
    const auto before = cursors(*kiosk);
    need(kiosk->append(operations_a_kiosk));
    const auto address = kiosk->address();
    auto plain = address;
    plain.url = "http://127.0.0.1:" + std::to_string(proxy.port());
    plain.pins.clear();
    proxy.set(door(Door::Portal, Trouble::Portal).chaos);
    need(kiosk->use(plain));
    kiosk->troubles().clear();
    REQUIRE(kiosk->run([](KioskEnd& end) {
        const auto answered = [](const ImpatientWire& wire) {
            const auto found = wire.statuses.find(200);
            return found != wire.statuses.end() && found->second >= 3;
        };
        return answered(end.push_wire()) && answered(end.feed_wire());
    }, in_seconds(30)));
    CHECK(kiosk->troubles() == std::set{Trouble::Portal});
    CHECK(cursors(*kiosk) == before);
    CHECK(kiosk->pending() == operations_a_kiosk);
    need(kiosk->use(address));
    world.require_one_truth({kiosk.get()});
}

TEST_CASE("sync over a bad line: a line that breaks again and again still moves on", "[faults][sync]") {
    const auto seed = fault_seed(117);
    std::mt19937_64 random(seed);
    SyncWorld world;
    ChaosProxy proxy(world.hub.port(), seed);
    KioskEnd::Options small;
    small.batch_operations = 20; // many exchanges, so that most of them are hit
    small.feed_limit = 20;
    auto first = world.kiosk("k1", seed + 1, proxy.port(), small);
    auto second = world.kiosk("k2", seed + 2, proxy.port(), small);
    std::atomic<bool> breaking = true;
    std::uint64_t breaks = 0;
    core::Status of_first, of_second;
    const auto live_on = [&](KioskEnd& kiosk, core::Status& status) {
        for (std::size_t i = 0; i < 2 * operations_a_kiosk && status; ++i) {
            if (const auto written = kiosk.append(1); !written)
                status = std::unexpected(written.error());
            kiosk.step();
        }
        if (!kiosk.settle(in_seconds(40)) && status)
            status = core::fail(core::ErrorCode::Unavailable, "error.test", kiosk.last_detail());
    };
    std::thread breaker([&] {
        while (breaking) {
            std::this_thread::sleep_for(std::chrono::milliseconds((5 + random() % 100) * slowness));
            proxy.tear_all();
            ++breaks;
        }
    });
    together([&] { live_on(*first, of_first); }, [&] { live_on(*second, of_second); });
    breaking = false;
    breaker.join();
    need(of_first);
    need(of_second);
    CHECK(breaks > 3);
    // Lines were torn, whether the kiosks had to say so or libcurl's own second try on a new one was enough.
    CHECK(proxy.connections() > 8);
    proxy.heal();
    world.require_one_truth({first.get(), second.get()});
}
