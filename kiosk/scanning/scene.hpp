// SPDX-License-Identifier: Apache-2.0
#pragma once
// A QR code as a camera sees it: on a phone or a badge, tilted, bent, blurred, in bad light. Purpose: recordings for
// the demonstration and hard cases for tests, the same ones every time (seeded). The one file pair that knows
// libqrencode here. Ownership: values. Threads: any. Failure: a text too long for a QR code is an Error.
#include "core/result.hpp"
#include "scanning/image.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kiosk::scanning {

struct Modules {
    int side = 0;
    std::vector<std::uint8_t> dark; // side × side, 1 where dark
    bool at(int x, int y) const {
        return x >= 0 && y >= 0 && x < side && y < side && dark[static_cast<std::size_t>(y * side + x)] != 0;
    }
};

enum class Correction : std::uint8_t { Low = 1, Medium, Quartile, High };
core::Result<Modules> encode_modules(const std::string& text, Correction correction = Correction::Medium);

struct Scene {
    int width = 1280, height = 720;
    double centre_x = 640, centre_y = 360; // of the code
    double module_px = 6;
    double turn = 0;               // radians, in the picture's plane
    double tilt_x = 0, tilt_y = 0; // how much smaller the far side is, 0…0.5
    double bend = 0;               // 0 flat … 1 around a mug
    int dark = 30, light = 220;    // grey levels of the print
    int background = 110;
    bool inverted = false;
    bool phone = false; // a dark frame around a bright screen, instead of a card
    double blur_px = 0; // defocus, standard deviation
    double motion_px = 0, motion_turn = 0;
    double noise = 0;                                       // standard deviation in grey levels
    double glare = 0;                                       // brightness added at its centre
    double glare_x = 0.2, glare_y = 0.2, glare_size = 0.25; // 0…1 of the code
    double moire = 0;                                       // amplitude of the screen's stripes
    double shadow = 0;                                      // how much darker the picture's right side is, 0…1
    std::uint32_t seed = 1;
};

// Draws into `picture`; `code` may be null for the empty scene.
void draw(const Scene& scene, const Modules* code, GreyImage& picture);

} // namespace kiosk::scanning
