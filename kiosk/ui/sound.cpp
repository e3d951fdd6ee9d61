// SPDX-License-Identifier: Apache-2.0
#include "ui/sound.hpp"

#include <SDL.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

namespace kiosk::ui {

namespace {

struct Note {
    double hz;
    double ms;
};

constexpr double loudest = 0.5;     // of full scale: under speech even at full volume
constexpr double attack_ms = 6;     // no click at either end
constexpr double release_share = 0.6;
constexpr double overtone = 0.18;   // a little warmth
constexpr double gap_ms = 25;

std::span<const Note> notes_of(app::Cue cue) {
    static constexpr Note good[] = {{659.25, 110}, {987.77, 190}};
    static constexpr Note repeat[] = {{523.25, 120}, {523.25, 120}};
    static constexpr Note stop[] = {{174.61, 380}};
    switch (cue) {
    case app::Cue::Good: return good;
    case app::Cue::Repeat: return repeat;
    case app::Cue::Stop: return stop;
    case app::Cue::None: break;
    }
    return {};
}

} // namespace

std::vector<std::int16_t> make_tone(app::Cue cue, double volume) {
    std::vector<std::int16_t> samples;
    const double peak = std::clamp(volume, 0.0, 1.0) * loudest * 32767 / (1 + overtone);
    const auto count = [](double ms) { return static_cast<std::size_t>(ms / 1000 * sound_rate_hz); };
    bool first = true;
    for (const auto& note : notes_of(cue)) {
        if (!first)
            samples.insert(samples.end(), count(gap_ms), std::int16_t{0});
        first = false;
        const auto length = count(note.ms);
        for (std::size_t i = 0; i < length; ++i) {
            const double ms = static_cast<double>(i) * 1000 / sound_rate_hz, left = note.ms - ms;
            const double rise = std::min(1.0, ms / attack_ms), fall = std::min(1.0, left / (note.ms * release_share));
            const double phase = 2 * std::numbers::pi * note.hz * ms / 1000;
            samples.push_back(static_cast<std::int16_t>(std::lround(peak * rise * fall * fall * (std::sin(phase) + overtone * std::sin(2 * phase)))));
        }
    }
    return samples;
}

Sound::~Sound() {
    if (m_device != 0) {
        SDL_CloseAudioDevice(m_device);
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
    }
}

void Sound::open() {
    if (SDL_InitSubSystem(SDL_INIT_AUDIO) != 0) {
        spdlog::warn("no sound: {}", SDL_GetError());
        return;
    }
    SDL_AudioSpec wanted{};
    wanted.freq = sound_rate_hz;
    wanted.format = AUDIO_S16SYS;
    wanted.channels = 1;
    wanted.samples = 1024; // 21 ms: well under the 100 ms in which a tone must follow the screen
    m_device = SDL_OpenAudioDevice(nullptr, 0, &wanted, nullptr, 0);
    if (m_device == 0) {
        spdlog::warn("no sound: {}", SDL_GetError());
        SDL_QuitSubSystem(SDL_INIT_AUDIO);
        return;
    }
    SDL_PauseAudioDevice(m_device, 0);
}

void Sound::play(app::Cue cue, double volume) {
    const auto samples = make_tone(cue, volume);
    if (m_device == 0 || samples.empty())
        return;
    SDL_ClearQueuedAudio(m_device);
    SDL_QueueAudio(m_device, samples.data(), static_cast<Uint32>(samples.size() * sizeof(std::int16_t)));
}

} // namespace kiosk::ui
