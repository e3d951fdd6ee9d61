// SPDX-License-Identifier: Apache-2.0
#include "support/catch.hpp"
#include "ui/sound.hpp"

#include <algorithm>
#include <cstdlib>

using namespace kiosk::ui;
using kiosk::app::Cue;

namespace {

// The pitch of a part of a tone, by its zero crossings.
double pitch_hz(const std::vector<std::int16_t>& samples, double from_ms, double to_ms) {
    const auto at = [](double ms) { return static_cast<std::size_t>(ms / 1000 * sound_rate_hz); };
    int crossings = 0;
    for (std::size_t i = at(from_ms) + 1; i < at(to_ms); ++i)
        if ((samples[i - 1] < 0) != (samples[i] < 0))
            ++crossings;
    return crossings / 2.0 / ((to_ms - from_ms) / 1000);
}

int peak(const std::vector<std::int16_t>& samples) {
    int most = 0;
    for (const auto sample : samples)
        most = std::max(most, std::abs(static_cast<int>(sample)));
    return most;
}

} // namespace

TEST_CASE("ui: the three tones are told apart by ear", "[ui][sound]") {
    const auto good = make_tone(Cue::Good, 1), repeat = make_tone(Cue::Repeat, 1), stop = make_tone(Cue::Stop, 1);
    CHECK(pitch_hz(good, 150, 230) > 1.3 * pitch_hz(good, 20, 90));                          // two, rising
    CHECK(pitch_hz(repeat, 160, 240) == Approx(pitch_hz(repeat, 20, 100)).epsilon(0.05));    // two, level
    CHECK(pitch_hz(stop, 20, 200) < 0.5 * pitch_hz(repeat, 20, 100));                        // one, low
    for (const auto* tone : {&good, &repeat, &stop})
        CHECK(tone->size() < sound_rate_hz / 2); // short
    CHECK(make_tone(Cue::None, 1).empty());
}

TEST_CASE("ui: tones start and end without a click and follow the volume", "[ui][sound]") {
    for (const auto cue : {Cue::Good, Cue::Repeat, Cue::Stop}) {
        const auto loud = make_tone(cue, 1), soft = make_tone(cue, 0.25);
        CHECK(std::abs(loud.front()) < 200);
        CHECK(std::abs(loud.back()) < 200);
        CHECK(peak(loud) <= 32767 / 2 + 1);
        CHECK(peak(soft) == Approx(peak(loud) / 4.0).epsilon(0.02));
        CHECK(peak(make_tone(cue, 0)) == 0);
        CHECK(peak(make_tone(cue, 99)) == peak(loud));
    }
}
