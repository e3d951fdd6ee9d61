// SPDX-License-Identifier: Apache-2.0
#pragma once
// The three tones. Purpose: makes them in code and plays them without waiting: good is two rising, repeat two level,
// stop one low. Ownership: owns the audio device. Threads: the render thread; the device plays on its own.
// Failure: without a device it stays silent and says so once in the log; the screen never waits for a sound.
#include "app/view.hpp"

#include <cstdint>
#include <vector>

namespace kiosk::ui {

constexpr int sound_rate_hz = 48000;

// The tone as samples, peak at `volume` (0…1); empty for Cue::None.
std::vector<std::int16_t> make_tone(app::Cue cue, double volume);

class Sound {
public:
    Sound() = default;
    ~Sound();
    Sound(const Sound&) = delete;
    Sound& operator=(const Sound&) = delete;

    void open();
    void play(app::Cue cue, double volume); // replaces a tone that is still sounding

private:
    std::uint32_t m_device = 0;
};

} // namespace kiosk::ui
