// SPDX-License-Identifier: Apache-2.0
#include "support/rendered_codes.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace rendered {
namespace {

using namespace kiosk::scanning;

class Dice {
  public:
    explicit Dice(std::uint32_t seed) : m_engine(seed) {}
    // Own arithmetic: the standard's distributions differ from library to library.
    double between(double low, double high) {
        return low + (high - low) * (static_cast<double>(m_engine()) / 4294967296.0);
    }
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(between(0, static_cast<double>(n))); }

  private:
    std::mt19937 m_engine;
};

std::string ticket(Dice& dice) {
    constexpr std::string_view letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const auto some = [&](std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i)
            text.push_back(letters[dice.below(letters.size())]);
        return text;
    };
    switch (dice.below(4)) {
    case 0:
        return "XD1:" + some(140); // a signed ticket
    case 1:
        return "https://check.example.org/t/" + some(16);
    case 2:
        return some(10);
    default:
        return "XD1:" + some(60);
    }
}

void lower_contrast(Scene& scene, Dice& dice) {
    scene.dark = static_cast<int>(dice.between(70, 130));
    scene.light = scene.dark + static_cast<int>(dice.between(12, 45));
    scene.background = (scene.dark + scene.light) / 2;
    scene.noise = dice.between(1, 4);
}

struct Kind {
    const char* name;
    void (*spoil)(Scene&, Dice&);
};

constexpr Kind kinds[] = {
    {"low contrast", lower_contrast},
    {"tiny",
     [](Scene& s, Dice& d) {
         s.module_px = d.between(1.6, 2.0);
         s.blur_px = d.between(0.3, 0.6);
         s.noise = 2;
     }},
    {"defocus",
     [](Scene& s, Dice& d) {
         s.module_px = d.between(3, 6);
         s.blur_px = s.module_px * d.between(0.4, 0.75);
         s.noise = 2;
     }},
    {"motion",
     [](Scene& s, Dice& d) {
         s.module_px = d.between(4, 7);
         s.motion_px = s.module_px * d.between(1.0, 2.0);
         s.motion_turn = d.between(0, std::numbers::pi);
     }},
    {"glare",
     [](Scene& s, Dice& d) {
         s.glare = d.between(80, 220);
         s.glare_x = d.between(0.0, 1.0);
         s.glare_y = d.between(0.0, 1.0);
         s.glare_size = d.between(0.12, 0.3);
         s.dark = 60;
     }},
    {"inverted",
     [](Scene& s, Dice& d) {
         s.inverted = true;
         s.phone = true;
         s.blur_px = d.between(0.5, 1.5);
     }},
    {"phone",
     [](Scene& s, Dice& d) {
         s.phone = true;
         s.light = 245;
         s.moire = d.between(20, 70);
         s.blur_px = d.between(0.3, 1.0);
     }},
    {"bent",
     [](Scene& s, Dice& d) {
         s.bend = d.between(0.5, 0.95);
         s.tilt_y = d.between(-0.15, 0.15);
     }},
    {"steep",
     [](Scene& s, Dice& d) {
         s.tilt_x = d.between(-0.42, 0.42);
         s.tilt_y = d.between(-0.42, 0.42);
         s.module_px = d.between(3.5, 6);
     }},
    {"shadow",
     [](Scene& s, Dice& d) {
         s.shadow = d.between(0.7, 0.95);
         s.dark = 50;
         s.light = 160;
         s.noise = d.between(2, 5);
     }},
};

} // namespace

std::vector<Case> hard_cases(std::size_t of_each_kind, std::uint32_t seed) {
    Dice dice(seed);
    std::vector<Case> cases;
    for (const auto& kind : kinds)
        for (std::size_t i = 0; i < of_each_kind; ++i) {
            Case made;
            made.kind = kind.name;
            made.text = ticket(dice);
            constexpr Correction corrections[] = {Correction::Low, Correction::Medium, Correction::Quartile};
            auto code = encode_modules(made.text, corrections[dice.below(3)]);
            if (!code)
                continue;
            made.code = std::move(*code);
            auto& scene = made.scene;
            scene.seed = seed * 1'000 + static_cast<std::uint32_t>(cases.size());
            scene.module_px = dice.between(4.0, 7.0);
            scene.turn = dice.between(-0.6, 0.6);
            scene.tilt_x = dice.between(-0.12, 0.12);
            scene.tilt_y = dice.between(-0.12, 0.12);
            scene.blur_px = dice.between(0.4, 0.9);
            scene.noise = dice.between(1, 4);
            kind.spoil(scene, dice);
            // The whole card stays within the picture.
            scene.module_px = std::min(scene.module_px, 640.0 / (made.code.side + 8));
            scene.centre_x = dice.between(480, 800);
            scene.centre_y = dice.between(330, 390);
            cases.push_back(std::move(made));
        }
    return cases;
}

std::vector<GreyImage> empty_frames(std::size_t count, std::uint32_t seed) {
    Dice dice(seed);
    std::vector<GreyImage> frames;
    for (std::size_t i = 0; i < count; ++i) {
        GreyImage frame(1280, 720);
        const auto pixel = [&](int x, int y, double value) {
            if (x >= 0 && y >= 0 && x < frame.width && y < frame.height)
                frame.row(y)[x] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
        };
        switch (i % 5) {
        case 0: // noise of every pixel
            for (auto& value : frame.pixels)
                value = static_cast<std::uint8_t>(dice.between(0, 256));
            break;
        case 1: { // blocks like a code's modules, everywhere
            const int block = 2 + static_cast<int>(dice.below(6));
            std::vector<double> row(1280);
            for (int y = 0; y < 720; ++y) {
                if (y % block == 0)
                    for (std::size_t x = 0; x < 1280; ++x)
                        row[x] =
                            x % static_cast<std::size_t>(block) == 0 ? (dice.below(2) == 0 ? 40 : 210) : row[x - 1];
                for (int x = 0; x < 1280; ++x)
                    pixel(x, y, row[static_cast<std::size_t>(x)]);
            }
            break;
        }
        case 2: // stripes that look like finder patterns cut through
            for (int y = 0; y < 720; ++y)
                for (int x = 0; x < 1280; ++x)
                    pixel(x, y, 128 + 100 * std::sin(x * 0.3 + y * 0.02 * static_cast<double>(i)));
            break;
        case 3: { // finder patterns by the dozen
            std::fill(frame.pixels.begin(), frame.pixels.end(), static_cast<std::uint8_t>(210));
            for (int n = 0; n < 60; ++n) {
                const int module = 2 + static_cast<int>(dice.below(6));
                const int left = static_cast<int>(dice.below(1'200)), top = static_cast<int>(dice.below(660));
                for (int y = 0; y < 7 * module; ++y)
                    for (int x = 0; x < 7 * module; ++x) {
                        const int ring = std::max(std::abs(x / module - 3), std::abs(y / module - 3));
                        pixel(left + x, top + y, ring == 2 ? 210 : 40);
                    }
            }
            break;
        }
        default: { // a quiet room
            Scene scene;
            scene.noise = 4;
            scene.seed = seed + static_cast<std::uint32_t>(i);
            draw(scene, nullptr, frame);
            break;
        }
        }
        frames.push_back(std::move(frame));
    }
    return frames;
}

} // namespace rendered
