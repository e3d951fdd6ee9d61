// SPDX-License-Identifier: Apache-2.0
#include "app/pin_gate.hpp"
#include "kiosk_fixture.hpp"

using namespace kiosk;
using namespace kiosk::app;
using Verdict = PinGate::Verdict;

TEST_CASE("pin gate: a PIN that two people share is nobody's", "[app][staff]") {
    test::ManualClock clock;
    test::FakePins pins;
    core::EventConfig config;
    config.staff = {{"a", "甲", {}, "hash 1111"}, {"b", "乙", {}, "hash 1111"}, {"c", "丙", {}, ""}};
    PinGate gate(pins, clock, {});
    CHECK(gate.attempt(config, "1111").verdict == Verdict::Shared);
    CHECK(pins.kept == 0);
    CHECK(gate.attempt(config, "").verdict == Verdict::Wrong); // an account without a PIN is no open door
}

TEST_CASE("pin gate: an attempt is counted before it is tried", "[app][staff]") {
    class PowerCut final : public PinVerifier {
    public:
        int kept = 0;
        int kept_while_trying = -1;
        bool matches(std::string_view, std::string_view) override {
            kept_while_trying = kept;
            return true;
        }
        int failures() override { return kept; }
        void set_failures(int count) override { kept = count; }
    };
    test::ManualClock clock;
    PowerCut pins;
    core::EventConfig config;
    config.staff = {{"a", "甲", {}, "hash"}};
    PinGate gate(pins, clock, {});
    CHECK(gate.attempt(config, "1234").verdict == Verdict::Right);
    CHECK(pins.kept_while_trying == 1);
    CHECK(pins.kept == 0);
}

TEST_CASE("pin gate: the lock doubles up to its longest", "[app][staff]") {
    test::ManualClock clock;
    test::FakePins pins;
    core::EventConfig config;
    config.staff = {{"a", "甲", {}, "hash 1111"}};
    Settings settings;
    PinGate gate(pins, clock, settings);
    for (int i = 0; i < 4; ++i)
        CHECK(gate.attempt(config, "0000").verdict == Verdict::Wrong);
    CHECK(gate.attempts_left() == 1);
    CHECK_FALSE(gate.locked());
    std::int64_t expected = settings.pin_lock_ms;
    for (int i = 0; i < 40; ++i) {
        CHECK(gate.attempt(config, "0000").verdict == Verdict::Wrong);
        CHECK(gate.locked_until_ms() - clock.boot_ms() == expected);
        CHECK(gate.attempt(config, "1111").verdict == Verdict::Locked);
        clock.pass(expected);
        expected = std::min(expected * 2, settings.pin_lock_longest_ms);
    }
    CHECK(gate.attempt(config, "1111").verdict == Verdict::Right);
    CHECK(gate.attempts_left() == 5);
}
