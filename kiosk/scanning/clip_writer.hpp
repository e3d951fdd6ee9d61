// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes a recording of codes held before a camera. Purpose: the demonstration and tests play it through the same
// pipeline as a camera. Motion JPEG in Matroska; motion, noise and blur are seeded and the same every time.
// Ownership: none. Threads: any. Failure: an Error that names the path or GStreamer's own words.
#include "core/result.hpp"
#include "scanning/image.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace kiosk::scanning {

enum class ClipStyle : std::uint8_t { Plain = 1, Phone, Tilted, Inverted, LowContrast, Unreadable };

struct ClipItem {
    std::string text;
    double seconds = 1.6; // held before the camera
    ClipStyle style = ClipStyle::Plain;
};

struct ClipOptions {
    int width = 1280;
    int height = 720;
    int frames_per_second = 15;
    double gap_seconds = 1.0; // of empty scene before each code and at the end
    std::uint32_t seed = 1;
};

core::Status write_clip(const std::filesystem::path& path, const std::vector<ClipItem>& items,
                        const ClipOptions& options = {});

} // namespace kiosk::scanning
